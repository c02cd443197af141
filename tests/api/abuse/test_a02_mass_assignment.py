"""A2: what only the service says cannot be said by a client: each field of an answer, sent with each act, is refused."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from tests.api.conftest import PROJECT, RECORDING, Client
from tests.described import published
from tests.stages import OWNER

DOCUMENT = published()
SCHEMAS = DOCUMENT["components"]["schemas"]
ACTS = {
    path: SCHEMAS[m["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]]
    for path, m in DOCUMENT["paths"].items()
    if RECORDING & set(m.get("post", {}).get("x-roles", ()))
}
SAID_BY_THE_SERVICE = sorted(
    {
        name
        for answer in ("Receipt", "EventReceipt", "ProjectAnswer", "Project", "Judgement", "HistoryEntry", "Problem")
        for name in SCHEMAS[answer]["properties"]
    }
    | {"status", "unit", "recorded_by", "hash", "__proto__", "constructor", "_id", "account", "roles", "TOPIC"}
)


def test_each_field_of_an_answer_is_refused_in_each_act(client: Client) -> None:
    headers = {**client.headers, "Idempotency-Key": "k", "If-Match": "*", "Content-Type": "application/json"}
    for path, submission in ACTS.items():
        act = SCHEMAS[submission["properties"]["act"]["$ref"].rsplit("/", 1)[1]]
        own, own_outside = act.get("properties", {}), submission["properties"]
        within = [n for n in SAID_BY_THE_SERVICE if n not in own]
        outside = [n for n in SAID_BY_THE_SERVICE if n not in own_outside]
        body: dict[str, Any] = {"happened_on": "2019-01-05", "act": dict.fromkeys(within, "x")}
        where = path.replace("{subject}", str(uuid4())).replace("{uscc}", OWNER).replace("{account}", "account-1")
        answer = client.http.post(where, content=json.dumps(body | dict.fromkeys(outside, "x")), headers=headers)
        assert answer.status_code == 422, path
        told = {e["pointer"] for e in answer.json()["errors"]}
        assert {f"/act/{n}" for n in within} | {f"/{n}" for n in outside} <= told, path


def test_a_filing_with_its_outcome_is_refused_and_without_it_recorded(client: Client) -> None:
    client.enrol()
    for name, value in (("number", "X-1"), ("stage", "APPROVED"), ("id", str(uuid4())), ("approved", True)):
        assert client.post("/projects", "2019-01-05", PROJECT | {name: value}).status_code == 422
    assert client.post("/projects", "2019-01-05", PROJECT, recorded_at="2019-01-01T00:00:00Z").status_code == 422
    assert client.post("/projects", "2019-01-05", PROJECT).status_code == 201
