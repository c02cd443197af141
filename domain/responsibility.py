"""责任 Who answers for a unit, whom to turn to, and what the unit is called. 源政发〔2018〕16号 二（一）、二（三）2."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol, TypeVar

from domain.dates import CivilDate
from domain.event import Value
from domain.identifiers import Uscc
from domain.personal import Sealed, ShownPerson


class Dated(Protocol):
    """What counts from a day."""

    @property
    def since(self) -> date:
        """Its first day."""
        ...


DatedT = TypeVar("DatedT", bound=Dated)


def newest(recorded: Sequence[DatedT]) -> DatedT | None:
    """The one that counts from the latest day, of equal ones the last recorded; None of none."""
    return max(reversed(recorded), key=lambda one: one.since, default=None)


class HeadPost(Value):
    """一把手 The duty name of a unit's head, with its days; the person only sealed (O06, O26)."""

    post: str
    since: date
    until: date | None = None
    """Last day, itself included; None while it lasts."""
    person: Sealed | ShownPerson | None = None


class Contact(Value):
    """明确的机构（科室）或专人 The office or the post that a unit names (O05)."""

    office: str
    post: str
    since: date
    person: Sealed | ShownPerson | None = None


class UnitName(Value):
    """单位名称 A name of a unit, from a day, by a document."""

    name: str
    since: date
    document_no: str


class Succession(Value):
    """承继 Another unit took over this one's functions."""

    successor_uscc: Uscc
    successor: str
    since: date
    document_no: str


class UnificationCheck(Value):
    """四统一 What a check found of a unit: one body, one plan, one network, one software (O04)."""

    one_body: bool
    one_plan: bool
    one_network: bool
    one_software: bool
    document_no: str
    checked_on: CivilDate

    @property
    def complete(self) -> bool:
        """Are all four unified?"""
        return self.one_body and self.one_plan and self.one_network and self.one_software
