"""更正 The event that answers a wrong fact. Both stay in the record."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from domain.dates import CivilDate
from domain.event import Event


class FactCorrected(Event):
    """A recorded fact of the same stream was withdrawn, or replaced by another of the same kind.

    Who corrected it, and by whose authority, is in the envelope. `replacement` is the body of an event of
    the same topic; None withdraws the fact. Decisions that rested on it are found by what they read.
    """

    TOPIC = "record.fact_corrected"

    @property
    def duty_act(self) -> str:
        """Who replaces a fact has done what the fact tells; who withdraws it has not."""
        return "" if self.replacement is None else self.target_topic

    target_version: int = Field(ge=1, description="version, in this stream, of the fact that was wrong")
    target_topic: str = Field(description="topic of the fact that was wrong")
    reason: str = ""
    replacement: dict[str, Any] | None = None
    replacement_happened_on: CivilDate | None = None
