"""Rows that another process maps come in as those that are mapped here, also when it ends in the middle."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from application.importing import ImportReport, import_file
from application.importing.turns import Elsewhere, ElsewhereGoneError, Helper, Mapped, Turn
from application.importing.world_bank import WORLD_BANK
from domain.recorded import Actor, Role
from infrastructure.importing.mapping_process import MappingProcess
from tests.importing.test_mappings import HEADER, line
from tests.memory import memory_desk

ACTOR = Actor(account="test", organisation="测试", role=Role.SYS_ADMIN)
AT_ONCE = 10
ROWS = 40 * AT_ONCE


def file() -> bytes:
    """Good rows; among them some that are faulty, blank, or name a project twice."""
    lines = [line(**{"Project ID": f"P{n}", "Tot WB ($m)": f"{n}.5", "Approval": "2012-05-06"}) for n in range(ROWS)]
    for n in range(15, ROWS, 100):
        lines[n] = line(**{"Project ID": f"P{n}", "Approval": "someday"})
        lines[n + 1] = ""
        lines[n + 2] = line(**{"Project ID": "P7"})
    return "\n".join([HEADER, *lines]).encode()


def imported(helper: Callable[[], Helper] | None) -> tuple[ImportReport, list[Any]]:
    desk = memory_desk()
    report = import_file(desk, WORLD_BANK, file(), ACTOR, dry_run=False, progress=None, helper=helper)
    return report, [entry.event for entry in desk.ledger.after(0, ROWS)]


class Ready(MappingProcess):
    """Waits until it has started, so that all turns are mapped there; and counts them."""

    turns = 0
    ends_after = ROWS

    def __enter__(self) -> Ready:
        assert self._started.wait(60)
        return self

    def mapped(self, turn: Turn) -> Future[Mapped]:
        Ready.turns += 1
        if Ready.turns == self.ends_after:
            os.kill(self._process.pid, signal.SIGKILL)
        return super().mapped(turn)


@pytest.fixture(autouse=True)
def small_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("application.importing.run.ROWS_AT_ONCE", AT_ONCE)
    monkeypatch.setattr("application.importing.run.ROWS_WORTH", ROWS // 2)
    Ready.turns = 0


@pytest.fixture
def here(small_turns: None) -> tuple[ImportReport, list[Any]]:
    return imported(None)


def test_they_come_in_as_those_that_are_mapped_here(here: tuple[ImportReport, list[Any]]) -> None:
    report, events = imported(Ready)
    assert (report, events) == here
    assert Ready.turns == -(-ROWS // AT_ONCE)
    assert report.new == ROWS - 12
    assert report.skipped
    assert {fault.column for fault in report.faults} == {"Approval", "-"}


def test_killed_in_the_middle_the_rest_is_mapped_here(here: tuple[ImportReport, list[Any]]) -> None:
    class Dying(Ready):
        ends_after = 9

    assert imported(Dying) == here
    assert Ready.turns < ROWS // AT_ONCE


def test_it_may_start_while_rows_are_mapped_here(here: tuple[ImportReport, list[Any]]) -> None:
    assert imported(MappingProcess) == here


def test_for_a_small_file_none_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> Helper:
        raise AssertionError

    monkeypatch.setattr("application.importing.run.ROWS_WORTH", ROWS + 1)
    assert imported(never)[0].new


def test_what_goes_wrong_there_is_raised_here() -> None:
    with Ready() as elsewhere, pytest.raises(AttributeError):
        elsewhere.mapped(Turn(None, None, [(2, {})])).result(60)  # type: ignore[arg-type]


def test_it_ends_with_the_block() -> None:
    with Ready() as elsewhere:
        process = elsewhere._process
    assert process.returncode == -signal.SIGKILL
    with pytest.raises(ElsewhereGoneError):
        gone(elsewhere)


def gone(elsewhere: Elsewhere) -> Mapped:
    assert not elsewhere.ready
    return elsewhere.mapped(Turn(WORLD_BANK, WORLD_BANK.edition_of(()), [])).result(60)
