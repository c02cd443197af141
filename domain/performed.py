"""经办 Which person has done what: kept in the states of projects and systems, for the separation of duties (S01)."""

from __future__ import annotations

from uuid import UUID

from domain.event import Value


class Performed(Value):
    """经办 A person's first act of a kind in a history."""

    act: str
    """Stored name of the fact (`Event.duty_act`)."""
    person: UUID
    position: int
    """Where it stands in the log."""
