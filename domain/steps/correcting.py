"""更正: CorrectFact -> FactCorrected. Any recorded fact can be withdrawn or replaced; decisions cannot.

A decision is not a fact that was mistaken but an act that was taken: it is revoked by another act.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field, ValidationError

from domain.case import Case
from domain.command import Command
from domain.correction import FactCorrected
from domain.dates import CivilDate
from domain.deciding import record
from domain.event import Event
from domain.faults import ActError, BadFieldError
from domain.ledger import faults, moves_money
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.rule import text
from domain.states import beginning


class CorrectFact(Command):
    """Ask to withdraw or replace a recorded fact of this history."""

    version: int = Field(ge=1, description="要更正的事件在本历史中的版本号")
    reason: str = Field(default="", max_length=1000, description="更正理由; required unless classified")
    replacement: dict[str, Any] | None = Field(
        default=None, description="更正后的事件内容, of the same kind; leave out to withdraw the fact"
    )
    replacement_happened_on: CivilDate | None = Field(default=None, description="更正后的发生日期")


def correct(history: Sequence[Recorded], command: CorrectFact, case: Case | None) -> Event:
    """Give the correction of one event of a history. `case` is that of its project, None where there is none.

    Raises BadFieldError when there is no such event, no reason, or the replacement does not fit; ActError when
    the event is a decision, a refusal, a correction, or the beginning of the history, or when the book of its money
    would go wrong by the correction (F01).
    """
    if not command.reason and (case is None or not case.project.classified):
        raise BadFieldError(text("请填写更正理由", "give the reason of the correction"), "/act/reason")
    target = next((r for r in history if r.stream.version == command.version), None)
    if target is None:
        raise BadFieldError(text("没有此版本的事件", "no event of that version"), "/act/version")
    event = target.event
    if isinstance(event, Refused | FactCorrected) or "judgement" in type(event).model_fields:
        raise ActError(
            text(
                "决定、拒绝和更正本身不能更正：决定应以撤销等行为另行处理，更正应再次更正原事件",
                "no correction of a decision, refusal or correction: revoke the decision, or correct the fact again",
            ),
            "/act/version",
        )
    if command.version == 1 and command.replacement is None:
        raise ActError(
            text("首个事件只能替换，不能撤回", "the first event can be replaced, not withdrawn"), "/act/version"
        )
    if command.replacement is not None:
        try:
            type(event).model_validate(command.replacement)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = "/".join(str(part) for part in first["loc"])
            raise BadFieldError(
                text(f"更正内容不符合{event.TOPIC}：{first['msg']}", f"does not fit {event.TOPIC}: {first['msg']}"),
                f"/act/replacement/{where}",
            ) from error
    correction = FactCorrected(
        target_version=command.version,
        target_topic=event.TOPIC,
        reason=command.reason,
        replacement=command.replacement,
        replacement_happened_on=command.replacement_happened_on,
    )
    if moves_money(event.__class__):
        _check_book(history, correction)
    return correction if case is None else record("correcting", case, command, correction)


def _check_book(history: Sequence[Recorded], correction: FactCorrected) -> None:
    """Raises ActError when the correction brings a fault into the book that it does not have already."""
    last = history[-1]
    beginning_state = beginning(last.stream.kind, last.stream.id)
    corrected = last.but(stream=last.stream.but(version=last.stream.version + 1), event=correction)
    already = faults(beginning_state, history)
    new = [f for f in faults(beginning_state, [*history, corrected]) if f not in already]
    if new:
        zh = "；".join(dict.fromkeys(f"第{f.version}号事件处{f.reason.zh}" for f in new))
        en = "; ".join(dict.fromkeys(f"{f.reason.en} at event no. {f.version}" for f in new))
        raise ActError(
            text(f"更正后账目不成立：{zh}", f"the book would go wrong: {en}"),
            "/act/version" if correction.replacement is None else "/act/replacement",
        )
