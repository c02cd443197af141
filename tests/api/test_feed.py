"""The feed: nothing missed, nothing twice, nothing shown that is hidden elsewhere; by pull and as server-sent events."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from starlette.testclient import TestClient

from api.cloud_events import BATCH_MEDIA_TYPE
from domain.recorded import Role
from domain.steps import BY_TOPIC
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import BadTokenError, Holder, Issuer
from tests.api.conftest import APPROVAL, SHARING, Client
from tests.serving import serving
from tests.stages import OWNER


@pytest.fixture
def project(client: Client) -> str:
    client.enrol()
    project = str(client.file()["subject"])
    client.done(f"/projects/{project}/sharing", "2019-01-20", SHARING)
    return project


def walked(client: Client, **asked: Any) -> list[dict[str, Any]]:
    """Everything, page by page, as a receiver does it."""
    found: list[dict[str, Any]] = []
    position = 0
    while True:
        page = client.get("/feed", after=position, **asked).json()
        found += page["events"]
        if page["next"] >= page["end"]:
            return found
        assert page["next"] > position
        position = page["next"]


def positions(events: list[dict[str, Any]]) -> list[int]:
    return [int(e["sequence"]) for e in events]


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
def test_page_by_page_every_event_comes_once_in_order(client: Client, liuhen: Liuhen, project: str, limit: int) -> None:
    assert positions(walked(client, limit=limit)) == list(range(1, liuhen.ledger.position() + 1))


def test_an_event_of_the_feed_is_that_of_the_history(auditor: Client, client: Client, project: str) -> None:
    told = {e["position"]: e for e in auditor.get(f"/projects/{project}/history").json()["events"]}
    for event in walked(auditor, stream_id=project):
        entry = told.pop(event["data"]["position"])
        assert event["data"] == {k: v for k, v in entry.items() if k not in {"corrected_by", "affected_decisions"}}
        assert event["subject"] == f"projects/{project}"
    assert not told


def test_the_envelope_is_read_by_the_cloudevents_library(auditor: Client, project: str) -> None:
    answer = auditor.get("/feed", headers={"Accept": BATCH_MEDIA_TYPE})
    assert answer.headers["content-type"] == BATCH_MEDIA_TYPE
    assert 'rel="next"' in answer.headers["link"]
    assert len(answer.json()) > 2
    for one in answer.json():
        message = HTTPMessage({"content-type": "application/cloudevents+json"}, json.dumps(one).encode())
        event = from_structured(message, JSONFormat(), CloudEvent)
        assert (
            event.get_type() == f"local.liuhen.{one['data']['topic']}.v{BY_TOPIC[one['data']['topic']].SCHEMA_VERSION}"
        )
        assert event.get_source() == "//liuhen.local/log/370323"
        assert event.get_extension("sequence") == f"{one['data']['position']:019d}"
        time = event.get_time()
        assert time is not None
        assert time.date().isoformat() == one["data"]["happened_on"]


def test_a_date_known_to_the_month_gives_no_false_instant(auditor: Client, client: Client) -> None:
    client.done("/units", "2018-10", {"uscc": OWNER, "name": "测试局", "kind": "COUNTY_DEPT", "division": "370323"})
    event = walked(auditor)[0]
    assert "time" not in event
    assert (event["data"]["happened_on"], event["subject"]) == ("2018-10", f"units/{OWNER}")


def test_only_what_is_asked_for(auditor: Client, client: Client, project: str) -> None:
    assert [e["data"]["topic"] for e in walked(auditor, topic="project.filed")] == ["project.filed"]
    refused = auditor.get("/feed", topic=["project.filed", "project.flied"])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/query/topic/1")


def test_what_is_classified_is_hidden_and_holds_nobody_up(
    client: Client, auditor: Client, evaluator: Client, liuhen: Liuhen
) -> None:
    client.enrol()
    secret = {
        "name": "",
        "estimate": None,
        "plan_item": "",
        "classified": True,
        "secrecy_document_no": "保密〔2019〕1号",
    }
    client.file("2019-01-05", **secret)
    openly = str(client.file(on="2019-02-05")["subject"])
    seen_by_auditor, seen = walked(auditor, limit=1), walked(evaluator, limit=1)
    hidden = [e for e in seen_by_auditor if e["id"] not in {s["id"] for s in seen}]
    assert {e["data"]["topic"] for e in hidden} == {"project.filed"}
    assert f"projects/{openly}" in {e["subject"] for e in seen}
    assert evaluator.get("/feed", limit=500).json()["next"] == liuhen.ledger.position()


def test_persons_are_as_they_are_shown_elsewhere(client: Client, auditor: Client, evaluator: Client) -> None:
    client.enrol()
    told = {"person": {"name": "张三", "phone": "13800000000"}, "office": "办公室", "since": "2019-01-01"}
    answer = client.post(f"/units/{OWNER}/contacts", "2019-01-01", told)
    assert answer.status_code == 201, answer.text
    assert "张三" in json.dumps(walked(auditor), ensure_ascii=False)
    assert "张三" not in json.dumps(walked(evaluator), ensure_ascii=False)


def test_a_waiting_reader_is_answered_when_something_is_recorded(
    http: TestClient, client: Client, auditor: Client, liuhen: Liuhen, project: str
) -> None:
    end = liuhen.ledger.position()
    answers: list[Any] = []
    asked = threading.Thread(
        target=lambda: answers.append(auditor.get("/feed", after=end, headers={"Prefer": "wait=20"}).json())
    )
    asked.start()
    client.done(f"/projects/{project}/approval", "2019-02-20", APPROVAL)
    asked.join(30)
    assert [e["data"]["topic"] for e in answers[0]["events"]] == ["project.approved"]
    assert auditor.get("/feed", after=answers[0]["next"], headers={"Prefer": "wait=0"}).json()["events"] == []


def test_every_type_of_event_has_its_schema(auditor: Client) -> None:
    types = auditor.get("/event-types").json()
    assert {t["topic"] for t in types} == set(BY_TOPIC)
    for one in types:
        schema = auditor.get(one["schema_url"].removeprefix("/v1"))
        assert (schema.status_code, schema.json()["type"]) == (200, "object")
    assert auditor.get("/event-types/project.filed/99").status_code == 404


class Receiver:
    """A client of server-sent events."""

    def __init__(self, address: str, token: str, **headers: str) -> None:
        self._client = httpx2.Client(timeout=30)
        self._response = self._client.stream(
            "GET", f"{address}/v1/feed/stream", headers={"Authorization": f"Bearer {token}", **headers}
        )
        self.response = self._response.__enter__()
        self._lines = self.response.iter_lines()

    def events(self) -> Iterator[dict[str, str]]:
        """Until the server ends the stream. An id alone is given, too: the receiver goes on from it."""
        one: dict[str, str] = {}
        for line in self._lines:
            if not line:
                if "id" in one:
                    yield one
                one = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(": ")
                one[name] = value

    def close(self) -> None:
        self._response.__exit__(None, None, None)
        self._client.close()


def token_of(liuhen: Liuhen, *roles: Role, account: str = "receiver") -> str:
    return Issuer(liuhen.settings.data_dir).issue(Holder(account, "接收单位", frozenset(roles)), days=1)


def test_a_stream_goes_on_after_a_broken_line(liuhen: Liuhen, client: Client, project: str) -> None:
    token = token_of(liuhen, Role.AUDITOR)
    end = liuhen.ledger.position()
    with serving(liuhen) as address:
        first = Receiver(address, token)
        events = first.events()
        got = [next(events) for _ in range(2)]
        first.close()
        again = Receiver(address, token, **{"Last-Event-ID": got[-1]["id"]})
        events = again.events()
        got += [next(events) for _ in range(end - 2)]
        client.done(f"/projects/{project}/approval", "2019-02-20", APPROVAL)
        got.append(next(events))
        again.close()
    assert [int(e["id"]) for e in got] == list(range(1, end + 2))
    assert got[-1]["event"] == "local.liuhen.project.approved.v1"
    assert json.loads(got[-1]["data"])["data"]["topic"] == "project.approved"


def test_streams_end_with_the_service(liuhen: Liuhen, project: str) -> None:
    with serving(liuhen) as address:
        receiver = Receiver(address, token_of(liuhen, Role.AUDITOR))
        events = receiver.events()
        next(events)
    rest = list(events)  # ends: else this would wait for ever
    assert len(rest) == liuhen.ledger.position() - 1


def test_a_stream_ends_with_the_right_to_it(liuhen: Liuhen, project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_longer(self: Issuer, token: str) -> Holder:
        raise BadTokenError("expired")

    with serving(liuhen) as address:
        receiver = Receiver(address, token_of(liuhen, Role.AUDITOR))
        events = receiver.events()
        next(events)
        monkeypatch.setattr(Issuer, "check", no_longer)
        assert len(list(events)) == liuhen.ledger.position() - 1  # ends: else this would wait for ever
        receiver.close()


@pytest.mark.parametrize("left", [{Role.THIRD_PARTY}, {Role.SYS_ADMIN}])
def test_a_stream_shows_what_its_reader_may_see_now(
    liuhen: Liuhen, client: Client, project: str, monkeypatch: pytest.MonkeyPatch, left: set[Role]
) -> None:
    """A role that is taken away while the stream is open shows nothing more, and without any the stream ends."""
    check = Issuer.check

    def with_fewer_roles(self: Issuer, token: str) -> Holder:
        holder = check(self, token)
        return replace(holder, roles=frozenset(left)) if holder.account == "receiver" else holder

    with serving(liuhen) as address:
        receiver = Receiver(address, token_of(liuhen, Role.AUDITOR))
        events = receiver.events()
        for _ in range(liuhen.ledger.position()):
            next(events)
        monkeypatch.setattr(Issuer, "check", with_fewer_roles)
        client.file(name="", estimate=None, plan_item="", classified=True, secrecy_document_no="保密〔2019〕1号")
        end = liuhen.ledger.position()
        got = []
        for one in events:  # ends: else this would wait for ever
            got.append(one)
            if int(one["id"]) == end:
                break
        receiver.close()
    assert not any("project.filed" in one.get("event", "") for one in got)
    assert bool(got) is (Role.THIRD_PARTY in left)


def test_a_position_that_the_log_has_not_is_refused(auditor: Client, liuhen: Liuhen, project: str) -> None:
    """Else a receiver of another log, or from before an old backup was restored, would wait and then miss events."""
    end = liuhen.ledger.position()
    assert auditor.get("/feed", after=end).json() == {"events": [], "next": end, "end": end}
    for path, headers in (("/feed", {}), ("/feed/stream", {}), ("/feed/stream", {"Last-Event-ID": str(end + 1)})):
        asked = {} if headers else {"after": end + 1}
        answer = auditor.get(path, headers=headers, **asked)
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/bad-field"), path
        told = answer.json()
        assert told["errors"][0]["pointer"] == ("/header/Last-Event-ID" if headers else "/query/after")
        assert str(end) in told["detail"]


def test_the_link_to_the_next_page_names_no_host(auditor: Client, project: str) -> None:
    """Hosts that requests name may be anybody's, and behind a proxy it is another one."""
    answer = auditor.get("/feed", after=1, topic="project.filed", limit=2, headers={"Host": "elsewhere.example"})
    assert answer.links["next"]["url"] == "/v1/feed?topic=project.filed&limit=2&after=3"


def test_a_stream_passes_what_is_hidden(liuhen: Liuhen, client: Client) -> None:
    client.enrol()
    client.file(name="", estimate=None, plan_item="", classified=True, secrecy_document_no="保密〔2019〕1号")
    end = liuhen.ledger.position()
    with serving(liuhen) as address:
        receiver = Receiver(address, token_of(liuhen, Role.THIRD_PARTY))
        got = []
        for one in receiver.events():
            got.append(one)
            if int(one["id"]) == end:
                break
        receiver.close()
    assert not any("project.filed" in e.get("event", "") for e in got)


def test_more_streams_than_are_kept_are_refused(liuhen: Liuhen) -> None:
    narrow = replace(liuhen, settings=liuhen.settings.model_copy(update={"most_streams": 1}))
    token = token_of(liuhen, Role.AUDITOR)
    headers = {"Authorization": f"Bearer {token}"}
    with serving(narrow) as address:
        first = Receiver(address, token)
        refused = httpx2.get(f"{address}/v1/feed/stream", headers=headers)
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/too-many-streams")
        assert refused.headers["retry-after"] == "10"
        first.close()
