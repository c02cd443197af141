"""The doctor's command: what it prints, what machines read, and how it ends."""

from __future__ import annotations

import json

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner, Result

from api.cli import app
from infrastructure.migrations import migrate
from infrastructure.roles import WRITER, statements

pytestmark = pytest.mark.usefixtures("durable")


def liuhen(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def given(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database whose service logs in as the writer."""
    migrate(database)
    monkeypatch.setenv("LIUHEN_DATABASE_URL", make_conninfo(database, user=WRITER))
    monkeypatch.setenv("COLUMNS", "200")
    return database


def test_a_healthy_database(given: str) -> None:
    told = liuhen("doctor")
    assert told.exit_code == 0, told.output
    assert "正常 ok" in told.stdout
    assert "故障" not in told.stdout
    answer = json.loads(liuhen("doctor", "--json").stdout)
    assert answer["ok"] is True
    assert {c["state"] for c in answer["checks"]} == {"ok"}


def test_a_failure_says_what_to_do_and_ends_with_one(given: str) -> None:
    with psycopg.connect(given) as conn:
        conn.execute("ALTER TABLE liuhen.events DISABLE TRIGGER events_are_final")
    told = liuhen("doctor")
    assert told.exit_code == 1
    assert "故障 failure" in told.stdout
    assert "ENABLE ALWAYS" in told.stdout
    as_json = liuhen("doctor", "--json")
    assert as_json.exit_code == 1
    answer = json.loads(as_json.stdout)
    assert answer["ok"] is False
    assert [c["name"] for c in answer["checks"] if c["state"] == "failure"] == ["triggers"]


def test_what_an_administrator_runs(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIUHEN_OWNER_URL", "postgresql://Keeper@db.invalid/county")
    assert liuhen("doctor", "--roles-sql").stdout.splitlines() == statements("Keeper", "county")


def test_migrating_without_serving(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(given) as conn:
        conn.execute("DROP SCHEMA liuhen CASCADE")
    monkeypatch.setenv("LIUHEN_OWNER_URL", given)
    assert "roles" in liuhen("migrate").stdout
    assert "up to date" in liuhen("migrate").stdout


def test_an_owner_needs_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIUHEN_OWNER_URL", "dbname=x")
    told = liuhen("migrate")
    assert told.exit_code == 2
    assert "LIUHEN_OWNER_URL" in told.stderr
