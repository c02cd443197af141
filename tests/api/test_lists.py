"""One way of reading lists over HTTP: pages, cursors that are one's own, order, fields, and what is refused."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from itsdangerous import TimestampSigner
from pydantic import SecretStr, ValidationError
from starlette.testclient import TestClient

from domain.recorded import RECORDING_ROLES, Role
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from infrastructure.list_cursors import LASTING, CursorError, Cursors, cursors_of
from infrastructure.settings import Settings
from tests.api.conftest import Client
from tests.described import document
from tests.stages import OTHER

NAMES = ["甲系统", "乙系统", "丙系统", "丁系统", "戊系统"]


@pytest.fixture
def county(client: Client, liuhen: Liuhen) -> Client:
    """Five filed projects, in the register."""
    client.enrol()
    for n, name in enumerate(NAMES):
        client.file(name=name, estimate={"text": str(100 - n % 2), "unit": "WAN_YUAN"})
    liuhen.engine.catch_up()
    return client


def problem(answer: Any, status: int, kind: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    assert told["type"] == f"/problems/{kind}"
    return told


def test_pages_are_linked_and_end(county: Client) -> None:
    first = county.get("/register/projects", limit=2)
    assert first.links["first"]["url"] == "/v1/register/projects?limit=2"
    assert first.json()["next"] in first.links["next"]["url"]
    pages = list(county.pages("/register/projects", limit=2))
    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert [page["total"] for page in pages] == [5, 5, 5]
    assert pages[-1]["next"] is None
    assert [row["name"] for page in pages for row in page["items"]] == NAMES


def test_what_is_recorded_between_two_pages_shifts_nothing(county: Client, liuhen: Liuhen) -> None:
    pages = county.pages("/register/projects", limit=2, sort="-name")
    shown = [row["name"] for row in next(pages)["items"]]
    county.file(name="龥在最前")
    county.file(name="一在最后")
    liuhen.engine.catch_up()
    shown += [row["name"] for page in pages for row in page["items"]]
    assert [name for name in shown if name in NAMES] == sorted(NAMES, reverse=True)
    assert len(shown) == len(set(shown)) == 6, "of the new ones that which comes later is shown, too"


def test_a_list_is_sorted_by_several_columns_and_then_in_its_own_order(county: Client) -> None:
    rows = county.every("/register/projects", sort="-estimate_fen", limit=2)
    assert [row["name"] for row in rows] == ["甲系统", "丙系统", "戊系统", "乙系统", "丁系统"]
    assert rows == county.every("/register/projects", sort="-estimate_fen,number", limit=500)
    told = problem(county.get("/register/projects", sort="owners"), 422, "bad-field")
    assert told["errors"][0]["pointer"] == "/query/sort"
    assert "estimate_fen" in told["detail"]
    assert county.get("/register/projects", sort="name;DROP TABLE projects").status_code == 422
    assert "只有一种次序" in problem(county.get("/reminders", sort="rule"), 422, "bad-field")["detail"]


def test_only_the_fields_that_are_asked_for_are_sent(county: Client) -> None:
    answer = county.get("/register/projects", fields="number,name", limit=1).json()
    assert answer["items"] == [{"number": "ZH-370323-2019-000001-7", "name": "甲系统"}]
    assert {"freshness", "total", "exact", "next", "trace"} <= set(answer)
    told = problem(county.get("/register/projects", fields="number,secret"), 422, "bad-field")
    assert "secret" in told["detail"]
    assert "owner_names" in told["detail"]


def test_a_parameter_that_is_not_known_is_not_ignored(county: Client) -> None:
    """A misspelt filter would show everything as if it were a part."""
    told = problem(county.get("/register/projects", stge="FILED"), 400, "unknown-parameter")
    assert told["errors"][0]["pointer"] == "/query/stge"
    assert all(name in told["detail"] for name in ("stage", "cursor", "as_of_position"))
    english = county.get("/register/projects", offset=3, headers={"Accept-Language": "en"})
    assert "there is no parameter offset" in problem(english, 400, "unknown-parameter")["detail"]
    assert county.get("/county", page=1).status_code == 400
    assert county.get("/supervision", limit=3, cursor="x").status_code == 400
    project = county.get("/register/projects", limit=1).json()["items"][0]
    trace = project["trace"].removeprefix("/v1")
    assert county.http.get(f"/v1{trace}", headers=county.headers).json()["total"] == 1
    assert county.http.get(f"/v1{trace}&stge=1", headers=county.headers).status_code == 422


def cursor_of(client: Client, **asked: Any) -> str:
    found: str = client.get("/register/projects", limit=2, **asked).json()["next"]
    return found


def other_character(text: str, at: int) -> str:
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def test_a_cursor_that_was_changed_is_refused_with_a_cure(county: Client) -> None:
    cursor = cursor_of(county)
    held, _, signed = cursor.partition(".")
    made = base64.urlsafe_b64encode(b'["00",["ZH","x","y"]]').decode().rstrip("=")
    forged = [other_character(cursor, at) for at in (0, 5, len(held) + 2, len(cursor) - 3)]
    for bad in (*forged, f"{made}.{signed}", cursor[:-1], cursor + "A", "x", ".", "", "留痕"):
        told = problem(county.get("/register/projects", limit=2, cursor=bad), 400, "bad-cursor")
        assert "第一页" in told["detail"]
    assert county.get("/register/projects", limit=2, cursor=cursor).status_code == 200
    assert county.get("/register/projects", cursor="x" * 5000).status_code == 422


@pytest.mark.parametrize(
    "changed", [{"q": "系统"}, {"stage": "FILED"}, {"sort": "name"}, {"as_of_position": 3}, {"unit": "91370323MA3C0"}]
)
def test_a_cursor_is_of_its_filters_order_and_moment(county: Client, changed: dict[str, Any]) -> None:
    cursor = cursor_of(county)
    problem(county.get("/register/projects", limit=2, cursor=cursor, **changed), 400, "bad-cursor")
    kept = county.get("/register/projects", limit=1, cursor=cursor, fields="name", exact="true", min_position=1)
    assert kept.json()["items"] == [{"name": "丙系统"}]


def test_a_cursor_is_of_its_list_and_reader(county: Client, auditor: Client, issuer: Issuer) -> None:
    cursor = cursor_of(county)
    problem(county.get("/register/units", cursor=cursor), 400, "bad-cursor")
    problem(auditor.get("/register/projects", limit=2, cursor=cursor), 400, "bad-cursor")
    # The same account with less: what it saw as another it does not go on seeing.
    less = Client(county.http, issuer.issue(Holder("client", "测试对接单位", frozenset({Role.FINANCE})), days=1))
    problem(less.get("/register/projects", limit=2, cursor=cursor), 400, "bad-cursor")


def test_secrets_of_cursors_can_be_changed_while_readers_read(county: Client, liuhen: Liuhen) -> None:
    state: Any = county.http.app.state  # type: ignore[attr-defined]

    def under(*secrets: str) -> None:
        given = Settings(data_dir=liuhen.settings.data_dir, cursor_key=SecretStr(" ".join(secrets)))
        state.liuhen = replace(liuhen, cursors=cursors_of(given))

    old, new = "o" * 32, "n" * 32
    under(old)
    cursor = cursor_of(county)
    under(new, old)
    assert county.get("/register/projects", limit=2, cursor=cursor).status_code == 200
    later = cursor_of(county)
    under(new)
    assert county.get("/register/projects", limit=2, cursor=later).status_code == 200
    problem(county.get("/register/projects", limit=2, cursor=cursor), 400, "bad-cursor")


def test_processes_of_one_site_read_each_others_cursors(liuhen: Liuhen) -> None:
    one, other = cursors_of(liuhen.settings), cursors_of(liuhen.settings)
    assert other.opened(one.sealed(("a", None), b"list"), b"list") == ("a", None)
    with pytest.raises(CursorError):
        other.opened(one.sealed(("a", None), b"list"), b"another list")


def test_a_secret_that_another_process_has_begun_with_is_taken_up() -> None:
    secrets = [b"o" * 32]
    one = Cursors(lambda: list(secrets))
    one.sealed(("a",), b"list")
    secrets.insert(0, b"n" * 32)
    assert one.opened(Cursors(lambda: list(secrets)).sealed(("a",), b"list"), b"list") == ("a",)


def test_a_cursor_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    cursors = Cursors(lambda: [b"o" * 32])
    cursor = cursors.sealed(("a",), b"list")
    made = TimestampSigner("x").get_timestamp()
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: made + LASTING - 10)
    assert cursors.opened(cursor, b"list") == ("a",)
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: made + LASTING + 10)
    with pytest.raises(CursorError):
        cursors.opened(cursor, b"list")


def test_a_secret_that_can_be_guessed_is_refused() -> None:
    for short in ("", "short", f"{'a' * 32} short"):
        with pytest.raises(ValidationError, match="32"):
            Settings(cursor_key=SecretStr(short))


def test_neither_secrets_nor_cursors_are_logged(county: Client, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    cursor = cursor_of(county)
    county.get("/register/projects", limit=2, cursor=cursor)
    county.get("/register/projects", limit=2, cursor=other_character(cursor, 3))
    lines = [line for line in capfdbinary.readouterr().err.split(b"\n") if b"request.answered" in line]
    assert len(lines) == 3
    assert not any(cursor.encode() in line for line in lines)


def test_the_document_tells_of_pages() -> None:
    with_pages = 0
    for path, methods in document()["paths"].items():
        parameters = {p["name"] for p in methods.get("get", {}).get("parameters", ())}
        assert "offset" not in parameters
        if "cursor" in parameters:
            with_pages += 1
            answers = methods["get"]["responses"]
            assert {"sort", "fields", "limit", "exact", "as_of_position"} <= parameters, path
            assert "Link" in answers["200"]["headers"]
            assert {"304", "400"} <= set(answers)
    assert with_pages > 45


def test_a_client_of_another_origin_gets_the_same_pages(http: TestClient, county: Client) -> None:
    """Links are of the path alone: they hold behind whatever stands before the service."""
    answer = county.get("/register/projects", limit=2, headers={"Host": "liuhen.example"})
    assert answer.links["next"]["url"].startswith("/v1/register/projects?")


def test_every_list_over_http_takes_each_of_its_parameters(county: Client, issuer: Issuer) -> None:
    """A second page of every list that has one, with the parameters that it must have."""
    roles = RECORDING_ROLES | {Role.AUDITOR}
    whole = Client(county.http, issuer.issue(Holder("whole", "全部角色", roles), days=1))
    for path, methods in document()["paths"].items():
        told = {p["name"]: p for p in methods.get("get", {}).get("parameters", ())}
        if "cursor" not in told or "{" in path:
            continue
        needed = {}
        for name, parameter in told.items():
            if parameter.get("required"):
                kind = parameter["schema"]["$ref"].rsplit("/", 1)[1]
                needed[name] = document()["components"]["schemas"][kind]["enum"][0]
        answer = whole.get(path.removeprefix("/v1"), limit=1, **needed)
        assert answer.status_code == 200, (path, answer.text)
        if answer.json()["next"]:
            second = whole.http.get(answer.links["next"]["url"], headers=whole.headers)
            assert second.status_code == 200, (path, second.text)
            assert second.json()["items"] != answer.json()["items"]


def test_a_parameter_that_is_given_twice_is_refused(county: Client, liuhen: Liuhen) -> None:
    """Programs differ in which of the two they take; here neither is, and nothing is recorded or shown by a guess."""
    for path in ("/register/projects?stage=FILED&stage=APPROVED", "/rule-sets?x=1&x=2", "/feed?after=0&after=1"):
        answer = county.http.get(f"/v1{path}", headers=county.headers)
        assert answer.status_code in {400, 422}, path
        assert answer.json()["errors"][0]["pointer"].startswith("/query/"), path
    several = county.http.get("/v1/feed?topic=project.filed&topic=unit.enrolled", headers=county.headers)
    assert several.status_code == 200, "a parameter of several values"
    at = liuhen.ledger.position()
    unit = {"uscc": OTHER, "name": "局", "kind": "COUNTY_DEPT", "division": "370323"}
    for path in ("/v1/units?dry_run=true&dry_run=false", "/v1/units?dry_run=false&dry_run=true"):
        headers = {**county.headers, "Idempotency-Key": path}
        answer = county.http.post(path, json={"happened_on": "2019-01-01", "act": unit}, headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/dry_run")
    assert liuhen.ledger.position() == at


@pytest.mark.parametrize(
    "asked", ["batch?dry_run=true", "batch?mode=each&dryrun=true", "imports/world-bank?dryrun=true"]
)
def test_what_is_not_known_here_is_not_recorded_without_it(county: Client, liuhen: Liuhen, asked: str) -> None:
    """Whoever means to try something out, and says so wrongly, is told: else it would be recorded."""
    at = liuhen.ledger.position()
    act = {"uscc": OTHER, "name": "局", "kind": "COUNTY_DEPT", "division": "370323"}
    row = {"path": "/v1/units", "idempotency_key": "k", "happened_on": "2019-01-01", "act": act}
    kind = "text/csv" if asked.startswith("imports") else "application/x-ndjson"
    answer = county.http.post(
        f"/v1/{asked}", content=json.dumps(row).encode(), headers={**county.headers, "Content-Type": kind}
    )
    told = problem(answer, 400, "unknown-parameter")
    assert told["errors"][0]["pointer"] in {"/query/dry_run", "/query/dryrun"}
    assert liuhen.ledger.position() == at


def test_no_request_is_led_on_to_where_it_says_itself(county: Client) -> None:
    """A redirect made of the Host that a request names would take its token anywhere."""
    for path in ("/v1/register/projects/", "/v1/rule-sets/", "/docs/"):
        answer = county.http.get(path, headers={**county.headers, "Host": "elsewhere.example"}, follow_redirects=False)
        assert answer.status_code == 404, path
        assert "location" not in answer.headers
