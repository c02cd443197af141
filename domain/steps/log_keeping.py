"""留痕日志: ChangeLogKey -> LogKeyChanged; RestartLog -> LogRestarted. Not a clause of the document: the record's own.

Both stand in the log that they are about, so that whoever checks it sees when, why and on whose authority.
"""

from __future__ import annotations

from pydantic import Field

from domain.command import Command
from domain.county import County
from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError, BadFieldError
from domain.log_keeping import KeyChange, KeyHolder, LogKey, LogRestart
from domain.recorded import Recorded
from domain.rule import text

VERIFIER_KEY = r"^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$"
"""Form of a verifier key (c2sp.org/signed-note); the key itself is checked where it verifies something."""


class ChangeLogKey(Command):
    """Ask to record that a key of the log, or of a witness, was taken into use or retired."""

    holder: KeyHolder = Field(description="谁的密钥 whose key")
    change: KeyChange = Field(description="启用或停用 taken into use or retired")
    key: str = Field(max_length=4000, pattern=VERIFIER_KEY, description="公钥 the verifier key (vkey)")
    reason: str = Field(min_length=1, max_length=500, description="原因")
    document_no: str = Field(min_length=1, max_length=120, description="批准文号")


class RestartLog(Command):
    """Ask to record that the log was given up, e.g. after an old backup was restored, and is begun anew."""

    abandoned_checkpoint: str = Field(
        min_length=1,
        max_length=20_000,
        description="最后签署的检查点（不含末尾换行） the last signed checkpoint, without its last newline",
    )
    abandoned_origin: str = Field(min_length=1, max_length=250, description="被放弃的日志 origin of the log given up")
    abandoned_size: int = Field(ge=0, description="其事件数 size that it had")
    origin: str = Field(min_length=1, max_length=250, pattern=r"^[^\s+]+$", description="新日志 origin of the new one")
    reason: str = Field(min_length=1, max_length=500, description="原因")
    document_no: str = Field(min_length=1, max_length=120, description="批准文号")


class LogKeyChanged(Event):
    """A key of the log or of a witness was taken into use or retired."""

    TOPIC = "county.log_key_changed"

    holder: KeyHolder
    change: KeyChange
    key: str
    reason: str
    document_no: str


class LogRestarted(Event):
    """The verifiable log was given up at a checkpoint and begun anew under another origin."""

    TOPIC = "county.log_restarted"

    abandoned_checkpoint: str
    abandoned_origin: str
    abandoned_size: int
    origin: str
    reason: str
    document_no: str


def change_key(county: County, command: ChangeLogKey) -> LogKeyChanged:
    """A key once retired is never used again. Raises ActError for a change that was made already."""
    known = next((k for k in county.log_keys if (k.holder, k.key) == (command.holder, command.key)), None)
    if known is not None and (command.change is KeyChange.ADDED or known.retired_on is not None):
        raise ActError(
            text(
                f"此密钥已于{known.retired_on}停用" if known.retired_on else f"此密钥已于{known.added_on}启用",
                f"the key was retired on {known.retired_on}"
                if known.retired_on
                else f"the key has been in use since {known.added_on}",
            ),
            "/act/key",
        )
    return LogKeyChanged(**dict(command))


def restart(county: County, command: RestartLog) -> LogRestarted:
    """An origin names one history for good. Raises BadFieldError for one that was used before."""
    used = {command.abandoned_origin, *(o for r in county.log_restarts for o in (r.abandoned_origin, r.origin))}
    if command.origin in used:
        raise BadFieldError(
            text("此名称已用于一个日志，新日志须用新名称", "the name was that of a log: a new log needs a new one"),
            "/act/origin",
        )
    lines = command.abandoned_checkpoint.split("\n")
    if lines[:2] != [command.abandoned_origin, str(command.abandoned_size)]:
        raise BadFieldError(
            text("检查点与所填的名称、事件数不符", "the checkpoint is not of that origin and size"),
            "/act/abandoned_checkpoint",
        )
    return LogRestarted(**dict(command))


@evolve.register
def _(event: LogKeyChanged, county: County, at: Recorded) -> County:
    day = at.happened_on
    if event.change is KeyChange.ADDED:
        return county.but(log_keys=(*county.log_keys, LogKey(holder=event.holder, key=event.key, added_on=day)))
    others = tuple(k for k in county.log_keys if (k.holder, k.key) != (event.holder, event.key))
    since = next((k.added_on for k in county.log_keys if (k.holder, k.key) == (event.holder, event.key)), None)
    retired = LogKey(holder=event.holder, key=event.key, added_on=since, retired_on=day)
    return county.but(log_keys=(*others, retired))


@evolve.register
def _(event: LogRestarted, county: County, at: Recorded) -> County:
    stated = {k: v for k, v in dict(event).items() if k != "abandoned_checkpoint"}
    return county.but(log_restarts=(*county.log_restarts, LogRestart(**stated, on=at.happened_on)))
