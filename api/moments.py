"""何时的视图 As of when a view is asked for: as it stands, not before a position, or as of any moment of the past."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator

from api.context import Context, Reader
from api.problems import problem
from application.asking import NOW, AsOf, check_in_log
from application.ports import UpTo
from domain.dates import FullDate, civil_day
from domain.rule import text
from domain.texts import ValueFault
from infrastructure.bootstrap import Liuhen, today
from infrastructure.projecting.engine import ViewFillingError
from projections.view import Freshness

WAIT_SECONDS = 5.0
LONGEST_WAIT = 30.0
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,5})(?:$|[,;\s])", re.IGNORECASE)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]", re.ASCII)
LAST_POSITION = (1 << 63) - 1
"""The largest position that there can be: the database counts in 64 bits."""
_MOST_AS_OF = 2
"""Views of the past that are made at once: each reads the log from its beginning."""
_making = threading.BoundedSemaphore(_MOST_AS_OF)


def _instant(value: object) -> object:
    if isinstance(value, str) and not _INSTANT.match(value):
        raise ValueFault("应为时刻，如2018-09-19T08:00:00+08:00", "a time is needed, such as 2018-09-19T08:00:00+08:00")
    return value


INSTANT = BeforeValidator(_instant)
"""A moment that begins as one of RFC 3339 does; seconds of the epoch are none."""


@dataclass(frozen=True)
class Moment:
    """As of when a view is asked for."""

    min_position: int
    wait_seconds: float
    as_of: AsOf

    def in_log_of(self, freshness: Freshness) -> None:
        """Raises BadFieldError when the log has not come to the least position: nobody can have been told of it."""
        check_in_log(self.min_position, freshness.log_position, "min_position")

    def said(self) -> tuple[tuple[str, str], ...]:
        """The moment as a request says it, so that what an answer links to is of the same moment."""
        upto, happened = self.as_of.upto, self.as_of.happened
        parts = {
            "as_of_position": upto.position,
            "as_of_recorded": upto.recorded_at.isoformat() if upto.recorded_at else None,
            "as_of_happened": happened,
        }
        return tuple((name, str(part)) for name, part in parts.items() if part is not None)


AS_IT_STANDS = Moment(0, WAIT_SECONDS, NOW)
"""Now, without waiting."""


class ViewBehindError(Exception):
    """The view did not reach the position within the time."""

    def __init__(self, freshness: Freshness, position: int, seconds: float) -> None:
        super().__init__(freshness.view)
        self.freshness = freshness
        self.position = position
        self.seconds = seconds


class TooManyAsOfError(Exception):
    """Too many views of the past are being made."""


def asked_wait(prefer: str | None) -> float | None:
    """Seconds to wait that a Prefer header names (RFC 7240 4.3), or None."""
    asked = _WAIT.search(prefer or "")
    return float(asked[1]) if asked else None


def known_until(context: Context, position: int | None, recorded_at: datetime | None) -> UpTo:
    """What was known at a position or a time. Raises BadFieldError beyond the log: what is known then, nobody knows."""
    if position is not None:
        check_in_log(position, context.liuhen.ledger.position(), "as_of_position")
    return UpTo(position, recorded_at)


def moment(
    context: Reader,
    min_position: Annotated[
        int,
        Query(
            ge=0,
            le=LAST_POSITION,
            description="至少读到此日志位置，至多等5秒或Prefer: wait=秒 wait until it is reached",
        ),
    ] = 0,
    as_of_position: Annotated[
        int | None,
        Query(ge=1, le=LAST_POSITION, description="当时所知：日志位置 as known when the log ended here"),
    ] = None,
    as_of_recorded: Annotated[
        Annotated[datetime, INSTANT] | None, Query(description="当时所知：时刻 as known at a time")
    ] = None,
    as_of_happened: Annotated[
        FullDate | None, Query(description="当日事实：已知此日前发生的 as it was on a day, by what is known")
    ] = None,
    prefer: Annotated[str | None, Header(max_length=200, description="wait=秒 seconds to wait")] = None,
) -> Moment:
    """The moment that a request asks for. Raises BadFieldError."""
    wait = asked_wait(prefer)
    if as_of_recorded is not None and as_of_recorded.tzinfo is None:
        as_of_recorded = as_of_recorded.replace(tzinfo=UTC)
    return Moment(
        min_position,
        WAIT_SECONDS if wait is None else min(LONGEST_WAIT, wait),
        AsOf(known_until(context, as_of_position, as_of_recorded), as_of_happened),
    )


At = Annotated[Moment, Depends(moment)]
Day = Annotated[
    FullDate | None,
    Query(description="按哪一天看；缺省为所看时刻之日，否则今天 day of asking; else that of the moment, else today"),
]


def day_asked(liuhen: Liuhen, as_of: AsOf, on: date | None) -> date:
    """The day by which deadlines, terms and parameters are seen: as asked, or else that of the moment.

    For what was known then it is the day on which the last event known was recorded; for the present it is today.
    """
    if on is not None:
        return on
    if as_of.happened is not None:
        return as_of.happened
    if as_of.upto.recorded_at is not None:
        return civil_day(as_of.upto.recorded_at)
    if as_of.upto.position is not None:
        return civil_day(liuhen.ledger.recorded_at(as_of.upto.position))
    return today()


def _on(context: Reader, at: At, on: Day = None) -> date:
    return day_asked(context.liuhen, at.as_of, on)


On = Annotated[date, Depends(_on)]
"""The day of asking of a read of views."""


@contextmanager
def one_more_as_of() -> Iterator[None]:
    """Make a view of the past, unless too many are being made. Raises TooManyAsOfError."""
    if not _making.acquire(timeout=WAIT_SECONDS):
        raise TooManyAsOfError
    try:
        yield
    finally:
        _making.release()


def install(app: FastAPI) -> None:
    """Answer what a view may say instead of its rows."""

    @app.exception_handler(ViewBehindError)
    def _behind(request: Request, error: ViewBehindError) -> JSONResponse:
        told = text(
            f"等待{error.seconds:g}秒后，视图读到{error.freshness.position}，未到{error.position}",
            f"after {error.seconds:g} s the view stands at {error.freshness.position}, not yet at {error.position}",
        )
        fresh = error.freshness.model_dump(mode="json")
        return problem(request, "view-behind", told, freshness=fresh, headers={"Retry-After": "1"})

    @app.exception_handler(ViewFillingError)
    def _filling(request: Request, error: ViewFillingError) -> JSONResponse:
        fresh = error.freshness.model_dump(mode="json")
        return problem(request, "view-filling", freshness=fresh, headers={"Retry-After": "5"})

    @app.exception_handler(TooManyAsOfError)
    def _many(request: Request, error: TooManyAsOfError) -> JSONResponse:
        del error
        return problem(request, "busy", headers={"Retry-After": "5"})
