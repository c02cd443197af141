"""导入 Bringing a file in, row by row: a bad row is reported and the rest goes in; again changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from application.desk import Act
from application.history import BringIn, UnchangedError, bring_in_project
from application.importing.mapping import MappedRow, Mapping, RowFault, read_rows
from application.ports import Desk
from domain.event import Value
from domain.faults import ActError
from domain.recorded import Actor, Authority
from domain.rule import text
from domain.texts import Text


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
    for done, (number, row) in enumerate(numbered, 1):
        try:
            mapped = mapping.map_row(row, edition)
            if mapped is None:
                counts["skipped"] += 1
            else:
                _check_unique(mapped, number, seen)
                command = BringIn(origin=mapped.origin, facts=mapped.facts)
                counts["new" if bring_in_project(desk, command, act) else "updated"] += 1
        except UnchangedError:
            counts["unchanged"] += 1
        except ActError as error:
            faults.append(RowReport(row=number, column=error.pointer or "-", value="", reason=error.text))
        except RowFault as fault:
            faults.append(RowReport(row=number, column=fault.column, value=fault.value[:200], reason=fault.reason))
        if progress is not None:
            progress(done, len(numbered))
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
