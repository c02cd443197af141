"""States of the county and of units after dated events, to start tests from."""

from __future__ import annotations

from uuid import UUID

from domain.county import County
from domain.evolve import fold
from domain.streams import StreamKind
from domain.unit import Unit
from tests.given import UNIT, Dated, history

COUNTY = UUID(int=4)


def county(*events: Dated) -> County:
    """The county after these events."""
    return fold(County(id=COUNTY), history(StreamKind.COUNTY, COUNTY, *events))


def unit(*events: Dated) -> Unit:
    """A unit after these events."""
    return fold(Unit(id=UNIT), history(StreamKind.UNIT, UNIT, *events))
