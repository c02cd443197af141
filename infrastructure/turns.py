"""先后 Acts on a stream that keeps moving wait for one another, in the order in which they come.

Decided at once, all but one of them would have been decided in vain: a hundred filings would be decided five thousand
times. Of this process alone: between processes the guards of the save decide, which hold in any case.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Collection, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from application.ports import StoreBusyError
from domain.streams import StreamKey
from infrastructure import awaiting

SECONDS = 20.0
"""How long an act waits for its turn at most."""


class Turns:
    """Whose turn it is on which stream. For threads and for plain code that runs on an event loop alike."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._waiting: dict[StreamKey, deque[Future[None]]] = {}
        """Those who wait, by stream; where somebody's turn is, there is an entry."""

    def wanted(self, streams: Collection[StreamKey]) -> bool:
        """Is it somebody's turn on one of the streams?"""
        with self._lock:
            return not self._waiting.keys().isdisjoint(streams)

    @contextmanager
    def on(self, streams: Collection[StreamKey]) -> Iterator[bool]:
        """Have the turn on all of the streams while the block runs. Gives whether somebody had it before.

        Raises StoreBusyError when it does not come in time.
        """
        until = time.monotonic() + self._seconds
        mine: list[StreamKey] = []
        waited = False
        try:
            for stream in sorted(streams):  # all take them in one order, so that no two wait for each other
                waited |= self._take(stream, until)
                mine.append(stream)
            yield waited
        finally:
            for stream in mine:
                self._pass_on(stream)

    def _take(self, stream: StreamKey, until: float) -> bool:
        with self._lock:
            waiting = self._waiting.get(stream)
            if waiting is None:
                self._waiting[stream] = deque()
                return False
            turn: Future[None] = Future()
            waiting.append(turn)
        try:
            _wait(turn, until - time.monotonic())
        except BaseException as error:
            with self._lock:
                came = turn not in waiting
                if not came:
                    waiting.remove(turn)
            if came:
                self._pass_on(stream)
            if isinstance(error, TimeoutError):
                raise StoreBusyError from error
            raise
        return True

    def _pass_on(self, stream: StreamKey) -> None:
        with self._lock:
            waiting = self._waiting[stream]
            following = waiting.popleft() if waiting else None
            if following is None:
                del self._waiting[stream]
        if following is not None:
            following.set_result(None)


def _wait(turn: Future[None], seconds: float) -> None:
    """Raises TimeoutError."""
    if awaiting.in_loop():
        # Shielded: who goes away meanwhile must not cancel what is about to be told.
        awaiting.wait_for(asyncio.wait_for(asyncio.shield(asyncio.wrap_future(turn)), seconds))
    else:
        turn.result(seconds)
