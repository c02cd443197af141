"""A20: what goes wrong tells nothing of the inside, and repeats nothing of what was sent (ASVS 16.5.1)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from infrastructure.bootstrap import Liuhen
from tests.api.conftest import RECORDING, Client
from tests.described import published
from tests.stages import OWNER

INSIDE = re.compile(
    r"Traceback|File \"|\.py\b|line \d+|psycopg|SELECT |INSERT |liuhen\.(events|requests|logs)|relation \"|"
    r"/(?:tmp|usr|home|root|var)/|postgres|pydantic|starlette|fastapi|site-packages|0x[0-9a-f]{6,}|Error\(",
    re.IGNORECASE,
)
PERSON = "王某某13800138000"
DOCUMENT = published()
ACTS = [
    path for path, methods in DOCUMENT["paths"].items() if RECORDING & set(methods.get("post", {}).get("x-roles", ()))
]
ODD: list[Any] = [
    PERSON,
    17,
    -1,
    1e308,
    True,
    None,
    [],
    {},
    [PERSON],
    {PERSON[:3]: PERSON},
    "2019-02-30",
    "\ud83d\ude00",
]


def concrete(path: str) -> str:
    return (
        path.replace("{subject}", str(uuid4()))
        .replace("{uscc}", OWNER)
        .replace("{account}", "account-1")
        .removeprefix("/v1")
    )


def schema(reference: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][reference["$ref"].rsplit("/", 1)[1]]
    return found


def fields(path: str) -> dict[str, Any]:
    body = DOCUMENT["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    told: dict[str, Any] = schema(schema(body)["properties"]["act"])["properties"]
    return told


def test_no_act_that_is_wrong_repeats_what_was_sent_or_tells_of_the_inside(client: Client) -> None:
    headers = {"Idempotency-Key": "k", "If-Match": "*", "Content-Type": "application/json", **client.headers}
    assert len(ACTS) > 80
    for turn, path in enumerate(ACTS):
        for number, odd in enumerate(ODD):
            act = dict.fromkeys(fields(path), odd) | {"x": PERSON}
            body = {"happened_on": PERSON if number % 2 else "2019-03-01", "act": act}
            headers["Accept-Language"] = ("zh-CN", "en")[(turn + number) % 2]
            answer = client.http.post(f"/v1{concrete(path)}", content=json.dumps(body), headers=headers)
            assert answer.status_code in {403, 404, 422}, answer.text
            assert PERSON not in answer.text, path
            assert not INSIDE.search(answer.text), answer.text
            assert answer.json()["request_id"]


def test_no_read_that_is_wrong_tells_of_the_inside(client: Client) -> None:
    reads = {p: m["get"] for p, m in DOCUMENT["paths"].items() if "get" in m and p.startswith("/v1/")}
    for path, operation in reads.items():
        if "text/event-stream" in json.dumps(operation["responses"]):
            continue  # a stream has no end
        for odd in (PERSON, "'; SELECT 1 --", "../../etc/passwd", "-1", "9" * 40):
            where = re.sub(r"\{[^}]+\}", odd.replace("/", "%2f"), path)
            asked = {p["name"]: odd for p in operation.get("parameters", []) if p["in"] == "query"}
            answer = client.http.get(where, params=asked, headers=client.headers)
            assert answer.status_code < 500, (path, answer.text)
            if answer.status_code >= 400:
                assert PERSON not in answer.text, path
                assert not INSIDE.search(answer.text), answer.text


def test_what_fails_inside_is_told_by_its_number_only(
    client: Client, liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f'relation "liuhen.events" at {Path(__file__)}: {PERSON}')

    client.enrol()
    monkeypatch.setattr(liuhen.ledger, "read", fail)
    monkeypatch.setattr(liuhen.ledger, "record", fail)
    read = client.get(f"/units/{OWNER}")
    act = client.post(f"/units/{OWNER}/contacts", "2019-01-01", {})
    project = client.post("/units", "2018-10-01", {"uscc": OWNER, "name": "局", "kind": "COUNTY_DEPT",
                          "division": "370323"})  # fmt: skip
    for answer in (read, project):
        assert (answer.status_code, answer.json()["type"]) == (500, "/problems/internal")
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
    for answer in (read, act, project):
        assert not INSIDE.search(answer.text), answer.text
        assert PERSON not in answer.text
