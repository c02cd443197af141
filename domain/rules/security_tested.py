"""G14 将信息系统安全等级保护测评作为项目验收的重要环节: acceptance needs a level test that is good on the day.

源政发〔2018〕16号 五（四）. What passes, and for how long, is data of the rule set. The report must be of the
system's own filing certificate and level, by an agency that neither builds nor owns, and not older than the level or
the last major change.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.dates import add_months
from domain.rule import Conclusion, Gate, facts, text
from domain.system import GovSystem, SecurityTest
from domain.texts import Text


def check(gate: Gate, case: Case) -> list[Failing]:
    """Each live system has a good test; a classified one has its own kind of test."""
    del gate
    if case.project.filing is None or case.project.no_system is not None:
        return []
    if not case.live_systems:
        return [
            Failing(
                text("项目没有登记信息系统，测评无从证明", "no system is registered, so no test is shown"),
                text(
                    "登记系统（systems）；确无系统的，登记无系统说明（no-system）",
                    "register the system (systems), or state that there is none (no-system)",
                ),
            )
        ]
    return [failing for system in case.live_systems for failing in _system(system, case)]


def _system(system: GovSystem, case: Case) -> list[Failing]:
    label = system.name or str(system.id)
    if case.project.classified:
        if any(t.reported_on.certainly_on_or_before(case.decided_on) for t in system.classified_tests):
            return []
        return [
            Failing(
                text("没有涉密信息系统安全保密测评", "no test of the classified system is recorded"),
                text("登记测评报告编号（classified-tests）", "record the number of its report (classified-tests)"),
                facts(system=system.id),
            )
        ]
    level = system.level_filing
    if level is None:
        return [
            Failing(
                text(f"系统“{label}”未登记等保定级备案", f"system “{label}” has no level filing"),
                text("登记等级和备案证明编号（level-filings）", "record its level and certificate (level-filings)"),
                facts(system=system.id),
            )
        ]
    if level.level in case.rules.parameters.levels_without_test:
        return []
    if not system.tests:
        return [
            Failing(
                text(f"系统“{label}”没有等级测评报告", f"system “{label}” has no level-test report"),
                text("登记等级测评报告（security-tests）", "record its level-test report (security-tests)"),
                facts(system=system.id, level=level.level),
            )
        ]
    problems = [(test, problem) for test in system.tests if (problem := _problem(test, system, case)) is not None]
    if len(problems) < len(system.tests):
        return []
    test, problem = problems[-1]
    return [
        Failing(
            text(
                f"系统“{label}”的测评报告{test.report_no}{problem.zh}",
                f"report {test.report_no} of “{label}” {problem.en}",
            ),
            text(
                "登记一份合格且在有效期内的等级测评报告（security-tests）",
                "record a passing report that is in date (security-tests)",
            ),
            facts(system=system.id, report_no=test.report_no, reported_on=test.reported_on, decided_on=case.decided_on),
        )
    ]


def _problem(test: SecurityTest, system: GovSystem, case: Case) -> Text | None:
    """Why this report does not serve on the day, or None when it does."""
    parameters, level = case.rules.parameters, system.level_filing
    months = parameters.test_validity_months.get(str(test.level))
    judged = parameters.conclusion_scales.get(test.template, {}).get(test.conclusion)
    builders = {c.supplier_uscc for c in case.project.contracts} | set(case.project.owners)
    names = {c.supplier for c in case.project.contracts} | {u.name for u in case.owner_units if u.name}
    checks: list[tuple[bool, Text]] = [
        (
            not test.reported_on.certainly_on_or_before(case.decided_on),
            text("晚于办理之日", "is later than the day of acceptance"),
        ),
        (
            level is None or test.level != level.level or test.certificate_no != level.certificate_no,
            text("与系统的等级或备案证明编号不符", "is not of the system's level and certificate"),
        ),
        (
            level is not None and test.reported_on.latest < level.filed_on.earliest,
            text("早于现行等级备案", "is older than the present level filing"),
        ),
        (
            system.changed_on is not None and test.reported_on.latest < system.changed_on.earliest,
            text("早于系统最近一次重大变更", "is older than the last major change of the system"),
        ),
        (
            months is None,
            text(
                f"：规则集未规定第{test.level}级的有效期",
                f"has level {test.level}, for which the rule set states no validity",
            ),
        ),
        (
            months is not None and add_months(test.reported_on.earliest, months) < case.decided_on,
            text(f"已过有效期（{months}个月）", f"is out of date (good for {months} months)"),
        ),
        (judged is None, text("的结论不在规则集的量表内", "has a conclusion that the rule set does not know")),
        (judged is Conclusion.FAIL, text(f"结论为“{test.conclusion}”", f"concludes “{test.conclusion}”")),
        (
            test.unresolved_high_risks > 0 or test.major_hazards > 0,
            text("有未整改的高风险或重大风险隐患", "has unresolved high risks or major hazards"),
        ),
        (
            judged is Conclusion.PASS_WITH_RECTIFICATION and not test.rectification_plan,
            text(
                f"结论为“{test.conclusion}”而没有整改计划",
                f"concludes “{test.conclusion}” without a rectification plan",
            ),
        ),
        (
            (test.agency_uscc is not None and test.agency_uscc in builders) or test.agency in names,
            text("由承建或建设单位自测", "was made by the builder or owner itself"),
        ),
    ]
    return next((problem for failed, problem in checks if failed), None)


SECURITY_TESTED = Rule("G14", check)
