"""更正: withdraw or replace a recorded fact, in the history that it stands in."""

from __future__ import annotations

from uuid import UUID

from application.act import Act
from application.desk import Outcome, Planned, Reading, submit
from application.ports import Desk
from application.sealing import sealed_correction
from domain.faults import UnknownSubjectError
from domain.personal import sealed_fields
from domain.rule import text
from domain.steps.correcting import CorrectFact, correct
from domain.streams import StreamKind


def correct_fact(desk: Desk, kind: StreamKind, stream: UUID, command: CorrectFact, act: Act) -> Outcome:
    """Record the correction of one event of any history."""

    target = next((r for r in desk.ledger.read(kind, stream) if r.stream.version == command.version), None)
    if target is not None and command.replacement is not None and sealed_fields(type(target.event)):
        command = sealed_correction(desk, act, kind, stream, command, target.event)

    def plan(reading: Reading) -> list[Planned]:
        history = reading.history(kind, stream)
        if not history:
            raise UnknownSubjectError(text("没有此标识的记录", "nothing is recorded under that identity"))
        case = None
        if kind is StreamKind.PROJECT:
            case = reading.case(reading.project(stream), at_gate=False)
        elif kind is StreamKind.SYSTEM:
            case = reading.case_of_system(reading.system(stream), at_gate=False)
        return [Planned(kind, stream, correct(history, command, case))]

    return submit(desk, act, stream, command, plan)
