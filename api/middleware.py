"""中间件 What every request passes: an id, a trace, a limit to how many are worked on, and a line in the log."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answer_headers import completed
from api.methods import ENDLESS, without_body
from api.problems import REQUEST_ID, TOLD, TRACE_ID, problem
from api.rate_limits import told as left
from api.reads import answered as read_answered
from api.request_limits import beyond, counted
from infrastructure.bootstrap import Liuhen
from infrastructure.telemetry import Parent, RequestSpan, new_trace, parent_of

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_ALWAYS_ANSWERED = ("/livez", "/readyz")
"""Paths that are answered under any load: whoever watches the service must not take load for death."""
_TAKEN = {"coded-body": {"Accept-Encoding": "identity"}}
"""By the problem of a request's head: what would be taken instead (RFC 9110, 12.5.3)."""
_FAULTS = 400
_GONE = 499
"""Logged for a request whose client went away before it had sent all of it."""

_UNTRACED = (*_ALWAYS_ANSWERED, "/metrics")
"""Paths that are asked again and again by who watches the service: spans of them would only hide the others."""

log = structlog.get_logger(__name__)


class Gate:
    """Gives each request an id, refuses what is too much, sets the headers of every answer, and logs the outcome."""

    def __init__(self, app: ASGIApp, policies: Mapping[str, bytes]) -> None:
        """`policies`: what the pages at these paths may load and run."""
        self.app = app
        self._policies = policies
        self._present = 0
        self._log = log.bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        liuhen: Liuhen = scope["app"].state.liuhen
        settings, counts = liuhen.settings, liuhen.counts
        identity, span = _begun(liuhen, scope)
        method: str = scope["method"]
        if method == "HEAD" and scope["path"] not in ENDLESS and method not in _of_routes(scope):
            scope, send = without_body(scope, send)
        started = time.perf_counter()
        status, begun = 500, False

        async def answer(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                begun = True
                status = message["status"]
                read_answered(scope, status)
                message["headers"] = completed(
                    message["headers"],
                    private=scope["path"].startswith("/v1/"),
                    policy=self._policies.get(scope["path"]),
                    tls=settings.tls,
                    more=[(b"x-request-id", identity.encode()), *left(scope)],
                )
            await send(message)

        self._present += 1
        counts.under_way(self._present, liuhen.ledger.waiting)
        try:
            too_much = beyond(scope)
            if too_much is not None:
                # Its body is not read, so that nothing more can be sent on this line.
                headers = {"Connection": "close", **_TAKEN.get(too_much, {})}
                await problem(Request(scope), too_much, headers=headers)(scope, receive, answer)
            elif self._present > settings.most_requests and scope["path"] not in _ALWAYS_ANSWERED:
                await problem(Request(scope), "busy", headers={"Retry-After": "1"})(scope, receive, answer)
            else:
                await self.app(scope, counted(scope, receive), answer)
        except ClientDisconnect:
            status = _GONE
        except Exception as error:
            if begun:
                raise
            # Answered here, so that this answer too has its number and its headers.
            failed = scope["app"].exception_handlers[Exception](Request(scope), error)
            await failed(scope, receive, answer)
        finally:
            self._present -= 1
            counts.under_way(self._present, liuhen.ledger.waiting)
            counts.answered(status)
            if span is not None:
                span.end(
                    status,
                    scope["app"].state.routing.template(scope) if span.wanted else None,
                    scope.get(TOLD) if status >= _FAULTS else None,
                )
            self._log.info(
                "request.answered",
                method=method,
                path=scope["path"],
                status=status,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )


def _begun(liuhen: Liuhen, scope: Scope) -> tuple[str, RequestSpan | None]:
    """The id of a request and its span, if it is traced; whatever it logs has that id and the id of its trace."""
    identity, parent = _named(scope)
    span = None
    if liuhen.tracing is not None and scope["path"] not in _UNTRACED:
        span = liuhen.tracing.request(scope["method"], parent)
        trace = span.trace
    else:
        trace = parent.trace if parent is not None else new_trace()
    # A request that begins a trace and has no id goes by that of the trace.
    identity = identity or (trace if parent is None else new_trace())
    REQUEST_ID.set(identity)
    TRACE_ID.set(trace)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=identity, trace_id=trace)
    return identity, span


def _of_routes(scope: Scope) -> list[str]:
    allowed: list[str] = scope["app"].state.routing.allowed(scope["path"])
    return allowed


def _named(scope: Scope) -> tuple[str, Parent | None]:
    """The id that the client gave its request, if it has the form of one, and the trace that it belongs to."""
    identity, parent, parents = "", None, 0
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            asked = value.decode("latin-1")
            identity = asked if _REQUEST_ID.fullmatch(asked) else ""
        elif name == b"traceparent":
            parent, parents = parent_of(value), parents + 1
    return identity, parent if parents == 1 else None
