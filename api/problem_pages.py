"""问题页 What each type of problem means and what to do: the page that its `type` leads to, and docs/problems.md."""

from __future__ import annotations

import html
from dataclasses import dataclass

from api.problems import TITLES
from domain.rule import text
from domain.texts import Text


@dataclass(frozen=True)
class Page:
    """What a type of problem means, and what a client does about it."""

    meaning: Text
    cure: Text


PAGES: dict[str, Page] = {
    "gate-refused": Page(
        text(
            "关口依规则不予通过。被拒已留痕，receipt是它的回执；findings逐条列出条款、理由、依据的事实与补救办法。",
            "A gate did not let the act pass. The refusal is recorded, with its receipt in `receipt`; `findings` "
            "has each clause with reason, facts and cure.",
        ),
        text(
            "照findings中的cure补齐后，以新的幂等键再次办理。可先加?dry_run=true试办。",
            "Do what the cures say, then act again under a new key. `?dry_run=true` tries it without recording.",
        ),
    ),
    "not-now": Page(
        text(
            "该主体现在的状态不容许这件办理，未记录。",
            "The present state does not allow the act; nothing was recorded.",
        ),
        text(
            "读取现状（GET同一地址的项目、系统或单位），改正后再办理。",
            "Read the present state, and act on that. detail says what stands in the way.",
        ),
    ),
    "unknown-subject": Page(
        text(
            "没有此标识的记录，或者不向您的身份显示：两者答复相同。",
            "Nothing is recorded under that identity, or it is not shown to you: both are answered alike.",
        ),
        text(
            "核对标识；须先登记或备案的先办理。",
            "Check the identity; enrol or file first where that is what is missing.",
        ),
    ),
    "bad-field": Page(
        text(
            "某字段的值形式正确，但在此不可接受；errors有它的JSON指针。",
            "A value is well formed but not acceptable here; `errors` has its JSON pointer.",
        ),
        text(
            "照该条说明改正后，以同一幂等键重发。",
            "Correct it as it says, and send it with the same key.",
        ),
    ),
    "bad-request-body": Page(
        text(
            "请求不符合接口文档的形式：没有的字段、类型不符、缺少字段、同名两次、不是JSON等；errors列出每一处。",
            "The request has not the form of the API document: unknown, missing or ill-typed fields, a name "
            "twice, no JSON; `errors` has each place.",
        ),
        text(
            "照errors改正后，以同一幂等键重发。所填的值不在答复中重复。",
            "Correct what `errors` lists, and send it with the same key. Values are never repeated in the answer.",
        ),
    ),
    "unknown-parameter": Page(
        text(
            "读取时带了此路由没有的查询参数。不忽略，因为拼错的过滤条件会使人把全部当作部分；detail列出有哪些。",
            "The read has a query parameter that the route does not know. It is not ignored: with a misspelt filter "
            "everything would be shown as if it were a part. detail lists those that there are.",
        ),
        text(
            "照detail改正参数名。offset已由cursor代替：取答复的next或Link头。",
            "Correct the name by detail. Instead of an offset take `next` of the answer, or its Link header.",
        ),
    ),
    "bad-cursor": Page(
        text(
            "游标只对签发它的列表、过滤条件、排序、时点和读者有效，七天内有效；被改动的不认。",
            "A cursor holds for the list, filters, order, moment and reader that it was given for, and for seven days; "
            "one that was changed is not accepted.",
        ),
        text(
            "不带cursor从第一页读起；翻页时照用Link头的地址，不自行拼接。",
            "Begin at the first page without a cursor, and follow the addresses of the Link header as they are.",
        ),
    ),
    "access-log": Page(
        text(
            "阅览日志写不进数据库，待写的已到上限。没有留痕的阅览不予提供；办理不受影响。",
            "The access log cannot be written, and as many reads wait for it as may. Nothing is shown that leaves no "
            "trace; acts are not concerned.",
        ),
        text(
            "照Retry-After稍后再读；持续如此请告知系统管理员。",
            "Read again after Retry-After; if it goes on, tell the administrator.",
        ),
    ),
    "export-too-long": Page(
        text(
            "以CSV或XLSX取的列表超过一个文件能容的行数；不截断后给出，因为截断的文件看不出是一部分。",
            "The list asked for as CSV or XLSX has more rows than a file may hold. It is not cut: nobody would see "
            "that the file is a part.",
        ),
        text(
            "加过滤条件（如年度、单位）分几次取，或按页取JSON。",
            "Filter (by year, by unit) and take several files, or read pages of JSON.",
        ),
    ),
    "no-workbooks": Page(
        text(
            "此处未安装写工作簿的附加组件xlsx。",
            "The extra `xlsx`, which writes workbooks, is not installed at this service.",
        ),
        text(
            "请以format=csv取：内容相同，Excel可直接打开。",
            "Ask for format=csv: it has the same rows, and Excel opens it.",
        ),
    ),
    "key-missing": Page(
        text(
            "办理没有带Idempotency-Key头（成批时为idempotency_key）。",
            "The act came without an Idempotency-Key header (in a batch: `idempotency_key`).",
        ),
        text(
            "为每件办理自定一个1至200个字符的键，在收到答复前保存它，重发时用同一个。",
            "Choose a key of 1 to 200 characters for each act, keep it until the answer is there, and repeat with it.",
        ),
    ),
    "version-missing": Page(
        text(
            "办理已有的历史，没有说明所见的版本（If-Match头，成批时为if_match）。",
            "An act on a history that exists came without the version that was seen (If-Match; in a batch: "
            "`if_match`).",
        ),
        text(
            "填读取时或上次办理答复的ETag；不论版本则写*。",
            "Give the ETag of what was read, or of your last act; `*` to act whatever it is.",
        ),
    ),
    "version-moved": Page(
        text(
            "该历史在您读取之后又有记录（包括被拒和更正）。version与ETag头是现在的版本。未记录。",
            "More was recorded in the history since you read it (a refusal and a correction count). `version` "
            "and the ETag header say where it stands. Nothing was recorded.",
        ),
        text(
            "重新读取，确认仍要办理，以新版本重发，键可以不变。",
            "Read it again, decide again, and send it with that version; the key may stay.",
        ),
    ),
    "key-reused": Page(
        text(
            "同一幂等键已用于内容不同的请求。",
            "The key was used for a request of other content.",
        ),
        text(
            "新的请求请用新的键；要重发原请求，内容须一字不改。",
            "Use a new key for a new request; a repeat has to have the same content.",
        ),
    ),
    "not-authenticated": Page(
        text(
            "没有令牌，或令牌不是所信任的签发方签发、已过期、尚未生效、已撤销。",
            "There is no token, or it is not of an issuer that is relied on, or expired, not yet valid or revoked.",
        ),
        text(
            "在Authorization头中提供有效的Bearer令牌。",
            "Send a valid bearer token in the Authorization header.",
        ),
    ),
    "locked-out": Page(
        text(
            "从这个地址用错误的密钥试了太多次，暂不再试。",
            "Too many wrong keys came from this address; for a while nothing more is tried.",
        ),
        text(
            "等Retry-After所说的秒数，检查密钥后再试。",
            "Wait for the seconds of Retry-After, check the key, then try again.",
        ),
    ),
    "issuer-down": Page(
        text(
            "暂时取不到签发方的公钥，不能核对令牌。",
            "The keys of the token's issuer cannot be had now, so it cannot be checked.",
        ),
        text(
            "稍后重试；持续不好请告诉管理员。",
            "Try again later; tell the administrator if it goes on.",
        ),
    ),
    "not-allowed": Page(
        text(
            "令牌所持的角色都不能办理或读取这一项。",
            "None of the roles of the token allows it.",
        ),
        text(
            "由持有所列角色的单位办理。",
            "Have it done by a body that holds one of the roles that are named.",
        ),
    ),
    "busy": Page(
        text(
            "服务繁忙或暂时连不上数据库。没有记录。",
            "The service is busy, or cannot reach its database. Nothing was recorded.",
        ),
        text(
            "照Retry-After等待后，以同一幂等键重发。",
            "Wait as Retry-After says, and send it again with the same key.",
        ),
    ),
    "webhook-target": Page(
        text(
            "推送只送往管理员列出的https地址。",
            "Deliveries go to the https hosts that the administrator listed, and nowhere else.",
        ),
        text(
            "请管理员把该主机列入设置。",
            "Ask the administrator to list the host.",
        ),
    ),
    "too-many-webhooks": Page(
        text(
            "本账户的推送已达上限。",
            "The account has as many webhooks as it may have.",
        ),
        text(
            "先删除不用的。",
            "Remove one that is not used.",
        ),
    ),
    "too-many-streams": Page(
        text(
            "同时打开的推送流已达上限。",
            "As many streams are open as there may be.",
        ),
        text(
            "关闭不用的，或改为定时拉取。",
            "Close one, or pull from time to time instead.",
        ),
    ),
    "outcome-unknown": Page(
        text(
            "数据库未及时答复，不知是否已记录。",
            "The database did not answer in time, so it is not known whether it was recorded.",
        ),
        text(
            "以同一幂等键重发：得到确定的答复，且只记录一次。",
            "Send it again with the same key: it gets a definite answer, and is recorded once.",
        ),
    ),
    "view-behind": Page(
        text(
            "等待之后，视图仍未读到min_position；freshness说明读到哪里。",
            "After waiting, the view has not reached min_position; `freshness` says where it is.",
        ),
        text(
            "稍后重试，或用Prefer: wait=秒多等一会。",
            "Ask again, or wait longer by `Prefer: wait=` seconds.",
        ),
    ),
    "view-filling": Page(
        text(
            "视图正在首次填充，尚不能读。",
            "The view is being filled for the first time and cannot be read yet.",
        ),
        text(
            "照Retry-After稍后再读；项目与历史的读取不受影响。",
            "Ask again as Retry-After says; projects and histories can be read.",
        ),
    ),
    "not-signed-yet": Page(
        text(
            "已记录，但还没有签署的检查点包含它。",
            "It is recorded; no signed checkpoint covers it yet.",
        ),
        text(
            "稍后再取，或用wait参数等待。",
            "Ask again, or let it wait by the parameter `wait`.",
        ),
    ),
    "gone": Page(
        text(
            "此操作或参数已于公告的日期停用，未办理。停用之前，它的答复带有Deprecation、Sunset两个头。",
            "The operation or parameter ended on the day that was announced; nothing was done. Until then its answers "
            "had the headers Deprecation and Sunset.",
        ),
        text(
            "改用detail和Link（rel=successor-version）所说的；见docs/api-versions.md。",
            "Use what detail and the link successor-version name; see docs/api-versions.md.",
        ),
    ),
    "not-found": Page(
        text(
            "没有此地址。",
            "There is no such address.",
        ),
        text(
            "对照接口文档（/docs）。",
            "See the API document (/docs).",
        ),
    ),
    "method-not-allowed": Page(
        text(
            "该地址不支持此方法。记录不能修改、不能删除，更正也是一件办理。",
            "The address does not take this method. Nothing recorded is changed or deleted; a correction is an "
            "act, too.",
        ),
        text(
            "对照接口文档（/docs）。",
            "See the API document (/docs).",
        ),
    ),
    "sealing": Page(
        text(
            "个人信息的主密钥不在或不是现用的，不能密封或解封。没有记录。",
            "The master key of personal data is missing or not the one in use. Nothing was recorded.",
        ),
        text(
            "请联系系统管理员：liuhen doctor会说明原因。",
            "Tell the administrator: `liuhen doctor` says why.",
        ),
    ),
    "too-many-requests": Page(
        text(
            "本账户每分钟的请求超过上限，本次没有处理。RateLimit头说明余量。",
            "The account sends more requests a minute than it may; this one was not looked at. The RateLimit header "
            "says what is left.",
        ),
        text(
            "照Retry-After等待后，以同一幂等键重发；很多件办理请用成批办理。",
            "Wait as Retry-After says, and send it again with the same key; send many acts as a batch.",
        ),
    ),
    "uri-too-long": Page(
        text("地址与查询超过8 KiB。", "Path and query are longer than 8 KiB."),
        text("缩短查询。", "Ask for less in one request."),
    ),
    "headers-too-large": Page(
        text("请求头超过100个或32 KiB。", "There are more than 100 headers, or more than 32 KiB of them."),
        text("去掉不需要的请求头。", "Leave out what is not needed."),
    ),
    "too-large": Page(
        text(
            "请求的正文、行数或嵌套超过上限。没有处理。",
            "The body, its rows or its nesting is beyond the limit. It was not looked at.",
        ),
        text(
            "分成几次发送。",
            "Send it in parts.",
        ),
    ),
    "coded-body": Page(
        text(
            "请求带Content-Encoding：压缩的正文不接收，展开之前不知其大小。答复仍可压缩（Accept-Encoding: gzip）。",
            "The request has a Content-Encoding: compressed bodies are not taken, for their size shows only once they "
            "are unpacked. Answers are compressed on request (`Accept-Encoding: gzip`).",
        ),
        text(
            "去掉Content-Encoding，正文原样发送，以同一幂等键重发。",
            "Leave Content-Encoding out, send the body as it is, with the same key.",
        ),
    ),
    "not-json": Page(
        text(
            "正文的类型不是application/json。",
            "The content type is not application/json.",
        ),
        text(
            "以Content-Type: application/json发送UTF-8的JSON。",
            "Send JSON in UTF-8 as `Content-Type: application/json`.",
        ),
    ),
    "not-ndjson": Page(
        text(
            "成批办理的正文须为NDJSON。",
            "A batch has to be NDJSON.",
        ),
        text(
            "以Content-Type: application/x-ndjson发送，每行一个JSON对象。",
            "Send it as `Content-Type: application/x-ndjson`, one JSON object a line.",
        ),
    ),
    "batch-not-recorded": Page(
        text(
            "mode=all的一批中另有一行不能办理，整批未记录。",
            "Another row of a batch with mode=all was not accepted, so nothing of it is recorded.",
        ),
        text(
            "改正答复中状态不是424的那些行，整批重发。",
            "Correct the rows whose status is not 424, and send the batch again.",
        ),
    ),
    "bad-file": Page(
        text(
            "文件不能按此对照读取。",
            "The file cannot be read by this mapping.",
        ),
        text(
            "照detail改正文件，或选用另一对照。",
            "Correct the file as detail says, or choose another mapping.",
        ),
    ),
    "paper": Page(
        text(
            "材料的大小、种类或摘要不符，或涉密项目不收材料。",
            "Size, kind or digest of the paper are not as they should be, or the project is classified and takes none.",
        ),
        text("照detail改正后重新上传。", "Correct it as detail says, and upload it again."),
    ),
    "document-store": Page(
        text("材料库暂不可用，材料未收存。", "The document store is not available; the paper was not kept."),
        text("稍后重新上传；持续不好请告诉管理员。", "Upload it again later; tell the administrator if it goes on."),
    ),
    "internal": Page(
        text(
            "服务内部出错，已记入运行日志。",
            "The service failed; it is in its log.",
        ),
        text(
            "办理请以同一幂等键重发；持续不好请把request_id告诉管理员。",
            "Repeat an act with its key; if it goes on, tell the administrator the request_id.",
        ),
    ),
}
"""By type. Every type of `TITLES` has one (tests/api/test_problem_pages.py)."""


def as_markdown() -> str:
    """All types as docs/problems.md has them."""
    parts = [
        "# 问题 Problems",
        "由`liuhen problems`生成 generated by `liuhen problems`.",
        (
            "所有错误的答复都是`application/problem+json`（RFC 9457）：`type`是不变的地址，指向下列各节"
            "（服务自己也在该地址提供），`title`、`detail`按`Accept-Language`用中文或英文，`errors`有每一处的JSON指针，"
            "`findings`有条款与补救办法，`request_id`与`trace_id`可供查找。所填的值不在答复中重复。程序只应依`type`与`status`行事。"
        ),
        (
            "*Every error is answered as `application/problem+json` (RFC 9457): `type` is a stable address that leads "
            "to what stands here (the service serves it there), `title` and `detail` are in the language of "
            "`Accept-Language`, `errors` has the JSON pointer of each place, `findings` clauses and cures, and "
            "`request_id` and `trace_id` help to look it up. Values that were sent are not repeated. "
            "Programs go by `type` and `status` alone.*"
        ),
    ]
    for kind, (status, title) in TITLES.items():
        page = PAGES[kind]
        parts += [
            f"## /problems/{kind}",
            f"**{status} {title.zh}。** {page.meaning.zh}\n\n怎么办：{page.cure.zh}",
            f"***{title.en}.*** *{page.meaning.en}*\n\n*What to do: {page.cure.en}*",
        ]
    return "\n\n".join(parts) + "\n"


def as_html(kind: str) -> str:
    """The page of one type, Chinese first. Raises KeyError for one that is none."""
    (status, title), page = TITLES[kind], PAGES[kind]
    told = [
        _section("zh-CN", f"{status} {title.zh}", page.meaning.zh, f"怎么办：{page.cure.zh}"),
        _section("en", f"{status} {title.en}", page.meaning.en, f"What to do: {page.cure.en}"),
        '<p><a href="/problems">所有问题 All problems</a></p>',
    ]
    return _document(f"{title.zh} {title.en}", told)


def as_html_list() -> str:
    """A page of all types."""
    entries = [
        f'<li><a href="/problems/{kind}">{status} {html.escape(f"{title.zh} {title.en}")}</a></li>'
        for kind, (status, title) in TITLES.items()
    ]
    return _document("问题 Problems", ["<h1>问题 Problems</h1>", "<ul>", *entries, "</ul>"])


def _section(language: str, title: str, *paragraphs: str) -> str:
    told = "".join(f"<p>{html.escape(p)}</p>" for p in paragraphs)
    return f'<section lang="{language}"><h1>{html.escape(title)}</h1>{told}</section>'


def _document(title: str, body: list[str]) -> str:
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title>'
    return f'<!doctype html><html lang="zh-CN"><head>{head}</head><body>{"".join(body)}</body></html>'
