"""历史导入: bring one row of another record in, as history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson

from application.act import Act, check_day, check_fit, circumstances_of, is_suspect
from application.desk import Planned, Reading, submit
from application.ports import Desk, WrittenEvent
from domain.command import Command
from domain.event import as_json
from domain.evolve import fold
from domain.faults import ActError
from domain.project import HistoricalFact, ImportOrigin, Project
from domain.steps.history import ProjectImported, bring_in, is_news
from domain.streams import StreamKind, imported_project_id


class BringIn(Command):
    """Ask to bring a project in from another record."""

    origin: ImportOrigin
    facts: tuple[HistoricalFact, ...]


class UnchangedError(Exception):
    """Exactly this row was brought in before. Nothing is recorded."""


Came = bool | UnchangedError | ActError
"""What came of a row: recorded, of a project that is new here or not; unchanged; or refused."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A row that is written as the event it would be. A file has so many that they are not kept as objects."""

    stream: UUID
    key: str
    edition: str
    row_sha256: str
    body: bytes
    suspect: bool
    """Whether its parts have to be looked at one by one, as anything about them may be unfit to be recorded."""


def stated(origin: ImportOrigin, facts: Iterable[bytes]) -> Stated:
    """A row with what it states: its facts come as they are stored, and its event is put together of them."""
    body = b'{"origin":%b,"facts":[%b]}' % (orjson.dumps(origin.__dict__, default=str), b",".join(facts))
    stream = imported_project_id(origin.source, origin.key)
    return Stated(stream, origin.key, origin.edition, origin.row_sha256, body, is_suspect(body))


class Drafted:
    """Rows of different projects that were decided together, and are not recorded yet."""

    def __init__(self, desk: Desk, rows: Sequence[Stated], act: Act) -> None:
        """Decide on each as `bring_in_project` does; their projects are read in one go."""
        check_day(desk, act)
        self._desk, self._rows, self._act = desk, rows, act
        self._outcomes: list[Came] = []
        self._planned: list[WrittenEvent] = []
        self._places: list[int] = []
        histories = desk.ledger.read_each(StreamKind.PROJECT, [row.stream for row in rows])
        circumstances = circumstances_of(act)
        # What surrounds them is the same for all: looked at once, and again only with a row that has something unfit.
        fit = not any(is_suspect(as_json(part)) for part in (act.authority, act.actor) if part is not None)
        for place, row in enumerate(rows):
            history = histories.get(row.stream)
            known = fold(Project(id=row.stream), history) if history else _UNKNOWN
            try:
                if not fit or row.suspect:
                    check_fit(BringIn.model_validate_json(row.body), act)
                news = is_news(known, row.edition, row.row_sha256)
            except ActError as error:
                self._outcomes.append(error)
                continue
            self._outcomes.append(known.version == 0 if news else UnchangedError())
            if news:
                version = known.version + 1
                self._planned.append(
                    WrittenEvent(StreamKind.PROJECT, row.stream, version, circumstances, ProjectImported, row.body)
                )
                self._places.append(place)

    def record(self) -> list[Came]:
        """Record them, their saves sent in one, each still recorded or refused alone, and tell what came of each."""
        outcomes = self._outcomes
        if self._act.dry_run or not self._planned:
            return outcomes
        for place, position in zip(self._places, self._desk.ledger.record_each(self._planned), strict=True):
            if position is None:  # somebody else wrote there meanwhile: this row is looked at again, by itself
                command = BringIn.model_validate_json(self._rows[place].body)
                try:
                    outcomes[place] = bring_in_project(self._desk, command, self._act)
                except (UnchangedError, ActError) as error:
                    outcomes[place] = error
        return outcomes


_UNKNOWN = Project(id=UUID(int=0))
"""What is known of a project of which nothing is recorded."""


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
