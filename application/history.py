"""历史导入: bring one row of another record in, as history."""

from __future__ import annotations

from collections.abc import Sequence

from application.desk import Act, Planned, Reading, check_day, check_fit, circumstances_of, submit
from application.ports import Desk, NewEvent
from domain.command import Command
from domain.evolve import fold
from domain.faults import ActError
from domain.project import HistoricalFact, ImportOrigin, Project
from domain.steps.history import bring_in
from domain.streams import StreamAt, StreamKind, imported_project_id


class BringIn(Command):
    """Ask to bring a project in from another record."""

    origin: ImportOrigin
    facts: tuple[HistoricalFact, ...]


class UnchangedError(Exception):
    """Exactly this row was brought in before. Nothing is recorded."""


def bring_in_projects(desk: Desk, commands: Sequence[BringIn], act: Act) -> list[bool | UnchangedError | ActError]:
    """Do with each of many rows, of different projects, as `bring_in_project` does, and tell what came of it.

    Their projects are read in one go and their saves sent in one; each is still recorded or refused alone.
    """
    check_day(desk, act)
    streams = [imported_project_id(c.origin.source, c.origin.key) for c in commands]
    histories = desk.ledger.read_each(StreamKind.PROJECT, streams)
    circumstances = circumstances_of(act)
    outcomes: list[bool | UnchangedError | ActError] = []
    planned: list[NewEvent] = []
    places: list[int] = []
    for place, (stream, command) in enumerate(zip(streams, commands, strict=True)):
        known = fold(Project(id=stream), histories.get(stream, ()))
        try:
            check_fit(command, act)
            event = bring_in(known, command.origin, command.facts)
        except ActError as error:
            outcomes.append(error)
            continue
        outcomes.append(known.version == 0 if event is not None else UnchangedError())
        if event is not None:
            at = StreamAt(kind=StreamKind.PROJECT, id=stream, version=known.version + 1)
            planned.append(NewEvent(at, circumstances, event))
            places.append(place)
    if act.dry_run or not planned:
        return outcomes
    recorded = desk.ledger.record_each(planned)
    desk.states.learn([r for r in recorded if r is not None])
    for place, entry in zip(places, recorded, strict=True):
        if entry is None:  # somebody else wrote there meanwhile: this row is looked at again, by itself
            try:
                outcomes[place] = bring_in_project(desk, commands[place], act)
            except (UnchangedError, ActError) as error:
                outcomes[place] = error
    return outcomes


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
