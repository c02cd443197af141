"""疑点页 The page of the red flags (docs/red-flags.md), made of the rules and the code that applies them."""

# ruff: noqa: E501 (lines of a page)
from __future__ import annotations

import sys

from domain.red_flags import FIRES_ON, LOOKS_AT
from infrastructure.red_flags import load_flag_rules

_HEAD = """# 疑点 Red flags

由代码生成（`make docs`） generated from the code (`make docs`).

疑点由记录的事件按带版本的规则推出：只是询问的理由，不是结论，不拦任何办理。被问单位的答复与疑点并列，永久保留，并示明何单位、以何身份、何时答复。

*A flag is derived from recorded events under a versioned rule. It is a reason to ask, never a finding of guilt, and blocks
nothing. The word of the flagged unit stands beside it for good, with who answered, in which capacity and when.*

## 看与答 Reading and answering

| 接口 route | 内容 what it shows |
| --- | --- |
| `GET /v1/red-flags` | 疑点：规则及版本、参数、两种语言的说明、所据事件（位置、发生日期、登记时间）、所涉其他项目、答复、状态 *flags with their rule, parameters, sentences, events, other projects, answers and status* |
| `GET /v1/red-flags/rules` | 规则、所看事件，及按状态的计数 *the rules, what they look at, and counts* |
| `POST /v1/projects/{project}/flag-answers` | 单位答复：`flag`、`key`、`answer` *the unit answers* |

筛选：`rule`、`status`、`project`（被问的项目）、`about`（涉及的项目）、`unit`。涉密项目的疑点，以及提到后来转为涉密的项目的疑点，只示于有权者。与其他视图一样可按过去任一时刻查看；监督台给出现时的计数。

*Filters: `rule`, `status`, `project` (that is asked), `about` (that it is about) and `unit`. Flags of classified projects, and
flags that name a project that became classified, are shown to those only who may see them. The view can be read as of any
moment; the supervision board counts what stands now.*

## 状态 Status

逐个事件推算，故提出、改变、撤销于何处，与分页、重建无关。疑点从不删除。

*Worked out event by event, so where a flag was raised, changed and lifted does not depend on how the log is paged. None is
ever deleted.*

| 状态 status | 含义 meaning |
| --- | --- |
| `OPEN` | 成立，未答复 *it holds, and is not answered* |
| `ANSWERED` | 成立，最近一次改变之后已答复 *it holds, and was answered after it last changed* |
| `STANDS` | 答复之后又有事件使之改变，仍成立 *later events changed it after the answer, and it holds still* |
| `LIFTED` | 后来的事件（如更正）使之不再成立；`lifted_at`为其位置 *later events, as a correction, ended it* |

`raised_at`、`changed_at`为提出和最近一次改变它的事件位置。规则和标识（`rule`、`key`）在项目内永久指称一个疑点，答复即以此指明；答复可先于疑点。

*`raised_at` and `changed_at` are the positions of the events that raised and last changed it. Rule and key name a flag within
its project for good; an answer names it by them, and may come before it.*

## 规则 Rules

规则是数据（`domain/red_flags/flags.toml`）；站点以`LIUHEN_FLAG_RULES_FILE`指定的文件替换同号规则，并提高版本，视图随即自动重新填充。源政发〔2018〕16号未规定下列数值，均为可替换的缺省值。日为日历日，`bp`为万分之一，`fen`为分。

*The rules are data. A site replaces a rule by one of the same number in the file that `LIUHEN_FLAG_RULES_FILE` names, with a
higher version; the view is then filled anew by itself. The founding document states none of these figures. Days are calendar
days, `bp` ten-thousandths, `fen` hundredths of a yuan.*
"""

_NAMES = """
名称相似度：两个名称（只取字母数字与汉字）各自相邻两字的集合，取Dice系数2|A∩B|/(|A|+|B|)，以万分之一计，向下取整。

*How alike two names are: the Dice coefficient 2|A∩B|/(|A|+|B|) of their sets of neighbouring characters (letters, digits and
Chinese characters only), in ten-thousandths, rounded down.*
"""


def red_flag_page() -> str:
    """The page, with every rule that ships."""
    lines = [_HEAD]
    for rule in load_flag_rules().all:
        parameters = "、".join(f"`{name}` = {value:,}" for name, value in rule.parameters.items())
        topics = "、".join(f"`{topic}`" for topic in sorted(LOOKS_AT[rule.id]))
        fires = FIRES_ON[rule.id]
        lines += [
            f"### {rule.id} {rule.name.zh} {rule.name.en}",
            "",
            f"版本 version {rule.version}；条款 clauses {'、'.join(rule.clauses)}",
            "",
            f"{fires.zh}问：{rule.asks.zh}。",
            "",
            f"*{fires.en} Asked: {rule.asks.en}.*",
            "",
            f"参数 parameters：{parameters or '无 none of its own'}",
            "",
            f"所看事件 events：{topics or '项目的一切事件 every event of the project'}",
            "",
        ]
    return "\n".join(lines).rstrip() + "\n" + _NAMES


if __name__ == "__main__":
    sys.stdout.write(red_flag_page())
