"""导入 Bringing a file in, row by row: a bad row is reported and the rest goes in; again changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from application.desk import Act
from application.history import BringIn, UnchangedError, bring_in_projects
from application.importing.mapping import Edition, MappedRow, Mapping, RowFault, read_rows
from application.ports import Desk
from domain.dates import CivilDate
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
    counts = {"new": 0, "updated": 0, "unchanged": 0, "skipped": 0}
    faults: list[RowReport] = []
    by_edition: dict[CivilDate, list[tuple[int, MappedRow]]] = {}
    seen: dict[tuple[str, str], int] = {}
    for number, row in numbered:
        try:
            mapped = mapping.map_row(row, edition)
            if mapped is None:
                counts["skipped"] += 1
                continue
            _check_unique(mapped, number, seen)
            by_edition.setdefault(mapped.origin.snapshot_on, []).append((number, mapped))
        except RowFault as fault:
            faults.append(RowReport(row=number, column=fault.column, value=fault.value[:200], reason=fault.reason))
    done = len(numbered) - sum(map(len, by_edition.values()))
    # A project that several editions of one file name is told of in the order of these.
    for on in sorted(by_edition, key=lambda day: day.earliest):
        of_edition = by_edition[on]
        act = _act(mapping, edition, of_edition[0][1], actor, dry_run=dry_run)
        for begin in range(0, len(of_edition), ROWS_AT_ONCE):
            turn = of_edition[begin : begin + ROWS_AT_ONCE]
            commands = [BringIn(origin=m.origin, facts=m.facts) for _, m in turn]
            for (number, _), outcome in zip(turn, bring_in_projects(desk, commands, act), strict=True):
                if isinstance(outcome, ActError):
                    faults.append(RowReport(row=number, column=outcome.pointer or "-", value="", reason=outcome.text))
                elif isinstance(outcome, UnchangedError):
                    counts["unchanged"] += 1
                else:
                    counts["new" if outcome else "updated"] += 1
            done += len(turn)
            if progress is not None:
                progress(done, len(numbered))
    faults.sort(key=lambda fault: fault.row)
    editions = sorted({m.origin.edition for rows_of in by_edition.values() for _, m in rows_of}) or [edition.edition]
    return ImportReport(
        mapping=mapping.name,
        source=edition.source,
        edition=editions[0] if len(editions) == 1 else f"{editions[0]}–{editions[-1]}",
        dry_run=dry_run,
        faults=tuple(faults),
        **counts,
    )


def _act(mapping: Mapping, file: Edition, first: MappedRow, actor: Actor, *, dry_run: bool) -> Act:
    """The act of bringing in the rows of one edition."""
    return Act(
        actor=actor,
        happened_on=first.origin.snapshot_on,
        authority=Authority(issuer=file.source, title=f"{mapping.name} {first.origin.edition}"),
        dry_run=dry_run,
    )


def _check_unique(mapped: MappedRow, number: int, seen: dict[tuple[str, str], int]) -> None:
    """Two rows of one edition with the same key would overwrite each other: the second is a fault."""
    first = seen.setdefault((mapped.origin.edition, mapped.origin.key), number)
    if first != number:
        raise RowFault(
            "-", mapped.origin.key, text(f"与第{first}行的项目相同", f"names the same project as row {first}")
        )
