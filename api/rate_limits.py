"""频率上限 How many requests an account may send, so that one that sends too many does not keep the others waiting.

Each account may send a minute's worth at once, and then as many as trickle in (the generic cell rate algorithm): one
number per account is kept, and there is no seam between two windows at which twice as many would pass. Counted in each
process by itself: with several workers an account may send as many to each. A batch counts by its rows.

The answer tells by `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers) what is left.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass

from fastapi import Request

from api.problems import TooManyRequestsError

WINDOW = 60
"""Seconds in which an account may send as many requests as the setting says."""
ROWS_OF_A_REQUEST = 10
"""So many rows of a batch count as one request."""
_MOST_ACCOUNTS = 10_000
_KEPT = "liuhen.rate"


@dataclass(frozen=True)
class Left:
    """What an account has left: requests at once, and seconds until it has all of them again."""

    most: int
    remaining: int
    seconds: float


class Rates:
    """When each account will have all its requests again."""

    def __init__(self) -> None:
        self._whole_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def spend(self, account: str, most: int, now: float, cost: int = 1, *, owed: bool = False) -> Left:
        """Count requests of an account; with `owed`, even if it has none left. Raises TooManyRequestsError."""
        with self._lock:  # acts are counted on the loop, reads in threads
            return self._spend(account, most, now, cost, owed=owed)

    def nothing(self, account: str, most: int, now: float) -> Left:
        """What an account has left that was told to wait."""
        return Left(most, 0, max(0.0, self._whole_at.get(account, 0.0) - now))

    def _spend(self, account: str, most: int, now: float, cost: int, *, owed: bool) -> Left:
        each = WINDOW / most
        begin = max(self._whole_at.get(account, 0.0), now)
        whole_at = begin + cost * each
        wait = whole_at - now - WINDOW
        if wait > 1e-9 and not owed:
            raise TooManyRequestsError(wait)
        if len(self._whole_at) >= _MOST_ACCOUNTS:
            self._whole_at = {name: at for name, at in self._whole_at.items() if at > now}
        self._whole_at[account] = whole_at
        used = whole_at - now
        return Left(most, max(0, math.floor((WINDOW - used) / each + 1e-9)), used)


def spend(request: Request, account: str, rows: int = 0) -> None:
    """Count a request, once however many ways it goes, or the rows that it holds. Raises TooManyRequestsError."""
    most = request.app.state.liuhen.settings.rate_limit
    if not most or (not rows and _KEPT in request.scope):
        return
    rates: Rates = request.app.state.rates
    cost, now = max(1, rows // ROWS_OF_A_REQUEST), time.monotonic()
    try:
        request.scope[_KEPT] = rates.spend(account, most, now, cost, owed=rows > 0)
    except TooManyRequestsError:
        request.scope[_KEPT] = rates.nothing(account, most, now)
        raise


def told(scope: object) -> list[tuple[bytes, bytes]]:
    """The headers that say what is left, when the request was counted."""
    left = scope.get(_KEPT) if isinstance(scope, dict) else None
    if not isinstance(left, Left):
        return []
    policy = f'"account";q={left.most};w={WINDOW}'
    limit = f'"account";r={left.remaining};t={math.ceil(left.seconds)}'
    return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", limit.encode())]
