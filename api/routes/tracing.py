"""溯源 The events behind any row or figure of a view: one route for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field, ValidationError

from api.context import Context, Reader
from api.lists import Part, checks_parameters
from api.moments import At, Moment
from api.routes.views import ViewAnswer, reading, under_rules, view_answer
from domain.correction import FactCorrected
from domain.dates import CivilDate
from domain.faults import BadFieldError, UnknownSubjectError
from domain.recorded import Recorded
from domain.rule import text
from infrastructure.store.mapper import LoggedEvent, as_uuid
from projections.asking import Listing, Row, Rows, UnderRules, Window, part_of, positions_behind
from projections.timeline.sentences import sentence
from projections.tracing import LISTS

router = APIRouter(tags=["溯源 tracing"])

_OWN = frozenset(
    {
        "key",
        "limit",
        "cursor",
        "sort",
        "fields",
        "format",
        "exact",
        "min_position",
        "as_of_position",
        "as_of_recorded",
        "as_of_happened",
    }
)
"""Parameters of the route itself; all others are those of the list."""


class TracedEvent(Row):
    """依据事件 An event that a row or figure rests on, in one sentence."""

    position: int
    stream_kind: str
    stream_id: UUID
    stream_version: int
    topic: str
    happened_on: str
    recorded_at: datetime
    organisation: str
    role: str
    authority: str | None = Field(description="依据文号")
    zh: str
    en: str
    corrected_by: int | None = Field(description="更正它的事件的位置 position of the event that corrected it")


@router.get("/trace/{view}/{list_name}", summary="溯源 the events behind a row or figure")
@checks_parameters
def read_trace(
    request: Request,
    context: Reader,
    at: At,
    part: Part,
    view: str,
    list_name: str,
    key: Annotated[
        list[str] | None, Query(description="行的键，依次给出；缺省为全部行 what names the row; without it all rows")
    ] = None,
) -> ViewAnswer[TracedEvent]:
    """Follow the `trace` of any row, figure or list: the events that it rests on, with their positions.

    Beside the key it takes the filters of the list itself, and the moment of the view.
    """
    rows = LISTS.get((view, list_name))
    if rows is None:
        raise UnknownSubjectError(text("没有此视图或表", "there is no such view or list"))
    asked = _asked(context, request, rows)
    with reading(context, view, at) as read:
        try:
            found = positions_behind(
                read.conn,
                context.log_id,
                rows,
                asked,
                key or (),
                classified=context.sees_classified,
                position=read.freshness.position,
            )
        except ValueError as error:
            keys = "、".join(rows.key)
            raise BadFieldError(text(f"该表的键依次为{keys}", str(error)), "/key") from error
        behind = _Behind(rows, tuple(key or ()), found, read.freshness.position)
        return view_answer(read, TracedEvent, part, lambda window: _events(context, behind, at, window))


def _asked(context: Context, request: Request, rows: Rows[Any]) -> Row:
    """What the list is asked. Raises BadFieldError, UnknownSubjectError where it needs a rule set and none was."""
    given = {name: value for name, value in request.query_params.multi_items() if name not in _OWN}
    try:
        asked = rows.asked.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        known = "、".join(n for n, field in rows.asked.model_fields.items() if not field.exclude)
        raise BadFieldError(
            text(f"参数{name}无效；该表的参数为{known}", f"{first['msg']}; the parameters of this list are {known}"),
            f"/{name}",
        ) from error
    return under_rules(context, asked) if isinstance(asked, UnderRules) else asked


@dataclass(frozen=True)
class _Behind:
    """Positions of events behind rows of a list, or behind the one of a key, as of a position of the log."""

    rows: Rows[Any]
    key: tuple[str, ...]
    positions: list[int]
    position: int

    def picks(self, entry: Recorded) -> bool:
        """Is an event about what the key names, as far as it says what it is about?"""
        named = dict(zip(self.rows.key, self.key, strict=False))
        about = {c: getattr(entry.event, attribute, None) for c, attribute in self.rows.picks.items() if c in named}
        return all(said is None or str(said) == named[column] for column, said in about.items())


def _events(context: Context, behind: _Behind, at: Moment, part: Window) -> Listing[TracedEvent]:
    ledger, day, position = context.liuhen.ledger, at.as_of.happened, behind.position
    if day is None and not (behind.key and behind.rows.picks):
        shown = part_of(behind.positions, lambda position: (position,), part)
        entries, undecodable = ledger.among(list(shown.items))
        corrections = _corrections(context, entries, position)
        items = [_traced(e, corrections) for e in entries] + [_untold(e) for e in undecodable]
        return Listing[TracedEvent](
            total=len(behind.positions), items=sorted(items, key=lambda e: e.position), after=shown.after
        )
    # Of what cannot be decoded is not known what it is about, nor when it happened.
    entries = [e for e in ledger.among(behind.positions)[0] if behind.picks(e)]
    corrections = _corrections(context, entries, position)
    if day is not None:
        entries = [e for e in entries if _happened(e, corrections).certainly_on_or_before(day)]
    of_them = part_of(entries, lambda entry: (entry.position,), part)
    items = [_traced(e, corrections) for e in of_them.items]
    return Listing[TracedEvent](total=len(entries), items=items, after=of_them.after)


def _corrections(context: Context, entries: list[Recorded], position: int) -> dict[tuple[UUID, int], Recorded]:
    """What corrects these events, by the stream and version of what is corrected; the last correction counts."""
    found = context.liuhen.ledger.corrections_of({e.stream.id for e in entries}, position)
    return {(e.stream.id, e.event.target_version): e for e in found if isinstance(e.event, FactCorrected)}


def _happened(entry: Recorded, corrections: dict[tuple[UUID, int], Recorded]) -> CivilDate:
    correction = corrections.get((entry.stream.id, entry.stream.version))
    replaced = getattr(correction.event, "replacement_happened_on", None) if correction else None
    return replaced or entry.happened_on


def _traced(entry: Recorded, corrections: dict[tuple[UUID, int], Recorded]) -> TracedEvent:
    told, circumstances = sentence(entry.event), entry.circumstances
    correction = corrections.get((entry.stream.id, entry.stream.version))
    return TracedEvent(
        position=entry.position,
        stream_kind=entry.stream.kind,
        stream_id=entry.stream.id,
        stream_version=entry.stream.version,
        topic=entry.event.TOPIC,
        happened_on=str(entry.happened_on),
        recorded_at=entry.recorded_at,
        organisation=circumstances.actor.organisation,
        role=circumstances.actor.role,
        authority=circumstances.authority.document_no if circumstances.authority else None,
        zh=told.zh,
        en=told.en,
        corrected_by=correction.position if correction else None,
    )


def _untold(logged: LoggedEvent) -> TracedEvent:
    """An event that this program cannot decode: where it stands, and that it is there."""
    return TracedEvent(
        position=logged.id,
        stream_kind=logged.kind,
        stream_id=as_uuid(logged.originator_id),
        stream_version=logged.originator_version,
        topic=logged.topic,
        happened_on="",
        recorded_at=logged.recorded_at,
        organisation="",
        role="",
        authority=None,
        zh="此事件本程序不能解读，未计入视图。",
        en="This program cannot decode this event; the view lacks it.",
        corrected_by=None,
    )
