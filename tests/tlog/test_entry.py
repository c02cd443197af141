"""The leaf entry: plain and bulk path give the same bytes, nothing is lost, nothing else is accepted."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.tlog.entry import Entry, EntryFields, encode_entries, happened_on_of, microseconds
from infrastructure.tlog.suite import SHA256_ED25519, SM3_SM2, SUITES
from infrastructure.tlog.text_forms import FormatError
from tests.contract.proofs import ROOT

entries = st.builds(
    Entry,
    position=st.integers(1, 2**63),
    stream=st.uuids(),
    kind=st.text(max_size=40),
    version=st.integers(1, 2**31),
    topic=st.text(max_size=80),
    recorded_at=st.datetimes(timezones=st.just(UTC)),
    happened_on=st.sampled_from(["2019", "2019-03", "2019-03-04"]),
    digest=st.binary(min_size=32, max_size=32),
    previous=st.integers(0, 2**63),
)


def fields(entry: Entry) -> EntryFields:
    return EntryFields(
        entry.position,
        entry.stream.bytes,
        entry.kind,
        entry.version,
        entry.topic,
        microseconds(entry.recorded_at),
        entry.happened_on,
        entry.digest,
        entry.previous,
    )


@given(st.lists(entries, max_size=6))
def test_what_is_encoded_is_read_again_and_the_bulk_path_agrees(many: list[Entry]) -> None:
    encoded = [e.encode() for e in many]
    assert [Entry.decode(e) for e in encoded] == many
    assert encode_entries(fields(e) for e in many) == encoded


@given(entries, st.data())
def test_bytes_cut_off_or_added_are_refused(entry: Entry, data: st.DataObject) -> None:
    encoded = entry.encode()
    with pytest.raises(FormatError):
        Entry.decode(encoded[: data.draw(st.integers(0, len(encoded) - 1))])
    with pytest.raises(FormatError):
        Entry.decode(encoded + b"\0")
    with pytest.raises(FormatError):
        Entry.decode(b"\2" + encoded[1:])


@given(entries, st.data())
def test_every_byte_of_an_entry_counts(entry: Entry, data: st.DataObject) -> None:
    """Two different entries never have the same bytes: a changed byte reads as another entry, or not at all."""
    changed = bytearray(entry.encode())
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read = Entry.decode(bytes(changed))
    except FormatError:
        return
    assert read != entry
    assert read.encode() == changed


def test_an_entry_of_a_stored_event() -> None:
    state = b'{"v":1,"c":{"happened_on":"2019-03","actor":{}},"e":{}}'
    entry = Entry.of_event(
        SM3_SM2,
        position=7,
        stream=UUID(int=5),
        kind="project",
        version=2,
        topic="project.approved",
        recorded_at=datetime(2026, 11, 23, 9, 2, 3, 456789, timezone(timedelta(hours=8))),
        state=state,
        previous=3,
    )
    assert entry.happened_on == "2019-03"
    assert entry.digest == SM3_SM2.digest(state) != SHA256_ED25519.digest(state)
    assert Entry.decode(entry.encode()) == entry
    assert microseconds(entry.recorded_at) == 1795395723456789


def test_happened_on_is_found_wherever_it_stands() -> None:
    assert happened_on_of(b'{"v":1,"c":{"happened_on":"2019"}}') == "2019"
    assert happened_on_of(b'{"c": {"actor": 1, "happened_on": "2019-03-04"}, "v": 12}') == "2019-03-04"
    for wrong in (b"", b"{}", b'{"c":{}}', b'{"c":{"happened_on":5}}', b'{"c":{"happened_on":"today"}}', b"[1]"):
        with pytest.raises(FormatError):
            happened_on_of(wrong)


@given(
    st.integers(1, 10**20), st.dates(), st.sampled_from([4, 7, 10]), st.text(max_size=5), st.sampled_from(["h", "e"])
)
def test_the_quick_way_to_the_day_agrees_with_the_json(
    version: int, day: date, precision: int, after: str, first: str
) -> None:
    told = day.isoformat()[:precision]
    circumstances = {"happened_on": told, "a": after} if first == "h" else {"a": after, "happened_on": told}
    state = orjson.dumps({"v": 1, "c": circumstances}).replace(b'"v":1', b'"v":%d' % version)
    assert happened_on_of(state) == told


def test_figures_out_of_range_are_refused() -> None:
    good = Entry(1, UUID(int=1), "project", 1, "t", datetime(2026, 1, 1, tzinfo=UTC), "2019", bytes(32), 0)
    for changed in ({"position": -1}, {"position": 2**64}, {"version": 2**32}, {"digest": b""}, {"topic": "x" * 2000}):
        with pytest.raises(FormatError):
            Entry(**{**vars(good), **changed}).encode()


PAGE = (ROOT / "docs/verifiable-log.md").read_text(encoding="utf-8")
VECTORS = re.findall(r"\| (sha256-ed25519|sm3-sm2) \| `([0-9a-f]+)` \| `([0-9a-f]{64})` \|", PAGE)


@pytest.mark.parametrize(("suite", "entry", "leaf"), VECTORS, ids=[name for name, _, _ in VECTORS])
def test_the_published_vectors_are_what_the_code_makes(suite: str, entry: str, leaf: str) -> None:
    (state,) = re.findall(r'^\{"v":1.*\}$', PAGE, re.MULTILINE)
    made = Entry.of_event(
        SUITES[suite],
        position=7,
        stream=UUID("9f459117-126d-4f2a-8348-6901ef23a007"),
        kind="project",
        version=2,
        topic="project.sharing_declared",
        recorded_at=datetime(2026, 11, 25, 16, 0, 0, 123456, tzinfo=UTC),
        state=state.encode(),
        previous=3,
    )
    assert made.encode().hex() == entry
    assert SUITES[suite].leaf_hash(made.encode()).hex() == leaf


def test_there_is_a_vector_for_each_suite() -> None:
    assert {name for name, _, _ in VECTORS} == set(SUITES)
