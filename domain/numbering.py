"""序号 Numbers within one history: one more than the largest, so that a withdrawn one in between is not used again."""

from __future__ import annotations

from collections.abc import Iterable


def next_number(used: Iterable[int]) -> int:
    """The number after the largest used; 1 when none is."""
    return max(used, default=0) + 1
