"""联席会议: record meetings of the leading group and what they decide."""

from __future__ import annotations

from application.act import Act
from application.desk import Outcome, Planned, Reading, on_county, submit
from application.ports import Desk
from domain.steps.meetings import HoldMeeting, RecordDecision, hold, resolve
from domain.streams import StreamKind


def hold_meeting(desk: Desk, command: HoldMeeting, act: Act) -> Outcome:
    """Record a joint meeting."""
    return on_county(desk, command, act, hold)


def record_decision(desk: Desk, command: RecordDecision, act: Act) -> Outcome:
    """Record a decision. Raises UnknownSubjectError when nothing is recorded of an affected project."""

    def plan(reading: Reading) -> list[Planned]:
        county = reading.county()
        affected = [reading.project(p) for p in command.projects]
        return [Planned(StreamKind.COUNTY, county.id, resolve(county, command, affected, act.happened_on))]

    return submit(desk, act, "county", command, plan)
