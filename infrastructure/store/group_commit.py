"""成组提交 Group commit: what several threads want written at once goes into one transaction.

The thread that finds nobody writing writes for all that have come by then; when it is done, the first of those that
came meanwhile writes next. So a lone writer waits for nobody. A leader may wait for a moment for those who were just
answered, and then the last one to come writes, which runs already. A thread of our own writes for tasks of a loop.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import Enum, auto
from typing import Generic, Protocol, TypeVar, cast

from application.ports import StoreBusyError


class Item(Protocol):
    """What can be written together with others."""

    @property
    def writes(self) -> frozenset[Hashable]:
        """What it changes. No other item of the same batch changes or reads it."""
        ...

    @property
    def reads(self) -> frozenset[Hashable]:
        """What it rests on. No other item of the same batch changes it."""
        ...


ItemT = TypeVar("ItemT", bound=Item)
ResultT = TypeVar("ResultT")


class _Waiting(Generic[ItemT, ResultT]):
    """An item that waits for its batch, and whoever waits for its result."""

    __slots__ = ("done", "item", "reads", "result", "writes")

    def __init__(self, item: ItemT) -> None:
        self.item = item
        # Asked here, so that an item that cannot say it fails its sender alone.
        self.writes = item.writes
        self.reads = item.reads
        self.done = False
        self.result: ResultT | BaseException | None = None

    def outcome(self) -> ResultT:
        """The result. Raises the item's error."""
        if isinstance(self.result, BaseException):
            raise self.result
        return cast("ResultT", self.result)


class _Leader(Protocol):
    """Who writes for all, or waits until company has come."""

    leads: bool
    turn: threading.Lock


class _Writer:
    """The leader who writes for tasks only, in the thread that is kept for that."""

    __slots__ = ("leads", "turn")

    def __init__(self) -> None:
        self.leads = True
        self.turn = threading.Lock()
        self.turn.acquire()


class _Thread(_Waiting[ItemT, ResultT]):
    """A thread waits: for the result, or for its turn to write."""

    __slots__ = ("leads", "turn")

    def __init__(self, item: ItemT) -> None:
        super().__init__(item)
        self.leads = False
        self.turn = threading.Lock()
        self.turn.acquire()


class _Task(_Waiting[ItemT, ResultT]):
    """A task of an event loop waits: another thread writes for it."""

    __slots__ = ("future", "loop")

    def __init__(self, item: ItemT, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(item)
        self.loop = loop
        self.future: asyncio.Future[ResultT] = loop.create_future()

    def tell(self) -> None:
        """Resume the task. In the loop's thread."""
        if self.future.cancelled():
            return
        if isinstance(self.result, BaseException):
            self.future.set_exception(self.result)
        else:
            self.future.set_result(cast("ResultT", self.result))


class _Part(Enum):
    """What a sender has to do after it queued."""

    WAIT = auto()
    LEAD = auto()
    WRITE = auto()
    """The company that a leader waits for is complete with it: it writes at once, and the leader waits as all do."""


class GroupCommit(Generic[ItemT, ResultT]):
    """Writes items in batches, in the order in which they came as far as they do not touch each other."""

    def __init__(
        self,
        write: Callable[[Sequence[ItemT]], Sequence[ResultT | BaseException]],
        *,
        largest_batch: int,
        longest_queue: int,
        gather: float,
    ) -> None:
        """`write` gives a result or an error per item. `gather`: seconds that a batch waits for company at most."""
        self._write = write
        self._largest_batch = largest_batch
        self._longest_queue = longest_queue
        self._gather = gather
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._queue: deque[_Waiting[ItemT, ResultT]] = deque()
        self._writing = False
        self._closed = False
        self._company = 0
        """How many came together last time: about as many will be back soon."""
        self._gathering: _Leader | None = None
        """The leader who waits for company."""
        self._for_tasks = ThreadPoolExecutor(1, thread_name_prefix="store-writer")

    def put(self, item: ItemT) -> ResultT:
        """Write an item and give its result. Raises its error, StoreBusyError."""
        mine: _Thread[ItemT, ResultT] = _Thread(item)
        part = self._enqueue(mine)
        try:
            self._await(mine, part)
        except BaseException:  # the handler of a signal raised: whoever waits behind must not wait for this thread
            self._leave(mine)
            raise
        return mine.outcome()

    def put_all(self, items: Sequence[ItemT]) -> list[ResultT | BaseException]:
        """Write items of one sender, in their order, each accepted or refused alone. Raises StoreBusyError."""
        mine = [_Thread[ItemT, ResultT](item) for item in items]
        if not mine:
            return []
        part = self._enqueue(*mine)
        try:
            # Whichever of them leads next comes before those behind it, so its turn is waited for first.
            for waiting in mine:
                self._await(waiting, part)
                part = _Part.WAIT
        except BaseException:
            for waiting in reversed(mine):
                self._leave(waiting)
            raise
        return [cast("ResultT | BaseException", waiting.result) for waiting in mine]

    async def put_from_loop(self, item: ItemT) -> ResultT:
        """Write an item and give its result, as `put`, without holding up the running event loop."""
        loop = asyncio.get_running_loop()
        mine: _Task[ItemT, ResultT] = _Task(item, loop)
        if self._enqueue(mine) is _Part.LEAD:
            self._for_tasks.submit(self._lead_for_tasks)
        return await mine.future

    def close(self) -> None:
        """Refuse what comes from now on, and wait until everything accepted before is answered."""
        with self._lock:
            self._closed = True
            while self._writing:
                self._idle.wait()
        self._for_tasks.shutdown()

    @property
    def waiting(self) -> int:
        """How many items wait for their batch."""
        return len(self._queue)

    def _enqueue(self, *mine: _Waiting[ItemT, ResultT]) -> _Part:
        """Queue items of one sender, and give its part: to lead when nobody writes at present."""
        first = mine[0]
        with self._lock:
            if self._closed or len(self._queue) >= self._longest_queue:
                raise StoreBusyError
            self._queue.extend(mine)
            if not self._writing:
                self._writing = True
                if isinstance(first, _Thread):
                    first.leads = True
                return _Part.LEAD
            leader = self._gathering
            if leader is None or len(self._queue) < self._company:
                return _Part.WAIT
            self._gathering = None
            if isinstance(first, _Thread):
                leader.leads, first.leads = False, True
                if isinstance(leader, _Writer):  # it waits for no item of its own
                    leader.turn.release()
                return _Part.WRITE
        leader.turn.release()
        return _Part.WAIT

    def _await(self, mine: _Thread[ItemT, ResultT], part: _Part) -> None:
        """See to it that an item gets its result: wait for it, and write for all when it is one's turn."""
        if part is _Part.LEAD:
            self._lead(mine)
        elif part is _Part.WRITE:
            self._write_batch()
        # Who completed the company is not in its own batch when that is full, or when it touches an earlier item.
        while not mine.done:
            mine.turn.acquire()
            if not mine.done:
                self._lead(mine)

    def _lead(self, mine: _Thread[ItemT, ResultT]) -> None:
        """Write, unless another thread does so for the company that it completes."""
        if self._company_came(mine):
            self._write_batch()

    def _lead_for_tasks(self) -> None:
        if self._company_came(_Writer()):
            self._write_batch()

    def _company_came(self, leader: _Leader) -> bool:
        """Those who were just answered are likely to come again at once: one commit for all beats two for halves.

        False when another one leads meanwhile.
        """
        with self._lock:
            if len(self._queue) >= self._company or not self._gather:
                return True
            self._gathering = leader
        if leader.turn.acquire(timeout=self._gather):
            return leader.leads
        with self._lock:
            came_not = self._gathering is leader
            if came_not:
                self._gathering = None
        if not came_not and leader.leads:
            leader.turn.acquire()
        return leader.leads

    def _leave(self, mine: _Thread[ItemT, ResultT]) -> None:
        """Take back an item that is in no batch yet, as its sender waits no more."""
        with self._lock:
            if mine not in self._queue:
                return
            self._queue.remove(mine)
            if self._gathering is mine:
                self._gathering = None
        if mine.leads:
            self._pass_on(0)

    def _write_batch(self) -> None:
        """Write what has come, answer it, and let the next one write."""
        with self._lock:
            batch = self._take()
        try:
            results = self._write([w.item for w in batch])
            if len(results) != len(batch):
                raise RuntimeError(f"{len(results)} results of {len(batch)} items")  # noqa: TRY301 (as any other error)
        except BaseException as error:  # noqa: BLE001 (everybody who waits is told)
            results = [error] * len(batch)
        tasks: dict[asyncio.AbstractEventLoop, list[_Task[ItemT, ResultT]]] = {}
        threads: list[_Thread[ItemT, ResultT]] = []
        for waiting, result in zip(batch, results, strict=True):
            waiting.result = result
            waiting.done = True
            if isinstance(waiting, _Task):
                tasks.setdefault(waiting.loop, []).append(waiting)
            else:
                threads.append(cast("_Thread[ItemT, ResultT]", waiting))
        self._pass_on(len(batch))
        for loop, told in tasks.items():
            with suppress(RuntimeError):  # the loop is closed, and nobody waits there any more
                loop.call_soon_threadsafe(_tell, told)
        for waiting in threads:
            waiting.turn.release()

    def _pass_on(self, written: int) -> None:
        """Let the first of those who came meanwhile write next."""
        with self._lock:
            self._company = min(written + len(self._queue), self._largest_batch)
            following = self._queue[0] if self._queue else None
            if following is None:
                self._writing = False
                self._idle.notify_all()
            elif isinstance(following, _Thread):
                following.leads = True
        if isinstance(following, _Thread):
            following.turn.release()
        elif following is not None:
            self._for_tasks.submit(self._lead_for_tasks)

    def _take(self) -> list[_Waiting[ItemT, ResultT]]:
        """The items of the next batch. One that touches an earlier one stays, in its place."""
        batch: list[_Waiting[ItemT, ResultT]] = []
        written: set[Hashable] = set()
        read: set[Hashable] = set()
        left: list[_Waiting[ItemT, ResultT]] = []
        while self._queue and len(batch) < self._largest_batch:
            waiting = self._queue.popleft()
            writes, reads = waiting.writes, waiting.reads
            if written.isdisjoint(writes) and written.isdisjoint(reads) and read.isdisjoint(writes):
                batch.append(waiting)
            else:
                left.append(waiting)
            # What stays behind still goes first on what it touches: two saves of one stream keep their order.
            written |= writes
            read |= reads
        self._queue.extendleft(reversed(left))
        return batch


def _tell(tasks: Sequence[_Task[ItemT, ResultT]]) -> None:
    for task in tasks:
        task.tell()
