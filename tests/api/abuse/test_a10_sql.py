"""A10: what looks like SQL is a text: stored, searched for and read back as it was sent."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.sql import SQL

from infrastructure.bootstrap import Liuhen
from tests.api.conftest import PROJECT, Client

PAYLOADS = [
    "'; DROP TABLE liuhen.events; --",
    "' OR '1'='1",
    '" OR 1=1 --',
    "1; SELECT pg_sleep(10)",
    "'||(SELECT version())||'",
    "$$; DELETE FROM liuhen.requests; $$",
    "%' ESCAPE '!' --",
    "%s %(x)s %% {0} :name $1 ?",
    "\\'; --",
    "E'\\x27'",
    "a'/**/UNION/**/SELECT/**/null",
    "'; COPY (SELECT 1) TO PROGRAM 'id'; --",
    '{"$ne": null}',
    "$.a ? (@ == 1)",
    "_%",
    "；ＤＲＯＰ　ＴＡＢＬＥ",
]
QUERIES = ["position DESC, (SELECT 1)", "name' --", "(CASE WHEN 1=1 THEN 1 END)"]


@pytest.fixture
def tables(liuhen: Liuhen) -> Any:
    def count() -> list[tuple[Any, ...]]:
        with liuhen.pool.connection() as conn:
            return conn.execute(
                SQL("SELECT table_schema, table_name FROM information_schema.tables ORDER BY 1, 2")
            ).fetchall()

    return count


def test_payloads_are_stored_and_read_back_equal(client: Client, liuhen: Liuhen, auditor: Client, tables: Any) -> None:
    before = tables()
    client.enrol()
    for number, payload in enumerate(PAYLOADS):
        headers = {"Idempotency-Key": payload if payload.isascii() else str(number)}
        answer = client.done(
            "/projects", "2019-01-05", {**PROJECT, "name": payload, "summary": payload}, headers=headers
        )
        assert (
            client.done("/projects", "2019-01-05", {**PROJECT, "name": payload, "summary": payload}, headers=headers)
            == answer
        )
        subject = answer["subject"]
        filed = client.get(f"/projects/{subject}/history").json()["events"][0]["event"]
        assert (filed["filing"]["name"], filed["filing"]["summary"]) == (payload, payload), number
    liuhen.engine.catch_up()
    for payload in PAYLOADS:
        found = auditor.get("/register/projects", q=payload).json()["items"]
        assert payload in [item["name"] for item in found], payload
    assert tables() == before


def test_no_parameter_of_a_read_is_sql(client: Client, auditor: Client, liuhen: Liuhen, tables: Any) -> None:
    client.enrol()
    client.file()
    liuhen.engine.catch_up()
    before, document = tables(), client.http.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        if "get" not in methods or "{" in path or not path.startswith("/v1/") or "stream" in path:
            continue
        for parameter in methods["get"].get("parameters", []):
            if parameter["in"] == "query":
                for payload in QUERIES:
                    answer = auditor.http.get(path, params={parameter["name"]: payload}, headers=auditor.headers)
                    assert answer.status_code in {200, 304, 400, 403, 404, 422, 503}, (
                        path,
                        parameter["name"],
                        answer.text,
                    )
    assert tables() == before
