"""Accounts for tests: the first three, and how one acts on the accounts without a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from domain.accounts import Accounts, Appointee
from domain.dates import CivilDate
from domain.event import Event
from domain.evolve import fold
from domain.recorded import Actor, Circumstances, Recorded, Role
from domain.steps import accounts as steps
from domain.streams import NAMESPACE, StreamAt, StreamKind, accounts_id

DAY = date(2026, 3, 2)
STREAM = accounts_id("370323")


def person(name: str) -> UUID:
    return uuid5(NAMESPACE, f"test-person/{name}")


def appointee(name: str, number: int) -> Appointee:
    return Appointee(
        account=name, person=person(name), organisation="大数据局", key_id=f"{number:016x}", key_sha256=f"{number:064x}"
    )


FIRST = steps.AppointAdministrators(
    system=appointee("sys-1", 1),
    security=appointee("sec-1", 2),
    audit=appointee("aud-1", 3),
    keys_expire_on=date(2026, 12, 31),
    document_no="沂政办任〔2026〕1号",
)


def by(account: str, role: Role) -> Actor:
    return Actor(account=account, organisation="大数据局", role=role, person=person(account))


SYS, SEC, AUD = by("sys-1", Role.SYS_ADMIN), by("sec-1", Role.SEC_ADMIN), by("aud-1", Role.AUDIT_ADMIN)


class History:
    """The accounts, event by event."""

    def __init__(self) -> None:
        self.events: list[Recorded] = []
        self.accounts = Accounts(id=STREAM)
        self.day = DAY

    def record(self, event: Event, actor: Actor) -> Event:
        version = self.accounts.version + 1
        entry = Recorded(
            stream=StreamAt(kind=StreamKind.ACCOUNTS, id=STREAM, version=version),
            position=version,
            recorded_at=datetime(2026, 3, 2, tzinfo=UTC),
            circumstances=Circumstances(happened_on=CivilDate.on(self.day), actor=actor),
            event=event,
        )
        self.events.append(entry)
        self.accounts = fold(self.accounts, [entry])
        return event

    def begin(self) -> History:
        self.record(steps.appoint(self.accounts, FIRST, self.day), SYS)
        return self

    def open(self, name: str, actor: Actor = SYS, **more: Any) -> Event:
        said = {"kind": "PERSON", "person": person(more.pop("of", name)), "organisation": "某局", **more}
        command = steps.OpenAccount(account=name, **said)
        return self.record(steps.open_account(self.accounts, command, actor, self.day), actor)

    def do(self, decide: Callable[..., Event], name: str, command: Any, actor: Actor) -> Event:
        return self.record(decide(self.accounts, name, command, actor, self.day), actor)

    def grant(self, name: str, role: Role, actor: Actor = SEC, **more: Any) -> Event:
        said = {"since": self.day, "document_no": "授〔2026〕1号", **more}
        return self.do(steps.grant, name, steps.GrantRole(role=role, **said), actor)


def rules(event: Event) -> tuple[str, ...]:
    """Which rules refused it; none when it was not refused."""
    return event.judgement.blocking() if isinstance(event, steps.AccountActRefused) else ()
