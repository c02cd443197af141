"""疑点视图 Red flags: reasons to ask, by which rule and which events, what the unit answered, and what became of it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.context import Reader
from api.lists import Part
from api.moments import At
from api.routes.views import ViewAnswer, reading, view_answer
from domain.event import Value
from domain.red_flags import FIRES_ON, LOOKS_AT
from domain.red_flags.flag import FlagRule
from domain.texts import Text
from projections.asking import Listing, Window, read
from projections.red_flags import queries as red_flags
from projections.red_flags.queries import Status
from projections.view import Freshness

router = APIRouter(prefix="/red-flags", tags=["疑点 red flags"])

_VIEW = "red_flags"


class Flag(red_flags.FlagRow):
    """疑点 A flag with the rule that asks, its parameters, and where the unit answers."""

    asked_by: FlagRule = Field(description="规则、版本与参数 the rule, its version and parameters")
    answer_at: str = Field(description="答复的接口 the route at which the unit answers")


class RuleCount(Value):
    """疑点规则与计数 A rule, what it looks at, and its flags by status."""

    rule: FlagRule
    fires_on: Text = Field(description="何时提出 what fires it")
    looks_at: list[str] = Field(description="所看事件的主题；R06看项目的一切事件 topics; R06 looks at all of a project")
    by_status: dict[Status, int]
    traces: dict[Status, str] = Field(description="各计数的溯源 where each count is traced")


class RulesAnswer(Value):
    """疑点规则."""

    freshness: Freshness
    rules: list[RuleCount]


@router.get("", summary="疑点 red flags")
def read_flags(
    context: Reader,
    at: At,
    part: Part,
    rule: Annotated[str | None, Query(pattern=r"^R\d\d$", description="疑点规则 rule, e.g. R01")] = None,
    status: Annotated[Status | None, Query(description="疑点状态 what became of it")] = None,
    project: Annotated[UUID | None, Query(description="只看此项目被问的 of this project only")] = None,
    about: Annotated[UUID | None, Query(description="只看涉及此项目的 of others, about this project")] = None,
    unit: Annotated[str | None, Query(max_length=40, description="建设单位统一社会信用代码 owner unit")] = None,
) -> ViewAnswer[Flag]:
    """疑点由记录的事件按带版本的规则推出，只是询问的理由，不是结论；新的在前，从不删除。

    Derived from recorded events under a versioned rule: a reason to ask, never a finding of guilt. Newest first.
    """
    which = red_flags.Filter(rule=rule, status=status, project=project, about=about, unit=unit)
    with reading(context, _VIEW, at) as view:
        rules = {r.id: r for r in context.liuhen.engine.flag_rules.all}

        def fetch(window: Window) -> Listing[Flag]:
            found = read(view.conn, context.log_id, red_flags.FLAGS, which, window, classified=context.sees_classified)
            items = [
                Flag(**dict(row), asked_by=rules[row.rule], answer_at=f"/v1/projects/{row.project_id}/flag-answers")
                for row in found.items
            ]
            return Listing[Flag](**{**dict(found), "items": items})

        return view_answer(view, Flag, part, fetch)


@router.get("/rules", summary="疑点规则及计数 the rules, and their flags counted")
def read_rules(context: Reader, at: At) -> RulesAnswer:
    """每条规则的版本、参数、所看事件，及其疑点按状态的计数。

    Each rule with its version, parameters, the events that it looks at, and its flags by status.
    """
    with reading(context, _VIEW, at) as view:
        counted = red_flags.counts(view.conn, context.log_id, classified=context.sees_classified)
        rules = [
            RuleCount(
                rule=rule,
                fires_on=FIRES_ON[rule.id],
                looks_at=sorted(LOOKS_AT[rule.id]),
                by_status={s: sum(c.flags for c in counted if (c.rule, c.status) == (rule.id, s)) for s in Status},
                traces={s: red_flags.traced(at.said(), rule=rule.id, status=s) for s in Status},
            )
            for rule in context.liuhen.engine.flag_rules.all
        ]
        return RulesAnswer(freshness=view.freshness, rules=rules)
