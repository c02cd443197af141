"""No accepted act can stop a view, and no odd value is an internal error: texts and numbers from the edge."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from infrastructure.bootstrap import Liuhen
from tests.api.conftest import APPROVAL, PROJECT, SHARING, Client
from tests.stages import OWNER

ODD_TEXTS = [
    "\x00",
    "a\x00b",
    "\x1b[31m",
    "\r\n",
    "\x7f",
    "\ud800",
    "\u202e反",
    "👨‍👩‍👧",
    "﷽",
    "'; DROP TABLE liuhen.events; --",
    "%s %(x)s {x}",
    "=1+1",
    "\\u0000",
    "<script>",
    "x" * 4000,
    "　",
    "\u0000\u0000",
]


def sent(client: Client, path: str, on: str, act: dict[str, Any]) -> Any:
    """Posted as raw JSON with escapes, so that lone surrogates travel too."""
    body = json.dumps({"happened_on": on, "act": act}, ensure_ascii=True)
    headers = {**client.headers, "Content-Type": "application/json", "Idempotency-Key": str(uuid4()), "If-Match": "*"}
    return client.http.post(f"/v1{path}", content=body, headers=headers)


def test_odd_texts_are_recorded_or_refused_and_never_stop_a_view(
    client: Client, auditor: Client, liuhen: Liuhen
) -> None:
    client.enrol()
    project = client.file()["subject"]
    accepted = set()
    for odd in ODD_TEXTS:
        for path, act in (
            ("/projects", PROJECT | {"name": odd[:300]}),
            (f"/projects/{project}/progress", {"percent": 1, "summary": odd}),
            (
                f"/projects/{project}/contracts",
                {"contract_no": odd[:120], "supplier": odd[:200], "amount": {"text": "1元"}},
            ),
            (f"/projects/{project}/opinions", {"body": odd[:200], "verdict": "PASS", "opinion": odd}),
            (f"/projects/{project}/systems", {"name": odd[:200]}),
        ):
            answer = sent(client, path, "2019-02-01", act)
            assert answer.status_code in {201, 409, 422}, (odd, path, answer.text)
            if answer.status_code == 201:
                accepted.add(odd)
    assert "'; DROP TABLE liuhen.events; --" in accepted
    assert not {"\x00", "a\x00b", "\x1b[31m", "\x7f", "\ud800"} & accepted
    liuhen.engine.catch_up()
    assert auditor.get("/supervision").json()["freshness"]["lag_events"] == 0
    told = auditor.get(f"/timeline/{project}", limit=500).json()
    assert any("DROP TABLE" in entry["zh"] for entry in told["items"])


def test_a_control_character_is_named(client: Client) -> None:
    client.enrol()
    answer = sent(client, "/projects", "2019-01-05", PROJECT | {"summary": "好\x00"})
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/act/summary"]
    answer = client.post("/units", "2019-01-05", {}, authority={"issuer": "a\x07", "document_no": None})
    assert answer.status_code == 422


@pytest.mark.parametrize("amount", ["100000000000000.01", "92233720368547758.07", "9" * 50])
def test_an_amount_beyond_reason_is_refused(client: Client, amount: str) -> None:
    client.enrol()
    project = client.file()["subject"]
    client.done(f"/projects/{project}/sharing", "2019-01-20", SHARING)
    answer = client.post(
        f"/projects/{project}/approval", "2019-02-20", {**APPROVAL, "amount": {"text": amount, "unit": "YUAN"}}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/act/amount")


@pytest.mark.parametrize(
    "path",
    [
        "/register/projects?q=%00",
        "/register/projects?unit=%00",
        "/performance/projects?source=a%00",
        f"/units/{OWNER}?as_of_position=99999999999999999999999",
        "/register/projects?limit=99999999999999999999",
        "/supervision?on=0001-01-01",
        "/supervision?on=9999-12-31",
        "/timeline/%00",
        "/rule-sets/%00",
        f"/units/{OWNER}?as_of_recorded=0001-01-01T00:00:00Z",
        f"/units/{OWNER}?as_of_happened=9999-12-31",
        "/register/projects?min_position=99999999999999999999999999",
    ],
)
def test_odd_questions_are_answered(client: Client, path: str) -> None:
    client.enrol()
    answer = client.get(path)
    assert answer.status_code in {200, 404, 422}, answer.text


@pytest.mark.parametrize(
    "day", ["0", "86400", "20190101", "2019-01-01T00:00:00", " 2019-01-01", "2019-02-30", "２０１９-01-01"]
)
def test_what_is_no_full_date_is_no_day(client: Client, day: str) -> None:
    """The library takes digits for seconds since 1970: `0` would be a day that nobody wrote."""
    client.enrol()
    obligation = {"system_name": "老系统", "requirement_document": "文", "issuer": "市", "due_on": day}
    answer = client.post(f"/units/{OWNER}/connection-obligations", "2019-01-05", obligation)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"] == [{"pointer": "/act/due_on", "detail": "应为日期，如2018-09-19"}]
    for path, name in (
        ("/county/half-years", "on"),
        ("/county", "as_of_happened"),
        ("/register/projects", "as_of_happened"),
    ):
        assert client.get(path, **{name: day}).json()["errors"][0]["detail"] == "应为日期，如2018-09-19"


def test_seconds_since_1970_are_no_moment(client: Client) -> None:
    for path in ("/county", "/register/projects"):
        assert client.get(path, as_of_recorded="1546300800").status_code == 422


def test_every_method_of_an_address_is_told(client: Client) -> None:
    answer = client.http.put("/v1/webhooks/6c697568-656e-5f6c-8967-000000000001", headers=client.headers)
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, HEAD, OPTIONS")
