"""Every stored example is told as a sentence in both languages, with nothing left blank."""

from __future__ import annotations

import pytest

from domain.recorded import Recorded
from projections.timeline import Timeline
from projections.timeline.sentences import sentence
from tests.contract.test_stored_events import HISTORY

TOLD = [e for e in HISTORY if e.event.TOPIC in Timeline.HANDLES]


@pytest.mark.parametrize("entry", TOLD, ids=lambda e: f"{e.position}-{e.event.TOPIC}")
def test_an_event_is_told_in_both_languages(entry: Recorded) -> None:
    told = sentence(entry.event)
    for text in (told.zh, told.en):
        assert text
        assert "None" not in text
        assert "（）" not in text
        assert "()" not in text
