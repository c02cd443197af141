"""规则集 The rule sets that decisions are judged by, in full."""

from __future__ import annotations

from fastapi import APIRouter

from api.context import Context, Reader
from domain.event import Value
from domain.faults import UnknownSubjectError
from domain.rule import RuleSet, text
from domain.rule_diff import Difference, differences

router = APIRouter(tags=["规则 rules"])


class RuleSetAnswer(Value):
    """规则集 with the digest that decisions name it by."""

    digest: str
    rule_set: RuleSet


@router.get("/rule-sets", summary="全部规则集 all rule sets")
def read_rule_sets(context: Reader) -> list[RuleSetAnswer]:
    """Every loaded rule set, oldest first."""
    return [RuleSetAnswer(digest=s.digest, rule_set=s) for s in context.liuhen.desk.rule_sets.all]


@router.get("/rule-sets/{rule_set_id}/differences/{other_id}", summary="规则集比较 what differs between two sets")
def read_differences(context: Reader, rule_set_id: str, other_id: str) -> list[Difference]:
    """Every place where the second set differs from the first."""
    return list(differences(_rule_set(context, rule_set_id), _rule_set(context, other_id)))


@router.get("/rule-sets/{rule_set_id}", summary="一个规则集 one rule set")
def read_rule_set(context: Reader, rule_set_id: str) -> RuleSetAnswer:
    """One rule set, clause by clause, with its parameters and their sources."""
    found = _rule_set(context, rule_set_id)
    return RuleSetAnswer(digest=found.digest, rule_set=found)


def _rule_set(context: Context, rule_set_id: str) -> RuleSet:
    found = context.liuhen.desk.rule_sets.get(rule_set_id)
    if found is None:
        raise UnknownSubjectError(text("没有此规则集", "there is no such rule set"))
    return found
