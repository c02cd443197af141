"""登记单位: EnrolUnit -> UnitEnrolled. Who takes part; a unit's history begins here."""

from __future__ import annotations

from pydantic import Field

from domain.command import Command
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError
from domain.identifiers import DivisionCode, Uscc
from domain.recorded import Recorded
from domain.responsibility import Contact, HeadPost
from domain.rule import text
from domain.unit import Unit, UnitKind


class EnrolUnit(Command):
    """Ask to enrol a unit."""

    uscc: Uscc = Field(description="统一社会信用代码, both check digits are verified")
    name: str = Field(min_length=1, max_length=200, description="单位名称")
    kind: UnitKind
    division: DivisionCode = Field(description="行政区划代码")
    head_post: str = Field(default="", max_length=120, description="一把手职务 duty name of the head (O06)")
    contact_office: str = Field(default="", max_length=200, description="明确的机构（科室）(O05)")


class UnitEnrolled(Event):
    """A unit was enrolled."""

    TOPIC = "unit.enrolled"

    uscc: Uscc
    name: str
    kind: UnitKind
    division: DivisionCode
    head_post: str = ""
    contact_office: str = ""


def enrol(unit: Unit, command: EnrolUnit) -> UnitEnrolled:
    """Enrol a unit once. Raises ActError when it is enrolled already."""
    if unit.enrolled_on is not None:
        raise ActError(text("该单位已登记", "the unit is enrolled already"), "/act/uscc")
    return UnitEnrolled(**command.model_dump())


@evolve.register
def _(event: UnitEnrolled, unit: Unit, at: Recorded) -> Unit:
    since = at.happened_on.latest
    heads = (HeadPost(post=event.head_post, since=since),) if event.head_post else ()
    contacts = (Contact(office=event.contact_office, post="", since=since),) if event.contact_office else ()
    return unit.but(
        uscc=event.uscc,
        name=event.name,
        kind=event.kind,
        division=event.division,
        head_post=event.head_post,
        contact_office=event.contact_office,
        enrolled_name=event.name,
        heads=heads,
        contacts=contacts,
        enrolled_on=at.happened_on,
    )
