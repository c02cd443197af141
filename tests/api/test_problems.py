"""Bad input gets a clear error that names the field, the rule, and what to do, in the reader's language."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from infrastructure.bootstrap import Liuhen
from tests.api.conftest import APPROVAL, PROJECT, TEST, Client
from tests.stages import OWNER


def pointers(answer: Any) -> dict[str, str]:
    assert answer.headers["content-type"].startswith("application/problem+json")
    return {e["pointer"]: e["detail"] for e in answer.json().get("errors", [])}


UNIT = {"uscc": OWNER, "name": "测试局", "kind": "COUNTY_DEPT", "division": "370323"}


@pytest.mark.parametrize(
    ("changes", "pointer", "told"),
    [
        ({"uscc": "113703230042123427"}, "/act/uscc", "应为6，现为7"),
        ({"kind": "KINGDOM"}, "/act/kind", "规定的取值"),
        ({"name": ""}, "/act/name", "过短"),
        ({"status": "x"}, "/act/status", "没有此字段"),
        ({"division": "37032"}, "/act/division", "6位数字"),
        ({"division": "999999"}, "/act/division", "没有行政区划代码"),
    ],
)
def test_a_bad_field_is_named(client: Client, changes: dict[str, str], pointer: str, told: str) -> None:
    answer = client.post("/units", "2018-10-01", {**UNIT, **changes})
    assert answer.status_code == 422
    assert told in pointers(answer)[pointer]


def test_all_bad_fields_are_named_at_once(client: Client) -> None:
    answer = client.post("/units", "someday", {"uscc": "1", "x": 1})
    assert {"/happened_on", "/act/uscc", "/act/x", "/act/name"} <= set(pointers(answer))


def test_chinese_comes_first_and_english_on_request(client: Client) -> None:
    def ask(languages: str) -> Any:
        return client.post("/units", "x", UNIT, headers={"Accept-Language": languages})

    assert "日期应写作" in pointers(ask(""))["/happened_on"]
    assert "日期应写作" in pointers(ask("zh-CN,en;q=0.8"))["/happened_on"]
    assert "write a date as" in pointers(ask("en-GB,zh;q=0.5"))["/happened_on"]
    assert ask("en").headers["content-language"] == "en"
    assert "Accept-Language" in ask("en").headers["vary"]
    assert ask("fr;q=abc, *").status_code == 422


def test_input_is_not_repeated(client: Client) -> None:
    answer = client.post("/units", "2018-10-01", {**UNIT, "kind": "机密人名", "head_post": "x" * 500})
    assert "机密人名" not in answer.text
    assert "xxxxx" not in answer.text


def test_days(client: Client) -> None:
    client.enrol()
    project = client.file()["subject"]
    assert (
        "未来" in pointers(client.post(f"/projects/{project}/progress", "2999-01-01", {"percent": 1}))["/happened_on"]
    )
    vague = client.post(f"/projects/{project}/approval", "2019-02", APPROVAL)
    assert "精确到日" in pointers(vague)["/happened_on"]
    early = client.post(f"/projects/{project}/approval", "2018-09-18", APPROVAL)
    assert "历史" in pointers(early)["/happened_on"]


def test_what_is_not_there(client: Client) -> None:
    nobody = "00000000-0000-0000-0000-000000000001"
    for answer in (
        client.get(f"/projects/{nobody}"),
        client.get(f"/projects/{nobody}/history"),
        client.get(f"/projects/{nobody}/next"),
        client.get(f"/systems/{nobody}"),
        client.get(f"/units/{OWNER}"),
        client.get("/rule-sets/none"),
        client.post(f"/projects/{nobody}/approval", "2019-01-01", APPROVAL),
        client.post(f"/systems/{nobody}/security-tests", "2019-01-01", TEST),
    ):
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-subject")
    assert client.get("/nowhere").json()["type"] == "/problems/not-found"
    assert client.http.delete("/v1/units", headers=client.headers).status_code == 405


def test_not_now(client: Client) -> None:
    client.enrol()
    again = client.post("/units", "2018-10-01", UNIT)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/not-now")
    project = client.file()["subject"]
    assert client.post(f"/projects/{project}/filing", "2019-01-06", PROJECT).status_code == 409
    withdrawn = client.post(f"/projects/{project}/sharing/withdrawal", "2019-01-06", {"reason": "无"})
    assert withdrawn.json()["type"] == "/problems/not-now"


def test_a_decision_is_not_corrected_but_revoked(client: Client) -> None:
    client.enrol()
    project = client.file()["subject"]
    client.ready(project)
    answer = client.post(f"/projects/{project}/corrections", "2019-03-01", {"version": 3, "reason": "误"})
    assert (answer.status_code, "撤销" in answer.json()["detail"]) == (409, True)
    client.done(
        f"/projects/{project}/approval/revocation", "2019-03-02", {"document_no": "源审〔2019〕2号", "reason": "误"}
    )


def test_a_word_outside_the_templates_scale_is_named(client: Client) -> None:
    client.enrol()
    project = client.file()["subject"]
    system = client.done(f"/projects/{project}/systems", "2019-03-01", {"name": "系统"})["events"][1]["stream_id"]
    answer = client.post(f"/systems/{system}/security-tests", "2019-05-01", {**TEST, "conclusion": "优"})
    assert "符合、基本符合、不符合" in pointers(answer)["/act/conclusion"]
    answer = client.post(f"/systems/{system}/security-tests", "2019-05-01", {**TEST, "template": "1999"})
    assert "2015、2019、2021" in pointers(answer)["/act/template"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"a":' * 500, b"\xff\xfe", b'{"happened_on": NaN}', b"null"])
def test_broken_bodies(client: Client, body: bytes) -> None:
    headers = {**client.headers, "Content-Type": "application/json", "Idempotency-Key": "k"}
    answer = client.http.post("/v1/units", content=body, headers=headers)
    assert answer.status_code == 422, answer.text
    assert answer.json()["type"] == "/problems/bad-request-body"


def test_every_answer_has_a_request_id(client: Client) -> None:
    answer = client.get("/rule-sets", headers={"X-Request-ID": "abc-12345678"})
    assert answer.headers["x-request-id"] == "abc-12345678"
    for wrong in ("short", "with space and\tmore", "x" * 65):
        assert client.get("/rule-sets", headers={"X-Request-ID": wrong}).headers["x-request-id"] != wrong
    problem = client.get("/nowhere", headers={"X-Request-ID": "abc-12345678"})
    assert problem.json()["request_id"] == "abc-12345678"
    client.done("/units", "2018-10-01", UNIT, headers={"X-Request-ID": "the-request-of-enrolment"})
    assert client.get(f"/units/{OWNER}/history").json()["events"][0]["correlation"] == "the-request-of-enrolment"


def test_a_database_that_is_away_is_busy_and_not_an_error(
    liuhen: Liuhen, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise psycopg.OperationalError("secret host is away")

    monkeypatch.setattr(liuhen.ledger, "read", away)
    answer = client.get(f"/projects/{'0' * 8}-0000-0000-0000-000000000001")
    assert (answer.status_code, answer.json()["type"], answer.headers["retry-after"]) == (503, "/problems/busy", "1")
    assert "secret" not in answer.text
    monkeypatch.setattr(liuhen.ledger, "read", lambda *_, **__: 1 / 0)
    answer = client.get(f"/units/{OWNER}")
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/internal")
    assert "Division" not in answer.text
