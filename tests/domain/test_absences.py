"""What a project lacks follows from the rule set's gates and the recorded facts, never from a list of names."""

from __future__ import annotations

from datetime import date

from domain.absences import Absence, absences_of, gate_ahead, outstanding_of
from domain.project import Project
from domain.reminders import DeadlineKind, of_unit
from domain.rule import Gate, RuleSet
from domain.steps.building import ProgressReported
from domain.steps.connection import ConnectionObligationSet
from tests.given import PROJECT, RULES, Dated, given
from tests.stages import (
    ACCEPTED,
    APPROVED,
    ENROLLED,
    EVIDENCE,
    LEVEL,
    LISTED,
    REGISTERED,
    SHARED,
    filed,
    level_report,
)

DUE: Dated = (APPROVED[0], APPROVED[1].but(acceptance_due=date(2019, 12, 31)))
BUILDING = (filed(), SHARED, DUE, LISTED)


def lacks(
    *project: Dated, system: tuple[Dated, ...] = (), on: str = "2019-06-01", rules: RuleSet = RULES
) -> list[Absence]:
    return list(absences_of(given(*project, system=system, unit=(ENROLLED,), on=on, rules=rules).case))


def of_rule(found: list[Absence], rule: str) -> list[Absence]:
    return [a for a in found if a.rule == rule]


def test_no_security_test_yet_and_by_when_it_is_due() -> None:
    (missing,) = of_rule(lacks(*BUILDING, system=(REGISTERED, LEVEL)), "G14")
    assert (missing.gate, missing.due_on, missing.days_overdue) == (Gate.ACCEPT, date(2019, 12, 31), 0)
    assert missing.told.zh.startswith("尚缺：系统“测试系统”没有等级测评报告，应于2019年12月31日前；")
    assert missing.told.en.startswith("Not yet: system “测试系统” has no level-test report, due 2019-12-31; ")
    assert of_rule(lacks(*BUILDING, system=(REGISTERED, LEVEL, level_report())), "G14") != [missing]


def test_what_is_overdue_says_by_how_long() -> None:
    (missing,) = of_rule(lacks(*BUILDING, system=(REGISTERED, LEVEL), on="2020-01-10"), "G14")
    assert missing.days_overdue == 10
    assert "已逾期10天" in missing.told.zh
    assert "10 days overdue" in missing.told.en


def test_a_rule_set_without_the_clause_misses_nothing_under_it() -> None:
    without = RULES.but(clauses=tuple(c for c in RULES.clauses if c.rule != "G14"))
    found = lacks(*BUILDING, system=(REGISTERED, LEVEL), rules=without)
    assert of_rule(found, "G14") == []
    assert of_rule(found, "G08")


def test_the_day_follows_from_the_parameters_of_the_rule_set() -> None:
    completed: Dated = ("2019-08-01", ProgressReported(percent=100))
    history = (filed(), SHARED, APPROVED, LISTED, completed)
    longer = RULES.parameters.acceptance_within_months + 2
    months = {rules.parameters.acceptance_within_months: rules for rules in (RULES, _within(longer))}
    due = {
        m: {a.due_on for a in lacks(*history, system=(REGISTERED,), on="2019-09-01", rules=r) if a.gate is Gate.ACCEPT}
        for m, r in months.items()
    }
    assert due[longer] == {date(2019 + (8 + longer - 1) // 12, (8 + longer - 1) % 12 + 1, 1)}
    assert due[longer] != due[RULES.parameters.acceptance_within_months]


def _within(months: int) -> RuleSet:
    return RULES.but(parameters=RULES.parameters.but(acceptance_within_months=months))


def test_the_gate_ahead_asks_and_no_other() -> None:
    assert {a.gate for a in lacks(filed())} == {Gate.APPROVE}
    assert [a.rule for a in lacks(filed())] == ["G03", "G06", "G07"]
    assert "应于立项审批前补齐" in lacks(filed())[0].told.zh
    assert Gate.APPROVE not in {a.gate for a in lacks(*BUILDING, system=EVIDENCE)}
    accepted = lacks(*BUILDING, ACCEPTED, system=EVIDENCE, on="2019-07-01")
    assert Gate.ACCEPT not in {a.gate for a in accepted}
    assert DeadlineKind.SELF_EVALUATION in {a.kind for a in accepted}
    assert gate_ahead(Project(id=PROJECT)) is None


def test_what_is_due_comes_first_and_the_due_day_is_in_time() -> None:
    obligation = ConnectionObligationSet(
        number=1, system_name="老系统", requirement_document="文", issuer="市", due_on=date(2019, 3, 1)
    )
    unit = given(unit=(ENROLLED, ("2019-01-01", obligation))).case.owner_units[0]

    def outstanding(day: str) -> dict[DeadlineKind | None, int]:
        found = outstanding_of(of_unit(unit), RULES.parameters, date.fromisoformat(day))
        return {a.kind: a.days_overdue for a in found}

    assert outstanding("2019-03-01")[DeadlineKind.CONNECTION_OBLIGATION] == 0
    assert outstanding("2019-03-02")[DeadlineKind.CONNECTION_OBLIGATION] == 1
    days = [a.due_on for a in lacks(*BUILDING, system=(REGISTERED, LEVEL, level_report()))]
    assert days == sorted(days, key=lambda d: d or date.max)
