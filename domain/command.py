"""办理请求 Commands: what somebody asks to be recorded."""

from __future__ import annotations

from typing import ClassVar

from domain.event import Value


class Command(Value):
    """A request to record a step. Who asks, on which day and authority is in the circumstances, not here."""

    PLACEHOLDER_FIELDS: ClassVar[frozenset[str]] = frozenset()
    """Text fields that may be filled for a classified project: numbers of documents, never content (G15)."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    """Fields that name a person, each with the field of the event that it becomes. Sealed before anything is decided:
    from then on they hold `Sealed` instead of `Person`."""

    def free_text(self) -> tuple[str, ...]:
        """Names of the filled fields that hold text or lists, which a classified project must leave empty."""
        filled = []
        for name, value in self.__dict__.items():
            holds_text = type(value) is str or (isinstance(value, tuple | dict | Value) and not hasattr(value, "fen"))
            if value and holds_text and name not in self.PLACEHOLDER_FIELDS:
                filled.append(name)
        return tuple(filled)
