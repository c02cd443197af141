"""HEAD is GET without the body, OPTIONS says what an address takes, and what it does not take is told with the cure."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from tests.api.conftest import RECORDING, Client
from tests.described import document
from tests.serving import serving

ENDLESS = "/v1/feed/stream"
IDENTITY = "00000000-0000-0000-0000-000000000001"
_OF_THE_MOMENT = {"date", "x-request-id", "ratelimit"}


def addresses() -> Iterator[tuple[str, set[str]]]:
    """Each path of the document with names filled in, and the methods that are stated for it, by whichever template."""
    stated = {re.sub(r"\{\w+\}", "[^/]+", path): methods for path, methods in document()["paths"].items()}
    for path in document()["paths"]:
        filled = "/".join(IDENTITY if part.startswith("{") else part for part in path.split("/"))
        fitting = (methods for form, methods in stated.items() if re.fullmatch(form, filled))
        yield filled, {method.upper() for methods in fitting for method in methods}


def test_options_tells_for_every_address_what_the_document_states(client: Client) -> None:
    """And what HTTP itself adds. It needs no token: the document is open, too."""
    for path, stated in addresses():
        answer = client.http.options(path)
        adds = {"OPTIONS"} | ({"HEAD"} if "GET" in stated and path != ENDLESS else set())
        assert (answer.status_code, answer.content) == (204, b""), path
        assert set(answer.headers["allow"].split(", ")) == stated | adds, path
    assert client.http.options("/v1/nowhere").status_code == 404


def test_head_is_answered_at_every_address_that_can_be_read(client: Client) -> None:
    for path, stated in addresses():
        if "GET" in stated and path != ENDLESS:
            head = client.http.head(path, headers=client.headers)
            assert head.status_code != 405, path
            assert head.content == b"", path
    assert client.http.head(ENDLESS, headers=client.headers).status_code == 405


def test_head_says_what_get_says_but_the_body_over_the_wire(liuhen: Liuhen, issuer: Issuer) -> None:
    token = issuer.issue(Holder("client", "测试单位", RECORDING), days=1)
    liuhen.engine.start()
    with serving(liuhen) as address, closing(http.client.HTTPConnection(urlsplit(address).netloc)) as line:

        def asked(method: str, path: str, **more: str) -> tuple[int, dict[str, str], bytes]:
            line.request(method, path, headers={"Authorization": f"Bearer {token}", **more})
            answer = line.getresponse()
            kept = {n.lower(): v for n, v in answer.getheaders() if n.lower() not in _OF_THE_MOMENT}
            return answer.status, kept, answer.read()

        for path in (
            "/v1/rule-sets",
            "/v1/register/projects",
            "/livez",
            "/problems",
            "/docs",
            f"/v1/projects/{IDENTITY}",
        ):
            status, told, body = asked("GET", path)
            assert body
            assert asked("HEAD", path) == (status, told, b""), path
        _, told, _ = asked("GET", "/v1/rule-sets")
        assert asked("HEAD", "/v1/rule-sets", **{"If-None-Match": told["etag"]})[0] == 304
        # One line carries on: no byte of a body was left behind.
        assert asked("GET", "/livez")[0] == 200


def test_who_looks_with_head_is_let_in_and_noted_like_who_reads(
    client: Client, liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.enrol()
    subject = client.file()["subject"]
    path = f"/v1/projects/{subject}"
    assert client.http.head(path).status_code == 401
    noted: list[Any] = []
    monkeypatch.setattr(liuhen.access_log, "note", noted.append)
    assert client.http.head(path, headers=client.headers).status_code == 200
    assert [(read.object, read.status) for read in noted] == [(subject, 200)]


@pytest.mark.parametrize(("language", "told"), [("zh", "此地址支持"), ("en", "this address takes")])
def test_a_method_that_is_not_taken_is_told_those_that_are(client: Client, language: str, told: str) -> None:
    answer = client.http.patch("/v1/register/projects", headers={**client.headers, "Accept-Language": language})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert told in answer.json()["detail"]
    assert "GET, HEAD, OPTIONS" in answer.json()["detail"].replace("、", ", ")


def test_an_address_that_is_not_there_leads_to_those_that_are(client: Client) -> None:
    for headers in (client.headers, {**client.headers, "Accept-Language": "en"}):
        assert "/openapi.json" in client.http.get("/v1/nowhere", headers=headers).json()["detail"]
