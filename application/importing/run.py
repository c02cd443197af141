"""导入 Bringing a file in, row by row: a bad row is reported and the rest goes in; again changes nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import NamedTuple

from application.act import Act
from application.history import Came, Drafted, Stated, UnchangedError
from application.importing.mapping import Edition, Mapping, Row, RowFault, read_rows
from application.importing.turns import (
    ROWS_AT_ONCE,
    Elsewhere,
    ElsewhereGoneError,
    Helper,
    Mapped,
    RowReport,
    Turn,
    fault_of,
    mapped,
)
from application.ports import Desk
from domain.dates import CivilDate
from domain.event import Value
from domain.faults import ActError
from domain.recorded import Actor, Authority
from domain.rule import text

ROWS_WORTH = 10_000
"""Rows from which another process is started to map them: it takes as long to start as to map that many."""
TURNS_AHEAD = 4
"""Turns that the other process is given before the first of them is fetched."""


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
    helper: Callable[[], Helper] | None = None,
) -> ImportReport:
    """Bring every good row of a file in as history, each in a save of its own. Raises FileFault.

    `helper` gives another process, in which the rows of a large file are mapped as soon as it has started.

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
    with ExitStack() as stack:
        recorder = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="import-record"))
        elsewhere = stack.enter_context(helper()) if helper and len(numbered) >= ROWS_WORTH else None
        # A project that several editions of one file name is told of in the order of these.
        for on in sorted(by_edition, key=lambda day: day.earliest):
            running.bring_in(on, by_edition[on], recorder, elsewhere)
    return running.report()


class _Recording(NamedTuple):
    """A turn that is being recorded: the numbers of its good rows, how many it has, and what comes of them."""

    numbers: list[int]
    rows: int
    came: Future[list[Came]]


def _mapped_by(turns: Sequence[Turn], elsewhere: Elsewhere | None) -> Iterator[Mapped]:
    """What the turns say, in their order: mapped by the other process once it is ready, else here."""
    ahead: deque[tuple[Turn, Future[Mapped]]] = deque()
    coming = iter(turns)
    while True:
        while elsewhere is not None and elsewhere.ready and len(ahead) < TURNS_AHEAD:
            following = next(coming, None)
            if following is None:
                break
            ahead.append((following, elsewhere.mapped(following)))
        if ahead:
            turn, future = ahead.popleft()
            try:
                yield future.result()
            except ElsewhereGoneError:
                yield mapped(turn)
        elif (turn_here := next(coming, None)) is not None:
            yield mapped(turn_here)
        else:
            return


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

    def bring_in(
        self, on: CivilDate, rows: list[tuple[int, Row]], recorder: Executor, elsewhere: Elsewhere | None
    ) -> None:
        """Bring in the rows of one edition. While a turn is being recorded, the next ones are worked out."""
        turns = [
            Turn(self._mapping, self._edition, rows[begin : begin + ROWS_AT_ONCE])
            for begin in range(0, len(rows), ROWS_AT_ONCE)
        ]
        recording: _Recording | None = None
        for turn, found in zip(turns, _mapped_by(turns, elsewhere), strict=True):
            good = self._unique(found)
            drafted = None
            if good:
                act = _act(self._mapping, self._edition, on, good[0][1], self._actor, dry_run=self._dry_run)
                drafted = Drafted(self._desk, [row for _, row in good], act)
            self._take(recording)
            recording = None
            if drafted is None:
                self._tell(len(turn.rows))
            else:
                recording = _Recording([n for n, _ in good], len(turn.rows), recorder.submit(drafted.record))
        self._take(recording)

    def _unique(self, found: Mapped) -> list[tuple[int, Stated]]:
        """The rows of a turn that name no project twice; what becomes of the others is noted."""
        self._counts["skipped"] += found.skipped
        self._faults += found.faults
        good: list[tuple[int, Stated]] = []
        for number, row in found.rows:
            # Two rows of one edition with the same key would overwrite each other: the second is a fault.
            first = self._seen.setdefault((row.edition, row.key), number)
            if first == number:
                good.append((number, row))
            else:
                told = text(f"与第{first}行的项目相同", f"names the same project as row {first}")
                self._faults.append(fault_of(number, RowFault("-", row.key, told)))
        return good

    def _take(self, recording: _Recording | None) -> None:
        """Count what came of a turn that was recorded, or raise what kept it from being recorded."""
        if recording is None:
            return
        for number, outcome in zip(recording.numbers, recording.came.result(), strict=True):
            if isinstance(outcome, ActError):
                self._faults.append(RowReport(row=number, column=outcome.pointer or "-", value="", reason=outcome.text))
            elif isinstance(outcome, UnchangedError):
                self._counts["unchanged"] += 1
            else:
                self._counts["new" if outcome else "updated"] += 1
        self._tell(recording.rows)

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
