"""跟随 Takes the log into the views: each page is read and decoded once, for all views that stand at its beginning.

One transaction per round holds the rows of all views and their positions, so each event counts once whatever breaks
in between. A view that fails goes back to where it stood and is tried again by itself, without holding up the others;
when it keeps failing, the event that it cannot take in is found and parked with what follows in its stream.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
import structlog

from domain.recorded import Recorded
from infrastructure.projecting import parking
from infrastructure.projecting.builds import Build, Standing, builds_of, move
from infrastructure.store.ledger import EventLedger
from infrastructure.store.mapper import LoggedEvent, Undecodable, as_uuid
from projections.streams import Streams
from projections.view import Page, Projection

Connection = psycopg.Connection[Any]

TRIES = 3
"""How often a page is tried before the event that is at fault is looked for."""
_PAUSES = (0.2, 1.0)
"""Seconds before a failed page is tried again."""
_SYSTEMIC = 3
"""When so many streams of a page fail and nothing succeeds, the fault is not in the events: nothing is parked."""

log = structlog.get_logger(__name__)


class SystemicFaultError(Exception):
    """A view takes in nothing at all. The fault is in the view or its tables, so no event is parked for it."""


def of_the_database(error: BaseException) -> bool:
    """Is it the connection or the server that failed, rather than what was written?"""
    if not isinstance(error, psycopg.Error):
        return isinstance(error, OSError | MemoryError)
    return not isinstance(error, psycopg.DataError | psycopg.IntegrityError)


@dataclass
class Trouble:
    """A view whose last attempt failed."""

    error: str
    tries: int = 1
    again_at: float = 0.0


@dataclass
class Counts:
    """What a follower has done since it was made, for the metrics."""

    pages: int = 0
    events: int = 0
    seconds: float = 0.0
    failures: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Piece:
    """Part of the log: what could be decoded of it, and what could not."""

    entries: Sequence[Recorded]
    undecodable: Sequence[Undecodable]
    end: int

    def before(self, position: int) -> _Piece:
        """The part up to a position."""
        return _Piece(
            [e for e in self.entries if e.position <= position],
            [u for u in self.undecodable if u.logged.id <= position],
            position,
        )


class Follower:
    """Moves the builds of some views along one log, by one connection. For one thread."""

    def __init__(
        self,
        ledger: EventLedger,
        projections: Iterable[Projection],
        *,
        log_id: int,
        page: int,
        standings: tuple[Standing, ...] = (Standing.LIVE, Standing.FILLING),
        patient: bool = True,
        moved: Callable[[dict[str, int]], None] = lambda _: None,
    ) -> None:
        """`patient`: pause before a failed page is tried again. `moved` is told the new positions after a commit."""
        self._ledger = ledger
        self._projections = {p.NAME: p for p in projections}
        self._log_id = log_id
        self._page = page
        self._standings = standings
        self._patient = patient
        self._moved = moved
        self._streams: list[Streams] = []
        self._troubles: dict[str, Trouble] = {}
        self.counts = Counts()

    @property
    def projections(self) -> list[Projection]:
        """What it moves."""
        return list(self._projections.values())

    def troubles(self) -> dict[str, str]:
        """Views whose last attempt failed, with the reason."""
        return {name: trouble.error for name, trouble in self._troubles.items()}

    def round(self, conn: Connection, names: Iterable[str] | None = None, upto: int | None = None) -> int:
        """Take in one page for each position at which views stand; gives the number of events, 0 at the end.

        `conn` commits by itself. Raises what the database raises, and SystemicFaultError.
        """
        mine = [p for n, p in self._projections.items() if names is None or n in names]
        now = time.monotonic()
        taken = 0
        began = time.perf_counter()
        positions: dict[str, int] = {}
        failed: list[tuple[Build, Exception]] = []
        with conn.transaction():
            builds = [
                b
                for b in builds_of(conn, self._log_id, mine, *self._standings, lock=True)
                if not (self._patient and b.name in self._troubles and self._troubles[b.name].again_at > now)
            ]
            used: list[Streams] = []
            for position in sorted({b.position for b in builds}, reverse=True):
                group = [b for b in builds if b.position == position]
                others = [b.position for b in builds if b.position > position]
                # Those that lag go no further than where others stand, and join them there.
                stop = min([*others, *([upto] if upto is not None else [])], default=None)
                piece = _Piece(*self._ledger.decoded_after(position, self._page, stop))
                streams = self._streams_at(position)
                if piece.end == position:
                    used.append(streams)
                    continue
                done, failing = self._take(conn, group, piece, streams)
                used.append(streams)
                failed += failing
                if done:
                    taken += len(piece.entries) + len(piece.undecodable)
                    move(conn, self._log_id, done, piece.end)
                    positions |= {b.name: piece.end for b in done}
            self._promote(conn, builds, positions)
        self._streams = used
        for build in builds:
            if build.name in positions:
                self._troubles.pop(build.name, None)
        for build, error in failed:
            self._note(build, error)
        for build, _ in failed:
            if self._troubles[build.name].tries >= TRIES:
                taken += self._isolate(conn, build)
        if taken:
            self.counts.pages += 1
            self.counts.events += taken
            self.counts.seconds += time.perf_counter() - began
            self._moved(positions)
        return taken

    def retry(self, conn: Connection, name: str, stream: UUID | None = None) -> tuple[int, int]:
        """Take in what is parked of a view, or of one stream of it; gives how many were taken in, how many wait still.

        Raises LookupError for a view that has no build.
        """
        with conn.transaction():
            builds = builds_of(conn, self._log_id, [self._projections[name]], *self._standings, lock=True)
            if not builds:
                raise LookupError(name)
            build = builds[0]
            parked = parking.waiting(conn, self._log_id, build, stream)
            discarded = parking.discarded_streams(conn, self._log_id, builds).get((name, build.number), {})
            done = 0
            for one in dict.fromkeys(p.stream_id for p in parked):
                done += self._unpark(conn, build, one, [p for p in parked if p.stream_id == one], discarded)
        return done, len(parked) - done

    # The rest is one transaction's work.

    def _streams_at(self, position: int) -> Streams:
        """The states at a position: those that were brought there, or none yet."""
        kept = next((s for s in self._streams if s.position == position), None)
        return kept or Streams(self._ledger.histories, position)

    def _take(
        self, conn: Connection, group: Sequence[Build], piece: _Piece, streams: Streams
    ) -> tuple[list[Build], list[tuple[Build, Exception]]]:
        """Take a piece of the log into builds that stand at its beginning; gives those done, and those that failed."""
        parked = parking.parked_streams(conn, self._log_id, group)
        discarded = parking.discarded_streams(conn, self._log_id, group)
        by_stream = streams.forward(piece.entries, piece.end)
        for bad in piece.undecodable:  # Nobody knows the state of such a stream.
            streams.lose(as_uuid(bad.logged.originator_id))
        done: list[Build] = []
        failed: list[tuple[Build, Exception]] = []
        for build in group:
            aside = dict(parked.get((build.name, build.number), {}))
            scarred = discarded.get((build.name, build.number), {})
            try:
                with conn.transaction():
                    self._take_into(conn, build, piece, streams, aside, scarred, by_stream)
                done.append(build)
            except Exception as error:
                if of_the_database(error):
                    raise
                failed.append((build, error))
        return done, failed

    def _take_into(
        self,
        conn: Connection,
        build: Build,
        piece: _Piece,
        streams: Streams,
        aside: dict[UUID, int],
        scarred: dict[UUID, set[int]],
        by_stream: dict[UUID, list[Recorded]] | None = None,
    ) -> None:
        """Write the rows of a piece for one build. Streams in `aside` are parked, and what is new of them too."""
        projection = self._projections[build.name]
        for bad in piece.undecodable:
            stream = as_uuid(bad.logged.originator_id)
            if stream not in aside:
                aside[stream] = bad.logged.id
                parking.park(conn, self._log_id, build, [bad.logged], error=bad.error)
                log.error("projection.parked", projection=build.name, position=bad.logged.id)
        if aside:
            self._park_behind(conn, build, piece, aside)
        handles = projection.HANDLES
        entries = [e for e in piece.entries if e.event.TOPIC in handles]
        if aside or scarred:
            by_stream = None
        if aside:
            entries = [e for e in entries if e.position < aside.get(e.originator_id, e.position + 1)]
        if scarred:
            of_scarred = [e for e in entries if e.originator_id in scarred]
            entries = [e for e in entries if e.originator_id not in scarred]
            if of_scarred:
                gone = {p for positions in scarred.values() for p in positions}
                self._write(conn, build, of_scarred, Streams(parking.without(self._ledger, gone), piece.end))
        if entries:
            self._write(conn, build, entries, streams, by_stream)

    def _park_behind(self, conn: Connection, build: Build, piece: _Piece, aside: dict[UUID, int]) -> None:
        behind: dict[UUID, list[Recorded | LoggedEvent]] = {}
        for entry in piece.entries:
            if entry.position > aside.get(entry.originator_id, entry.position):
                behind.setdefault(entry.originator_id, []).append(entry)
        for bad in piece.undecodable:
            stream = as_uuid(bad.logged.originator_id)
            if bad.logged.id > aside[stream]:
                behind.setdefault(stream, []).append(bad.logged)
        for stream, events in behind.items():
            parking.park(conn, self._log_id, build, events, behind=aside[stream])

    def _write(
        self,
        conn: Connection,
        build: Build,
        entries: Sequence[Recorded],
        streams: Streams,
        by_stream: dict[UUID, list[Recorded]] | None = None,
    ) -> None:
        projection = self._projections[build.name]
        with conn.cursor() as cursor:
            cursor.execute(f"SET LOCAL search_path TO {projection.schema(build.number)}".encode())
            projection.project(Page(self._log_id, entries, streams, by_stream), cursor)

    def _promote(self, conn: Connection, builds: Sequence[Build], positions: dict[str, int]) -> None:
        """Let builds be read that were filled up to the end of the log."""
        filling = [b for b in builds if b.standing is Standing.FILLING]
        if not filling:
            return
        head = self._ledger.position()
        for build in filling:
            if positions.get(build.name, build.position) >= head:
                conn.execute(
                    "UPDATE liuhen.projections SET standing = 'LIVE' WHERE log_id = %s AND name = %s"
                    " AND version = %s AND build = %s",
                    (self._log_id, *build.key),
                )
                log.info("projection.filled", projection=build.name, position=head)

    def _note(self, build: Build, error: Exception) -> None:
        tries = self._troubles[build.name].tries + 1 if build.name in self._troubles else 1
        pause = _PAUSES[min(tries, len(_PAUSES)) - 1]
        self._troubles[build.name] = Trouble(parking.told(error), tries, time.monotonic() + pause)
        self.counts.failures[build.name] = self.counts.failures.get(build.name, 0) + 1
        log.warning("projection.failed", projection=build.name, error=type(error).__name__, tries=tries)

    def _isolate(self, conn: Connection, failing: Build) -> int:
        """Find what a view cannot take in of its next page, and park it. Raises SystemicFaultError."""
        with conn.transaction():
            builds = builds_of(conn, self._log_id, [self._projections[failing.name]], *self._standings, lock=True)
            build = next((b for b in builds if b.number == failing.number), None)
            piece = _Piece(*self._ledger.decoded_after(build.position, self._page)) if build else None
            if build is None or piece is None or piece.end == build.position:
                return 0
            aside = parking.parked_streams(conn, self._log_id, [build]).get((build.name, build.number), {})
            scarred = parking.discarded_streams(conn, self._log_id, [build]).get((build.name, build.number), {})
            search = _Search(aside=dict(aside), scarred=scarred)
            self._divide(conn, build, piece, search)
            if not search.taken and len(search.failed) >= _SYSTEMIC:
                self._troubles[build.name].again_at = time.monotonic() + 30.0
                raise SystemicFaultError(f"{build.name}: {self._troubles[build.name].error}")
            move(conn, self._log_id, [build], piece.end)
        self._troubles.pop(build.name, None)
        self._moved({build.name: piece.end})
        return len(piece.entries) + len(piece.undecodable)

    def _divide(self, conn: Connection, build: Build, piece: _Piece, search: _Search) -> None:
        """Take in a piece, in halves where it fails; a single event that fails is parked."""
        for tried in range(1, TRIES):
            aside = dict(search.aside)
            try:
                with conn.transaction():
                    streams = Streams(self._ledger.histories, piece.end)
                    self._take_into(conn, build, piece, streams, aside, search.scarred)
            except Exception as error:
                if of_the_database(error):
                    raise
                if len(piece.entries) == 1 and tried < TRIES - 1:
                    continue  # Once more, before an event is given up for what may have passed.
                self._halve_or_park(conn, build, piece, search, error)
                return
            search.aside.update(aside)
            handles = self._projections[build.name].HANDLES
            search.taken += sum(e.originator_id not in aside and e.event.TOPIC in handles for e in piece.entries)
            return

    def _halve_or_park(self, conn: Connection, build: Build, piece: _Piece, search: _Search, error: Exception) -> None:
        if len(piece.entries) > 1:
            middle = len(piece.entries) // 2
            first = piece.before(piece.entries[middle - 1].position)
            rest = [u for u in piece.undecodable if u.logged.id > first.end]
            self._divide(conn, build, first, search)
            self._divide(conn, build, _Piece(piece.entries[middle:], rest, piece.end), search)
            return
        (entry,) = piece.entries
        parking.park(conn, self._log_id, build, [entry], error=error)
        log.error("projection.parked", projection=build.name, position=entry.position, error=type(error).__name__)
        search.failed.add(entry.originator_id)
        search.aside[entry.originator_id] = entry.position
        self._divide(conn, build, _Piece([], piece.undecodable, piece.end), search)

    def _unpark(
        self,
        conn: Connection,
        build: Build,
        stream: UUID,
        parked: Sequence[parking.Parked],
        discarded: dict[UUID, set[int]],
    ) -> int:
        """Take in what is parked of a stream, as far as it goes; gives how many events."""
        gone = {p for positions in discarded.values() for p in positions}
        wanted = {p.position for p in parked}
        logged = [e for e in self._ledger.logged_histories([stream], build.position) if e.id in wanted]
        # All together, among the other streams as they stand now; else one by one, as far as it goes.
        if self._try_parked(conn, build, logged, build.position, gone) is None:
            return len(logged)
        for done, event in enumerate(logged):
            error = self._try_parked(conn, build, [event], event.id, gone)
            if error is not None:
                parking.park(conn, self._log_id, build, [event], error=error)
                if behind := logged[done + 1 :]:
                    parking.park(conn, self._log_id, build, behind, behind=event.id)
                return done
        return len(logged)

    def _try_parked(
        self, conn: Connection, build: Build, logged: Sequence[LoggedEvent], position: int, gone: set[int]
    ) -> Exception | None:
        """Take in parked events of a stream as of a position, and give the error if that fails."""
        entries, undecodable = parking.decoded(logged)
        if undecodable:
            return undecodable[0].error
        try:
            with conn.transaction():
                handled = [e for e in entries if e.event.TOPIC in self._projections[build.name].HANDLES]
                if handled:
                    self._write(conn, build, handled, Streams(parking.without(self._ledger, gone), position))
                parking.unpark(conn, self._log_id, build, [e.id for e in logged])
        except Exception as error:
            if of_the_database(error):
                raise
            return error
        return None


@dataclass
class _Search:
    """What was found while a page was divided."""

    aside: dict[UUID, int]
    scarred: dict[UUID, set[int]]
    failed: set[UUID] = field(default_factory=set)
    taken: int = 0
