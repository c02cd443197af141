"""Quick ways of reading and writing rows give exactly what the plain ways give, byte for byte."""

from __future__ import annotations

import hashlib
import json
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.history import stated
from application.importing.mapping import LONGEST_KEPT, Edition, RowFault, fact, kept, row_sha256
from application.importing.world_bank import millions
from application.ports import WrittenEvent
from domain.dates import CivilDate
from domain.event import as_json, as_stored
from domain.money import Money, MoneyUnit
from domain.project import HistoricalFact, ImportOrigin, Knowledge, Milestone
from domain.recorded import Actor, Circumstances, Role
from domain.rule import text
from domain.steps.history import ProjectImported
from domain.streams import StreamKind
from infrastructure.store.mapper import LedgerMapper, new_event

ON = CivilDate.parse("2022-10")
EDITION = Edition("s", "2022-10", ON)
CIRCUMSTANCES = Circumstances(happened_on=ON, actor=Actor(account="t", organisation="测试", role=Role.SMART_OFFICE))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(st.from_regex(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", fullmatch=True))
def test_amounts_are_those_of_decimal_arithmetic(raw: str) -> None:
    exact = Decimal(raw).quantize(Decimal("0.00000001"), ROUND_HALF_EVEN).normalize()
    plain = Money.of(f"{exact:f}", MoneyUnit.MILLION, "USD")
    quick = millions(raw, "USD", "c")
    assert quick == plain == Money.model_validate(quick.model_dump())
    assert as_json(quick) == as_json(plain)


@given(st.dictionaries(TEXTS, TEXTS))
def test_a_rows_digest_is_that_of_its_canonical_json(row: dict[str, str]) -> None:
    canonical = json.dumps({"edition": "2022-10", "row": row}, sort_keys=True, ensure_ascii=False)
    assert row_sha256(row, EDITION) == hashlib.sha256(canonical.encode()).hexdigest()


PARTS = st.fixed_dictionaries(
    {"milestone": st.sampled_from(Milestone), "column": TEXTS, "raw": TEXTS, "knowledge": st.sampled_from(Knowledge)},
    optional={
        "on": st.just(ON),
        "amount": st.just(Money.of("12.5", MoneyUnit.MILLION, "USD")),
        "grade": TEXTS,
        "scale": st.just("s"),
        "told": TEXTS,
        "basis": TEXTS,
    },
)


def stored_fact(parts: dict[str, Any]) -> bytes:
    return fact(**parts)


FACTS = PARTS.map(stored_fact)


@given(PARTS)
def test_a_fact_is_stored_as_the_validated_one_would_be(parts: dict[str, Any]) -> None:
    stripped = {name: value.strip() if type(value) is str else value for name, value in parts.items()}
    named = {"text" if name == "told" else name: value for name, value in stripped.items()}
    assert fact(**parts) == as_stored(HistoricalFact(**named))


@kept
def _told(cell: str, beside: str, times: int) -> tuple[str, ...]:
    if cell == "x":
        raise RowFault(beside, cell, text("不行", "no"))
    return (cell + beside,) * times


def test_what_a_cell_states_is_worked_out_once_and_a_fault_each_time() -> None:
    assert _told("a", "b", 2) is _told("a", "b", 2) == ("ab", "ab")
    assert _told("a", "b", 1) == ("ab",)
    long = "a" * LONGEST_KEPT
    assert _told(long, "b", 1) is not _told(long, "b", 1) == (f"{long}b",)
    for _ in range(2):
        with pytest.raises(RowFault, match="不行"):
            _told("x", "b", 1)


@given(TEXTS, st.lists(FACTS, max_size=3), st.sampled_from(["0", "9" * 19]))
def test_a_written_event_is_stored_as_the_event_itself(key: str, facts: list[bytes], digits: str) -> None:
    origin = ImportOrigin(
        source="s",
        key=key,
        edition="2022-10",
        snapshot_on=ON,
        name=f":{digits}",
        organisation="",
        area="",
        row_sha256="",
    )
    row = stated(origin, facts)
    written = WrittenEvent(StreamKind.PROJECT, row.stream, 3, CIRCUMSTANCES, ProjectImported, row.body)
    mapper = LedgerMapper()
    (quick,) = mapper.to_stored_events([written])
    plain = mapper.to_stored_event(new_event(written))
    event = ProjectImported(origin=origin, facts=tuple(HistoricalFact.model_validate_json(f) for f in facts))
    assert (new_event(written).event, row.body) == (event, as_stored(event))
    without_nonce = slice(0, -len('",n":"') - 24)
    assert (quick.state[without_nonce], quick.topic) == (plain.state[without_nonce], plain.topic)
    assert (quick.originator_id, quick.originator_version) == (UUID(str(plain.originator_id)), 3)
    assert quick.state[-24:] != plain.state[-24:]
