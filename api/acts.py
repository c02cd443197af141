"""办理接口 How every act is posted: one body, one answer, a dry run, and the refusal as a problem.

Annotations are evaluated here on purpose (no postponed evaluation): each route's body type is made on the spot.
"""

import inspect
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from typing import Annotated, Any, Generic, TypeVar, cast
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field, TypeAdapter

from api.authority import STEP_ROLES
from api.context import Context, acting, actor_for
from api.lists import only_once
from api.preferences import MINIMAL, Prefer, applied, wants_minimal
from api.problems import Problem, problem, request_id
from api.quick_acts import LONGEST_KEY, QuickAct, Sent
from api.strict_bodies import AsSent, AsSentRoute, body_of
from api.versions import ANY, IfMatch, tag, versions_in
from application.act import Act
from application.desk import Outcome, check_scope
from application.ports import Desk
from application.scope import Scope
from domain.command import Command
from domain.dates import CivilDate
from domain.event import Value, as_json
from domain.personal import persons_of
from domain.recorded import Actor, Authority, Evidence, Role
from domain.rule import Effect, Judgement, text
from domain.steps.filing import ProjectFiled
from domain.streams import StreamAt, StreamKind, evaluator_id, event_id, unit_id
from domain.texts import ValueFault
from infrastructure.tlog.suite import Suite

CommandT = TypeVar("CommandT", bound=Command)
SubjectT = TypeVar("SubjectT", UUID, str)


class Submission(Value, Generic[CommandT]):
    """办理请求 An act to be recorded, with its circumstances. The actor is the holder of the token."""

    happened_on: CivilDate = Field(description="发生日期, as the paper says; exact to the day for a decision")
    authority: Authority | None = Field(default=None, description="依据 on whose authority")
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=100, description="材料摘要 papers, by digest")
    acting_as: Role | None = Field(
        default=None, description="以何种身份办理 capacity to act in, when the token holds several that may"
    )
    act: CommandT = Field(description="办理内容")


class Row(Submission[CommandT], Generic[CommandT]):
    """一行 An act as a row of a batch: with where it is posted by itself, its key, and what was seen."""

    path: Any
    idempotency_key: Any
    if_match: Any = None


class EventReceipt(Value):
    """回执 Where an event stands in the record."""

    id: UUID = Field(description="事件标识，处处相同 identity of the event, the same everywhere")
    position: int
    stream: str
    stream_id: UUID
    version: int
    topic: str
    recorded_at: datetime
    digest: str | None = Field(
        default=None,
        description="确切存储字节的摘要，日志条目中的正是它 of the exact stored bytes, as in the log's entry (hex)",
    )


class Receipt(Value):
    """回执 What was recorded, or for a dry run what would be."""

    outcome: str = Field(description="recorded, refused, would_record or would_refuse")
    subject: UUID = Field(description="标识 of the project, system or unit")
    number: str | None = Field(default=None, description="备案号, when one was allotted")
    events: tuple[EventReceipt, ...] = ()
    persons: tuple[UUID, ...] = Field(default=(), description="人员标识 pseudonyms of the persons that were named")
    judgement: Judgement | None = Field(default=None, description="关口判断 with all findings, for a decision")


_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "缺少幂等键 without an idempotency key"},
    401: {"model": Problem, "description": "未提供有效令牌 no valid token"},
    403: {"model": Problem, "description": "无权办理 the roles do not allow it"},
    404: {"model": Problem, "description": "没有此记录 nothing under that identity"},
    409: {
        "model": Problem,
        "description": "依规则不予办理（已留痕），或当前状态不能办理 refused (and recorded), or not now",
    },
    415: {"model": Problem, "description": "不是JSON not JSON"},
    422: {"model": Problem, "description": "请求内容有误 the request is not acceptable"},
    429: {"model": Problem, "description": "请求过于频繁 too many requests"},
    503: {
        "model": Problem,
        "description": "繁忙，未记录；或结果未知，请以同一幂等键重发 busy; or unknown: repeat with its key",
    },
}
_VERSION_PROBLEMS: dict[int | str, dict[str, Any]] = {
    412: {"model": Problem, "description": "已有新的记录，附现版本 it has moved on; the version of now is told"},
    428: {"model": Problem, "description": "未说明所见版本 without the version that was seen"},
}

DryRun = Annotated[bool, Query(description="只判断、不记录 judge only, record nothing")]
Key = Annotated[
    str,
    Header(alias="Idempotency-Key", min_length=1, max_length=LONGEST_KEY, description="幂等键：重发同一请求不重复记录"),
]
Posted = tuple[Context, Actor]

POSITION = "Liuhen-Position"
"""Header of an answer without a body: where the act stands in the log, for reads with min_position."""

ROLES = "x-roles"
"""Where the API document says which roles may record an act, in the order in which one is chosen."""

Identity = Annotated[UUID, Path(description="标识 identity")]
UnitCode = Annotated[str, Path(alias="uscc", description="统一社会信用代码", max_length=40)]


def stream_named(path: str, subject: Any) -> tuple[StreamKind, UUID] | None:
    """The history that a path names, as /projects/{subject}/approval does; None when it names none."""
    stream = _STREAMS.get(path.split("/", 2)[1]) if subject is not None else None
    return None if stream is None else (stream[0], stream[1](subject))


def _itself(subject: UUID) -> UUID:
    return subject


_STREAMS: dict[str, tuple[StreamKind, Callable[[Any], UUID]]] = {
    "projects": (StreamKind.PROJECT, _itself),
    "systems": (StreamKind.SYSTEM, _itself),
    "units": (StreamKind.UNIT, unit_id),
    "evaluators": (StreamKind.EVALUATOR, evaluator_id),
}
"""What the acts of a collection are on. Those on a person are on the county's history, not named by their path."""


def receipt_of(outcome: Outcome, suite: Suite | None, *, dry_run: bool = False) -> Receipt:
    """What came of an act. `suite`: whose hash the log's entries have."""
    return Receipt.made_of(
        outcome=("would_" if dry_run else "")
        + (("refuse" if dry_run else "refused") if outcome.refused else ("record" if dry_run else "recorded")),
        subject=outcome.subject,
        number=None if dry_run else next((e.number for e in outcome.events if isinstance(e, ProjectFiled)), None),
        events=tuple(
            EventReceipt.made_of(
                id=event_id(r.stream.id, r.stream.version),
                position=r.position,
                stream=r.stream.kind,
                stream_id=r.stream.id,
                version=r.stream.version,
                topic=r.event.TOPIC,
                recorded_at=r.recorded_at,
                digest=None if suite is None or r.stored is None else suite.digest(r.stored).hex(),
            )
            for r in outcome.recorded
        ),
        persons=() if dry_run else tuple(dict.fromkeys(p for e in outcome.events for p in persons_of(e))),
        judgement=outcome.judgement,
    )


def answer(
    request: Request, outcome: Outcome, *, dry_run: bool, subject: UUID | None = None, prefer: str = ""
) -> Response:
    """The answer to an act: 201 recorded, 200 dry run, 409 refused (with the receipt of the recorded refusal).

    `subject`: the stream that the path names; without one, the act's outcome names it. Its version is the ETag.
    """
    stream = subject or outcome.subject
    version = max((r.stream.version for r in outcome.recorded if r.stream.id == stream), default=0)
    headers = {"ETag": tag(version)} if version else {}
    if prefer and not dry_run and not outcome.refused and wants_minimal(prefer):
        last = outcome.recorded[-1].position
        return Response(status_code=201, headers={**headers, **applied(MINIMAL), POSITION: str(last)})
    receipt = receipt_of(outcome, request.app.state.liuhen.suite, dry_run=dry_run)
    if outcome.refused and not dry_run and receipt.judgement is not None:
        blocking = [f for f in receipt.judgement.findings if f.effect is Effect.BLOCKS]
        rules = "、".join(receipt.judgement.blocking())
        told = text(
            f"未满足：{rules}。被拒已留痕，补齐后可再次办理", f"Not satisfied: {rules}. The refusal is recorded."
        )
        told_of_it = receipt.model_dump(mode="json")
        return problem(request, "gate-refused", told, findings=blocking, receipt=told_of_it, headers=headers)
    return Response(as_json(receipt), 200 if dry_run else 201, headers, media_type="application/json")


def act_of(
    submission: Submission[Any],
    actor: Actor,
    key: str,
    stream: tuple[StreamKind, UUID] | None,
    versions: tuple[int, ...],
    *,
    dry_run: bool,
    scope: Scope | None = None,
) -> Act:
    """The circumstances of a posted act on a stream that the client saw at one of these versions.

    `scope`: how far the actor reaches; None for everything.
    """
    seen = tuple(StreamAt.made_of(kind=stream[0], id=stream[1], version=v) for v in versions) if stream else ()
    return Act(
        actor=actor,
        happened_on=submission.happened_on,
        authority=submission.authority,
        evidence=submission.evidence,
        key=key,
        correlation=request_id() or None,
        dry_run=dry_run,
        scope=scope,
        seen=seen,
    )


def post_new(
    router: APIRouter,
    path: str,
    step: str,
    command: type[CommandT],
    use_case: Callable[[Desk, CommandT, Act], Outcome],
    summary: str,
) -> None:
    """A route for an act that begins a history."""

    def on_new(desk: Desk, subject: None, command: CommandT, act: Act) -> Outcome:
        del subject
        return use_case(desk, command, act)

    body: TypeAdapter[Any] = TypeAdapter(Submission[command])  # type: ignore[valid-type]

    def endpoint(
        request: Request,
        submission: Annotated[Submission[command], Body(), AsSent()],  # type: ignore[valid-type]
        posted: Annotated[Posted, Depends(acting(step))],
        idempotency_key: Key,
        prefer: Prefer = "",
        dry_run: DryRun = False,
    ) -> Response:
        _check_query(request)
        sent = Sent(body_of(request, cast("bytes", submission), body), idempotency_key, (), prefer)
        return _record(request, posted[0], step, on_new, path, None, sent, dry_run=dry_run)

    _add(router, path, step, endpoint, body, command, on_new, None, summary)


def post_to(
    router: APIRouter,
    path: str,
    step: str,
    command: type[CommandT],
    use_case: Callable[[Desk, SubjectT, CommandT, Act], Outcome],
    summary: str,
    subject_type: Any = Identity,
) -> None:
    """A route for an act on a project or system (`Identity`) or on a unit (`UnitCode`), named in the path."""
    body: TypeAdapter[Any] = TypeAdapter(Submission[command])  # type: ignore[valid-type]

    def endpoint(
        request: Request,
        subject: subject_type,
        submission: Annotated[Submission[command], Body(), AsSent()],  # type: ignore[valid-type]
        posted: Annotated[Posted, Depends(acting(step))],
        idempotency_key: Key,
        if_match: IfMatch,
        prefer: Prefer = "",
        dry_run: DryRun = False,
    ) -> Response:
        _check_query(request)
        seen = versions_in(if_match) or ()
        sent = Sent(body_of(request, cast("bytes", submission), body), idempotency_key, seen, prefer)
        return _record(request, posted[0], step, use_case, path, subject, sent, dry_run=dry_run)

    def endpoint_of_no_history(
        request: Request,
        subject: subject_type,
        submission: Annotated[Submission[command], Body(), AsSent()],  # type: ignore[valid-type]
        posted: Annotated[Posted, Depends(acting(step))],
        idempotency_key: Key,
        prefer: Prefer = "",
        dry_run: DryRun = False,
    ) -> Response:
        return endpoint(request, subject, submission, posted, idempotency_key, ANY, prefer, dry_run)

    chosen = endpoint if _names_history(path) else endpoint_of_no_history
    _add(router, path, step, chosen, body, command, use_case, TypeAdapter(subject_type), summary)


def _names_history(path: str) -> bool:
    return path.split("/", 2)[1] in _STREAMS


def _check_query(request: Request) -> None:
    """Raises RequestValidationError: a dry run that is misspelt would be recorded."""
    only_once(request)
    unknown = [name for name in request.query_params if name != "dry_run"]
    if unknown:
        told = ValueFault("没有此参数，只有dry_run", "there is no such parameter, only dry_run")
        raise RequestValidationError(
            [{"type": "value_error", "loc": ("query", n), "msg": str(told), "ctx": {"error": told}} for n in unknown]
        )


def _record(
    request: Request,
    context: Context,
    step: str,
    use_case: Callable[[Desk, Any, Any, Act], Outcome],
    path: str,
    subject: Any,
    sent: Sent,
    *,
    dry_run: bool,
) -> Response:
    """Record the act and answer. Raises NotAllowedError and what the use case raises."""
    stream = stream_named(path, subject)
    run = _prepared(context, step, use_case, stream, subject, sent, dry_run=dry_run)
    desk, tracing = context.liuhen.desk, context.liuhen.tracing
    if tracing is None:
        outcome = run(desk)
    else:
        outcome = tracing.act(type(sent.submission.act).__name__, partial(run, desk), _traced)
    return answer(request, outcome, dry_run=dry_run, subject=stream[1] if stream else None, prefer=sent.prefer)


def _traced(outcome: Outcome) -> dict[str, Any]:
    """What the span of an act says of what came of it."""
    recorded = outcome.recorded
    said = "refused" if outcome.refused else "accepted"
    return {
        "liuhen.outcome": said if recorded else f"would be {said}",
        "liuhen.events": len(recorded),
        **({"liuhen.position": recorded[-1].position} if recorded else {}),
    }


def _prepared(
    context: Context,
    step: str,
    use_case: Callable[[Desk, Any, Any, Act], Outcome],
    stream: tuple[StreamKind, UUID] | None,
    subject: Any,
    sent: Sent,
    *,
    dry_run: bool,
) -> Callable[[Desk], Outcome]:
    """The use case with everything but the desk. Raises NotAllowedError."""
    actor = actor_for(context, sent.submission.acting_as, step)
    scope = context.scope(actor.role)
    act = act_of(sent.submission, actor, sent.key, stream, sent.seen, dry_run=dry_run, scope=scope)

    def run(desk: Desk) -> Outcome:
        if subject is not None and sent.submission.act.PERSONAL:  # others are checked as they are submitted
            check_scope(desk, act, subject, sent.submission.act)
        return use_case(desk, subject, sent.submission.act, act)

    return run


def _name_in(path: str) -> str:
    """The name of a path's part in braces; nothing when there is none."""
    return path.partition("{")[2].partition("}")[0]


def _add(
    router: APIRouter,
    path: str,
    step: str,
    endpoint: Callable[..., Response],
    body: TypeAdapter[Any],
    command: type[Command],
    use_case: Callable[[Desk, Any, Any, Act], Outcome],
    subject: TypeAdapter[Any] | None,
    summary: str,
) -> None:
    def quickly(request: Request, context: Context, subject: Any, sent: Sent) -> Response:
        return _record(request, context, step, use_case, path, subject, sent, dry_run=False)

    def prepare(context: Context, subject: Any, sent: Sent) -> Callable[[Desk], Outcome]:
        stream = stream_named(path, subject)
        return _prepared(context, step, use_case, stream, subject, sent, dry_run=False)

    @cache
    def row() -> TypeAdapter[Any]:  # made when a batch first holds one: most acts never come in batches
        return TypeAdapter(Row[command])  # type: ignore[valid-type]

    names_history = subject is not None and _names_history(path)
    endpoint.quick = QuickAct(  # type: ignore[attr-defined]
        body, row, subject, quickly, acting(step), _name_in(path), prepare, needs_version=names_history
    )
    router.add_api_route(
        path,
        endpoint,
        methods=["POST"],
        status_code=201,
        response_model=Receipt,
        responses={
            200: {"model": Receipt, "description": "试办结果 dry run"},
            **_PROBLEMS,
            **(_VERSION_PROBLEMS if names_history else {}),
        },
        summary=summary,
        description=inspect.cleandoc(command.__doc__ or ""),
        operation_id=command.__name__,
        openapi_extra={ROLES: list(STEP_ROLES[step])},
        route_class_override=AsSentRoute,
    )
