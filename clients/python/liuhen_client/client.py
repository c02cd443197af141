"""客户端 How requests are sent: tokens, keys, versions, retries and pages. What there is to ask is in `operations`."""

from __future__ import annotations

import random
import re
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Self
from urllib.parse import parse_qs, quote, urlsplit

import httpx2

from liuhen_client.endings import ending_told
from liuhen_client.errors import ProblemError, RefusedError, UnreachableError, VersionMovedError
from liuhen_client.files import Files
from liuhen_client.receipts import check_receipt

_AGAIN = frozenset({429, 502, 503, 504})
"""Answers after which the same request is sent again: nothing was recorded, or its key tells what was."""
_SUBJECT = re.compile(r"^/v1/(projects|systems|units|evaluators)/[^/?]+")
_EXPIRES_EARLY = 30.0
"""Seconds before its end at which a token is renewed."""


class Client(Files):
    """A client of one service. May be used by several threads.

    Acts carry a key of their own, the same in every attempt, so that none is recorded twice. An act on a history names
    the version that this client saw last (of a read or an act); of a history that it has not seen, any version.
    """

    def __init__(
        self,
        address: str,
        token: str | None = None,
        *,
        client_id: str | None = None,
        client_secret: str | None = None,
        language: str = "zh-CN",
        attempts: int = 6,
        patience: float = 30.0,
        reads_its_writes: bool = True,
        purpose: str | None = None,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`token`, or `client_id` and `client_secret` to get tokens with (RFC 6749, 4.4). `patience`: seconds an answer
        may take. `reads_its_writes`: views are read no older than what this client has recorded. `purpose`: why it
        reads, for the access log.
        """
        self._http = httpx2.Client(
            base_url=address.rstrip("/"), timeout=patience, transport=transport, headers={"Accept-Language": language}
        )
        if purpose:
            self._http.headers["Liuhen-Purpose"] = quote(purpose)
        self._token = token
        self._login = (client_id, client_secret) if client_id and client_secret else None
        self._token_ends = float("inf") if token else 0.0
        self._attempts = attempts
        self._reads_its_writes = reads_its_writes
        self._sleep = sleep
        self._seen: dict[str, str] = {}
        self._warned: set[str] = set()
        self._lock = threading.Lock()
        self._links = _Links()
        self.position = 0
        """Position in the log of the last event that this client has recorded."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        operation: str | None = None,
        query: dict[str, Any],
        headers: dict[str, Any],
        body: Any = None,
        act: bool = False,
        versioned: bool = False,
        key: str | None = None,
        if_match: str | None = None,
    ) -> Any:
        """Send a request, as often as it may take, and give the decoded answer. Warns once of an operation that ends.

        Raises RefusedError, VersionMovedError, ProblemError, UnreachableError.
        """
        sent = {name: str(value) for name, value in headers.items() if value is not None}
        asked = {name: value for name, value in query.items() if value is not None}
        if act:
            key = sent["Idempotency-Key"] = key or str(uuid.uuid4())
        if versioned:
            sent["If-Match"] = if_match or self._seen.get(_subject(path), "*")
        if self._reads_its_writes and "min_position" in query and not _of_the_past(query):
            asked.setdefault("min_position", self.position)
            sent.setdefault("Prefer", "wait=20")
        repeatable = act or method in {"GET", "HEAD", "PUT"}
        response = self._answered(method, path, asked, sent, body, key if act else None, repeatable=repeatable)
        if operation and "deprecation" in response.headers and operation not in self._warned:
            self._warned.add(operation)
            warnings.warn(ending_told(operation, response.headers), DeprecationWarning, stacklevel=3)
        return self._taken(path, response)

    def every(self, operation: Callable[..., Any], *args: Any, page: int = 200, **asked: Any) -> Iterator[Any]:
        """Every row of a list, page by page: `client.every(client.views_register_projects, q="平台")`.

        Follows the links to the next page (RFC 8288): what is recorded meanwhile shifts nothing.
        """
        answer = operation(*args, limit=page, **asked)
        while True:
            following = self._links.next
            yield from answer["items"]
            if following is None:
                return
            address = urlsplit(following)
            query: dict[str, Any] = dict(parse_qs(address.query, keep_blank_values=True))
            answer = self.send("GET", address.path, query=query, headers={})

    def follow(self, after: int = 0, *, wait: int = 20, **asked: Any) -> Iterator[dict[str, Any]]:
        """Every event after a position, and then what comes, without end. Go on from `int(event["sequence"])`."""
        while True:
            query = {"after": after, "limit": 200, **asked}
            page = self.send("GET", "/v1/feed", operation="FeedPull", query=query, headers={"Prefer": f"wait={wait}"})
            yield from page["events"]
            after = page["next"]

    def receipt(self, answer: Any, key: str, *, witnesses: tuple[str, ...] = (), require: int = 0) -> bytes:
        """The proof that the last event of an act's answer is in the signed log, checked against a key of the log.

        Keep it: it stands without this service. Raises ReceiptError; UnreachableError when it is not signed in time.
        """
        event = answer["events"][-1]
        path = f"/v1/log/receipts/{event['position']}"
        proof: bytes = self.send("GET", path, operation="EvidenceReadReceipt", query={}, headers={})
        check_receipt(proof, event, [key], witnesses=list(witnesses), require=require)
        return proof

    def _answered(
        self,
        method: str,
        path: str,
        query: dict[str, Any],
        headers: dict[str, str],
        body: Any,
        key: str | None,
        *,
        repeatable: bool,
    ) -> httpx2.Response:
        content: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        if isinstance(body, dict):
            content["json"] = {name: value for name, value in body.items() if value is not None}
        told = ""
        for attempt in range(self._attempts):
            if attempt:
                self._sleep(self._pause(attempt, told))
            authorized = {**headers, **self._authorization()}
            sending = content if body is not None else {}
            try:
                response = self._http.request(method, path, params=query, headers=authorized, **sending)
            except httpx2.TransportError as error:
                told = type(error).__name__
                if not repeatable:
                    break
                continue
            if response.status_code not in _AGAIN or attempt + 1 == self._attempts:
                return response
            told = response.headers.get("retry-after", "")
        raise UnreachableError(f"{method} {path}: {told}", key)

    def _pause(self, attempt: int, told: str) -> float:
        """Seconds before the next attempt: what the service asked for, else ever longer; never all at the same time."""
        asked = float(told) if told.isdecimal() else 0.0
        longest: float = max(asked, 0.1 * 2.0**attempt)
        return longest * (0.5 + random.random())  # noqa: S311 (no secret)

    def _taken(self, path: str, response: httpx2.Response) -> Any:
        """The decoded answer, after taking note of versions and positions in it."""
        self._links.next = response.links.get("next", {}).get("url")
        subject, tag = _subject(path), response.headers.get("etag")
        # What is read below a history (its papers, its story) has tags of its own, which name no version.
        if subject and tag and response.status_code != 412 and (response.request.method != "GET" or path == subject):
            self._seen[subject] = tag
        decoded: Any = response.content
        if "json" in response.headers.get("content-type", ""):
            decoded = response.json()
        if response.status_code >= 400:
            raise _problem(response.status_code, decoded if isinstance(decoded, dict) else {})
        events = decoded.get("events") if isinstance(decoded, dict) else None
        if response.status_code == 201:
            last = response.headers.get("liuhen-position") or (events[-1]["position"] if events else 0)
            self.position = max(self.position, int(last))
        return decoded if response.status_code != 204 else None

    def _authorization(self) -> dict[str, str]:
        if self._login is not None:
            with self._lock:
                if time.monotonic() > self._token_ends - _EXPIRES_EARLY or self._token is None:
                    self._renew(*self._login)
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def _renew(self, identity: str, secret: str) -> None:
        answer = self._http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(identity, secret))
        told = answer.json()
        if answer.status_code != 200:
            raise ProblemError(answer.status_code, {"title": told.get("error", ""), "detail": "client credentials"})
        self._token = told["access_token"]
        self._token_ends = time.monotonic() + float(told["expires_in"])


class _Links(threading.local):
    """Where the last answer of a thread led."""

    next: str | None = None


def _subject(path: str) -> str:
    """The history that a path names, or nothing."""
    found = _SUBJECT.match(path)
    return found[0] if found else ""


def _of_the_past(query: dict[str, Any]) -> bool:
    return any(query.get(name) is not None for name in ("as_of_position", "as_of_recorded", "as_of_happened"))


def _problem(status: int, body: dict[str, Any]) -> ProblemError:
    kind = str(body.get("type", "")).rsplit("/", 1)[-1]
    if kind == "gate-refused":
        return RefusedError(status, body)
    return VersionMovedError(status, body) if status == 412 else ProblemError(status, body)
