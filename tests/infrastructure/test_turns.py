"""Acts on a stream that keeps moving take turns: in order, by thread or by loop, and nobody is left behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.act import Act
from application.batch import record_rows
from application.desk import Outcome
from application.enrolment import enrol_unit
from application.filing import file_project
from application.ports import Desk, NoTurns, StoreBusyError
from domain.dates import CivilDate
from domain.recorded import Actor, Recorded, Role
from domain.steps.enrolment import EnrolUnit
from domain.steps.filing import FileProject, ProjectFiled
from domain.streams import StreamKey, StreamKind
from domain.unit import UnitKind
from infrastructure import awaiting
from infrastructure.bootstrap import Liuhen
from infrastructure.turns import Turns
from tests.stages import FILING, OWNER

A, B, C = ((StreamKind.REGISTER, n) for n in (1, 2, 3))
PATIENCE = 60.0
AT_ONCE = 40


def waiting(turns: Turns, stream: StreamKey, number: int) -> None:
    """Wait until so many wait there."""
    for _ in range(int(PATIENCE / 0.005)):
        if len(turns._waiting.get(stream, ())) == number:
            return
        threading.Event().wait(0.005)
    raise AssertionError(f"{turns._waiting} do not become {number}")


def test_turns_come_in_the_order_of_asking() -> None:
    turns, order = Turns(), list[int]()

    def act(number: int) -> None:
        with turns.on([A]) as waited:
            assert waited
            order.append(number)

    with turns.on([A]) as waited:
        assert not waited
        assert turns.wanted([A, B])
        assert not turns.wanted([B])
        threads = []
        for number in range(5):
            threads.append(threading.Thread(target=act, args=(number,)))
            threads[-1].start()
            waiting(turns, A, number + 1)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
    assert not turns._waiting


def test_a_loop_goes_on_while_one_of_its_acts_waits() -> None:
    turns, order = Turns(), list[str]()

    def act(name: str) -> None:
        with turns.on([A]):
            order.append(name)
            awaiting.wait_for(asyncio.sleep(0))

    async def both() -> None:
        with turns.on([A]):
            tasks = [asyncio.create_task(awaiting.run(act, name)) for name in ("first", "second")]
            await asyncio.to_thread(waiting, turns, A, 2)
            order.append("the loop")
        await asyncio.gather(*tasks)

    asyncio.run(both())
    assert order == ["the loop", "first", "second"]
    assert not turns._waiting


def test_who_goes_away_holds_up_nobody() -> None:
    """A client that is cut off while its act waits, and one whose turn comes in that very moment."""
    turns, order = Turns(), list[str]()

    def act(name: str) -> None:
        with turns.on([A]):
            order.append(name)

    async def cut() -> None:
        with turns.on([A]):
            tasks = [asyncio.create_task(awaiting.run(act, name)) for name in ("gone", "just", "last")]
            await asyncio.to_thread(waiting, turns, A, 3)
            tasks[0].cancel()
            await asyncio.to_thread(waiting, turns, A, 2)
        tasks[1].cancel()  # it is told of its turn and that it is gone at once
        assert isinstance((await asyncio.gather(*tasks, return_exceptions=True))[0], asyncio.CancelledError)

    asyncio.run(cut())
    assert order[-1] == "last"
    assert "gone" not in order
    assert not turns._waiting


@pytest.mark.parametrize("in_loop", [False, True])
def test_who_waits_too_long_is_told_so(in_loop: bool) -> None:
    turns = Turns(seconds=0.05)

    def act() -> None:
        with turns.on([A, B]):
            pytest.fail("its turn has not come")

    with turns.on([B]), pytest.raises(StoreBusyError):
        asyncio.run(awaiting.run(act)) if in_loop else act()
    assert not turns._waiting


@given(st.lists(st.sets(st.sampled_from([A, B, C]), min_size=1), min_size=2, max_size=8))
def test_whatever_streams_they_want_all_get_their_turn_and_no_two_at_once(wanted: list[set[StreamKey]]) -> None:
    turns, present, done = Turns(), dict.fromkeys([A, B, C], 0), list[int]()
    noting = threading.Lock()

    def act(number: int) -> None:
        with turns.on(wanted[number]):
            with noting:
                for stream in wanted[number]:
                    present[stream] += 1
                    assert present[stream] == 1
            with noting:
                for stream in wanted[number]:
                    present[stream] -= 1
                done.append(number)

    with ThreadPoolExecutor(len(wanted)) as threads:
        list(threads.map(act, range(len(wanted))))
    assert sorted(done) == list(range(len(wanted)))
    assert not turns._waiting


# On the record: one register numbers all filings of a year.


def act(key: str) -> Act:
    actor = Actor(account="a", organisation="测试", role=Role.OWNER_UNIT)
    return Act(actor=actor, happened_on=CivilDate.parse("2019-01-05"), key=key)


class Counted:
    """How often something was to be saved."""

    def __init__(self, liuhen: Liuhen, patch: pytest.MonkeyPatch) -> None:
        self.saves = 0
        noting, save = threading.Lock(), liuhen.ledger._append

        def counted(*arguments: Any) -> Any:
            with noting:
                self.saves += 1
            return save(*arguments)

        patch.setattr(liuhen.ledger, "_append", counted)


@pytest.fixture
def desk(liuhen: Liuhen) -> Desk:
    """With a filing of the year before them: who begins the register cannot wait for it."""
    unit = EnrolUnit(uscc=OWNER, name="测试局", kind=UnitKind.COUNTY_DEPT, division="370323")
    enrol_unit(liuhen.desk, unit, act("unit"))
    filed(liuhen.desk, "first")
    return liuhen.desk


def filed(desk: Desk, key: str) -> Outcome:
    return file_project(desk, FileProject.model_validate(FILING.model_dump()), act(key))


def at_once(desk: Desk, how: str) -> Sequence[Outcome]:
    if how == "threads":
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(partial(filed, desk), map(str, range(AT_ONCE))))

    async def all_of_them() -> Sequence[Outcome]:
        return await asyncio.gather(*(awaiting.run(filed, desk, str(n)) for n in range(AT_ONCE)))

    return asyncio.run(all_of_them())


def numbers(outcomes: Sequence[Outcome]) -> list[int]:
    given = [cast("ProjectFiled", outcome.recorded[0].event).number for outcome in outcomes]
    return sorted(int(number.split("-")[-2]) for number in given)  # the last is a check digit


@pytest.mark.parametrize("how", ["threads", "loop"])
def test_filings_at_once_are_decided_a_few_times_each(
    liuhen: Liuhen, desk: Desk, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And numbered without a gap. Where nobody waits for anybody, each is decided as often as there are others."""
    counted = Counted(liuhen, monkeypatch)
    outcomes = at_once(desk, how)
    taken = numbers(outcomes)
    assert taken == list(range(taken[0], taken[0] + AT_ONCE))
    assert counted.saves <= 3 * AT_ONCE
    assert not desk.turns._waiting  # type: ignore[attr-defined]


def test_without_turns_they_would_be_decided_in_vain(
    liuhen: Liuhen, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(liuhen, monkeypatch)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("application.desk.ATTEMPTS", 10 * AT_ONCE)
        at_once(replace(desk, turns=NoTurns()), "loop")
    assert counted.saves > 5 * AT_ONCE


def test_batches_at_once_take_turns_with_single_acts(
    liuhen: Liuhen, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(liuhen, monkeypatch)

    def batch(number: int) -> list[Recorded]:
        command = FileProject.model_validate(FILING.model_dump())
        rows = [partial(file_project, command=command, act=act(f"{number}-{n}")) for n in range(5)]
        answers = record_rows(desk, liuhen.ledger, rows, together=True)
        assert all(isinstance(answer, Outcome) and answer.recorded for answer in answers)
        return [r for answer in answers if isinstance(answer, Outcome) for r in answer.recorded]

    with ThreadPoolExecutor(20) as threads:
        singles = [threads.submit(filed, desk, f"single-{n}") for n in range(10)]
        batches = [threads.submit(batch, n) for n in range(10)]
        recorded = [r for b in batches for r in b.result()] + [r for s in singles for r in s.result().recorded]
    positions = sorted(r.position for r in recorded)
    assert positions == list(range(positions[0], positions[0] + 120))
    assert counted.saves <= 3 * 20


def test_a_turn_is_given_back_whatever_became_of_the_act(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also by who failed within it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.ledger, "record", lambda *_, **__: (_ for _ in ()).throw(StoreBusyError))
        with desk.turns.on([(StreamKind.PROJECT, UUID(int=1).int)]), pytest.raises(StoreBusyError):
            filed(desk, "fails")
    assert filed(desk, "fails").recorded
    assert not desk.turns._waiting  # type: ignore[attr-defined]
