"""督办事项 A matter of key supervision, with the day by which a reply is due. 源政发〔2018〕16号 三（二） (O18)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from domain.dates import CivilDate
from domain.event import Value


class SupervisionState(StrEnum):
    """办理状态 How a supervision item stands on a day."""

    OPEN = "OPEN"  # 待回复
    REPLIED = "REPLIED"  # 已回复，待办结
    OVERDUE = "OVERDUE"  # 逾期未回复
    CLOSED = "CLOSED"  # 办结


class SupervisionRound(Value):
    """一轮督办 From the demand to the verdict on its reply. A reply that is not accepted begins another round."""

    reply_due: date
    begun_on: CivilDate
    replied_on: CivilDate | None = None
    reply: str = ""
    judged_on: CivilDate | None = None
    accepted: bool | None = None
    reason: str = ""


class SupervisionItem(Value):
    """督办事项 What is demanded, by whom, and its rounds so far."""

    number: int
    matter: str
    issuer: str
    document_no: str
    rounds: tuple[SupervisionRound, ...]

    @property
    def current(self) -> SupervisionRound:
        """The newest round."""
        return self.rounds[-1]

    @property
    def closed(self) -> bool:
        """Was the reply of the newest round accepted?"""
        return self.current.accepted is True

    def with_current(self, **changes: object) -> SupervisionItem:
        """The item with some fields of its newest round replaced."""
        return self.but(rounds=(*self.rounds[:-1], self.current.but(**changes)))

    def state(self, day: date) -> SupervisionState | None:
        """How it stands on a day, the due day still being in time; None before it was opened."""
        begun = [r for r in self.rounds if r.begun_on.certainly_on_or_before(day)]
        if not begun:
            return None
        now = begun[-1]
        if now.accepted and now.judged_on is not None and now.judged_on.certainly_on_or_before(day):
            return SupervisionState.CLOSED
        if now.replied_on is not None and now.replied_on.certainly_on_or_before(day):
            return SupervisionState.REPLIED
        return SupervisionState.OVERDUE if day > now.reply_due else SupervisionState.OPEN
