"""主题 Which stored events a projection handles, and which it passes over: together all there are."""

from __future__ import annotations

from domain.steps import EVENTS

ALL = frozenset(event.TOPIC for event in EVENTS)
"""The closed list of stored events."""


def topics(*groups: str) -> frozenset[str]:
    """Topics by name (project.filed) or by what stands before the dot (project). Raises ValueError for none such."""
    for group in groups:
        if not any(group in {t, t.partition(".")[0]} for t in ALL):
            raise ValueError(f"no event has the topic {group}")
    return frozenset(t for t in ALL if t in groups or t.partition(".")[0] in groups)
