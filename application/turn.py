"""先后 The turn of an act on streams that keep moving."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Self

from application.ports import Turns
from domain.streams import StreamKey


class Turn:
    """The turn of one act, on whatever streams it needs it."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._on: frozenset[StreamKey] = frozenset()
        self._held = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def is_anothers(self, streams: frozenset[StreamKey]) -> bool:
        """Is it somebody else's on one of the streams?"""
        return not streams <= self._on and self._turns.wanted(streams - self._on)

    def take(self, streams: frozenset[StreamKey]) -> bool:
        """Wait for it, unless it has come; gives whether others had it meanwhile. Raises StoreBusyError."""
        if streams <= self._on:
            return False
        self._held.close()
        self._on = streams
        return self._held.enter_context(self._turns.on(streams))
