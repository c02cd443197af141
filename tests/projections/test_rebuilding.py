"""A view is built anew while it is written and read over HTTP; whatever kills it, it goes on, and tells how far it is."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from domain.recorded import Role
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from infrastructure.projecting import engine as engines
from infrastructure.projecting import rebuilding
from infrastructure.projecting.as_of import check
from infrastructure.projecting.builds import Build, Standing, builds_of
from infrastructure.projecting.follower import Follower
from infrastructure.projecting.rebuilding import order, rebuild, unfinished
from projections.register import ProjectRegister
from projections.timeline import Timeline
from tests.api.conftest import PROJECT
from tests.databases import Databases
from tests.projections.tally import Tally, command
from tests.projections.test_engine import engine as another
from tests.projections.test_engine import wait_until
from tests.projections.test_faults import deployment, record
from tests.stages import OWNER

REGISTER = "/v1/register/projects?limit=500"
OLD, NEW, NEWER = (ProjectRegister.schema(build) for build in (1, 2, 3))


@pytest.fixture
def county(embedded: str, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Liuhen]:
    """A county whose views stand at the end of the log, and are built anew in pages of 50."""
    monkeypatch.setattr(engines, "PROJECTIONS", (*engines.PROJECTIONS, Tally))
    monkeypatch.setattr(rebuilding, "PAGE", 50)
    with deployment(databases.recorded(embedded, "tallied-with-views", tmp_path, record_and_view), tmp_path) as liuhen:
        yield liuhen


def record_and_view(liuhen: Liuhen) -> None:
    record(liuhen)
    liuhen.engine.catch_up()


class Caller:
    """A client of a served county, on a connection of its own."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {**self._headers, "Idempotency-Key": str(uuid4()), "If-Match": "*"}
        self._connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read() or b"null")

    def close(self) -> None:
        self._connection.close()


@contextmanager
def served(liuhen: Liuhen, **environment: str) -> Iterator[tuple[subprocess.Popen[str], Callable[[], Caller]]]:
    """`liuhen serve` over the county, and what makes clients of it that hold every role."""
    folder = liuhen.settings.data_dir
    token = Issuer(folder).issue(Holder("client", "测试", frozenset(Role)), days=1)
    clients: list[Caller] = []
    settings = {"LIUHEN_PORT": "0", "LIUHEN_PAGE": "50", "TALLY_REBUILD_PAGE": "50", **environment}
    with command("serve", folder=folder, conninfo=liuhen.conninfo, **settings) as process:
        assert process.stdout is not None
        port = next(
            int(m[1]) for line in process.stdout if (m := re.search(r"http://127\.0\.0\.1:(\d+)$", line.strip()))
        )

        def client() -> Caller:
            clients.append(Caller(port, token))
            return clients[-1]

        try:
            yield process, client
        finally:
            for one in clients:
                one.close()


class Readers:
    """Threads that read the register over HTTP all the time, and note what no reader may see."""

    def __init__(self, client: Callable[[], Caller], count: int, least: int) -> None:
        self._stop = threading.Event()
        self._least = least
        self.seen: dict[str, int] = {}
        self.faults: list[str] = []
        self._threads = [threading.Thread(target=self._read, args=(client(),)) for _ in range(count)]

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _read(self, client: Caller) -> None:
        while not self._stop.is_set():
            status, body = client.ask("GET", REGISTER)
            if status != 200:
                self.faults.append(f"answered {status}")
                continue
            view, items = body["freshness"]["view"], body["items"]
            marks = {item["source"] == "old" for item in items}
            if body["total"] < self._least or len(items) != body["total"]:
                self.faults.append(f"{len(items)} of {body['total']} rows of {view}")
            if len(marks) > 1 or marks != {view == OLD}:
                self.faults.append(f"rows of another build in {view}")
            if max(item["position"] for item in items or [{"position": 0}]) > body["freshness"]["position"]:
                self.faults.append(f"rows of {view} are newer than it says")
            self.seen[view] = self.seen.get(view, 0) + 1

    def wait_for_more(self, view: str) -> None:
        before = self.seen.get(view, 0)
        wait_until(lambda: self.faults or self.seen.get(view, 0) > before + 4)


def mark_old(liuhen: Liuhen) -> int:
    """Let rows of the build that is read be told from those of the next; gives how many projects there are."""
    function = f"CREATE FUNCTION {OLD}.mark() RETURNS trigger LANGUAGE plpgsql AS"
    with psycopg.connect(liuhen.conninfo) as conn:
        conn.execute(f"{function} 'BEGIN NEW.source := ''old''; RETURN NEW; END'".encode())
        conn.execute(
            f"CREATE TRIGGER mark BEFORE INSERT OR UPDATE ON {OLD}.projects"
            f" FOR EACH ROW EXECUTE FUNCTION {OLD}.mark()".encode()
        )
        return conn.execute(f"UPDATE {OLD}.projects SET source = 'old'".encode()).rowcount


def write(client: Caller, stop: threading.Event) -> None:
    """File projects until told to stop."""
    number = 0
    while not stop.is_set():
        number += 1
        act = {**PROJECT, "name": f"重建期间备案{number}"}
        status, body = client.ask("POST", "/v1/projects", {"happened_on": "2026-01-05", "act": act})
        assert status == 201, body


def test_nobody_who_reads_over_http_sees_an_empty_or_mixed_view(county: Liuhen) -> None:
    """Built anew, twice, with writes going on, the rows of each build telling which it is."""
    least = mark_old(county)
    stop = threading.Event()
    with served(county, LIUHEN_VIEWS_IN_SERVER="false") as (_, client):
        wishes = {"happened_on": "2018-10-01", "act": {"uscc": OWNER, "name": "测试局", "kind": "COUNTY_DEPT",
                  "division": "370323"}}  # fmt: skip
        assert client().ask("POST", "/v1/units", wishes)[0] in {201, 409}
        county.engine.start()
        writer = threading.Thread(target=write, args=(client(), stop))
        with Readers(client, 3, least) as readers:
            writer.start()
            readers.wait_for_more(OLD)
            done = rebuild(county.engine, "register", accept_differences=True)
            readers.wait_for_more(NEW)
            stop.set()
            writer.join()
    assert (done.switched, done.schema, done.differing()) == (True, NEW, ["projects"])
    assert readers.faults == []
    assert set(readers.seen) == {OLD, NEW}
    wait_until(lambda: county.engine.freshness("register").lag_events == 0)
    county.engine.stop()
    assert all(t.same for t in check(county.engine, "register"))


def test_a_view_that_is_emptied_and_filled_again_is_found_out(county: Liuhen) -> None:
    """What rebuilding in place would show to those who read."""
    least = mark_old(county)
    with served(county, LIUHEN_VIEWS_IN_SERVER="false") as (_, client), Readers(client, 2, least) as readers:
        readers.wait_for_more(OLD)
        with psycopg.connect(county.conninfo) as conn:
            conn.execute(f"DELETE FROM {OLD}.projects".encode())
            conn.execute("UPDATE liuhen.projections SET position = 0 WHERE name = 'register'")
        readers.wait_for_more(OLD)
        county.engine.catch_up()
    assert any(fault.startswith("0 of 0 rows") for fault in readers.faults)


def halted(folder: Path) -> dict[str, str]:
    return {"TALLY_HALT": str(folder / "halted"), "TALLY_HALT_AT": "140", "TALLY_HALT_IN": NEW}


def building(liuhen: Liuhen) -> Build:
    with liuhen.pool.connection() as conn:
        (build,) = builds_of(conn, liuhen.engine.log_id, [liuhen.engine.projections["register"]], Standing.BUILDING)
    return build


def test_one_ordered_over_http_is_carried_on_after_the_service_was_killed(county: Liuhen, tmp_path: Path) -> None:
    """Nobody asks for it again: the service that comes next goes on where it stood."""
    with served(county, **halted(tmp_path)) as (process, client):
        caller = client()
        assert caller.ask("POST", "/v1/projections/register/rebuild")[0] == 202
        status, body = caller.ask("POST", "/v1/projections/register/rebuild")
        assert (status, "正在重建" in body["detail"]) == (409, True)
        wait_until((tmp_path / "halted").exists)
        (told,) = [v["rebuilding"] for v in caller.ask("GET", "/v1/projections")[1] if v["name"] == "register"]
        assert (told["position"], told["target"], told["ordered"]) == (100, county.ledger.position(), True)
        assert told["left_seconds"] > 0
        assert caller.ask("GET", REGISTER)[1]["freshness"]["view"] == OLD
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=60)
    assert building(county).position == 100
    with served(county) as (_, client):
        caller = client()
        wait_until(lambda: caller.ask("GET", REGISTER)[1]["freshness"]["view"] == NEW)
    with psycopg.connect(county.conninfo) as conn:
        row = conn.execute(
            "SELECT resumed_position, ordered FROM liuhen.projections WHERE name = 'register' AND standing = 'LIVE'"
        ).fetchone()
    assert row == (100, False), "it was begun again from the beginning"
    assert all(t.same for t in check(county.engine, "register"))


def test_one_that_was_killed_on_the_command_line_goes_on(county: Liuhen, tmp_path: Path) -> None:
    def rebuilds(**environment: str) -> Any:
        pages = {"TALLY_REBUILD_PAGE": "50", "LIUHEN_PAGE": "50"}
        arguments = ("projections", "rebuild", "register")
        return command(*arguments, folder=tmp_path, conninfo=county.conninfo, **pages, **environment)

    with rebuilds(**halted(tmp_path)) as process:
        wait_until((tmp_path / "halted").exists)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=60)
    assert building(county).position == 100
    # A service that starts leaves alone what nobody ordered.
    with county.pool.connection() as conn:
        assert rebuilding.ordered(conn, county.engine) == []
    with rebuilds() as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "went on from 100" in said
    assert "switched" in said
    assert all(t.same for t in check(county.engine, "register"))


def test_one_that_begins_again_instead_is_found_out(county: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebuild that forgets what it had would be told by where it was taken up."""
    stopping = threading.Event()
    stopping.set()
    with pytest.raises(rebuilding.RebuildStoppedError):
        rebuild(county.engine, "register", stopping=stopping)
    monkeypatch.setattr("infrastructure.projecting.builds.made_by", lambda *_: False)
    assert rebuild(county.engine, "register").resumed_from == 0


def test_one_of_other_tables_is_begun_again(county: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program was replaced by one with other columns while a rebuild was unfinished."""
    stopping = threading.Event()
    stopping.set()
    with pytest.raises(rebuilding.RebuildStoppedError):
        rebuild(county.engine, "register", stopping=stopping)
    wider = ProjectRegister.TABLES.replace("name text NOT NULL, stage", "added text, name text NOT NULL, stage")
    monkeypatch.setattr(ProjectRegister, "TABLES", wider)
    done = rebuild(county.engine, "register", accept_differences=True)
    assert (done.resumed_from, done.schema) == (0, NEWER)


class CountingClock:
    """Time by the events that were taken in: one second each, however long it took."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        real = Follower.round

        def round_(follower: Follower, *arguments: Any, **options: Any) -> int:
            taken = real(follower, *arguments, **options)
            self.now += taken
            return taken

        monkeypatch.setattr(Follower, "round", round_)
        monkeypatch.setattr("infrastructure.projecting.rebuilding.time.monotonic", lambda: self.now)


def test_progress_and_time_left_are_true(county: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the number of events that the new build has, and of those that it has not: a second each."""
    told: list[tuple[int, int, float | None, int, int]] = []
    total = county.ledger.position()

    def hear(progress: rebuilding.Progress) -> None:
        with county.pool.connection() as conn:
            (has,) = conn.execute(
                f"SELECT count(DISTINCT position) FROM {Timeline.schema(2)}.entries".encode()
            ).fetchone() or (0,)
        told.append((progress.position, progress.target, progress.left_seconds, has, total - has))

    with monkeypatch.context() as counted:
        CountingClock(counted)
        done = rebuild(county.engine, "timeline", told=hear)
    assert done.switched
    assert len(told) > 4
    for position, target, left, has, has_not in told:
        assert (position, target, left) == (has, total, has_not)


def test_time_left_is_known_to_every_process(county: Liuhen) -> None:
    """From where a rebuild was last taken up, not from where it was begun."""
    order(county.engine, "register")
    total = county.ledger.position()
    with psycopg.connect(county.conninfo) as conn:
        conn.execute(
            "UPDATE liuhen.projections SET position = 150, resumed_position = 100, resumed_at = moved_at - interval '25 s'"
            " WHERE standing = 'BUILDING'"
        )
    seen = unfinished(another(county))["register"]
    assert (seen.position, seen.target, seen.left_seconds) == (150, total, (total - 150) / 2)


def test_one_that_differs_is_told_and_not_tried_again(county: Liuhen) -> None:
    with psycopg.connect(county.conninfo) as conn:
        conn.execute(f"DELETE FROM {OLD}.units".encode())
    order(county.engine, "register")
    county.engine.start()
    wait_until(lambda: unfinished(county.engine)["register"].outcome != "")
    seen = unfinished(county.engine)["register"]
    assert (seen.ordered, "units" in seen.outcome) == (False, True)
    assert county.engine.freshness("register").view == OLD
    assert rebuilding.abandon(county.engine, "register")
    assert unfinished(county.engine) == {}
    county.engine.stop()


def test_one_may_be_given_up_while_it_is_worked_on(county: Liuhen) -> None:
    def give_up(progress: rebuilding.Progress) -> None:
        if progress.position == 100:
            assert rebuilding.abandon(county.engine, "register")

    with pytest.raises(rebuilding.RebuildStoppedError):
        rebuild(county.engine, "register", told=give_up)
    assert unfinished(county.engine) == {}
    assert not rebuilding.abandon(county.engine, "register")
    assert county.engine.freshness("register").view == OLD


def test_one_that_fails_is_told_and_tried_again(county: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "_PAUSE", 0.1)
    real, failing = rebuilding._switch, iter([True])

    def switch(*arguments: Any, **options: Any) -> Any:
        if next(failing, False):
            raise RuntimeError("no space left")
        return real(*arguments, **options)

    monkeypatch.setattr(rebuilding, "_switch", switch)
    order(county.engine, "register")
    outcomes: set[str] = set()
    county.engine.start()

    def switched() -> bool:
        outcomes.update(u.outcome for u in unfinished(county.engine).values())
        return county.engine.freshness("register").view == NEW

    wait_until(switched)
    county.engine.stop()
    assert "RuntimeError: no space left" in outcomes


def test_all_views_are_built_anew_in_one_reading(county: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []
    real = county.ledger.decoded_after

    def counted(position: int, limit: int, stop: int | None = None) -> Any:
        reads.append(position)
        return real(position, limit, stop)

    monkeypatch.setattr(county.ledger, "decoded_after", counted)
    told: list[rebuilding.Progress] = []
    done = rebuilding.rebuild_together(county.engine, county.engine.names(), told=told.append)
    assert [d.name for d in done] == county.engine.names()
    assert all(d.switched and not d.differing() for d in done)
    assert [p for p in reads if p == 0] == [0], "the log was read anew for another view"
    assert [p.position for p in told] == sorted(p.position for p in told)
    assert told[-1].left_seconds == 0
