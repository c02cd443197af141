"""How reads are sent: entity tags of the bytes, 304, and gzip as a representation of its own."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse
from starlette.testclient import TestClient

from api.representations import LEAST, Representations
from api.versions import versions_in
from infrastructure.bootstrap import Liuhen
from tests.api.conftest import SHARING, Client

LARGE = {"rows": ["留痕" * 10] * 100}


def application() -> TestClient:
    app = FastAPI()
    app.state.rows = LARGE

    @app.get("/rows")
    def rows() -> dict[str, Any]:
        found: dict[str, Any] = app.state.rows
        return found

    @app.get("/tagged")
    def tagged() -> Response:
        return Response(json.dumps(LARGE), headers={"ETag": '"7-1a2b3c4d"'}, media_type="application/json")

    @app.get("/stream")
    def stream() -> StreamingResponse:
        async def events() -> AsyncIterator[bytes]:
            for _ in range(3):
                yield b"data: " + b"x" * LEAST + b"\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")

    @app.get("/pieces")
    def pieces() -> StreamingResponse:
        return StreamingResponse(iter([b"[1,", b"2]"]), media_type="application/json")

    app.add_middleware(Representations)
    return TestClient(app)


def test_the_same_bytes_have_the_same_tag_and_are_not_sent_again() -> None:
    http = application()
    first = http.get("/rows", headers={"Accept-Encoding": "identity"})
    again = http.get("/rows", headers={"Accept-Encoding": "identity", "If-None-Match": first.headers["etag"]})
    assert first.headers["etag"].startswith('"')
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    http.app.state.rows = {**LARGE, "more": 1}  # type: ignore[attr-defined]
    changed = http.get("/rows", headers={"Accept-Encoding": "identity", "If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


def test_a_compressed_answer_is_another_representation() -> None:
    http = application()
    plain = http.get("/rows", headers={"Accept-Encoding": "identity"})
    packed = http.get("/rows", headers={"Accept-Encoding": "br;q=1.0, gzip;q=0.5"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content)
    assert packed.json() == plain.json()
    assert packed.headers["etag"] == plain.headers["etag"][:-1] + '-gzip"'
    assert "Accept-Encoding" in plain.headers["vary"]
    assert "Accept-Encoding" in packed.headers["vary"]
    for known in (packed.headers["etag"], "W/" + plain.headers["etag"], f'"x", {packed.headers["etag"]}', "*"):
        again = http.get("/rows", headers={"Accept-Encoding": "gzip", "If-None-Match": known})
        assert (again.status_code, again.headers["etag"]) == (304, packed.headers["etag"])


@pytest.mark.parametrize("takes", ["identity", "gzip;q=0", "gzip;q=0.000", "br", ""])
def test_who_does_not_take_gzip_is_not_sent_it(takes: str) -> None:
    assert "content-encoding" not in application().get("/rows", headers={"Accept-Encoding": takes}).headers


def test_tags_that_a_route_makes_stay_and_match_whichever_way_they_were_sent() -> None:
    """The tag of a history names its version: whoever read it compressed can act on it, too."""
    http = application()
    packed = http.get("/tagged")
    assert packed.headers["etag"] == '"7-1a2b3c4d-gzip"'
    assert versions_in(packed.headers["etag"]) == versions_in('"7-1a2b3c4d"') == (7,)
    assert http.get("/tagged", headers={"If-None-Match": '"7-1a2b3c4d"'}).status_code == 304


def test_streams_pass_as_they_are() -> None:
    http = application()
    for path in ("/stream", "/pieces"):
        answer = http.get(path)
        assert "content-encoding" not in answer.headers
        assert "etag" not in answer.headers
    assert http.get("/pieces").json() == [1, 2]


async def _compressed_twice() -> list[bytes]:
    sent: list[bytes] = []

    async def app(scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": json.dumps(LARGE).encode()})

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    async def receive() -> Any:
        return {"type": "http.request"}

    for _ in range(2):
        scope = {"type": "http", "method": "GET", "headers": [(b"accept-encoding", b"gzip")]}
        await Representations(app)(scope, receive, send)
    return [body for body in sent if body]


def test_compressing_twice_gives_the_same_bytes() -> None:

    one, other = asyncio.run(_compressed_twice())
    assert one == other
    assert json.loads(gzip.decompress(one)) == LARGE


def test_a_project_read_compressed_can_be_acted_on(client: Client) -> None:
    client.enrol()
    project = client.file()["events"][0]["stream_id"]
    read = client.get(f"/projects/{project}")
    assert read.headers["content-encoding"] == "gzip"
    again = client.get(f"/projects/{project}", headers={"If-None-Match": read.headers["etag"]})
    assert (again.status_code, again.headers["etag"]) == (304, read.headers["etag"])

    answer = client.post(
        f"/projects/{project}/sharing", "2019-01-20", SHARING, headers={"If-Match": read.headers["etag"]}
    )
    assert answer.status_code == 201, answer.text


def test_a_view_is_not_sent_again_until_it_has_moved(client: Client, liuhen: Liuhen) -> None:
    """The tag rests on the position, the query and the reader, as the bytes do."""
    client.enrol()
    client.file()
    liuhen.engine.catch_up()
    first = client.get("/register/projects")
    known = {"If-None-Match": first.headers["etag"]}
    assert client.get("/register/projects", headers=known).status_code == 304
    assert client.get("/register/projects", limit=0, headers=known).status_code == 422
    assert client.get("/register/projects", q="没有", headers=known).status_code == 200
    client.file("2019-01-06", name="又一个项目")
    assert client.get("/register/projects", headers=known).status_code == 200
