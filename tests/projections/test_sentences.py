"""Every stored example is told as a sentence in both languages, with nothing left blank."""

from __future__ import annotations

import re

import pytest

from domain.oversight import Measure
from domain.project import FundSource, OpinionVerdict, ResultUse
from domain.recorded import Recorded, Role
from projections.timeline import Timeline
from projections.timeline.sentences import sentence
from tests.contract.test_stored_events import HISTORY

CODE = re.compile(
    "|".join(rf"\b{code}\b" for kind in (Role, FundSource, Measure, ResultUse, OpinionVerdict) for code in kind)
)
"""Words of the stored form, which no reader is to be shown."""
TOLD = [e for e in HISTORY if e.event.TOPIC in Timeline.HANDLES]


@pytest.mark.parametrize("entry", TOLD, ids=lambda e: f"{e.position}-{e.event.TOPIC}")
def test_an_event_is_told_in_both_languages(entry: Recorded) -> None:
    told = sentence(entry.event)
    for text in (told.zh, told.en):
        assert text
        assert "None" not in text
        assert "（）" not in text
        assert "()" not in text
        assert not CODE.search(text), text
        assert not text[0].islower(), text
