"""行政区划 A division code must be in use on the day it is used."""

from __future__ import annotations

from application.act import Act
from application.ports import Desk
from domain.faults import BadFieldError
from domain.texts import ValueFault


def check_division(desk: Desk, code: str, act: Act, pointer: str) -> None:
    """Raise BadFieldError at `pointer` when the code was not in use on the day of the act."""
    try:
        desk.divisions.check(code, act.happened_on.latest)
    except ValueFault as fault:
        raise BadFieldError(fault.text, pointer) from fault
