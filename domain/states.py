"""状态 Which state each kind of stream folds into."""

from __future__ import annotations

from uuid import UUID

from domain.accounts import Accounts
from domain.county import County
from domain.evaluator import Evaluator
from domain.evolve import Foldable
from domain.guidance_fund import GuidanceFund
from domain.project import Project
from domain.streams import StreamKind
from domain.system import GovSystem
from domain.unit import Register, Unit

STATES: dict[StreamKind, type[Project | GovSystem | Unit | Register | County | Evaluator | GuidanceFund | Accounts]] = {
    StreamKind.PROJECT: Project,
    StreamKind.SYSTEM: GovSystem,
    StreamKind.UNIT: Unit,
    StreamKind.REGISTER: Register,
    StreamKind.COUNTY: County,
    StreamKind.EVALUATOR: Evaluator,
    StreamKind.GUIDANCE_FUND: GuidanceFund,
    StreamKind.ACCOUNTS: Accounts,
}


_FIRST: dict[StreamKind, Foldable] = {kind: state(id=UUID(int=0)) for kind, state in STATES.items()}


def beginning(kind: StreamKind, stream: UUID) -> Foldable:
    """The state of a stream before its first event."""
    first: Foldable = _FIRST[kind].but(id=stream)
    return first
