"""导入 Bringing a file in, row by row: a bad row is reported and the rest goes in; again changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from application.desk import Act
from application.history import BringIn, UnchangedError, bring_in_projects
from application.importing.mapping import MappedRow, Mapping, RowFault, read_rows
from application.ports import Desk
from domain.event import Value
from domain.faults import ActError
from domain.recorded import Actor, Authority
from domain.rule import text
from domain.texts import Text

ROWS_AT_ONCE = 256
"""Rows whose projects are read, and whose saves are sent, together."""


class RowReport(Value):
    """A row that was not brought in. `row` counts as a spreadsheet does: the header is row 1."""

    row: int
    column: str
    value: str
    reason: Text


class ImportReport(Value):
    """What came of an import."""

    mapping: str
    source: str
    edition: str
    dry_run: bool
    new: int
    updated: int
    unchanged: int
    skipped: int
    faults: tuple[RowReport, ...]


def import_file(
    desk: Desk,
    mapping: Mapping,
    data: bytes,
    actor: Actor,
    *,
    dry_run: bool,
    progress: Callable[[int, int], None] | None,
) -> ImportReport:
    """Bring every good row of a file in as history, each in a save of its own. Raises FileFault.

    The same row again is unchanged; a changed row of a known project is a further event. With `dry_run` nothing is
    recorded and the counts are those that a run would give.
    """
    columns, rows = read_rows(mapping, data)
    edition = mapping.edition_of(columns)
    # The whole file is read first: one that breaks off in the middle is refused before anything is recorded.
    numbered = list(rows)
    act = Act(
        actor=actor,
        happened_on=edition.snapshot_on,
        authority=Authority(issuer=edition.source, title=f"{mapping.name} {edition.edition}"),
        dry_run=dry_run,
    )
    counts = {"new": 0, "updated": 0, "unchanged": 0, "skipped": 0}
    faults: list[RowReport] = []
    seen: dict[str, int] = {}
    for begin in range(0, len(numbered), ROWS_AT_ONCE):
        rows_of_turn = numbered[begin : begin + ROWS_AT_ONCE]
        commands: list[BringIn] = []
        numbers: list[int] = []
        for number, row in rows_of_turn:
            try:
                mapped = mapping.map_row(row, edition)
                if mapped is None:
                    counts["skipped"] += 1
                    continue
                _check_unique(mapped, number, seen)
                commands.append(BringIn(origin=mapped.origin, facts=mapped.facts))
                numbers.append(number)
            except RowFault as fault:
                faults.append(RowReport(row=number, column=fault.column, value=fault.value[:200], reason=fault.reason))
        for number, outcome in zip(numbers, bring_in_projects(desk, commands, act) if commands else (), strict=True):
            if isinstance(outcome, ActError):
                faults.append(RowReport(row=number, column=outcome.pointer or "-", value="", reason=outcome.text))
            elif isinstance(outcome, UnchangedError):
                counts["unchanged"] += 1
            else:
                counts["new" if outcome else "updated"] += 1
        if progress is not None:
            progress(begin + len(rows_of_turn), len(numbered))
    faults.sort(key=lambda fault: fault.row)
    return ImportReport(
        mapping=mapping.name,
        source=edition.source,
        edition=edition.edition,
        dry_run=dry_run,
        faults=tuple(faults),
        **counts,
    )


def _check_unique(mapped: MappedRow, number: int, seen: dict[str, int]) -> None:
    """Two rows of one file with the same key would overwrite each other: the second is a fault."""
    first = seen.setdefault(mapped.origin.key, number)
    if first != number:
        raise RowFault(
            "-", mapped.origin.key, text(f"与第{first}行的项目相同", f"names the same project as row {first}")
        )
