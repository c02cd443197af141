"""What breaks while the views are kept: each ends equal to a fresh fold, each event counted once, and while it was
behind, readiness, status, metrics and answers said so. Beside each stands what would break it, and is found out.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.main import create_app
from domain.recorded import Role
from infrastructure import demo
from infrastructure.bootstrap import Liuhen, wired
from infrastructure.issuer import Holder, Issuer
from infrastructure.projecting import engine as engines
from infrastructure.projecting.as_of import check
from infrastructure.projecting.engine import Engine
from infrastructure.settings import Settings
from projections.register import ProjectRegister
from tests.databases import Databases
from tests.faults.servers import Cluster, cluster, own_folder
from tests.projections.tally import Tally, command, counted
from tests.projections.test_engine import wait_until

HALT_AT = 150
SCHEMAS = {Tally.NAME: Tally.schema(), **{p.NAME: p.schema() for p in engines.PROJECTIONS}}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(None, None)


def deployment(conninfo: str, folder: Path, **settings: Any) -> Any:
    given = {"poll_seconds": 0.1, "stall_seconds": 0.3, "page": 50, **settings}
    return wired(Settings(data_dir=folder, database_url=conninfo, **given), conninfo)


@pytest.fixture
def tallied(embedded: str, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Liuhen]:
    """A county whose views, and a count of its events, are still to be made, in small pages."""
    monkeypatch.setattr(engines, "PROJECTIONS", (*engines.PROJECTIONS, Tally))
    with deployment(databases.recorded(embedded, "tallied", tmp_path, record), tmp_path) as liuhen:
        yield liuhen


def record(liuhen: Liuhen) -> None:
    with pytest.MonkeyPatch.context() as small:
        small.setattr(demo, "PROJECTS", 3)
        small.setattr(demo, "RESPONSIBLE", 1)
        demo.record_demo_county(liuhen.desk, lambda _done, _total: None)


def behind(liuhen: Liuhen) -> int:
    return max(liuhen.engine.freshness(name).lag_events for name in liuhen.engine.names())


def equal_to_a_fresh_fold(liuhen: Liuhen) -> None:
    differing = {n: [t.table for t in check(liuhen.engine, n) if not t.same] for n in liuhen.engine.names()}
    assert not {n: tables for n, tables in differing.items() if tables}
    view, log = counted(liuhen.conninfo)
    assert view == log, "an event was counted twice, or not at all"


class Watch:
    """Whoever looks from outside."""

    def __init__(self, app: FastAPI, liuhen: Liuhen) -> None:
        app.state.liuhen, app.state.issuer = liuhen, Issuer(liuhen.settings.data_dir)
        self._http = TestClient(app, raise_server_exceptions=False)
        self._headers, self._administering = (
            {"Authorization": f"Bearer {app.state.issuer.issue(Holder(role, '某局', frozenset({role})), days=1)}"}
            for role in (Role.AUDITOR, Role.SYS_ADMIN)
        )

    def ready(self) -> tuple[int, Any]:
        answer = self._http.get("/readyz")
        return answer.status_code, answer.json()

    def status(self) -> dict[str, Any]:
        answer = self._http.get("/v1/projections", headers=self._administering)
        return {view["name"]: view for view in answer.json()}

    def answer(self) -> Any:
        return self._http.get("/v1/register/projects", headers=self._headers).json()

    def metric(self, name: str, view: str) -> float:
        """Over all processes, where each tells of its own."""
        series = rf'^liuhen_view_{name}{{view="{view}"[^}}]*}} (\S+)$'
        found = re.findall(series, self._http.get("/metrics").text, re.MULTILINE)
        assert found
        return sum(map(float, found))

    def says_behind(self, view: str, lag: int) -> None:
        """All of them say so, and by how much."""
        assert lag > 0
        code, told = self.ready()
        assert (code, view in told["stalled"]) == (503, True)
        assert {v["view"]: v["lag_events"] for v in told["views"]}[SCHEMAS[view]] == lag
        status = self.status()[view]
        assert status["freshness"]["lag_events"] == lag
        assert f"{lag} events behind" in status["stalled"]
        assert status["freshness"]["lag_seconds"] > 0
        assert self.metric("lag_events", view) == lag
        assert self.metric("lag_seconds", view) > 0

    def says_well(self) -> None:
        code, told = self.ready()
        assert (code, told["stalled"], told["failing"]) == (200, [], [])
        assert {v["lag_events"] for v in told["views"]} == {0}
        assert all(v["stalled"] is None for v in self.status().values())


def listening(process: subprocess.Popen[str]) -> None:
    """Wait until a worker says that it works."""
    assert process.stdout is not None
    assert "keeping the views" in process.stdout.readline()


def movers(conninfo: str) -> set[int]:
    """Processes that moved the views last."""
    with psycopg.connect(conninfo) as conn:
        rows = conn.execute("SELECT DISTINCT worker FROM liuhen.projections WHERE worker <> ''").fetchall()
    return {int(worker.rpartition(":")[2]) for (worker,) in rows}


def halted_in_mid_batch(folder: Path, conninfo: str, **environment: str) -> Any:
    """A worker that wrote the rows of a batch and comes to no end with it."""
    halt = folder / "halted"
    return halt, command(
        "worker", folder=folder, conninfo=conninfo, LIUHEN_PAGE="50", TALLY_HALT=str(halt), TALLY_HALT_AT=str(HALT_AT),
        TALLY_HALT_IN="tally_v1", **environment,
    )  # fmt: skip


def test_a_worker_killed_in_mid_batch_and_another_that_stood_by(
    tallied: Liuhen, app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two `liuhen worker` at once: the other takes over what the dead one had not committed, and nothing else."""
    watch, conninfo = Watch(app, tallied), tallied.conninfo
    lag = tallied.ledger.position() - (HALT_AT - 50)
    halt, first = halted_in_mid_batch(tmp_path, conninfo)
    with first as dying:
        wait_until(halt.exists)
        with command("worker", folder=tmp_path, conninfo=conninfo, LIUHEN_PAGE="50") as other:
            listening(other)
            wait_until(lambda: "tally" in tallied.engine.stalled())
            watch.says_behind("register", lag)
            assert watch.answer()["freshness"]["lag_events"] == lag
            assert movers(conninfo) == {dying.pid}, "both moved the views at once"
            os.kill(dying.pid, signal.SIGKILL)
            wait_until(lambda: behind(tallied) == 0)
            assert movers(conninfo) == {other.pid}
            record_more(tallied)
            wait_until(lambda: behind(tallied) == 0)
            watch.says_well()
            equal_to_a_fresh_fold(tallied)
            other.send_signal(signal.SIGTERM)
            told, _ = other.communicate(timeout=60)
    assert (other.returncode, "stopped" in told) == (0, True)


def record_more(liuhen: Liuhen) -> None:
    """A unit more: news for all the views."""
    from application.enrolment import enrol_unit
    from domain.steps.enrolment import EnrolUnit
    from domain.unit import UnitKind
    from tests.projections.test_drivers import ACT

    order = EnrolUnit(uscc="91350100M000100Y43", name="新单位", kind=UnitKind.COUNTY_DEPT, division="370323")
    enrol_unit(liuhen.desk, order, ACT)


def test_rows_and_position_in_transactions_of_their_own_are_found_out(tallied: Liuhen, tmp_path: Path) -> None:
    """The same death, of a view that is wrong: what was half done is done twice."""
    halt, first = halted_in_mid_batch(tmp_path, tallied.conninfo, TALLY_WRONG="1")
    with first as dying:
        wait_until(halt.exists)
        os.kill(dying.pid, signal.SIGKILL)
        dying.wait(timeout=60)
    tallied.engine.catch_up()
    view, log = counted(tallied.conninfo)
    assert sum(view.values()) == sum(log.values()) + 50


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """A server of the operating system's packages that may be stopped."""
    with own_folder() as folder, cluster(folder, "views") as one:
        one.make()
        one.start()
        yield one


@pytest.fixture
def elsewhere(
    server: Cluster, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Liuhen]:
    monkeypatch.setattr(engines, "PROJECTIONS", (*engines.PROJECTIONS, Tally))
    conninfo = databases.recorded(server.conninfo(), "tallied-elsewhere", tmp_path, record)
    with deployment(conninfo, tmp_path, page=7) as liuhen:
        yield liuhen


def held_up(liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch, after: int = 100) -> threading.Event:
    """Start the engine and hold it up in the register from a position on; set the event to let it go on."""
    go, held, real = threading.Event(), threading.Event(), ProjectRegister.project

    def project(self: Any, page: Any, cursor: Any) -> None:
        if page.entries[-1].position > after:
            held.set()
            go.wait(60)
        real(self, page, cursor)

    monkeypatch.setattr(ProjectRegister, "project", project)
    liuhen.engine.start()
    assert held.wait(60)
    wait_until(lambda: "register" in liuhen.engine.stalled())
    return go


def terminate_all(server: Cluster, conninfo: str) -> None:
    """Every connection of the database, the engine's and the pools'."""
    with psycopg.connect(server.conninfo(), autocommit=True) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            (re.search(r"dbname=(\S+)", conninfo)[1],),  # type: ignore[index]
        )


def test_every_connection_is_ended_again_and_again(
    elsewhere: Liuhen, server: Cluster, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(app, elsewhere)
    go = held_up(elsewhere, monkeypatch)
    watch.says_behind("register", behind(elsewhere))
    for _ in range(5):
        terminate_all(server, elsewhere.conninfo)
        go.set()
        before = behind(elsewhere)
        wait_until(lambda before=before: behind(elsewhere) in range(before or 1))
    wait_until(lambda: behind(elsewhere) == 0 and not elsewhere.engine.failures())
    watch.says_well()
    elsewhere.engine.stop()
    equal_to_a_fresh_fold(elsewhere)


def test_the_server_is_restarted(
    elsewhere: Liuhen, server: Cluster, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(app, elsewhere)
    go = held_up(elsewhere, monkeypatch)
    server.stop(signal.SIGINT)
    go.set()
    try:
        monkeypatch.setattr("api.routes.health._PATIENCE", 0.2)
        code, told = watch.ready()
        assert (code, told["failing"]) == (503, ["database"])
        wait_until(lambda: set(elsewhere.engine.failures()) == set(elsewhere.engine.names()))
    finally:
        server.start()
    wait_until(lambda: not elsewhere.engine.failures() and behind(elsewhere) == 0)
    record_more(elsewhere)
    wait_until(lambda: behind(elsewhere) == 0)
    watch.says_well()
    elsewhere.engine.stop()
    equal_to_a_fresh_fold(elsewhere)


def test_a_follower_that_does_not_come_again_is_seen(
    elsewhere: Liuhen, server: Cluster, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that ends with its connection: it never catches up, and readiness names every view."""

    def once(self: Engine) -> None:
        with pytest.raises(psycopg.OperationalError), psycopg.connect(self.conninfo, autocommit=True) as conn:
            self._follow(conn)

    monkeypatch.setattr(Engine, "_run", once)
    go = held_up(elsewhere, monkeypatch)
    terminate_all(server, elsewhere.conninfo)
    go.set()
    thread = elsewhere.engine._thread
    assert thread is not None
    thread.join(60)
    watch = Watch(app, elsewhere)
    code, told = watch.ready()
    assert (code, set(told["failing"])) == (503, set(elsewhere.engine.names()))
    watch.says_behind("register", behind(elsewhere))


def test_a_wake_up_that_is_lost_costs_one_poll(tallied: Liuhen, app: FastAPI) -> None:
    """Nobody says that there is news, as when a notification is lost."""
    tallied.ledger.wakes_not(tallied.engine.wake)
    tallied.engine.start()
    wait_until(lambda: behind(tallied) == 0)
    record_more(tallied)
    wait_until(lambda: behind(tallied) == 0)
    Watch(app, tallied).says_well()
    tallied.engine.stop()
    equal_to_a_fresh_fold(tallied)


class Waits(threading.Event):
    """Says when somebody waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.begun.set()
        return super().wait(timeout)


def test_without_polling_a_lost_wake_up_is_a_stall_that_is_seen(tallied: Liuhen, app: FastAPI) -> None:
    tallied.ledger.wakes_not(tallied.engine.wake)
    tallied.engine._poll = 3600.0
    tallied.engine._woken = waits = Waits()
    tallied.engine.start()
    wait_until(waits.begun.is_set)
    assert behind(tallied) == 0
    record_more(tallied)
    wait_until(lambda: bool(tallied.engine.stalled()))
    Watch(app, tallied).says_behind("register", behind(tallied))
    tallied.engine.wake()
    wait_until(lambda: behind(tallied) == 0)
    tallied.engine.stop()


@pytest.mark.parametrize("parks", [True, False], ids=["parked", "not parked"])
def test_a_poison_event_is_told_everywhere(
    tallied: Liuhen, app: FastAPI, monkeypatch: pytest.MonkeyPatch, parks: bool
) -> None:
    """One that fails is parked and told; if it were not parked, the view would stay behind, and that would be told."""
    bad = next(e for e in tallied.ledger.after(0, 10_000) if e.event.TOPIC == "project.approved")
    real = ProjectRegister.project

    def project(self: Any, page: Any, cursor: Any) -> None:
        if any(e.position == bad.position for e in page.entries):
            raise ValueError("poison")
        real(self, page, cursor)

    if not parks:
        monkeypatch.setattr("infrastructure.projecting.follower.TRIES", 10**6)
    watch = Watch(app, tallied)
    with monkeypatch.context() as while_broken:
        while_broken.setattr(ProjectRegister, "project", project)
        tallied.engine.start()
        wait_until(lambda: tallied.engine.freshness("tally").lag_events == 0)
        if not parks:
            wait_until(lambda: {"register"} == set(tallied.engine.failures()) == set(tallied.engine.stalled()))
            watch.says_behind("register", behind(tallied))
            assert watch.ready()[1]["failing"] == ["register"]
            assert watch.metric("failing", "register") == 1
            assert watch.status()["register"]["failing"] == "ValueError: poison"
            assert watch.answer()["freshness"]["lag_events"] > 0
            tallied.engine.stop()
            return
        wait_until(lambda: behind(tallied) == 0)
        count = len(tallied.engine.parked("register"))
        assert count > 1
        assert watch.answer()["freshness"]["parked"] == count
        assert watch.status()["register"]["freshness"]["parked"] == count
        assert {v["view"]: v["parked"] for v in watch.ready()[1]["views"]}[SCHEMAS["register"]] == count
        assert (watch.metric("parked", "register"), watch.metric("parked", "tally")) == (count, 0)
    assert tallied.engine.retry("register") == (count, 0)
    tallied.engine.stop()
    watch.says_well()
    equal_to_a_fresh_fold(tallied)
