"""停用 What is going to end: one declaration makes headers, document, and the answer after the last day.

`Deprecation` (RFC 9745), `Sunset` (RFC 8594) and their links; 410 from the sunset on. See docs/api-versions.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import GoneError, problem
from domain.rule import text
from domain.texts import Text

PAGE = "/problems/gone"
"""What the endings of this service mean: where both links lead."""


@dataclass(frozen=True)
class Ending:
    """An operation, or a part of it or of a schema, that clients are to leave."""

    operation: str
    """Name of the operation; `schemas/Name` when it is a field of that schema, which only the document tells."""
    since: date
    """From this day on it is deprecated."""
    sunset: date
    """From this day on it is not served."""
    instead: Text
    """What is to be used in its place."""
    part: str | None = None
    """Name of a query parameter of the operation, or of a field of the schema; None for the whole operation."""
    successor: str | None = None
    """Path that takes its place, as the document writes it."""

    def headers(self) -> list[tuple[str, str]]:
        """What every answer says of it, while it is served and after."""
        links = [f'<{PAGE}>; rel="deprecation"; type="text/html"', f'<{PAGE}>; rel="sunset"; type="text/html"']
        links += [f'<{self.successor}>; rel="successor-version"'] if self.successor else []
        return [
            ("Deprecation", f"@{int(_midnight(self.since).timestamp())}"),
            ("Sunset", format_datetime(_midnight(self.sunset), usegmt=True)),
            ("Link", ", ".join(links)),
        ]

    def gone(self) -> GoneError:
        """The answer from its sunset on."""
        named = self.operation if self.part is None else f"{self.operation}.{self.part}"
        told = text(
            f"{named}已于{self.sunset}停用；{self.instead.zh}", f"{named} ended on {self.sunset}; {self.instead.en}"
        )
        return GoneError(told, dict(self.headers()))


ENDINGS: tuple[Ending, ...] = ()
"""Nothing of this API ends so far."""


class EndingTable:
    """The endings by the requests that they are of."""

    def __init__(
        self, endings: Iterable[Ending], routes: Mapping[str, tuple[str, str]], today: Callable[[], date]
    ) -> None:
        """`routes`: method and path template of each operation, by its name. Raises KeyError for one there is not."""
        self._today = today
        self._found = [
            (routes[e.operation][0], compile_path(routes[e.operation][1])[0], e) for e in endings if not _of_schema(e)
        ]

    def of(self, method: str, path: str, query: str = "") -> Ending | None:
        """The ending that a request meets: the first to come."""
        if not self._found:
            return None
        asked = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
        met = (e for m, form, e in self._found if m == method and form.match(path) and e.part in {None, *asked})
        return min(met, key=lambda e: e.sunset, default=None)

    def check(self, path: str) -> None:
        """Hold a row's act to it. Raises GoneError."""
        ending = self.of("POST", path)
        if ending is not None and self.over(ending):
            raise ending.gone()

    def over(self, ending: Ending) -> bool:
        """Has its last day passed?"""
        return ending.sunset <= self._today()


class Endings:
    """Stands before all that serves: says what ends, and answers 410 for what has ended."""

    def __init__(self, app: ASGIApp, table: EndingTable) -> None:
        self._app = app
        self._table = table

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        query = scope.get("query_string", b"").decode("latin-1")
        ending = self._table.of(scope["method"], scope["path"], query) if scope["type"] == "http" else None
        if ending is None:
            await self._app(scope, receive, send)
            return
        if self._table.over(ending):
            gone = ending.gone()
            await problem(Request(scope), "gone", gone.told, headers=dict(gone.headers or {}))(scope, receive, send)
            return
        told = [(name.lower().encode(), value.encode()) for name, value in ending.headers()]

        async def saying(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *told]
            await send(message)

        await self._app(scope, receive, saying)


def tell_endings(told: dict[str, Any], by_name: Mapping[str, dict[str, Any]], endings: Sequence[Ending]) -> None:
    """Mark in the API document what ends. Raises KeyError for what the document does not have."""
    for ending in endings:
        mark = {
            "deprecated": True,
            "x-deprecated-since": str(ending.since),
            "x-sunset": str(ending.sunset),
            "x-instead": {"zh": ending.instead.zh, "en": ending.instead.en},
        }
        if _of_schema(ending):
            told["components"]["schemas"][ending.operation.removeprefix("schemas/")]["properties"][ending.part] |= mark
            continue
        operation = by_name[ending.operation]
        operation["responses"].setdefault("410", {"$ref": "#/components/responses/Problem410"})
        if ending.part is None:
            operation.update(mark)
            continue
        (parameter,) = (p for p in operation["parameters"] if (p["in"], p["name"]) == ("query", ending.part))
        parameter.update(mark)


def _of_schema(ending: Ending) -> bool:
    return ending.operation.startswith("schemas/")


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
