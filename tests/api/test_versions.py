"""Who acts says what it had seen: 428 without a version, 412 with another one, and repeats are answered before that."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.versions import IF_MATCH_FORM, versions_in
from domain.streams import event_id
from infrastructure.bootstrap import Liuhen
from tests.api.conftest import APPROVAL, OBLIGATION, SHARING, TEST, Client
from tests.stages import OWNER

PROGRESS = ("2019-03-01", {"percent": 10})


@pytest.fixture
def project(client: Client) -> str:
    client.enrol()
    return str(client.file()["subject"])


def on(client: Client, path: str, if_match: str | None, day: str, act: dict[str, Any], key: str = "") -> Any:
    headers = {**client.headers, "Idempotency-Key": key or str(uuid4())}
    headers |= {} if if_match is None else {"If-Match": if_match}
    return client.http.post(f"/v1{path}", json={"happened_on": day, "act": act}, headers=headers)


def test_what_was_read_can_be_acted_on_and_each_answer_names_the_next_version(client: Client, project: str) -> None:
    at = f"/projects/{project}"
    read = client.get(at)
    assert read.headers["etag"].startswith('"1-')
    answer = on(client, f"{at}/progress", read.headers["etag"], *PROGRESS)
    assert (answer.status_code, answer.headers["etag"]) == (201, '"2"')
    again = on(client, f"{at}/progress", answer.headers["etag"], *PROGRESS)
    assert (again.status_code, again.headers["etag"]) == (201, '"3"')
    late = on(client, f"{at}/progress", read.headers["etag"], *PROGRESS)
    assert (late.status_code, late.json()["type"]) == (412, "/problems/version-moved")
    assert (late.json()["version"], late.headers["etag"]) == (3, '"3"')
    assert client.get(at).headers["etag"].startswith('"3-')


def test_a_recorded_refusal_moves_the_version_and_says_so(client: Client, project: str) -> None:
    at = f"/projects/{project}"
    refused = on(client, f"{at}/approval", '"1"', "2019-01-10", APPROVAL)
    assert (refused.status_code, refused.headers["etag"]) == (409, '"2"')
    assert on(client, f"{at}/sharing", '"1"', "2019-01-20", SHARING).status_code == 412
    assert on(client, f"{at}/sharing", refused.headers["etag"], "2019-01-20", SHARING).status_code == 201


def test_what_becomes_of_a_system_does_not_stop_an_act_on_its_project(client: Client, project: str) -> None:
    at = f"/projects/{project}"
    system = client.done(f"{at}/systems", "2019-03-01", {"name": "系统"})["events"][1]["stream_id"]
    seen = client.get(at).headers["etag"]
    tested = on(client, f"/systems/{system}/security-tests", client.get(f"/systems/{system}").headers["etag"],
                "2019-05-01", TEST)  # fmt: skip
    assert tested.status_code == 201, tested.text
    assert client.get(at).headers["etag"] != seen
    assert on(client, f"{at}/progress", seen, *PROGRESS).status_code == 201


def test_units_have_versions_too(client: Client) -> None:
    client.enrol()
    seen = client.get(f"/units/{OWNER}").headers["etag"]
    path = f"/units/{OWNER}/connection-obligations"
    assert on(client, path, seen, "2019-03-01", OBLIGATION).status_code == 201
    assert on(client, path, seen, "2019-03-01", OBLIGATION).status_code == 412


def test_without_a_version_or_a_key_nothing_is_recorded(client: Client, project: str, liuhen: Liuhen) -> None:
    position = liuhen.ledger.position()
    path = f"/projects/{project}/progress"
    without = on(client, path, None, *PROGRESS)
    assert (without.status_code, without.json()["type"]) == (428, "/problems/version-missing")
    assert "If-Match" in without.json()["detail"]
    assert [e["pointer"] for e in without.json()["errors"]] == ["/header/If-Match"]
    body = {"happened_on": PROGRESS[0], "act": PROGRESS[1]}
    for target in (path, "/projects", f"/projects/{project}/corrections"):
        answer = client.http.post(f"/v1{target}", json=body, headers={**client.headers, "If-Match": "*"})
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/key-missing")
        assert "Idempotency-Key" in answer.json()["detail"]
    assert liuhen.ledger.position() == position


def test_a_repeat_is_answered_as_before_whatever_the_version_is_by_now(client: Client, project: str) -> None:
    path = f"/projects/{project}/progress"
    first = on(client, path, '"1"', *PROGRESS, key="one")
    client.done(path, "2019-04-01", {"percent": 20})
    for version in ('"1"', '"2"', "*", 'W/"9"'):
        again = on(client, path, version, *PROGRESS, key="one")
        assert (again.status_code, again.json()) == (201, first.json())
        assert again.headers["etag"] == '"2"'
    reused = on(client, path, '"1"', "2019-03-01", {"percent": 11}, key="one")
    assert (reused.status_code, reused.json()["type"]) == (422, "/problems/key-reused")


def test_rows_of_a_batch_name_versions_of_what_the_rows_before_leave(client: Client, project: str) -> None:
    def row(key: str, if_match: str | None) -> bytes:
        said = {"path": f"/v1/projects/{project}/progress", "idempotency_key": key, "happened_on": "2019-03-01",
                "act": {"percent": 1}}  # fmt: skip
        return json.dumps(said | ({} if if_match is None else {"if_match": if_match})).encode()

    def sent(*rows: bytes) -> list[int]:
        headers = {**client.headers, "Content-Type": "application/x-ndjson"}
        answer = client.http.post("/v1/batch", content=b"\n".join(rows), headers=headers)
        return [json.loads(told)["status"] for told in answer.text.splitlines()]

    rows = [row("a", '"1"'), row("b", '"2"'), row("c", '"2"'), row("d", "*"), row("e", None), row("f", "2")]
    assert sent(*rows) == [201, 201, 412, 201, 428, 422]
    assert sent(*rows) == [201, 201, 412, 201, 428, 422]
    assert client.get(f"/projects/{project}").headers["etag"].startswith('"4-')


def test_a_dry_run_is_judged_alike_and_uses_nothing_up(client: Client, project: str, liuhen: Liuhen) -> None:
    path, position = f"/projects/{project}/progress", liuhen.ledger.position()
    body = {"happened_on": PROGRESS[0], "act": PROGRESS[1]}

    def tried(if_match: str, query: str = "?dry_run=true") -> Any:
        headers = {**client.headers, "Idempotency-Key": "tried", "If-Match": if_match}
        return client.http.post(f"/v1{path}{query}", json=body, headers=headers)

    assert tried('"7"').status_code == 412
    assert (tried('"1"').status_code, tried('"1"').json()["outcome"]) == (200, "would_record")
    misspelt = tried('"1"', "?dryrun=true")
    assert [e["pointer"] for e in misspelt.json()["errors"]] == ["/query/dryrun"]
    assert liuhen.ledger.position() == position
    assert tried('"1"', "").status_code == 201


def test_a_short_answer_says_where_the_act_stands(client: Client, project: str) -> None:
    headers = {"Prefer": "return=minimal", "If-Match": '"1"'}
    answer = client.post(f"/projects/{project}/progress", *PROGRESS, headers=headers)
    assert (answer.status_code, answer.content) == (201, b"")
    assert (answer.headers["preference-applied"], answer.headers["etag"]) == ("return=minimal", '"2"')
    position = client.get(f"/projects/{project}").json()["position"]
    assert answer.headers["liuhen-position"] == str(position)
    headers["If-Match"] = "*"
    refused = client.post(f"/projects/{project}/approval", "2019-03-02", APPROVAL, headers=headers)
    assert (refused.status_code, bool(refused.json()["findings"])) == (409, True)
    full = client.post(f"/projects/{project}/progress", *PROGRESS, headers={"Prefer": "wait=1, respond-async"})
    assert full.json()["events"]


def test_a_receipt_names_its_events(client: Client, project: str) -> None:
    receipt = client.done(f"/projects/{project}/systems", "2019-03-01", {"name": "系统"})
    for event in receipt["events"]:
        assert event["id"] == str(event_id(UUID(event["stream_id"]), event["version"]))
    assert len({e["id"] for e in receipt["events"]}) == 2


def test_a_read_that_is_known_is_not_sent_again(client: Client, auditor: Client, project: str) -> None:
    for path in (f"/projects/{project}", f"/units/{OWNER}"):
        known = client.get(path).headers["etag"]
        for given in (known, f"W/{known}", f'"x", {known}'):
            same = client.get(path, headers={"If-None-Match": given})
            assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", known)
        assert client.get(path, headers={"If-None-Match": '"1"'}).status_code == 200
    client.done(f"/projects/{project}/progress", *PROGRESS)
    assert client.get(f"/projects/{project}", headers={"If-None-Match": known}).status_code == 200


@pytest.mark.parametrize(
    ("given", "versions"),
    [
        ("*", ()),
        ('"7"', (7,)),
        ('"7-1a2b3c4d"', (7,)),
        ('"7", "8" ,"9-00000000"', (7, 8, 9)),
        ('W/"7"', (-1,)),
        ('""', (-1,)),
        ('"seven"', (-1,)),
        ('"-7"', (-1,)),
        ('"７"', None),
        ('"7-1A2B3C4D"', (-1,)),
        ("7", None),
        ('"7', None),
        ('"7",', None),
        ('*, "7"', None),
        ("", None),
        ('"7"' + ',"7"' * 20, None),
        ('"' + "7" * 2000 + '"', None),
    ],
)
def test_tags(given: str, versions: tuple[int, ...] | None) -> None:
    assert versions_in(given) == versions
    assert IF_MATCH_FORM.startswith("^")
