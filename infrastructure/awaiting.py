"""等待 Waiting without holding up an event loop: code that is written plainly waits in a greenlet of the loop's thread.

The use cases are plain functions. On the server's loop they run by `run`; where the ledger then has to wait for the
database, it calls `wait_for`, and the loop goes on with other requests meanwhile.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar, cast

from greenlet import getcurrent, greenlet

P = ParamSpec("P")
T = TypeVar("T")

MOST_THREADS = 64
"""How many calls may block at once. More than a pool has connections: where the database is away, each waits for it as
long as any other, and not in turn."""
_THREADS = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="waiting")


class _Plain(greenlet):
    """Plain code that runs in a loop's thread."""


def in_loop() -> bool:
    """Does the caller run by `run`?"""
    return isinstance(getcurrent(), _Plain)


def wait_for(awaitable: Awaitable[T]) -> T:
    """Wait for something from plain code that runs by `run`. Raises what it raises."""
    driver = getcurrent().parent
    assert driver is not None  # noqa: S101 (only the thread's first greenlet has no parent)
    return cast("T", driver.switch(awaitable))


def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that blocks: in another thread where the caller runs by `run`, else simply here."""
    if in_loop():
        call = partial(contextvars.copy_context().run, function, *args, **kwargs)
        return wait_for(asyncio.get_running_loop().run_in_executor(_THREADS, call))
    return function(*args, **kwargs)


async def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call plain code and give its result. Raises what it raises."""
    plain = _Plain(function)
    plain.gr_context = contextvars.copy_context()
    passed: Any = plain.switch(*args, **kwargs)
    while not plain.dead:
        try:
            result = await passed
        except BaseException as error:  # noqa: BLE001 (the plain code is told, whatever it is)
            passed = plain.throw(error)
        else:
            passed = plain.switch(result)
    return cast("T", passed)
