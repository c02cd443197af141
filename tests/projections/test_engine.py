"""Views follow the log exactly once, whatever the page size, interruption or number of workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from application.act import Act
from application.amounts import state_amount
from application.assessment import evaluate_whole_county
from application.correcting import correct_fact
from application.exceptions import grant_exception, revoke_exception
from application.filing import file_project, report_unfiled_project
from application.funding import record_budget, refund_funds
from application.guidance_fund import contribute_to_fund, invest_from_fund, return_investment
from application.importing import MAPPINGS, import_file
from application.ppp import list_ppp, report_ppp_operation
from application.security import record_incident
from application.systems import retire_system
from domain.dates import CivilDate
from domain.guidance_fund import InvestmentStage
from domain.money import Money
from domain.project import AmountStage, FundPurpose, FundSource, PppTerms
from domain.recorded import Actor, Evidence, Role
from domain.steps.amounts import StateAmount
from domain.steps.correcting import CorrectFact
from domain.steps.enrolment import UnitEnrolled
from domain.steps.exceptions import GrantException, RevokeException
from domain.steps.filing import FileProject, ReportUnfiledProject
from domain.steps.funding import FundsDisbursed, RefundFunds, SetBudget
from domain.steps.guidance_fund import Contribute, Invest, ReturnInvestment
from domain.steps.history import ProjectImported
from domain.steps.ppp import ListPpp, ReportOperation
from domain.steps.security import RecordIncident
from domain.steps.systems import RetireSystem
from domain.streams import StreamKind
from domain.system import IncidentGrade
from infrastructure import demo
from infrastructure.bootstrap import Liuhen
from infrastructure.projecting.engine import PROJECTIONS, Engine, ViewFillingError
from infrastructure.roles import as_writer
from projections.view import Projection
from tests.conftest import Recorded
from tests.schemes import STARS
from tests.stages import CLASSIFIED

TABLES = {
    "register_v3": ("projects", "units"),
    "timeline_v3": ("entries", "links", "hidden"),
    "supervision_v5": (
        "units",
        "projects",
        "refusals",
        "exceptions",
        "exception_days",
        "obligations",
        "tasks",
        "items",
        "meetings",
        "late_entries",
        "hidden",
        "decision_reads",
    ),
    "performance_v4": ("units", "projects", "evaluations", "assessments", "county_evaluations", "appearances"),
    "money_v5": (
        "units",
        "projects",
        "movements",
        "lines",
        "sums",
        "unit_sums",
        "stages",
        "drifts",
        "ppp_entries",
        "operation_reports",
        "fund_movements",
    ),
    "clauses_v2": ("acts", "deadlines", "hidden"),
    "sharing_v3": ("units", "projects", "systems", "connections", "resources", "needs", "themes"),
    "security_v1": ("systems", "tests", "incidents", "projects"),
    "red_flags_v4": ("projects", "dossiers", "traces", "signs", "flags", "counts"),
    "stages_v2": ("units", "projects", "links", "marks", "milestones", "stages"),
    "documents_v2": ("mentions", "systems", "hidden"),
}


@pytest.fixture
def small_county(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> Iterator[Liuhen]:
    """The county, its units and the first demo projects, with corrections: some 400 events."""
    monkeypatch.setattr(demo, "PROJECTS", 6)
    monkeypatch.setattr(demo, "RESPONSIBLE", 2)
    with recorded("small-county", record_small_county) as liuhen:
        yield liuhen


def record_small_county(liuhen: Liuhen) -> None:
    demo.record_demo_county(liuhen.desk, lambda _done, _total: None)
    act = Act(
        actor=Actor(account="t", organisation="测试", role=Role.SMART_OFFICE),
        happened_on=CivilDate.parse("2026-01-01"),
        evidence=(Evidence(sha256="0" * 64, title="纸质材料"),),
    )
    for entry in liuhen.ledger.after(0, 10_000):
        if (
            entry.event.TOPIC in {"project.contract_recorded", "project.evaluation_reported"}
            and entry.position % 3 == 0
        ):
            withdrawn = CorrectFact(version=entry.stream.version, reason="误录")
            correct_fact(liuhen.desk, StreamKind.PROJECT, entry.stream.id, withdrawn, act)
    record_money(liuhen, act)
    record_security(liuhen, act)
    record_board(liuhen, act)
    record_editions(liuhen, act)
    evaluate_whole_county(liuhen.desk, STARS, act)


def record_security(liuhen: Liuhen, act: Act) -> None:
    """Reports that are withdrawn and replaced, an incident, a retired system, and an owner that changes."""
    tested = [e for e in liuhen.ledger.after(0, 10_000) if e.event.TOPIC == "system.security_tested"]
    first, second, third = tested[:3]
    withdrawn = CorrectFact(version=first.stream.version, reason="报告系伪造")
    correct_fact(liuhen.desk, StreamKind.SYSTEM, first.stream.id, withdrawn, act)
    other = {**second.event.model_dump(mode="json"), "conclusion": "中"}
    replaced = CorrectFact(version=second.stream.version, reason="误录", replacement=other)
    correct_fact(liuhen.desk, StreamKind.SYSTEM, second.stream.id, replaced, act)
    record_incident(liuhen.desk, first.stream.id, RecordIncident(grade=IncidentGrade.II), act)
    retire_system(liuhen.desk, third.stream.id, RetireSystem(reason="停用"), act)


def record_board(liuhen: Liuhen, act: Act) -> None:
    """Exceptions, one revoked and one withdrawn; a project that turns out to be classified after it was found."""
    desk, entries = liuhen.desk, liuhen.ledger.after(0, 10_000)
    filed = [e.stream.id for e in entries if e.event.TOPIC == "project.filed"][:2]
    for project in filed:
        for number in ("1", "2"):
            wish = GrantException(rule="G02", reason="专网", deciding_body="县领导小组", document_no=number)
            granted = grant_exception(desk, project, wish, act)
    revoke_exception(desk, filed[0], RevokeException(rule="G02", document_no="1", reason="不再需要"), act)
    withdrawn = CorrectFact(version=granted.recorded[0].stream.version, reason="误录")
    correct_fact(desk, StreamKind.PROJECT, filed[1], withdrawn, act)
    owner = next(e.event for e in entries if isinstance(e.event, UnitEnrolled)).uscc
    found = report_unfiled_project(desk, ReportUnfiledProject(description="在建", owner_units=(owner,)), act)
    secret = FileProject(**dict(CLASSIFIED.but(owner_units=(owner,))))
    assert file_project(desk, secret, act, found.subject).refused, "it is classified even so"


def record_editions(liuhen: Liuhen, act: Act) -> None:
    """Editions of another record, one of which repeats what an older rated; that of a project is corrected away."""
    newer = "Agency,Tier,Project name,DCA 2026,DCA 2025\nA,1,Alpha,High,Medium\nA,1,Beta,Low,High\n"
    british = "report_year,gmpp_id,project_name,department,ipa_dca,end_date\n"
    british += "".join(f"{y},A_1,Alpha,HO,Amber,{y + 3}-03-31\n" for y in (2022, 2023))
    for mapping, data in (("australia", newer), ("united-kingdom", british)):
        report = import_file(liuhen.desk, MAPPINGS[mapping], data.encode(), act.actor, dry_run=False, progress=None)
        assert not report.faults
    imported = ((e, e.event) for e in liuhen.ledger.after(0, 10_000) if isinstance(e.event, ProjectImported))
    first, event = next(imported)
    rest = event.but(facts=tuple(f for f in event.facts if f.text != "2025"))
    replaced = CorrectFact(version=1, reason="误录", replacement=rest.model_dump(mode="json"))
    correct_fact(liuhen.desk, StreamKind.PROJECT, first.stream.id, replaced, act)


def record_money(liuhen: Liuhen, act: Act) -> None:
    """More money than the demo has in so few projects, with corrections of it."""
    desk, entries = liuhen.desk, liuhen.ledger.after(0, 10_000)
    listed = {e.stream.id for e in entries if e.event.TOPIC == "project.ppp_listed"}
    funded = dict.fromkeys(e.stream.id for e in entries if e.event.TOPIC == "project.funds_arranged")
    projects = [p for p in funded if p not in listed]
    project, paid = next((e.stream.id, e.event) for e in entries if isinstance(e.event, FundsDisbursed))
    back = RefundFunds(arrangement=paid.arrangement, amount=Money.fen_of(3), reason="结余")
    assert not refund_funds(desk, project, back, act).refused
    gift = Contribute(contributor="县财政局", amount=Money.fen_of(100), document_no="源财〔2026〕1号")
    contribute_to_fund(desk, gift, act)
    terms = PppTerms(risk_allocation="甲", return_boundary="乙", evaluation_plan="丙", reason="丁")
    for project in projects[:2]:
        state_amount(desk, project, StateAmount(stage=AmountStage.SETTLEMENT, amount=Money.fen_of(10**8)), act)
        line = {"purpose": FundPurpose.BUILD, "year": 2026, "source": FundSource.BANK_LOAN}
        for fen in (10, 20):
            record_budget(desk, project, SetBudget(**line, amount=Money.fen_of(fen)), act)
        list_ppp(desk, project, ListPpp(**dict(terms), regime="DRC-CONCESSION"), act)
        for year in (2024, 2025):
            done = report_ppp_operation(desk, project, ReportOperation(year=year, summary="正常"), act)
        withdrawn = CorrectFact(version=done.recorded[0].stream.version, reason="误录")
        correct_fact(desk, StreamKind.PROJECT, project, withdrawn, act)
        wish = Invest(project=project, amount=Money.fen_of(40), stage=InvestmentStage.BUILD)
        invested = invest_from_fund(desk, wish, act)
        assert not invested.refused
    number = invested.events[0].model_dump()["number"]
    return_investment(desk, ReturnInvestment(investment=number, amount=Money.fen_of(5)), act)
    (extra,) = contribute_to_fund(desk, gift, act).recorded
    withdrawn = CorrectFact(version=extra.stream.version, reason="误录")
    correct_fact(desk, StreamKind.GUIDANCE_FUND, extra.stream.id, withdrawn, act)


def rows(conninfo: str) -> dict[str, list[Any]]:
    with psycopg.connect(conninfo) as conn:
        return {
            f"{schema}.{table}": conn.execute(f"SELECT t::text FROM {schema}.{table} t ORDER BY 1".encode()).fetchall()
            for schema, tables in TABLES.items()
            for table in tables
        }


def start_over(conninfo: str) -> None:
    with psycopg.connect(conninfo) as conn:
        for schema, tables in TABLES.items():
            for table in tables:
                conn.execute(f"TRUNCATE {schema}.{table}".encode())
        conn.execute("UPDATE liuhen.projections SET position = 0")


def engine(liuhen: Liuhen, page: int = 500) -> Engine:
    log = liuhen.settings.division
    return Engine(as_writer(liuhen.conninfo), liuhen.ledger, pool=liuhen.pool, log_id=log, page=page, poll=0.1)


def behind(liuhen: Liuhen) -> int:
    return max(liuhen.engine.freshness(name).lag_events for name in liuhen.engine.names())


def wait_until(condition: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.02)


def test_every_view_names_all_its_tables() -> None:
    assert {p.schema() for p in PROJECTIONS} == set(TABLES)


def test_page_size_makes_no_difference(small_county: Liuhen) -> None:
    """One event at a time, and all at once: a correction reaches back over pages."""
    liuhen = small_county
    liuhen.engine.catch_up()
    whole = rows(liuhen.conninfo)
    assert all(whole.values()), [k for k, v in whole.items() if not v]
    for page in (1, 37):
        start_over(liuhen.conninfo)
        engine(liuhen, page).catch_up()
        assert rows(liuhen.conninfo) == whole
    assert behind(liuhen) == 0


def test_a_view_is_exact_after_interruptions(small_county: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that fails in the middle of a page, again and again: rows and position stay together."""
    liuhen = small_county
    liuhen.engine.catch_up()
    whole = rows(liuhen.conninfo)
    start_over(liuhen.conninfo)
    failures = iter([True, False] * 1000)

    def breaking(self: Projection, page: Any, cursor: Any, real: Any) -> None:
        real(self, page, cursor)
        if next(failures):
            raise RuntimeError("power cut after the rows, before the position")

    for projection in PROJECTIONS:
        real = projection.project
        monkeypatch.setattr(projection, "project", lambda s, p, c, real=real: breaking(s, p, c, real))
    working = engine(liuhen, 50)
    seen_failing = False
    working.start()
    try:
        while behind(liuhen):
            seen_failing = seen_failing or bool(working.failures())
            working.wake()
            time.sleep(0.01)
    finally:
        working.stop()
    assert seen_failing, "a failing worker did not say so"
    assert rows(liuhen.conninfo) == whole


def test_killed_connections_and_two_workers_at_once(small_county: Liuhen) -> None:
    liuhen = small_county
    liuhen.engine.catch_up()
    whole = rows(liuhen.conninfo)
    start_over(liuhen.conninfo)
    workers = [engine(liuhen, 5), engine(liuhen, 9)]
    stop = threading.Event()

    def killer() -> None:
        with psycopg.connect(liuhen.conninfo, autocommit=True) as conn:
            while not stop.wait(0.15):
                conn.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%projections%'"
                )

    killing = threading.Thread(target=killer)
    for worker in workers:
        worker.start()
    killing.start()
    time.sleep(2)
    stop.set()
    killing.join()
    try:
        wait_until(lambda: behind(liuhen) == 0)
    finally:
        for worker in workers:
            worker.stop()
    assert rows(liuhen.conninfo) == whole


def test_news_without_a_wake_up_costs_one_poll(liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "PROJECTS", 0)
    liuhen.ledger.wakes_not(liuhen.engine.wake)
    liuhen.engine.start()
    demo.record_demo_county(liuhen.desk, lambda _done, _total: None)
    assert liuhen.engine.wait_for("register", liuhen.ledger.position(), 10)


def test_tables_made_by_other_sql_are_filled_anew(small_county: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    liuhen = small_county
    liuhen.engine.catch_up()
    whole = rows(liuhen.conninfo)
    wider = PROJECTIONS[0].TABLES.replace("name text NOT NULL, stage", "added text, name text NOT NULL, stage")
    monkeypatch.setattr(PROJECTIONS[0], "TABLES", wider)
    other = engine(liuhen)
    assert other.freshness("register").position == 0
    assert other.freshness("timeline").lag_events == 0
    with liuhen.pool.connection() as conn, pytest.raises(ViewFillingError):
        other.schema("register", conn)
    other.catch_up()
    with liuhen.pool.connection() as conn:
        assert other.schema("register", conn) == "register_v3_b2"
        (filled,) = conn.execute("SELECT count(*) FROM register_v3_b2.projects").fetchone() or ()
    assert filled == len(whole["register_v3.projects"])


def test_lag_is_measured_against_the_log(small_county: Liuhen) -> None:
    liuhen = small_county
    fresh = liuhen.engine.freshness("register")
    assert (fresh.position, fresh.lag_events) == (0, liuhen.ledger.position())
    assert fresh.lag_seconds > 0
    assert not liuhen.engine.wait_for("register", 1, 0.1)
    liuhen.engine.catch_up()
    fresh = liuhen.engine.freshness("register")
    assert (fresh.lag_events, fresh.lag_seconds) == (0, 0)


def test_every_event_of_a_project_is_told(small_county: Liuhen) -> None:
    liuhen = small_county
    liuhen.engine.catch_up()
    with liuhen.pool.connection() as conn:
        told = conn.execute("SELECT count(DISTINCT position), count(corrected_by) FROM timeline_v3.entries").fetchone()
    assert told is not None
    assert told[0] == liuhen.ledger.position()
    assert told[1] > 0
