"""O33 引入第三方专业评估机构: who evaluates is outside, that is, has no interest in what is evaluated.

源政发〔2018〕16号 五（三）. Asked when an evaluation is commissioned in any channel but those in which the rated side
rates itself. The strength is the rule set's: the document only says to bring evaluators in.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.evaluator import InterestNature
from domain.project import OWN_CHANNELS, CommissionTerms, EvaluationChannel
from domain.rule import Gate, facts, text

_NATURES = {
    InterestNature.OWNERSHIP: text("出资或控股", "ownership"),
    InterestNature.BUSINESS: text("业务往来", "business relations"),
    InterestNature.DESIGN_ADVICE: text("参与项目设计咨询", "advice on the design"),
    InterestNature.PERSONNEL: text("人员关联", "personal ties"),
    InterestNature.OTHER: text("其他利益关系", "another interest"),
}


def check(gate: Gate, case: Case) -> list[Failing]:
    """The evaluator is qualified, neither owns nor builds, has no conflict, and is not paid by the rated."""
    del gate
    terms = case.proposal.commission
    if terms is None or terms.channel in OWN_CHANNELS:
        return []
    return [*_not_qualified(case, terms), *_involved(case, terms), *_conflicts(case), *_paid_by_the_rated(case, terms)]


def _not_qualified(case: Case, terms: CommissionTerms) -> list[Failing]:
    """Only a third-party evaluator needs the register; auditors, experts and the press are not in it."""
    if terms.channel is not EvaluationChannel.THIRD_PARTY_ASSESSMENT:
        return []
    evaluator = case.evaluator
    if evaluator is None or evaluator.registered_on is None:
        return [
            Failing(
                text("评估机构未登记，资质和利益关系无从查验", "the evaluator is not registered"),
                text("先登记评估机构（evaluators）", "register the evaluator first (evaluators)"),
                facts(evaluator=terms.evaluator_uscc),
            )
        ]
    if not evaluator.qualified(case.decided_on):
        return [
            Failing(
                text("评估机构的资质在委托之日无效", "the evaluator's qualification is not valid on that day"),
                text(
                    "登记有效的资质（evaluators），或另选机构", "register a valid one (evaluators), or choose another"
                ),
                facts(
                    evaluator=terms.evaluator_uscc,
                    registered_on=evaluator.registered_on,
                    valid_until=evaluator.valid_until or "-",
                    decided_on=case.decided_on,
                ),
            )
        ]
    return []


def _involved(case: Case, terms: CommissionTerms) -> list[Failing]:
    cure = text("另选与项目无关的机构", "choose a body that has no part in the project")
    found = []
    if terms.evaluator_uscc in case.project.owners:
        found.append(text("评价机构就是项目建设单位", "the evaluator is an owner unit of the project"))
    contracts = [c.contract_no for c in case.project.contracts if c.supplier_uscc == terms.evaluator_uscc]
    if contracts:
        listed = "、".join(contracts)
        found.append(text(f"评价机构是项目承建方（合同{listed}）", f"the evaluator is a contractor ({listed})"))
    return [Failing(reason, cure, facts(evaluator=terms.evaluator_uscc)) for reason in found]


def _conflicts(case: Case) -> list[Failing]:
    if case.evaluator is None:
        return []
    return [
        Failing(
            text(
                f"评价机构与建设单位{conflict.unit}存在利益冲突：{_NATURES[conflict.nature].zh}",
                f"the evaluator has a conflict of interest with {conflict.unit}: {_NATURES[conflict.nature].en}",
            ),
            text(
                "另选机构；冲突已消除的，登记终止（evaluators）",
                "choose another evaluator, or record that the conflict has ended (evaluators)",
            ),
            facts(
                conflict=conflict.number,
                unit=conflict.unit,
                since=conflict.from_on,
                until=conflict.until or "-",
                decided_on=case.decided_on,
            ),
        )
        for conflict in case.evaluator.conflicts_on(case.decided_on)
        if conflict.unit in case.project.owners
    ]


def _paid_by_the_rated(case: Case, terms: CommissionTerms) -> list[Failing]:
    if terms.payer not in case.project.owners:
        return []
    return [
        Failing(
            text("付费方就是被评价单位", "the payer is the unit that is evaluated"),
            text("由财政或主管部门等其他单位付费", "let finance or another body pay"),
            facts(payer=terms.payer),
        )
    ]


EVALUATOR_INDEPENDENT = Rule("O33", check)
