"""Quick ways of reading and writing rows give exactly what the plain ways give, byte for byte."""

from __future__ import annotations

import hashlib
import json
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from application.history import stated
from application.importing.mapping import Edition, row_sha256
from application.importing.world_bank import millions
from application.ports import WrittenEvent
from domain.dates import CivilDate
from domain.event import as_json
from domain.money import Money, MoneyUnit
from domain.project import HistoricalFact, ImportOrigin, Knowledge, Milestone
from domain.recorded import Actor, Circumstances, Role
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


FACTS = st.builds(
    HistoricalFact.read,
    st.sampled_from(Milestone),
    TEXTS,
    TEXTS,
    knowledge=st.sampled_from(Knowledge),
    on=st.none() | st.just(ON),
    grade=st.none() | TEXTS,
    text=st.none() | TEXTS,
    basis=st.none() | TEXTS,
)


@given(FACTS)
def test_a_fact_read_is_a_fact_validated(fact: HistoricalFact) -> None:
    assert HistoricalFact(**dict(fact)) == fact


@given(TEXTS, st.lists(FACTS, max_size=3), st.sampled_from(["0", "9" * 19]))
def test_a_written_event_is_stored_as_the_event_itself(key: str, facts: list[HistoricalFact], digits: str) -> None:
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
    row = stated(origin, tuple(facts))
    written = WrittenEvent(StreamKind.PROJECT, row.stream, 3, CIRCUMSTANCES, ProjectImported, row.body)
    mapper = LedgerMapper()
    (quick,) = mapper.to_stored_events([written])
    plain = mapper.to_stored_event(new_event(written))
    assert new_event(written).event == ProjectImported(origin=origin, facts=tuple(facts))
    without_nonce = slice(0, -len('",n":"') - 24)
    assert (quick.state[without_nonce], quick.topic) == (plain.state[without_nonce], plain.topic)
    assert (quick.originator_id, quick.originator_version) == (UUID(str(plain.originator_id)), 3)
    assert quick.state[-24:] != plain.state[-24:]
