"""The routing table chooses what the framework would choose among all routes, for every path and method."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import fastapi.routing
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from api.main import ACTS, PREFIX, READS, create_app
from api.routes import evidence, log
from api.routing_table import RoutingTable

CLOSED: list[APIRoute] = [route for module in (*ACTS, *READS) for route in module.router.routes]
OPEN: list[APIRoute] = [route for router in (evidence.receipts, log.router) for route in router.routes]  # type: ignore[misc]
"""They decide themselves who may read, without the dependencies that the others have."""
ROUTES = [*CLOSED, *OPEN]
FIXED = sorted({part for route in ROUTES for part in route.path.split("/")[1:] if not part.startswith("{")})
METHODS = ("GET", "POST", "DELETE")
IDENTITY = "00000000-0000-0000-0000-000000000001"

Chosen = tuple[Any, ...]
Choice = Callable[[Any, str, str], Chosen]


@pytest.fixture(scope="module")
def table(app: FastAPI) -> RoutingTable:
    table = app.router.middleware_stack
    assert isinstance(table, RoutingTable)
    return table


@pytest.fixture(scope="module")
def choice() -> Iterator[Choice]:
    """Which end point an application would call with which parameters, or how it answers when it calls none."""
    seen: list[Any] = []

    async def handle(self: APIRoute, scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        closed = scope["fastapi"]["effective_route_context"].dependencies if "fastapi" in scope else ()
        seen.append((self.endpoint, scope["method"] in (self.methods or ()), scope["path_params"], len(closed)))

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            seen.append(message["status"])

    def chosen(app: Any, path: str, method: str) -> Chosen:
        scope = {"type": "http", "path": path, "method": method, "headers": [], "query_string": b"", "root_path": ""}
        scope |= {"scheme": "http", "server": ("localhost", 80), "app": app}
        seen.clear()
        try:
            asyncio.run(app(scope, None, send))
        except HTTPException as error:
            seen.append(error.status_code)
        return tuple(seen)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(APIRoute, "handle", handle)
        yield chosen


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(route.methods or ())} {route.path}")
def test_every_route_is_found_in_the_table(route: APIRoute, table: RoutingTable, choice: Choice) -> None:
    path = PREFIX + "/".join(IDENTITY if part.startswith("{") else part for part in route.path.split("/"))
    method = min(route.methods or ())
    asked = {"path": path, "method": method, "type": "http"}
    form = table._form_of(asked)
    assert form is not None
    (chosen,) = choice(table._few[form].app, path, method)
    assert table.template(asked) == PREFIX + route.path
    assert chosen[:2] == (route.endpoint, True)
    assert (chosen[3] > 0) is (route in CLOSED), "a token is asked for by a dependency that all closed routes have"


@settings(max_examples=150)
@given(data=st.data())
def test_any_path_is_chosen_alike(data: st.DataObject, table: RoutingTable, choice: Choice) -> None:
    parts = st.sampled_from(["projects", "units", "systems", IDENTITY, "", "x", "{subject}", *FIXED])
    path = f"{PREFIX}/{'/'.join(data.draw(st.lists(parts, min_size=1, max_size=7)))}"
    method = data.draw(st.sampled_from(METHODS))
    assert choice(table, path, method) == choice(table._app, path, method)


@pytest.mark.parametrize("route", ROUTES[::7], ids=lambda route: route.path)
@pytest.mark.parametrize("change", ["", "/", "/x", "DELETE"])
def test_what_nearly_is_a_route_is_answered_alike(
    route: APIRoute, change: str, table: RoutingTable, choice: Choice
) -> None:
    path = PREFIX + "/".join(IDENTITY if part.startswith("{") else part for part in route.path.split("/"))
    method = change if change.isalpha() else min(route.methods or ())
    path += "" if change.isalpha() else change
    assert choice(table, path, method) == choice(table._app, path, method)


class Made:
    """What the framework makes for routes, by the thread that makes it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.by_thread: Counter[int] = Counter()
        make = vars(fastapi.routing)["get_dependant"]

        def noted(**told: Any) -> Any:
            self.by_thread[threading.get_ident()] += 1
            return make(**told)

        patch.setattr(fastapi.routing, "get_dependant", noted)

    def by_the_loop(self, app: FastAPI, path: str) -> int:
        """As a request for a path is routed."""

        async def ask() -> None:
            scope: dict[str, Any] = {"type": "http", "path": path, "method": "GET", "headers": [], "query_string": b""}
            scope |= {"root_path": "", "scheme": "http", "server": ("localhost", 80), "app": app}
            with suppress(HTTPException):
                await app.router.middleware_stack(scope, None, None)  # type: ignore[arg-type]

        asyncio.run(ask())
        return self.by_thread[threading.get_ident()]


@pytest.mark.parametrize("path", ["/nothing", "/v1/nowhere", "/v1/log/nothing"])
def test_what_takes_long_the_first_time_is_not_done_by_the_loop(
    path: str, choice: Choice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The framework makes what it needs of all routes as it first looks through them; others are answered meanwhile."""
    del choice  # no end point is called
    app, made = create_app(None, None), Made(monkeypatch)
    assert made.by_the_loop(app, path) == 0
    assert made.by_thread.total() > 100, "the framework does it otherwise now: this test shows nothing"
    made.by_thread.clear()
    assert made.by_the_loop(app, path) == made.by_thread.total() == 0
    # Without the table, all of it is done by the loop.
    app = create_app(None, None)
    app.router.middleware_stack = app.state.routing._app
    assert made.by_the_loop(app, path) > 100


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/v1/log/checkpoint", "/v1/register/projects"])
def test_a_path_that_is_known_waits_for_no_other(path: str, choice: Choice, monkeypatch: pytest.MonkeyPatch) -> None:
    del choice
    app, made = create_app(None, None), Made(monkeypatch)
    assert 0 < made.by_the_loop(app, path) < 20
    assert made.by_thread.total() < 20
