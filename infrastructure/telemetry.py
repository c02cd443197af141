"""遥测 Spans of what is done, for who watches the service by OpenTelemetry: requests, acts, saves and commits.

Off unless LIUHEN_TELEMETRY says where they are sent; only then the SDK is imported (the extra `telemetry`). Spans hold
kinds, places in the log, counts and durations: nothing of what is recorded, no path, query, header or message of an
error, since any of them may hold personal data.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from uuid import uuid4

from opentelemetry import context as contexts
from opentelemetry import trace

from infrastructure.settings import Settings
from infrastructure.store.batch_writer import Result, Save, Saved

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

T = TypeVar("T")

SCOPE = "liuhen"
_PATIENCE = 5
"""Seconds that the receiver has to answer, and that whatever is left may take at the end."""
_SIGNALS_PATH = "/v1/traces"
_TRACEPARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[^\s]*)?")
_NUMBERS = random.Random()  # noqa: S311 (names of traces are no secrets)
"""Seeded by the system once per process: asking it for each request costs more than all else that names one."""


class TelemetryError(Exception):
    """Telemetry is asked for, and the extra for it is not installed."""


class Parent(NamedTuple):
    """Where a request comes from, by its header traceparent (W3C Trace Context)."""

    trace: str
    span: str
    flags: int


def parent_of(header: bytes) -> Parent | None:
    """What a header traceparent says; None when it has not the form (W3C Trace Context 3.2)."""
    found = _TRACEPARENT.fullmatch(header)
    if found is None:
        return None
    edition, trace_id, span_id, flags, more = found.groups()
    if edition == b"ff" or (edition == b"00" and more) or not (int(trace_id, 16) and int(span_id, 16)):
        return None
    return Parent(trace_id.decode(), span_id.decode(), int(flags, 16))


def new_trace() -> str:
    """The id of a trace that begins here."""
    return f"{_NUMBERS.getrandbits(128) or 1:032x}"


class Tracing:
    """Makes the spans of one process."""

    def __init__(self, provider: TracerProvider) -> None:
        """`provider`: of the SDK, with whatever takes its spans."""
        self._provider = provider
        self._tracer = provider.get_tracer(SCOPE, version("liuhen"))

    def request(self, method: str, parent: Parent | None) -> RequestSpan:
        """Begin the span of a request; what is done in it hangs below. End it in the same task."""
        return RequestSpan(self._tracer, method, parent)

    def act(self, kind: str, run: Callable[[], T], told: Callable[[T], dict[str, Any]]) -> T:
        """Run an act. `told`: what is said of what came of it. Raises what it raises, and tells its kind."""
        with self._span(f"act {kind}", {"liuhen.act": kind}) as span:
            result = run()
            span.set_attributes(told(result))
            return result

    def save(self, save: Save, send: Callable[[Save], Saved]) -> Saved:
        """Send a save, and wait for its commit. Raises what that raises."""
        with self._span("ledger.save", {"liuhen.events": len(save.events)}) as span:
            saved = send(replace(save, cause=span.get_span_context()))
            span.set_attributes({"liuhen.position": saved.last_position, "liuhen.repeated": saved.repeated})
            return saved

    def committed(self, saves: Sequence[Save], results: Sequence[Result], at: int, seconds: float) -> None:
        """Saves went to the database together: a span below the first that is traced, with links to the others."""
        causes = [save.cause for save in saves if save.cause is not None and save.cause.trace_flags.sampled]
        if not causes:
            return
        saved = [result for result in results if isinstance(result, Saved)]
        span = self._tracer.start_span(
            "ledger.commit",
            trace.set_span_in_context(trace.NonRecordingSpan(causes[0]), contexts.Context()),
            trace.SpanKind.CLIENT,
            {"db.system.name": "postgresql", "liuhen.saves": len(saves), "liuhen.saved": len(saved)},
            [trace.Link(cause) for cause in causes[1:]],
            start_time=at,
        )
        span.end(at + int(seconds * 1e9))

    def close(self) -> None:
        """Send what is left, as far as the receiver takes it soon."""
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)  # by itself it may take half a minute
        ending.start()
        ending.join(_PATIENCE)

    @contextmanager
    def _span(self, name: str, attributes: dict[str, Any]) -> Iterator[trace.Span]:
        span = self._tracer.start_span(name, attributes=attributes)
        token = contexts.attach(trace.set_span_in_context(span))
        try:
            yield span
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)
            raise
        finally:
            contexts.detach(token)
            span.end()


class RequestSpan:
    """The span of a request that is being answered."""

    def __init__(self, tracer: trace.Tracer, method: str, parent: Parent | None) -> None:
        above = contexts.Context()
        if parent is not None:
            told = trace.SpanContext(
                int(parent.trace, 16), int(parent.span, 16), is_remote=True, trace_flags=trace.TraceFlags(parent.flags)
            )
            above = trace.set_span_in_context(trace.NonRecordingSpan(told), above)
        self._method = method
        self._span = tracer.start_span(method, above, trace.SpanKind.SERVER, {"http.request.method": method})
        self._token = contexts.attach(trace.set_span_in_context(self._span))

    @property
    def trace(self) -> str:
        """The id of its trace."""
        return f"{self._span.get_span_context().trace_id:032x}"

    @property
    def wanted(self) -> bool:
        """Is it among those that are sent?"""
        return self._span.is_recording()

    def end(self, status: int, route: str | None, problem: str | None) -> None:
        """It is answered. `route`: the template of its path; `problem`: the type of the problem that it is told."""
        contexts.detach(self._token)
        if route is not None:
            self._span.update_name(f"{self._method} {route}")
            self._span.set_attribute("http.route", route)
        if problem is not None:
            self._span.set_attribute("liuhen.problem", problem)
        self._span.set_attribute("http.response.status_code", status)
        if status >= 500:
            self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()


def tracing_of(settings: Settings) -> Tracing | None:
    """What the settings ask for; None when it is nothing. Raises TelemetryError."""
    if settings.telemetry is None:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased  # noqa: PLC0415
    except ImportError as error:
        raise TelemetryError(
            "LIUHEN_TELEMETRY需要附加组件：pip install 'liuhen[telemetry]' / LIUHEN_TELEMETRY needs that extra"
        ) from error
    itself = {
        "service.name": "liuhen",
        "service.version": version("liuhen"),
        "service.instance.id": str(uuid4()),
        "liuhen.log": str(settings.division),
    }
    sampler = ParentBased(TraceIdRatioBased(settings.telemetry_share))
    provider = TracerProvider(sampler, Resource.create(itself), shutdown_on_exit=False)
    address = settings.telemetry.rstrip("/") + _SIGNALS_PATH
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address, timeout=_PATIENCE)))
    return Tracing(provider)
