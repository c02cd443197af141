"""密封 Personal data are sealed before anything is decided, fingerprinted or recorded, and opened only to be shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from application.act import Act
from application.ports import Desk, Opened, PersonErasedError
from domain.command import Command
from domain.event import Event
from domain.faults import BadFieldError, UnknownSubjectError
from domain.personal import (
    Person,
    PersonState,
    Sealed,
    ShownPerson,
    field_of,
    requested_person,
    sealed_fields,
    sealed_in,
    with_shown,
)
from domain.rule import text
from domain.steps.correcting import CorrectFact
from domain.streams import StreamKind

CommandT = TypeVar("CommandT", bound=Command)
T = TypeVar("T")

TOLD = {
    PersonState.OPEN: "可读 open",
    PersonState.SEALED: "已密封 sealed",
    PersonState.ERASED: "已删除 erased",
    PersonState.UNREADABLE: "不能解封 unreadable",
}


def sealed(desk: Desk, act: Act, kind: StreamKind, stream: UUID, command: CommandT) -> CommandT:
    """The command with each person that it names sealed for the stream. Raises ActError and SealingError."""
    changes = {}
    for name, field in command.PERSONAL.items():
        person = getattr(command, name)
        if isinstance(person, Person):
            changes[name] = _seal(desk, act, kind, stream, field, person, f"/act/{name}")
    return command.but(**changes) if changes else command


def sealed_correction(
    desk: Desk, act: Act, kind: StreamKind, stream: UUID, command: CorrectFact, corrected: Event
) -> CorrectFact:
    """The correction with each person of its replacement sealed for the field of the corrected event.

    A person that is given by its identity alone stays as it stands there. Raises ActError and SealingError, also
    when the person in the replacement does not have the form of one: then it is not passed on.
    """
    replacement: dict[str, Any] = dict(command.replacement or {})
    for name in sealed_fields(type(corrected)):
        given, pointer = replacement.get(name), f"/act/replacement/{name}"
        if given is None:
            continue
        try:
            person = Person.model_validate(given)
        except ValueError:
            raise BadFieldError(
                text("人员应写作{id, name, phone, note}", "write a person as {id, name, phone, note}"), pointer
            ) from None
        stood: Sealed | None = getattr(corrected, name)
        unchanged = not (person.name or person.phone or person.note)
        if stood is not None and unchanged and person.id == stood.person:
            put = stood
        else:
            put = _seal(desk, act, kind, stream, field_of(corrected.TOPIC, name), person, pointer)
        replacement[name] = put.model_dump(mode="json")
    return command.but(replacement=replacement) if command.replacement is not None else command


def _seal(desk: Desk, act: Act, kind: StreamKind, stream: UUID, field: str, person: Person, pointer: str) -> Sealed:
    if not person.name:
        raise BadFieldError(text("请填写姓名", "give the name"), f"{pointer}/name")
    new = person.id is None
    if person.id is not None:
        identity = person.id
    elif act.key is not None:
        identity = requested_person(act.actor.account, act.key, field)
    else:
        identity = desk.new_id()
    try:
        if act.dry_run and (new or desk.seals.state(identity) is PersonState.OPEN):
            return desk.seals.try_out(field, identity)
        return desk.seals.seal(kind, stream, field, identity, _plain(person), new=new)
    except UnknownSubjectError:
        raise BadFieldError(
            text("没有此人员标识；新的人员请不填id", "no such person here: leave id out for a new one"), f"{pointer}/id"
        ) from None
    except PersonErasedError as error:
        raise PersonErasedError(error.text, f"{pointer}/id") from None


def _plain(person: Person) -> bytes:
    """Always the same bytes for the same data."""
    said = person.model_dump(exclude={"id"}, exclude_defaults=True)
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def shown(desk: Desk, kind: StreamKind, stream: UUID, value: T, *, may_see: bool) -> T:
    """An event, a state or the JSON form of one, as a reader is shown it: no sealed value is left in it.

    Whoever may not see personal data is told that they are sealed, or erased. Raises SealingError.
    """
    found = list(dict.fromkeys(sealed_in(value)))
    if not found:
        return value
    if may_see:
        opened = desk.seals.open(kind, stream, found)
    else:
        states: Mapping[UUID, PersonState | None] = {p: desk.seals.state(p) for p in {s.person for s in found}}
        opened = [
            Opened(PersonState.ERASED if states[s.person] is PersonState.ERASED else PersonState.SEALED) for s in found
        ]
    return with_shown(value, {s: _shown(s, o) for s, o in zip(found, opened, strict=True)})


def _shown(sealed: Sealed, opened: Opened) -> ShownPerson:
    said = json.loads(opened.plain) if opened.state is PersonState.OPEN else {}
    return ShownPerson(person=sealed.person, state=opened.state, told=TOLD[opened.state], **said)
