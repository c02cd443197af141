"""投影引擎 Keeps the views at the end of the log, says how far they are, and lets one wait for a position.

A follower in a thread takes the log into all views together. Of several processes one is active for each view, by an
advisory lock that ends with its connection; the others stand by. News comes by a wake-up in this process and by
polling, so a lost wake-up costs one poll, not a stall. A thread that fails waits, connects again and goes on.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import psycopg
import structlog

from domain.red_flags import FlagRules
from domain.rule import RuleSets
from infrastructure.projecting import builds, parking, rebuilding
from infrastructure.projecting.builds import Standing
from infrastructure.projecting.follower import Counts, Follower
from infrastructure.red_flags import load_flag_rules
from infrastructure.rule_sets import load_rule_sets
from infrastructure.store.batch_writer import Pool
from infrastructure.store.ledger import EventLedger
from projections.clauses import Clauses
from projections.documents import Documents
from projections.money import Money
from projections.performance import Performance
from projections.red_flags import RedFlags
from projections.register import ProjectRegister
from projections.security import Security
from projections.sharing import Sharing
from projections.stages import Stages
from projections.supervision import Supervision
from projections.timeline import Timeline
from projections.view import Freshness, Projection

PROJECTIONS: tuple[type[Projection], ...] = (
    ProjectRegister,
    Timeline,
    Supervision,
    Performance,
    Money,
    Clauses,
    Sharing,
    Security,
    RedFlags,
    Stages,
    Documents,
)

_LONGEST_BACK_OFF = 30.0
_REST = 0.05
"""Seconds between two pages at the end of the log: a page of many events costs little more than one of few."""
_TURN = 0.0005
"""Seconds after which Python's threads take turns. At its default of ten times as much, each step of a request that
comes while a page is folded would wait that long."""
_ASK_AGAIN = 0.03
"""Seconds between two looks at a view that another process moves, while somebody waits for it."""
_SWEEP = 60.0
"""Seconds between two looks for replaced builds that can be dropped."""

Connection = psycopg.Connection[Any]

log = structlog.get_logger(__name__)


class ViewFillingError(Exception):
    """The view is being filled for the first time. Until it has reached the end of the log it is not shown."""

    def __init__(self, freshness: Freshness) -> None:
        super().__init__(freshness.view)
        self.freshness = freshness


def made(flag_rules: FlagRules, rule_sets: RuleSets) -> list[Projection]:
    """All projections, flagging by these rules."""
    return [RedFlags(flag_rules, rule_sets) if p is RedFlags else p() for p in PROJECTIONS]


class Engine:
    """All projections of one log."""

    def __init__(
        self,
        conninfo: str,
        ledger: EventLedger,
        *,
        pool: Pool,
        log_id: int,
        page: int,
        poll: float,
        stall: float = 30.0,
        flag_rules: FlagRules | None = None,
        rule_sets: RuleSets | None = None,
    ) -> None:
        """`pool`: for what is asked of the views; it must look whether a connection lives before it gives one.

        `stall`: seconds after which a view that is behind and does not move counts as stalled.
        `flag_rules`, `rule_sets`: what is flagged by; those that ship, unless others are given.
        """
        self.flag_rules = flag_rules or load_flag_rules()
        self.conninfo = conninfo
        self.pool = pool
        self.ledger = ledger
        self.log_id = log_id
        self.page = page
        self._poll = poll
        self._stall = stall
        self.stopping = threading.Event()
        """Set when the engine is to end, and rebuilds with it."""
        self._woken = threading.Event()
        self._moved = threading.Condition()
        self._reached: dict[str, int] = {}
        self._held: set[str] = set()
        self._failure: str | None = None
        self._back_off = 0.0
        self._thread: threading.Thread | None = None
        self._carrier = rebuilding.Carrier(self)
        self.projections: dict[str, Projection] = {
            p.NAME: p for p in made(self.flag_rules, rule_sets or load_rule_sets())
        }
        self.follower = self._new_follower(patient=True)
        with psycopg.connect(conninfo, autocommit=True) as conn:
            builds.prepare(conn, log_id, list(self.projections.values()))

    def _new_follower(self, *, patient: bool) -> Follower:
        return Follower(
            self.ledger,
            self.projections.values(),
            log_id=self.log_id,
            page=self.page,
            patient=patient,
            moved=self._tell,
        )

    def start(self) -> None:
        """Start following. It goes on until `stop`."""
        sys.setswitchinterval(_TURN)
        self._thread = threading.Thread(target=self._run, name="projections", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the page that is being worked on be finished, and end."""
        self.stopping.set()
        self.wake()
        if self._thread is not None:
            self._thread.join(timeout=30)
        self._carrier.stop()

    def wake(self) -> None:
        """Say that there is news. Only a hint: the log is also polled."""
        self._woken.set()

    def names(self) -> list[str]:
        """Names of the views."""
        return list(self.projections)

    def failures(self) -> dict[str, str]:
        """Views whose last attempt failed here, with the reason."""
        if self._failure is not None:
            return dict.fromkeys(self._held or self.names(), self._failure)
        if self._thread is not None and not self._thread.is_alive() and not self.stopping.is_set():
            return dict.fromkeys(self.names(), "the thread has ended")
        return self.follower.troubles()

    def stalled(self, views: Mapping[str, Freshness] | None = None) -> dict[str, str]:
        """Views that are behind the log and have not moved for some time, whoever should move them.

        `views` is what was learned of them; else they are asked for.
        """
        return {
            name: f"{fresh.lag_events} events behind, still for {fresh.still_seconds:.0f} s"
            for name, fresh in (self.all_freshness() if views is None else views).items()
            if fresh.lag_events and min(fresh.lag_seconds, fresh.still_seconds) > self._stall
        }

    def all_freshness(self, conn: Connection | None = None) -> dict[str, Freshness]:
        """How far each view has come, as `conn` sees it."""
        if conn is None:
            with self.pool.connection() as own:
                return self.all_freshness(own)
        return {name: self.freshness(name, conn) for name in self.names()}

    def filling(self, conn: Connection) -> list[str]:
        """Views that are not shown yet."""
        found = builds.builds_of(conn, self.log_id, list(self.projections.values()), Standing.FILLING)
        return [build.name for build in found]

    def held(self) -> frozenset[str]:
        """Views that this process moves; it stands by for the others."""
        return frozenset(self._held)

    @property
    def counts(self) -> Counts:
        """What was done here."""
        return self.follower.counts

    def catch_up(self) -> None:
        """Bring every view to the end of the log in this thread, and raise what fails but an event by itself."""
        follower = self._new_follower(patient=False)
        with psycopg.connect(self.conninfo, autocommit=True) as conn:
            while follower.round(conn) or follower.troubles():
                pass

    def retry(self, name: str, stream: UUID | None = None) -> tuple[int, int]:
        """Take in what is parked of a view; gives how many events were taken in, and how many wait still."""
        follower = Follower(self.ledger, [self.projections[name]], log_id=self.log_id, page=self.page, moved=self._tell)
        with psycopg.connect(self.conninfo, autocommit=True) as conn:
            return follower.retry(conn, name, stream)

    def parked(self, name: str) -> list[parking.Parked]:
        """What is parked of a view."""
        with self.pool.connection() as conn:
            build = builds.read_build(conn, self.log_id, self.projections[name])
            return parking.waiting(conn, self.log_id, build)

    def discard(self, name: str, position: int, *, by: str, reason: str) -> parking.Parked:
        """Let a view do without an event that it cannot take in, and retry what waits behind it.

        Raises NotParkedError, ValueError without a reason.
        """
        if not reason.strip():
            raise ValueError("须说明理由 / a reason is needed")
        with psycopg.connect(self.conninfo) as conn:
            build = builds.read_build(conn, self.log_id, self.projections[name])
            gone = parking.discard(conn, self.log_id, build, position, by=by, reason=reason.strip())
        log.warning("projection.discarded", projection=name, position=position, by=by)
        self.retry(name, gone.stream_id)
        return gone

    def schema(self, name: str, conn: Connection) -> str:
        """The schema of the build that is read, as `conn` sees it. Raises ViewFillingError."""
        build = builds.read_build(conn, self.log_id, self.projections[name])
        if build.standing is not Standing.LIVE:
            raise ViewFillingError(self.freshness(name, conn))
        return self.projections[name].schema(build.number)

    def freshness(self, name: str, conn: Connection | None = None) -> Freshness:
        """How far the named view has come, as `conn` sees it. Lag is measured against the log itself."""
        if conn is None:
            with self.pool.connection() as own:
                return self.freshness(name, own)
        projection = self.projections[name]
        row = conn.execute(
            "SELECT p.build, p.position, l.position, extract(epoch FROM clock_timestamp() - e.recorded_at),"
            " extract(epoch FROM clock_timestamp() - p.moved_at), (SELECT count(*) FROM liuhen.parked q"
            " WHERE q.log_id = p.log_id AND q.name = p.name AND q.version = p.version AND q.build = p.build)"
            " FROM liuhen.projections p LEFT JOIN liuhen.logs l ON l.log_id = p.log_id"
            " LEFT JOIN liuhen.events e ON e.log_id = p.log_id AND e.position = p.position + 1"
            " WHERE p.log_id = %s AND p.name = %s AND p.version = %s AND p.standing IN ('LIVE', 'FILLING')",
            (self.log_id, name, projection.VERSION),
        ).fetchone()
        build, position, log_position, age, still, parked = row or (1, 0, 0, None, 0, 0)
        at = log_position or 0
        behind = at > position  # At the log's end nothing is told of time, so that the same answer has the same bytes.
        return Freshness(
            view=projection.schema(build),
            position=position,
            log_position=at,
            lag_events=max(0, at - position),
            lag_seconds=round(float(age), 3) if age is not None else 0.0,
            still_seconds=round(float(still), 3) if behind else 0.0,
            parked=parked,
        )

    def wait_for(self, name: str, position: int, seconds: float) -> bool:
        """Wait until the named view has reached a position; False when it has not within the time.

        What the log itself has not come to is not waited for.
        """
        if self._reached.get(name, 0) >= position:
            return True
        self.wake()
        deadline = time.monotonic() + seconds
        while (fresh := self.freshness(name)).position < position:
            left = deadline - time.monotonic()
            if left <= 0 or fresh.log_position < position:
                return False
            with self._moved:
                if self._reached.get(name, 0) < position:
                    # Nobody says here what another process has reached.
                    self._moved.wait(min(left, 0.2 if name in self._held else _ASK_AGAIN))
        return True

    def _tell(self, positions: dict[str, int]) -> None:
        with self._moved:
            self._reached |= positions
            self._moved.notify_all()

    def _run(self) -> None:
        while not self.stopping.is_set():
            try:
                with psycopg.connect(self.conninfo, autocommit=True) as conn:
                    self._follow(conn)
            except Exception as error:  # noqa: BLE001 (a follower survives anything but the end of the process)
                self._back_off = min(_LONGEST_BACK_OFF, self._back_off * 2 or 0.2)
                self._failure = parking.told(error)
                log.warning("projection.waits", error=type(error).__name__, seconds=self._back_off)
                self.stopping.wait(self._back_off)
            finally:
                self._held.clear()

    def _follow(self, conn: Connection) -> None:
        """Take in what comes, on one connection, until the engine is to end. Raises what fails."""
        swept = looked = 0.0
        while not self.stopping.is_set():
            self._woken.clear()
            taken_up = self._hold(conn)
            for name in taken_up:
                self.follower.retry(conn, name)  # The program may have been cured meanwhile.
            events = self.follower.round(conn, self._held) if self._held else 0
            self._failure, self._back_off = None, 0.0
            now = time.monotonic()
            if self._held and now - looked >= self._poll:
                self._carrier.look(conn)
                looked = now
            if self._held and now - swept > _SWEEP:
                builds.drop_retired(conn, list(self.projections.values()))
                swept = now
            if not events:
                self._woken.wait(self._poll)
            elif events < self.page:
                self.stopping.wait(_REST)

    def _hold(self, conn: Connection) -> list[str]:
        """Take the locks of views that nobody moves; they are held until the connection ends. Gives those taken."""
        taken = []
        for name in self.names():
            if name in self._held:
                continue
            row = conn.execute(
                "SELECT pg_try_advisory_lock(hashtextextended('liuhen.projection/' || %s || '/' || %s, 0))",
                (self.log_id, self.projections[name].schema()),
            ).fetchone()
            if row == (True,):
                self._held.add(name)
                taken.append(name)
        return taken
