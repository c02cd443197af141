"""办理的情况 Who acts, on which day, by what authority, with which papers; and what has to hold of what is asked."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from uuid import UUID

from application.ports import Desk
from application.scope import Scope
from domain.command import Command
from domain.dates import CivilDate
from domain.event import as_json
from domain.faults import BadFieldError
from domain.recorded import Actor, Authority, Circumstances, Evidence
from domain.rule import text
from domain.streams import StreamAt
from domain.texts import has_control_characters, pointer_to

LARGEST_FEN = 10**16
"""100万亿元. More than a country's yearly product is a slip of the unit; sums of less fit into 64 bits."""


_SUSPECT = re.compile(rb"\\(?:u00|[bf])|\x7f")
_LARGE_FEN = re.compile(rb'"fen":(?!-?\d{1,16}[,}])')


@dataclass(frozen=True)
class Act:
    """The circumstances of a request: who, which day, on whose authority, with which papers, under which key."""

    actor: Actor
    happened_on: CivilDate
    authority: Authority | None = None
    evidence: tuple[Evidence, ...] = ()
    key: str | None = None
    correlation: str | None = None
    dry_run: bool = False
    scope: Scope | None = None
    """How far whoever acts reaches; None for everything."""
    seen: tuple[StreamAt, ...] = ()
    """Where the client saw the history that it acts on: it must be at one of these. None: wherever it is."""


def fingerprint(subject: UUID | str, command: Command, act: Act) -> str:
    """SHA-256 of what a request asks: subject, command, capacity, day, authority and papers; not when."""
    asked = [
        str(subject).encode(),
        type(command).__name__.encode(),
        act.actor.role.encode(),
        as_json(command),
        str(act.happened_on).encode(),
        as_json(act.authority) if act.authority else b"",
        *(e.sha256.encode() for e in act.evidence),
    ]
    return hashlib.sha256(b"\n".join(asked)).hexdigest()


def check_day(desk: Desk, act: Act) -> None:
    """What is recorded has happened. Raises BadFieldError for a day in the future."""
    if act.happened_on.earliest > desk.today():
        raise BadFieldError(text("发生日期在未来", "the day lies in the future"), "/happened_on")


def check_fit(command: Command, act: Act) -> None:
    """What is recorded can be stored, summed, searched and printed everywhere. Raises BadFieldError."""
    parts = (command, act.authority, act.actor, *act.evidence)
    if not any(is_suspect(as_json(part)) for part in parts if part is not None):
        return
    said = {
        "act": command.model_dump(mode="json"),
        "authority": act.authority.model_dump(mode="json") if act.authority else None,
        "evidence": [e.model_dump(mode="json") for e in act.evidence],
        "actor": act.actor.model_dump(mode="json"),
    }
    pointer = pointer_to(said, has_control_characters)
    if pointer is not None:
        raise BadFieldError(
            text("文字含有控制字符，请删除后重试", "the text holds a control character: remove it"), pointer
        )
    pointer = pointer_to(said, lambda part: isinstance(part, dict) and abs(part.get("fen", 0)) > LARGEST_FEN)
    if pointer is not None:
        raise BadFieldError(
            text("数额超过100万亿元，请检查单位", "the amount is beyond 100 trillion yuan: check its unit"), pointer
        )


def is_suspect(written: bytes) -> bool:
    """May JSON, as pydantic writes it, hold a control character or too large an amount?

    It also finds what is no fault, a backslash before a b; it never misses one, so that the parts need mostly not be
    looked at one by one.
    """
    escaped = b"\\" in written or b"\x7f" in written
    return bool((escaped and _SUSPECT.search(written)) or _LARGE_FEN.search(written))


def circumstances_of(act: Act, based_on: tuple[StreamAt, ...] = ()) -> Circumstances:
    """What surrounds the events of a request that read these streams."""
    return Circumstances.made_of(
        happened_on=act.happened_on,
        actor=act.actor,
        authority=act.authority,
        evidence=act.evidence,
        correlation=act.correlation,
        based_on=based_on,
    )
