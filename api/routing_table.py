"""路由表 Finds the routes that a path may mean by its form, so that not all have to be tried one after the other.

The framework tries every route in turn, some 2 ms with 140 of them. Here the few that fit the path's fixed parts are
tried, by the framework itself; a path that fits none goes to all of them, which also says what is wrong with it.

What the framework needs of all routes it makes when it first looks through them: seconds, in which a server's loop
would answer nobody. So that is done in a thread, and only who asks for such a path waits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import product

from fastapi import APIRouter
from fastapi.params import Depends
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

_NAMED = None
"""Stands for a part of a path that is a name."""
_MOST_PARTS = 8
"""Parts of a path that is looked up; each doubles the forms that are tried. Longer ones go to the framework."""

Form = tuple[str | None, ...]
Included = tuple[APIRoute, Sequence[Depends]]
"""A route, and the dependencies with which it is included in the application."""


class RoutingTable:
    """Stands before the framework's router."""

    def __init__(
        self, router: APIRouter, prefix: str, routes: Iterable[Included], at_once: Collection[str] = frozenset()
    ) -> None:
        """`router`: of the application, which includes the routes with the prefix.

        `at_once`: paths that it finds before it has looked through all.
        """
        self._router = router
        self._app: ASGIApp = router.middleware_stack
        self._prefix = prefix
        self._at_once = at_once
        self._looked_through = False
        self._by_form: dict[Form, list[APIRoute]] = {}
        included: dict[Form, list[Included]] = {}
        for route, dependencies in routes:
            self._by_form.setdefault(_form(route.path), []).append(route)
            included.setdefault(_form(route.path), []).append((route, dependencies))
        self._few = {form: _only(prefix, few) for form, few in included.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request by the routes that fit its path, or by all of them."""
        if scope["type"] == "http":
            form = self._form_of(scope)
            if form is not None:
                await self._few[form].app(scope, receive, send)
                return
            if not self._looked_through and scope["path"] not in self._at_once:
                await run_in_threadpool(self._look_through)
        await self._app(scope, receive, send)

    def _look_through(self) -> None:
        """Have the framework make what it needs of all routes."""
        nowhere: Scope = {"type": "http", "method": "GET", "path": "", "root_path": "", "headers": []}
        for route in self._router.routes:
            route.matches(dict(nowhere))
        self._looked_through = True

    def allowed(self, path: str) -> list[str]:
        """Every method that a path takes (RFC 9110 10.2.1); the framework tells those of its first route only."""
        if not path.startswith(f"{self._prefix}/"):
            return []
        fitting = (self._by_form.get(form, []) for form in _forms(path[len(self._prefix) :]))
        return sorted({method for routes in fitting for route in routes for method in route.methods or ()})

    def template(self, scope: Scope) -> str | None:
        """The template of an answered request's path, without the names in it; None when no route took it."""
        form = self._form_of(scope)
        if form is not None:
            return self._prefix + self._by_form[form][0].path
        path = getattr(scope.get("route"), "path", None)
        return path if isinstance(path, str) else None

    def _form_of(self, scope: Scope) -> Form | None:
        """The one form whose routes take the request, or None when it is not one."""
        path: str = scope["path"]
        if scope.get("root_path") or not path.startswith(f"{self._prefix}/"):
            return None
        fitting = (form for form in _forms(path[len(self._prefix) :]) if form in self._few)
        taking = [form for form in fitting if self._takes(form, scope)]
        return taking[0] if len(taking) == 1 else None

    def _takes(self, form: Form, scope: Scope) -> bool:
        return any(route.matches(scope)[0] is Match.FULL for route in self._few[form].routes)


def _only(prefix: str, included: Sequence[Included]) -> APIRouter:
    """A router of a few routes, included as they are in the application."""
    whole = APIRouter()
    for route, dependencies in included:
        few = APIRouter()
        few.routes.append(route)
        whole.include_router(few, prefix=prefix, dependencies=dependencies)
    return whole


def _form(template: str) -> Form:
    """The fixed parts of a path template."""
    return tuple(_NAMED if part.startswith("{") else part for part in template.split("/")[1:])


def _forms(path: str) -> Iterator[Form]:
    """Every form that a path could have: each of its parts may be fixed or a name."""
    parts = path.split("/")[1:]
    if len(parts) <= _MOST_PARTS:
        # No collection is named by a name, so the first part is always fixed.
        yield from product((parts[0],), *((part, _NAMED) for part in parts[1:]))
