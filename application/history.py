"""历史导入: bring one row of another record in, as history."""

from __future__ import annotations

from application.desk import Act, Planned, Reading, submit
from application.ports import Desk
from domain.command import Command
from domain.project import HistoricalFact, ImportOrigin
from domain.steps.history import bring_in
from domain.streams import StreamKind, imported_project_id


class BringIn(Command):
    """Ask to bring a project in from another record."""

    origin: ImportOrigin
    facts: tuple[HistoricalFact, ...]


class UnchangedError(Exception):
    """Exactly this row was brought in before. Nothing is recorded."""


def bring_in_project(desk: Desk, command: BringIn, act: Act) -> bool:
    """Record an imported row under the identity of its source and key. True when the project is new here.

    Raises UnchangedError for a row that was brought in before. Sending it again is safe without a request key.
    """
    project = imported_project_id(command.origin.source, command.origin.key)
    new = False

    def plan(reading: Reading) -> list[Planned]:
        nonlocal new
        known = reading.project(project, must_exist=False)
        new = known.version == 0
        event = bring_in(known, command.origin, command.facts)
        if event is None:
            raise UnchangedError
        return [Planned(StreamKind.PROJECT, project, event)]

    submit(desk, act, project, command, plan)
    return new
