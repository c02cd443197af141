"""县 The county's state as of a moment."""

from __future__ import annotations

from application.asking import NOW, AsOf, state_of
from application.ports import Desk
from domain.county import County
from domain.streams import StreamKind, county_id


def county_state(desk: Desk, as_of: AsOf = NOW) -> County:
    """The county as of a moment; empty when nothing is recorded of it by then."""
    stream = county_id(desk.division)
    return state_of(desk, StreamKind.COUNTY, County(id=stream), as_of)
