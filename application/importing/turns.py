"""一批行 What the rows of a file mean, worked out turn by turn: here, or in another process beside the recording."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from application.history import Stated, stated
from application.importing.mapping import Edition, Mapping, Row, RowFault
from domain.event import Value
from domain.texts import Text

ROWS_AT_ONCE = 256
"""Rows whose projects are read, and whose saves are sent, together."""
LONGEST_VALUE = 200
"""Characters of a cell that a report repeats."""


class RowReport(Value):
    """A row that was not brought in. `row` counts as a spreadsheet does: the header is row 1."""

    row: int
    column: str
    value: str
    reason: Text


class Turn(NamedTuple):
    """Rows with their numbers, and what is needed to understand them."""

    mapping: Mapping
    edition: Edition
    rows: Sequence[tuple[int, Row]]


class Mapped(NamedTuple):
    """What the rows of a turn say."""

    rows: list[tuple[int, Stated]]
    skipped: int
    faults: list[RowReport]


class Elsewhere(Protocol):
    """Another process, in which turns are mapped while this one records."""

    @property
    def ready(self) -> bool:
        """Has it started, and is it still there?"""
        ...

    def mapped(self, turn: Turn) -> Future[Mapped]:
        """Map a turn there, after those that it was given before. The result raises ElsewhereGoneError."""
        ...


Helper = AbstractContextManager[Elsewhere]
"""A process that is started when it is entered, and ends with the block."""


class ElsewhereGoneError(Exception):
    """The other process has ended: its turns have to be mapped here."""


def mapped(turn: Turn) -> Mapped:
    """What the rows say.

    Each row is written at once and its facts are let go: kept for a turn, they would grow old in the collector, which
    then goes through everything again and again.
    """
    rows: list[tuple[int, Stated]] = []
    skipped, faults = 0, []
    for number, row in turn.rows:
        try:
            facts = turn.mapping.map_row(row, turn.edition)
        except RowFault as fault:
            faults.append(fault_of(number, fault))
            continue
        if facts is None:
            skipped += 1
        else:
            rows.append((number, stated(facts.origin, facts.stored)))
    return Mapped(rows, skipped, faults)


def fault_of(number: int, fault: RowFault) -> RowReport:
    """What is reported of a row that a mapping does not understand."""
    return RowReport(row=number, column=fault.column, value=fault.value[:LONGEST_VALUE], reason=fault.reason)
