"""留痕日志: record changes of keys, and that the log was begun anew."""

from __future__ import annotations

from application.act import Act
from application.desk import Outcome, on_county
from application.ports import Desk
from domain.steps.log_keeping import ChangeLogKey, RestartLog, change_key, restart


def change_log_key(desk: Desk, command: ChangeLogKey, act: Act) -> Outcome:
    """Record that a key was taken into use or retired."""
    return on_county(desk, command, act, change_key)


def restart_log(desk: Desk, command: RestartLog, act: Act) -> Outcome:
    """Record that the log was given up and begun anew."""
    return on_county(desk, command, act, restart)
