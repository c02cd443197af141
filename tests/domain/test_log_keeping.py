"""Changes of the log's keys, and a new beginning of the log: recorded once, never undone."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from domain.county import County
from domain.faults import ActError, BadFieldError
from domain.log_keeping import KeyChange, KeyHolder
from domain.steps.log_keeping import ChangeLogKey, LogKeyChanged, RestartLog, change_key, restart
from tests.folding import county

KEY = "liuhen.local/log/370323+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
ADD = ChangeLogKey(holder=KeyHolder.LOG, change=KeyChange.ADDED, key=KEY, reason="定期轮换", document_no="1号")
RETIRE = ADD.but(change=KeyChange.RETIRED)
RESTART = RestartLog(
    abandoned_checkpoint="liuhen.local/log/370323\n7\nroot\n\n— signature\n",
    abandoned_origin="liuhen.local/log/370323",
    abandoned_size=7,
    origin="liuhen.local/log/370323/2",
    reason="恢复了旧备份",
    document_no="2号",
)


def added() -> County:
    return county(("2026-11-25", change_key(county(), ADD)))


def test_a_key_is_used_from_one_day_to_another() -> None:
    state = county(("2026-11-25", change_key(county(), ADD)), ("2026-12-25", change_key(added(), RETIRE)))
    (key,) = state.log_keys
    assert (str(key.added_on), str(key.retired_on)) == ("2026-11-25", "2026-12-25")


def test_a_key_that_is_older_than_the_record_of_keys_can_be_retired() -> None:
    (key,) = county(("2026-11-25", change_key(county(), RETIRE))).log_keys
    assert (key.added_on, str(key.retired_on)) == (None, "2026-11-25")


def test_a_change_is_made_once_and_a_retired_key_never_comes_back() -> None:
    with pytest.raises(ActError, match="in use since"):
        change_key(added(), ADD)
    gone = county(("2026-11-25", change_key(county(), ADD)), ("2026-12-25", change_key(added(), RETIRE)))
    for command in (ADD, RETIRE):
        with pytest.raises(ActError, match="retired on"):
            change_key(gone, command)
    # The witness's key of the same text is another thing.
    assert isinstance(change_key(gone, ADD.but(holder=KeyHolder.WITNESS)), LogKeyChanged)


def test_only_a_verifier_key_is_recorded_never_a_private_one() -> None:
    with pytest.raises(ValidationError):
        ChangeLogKey(**{**dict(ADD), "key": "PRIVATE+KEY+liuhen.local+530d903a+AekyeRrm56hApGFkyQR4"})


def test_a_new_beginning_names_what_was_given_up_and_needs_a_name_of_its_own() -> None:
    event = restart(county(), RESTART)
    (found,) = county(("2026-11-25", event)).log_restarts
    assert (found.abandoned_size, found.origin) == (7, "liuhen.local/log/370323/2")
    with pytest.raises(BadFieldError, match="needs a new one"):
        restart(county(), RESTART.but(origin=RESTART.abandoned_origin))
    with pytest.raises(BadFieldError, match="needs a new one"):
        restart(county(("2026-11-25", event)), RESTART)
    with pytest.raises(BadFieldError, match="not of that origin"):
        restart(county(), RESTART.but(abandoned_size=8))
