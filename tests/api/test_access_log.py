"""Who read what is a record of its own: complete, final, without content, for the auditor alone; or nothing is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest

from domain.recorded import Role
from infrastructure import access_log as module
from infrastructure.access_log import AccessLog, AccessLogFullError, Read
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from tests.api.conftest import Client
from tests.stages import OWNER

READ = Read("a", None, ("AUDITOR",), "r", "/v1/x", None, 200, None)


def entries(liuhen: Liuhen) -> list[dict[str, Any]]:
    liuhen.access_log.flush()
    with psycopg.connect(liuhen.conninfo, row_factory=psycopg.rows.dict_row) as conn:
        return conn.execute("SELECT * FROM liuhen.reads ORDER BY process, entry").fetchall()


def test_reads_of_records_are_noted_and_nothing_of_what_was_shown(
    client: Client, auditor: Client, liuhen: Liuhen
) -> None:
    client.enrol()
    project = client.file(name="不可外泄的名称")["subject"]
    liuhen.engine.catch_up()
    told = {"X-Request-ID": "request-0001", "Liuhen-Purpose": quote("第三方评价取数\n<伪造>")}
    assert auditor.get(f"/projects/{project}", headers=told).status_code == 200
    auditor.get("/register/projects", q="不可外泄", unit=OWNER)
    auditor.get(f"/projects/{uuid4()}")
    auditor.get("/rule-sets")  # no record
    begun, one, other, none = entries(liuhen)
    assert (begun["kind"], begun["entry"]) == ("BEGUN", 0)
    assert (one["account"], one["roles"], one["route"]) == ("auditor", ["AUDITOR"], "/v1/projects/{project_id}")
    assert (one["object"], one["status"], one["request_id"]) == (project, 200, "request-0001")
    assert one["purpose"] == "第三方评价取数<伪造>"
    assert (other["route"], other["object"], other["purpose"]) == ("/v1/register/projects", OWNER, None)
    assert none["status"] == 404
    assert "不可外泄" not in json.dumps([begun, one, other, none], default=str, ensure_ascii=False)


def test_what_was_not_sent_again_was_read_all_the_same(auditor: Client, client: Client, liuhen: Liuhen) -> None:
    client.enrol()
    project = client.file()["subject"]
    first = auditor.get(f"/projects/{project}")
    assert first.headers["etag"].endswith('-gzip"')
    auditor.get(f"/projects/{project}", headers={"If-None-Match": first.headers["etag"]})
    assert [e["status"] for e in entries(liuhen)[1:]] == [200, 304]


def test_the_auditor_reads_it_page_by_page_and_that_is_noted(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    for _ in range(5):
        client.get(f"/units/{OWNER}")
    rows = auditor.every("/access-log", limit=2, account="client")
    assert [(r["object"], r["kind"]) for r in rows] == [(OWNER, "READ")] * 5
    assert [r["entry"] for r in rows] == [5, 4, 3, 2, 1]
    assert len(auditor.every("/access-log", route="/v1/access-log")) >= 3
    assert auditor.get("/access-log", object=OWNER, until="2000-01-01T00:00:00Z").json()["items"] == []
    assert auditor.get("/access-log", as_of_position=1).status_code == 422
    table = auditor.get("/access-log", format="csv", account="client").content.decode("utf-8-sig")
    assert "阅览时刻 read_at" in table


def test_nobody_else_reads_it(client: Client, evaluator: Client, issuer: Issuer) -> None:
    """Neither who records nor the administrators of system and security; the audit administrator does."""
    assert client.get("/access-log").status_code == evaluator.get("/access-log").status_code == 403
    for role, status in ((Role.SYS_ADMIN, 403), (Role.SEC_ADMIN, 403), (Role.AUDIT_ADMIN, 200)):
        holder = Client(client.http, issuer.issue(Holder(role.lower(), "运维", frozenset({role})), days=1))
        assert holder.get("/access-log").status_code == status


def test_it_is_never_changed(auditor: Client, liuhen: Liuhen) -> None:
    auditor.get("/county")
    assert len(entries(liuhen)) == 2
    with psycopg.connect(liuhen.conninfo, autocommit=True) as conn:  # as superuser, and as if replicating
        for role in ("origin", "replica"):
            conn.execute(f"SET session_replication_role = {role}".encode())
            for statement in (
                "UPDATE liuhen.reads SET account = 'x'",
                "DELETE FROM liuhen.reads",
                "TRUNCATE liuhen.reads",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="never changed"):
                    conn.execute(statement.encode())


@contextmanager
def unwritable(liuhen: Liuhen) -> Iterator[None]:
    """The table cannot be written, as when its disk is full."""
    with psycopg.connect(liuhen.conninfo, autocommit=True) as conn:
        conn.execute("ALTER TABLE liuhen.reads ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
        try:
            yield
        finally:
            conn.execute("ALTER TABLE liuhen.reads DROP CONSTRAINT full_disk")


def test_what_cannot_be_written_waits_and_then_nothing_more_is_read(
    client: Client, auditor: Client, liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.enrol()
    monkeypatch.setattr(module, "MOST_WAITING", 4)
    with unwritable(liuhen):
        statuses = [auditor.get(f"/units/{OWNER}").status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 503, 503], "the beginning and three reads wait; no more may"
        refused = auditor.get(f"/units/{OWNER}")
        assert refused.json()["type"] == "/problems/access-log"
        assert refused.headers["retry-after"] == "5"
        client.file()  # acts go on
        assert auditor.get("/rule-sets").status_code == 200, "no record"
        with pytest.raises(psycopg.errors.CheckViolation):
            liuhen.access_log.flush()
    assert [e["entry"] for e in entries(liuhen)] == [0, 1, 2, 3], "nothing was lost, nothing noted twice"
    assert auditor.get(f"/units/{OWNER}").status_code == 200


def test_a_batch_whose_answer_was_lost_is_there_once(liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    noting = AccessLog(liuhen.pool, liuhen.settings.division)
    for _ in range(3):
        noting.note(READ)
    kept = list(noting._waiting)
    noting.flush()
    noting._waiting.extend(kept)
    noting.note(READ)
    noting.stop()
    mine = [(e["entry"], e["kind"]) for e in entries(liuhen) if e["process"] == noting._process]
    assert mine == [(0, "BEGUN"), (1, "READ"), (2, "READ"), (3, "READ"), (4, "READ"), (5, "ENDED")]


def test_reads_of_many_threads_are_all_there_and_a_killed_process_is_seen(liuhen: Liuhen) -> None:
    whole, killed = (AccessLog(liuhen.pool, liuhen.settings.division) for _ in range(2))
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: whole.note(READ), range(2500)))
    whole.stop()
    killed.note(READ)
    killed.flush()  # and then it is no more
    by_process: dict[Any, list[Any]] = {}
    for entry in entries(liuhen):
        by_process.setdefault(entry["process"], []).append(entry)
    assert [e["entry"] for e in by_process[whole._process]] == list(range(2502))
    assert by_process[whole._process][-1]["kind"] == "ENDED"
    assert [e["kind"] for e in by_process[killed._process]] == ["BEGUN", "READ"]
    killed.stop()


def test_what_cannot_be_written_at_the_end_goes_to_the_services_log(
    liuhen: Liuhen, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    noting = AccessLog(liuhen.pool, liuhen.settings.division)
    with unwritable(liuhen):
        noting.note(READ)
        noting.stop()
    told = [json.loads(line) for line in capfdbinary.readouterr().err.split(b"\n") if b"access_log.entry" in line]
    assert [(t["entry"], t["kind"]) for t in told] == [(0, "BEGUN"), (1, "READ"), (2, "ENDED")]
    assert told[1]["account"] == "a"
    assert noting.waiting == 0


def test_a_full_log_admits_nobody(liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 0)
    with pytest.raises(AccessLogFullError):
        AccessLog(liuhen.pool, liuhen.settings.division).admit()
