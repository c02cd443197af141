"""可计算指标 Rates that the record itself gives, beside the scores that people gave (facts 5.1). Exact, never typed in.

The four of 财预〔2020〕10号 that a ledger can tell: 预算执行率, 资金到位率, 实际完成率, 成本节约率. A rate that cannot
be computed says why; it is never zero instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from domain.event import Value
from domain.money import Money
from domain.project import Arrangement, FundPurpose, Project
from domain.texts import Text


class RateKind(StrEnum):
    """Which rate."""

    EXECUTION = "EXECUTION"  # 预算执行率
    IN_PLACE = "IN_PLACE"  # 资金到位率
    COMPLETION = "COMPLETION"  # 实际完成率
    COST_SAVING = "COST_SAVING"  # 成本节约率


class Rate(Value):
    """指标值 `part` of `whole`, in 分 or in per cent; `rate` is their quotient, rounded half up to four decimals."""

    kind: RateKind
    part: int | None = None
    whole: int | None = None
    rate: str | None = None
    basis: Text
    """What part and whole are."""
    missing: Text | None = None
    """Why there is no rate."""


def computed_rates(project: Project) -> tuple[Rate, ...]:
    """The four rates of a project, each with what it rests on, or why there is none."""
    return execution(project), in_place(project), completion(project), cost_saving(project)


def execution(project: Project) -> Rate:
    """预算执行率 = spent ÷ arranged, over all arrangements."""
    basis = Text(zh="已拨付（减退回）÷ 已安排", en="disbursed less refunded ÷ arranged")
    arranged = _fen(a.amount for a in project.arrangements)
    return _rate(RateKind.EXECUTION, _spent(project.arrangements), arranged, basis, _NO_ARRANGEMENT)


def in_place(project: Project) -> Rate:
    """资金到位率 = received ÷ planned, of build money; planned is what was approved, or else what was arranged."""
    build = [a for a in project.arrangements if a.purpose is FundPurpose.BUILD]
    approved = project.approval.amount_in_force if project.approval else None
    if approved is not None:
        basis = Text(zh="建设经费已拨付（减退回）÷ 批复概算", en="build money disbursed less refunded ÷ approved")
        return _rate(RateKind.IN_PLACE, _spent(build), _fen([approved]), basis, _NO_APPROVED_AMOUNT)
    basis = Text(zh="建设经费已拨付（减退回）÷ 已安排", en="build money disbursed less refunded ÷ arranged")
    missing = Text(
        zh="没有批复概算，也没有建设经费安排", en="neither an approved amount nor build money arranged is recorded"
    )
    return _rate(RateKind.IN_PLACE, _spent(build), _fen(a.amount for a in build), basis, missing)


def completion(project: Project) -> Rate:
    """实际完成率 = actual ÷ planned: all of it after acceptance, before it the newest percentage reported."""
    if project.acceptance is not None:
        return _rate(RateKind.COMPLETION, 100, 100, Text(zh="已通过竣工验收", en="acceptance passed"), _NO_PROGRESS)
    percent = project.progress.percent if project.progress else None
    basis = Text(zh="最近一次进度报告的百分比", en="the percentage of the newest progress report")
    return _rate(RateKind.COMPLETION, percent, None if percent is None else 100, basis, _NO_PROGRESS)


def cost_saving(project: Project) -> Rate:
    """成本节约率 = (planned − actual) ÷ planned; planned is what was approved, actual what was contracted."""
    basis = Text(zh="（批复概算 − 合同金额）÷ 批复概算", en="(approved − contracted) ÷ approved")
    planned = (
        _fen([project.approval.amount_in_force]) if project.approval and project.approval.amount_in_force else None
    )
    actual = _fen(c.amount for c in project.contracts) if project.contracts else None
    if planned is None:
        return _rate(RateKind.COST_SAVING, None, None, basis, _NO_APPROVED_AMOUNT)
    if actual is None:
        missing = Text(zh="没有人民币合同金额", en="no contract in CNY is recorded")
        return _rate(RateKind.COST_SAVING, None, planned, basis, missing)
    return _rate(RateKind.COST_SAVING, planned - actual, planned, basis, _NO_APPROVED_AMOUNT)


_NO_ARRANGEMENT = Text(zh="没有人民币经费安排", en="no money in CNY is arranged")
_NO_APPROVED_AMOUNT = Text(zh="没有人民币批复概算", en="no approved amount in CNY is recorded")
_NO_PROGRESS = Text(zh="没有带百分比的进度报告", en="no progress report with a percentage is recorded")


def _spent(arrangements: Iterable[Arrangement]) -> int:
    return sum(a.disbursed_fen - a.refunded_fen for a in arrangements)


def _fen(amounts: Iterable[Money]) -> int | None:
    """The sum in 分, or None when an amount is in another currency: no exchange rate is guessed."""
    listed = list(amounts)
    return sum(a.fen for a in listed) if all(a.currency == "CNY" for a in listed) else None


def _rate(kind: RateKind, part: int | None, whole: int | None, basis: Text, missing: Text) -> Rate:
    if part is None or not whole:
        return Rate(kind=kind, part=part, whole=whole, basis=basis, missing=missing)
    return Rate(kind=kind, part=part, whole=whole, rate=_quotient(part, whole), basis=basis)


def _quotient(part: int, whole: int) -> str:
    """The quotient to four decimals, half away from zero, as PostgreSQL's round does; by integers, so it is exact."""
    steps = (abs(part) * 20_000 + whole) // (2 * whole)
    sign = "-" if part < 0 and steps else ""
    return f"{sign}{steps // 10_000}.{steps % 10_000:04d}"
