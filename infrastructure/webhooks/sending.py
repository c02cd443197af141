"""发送 One signed request to a receiver (Standard Webhooks), and what its answer means."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path

from standardwebhooks import Webhook

from infrastructure.webhooks.targets import TargetError, Targets

PATIENCE = 15.0
"""Seconds that one delivery may take altogether."""
_MOST_READ = 1000
"""Bytes of an answer that are looked at."""
_LATER = frozenset({408, 425, 429})
"""Answers that say nothing about this event."""


class Answer(StrEnum):
    """What became of a delivery."""

    TAKEN = "TAKEN"
    REFUSED = "REFUSED"  # The receiver does not want this event.
    AWAY = "AWAY"  # The receiver cannot be reached, or is not well.
    GONE = "GONE"  # The receiver wants nothing more (410).


@dataclass(frozen=True)
class Delivery:
    """The outcome of a delivery, with what is told of it. What the receiver says is not kept: it may be anything."""

    answer: Answer
    told: str = ""


class _Pinned(http.client.HTTPSConnection):
    """A connection to one of the addresses that were looked at, under the host's name."""

    def __init__(self, host: str, port: int, addresses: Sequence[str], context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=PATIENCE, context=context)
        self._to, self._tls = addresses, context

    def connect(self) -> None:
        """Connect to the first address that answers; the certificate must be the host's."""
        raw = self._line()
        # The handshake comes after it is known here: a receiver that never ends it can be cut.
        secured = self._tls.wrap_socket(raw, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock = secured
        secured.do_handshake()

    def _line(self) -> socket.socket:
        *others, last = self._to
        for address in others:
            with suppress(OSError):
                return socket.create_connection((address, self.port), PATIENCE / len(self._to))
        return socket.create_connection((last, self.port), PATIENCE / len(self._to))


class Sender:
    """Sends to receivers of a site."""

    def __init__(self, targets: Targets, ca_file: Path | None = None) -> None:
        self.targets = targets
        self._tls = _of_the_system() if ca_file is None else ssl.create_default_context(cafile=ca_file)

    def send(self, url: str, identity: str, body: bytes, media_type: str, secrets: Sequence[str]) -> Delivery:
        """Send one event. Redirects are not followed, and no proxy of the environment is used."""
        now = datetime.now(UTC)
        headers = {
            "Content-Type": media_type,
            "User-Agent": "liuhen-webhooks",
            "webhook-id": identity,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(Webhook(secret).sign(identity, now, body.decode()) for secret in secrets),
        }
        try:
            target = self.targets.target(url)
            connection = _Pinned(target.host, target.port, self.targets.addresses(target), self._tls)
        except TargetError as error:
            return Delivery(Answer.AWAY, str(error))
        over = threading.Timer(PATIENCE, _cut, (connection,))
        over.daemon = True
        over.start()
        try:
            connection.request("POST", target.path, body, headers)
            answer = connection.getresponse()
            answer.read(_MOST_READ)
        except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
            # AttributeError and ValueError: the connection was cut while it was being used.
            return Delivery(Answer.AWAY, type(error).__name__)
        finally:
            over.cancel()
            connection.close()
        return _meaning(answer.status)


@cache
def _of_the_system() -> ssl.SSLContext:
    """What the system trusts; to read it takes tens of milliseconds."""
    return ssl.create_default_context()


def _cut(connection: http.client.HTTPSConnection) -> None:
    """End a connection whose other side keeps it busy without getting anywhere."""
    line = connection.sock
    if line is not None:
        try:
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _meaning(status: int) -> Delivery:
    told = f"HTTP {status}"
    if 200 <= status < 300:
        return Delivery(Answer.TAKEN, told)
    if status == 410:
        return Delivery(Answer.GONE, told)
    if 400 <= status < 500 and status not in _LATER:
        return Delivery(Answer.REFUSED, told)
    return Delivery(Answer.AWAY, told)
