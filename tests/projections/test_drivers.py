"""One fold, several drivers: as of any moment, built anew while in use, compared with a fresh fold; poison is parked."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import psycopg
import pytest

from application.act import Act
from application.asking import AsOf
from application.correcting import correct_fact
from application.ports import UpTo
from domain.correction import FactCorrected
from domain.dates import CivilDate
from domain.evolve import effective, fold
from domain.project import Project
from domain.recorded import Actor, Role
from domain.steps.correcting import CorrectFact
from domain.streams import StreamKind
from infrastructure import demo
from infrastructure.bootstrap import Liuhen
from infrastructure.projecting import as_of as driver
from infrastructure.projecting import rebuilding
from infrastructure.projecting.as_of import check, position_at, view_as_of
from infrastructure.projecting.builds import Digests, builds_of, digests, drop_retired, tables_in
from infrastructure.projecting.builds import Standing as Stands
from infrastructure.projecting.engine import PROJECTIONS, Engine
from infrastructure.projecting.follower import Follower, SystemicFaultError
from infrastructure.projecting.parking import NotParkedError
from projections.money import Money
from projections.register import ProjectRegister
from projections.topics import ALL
from projections.view import Page, Projection
from tests.conftest import Recorded
from tests.unknown_event import TOPIC, record_unknown_event

CORRECTED = FactCorrected.TOPIC
ACT = Act(
    actor=Actor(account="t", organisation="测试", role=Role.SMART_OFFICE), happened_on=CivilDate.parse("2026-01-01")
)


@pytest.fixture
def county(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> Iterator[Liuhen]:
    """The county, its units and a few projects, with corrections."""
    monkeypatch.setattr(demo, "PROJECTS", 3)
    monkeypatch.setattr(demo, "RESPONSIBLE", 1)
    with recorded("county", record_county) as liuhen:
        yield liuhen


def record_county(liuhen: Liuhen) -> None:
    demo.record_demo_county(liuhen.desk, lambda _done, _total: None)
    for entry in liuhen.ledger.after(0, 10_000):
        if entry.event.TOPIC == "project.contract_recorded":
            withdraw(liuhen, entry)


def withdraw(liuhen: Liuhen, entry: Any) -> None:
    order = CorrectFact(version=entry.stream.version, reason="误录")
    correct_fact(liuhen.desk, StreamKind.PROJECT, entry.stream.id, order, ACT)


def live(liuhen: Liuhen, name: str) -> Digests:
    with liuhen.pool.connection() as conn:
        schema = liuhen.engine.schema(name, conn)
        return digests(conn, liuhen.settings.division, schema, tables_in(conn, schema))


def as_of(liuhen: Liuhen, name: str, moment: AsOf, tables: list[str]) -> Digests:
    with view_as_of(liuhen.engine, name, moment) as (conn, _):
        return digests(conn, liuhen.settings.division, "pg_temp", tables)


def step(liuhen: Liuhen, page: int) -> int:
    """Take in one page, as the engine does."""
    follower = Follower(
        liuhen.ledger, liuhen.engine.projections.values(), log_id=liuhen.settings.division, page=page, patient=False
    )
    with psycopg.connect(liuhen.engine.conninfo, autocommit=True) as conn:
        return follower.round(conn)


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda p: p.NAME)
def test_a_projection_says_of_every_event_whether_it_handles_it(projection: type[Projection]) -> None:
    assert projection.HANDLES | projection.IGNORES == ALL
    assert not projection.HANDLES & projection.IGNORES


def test_what_a_projection_ignores_changes_nothing(county: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    county.engine.catch_up()
    names = [p.NAME for p in PROJECTIONS if p.IGNORES]
    assert "money" in names
    for projection in PROJECTIONS:
        monkeypatch.setattr(projection, "HANDLES", ALL)
    for name in names:
        assert [t.table for t in check(county.engine, name) if not t.same] == [], name


def test_as_of_a_position_is_the_view_that_stood_then(county: Liuhen) -> None:
    """A random run: what stood after each page is what the past is shown to have been."""
    chance = random.Random(20260101)
    stood: dict[int, dict[str, Digests]] = {}
    while step(county, chance.randint(1, 60)):
        position = county.engine.freshness("register").position
        if chance.random() < 0.25 or position == county.ledger.position():
            stood[position] = {name: live(county, name) for name in county.engine.names()}
    assert len(stood) > 3
    for position, views in chance.sample(sorted(stood.items()), 4):
        for name, was in views.items():
            assert as_of(county, name, AsOf(UpTo(position=position)), list(was)) == was, (position, name)


def test_as_of_a_day_is_what_each_history_says_of_it(county: Liuhen) -> None:
    """On random days, beside each project's own history: corrected first, then what happened later left out."""
    entries = county.ledger.after(0, 10_000)
    projects = {e.originator_id for e in entries if e.kind is StreamKind.PROJECT}
    days = sorted({e.happened_on.latest for e in entries})
    for day in random.Random(20260102).sample(days, 8):
        expected = {}
        for project in projects:
            history = effective(county.ledger.read(StreamKind.PROJECT, project))
            kept = [e for e in history if e.happened_on.certainly_on_or_before(day) or e.event.TOPIC == CORRECTED]
            if any(e.event.TOPIC != CORRECTED for e in kept):
                state = fold(Project(id=project), kept)
                expected[project] = (state.stage, sum(a.amount.fen for a in state.arrangements))
        with view_as_of(county.engine, "register", AsOf(happened=day)) as (conn, fresh):
            rows = conn.execute("SELECT project_id, stage, arranged_fen FROM projects").fetchall()
        assert {project: (stage, fen) for project, stage, fen in rows} == expected, day
        assert (fresh.as_of_happened, fresh.lag_events) == (day, 0)


def test_the_past_is_the_same_however_it_is_read(county: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a few events, with rows written again and again, or by many: as known at a position, and as of a day."""
    half = AsOf(UpTo(position=county.ledger.position() // 2))
    moments = [half, AsOf(happened=date(2019, 6, 30)), AsOf(happened=date(2030, 1, 1))]
    names = [p.NAME for p in PROJECTIONS if p.OF_STATES]
    assert "register" in names

    def past() -> list[Digests]:
        with county.pool.connection() as conn:
            tables = {n: tables_in(conn, county.engine.schema(n, conn)) for n in names}
        return [as_of(county, name, moment, tables[name]) for name in names for moment in moments]

    by_many = past()
    assert all(rows > 3 for rows, _ in by_many[-1].values())
    monkeypatch.setattr(driver, "PAGE", 7)
    monkeypatch.setattr(driver, "_MOST_TOUCHED", 2)
    assert past() == by_many


def test_a_view_of_the_past_has_the_indexes_of_the_one_that_stands(county: Liuhen) -> None:
    for name in county.engine.names():
        with county.pool.connection() as conn:
            made = indexes(conn, county.engine.schema(name, conn))
        with view_as_of(county.engine, name, AsOf()) as (conn, _):
            assert indexes(conn, "pg_temp") == made, name


def indexes(conn: psycopg.Connection[Any], schema: str) -> list[str]:
    """What makes the indexes of a build's tables, without the name of its schema."""
    rows = conn.execute(
        "SELECT regexp_replace(pg_get_indexdef(i.indexrelid), ' ON [a-z0-9_]+[.]', ' ON ') FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = CASE %(schema)s WHEN 'pg_temp'"
        " THEN pg_my_temp_schema() ELSE to_regnamespace(%(schema)s) END ORDER BY 1",
        {"schema": schema},
    ).fetchall()
    return [text for (text,) in rows]


def test_a_correction_changes_what_was_and_not_what_was_known(county: Liuhen) -> None:
    entries = county.ledger.after(0, 10_000)
    budget = next(e for e in entries if e.event.TOPIC == "project.budget_set")
    before, on = county.ledger.position(), date(2026, 12, 31)
    with county.pool.connection() as conn:
        tables = tables_in(conn, Money.schema())

    def seen(moment: AsOf) -> Digests:
        return as_of(county, "money", moment, tables)

    known, was = seen(AsOf(UpTo(position=before))), seen(AsOf(happened=on))
    recorded = county.ledger.after(before - 1, 1)[0].recorded_at
    assert position_at(county.ledger, recorded) == before
    withdraw(county, budget)
    assert seen(AsOf(UpTo(position=before))) == known
    assert seen(AsOf(UpTo(recorded_at=recorded))) == known
    assert seen(AsOf(happened=on)) != was
    # A day before anything happened shows nothing.
    assert {rows for rows, _ in seen(AsOf(happened=date(2000, 1, 1))).values()} == {0}


def test_a_check_finds_a_row_that_was_changed(county: Liuhen) -> None:
    county.engine.catch_up()
    assert all(t.same for name in county.engine.names() for t in check(county.engine, name))
    with psycopg.connect(county.engine.conninfo) as conn:
        conn.execute("UPDATE register_v3.projects SET arranged_fen = arranged_fen + 1 WHERE stage <> ''")
    assert [t.table for t in check(county.engine, "register") if not t.same] == ["projects"]


def test_a_view_is_built_anew_while_it_is_written_and_read(county: Liuhen) -> None:
    """Readers in a loop never see an empty or a mixed view; the build goes on where it was stopped."""
    engine = county.engine
    engine.catch_up()
    count = live(county, "register")["projects"][0]
    stop, seen = threading.Event(), set()

    def read() -> None:
        while not stop.is_set():
            with county.pool.connection() as conn, conn.transaction():
                conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                schema = engine.schema("register", conn)
                projects = digests(conn, county.settings.division, schema, ["projects"])["projects"][0]
                seen.add((schema, projects >= count, engine.freshness("register", conn).view == schema))

    def write() -> None:
        entries = [e for e in county.ledger.after(0, 10_000) if e.event.TOPIC == "project.funds_arranged"]
        for entry in entries[:3]:
            withdraw_if_possible(county, entry)

    reader, writer = threading.Thread(target=read), threading.Thread(target=write)
    reader.start()
    engine.start()
    writer.start()
    stopping = threading.Event()
    stopping.set()
    with pytest.raises(rebuilding.RebuildStoppedError):
        rebuilding.rebuild(engine, "register", stopping=stopping)
    assert set(rebuilding.unfinished(engine)) == {"register"}
    told: list[rebuilding.Progress] = []
    done = rebuilding.rebuild(engine, "register", told=told.append)
    writer.join()
    assert engine.wait_for("register", county.ledger.position(), 20)
    stop.set()
    reader.join()
    engine.stop()
    assert (done.switched, done.schema, done.parked) == (True, "register_v3_b2", 0)
    assert all(t.same for t in done.tables)
    assert told[-1].position == told[-1].target
    assert seen <= {("register_v3", True, True), ("register_v3_b2", True, True)}
    assert ("register_v3", True, True) in seen
    assert all(t.same for t in check(engine, "register"))
    with psycopg.connect(engine.conninfo, autocommit=True) as conn:
        assert drop_retired(conn, list(engine.projections.values())) == []
        assert drop_retired(conn, list(engine.projections.values()), 0) == ["register_v3"]


def withdraw_if_possible(liuhen: Liuhen, entry: Any) -> None:
    try:
        withdraw(liuhen, entry)
    except Exception:  # noqa: BLE001 (some arrangements were paid; enough of them were not)
        return


def test_a_build_that_differs_is_not_switched_to(county: Liuhen) -> None:
    county.engine.catch_up()
    with psycopg.connect(county.engine.conninfo) as conn:
        conn.execute("DELETE FROM register_v3.units")
    done = rebuilding.rebuild(county.engine, "register")
    assert not done.switched
    assert [(t.table, t.same) for t in done.tables] == [("projects", True), ("units", False)]
    assert county.engine.freshness("register").view == "register_v3"
    assert rebuilding.rebuild(county.engine, "register", accept_differences=True).switched
    assert live(county, "register")["units"][0] > 0
    assert not rebuilding.abandon(county.engine, "register")


def poison(monkeypatch: pytest.MonkeyPatch, bad: Callable[[Any], bool]) -> None:
    real = ProjectRegister.project

    def project(self: Any, page: Page, cursor: Any) -> None:
        if any(bad(e) for e in page.entries):
            raise ValueError("poison")
        real(self, page, cursor)

    monkeypatch.setattr(ProjectRegister, "project", project)


def test_poison_is_parked_with_what_follows_in_its_stream(county: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = county.engine
    entries = county.ledger.after(0, 10_000)
    bad = next(e for e in entries if e.event.TOPIC == "project.approved")
    behind = [e.position for e in entries if e.stream.id == bad.stream.id and e.position > bad.position]
    assert behind
    with monkeypatch.context() as while_broken:
        poison(while_broken, lambda e: e.position == bad.position)
        engine.catch_up()
        parked = engine.parked("register")
        assert [(p.position, p.behind) for p in parked] == [
            (bad.position, None),
            *((position, bad.position) for position in behind),
        ]
        assert parked[0].error == "ValueError: poison"
        # The others went on, and the view says what it lacks.
        fresh = engine.freshness("register")
        assert (fresh.lag_events, fresh.parked) == (0, len(parked))
        assert engine.freshness("timeline").parked == 0
        # So do views of the past, and a fresh fold is compared without what waits.
        assert all(t.same for t in check(engine, "register"))
        for moment, lacking in (
            (AsOf(UpTo(position=county.ledger.position())), len(parked)),
            (AsOf(UpTo(position=behind[0])), 2),
            (AsOf(UpTo(position=bad.position - 1)), 0),
            (AsOf(happened=date(2030, 1, 1)), len(parked)),
        ):
            with view_as_of(engine, "register", moment) as (_, then):
                assert then.parked == lacking, moment
        assert as_of(county, "register", AsOf(), ["projects"])["projects"] == live(county, "register")["projects"]
        assert engine.retry("register") == (0, len(parked))
        assert engine.parked("register")[0].tries == 2
        with pytest.raises(NotParkedError):
            engine.discard("register", behind[0], by="t", reason="x")
        with pytest.raises(ValueError, match="reason"):
            engine.discard("register", bad.position, by="t", reason=" ")
    assert engine.retry("register") == (len(parked), 0)
    assert engine.freshness("register").parked == 0
    assert all(t.same for t in check(engine, "register"))


def test_a_discarded_event_is_kept_with_who_and_why(county: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = county.engine
    bad = next(e for e in county.ledger.after(0, 10_000) if e.event.TOPIC == "project.progress_reported")
    poison(monkeypatch, lambda e: e.position == bad.position)
    engine.catch_up()
    assert engine.discard("register", bad.position, by="张", reason="无法解析").position == bad.position
    assert engine.parked("register") == []
    assert all(t.same for t in check(engine, "register"))
    with view_as_of(engine, "register", AsOf(happened=date(2030, 1, 1))) as (_, then):
        assert then.parked == 0
    with psycopg.connect(engine.conninfo) as conn:
        kept = conn.execute("SELECT position, discarded_by, reason FROM liuhen.discarded").fetchall()
        assert kept == [(bad.position, "张", "无法解析")]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("DELETE FROM liuhen.discarded")


def test_an_event_that_cannot_be_decoded_is_parked_for_every_view(county: Liuhen) -> None:
    """As when an older program meets what a newer one recorded."""
    stream = next(e.stream for e in county.ledger.after(0, 10_000) if e.event.TOPIC == "project.filed")
    position = record_unknown_event(county.conninfo, stream.id)
    county.engine.catch_up()
    for name in county.engine.names():
        (parked,) = county.engine.parked(name)
        assert (parked.topic, parked.position) == (TOPIC, position)
        assert county.engine.freshness(name).lag_events == 0


def test_a_view_that_takes_in_nothing_parks_nothing(county: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    poison(monkeypatch, lambda e: True)
    with pytest.raises(SystemicFaultError, match="register"):
        county.engine.catch_up()
    assert county.engine.parked("register") == []
    with psycopg.connect(county.engine.conninfo, autocommit=True) as conn:
        (build,) = builds_of(conn, county.settings.division, [ProjectRegister()], Stands.LIVE)
    assert build.position == 0
    assert county.engine.freshness("timeline").position > 0, "one view's fault held up another"


def test_readiness_says_that_nobody_moves_the_views(county: Liuhen) -> None:
    county.engine._stall = 0.0
    assert set(county.engine.stalled()) == set(county.engine.names())
    county.engine.catch_up()
    assert county.engine.stalled() == {}


def test_one_moves_the_views_and_the_other_stands_by(county: Liuhen) -> None:
    from tests.projections.test_engine import engine as another
    from tests.projections.test_engine import wait_until

    first, second = another(county), another(county)
    first.start()
    wait_until(lambda: len(first.held()) == len(PROJECTIONS))
    second.start()
    assert second.wait_for("sharing", county.ledger.position(), 30)
    assert not second.held()
    first.stop()
    wait_until(lambda: len(second.held()) == len(PROJECTIONS))
    second.stop()
    assert all(t.same for t in check(county.engine, "timeline"))


def test_two_that_both_take_the_views_are_found_out(county: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines that do not ask for the lock: the second holds what the first holds, which the test above sees."""
    from tests.projections.test_engine import engine as another
    from tests.projections.test_engine import wait_until

    def taking_all(self: Engine, conn: Any) -> list[str]:
        del conn
        self._held.update(self.names())
        return []

    monkeypatch.setattr(Engine, "_hold", taking_all)
    first, second = another(county), another(county)
    first.start()
    second.start()
    wait_until(lambda: first.held() and second.held())
    first.stop()
    second.stop()
