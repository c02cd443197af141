"""订阅 A subscription to the log, under the library's contract: all events once, in order, and no stall.

It reads by position. A save of this process wakes it at once; it looks by itself every second, so events of other
processes come, too, and a wake-up that is lost costs a second.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

import psycopg
import structlog
from eventsourcing.persistence import Subscription

if TYPE_CHECKING:
    from infrastructure.store.mapper import LoggedEvent
    from infrastructure.store.recorder import LedgerRecorder

POLL_SECONDS = 1.0
"""Longest time between two looks at the log."""
PAGE = 500
"""Events read at a time."""

log = structlog.get_logger(__name__)


class LedgerSubscription(Subscription["LedgerRecorder"]):
    """Iterates over the events of a log, and waits for more at its end until it is stopped.

    It has no thread of its own: whoever iterates reads. A database that cannot be reached is asked again.
    """

    def __init__(self, recorder: LedgerRecorder, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        super().__init__(recorder, gt, topics)
        self._events: deque[LoggedEvent] = deque()
        self._woken = threading.Event()
        recorder.wakes(self.wake)

    def wake(self) -> None:
        """Look at the log now. May be called by any thread."""
        self._woken.set()

    def stop(self) -> None:
        """End the iteration, also one that waits in another thread."""
        super().stop()
        self._recorder.wakes_not(self.wake)
        self._woken.set()

    def __iter__(self) -> Self:
        """The subscription itself."""
        return self

    def __next__(self) -> LoggedEvent:
        """The next event. Waits for it; raises StopIteration once the subscription is stopped."""
        while not self._has_been_stopped:
            if not self._events:
                self._woken.clear()  # before reading, so that a save after it wakes again
                self._events.extend(self._page())
            if self._events:
                return self._events.popleft()
            if not self._has_been_stopped:
                self._woken.wait(POLL_SECONDS)
        raise StopIteration

    def _page(self) -> Sequence[LoggedEvent]:
        """What comes next, as far as it is there. Nothing while the database cannot be reached."""
        after = self._last_notification_id or 0
        try:
            # Events that are not asked for are passed, too: they are not read again and again.
            end = (self._recorder.max_notification_id() or 0) if self._topics else None
            page = self._recorder.select_notifications(after, PAGE, end, self._topics, inclusive_of_start=False)
        except psycopg.OperationalError as error:
            if self._recorder.pool.closed:
                raise
            log.warning("store.subscription_waits", after=after, error=type(error).__name__)
            return []
        if page:
            self._last_notification_id = page[-1].id
        if end is not None and len(page) < PAGE:
            self._last_notification_id = max(after, end)
        return page
