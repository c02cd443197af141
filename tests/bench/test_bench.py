"""Every bench runs, small, and says what it measured. How fast anything is is no test's business."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner

from application.act import Act
from application.building import report_progress
from application.ports import KeyReusedError, NewEvent, RequestKey, StreamMovedError, UpTo
from bench.__main__ import BENCHES, What, app
from bench.growth import filled
from bench.measuring import FULL, Figure, Sample, Samples, Scale, Side, Standard, figure, interleave
from bench.pages import PAGES
from bench.payload import PAYLOAD, TOPIC
from bench.product import product_on, recorder_of
from bench.projects import OWNER, project_events, project_id, record_county
from bench.report import Report
from bench.servers import NotDurableError, Server, described, pgbench_program, server
from bench.stock import stock_recorder
from bench.stock_ledger import StockLedger
from domain.dates import CivilDate
from domain.evolve import fold
from domain.project import Project
from domain.recorded import Actor, Role
from domain.steps.building import ProgressReported, ReportProgress
from domain.streams import StreamAt, StreamKind, unit_id
from infrastructure.bootstrap import Liuhen
from infrastructure.store.batch_writer import Save
from infrastructure.store.mapper import event_from
from infrastructure.store.recorder import LedgerRecorder

TINY = replace(
    FULL, rounds=1, seconds=0.1, warm_up=0.05, projects=64, rows=20, small=100, grown=300, rebuilt=100, listed=200
)

DOCUMENTED = (Path(__file__).parents[2] / "docs/performance.md").read_text(encoding="utf-8")

FIGURES = {
    What.APPEND: {
        *(f"append.{savers}.{what}" for savers in (32, 8, 1) for what in ("rate", "p99", "loop.rate", "loop.p99")),
        "append.32.keyed",
        *(("append.32.native", "append.32.loop.native") if pgbench_program() else ()),
    },
    What.POSTING: {
        "posting.rate",
        "posting.p99",
        "posting.ceiling",
        "posting.with_views",
        "posting.views_apart",
        "posting.ordinary",
        "posting.workers",
    },
    What.BATCH: {"batch.50", "batch.ordinary", "batch.workers"},
    What.READING: {"reading.6", "reading.50", "reading.500"},
    What.BULK: {"bulk.import"},
    What.GROWTH: {"growth.append"},
    What.PROJECTING: {f"projecting.{what}" for what in ("one_view", "all_views", "replay", "as_of", "as_of.facts")},
    What.REBUILDING: {"rebuilding.all_views"},
    What.FRESHNESS: {f"freshness.{what}" for what in ("p50", "p99", "growth")},
    What.PAGES: {f"pages.{group}" for group in PAGES},
    What.TLOG: {
        *(f"tlog.{what}" for what in ("cost", "integration", "integration_cpu", "events_per_byte", "audit", "audit.2")),
        "tlog.audit.core",
        "tlog.audit.cores",
        *(f"tlog.inclusion.{what}" for what in ("p50", "p99")),
        *(f"tlog.audit_cpu.{side}" for side in ("one", "two")),
        *(f"tlog.cost_cpu.{side}" for side in ("signed", "thread", "unsigned")),
        "tlog.cost.thread",
        "tlog.cores.2",
    },
}


@pytest.fixture
def own(embedded: str, durable: None) -> Server:
    return Server(embedded)


def databases(own: Server) -> set[str]:
    with psycopg.connect(own.conninfo) as conn:
        return {name for (name,) in conn.execute("SELECT datname FROM pg_database").fetchall()}


@pytest.mark.parametrize("what", What)
def test_it_runs_and_says_what_it_measured(what: What, own: Server, capsys: pytest.CaptureFixture[str]) -> None:
    before = databases(own)
    BENCHES[what](own, TINY, Report(described(own)))
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["name"] for line in told} == FIGURES[what]
    for line in told:
        assert set(line) == {field.name for field in fields(Figure)}
        assert line["median"] > 0
        assert line["spread"] >= 1
        assert line["settings"]["rounds"] == TINY.rounds
        assert line["settings"]["fsync"] == "on"
        assert (line["ratio"] is None) == (line["baseline"] is None)
        assert (line["met"] is None) == (line["floor"] is None)
        assert line["floor"] is None or f"`{line['name']}`" in DOCUMENTED
    assert databases(own) == before


def samples(**rates: list[float]) -> Samples:
    return {name: [{"rate": rate} for rate in values] for name, values in rates.items()}


def test_a_figure_is_the_median_beside_the_baselines() -> None:
    made = figure("f", "x/s", samples(a=[30, 10, 20], b=[4, 5, 8]), "rate", of="a", beside="b", standard=Standard(4, 5))
    assert (made.median, made.baseline_median, made.ratio, made.met) == (20, 5, 4, True)
    assert (made.spread, made.baseline_spread) == (3, 2)


def test_where_less_is_better_the_ratio_is_turned_round() -> None:
    made = figure(
        "f", "ms", samples(a=[2.0], b=[5.0]), "rate", of="a", beside="b", better="lower", standard=Standard(3)
    )
    assert (made.ratio, made.met) == (2.5, False)


def test_a_standard_may_be_of_the_figure_itself() -> None:
    assert figure("f", "x/s", samples(a=[9.0]), "rate", of="a", standard=Standard(10, of="median")).met is False
    with pytest.raises(ValueError, match="baseline"):
        figure("f", "x/s", samples(a=[9.0]), "rate", of="a", standard=Standard(10))


def test_sides_take_turns_and_the_first_round_is_dropped() -> None:
    turns: list[tuple[str, float]] = []

    def side(name: str) -> Side:
        def work(seconds: float) -> Sample:
            turns.append((name, seconds))
            return {"rate": float(len(turns))}

        return work

    taken = interleave({"a": side("a"), "b": side("b")}, Scale(rounds=3, seconds=2, warm_up=1))
    assert turns == [("a", 1), ("b", 1), *[("a", 2), ("b", 2)] * 3]
    assert taken == samples(a=[3, 5, 7], b=[4, 6, 8])


def test_what_is_not_durable_is_not_measured(own: Server) -> None:
    with pytest.raises(NotDurableError, match="synchronous_commit=off"):
        described(Server(make_conninfo(own.conninfo, options="-c synchronous_commit=off")))


def test_a_folder_in_memory_is_not_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.servers._filesystem", lambda path: "tmpfs")
    with pytest.raises(NotDurableError, match="tmpfs"), server(None, tmp_path):
        pass


def test_the_command(own: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missed(server: Server, scale: Scale, report: Report) -> None:
        rate = {"liuhen": [{"rate": scale.seconds}]}
        report.add(figure("batch.50", "events/s", rate, "rate", of="liuhen", standard=Standard(9, of="median")))

    monkeypatch.setitem(BENCHES, What.BATCH, missed)
    monkeypatch.setenv("LIUHEN_DATABASE_URL", own.conninfo)
    run = CliRunner().invoke
    done = run(app, ["batch", "--seconds", "0.5", "--data-dir", str(tmp_path)])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["median"] == 0.5
    assert run(app, ["batch", "--gate"]).exit_code == 1
    assert run(app, ["nothing"]).exit_code == 2


def test_the_payload_is_what_the_product_stores() -> None:
    stored = json.loads(PAYLOAD)
    assert len(PAYLOAD) == 616
    assert isinstance(event_from(TOPIC, stored["v"], stored["e"]), ProgressReported)


# The baseline is only worth something if it does the same work.


def test_the_baselines_ledger_keeps_the_ports_promises(own: Server) -> None:
    project = project_id(0)
    with stock_recorder(own, connections=2) as recorder:
        ledger = StockLedger(recorder)
        record_county(ledger, 2)
        assert fold(Project(id=project), ledger.read(StreamKind.PROJECT, project)).approval is not None
        assert ledger.position() == 11
        assert [r.position for r in ledger.after(9, 10)] == [10, 11]
        assert len(ledger.read(StreamKind.PROJECT, project, UpTo(position=5))) == 3
        assert [r.stream.version for r in ledger.read(StreamKind.PROJECT, project, after=3)] == [4]

        request, other = RequestKey("c", "k", "1" * 64), RequestKey("c", "k", "2" * 64)
        new = next_event(project, 5)
        unit = StreamAt(kind=StreamKind.UNIT, id=unit_id(OWNER), version=1)
        assert ledger.recall(request) is None
        with pytest.raises(StreamMovedError):
            ledger.record([new], guards=[unit.but(version=2)], request=request)
        with pytest.raises(StreamMovedError):
            ledger.record([next_event(project, 4)])
        (recorded,) = ledger.record([new], guards=[unit], request=request)
        assert recorded.event == new.event
        assert [r.position for r in ledger.after(11, 10)] == [recorded.position]  # without the request's own row
        (again,) = ledger.record([new], guards=[unit], request=request)
        assert (again.event, again.stream, again.recorded_at) == (new.event, new.stream, recorded.recorded_at)
        with pytest.raises(KeyReusedError):
            ledger.record([new], guards=[unit], request=other)
        assert len(ledger.read(StreamKind.PROJECT, project)) == 5


def test_the_application_decides_alike_on_both_ledgers(own: Server, liuhen: Liuhen) -> None:
    act = Act(
        actor=Actor(account="c", organisation="测量局", uscc=OWNER, role=Role.OWNER_UNIT),
        happened_on=CivilDate.parse("2019-06-01"),
        key="k",
    )
    with stock_recorder(own, connections=2) as recorder:
        told = []
        for desk in (liuhen.desk, replace(liuhen.desk, ledger=StockLedger(recorder))):
            record_county(desk.ledger, 1)
            outcome = report_progress(desk, project_id(0), ReportProgress(percent=10), act)
            again = report_progress(desk, project_id(0), ReportProgress(percent=10), act)
            assert again.events == outcome.events
            told.append([(r.stream, r.circumstances, r.event) for r in outcome.recorded])
    assert told[0] == told[1]


def test_a_filled_log_is_one_that_the_product_goes_on_with(own: Server) -> None:
    """The long log of `growth` is made in SQL: its heads and positions must be what the product would have left."""
    with filled(own, 25, Report({})) as conninfo, product_on(conninfo) as liuhen:
        assert liuhen.ledger.position() == 25
        last = liuhen.ledger.at_positions(25, 25)[0].stream
        assert last.version == 5
        with recorder_of(liuhen) as recorder:
            assert appended(recorder, last.id, 6) == 26
            with pytest.raises(StreamMovedError):
                appended(recorder, last.id, 6)
            assert appended(recorder, uuid4(), 1) == 27


def appended(recorder: LedgerRecorder, stream: UUID, version: int) -> int:
    return recorder.append(Save((StoredEvent(stream, version, TOPIC, PAYLOAD),), ("project",))).first_position


def next_event(project: UUID, version: int) -> NewEvent:
    report = project_events(0, 5)[4]
    return NewEvent(StreamAt(kind=StreamKind.PROJECT, id=project, version=version), report.circumstances, report.event)
