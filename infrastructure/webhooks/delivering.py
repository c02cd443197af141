"""送达 Brings every receiver what it asked for, event by event, in the order of the log.

The log is the outbox: a receiver's place in it is all that has to be kept, and nothing is lost with a process. One
process sends, by a lock that ends with its connection. A receiver that is away is tried ever more slowly, and paused
after three days; an event that it refuses is set aside after a few tries, so that the rest goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import psycopg
import structlog

from infrastructure.issuer import Holder
from infrastructure.webhooks.endpoints import Endpoint, Endpoints
from infrastructure.webhooks.sending import Answer, Delivery, Sender

EVERY_SECONDS = 1.0
"""Longest time between two looks at the log."""
MEDIA_TYPE = "application/cloudevents+json"
AT_ONCE = 8
"""Receivers that are sent to at the same time: a slow one holds up few."""
PAGE = 50
"""Positions that a receiver is brought before it is another one's turn."""
REFUSED_TRIES = 5
"""Tries of an event that its receiver refuses."""
GIVES_UP_AFTER = timedelta(days=3)
"""A receiver that has been away for so long is paused."""
_WAITS = (1, 5, 30, 120, 600, 1800, 3600)
"""Seconds before the next try; the last one again and again."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Message:
    """An event as it is sent."""

    position: int
    identity: str
    body: bytes


@dataclass(frozen=True)
class Messages:
    """What a receiver is to be brought next."""

    messages: Sequence[Message]
    next: int
    """Position up to which these are all."""


Compose = Callable[[Holder, int, int, Endpoint], Messages]
"""The events after a position, at so many positions at most, as a holder may see them and the receiver asked for."""


def wait_before(tries: int) -> timedelta:
    """How long to wait after so many tries that failed."""
    return timedelta(seconds=_WAITS[min(tries, len(_WAITS) - 1)])


class Deliverer:
    """Delivers to all receivers of a log while it runs, if no other process does."""

    def __init__(self, conninfo: str, log_id: int, endpoints: Endpoints, sender: Sender) -> None:
        self._conninfo = conninfo
        self._log_id = log_id
        self.endpoints = endpoints
        self.sender = sender
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, compose: Compose) -> None:
        """Deliver until `stop`."""
        self._thread = threading.Thread(target=self._run, args=(compose,), name="webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; a delivery that is on its way is waited for."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def wake(self) -> None:
        """Look now. May be called by any thread."""
        self._woken.set()

    def deliver_due(self, compose: Compose) -> None:
        """Bring each receiver that is due one page."""
        due = self.endpoints.due()
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as threads:
            for endpoint, failure in zip(due, threads.map(lambda e: self._tried(e, compose), due), strict=True):
                if failure is not None:
                    log.error("webhook.failed", webhook=str(endpoint.id), error=failure)

    def deliver(self, endpoint: Endpoint, compose: Compose) -> bool:
        """Bring a receiver a page. True when there may be more."""
        page = compose(endpoint.shown_to, endpoint.position, PAGE, endpoint)
        done, delivered = endpoint.position, 0
        for message in page.messages:
            if self._stopping.is_set():
                break
            sent = self.send(endpoint, message)
            if sent.answer is not Answer.TAKEN:
                if delivered:
                    self.endpoints.passed(endpoint.id, endpoint.position, done, delivered)
                    endpoint = replace(endpoint, position=done, tries=0, failing_since=None)
                self._not_taken(endpoint, message, sent)
                return False
            done, delivered = message.position, delivered + 1
        else:
            done = page.next
        if done > endpoint.position:
            self.endpoints.passed(endpoint.id, endpoint.position, done, delivered)
        return done > endpoint.position

    def send(self, endpoint: Endpoint, message: Message) -> Delivery:
        """Send a receiver one event. Raises SealingError."""
        secrets = self.endpoints.secrets(endpoint, datetime.now(UTC))
        return self.sender.send(endpoint.url, message.identity, message.body, MEDIA_TYPE, secrets)

    def _not_taken(self, endpoint: Endpoint, message: Message, sent: Delivery) -> None:
        now = datetime.now(UTC)
        if sent.answer is Answer.GONE:
            self.endpoints.pause(
                endpoint.id, "接收方答复410，不再接收 the receiver answered 410: it wants nothing more"
            )
        elif sent.answer is Answer.REFUSED and endpoint.tries + 1 >= REFUSED_TRIES:
            self.endpoints.set_aside(endpoint, message.position, sent.told)
            log.warning("webhook.set_aside", webhook=str(endpoint.id), position=message.position, told=sent.told)
        elif endpoint.failing_since is not None and now - endpoint.failing_since > GIVES_UP_AFTER:
            self.endpoints.pause(endpoint.id, f"三天不能送达 not reached for three days: {sent.told}")
            log.warning("webhook.paused", webhook=str(endpoint.id), told=sent.told)
        else:
            self.endpoints.failed(endpoint.id, endpoint.position, sent.told, wait_before(endpoint.tries))

    def _tried(self, endpoint: Endpoint, compose: Compose) -> str | None:
        """Bring a receiver a page; what fails here is of ours, and must not end the others' deliveries."""
        try:
            if self.deliver(endpoint, compose):
                self._woken.set()
        except Exception as error:  # noqa: BLE001 (told, and tried again later)
            told = type(error).__name__
            self.endpoints.failed(endpoint.id, endpoint.position, told, wait_before(endpoint.tries))
            return told
        return None

    def _run(self, compose: Compose) -> None:
        while not self._stopping.is_set():
            try:
                # A connection of its own: the lock lasts as long as it does, and another process takes over then.
                with psycopg.connect(self._conninfo, autocommit=True) as conn:
                    self._run_on(conn, compose)
            except psycopg.Error as error:
                log.warning("webhooks.wait", error=type(error).__name__)
                self._stopping.wait(EVERY_SECONDS)

    def _run_on(self, conn: psycopg.Connection[tuple[bool]], compose: Compose) -> None:
        holding = False
        while not self._stopping.is_set():
            self._woken.clear()
            if holding:
                conn.execute("SELECT 1")  # fails when the connection is gone, and with it the lock
                self.deliver_due(compose)
            else:
                key = f"liuhen.webhooks/{self._log_id}"
                row = conn.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (key,)).fetchone()
                if holding := row == (True,):
                    continue
            self._woken.wait(EVERY_SECONDS)
