"""The commands `liuhen projections …`: what they say, and by what code they end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from infrastructure.bootstrap import Liuhen
from infrastructure.projecting.rebuilding import order
from projections.register import ProjectRegister
from tests.projections.test_faults import record_more, tallied
from tests.projections.test_rebuilding import OLD

__all__ = ["tallied"]

Run = Callable[..., Result]


@pytest.fixture
def run(tallied: Liuhen, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("LIUHEN_DATABASE_URL", tallied.conninfo)
    monkeypatch.setenv("LIUHEN_DATA_DIR", str(tallied.settings.data_dir))
    monkeypatch.setenv("LIUHEN_STALL_SECONDS", "0.001")
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: CliRunner().invoke(app, ["projections", *arguments])


def test_status_tells_stalls_and_rebuilds_by_its_code(tallied: Liuhen, run: Run) -> None:
    behind = run("status")
    assert (behind.exit_code, behind.stdout.count("stalled")) == (1, len(tallied.engine.names()))
    tallied.engine.catch_up()
    well = run("status")
    assert (well.exit_code, "stalled" in well.stdout, OLD in well.stdout) == (0, False, True)
    order(tallied.engine, "register")
    assert f"0/{tallied.ledger.position()}" in run("status").stdout


def test_check_finds_a_changed_row(tallied: Liuhen, run: Run) -> None:
    tallied.engine.catch_up()
    assert run("check", "register").exit_code == 0
    with psycopg.connect(tallied.conninfo) as conn:
        conn.execute(f"UPDATE {OLD}.projects SET arranged_fen = arranged_fen + 1".encode())
    found = run("check", "register")
    assert (found.exit_code, "differs" in found.stdout) == (1, True)


def test_views_are_rebuilt_and_given_up(tallied: Liuhen, run: Run) -> None:
    tallied.engine.catch_up()
    done = run("rebuild", "register", "tally")
    assert (done.exit_code, done.stdout.count("switched")) == (0, 2)
    assert tallied.engine.freshness("register").view == ProjectRegister.schema(2)
    with psycopg.connect(tallied.conninfo) as conn:
        conn.execute(f"DELETE FROM {ProjectRegister.schema(2)}.units".encode())
    differs = run("rebuild", "register")
    assert (differs.exit_code, "not switched" in differs.stderr) == (1, True)
    assert "units" in run("status").stdout
    assert "given up: register" in run("rebuild", "register", "--abandon").stdout
    assert "none was begun" in run("rebuild", "register", "--abandon").stdout
    everything = run("rebuild", "--all", "--accept-differences")
    assert (everything.exit_code, everything.stdout.count("switched")) == (0, len(tallied.engine.names()))
    assert run("rebuild").exit_code == 2
    unknown = run("rebuild", "nothing")
    assert (unknown.exit_code, "no view nothing" in unknown.stderr) == (2, True)


def test_parked_events_are_listed_retried_and_discarded(
    tallied: Liuhen, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = next(e for e in tallied.ledger.after(0, 10_000) if e.event.TOPIC == "project.approved")
    real = ProjectRegister.project

    def project(self: Any, page: Any, cursor: Any) -> None:
        if any(e.position == bad.position for e in page.entries):
            raise ValueError("poison")
        real(self, page, cursor)

    monkeypatch.setattr(ProjectRegister, "project", project)
    tallied.engine.catch_up()
    count = len(tallied.engine.parked("register"))
    assert run("status").exit_code == 1
    listed = run("parked", "register").stdout
    # A narrow terminal breaks the words apart.
    assert ("ValueError" in listed, "poison" in listed, listed.count("behind")) == (True, True, count - 1)
    waiting = run("retry", "register")
    assert (waiting.exit_code, f"waiting: {count}" in waiting.stdout) == (1, True)
    assert run("discard", "register", str(bad.position)).exit_code == 2, "it went without a reason"
    assert run("discard", "register", str(bad.position), "--reason", " ").exit_code == 1
    assert run("discard", "register", str(bad.position + 10_000), "--reason", "x").exit_code == 1
    gone = run("discard", "register", str(bad.position), "--reason", "无法解析")
    assert gone.exit_code == 0
    assert tallied.engine.parked("register") == []
    with psycopg.connect(tallied.conninfo) as conn:
        kept = conn.execute("SELECT position, reason, discarded_by LIKE 'cli:%' FROM liuhen.discarded").fetchall()
    assert kept == [(bad.position, "无法解析", True)]
    record_more(tallied)
    assert run("retry", "register").exit_code == 0
