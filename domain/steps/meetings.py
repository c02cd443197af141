"""联席会议: HoldMeeting -> MeetingHeld; RecordDecision -> DecisionMade. 源政发〔2018〕16号 二（一） (O01, O02)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from pydantic import Field

from domain.command import Command
from domain.county import County
from domain.dates import CivilDate
from domain.event import Event
from domain.evolve import evolve
from domain.faults import BadFieldError
from domain.meeting import AgendaItem, Attendee, Decision, MatterKind, Meeting
from domain.numbering import next_number
from domain.project import Project
from domain.recorded import Recorded
from domain.rule import text


class HoldMeeting(Command):
    """Ask to record that the leading group held a joint meeting."""

    attendees: tuple[Attendee, ...] = Field(min_length=1, max_length=200, description="参会单位, organisations only")
    agenda: tuple[AgendaItem, ...] = Field(min_length=1, max_length=100, description="议题")
    minutes_document: str = Field(min_length=1, max_length=120, description="会议纪要文号")


class RecordDecision(Command):
    """Ask to record what a joint meeting decided."""

    meeting: int = Field(ge=1, description="会议序号 number of the meeting")
    kind: MatterKind
    document_no: str = Field(min_length=1, max_length=120, description="决定文号")
    content: str = Field(
        default="", max_length=2000, description="决定内容; required unless an affected project is classified"
    )
    projects: tuple[UUID, ...] = Field(default=(), max_length=200, description="涉及项目 affected projects")
    exception_rule: str | None = Field(
        default=None, pattern=r"^G(02|11|12)$", description="同意例外的规则, for the affected projects"
    )


class MeetingHeld(Event):
    """The leading group held a joint meeting."""

    TOPIC = "county.meeting_held"

    number: int
    attendees: tuple[Attendee, ...]
    agenda: tuple[AgendaItem, ...]
    minutes_document: str


class DecisionMade(Event):
    """A joint meeting made a decision."""

    TOPIC = "county.decision_made"

    number: int
    meeting: int
    kind: MatterKind
    document_no: str
    content: str
    projects: tuple[UUID, ...] = ()
    exception_rule: str | None = None


def hold(county: County, command: HoldMeeting) -> MeetingHeld:
    """Record a meeting under the next number."""
    return MeetingHeld(number=next_number(m.number for m in county.meetings), **dict(command))


def resolve(county: County, command: RecordDecision, affected: Sequence[Project], on: CivilDate) -> DecisionMade:
    """Record a decision of a meeting held by that day. `affected` are the projects that it names.

    Raises BadFieldError when there is no such meeting by then, an exception names no project, the content is
    missing, or tells of a classified project (G15).
    """
    meeting = next((m for m in county.meetings if m.number == command.meeting), None)
    if meeting is None:
        raise BadFieldError(text("没有此序号的会议", "no meeting of that number"), "/act/meeting")
    if on.latest < meeting.held_on.earliest:
        raise BadFieldError(
            text(
                f"决定日期{on}早于会议日期{meeting.held_on}",
                f"the decision of {on} is older than its meeting of {meeting.held_on}",
            ),
            "/happened_on",
        )
    if command.exception_rule is not None and not command.projects:
        raise BadFieldError(
            text("同意例外的决定须写明涉及项目", "a decision that grants an exception names its projects"),
            "/act/projects",
        )
    secret = any(p.classified for p in affected)
    if secret and command.content:
        raise BadFieldError(
            text(
                "决定涉及涉密项目，不得填写内容，只登记文号",
                "a classified project is affected: leave the content empty",
            ),
            "/act/content",
        )
    if not secret and not command.content:
        raise BadFieldError(text("请填写决定内容", "state what was decided"), "/act/content")
    return DecisionMade(number=next_number(d.number for d in county.decisions), **dict(command))


@evolve.register
def _(event: MeetingHeld, county: County, at: Recorded) -> County:
    return county.but(meetings=(*county.meetings, Meeting(**dict(event), held_on=at.happened_on)))


@evolve.register
def _(event: DecisionMade, county: County, at: Recorded) -> County:
    return county.but(decisions=(*county.decisions, Decision(**dict(event), decided_on=at.happened_on)))
