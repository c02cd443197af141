"""个人信息 What is known of a natural person: given in plain words, kept sealed, shown to those who may see it.

Plain words stand in commands only. Events and states hold `Sealed`: an event does not accept anything else, so that
plain words can neither be recorded nor kept. 个人信息保护法 (PIPL) art. 47, 51.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar
from uuid import UUID, uuid5

from pydantic import AfterValidator, Field, field_validator

from domain.dates import CivilDate
from domain.event import Event, Value
from domain.streams import NAMESPACE
from domain.texts import ValueFault, has_control_characters

T = TypeVar("T")


class Person(Value):
    """自然人 A person in plain words, in a request only. Nothing of it shows in a program's traces (`repr`)."""

    id: UUID | None = Field(
        default=None, description="人员标识, a pseudonym given here before; leave out for a person not yet known here"
    )
    name: str = Field(default="", max_length=100, repr=False, description="姓名; may be left out only in a correction")
    phone: str = Field(default="", max_length=60, repr=False, description="联系电话")
    note: str = Field(default="", max_length=1000, repr=False, description="其他个人信息，如任职、关联情况")

    @field_validator("name", "phone", "note")
    @classmethod
    def _printable(cls, value: str) -> str:
        if has_control_characters(value):
            raise ValueFault("文字含有控制字符，请删除后重试", "the text holds a control character: remove it")
        return value


class Sealed(Value):
    """密封的个人信息 Personal data under the key of the person; it opens only where it was made for."""

    person: UUID
    field: str = Field(max_length=120, description="topic of the event and name of the field")
    suite: str = Field(max_length=40, description="cipher suite")
    nonce: str = Field(max_length=40, description="base64")
    ciphertext: str = Field(max_length=12_000, description="base64, with the authentication tag at the end")


class PersonState(StrEnum):
    """Whether the data of a person can be read."""

    OPEN = "OPEN"  # 可读
    SEALED = "SEALED"  # 已密封：读者无权查看
    ERASED = "ERASED"  # 已删除：密钥已销毁
    UNREADABLE = "UNREADABLE"  # 不能解封：密钥不在或密文不符


class ShownPerson(Value):
    """自然人 A person as a reader is shown it: in plain words, or that it is sealed to this reader, or erased."""

    person: UUID
    state: PersonState
    told: str = Field(description="状态 in words")
    name: str = Field(default="", repr=False)
    phone: str = Field(default="", repr=False)
    note: str = Field(default="", repr=False)


class Erasure(Value):
    """删除 The erasure of a person's data: which document asked for it, on which legal ground."""

    person: UUID
    erased_on: CivilDate
    reason: str
    document_no: str
    legal_basis: str
    version: int
    """Version of the event in the county's stream."""


class MasterKeyChange(Value):
    """主密钥更换 From which version of the county's stream on an older master key opens nothing any more."""

    master_key: str
    version: int


def field_of(topic: str, name: str) -> str:
    """What a sealed value names as its field."""
    return f"{topic}/{name}"


def _of(field: str) -> AfterValidator:
    def check(sealed: Sealed | None) -> Sealed | None:
        if sealed is not None and sealed.field != field:
            raise ValueFault(f"此密封值不属于{field}", f"this sealed value does not belong in {field}")
        return sealed

    return AfterValidator(check)


OF_HEAD = _of("unit.head_appointed/person")
OF_CONTACT = _of("unit.contact_named/person")
OF_EXPERT = _of("county.expert_listed/person")
OF_CONFLICT = _of("evaluator.conflict_stated/person")


@cache
def sealed_fields(event: type[Event]) -> tuple[str, ...]:
    """Names of the fields of an event that hold sealed personal data."""
    return tuple(name for name, field in event.model_fields.items() if Sealed in _types(field.annotation))


def persons_of(event: Event) -> Iterator[UUID]:
    """The persons whose data an event, or the replacement in a correction, holds."""
    for name in sealed_fields(event.__class__):
        if (sealed := getattr(event, name)) is not None:
            yield sealed.person
    if (replacement := event.__dict__.get("replacement")) is not None:
        yield from (sealed.person for sealed in sealed_in(replacement))


def _types(annotation: Any) -> tuple[Any, ...]:
    return (annotation, *getattr(annotation, "__args__", ()))


def requested_person(client: str, key: str, field: str) -> UUID:
    """Pseudonym of a new person in a request with an idempotency key: the same when the request is repeated.

    It is made of the request, never of the person: a name or telephone number could be found by trying.
    """
    return uuid5(NAMESPACE, f"person/{client}/{key}/{field}")


def sealed_in(value: Any) -> Iterator[Sealed]:
    """All sealed values in an event, a state, or the JSON form of one."""
    if isinstance(value, Sealed):
        yield value
    elif (found := _as_sealed(value)) is not None:
        yield found
    else:
        for _, part in _parts(value):
            yield from sealed_in(part)


def with_shown(value: T, shown: dict[Sealed, ShownPerson]) -> T:
    """The same value with what is shown in the place of each sealed value; JSON where it was JSON."""
    put: Any
    if isinstance(value, Sealed):
        put = shown[value]
    elif (found := _as_sealed(value)) is not None:
        put = shown[found].model_dump(mode="json")
    elif isinstance(value, Value):
        parts = {name: with_shown(part, shown) for name, part in _parts(value)}
        changed = {name: part for name, part in parts.items() if part is not getattr(value, name)}
        put = value.but(**changed) if changed else value
    elif isinstance(value, dict):
        put = {name: with_shown(part, shown) for name, part in value.items()}
    elif isinstance(value, list | tuple) and any(True for part in value for _ in sealed_in(part)):
        put = type(value)(with_shown(part, shown) for part in value)
    else:
        put = value
    return put  # type: ignore[no-any-return]


def _parts(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, Value):
        yield from value.__dict__.items()
    elif isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from enumerate(value)


_SEALED = frozenset(Sealed.model_fields)


def _as_sealed(value: Any) -> Sealed | None:
    """The sealed value that a JSON object is, or None. What only looks like one is none."""
    if not isinstance(value, dict) or value.keys() != _SEALED:
        return None
    try:
        return Sealed.model_validate(value)
    except ValueError:
        return None
