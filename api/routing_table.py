"""路由表 Finds the routes that a path may mean by its form, so that not all have to be tried one after the other.

The framework tries every route in turn, some 2 ms with 140 of them. Here the few that fit the path's fixed parts are
tried, by the framework itself; a path that fits none goes to all of them, which also says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from fastapi import APIRouter
from fastapi.params import Depends
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

_NAMED = None
"""Stands for a part of a path that is a name."""
_MOST_PARTS = 8
"""Parts of a path that is looked up; each doubles the forms that are tried. Longer ones go to the framework."""

Form = tuple[str | None, ...]


class RoutingTable:
    """Stands before the framework's router."""

    def __init__(self, app: ASGIApp, prefix: str, dependencies: Sequence[Depends], routes: Iterable[APIRoute]) -> None:
        """`prefix`, `dependencies`: with which the routes are included in the application."""
        self._app = app
        self._prefix = prefix
        self._by_form: dict[Form, list[APIRoute]] = {}
        for route in routes:
            self._by_form.setdefault(_form(route.path), []).append(route)
        self._few = {form: _only(prefix, dependencies, few) for form, few in self._by_form.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request by the routes that fit its path, or by all of them."""
        if scope["type"] == "http":
            form = self._form_of(scope)
            if form is not None:
                await self._few[form].app(scope, receive, send)
                return
        await self._app(scope, receive, send)

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
        taking = [form for form in fitting if self._few[form].routes[0].matches(scope)[0] is Match.FULL]
        return taking[0] if len(taking) == 1 else None


def _only(prefix: str, dependencies: Sequence[Depends], routes: list[APIRoute]) -> APIRouter:
    """A router of a few routes, included as they are in the application."""
    few, whole = APIRouter(), APIRouter()
    few.routes.extend(routes)
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
