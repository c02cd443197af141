"""The routing table chooses what the framework would choose among all routes, for every path and method."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from api.main import ACTS, PREFIX, READS
from api.routing_table import RoutingTable

ROUTES: list[APIRoute] = [route for module in (*ACTS, *READS) for route in module.router.routes]
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
    assert chosen[3] > 0, "a token is asked for by a dependency that all routes have"


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
