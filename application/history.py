"""历史导入: bring one row of another record in, as history."""

from __future__ import annotations

from application.desk import Act, Outcome, Planned, Reading, submit
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


def bring_in_project(desk: Desk, command: BringIn, act: Act) -> Outcome:
    """Record an imported row under the identity of its source and key. Raises UnchangedError for a known row."""
    project = imported_project_id(command.origin.source, command.origin.key)

    def plan(reading: Reading) -> list[Planned]:
        event = bring_in(reading.project(project, must_exist=False), command.origin, command.facts)
        if event is None:
            raise UnchangedError
        return [Planned(StreamKind.PROJECT, project, event)]

    return submit(desk, act, project, command, plan)
