"""Sealed values open where they were made, under the keys they were made with, and in no other way."""

from __future__ import annotations

import base64
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from application.ports import PersonErasedError
from domain.faults import UnknownSubjectError
from domain.personal import Person, PersonState, Sealed
from domain.steps.responsibility import ContactNamed, HeadAppointed
from domain.streams import StreamKind
from infrastructure.sealing import SUITES, MasterKey, MasterKeyError, MasterKeys, Suite, bound_to
from infrastructure.settings import Settings
from tests.memory import MemoryKeys, memory_seals

PERSON, UNIT = UUID(int=1), UUID(int=2)
FIELD = "unit.contact_named/person"
suites = st.sampled_from(list(SUITES.values()))


@settings(max_examples=30)
@given(suites, st.binary(max_size=300), st.binary(max_size=60))
def test_what_is_sealed_opens_as_it_was_and_twice_the_same(suite: Suite, plain: bytes, bound: bytes) -> None:
    key = suite.new_key()
    nonce, ciphertext = suite.seal(key, plain, bound)
    assert suite.open(key, nonce, ciphertext, bound) == plain
    assert suite.seal(key, plain, bound) == (nonce, ciphertext)
    assert len(ciphertext) == len(plain) + 16


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_every_flipped_bit_is_refused(suite: Suite) -> None:
    key, bound = suite.new_key(), b"place"
    nonce, ciphertext = suite.seal(key, "张三 13800000000".encode(), bound)
    for part in range(4):
        parts = [key, nonce, ciphertext, bound]
        for bit in range(len(parts[part]) * 8):
            flipped = bytearray(parts[part])
            flipped[bit // 8] ^= 1 << bit % 8
            changed = [*parts[:part], bytes(flipped), *parts[part + 1 :]]
            with pytest.raises(InvalidTag):
                suite.open(*changed)


@settings(max_examples=20)
@given(suites, st.binary(min_size=1, max_size=40), st.binary(min_size=1, max_size=40))
def test_other_data_or_another_place_have_another_nonce(suite: Suite, one: bytes, other: bytes) -> None:
    key = suite.new_key()
    if one != other:
        assert suite.seal(key, one, b"p")[0] != suite.seal(key, other, b"p")[0]
        assert suite.seal(key, b"x", one)[0] != suite.seal(key, b"x", other)[0]


def test_no_two_places_are_bound_alike() -> None:
    places = {
        bound_to(370323, StreamKind.UNIT, UNIT, FIELD, PERSON, "AES-256-GCM"),
        bound_to(370300, StreamKind.UNIT, UNIT, FIELD, PERSON, "AES-256-GCM"),
        bound_to(370323, StreamKind.COUNTY, UNIT, FIELD, PERSON, "AES-256-GCM"),
        bound_to(370323, StreamKind.UNIT, PERSON, FIELD, PERSON, "AES-256-GCM"),
        bound_to(370323, StreamKind.UNIT, UNIT, "unit.head_appointed/person", PERSON, "AES-256-GCM"),
        bound_to(370323, StreamKind.UNIT, UNIT, FIELD, UNIT, "AES-256-GCM"),
        bound_to(370323, StreamKind.UNIT, UNIT, FIELD, PERSON, "SM4-GCM"),
    }
    assert len(places) == 7


@pytest.mark.parametrize("suite", SUITES)
def test_a_sealed_value_opens_nowhere_else(suite: str) -> None:
    seals, other = memory_seals(suite), uuid4()
    sealed = seals.seal(StreamKind.UNIT, UNIT, FIELD, PERSON, b"data", new=True)
    seals.seal(StreamKind.UNIT, UNIT, FIELD, other, b"other", new=True)
    assert sealed.suite == suite
    moved = [
        (StreamKind.UNIT, uuid4(), sealed),
        (StreamKind.COUNTY, UNIT, sealed),
        (StreamKind.UNIT, UNIT, sealed.but(field="unit.head_appointed/person")),
        (StreamKind.UNIT, UNIT, sealed.but(person=other)),
        (StreamKind.UNIT, UNIT, sealed.but(suite="other")),
        (StreamKind.UNIT, UNIT, sealed.but(nonce="%")),
        (StreamKind.UNIT, UNIT, sealed.but(nonce="", ciphertext="")),
    ]
    for kind, stream, value in moved:
        assert seals.open(kind, stream, [value])[0].state is PersonState.UNREADABLE
    assert seals.open(StreamKind.UNIT, UNIT, [sealed])[0].plain == b"data"
    assert seals.open(StreamKind.UNIT, UNIT, [sealed.but(person=uuid4())])[0].state is PersonState.UNREADABLE


def test_a_suite_set_later_leaves_what_was_sealed_before_readable() -> None:
    keys = MemoryKeys()
    sealed = memory_seals("AES-256-GCM", keys).seal(StreamKind.UNIT, UNIT, FIELD, PERSON, b"data", new=True)
    later = memory_seals("SM4-GCM", keys)
    assert later.open(StreamKind.UNIT, UNIT, [sealed])[0].plain == b"data"
    assert later.seal(StreamKind.UNIT, UNIT, FIELD, uuid4(), b"data", new=True).suite == "SM4-GCM"


def test_an_erased_person_is_gone_and_stays_gone() -> None:
    keys = MemoryKeys()
    seals = memory_seals(keys=keys)
    sealed = seals.seal(StreamKind.UNIT, UNIT, FIELD, PERSON, b"data", new=True)
    keys.destroy(PERSON)
    assert seals.open(StreamKind.UNIT, UNIT, [sealed])[0].state is PersonState.ERASED
    with pytest.raises(PersonErasedError):
        seals.seal(StreamKind.UNIT, UNIT, FIELD, PERSON, b"data", new=True)
    with pytest.raises(UnknownSubjectError):
        seals.seal(StreamKind.UNIT, UNIT, FIELD, uuid4(), b"data", new=False)


def test_the_wrong_master_key_is_named_and_so_is_the_right_one() -> None:
    keys = MemoryKeys()
    sealed = memory_seals(keys=keys, master=7).seal(StreamKind.UNIT, UNIT, FIELD, PERSON, b"data", new=True)
    right, wrong = (MasterKey(bytes([n]) * 32).id for n in (7, 8))
    with pytest.raises(MasterKeyError, match=f"{right}.*{wrong}"):
        memory_seals(keys=keys, master=8).open(StreamKind.UNIT, UNIT, [sealed])
    with pytest.raises(MasterKeyError, match=right):
        memory_seals(keys=keys, master=8).seal(StreamKind.UNIT, UNIT, FIELD, uuid4(), b"data", new=True)


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_a_wrapped_key_opens_for_its_person_and_log_only(suite: Suite) -> None:
    master, key = MasterKey(bytes(32)), suite.new_key()
    wrapped = master.wrap(suite, 370323, PERSON, key)
    assert master.unwrap(suite, 370323, PERSON, wrapped) == key
    for log, person, row in ((370300, PERSON, wrapped), (370323, UNIT, wrapped), (370323, PERSON, wrapped[:-1])):
        with pytest.raises(MasterKeyError, match="被改动"):
            master.unwrap(suite, log, person, row)
    assert key.hex() not in repr(master)


def test_the_master_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    keys = MasterKeys(Settings(data_dir=tmp_path))
    assert keys.load() == ()
    made = keys.make()
    assert MasterKeys(Settings(data_dir=tmp_path)).make() == made
    assert keys.file.stat().st_mode & 0o777 == 0o600
    keys.file.chmod(0o640)
    with pytest.raises(MasterKeyError, match="0640"):
        keys.load()


@pytest.mark.parametrize("given", ["", "x", base64.b64encode(bytes(31)).decode(), "密钥"])
def test_a_master_key_that_is_none_is_refused_and_not_repeated(given: str, tmp_path: Path) -> None:
    with pytest.raises(MasterKeyError) as caught:
        MasterKeys(Settings(master_key=SecretStr(given))).load()
    assert "LIUHEN_MASTER_KEY" in str(caught.value)
    assert len(given) < 5 or given not in str(caught.value)
    (tmp_path / "key").touch(0o600)
    with pytest.raises(MasterKeyError, match="没有主密钥"):
        MasterKeys(Settings(master_key_file=tmp_path / "key")).load()


def test_an_event_takes_nothing_but_what_is_sealed_for_its_field() -> None:
    sealed = Sealed(person=PERSON, field=FIELD, suite="AES-256-GCM", nonce="", ciphertext="")
    body = {"office": "信息科", "since": "2024-01-01"}
    assert ContactNamed.model_validate({**body, "person": sealed}).person == sealed
    with pytest.raises(ValidationError, match="person"):
        ContactNamed.model_validate({**body, "person": Person(name="张三")})
    with pytest.raises(ValidationError, match="不属于"):
        HeadAppointed.model_validate({"post": "局长", "since": "2024-01-01", "person": sealed})
    assert "张三" not in repr(Person(name="张三", phone="138"))
