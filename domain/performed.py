"""经办 Which person has done what: kept in the states of projects and systems, for the separation of duties (S01)."""

from __future__ import annotations

from uuid import UUID

from domain.event import Value
from domain.streams import StreamAt


class Performed(Value):
    """经办 A person's first act of a kind in a history."""

    act: str
    """Stored name of the fact (`Event.duty_act`)."""
    person: UUID
    at: StreamAt
    """Where it stands there: known before it is recorded, so that acts of one batch name each other rightly."""
