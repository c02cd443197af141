"""Plain code waits on an event loop without holding it up."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar

import pytest

from infrastructure import awaiting


async def later(value: int) -> int:
    await asyncio.sleep(0)
    return value


async def failing() -> int:
    await asyncio.sleep(0)
    raise ValueError("told")


def test_plain_code_waits_and_gives_its_result() -> None:
    def plain(start: int) -> int:
        assert awaiting.in_loop()
        return start + awaiting.wait_for(later(1)) + awaiting.wait_for(later(2))

    assert asyncio.run(awaiting.run(plain, 10)) == 13
    assert not awaiting.in_loop()


def test_errors_pass_both_ways() -> None:
    def catches() -> str:
        with pytest.raises(ValueError, match="told"):
            awaiting.wait_for(failing())
        raise KeyError("its own")

    with pytest.raises(KeyError, match="its own"):
        asyncio.run(awaiting.run(catches))


def test_others_go_on_while_one_waits() -> None:
    order: list[str] = []

    async def both() -> None:
        opened = asyncio.Event()

        def waits() -> None:
            order.append("waits")
            awaiting.wait_for(opened.wait())
            order.append("goes on")

        def opens() -> None:
            order.append("opens")
            opened.set()

        await asyncio.gather(awaiting.run(waits), awaiting.run(opens))

    asyncio.run(both())
    assert order == ["waits", "opens", "goes on"]


def test_what_blocks_goes_to_another_thread_only_on_a_loop() -> None:
    def here() -> int:
        return awaiting.in_thread(threading.get_ident)

    assert here() == threading.get_ident()
    assert asyncio.run(awaiting.run(here)) != threading.get_ident()


def test_context_is_that_of_the_caller() -> None:
    request: ContextVar[str] = ContextVar("request", default="none")

    async def ask(name: str) -> str:
        request.set(name)
        return await awaiting.run(lambda: (awaiting.wait_for(later(0)), request.get())[1])

    async def both() -> tuple[str, str]:
        return await asyncio.gather(ask("a"), ask("b"))

    assert tuple(asyncio.run(both())) == ("a", "b")


def test_a_cancelled_request_ends_the_plain_code() -> None:
    ended: list[str] = []

    def plain() -> None:
        try:
            awaiting.wait_for(asyncio.sleep(3600))
        finally:
            ended.append("ended")

    async def cancelled() -> None:
        task = asyncio.ensure_future(awaiting.run(plain))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert ended == ["ended"]


def test_as_many_wait_at_once_as_there_are_threads_and_not_in_turn() -> None:
    """Where the database is away, each request waits as long as any other."""
    barrier = threading.Barrier(awaiting.MOST_THREADS)

    async def all_of_them() -> list[int]:
        waiting = (awaiting.run(awaiting.in_thread, barrier.wait, 30) for _ in range(awaiting.MOST_THREADS))
        return await asyncio.gather(*waiting)

    assert sorted(asyncio.run(all_of_them())) == list(range(awaiting.MOST_THREADS))
