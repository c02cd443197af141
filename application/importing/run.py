"""导入 Bringing a file in, row by row: a bad row is reported and the rest goes in; again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor

from application.desk import Act
from application.history import Came, Drafted, Stated, UnchangedError, stated
from application.importing.mapping import Edition, MappedRow, Mapping, Row, RowFault, read_rows
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
    # The whole file is read first: one that breaks off in the middle is refused before anything is recorded. What its
    # rows mean is worked out turn by turn, so that no file fills the memory with facts.
    numbered = list(rows)
    by_edition: dict[CivilDate, list[tuple[int, Row]]] = {}
    for number, row in numbered:
        by_edition.setdefault(mapping.snapshot_of(row, edition), []).append((number, row))
    running = _Run(desk, mapping, edition, actor, dry_run=dry_run, progress=progress, total=len(numbered))
    # A project that several editions of one file name is told of in the order of these.
    with ThreadPoolExecutor(1, thread_name_prefix="import-record") as recorder:
        for on in sorted(by_edition, key=lambda day: day.earliest):
            running.bring_in(on, by_edition[on], recorder)
    return running.report()


class _Run:
    """One file being brought in."""

    def __init__(
        self,
        desk: Desk,
        mapping: Mapping,
        edition: Edition,
        actor: Actor,
        *,
        dry_run: bool,
        progress: Callable[[int, int], None] | None,
        total: int,
    ) -> None:
        self._desk, self._mapping, self._edition, self._actor = desk, mapping, edition, actor
        self._dry_run, self._progress, self._total = dry_run, progress, total
        self._counts = {"new": 0, "updated": 0, "unchanged": 0, "skipped": 0}
        self._faults: list[RowReport] = []
        self._seen: dict[tuple[str, str], int] = {}
        self._done = 0

    def bring_in(self, on: CivilDate, rows: list[tuple[int, Row]], recorder: Executor) -> None:
        """Bring in the rows of one edition. While a turn is being recorded, the next one is worked out."""
        recording: tuple[list[int], int, Future[list[Came]]] | None = None
        for begin in range(0, len(rows), ROWS_AT_ONCE):
            turn = rows[begin : begin + ROWS_AT_ONCE]
            mapped = self._mapped(turn)
            drafted = None
            if mapped:
                act = _act(self._mapping, self._edition, on, mapped[0][1], self._actor, dry_run=self._dry_run)
                drafted = Drafted(self._desk, [row for _, row in mapped], act)
            self._take(recording)
            recording = None
            if drafted is None:
                self._tell(len(turn))
            else:
                recording = ([number for number, _ in mapped], len(turn), recorder.submit(drafted.record))
        self._take(recording)

    def _mapped(self, turn: list[tuple[int, Row]]) -> list[tuple[int, Stated]]:
        # Each row is written at once and its facts are let go: kept for a turn, they would grow old in the collector,
        # which then goes through everything again and again.
        mapped: list[tuple[int, Stated]] = []
        for number, row in turn:
            try:
                facts = self._mapping.map_row(row, self._edition)
                if facts is None:
                    self._counts["skipped"] += 1
                    continue
                _check_unique(facts, number, self._seen)
            except RowFault as fault:
                self._faults.append(
                    RowReport(row=number, column=fault.column, value=fault.value[:200], reason=fault.reason)
                )
                continue
            mapped.append((number, stated(facts.origin, facts.stored)))
        return mapped

    def _take(self, recording: tuple[list[int], int, Future[list[Came]]] | None) -> None:
        """Count what came of a turn that was recorded, or raise what kept it from being recorded."""
        if recording is None:
            return
        numbers, rows, future = recording
        for number, outcome in zip(numbers, future.result(), strict=True):
            if isinstance(outcome, ActError):
                self._faults.append(RowReport(row=number, column=outcome.pointer or "-", value="", reason=outcome.text))
            elif isinstance(outcome, UnchangedError):
                self._counts["unchanged"] += 1
            else:
                self._counts["new" if outcome else "updated"] += 1
        self._tell(rows)

    def _tell(self, rows: int) -> None:
        self._done += rows
        if self._progress is not None:
            self._progress(self._done, self._total)

    def report(self) -> ImportReport:
        """What came of the file."""
        editions = sorted({edition for edition, _ in self._seen}) or [self._edition.edition]
        return ImportReport(
            mapping=self._mapping.name,
            source=self._edition.source,
            edition=editions[0] if len(editions) == 1 else f"{editions[0]}–{editions[-1]}",
            dry_run=self._dry_run,
            faults=tuple(sorted(self._faults, key=lambda fault: fault.row)),
            **self._counts,
        )


def _act(mapping: Mapping, file: Edition, on: CivilDate, first: Stated, actor: Actor, *, dry_run: bool) -> Act:
    """The act of bringing in the rows of one edition."""
    return Act(
        actor=actor,
        happened_on=on,
        authority=Authority(issuer=file.source, title=f"{mapping.name} {first.edition}"),
        dry_run=dry_run,
    )


def _check_unique(mapped: MappedRow, number: int, seen: dict[tuple[str, str], int]) -> None:
    """Two rows of one edition with the same key would overwrite each other: the second is a fault."""
    first = seen.setdefault((mapped.origin.edition, mapped.origin.key), number)
    if first != number:
        raise RowFault(
            "-", mapped.origin.key, text(f"与第{first}行的项目相同", f"names the same project as row {first}")
        )
