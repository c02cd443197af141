"""金额比较 The amounts of a project's stages beside each other: compared, never overwritten.

Each should be at least the next: 估算≥概算≥预算≥合同价≥结算≥决算.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise

from domain.dates import CivilDate
from domain.event import Value
from domain.money import Money
from domain.project import AmountStage, Project

ORDER = tuple(AmountStage)


class AmountOrigin(StrEnum):
    """Where an amount is known from."""

    FILING = "FILING"  # 备案估算
    APPROVAL = "APPROVAL"  # 立项批复
    CHANGE = "CHANGE"  # 变更批复
    CONTRACTS = "CONTRACTS"  # 各合同合计
    STATED = "STATED"  # 单独登记


class StageAmount(Value):
    """阶段金额 An amount of a stage in 分, where it is known from, and whether a later one revised it."""

    stage: AmountStage
    origin: AmountOrigin
    fen: int
    currency: str = "CNY"
    document_no: str | None = None
    stated_total: str | None = None
    on: CivilDate | None = None
    revised: bool = False


class Drift(Value):
    """金额变化 Two neighbouring stages in 分. The change is in 分 and basis points; positive is more than before."""

    earlier: AmountStage
    later: AmountStage
    earlier_fen: int
    later_fen: int
    change_fen: int
    change_bp: int | None
    exceeds: bool
    """Does the later stage exceed the earlier one, which it should not?"""


def stages(project: Project) -> tuple[StageAmount, ...]:
    """Every amount known, in the order of the stages; within a stage what papers state comes last and counts."""
    known = [*_implied(project), *_stated(project)]
    ordered = sorted(known, key=lambda a: ORDER.index(a.stage))
    return tuple(
        amount.but(revised=any(later.stage is amount.stage for later in ordered[n + 1 :]))
        for n, amount in enumerate(ordered)
    )


def drift(project: Project) -> tuple[Drift, ...]:
    """The change from each known stage to the next known one, in CNY. Stages that nothing states are passed over."""
    current = [a for a in stages(project) if not a.revised and a.currency == "CNY"]
    return tuple(
        Drift(
            earlier=before.stage,
            later=after.stage,
            earlier_fen=before.fen,
            later_fen=after.fen,
            change_fen=after.fen - before.fen,
            change_bp=basis_points(after.fen - before.fen, before.fen),
            exceeds=after.fen > before.fen,
        )
        for before, after in pairwise(current)
    )


def basis_points(part: int, whole: int) -> int | None:
    """How many ten-thousandths of `whole` a part is, rounded half away from zero; None for a whole of nothing."""
    if whole <= 0:
        return None
    size = (2 * abs(part) * 10_000 + whole) // (2 * whole)
    return size if part >= 0 else -size


def _implied(project: Project) -> list[StageAmount]:
    """What the filing, the approval in force and the contracts say."""
    found = []
    if project.filing is not None and project.filing.estimate is not None:
        found.append(
            _amount(
                AmountStage.ESTIMATE, AmountOrigin.FILING, project.filing.estimate, project.filed_on, project.number
            )
        )
    approval = project.approval
    if approval is not None and approval.amount is not None:
        found.append(
            _amount(
                AmountStage.DESIGN_ESTIMATE,
                AmountOrigin.APPROVAL,
                approval.amount,
                approval.approved_on,
                approval.document_no,
            )
        )
    for change in approval.changed_amounts if approval else ():
        found.append(  # noqa: PERF401 (a list of several kinds)
            _amount(AmountStage.DESIGN_ESTIMATE, AmountOrigin.CHANGE, change.amount, change.changed_on, None)
        )
    currencies = {c.amount.currency for c in project.contracts}
    if len(currencies) == 1:  # amounts of several currencies have no sum
        total = sum(c.amount.fen for c in project.contracts)
        found.append(
            StageAmount(
                stage=AmountStage.CONTRACT,
                origin=AmountOrigin.CONTRACTS,
                fen=total,
                currency=currencies.pop(),
                on=project.contracts[-1].signed_on,
            )
        )
    return found


def _stated(project: Project) -> list[StageAmount]:
    return [
        _amount(s.stage, AmountOrigin.STATED, s.amount, s.stated_on, s.document_no).but(stated_total=s.stated_total)
        for s in project.amounts
    ]


def _amount(
    stage: AmountStage, origin: AmountOrigin, amount: Money, on: CivilDate | None, document_no: str | None
) -> StageAmount:
    return StageAmount(
        stage=stage, origin=origin, fen=amount.fen, currency=amount.currency, document_no=document_no, on=on
    )
