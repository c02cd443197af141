"""Saves by many senders at once come to what some order of them, one after the other, would have come to.

The order is that in which the batches were written. Checked on a model of the record and on PostgreSQL; and batchers
that are wrong on purpose do not pass.
"""

from __future__ import annotations

import asyncio
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations, count
from typing import Any, Literal
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from psycopg_pool import ConnectionPool

from application.ports import RequestKey, StoreBusyError
from infrastructure.doctor import State, examine
from infrastructure.settings import Settings
from infrastructure.store.batch_writer import BatchWriter, NotRecordedError, Pool, Result, Save, Saved
from infrastructure.store.group_commit import GroupCommit
from tests.conftest import NewDatabase
from tests.saves import PATIENCE, Model, all_of_them, save, told

Commits = GroupCommit[Save, Saved]
Write = Callable[[Sequence[Save]], Sequence[Result]]


@dataclass(frozen=True)
class Sender:
    """A thread sends one save after the other; a task of an event loop has all of them on their way at once."""

    how: Literal["thread", "task"]
    saves: Sequence[Save]


@dataclass
class Witness:
    """Writes batches, and keeps which saves they held in which order."""

    write: Write
    pauses: Iterator[float] = field(default_factory=lambda: iter(()))
    batches: list[list[Save]] = field(default_factory=list)
    before_first: Callable[[int], None] = lambda size: None

    def __call__(self, saves: Sequence[Save]) -> Sequence[Result]:
        if not self.batches:
            self.before_first(len(saves))
        self.batches.append(list(saves))
        results = self.write(saves)
        time.sleep(next(self.pauses, 0))
        return results


def writing_to(model: Model) -> Write:
    """Writes as the database does: each save is judged by what stood before its batch."""

    def write(saves: Sequence[Save]) -> list[Result]:
        results: list[Result] = []
        for one, judged in zip(saves, [model.outcome(s) for s in saves], strict=True):
            results.append(judged)
            if isinstance(judged, Saved) and not judged.repeated:
                first = len(model.log) + 1
                results[-1] = placed = Saved(first, first + len(one.events) - 1, judged.recorded_at, repeated=False)
                model.record(one, placed)
        return results

    return write


Answers = list[tuple[Save, Result]]


def send(commits: Commits, senders: Sequence[Sender], seconds: float = PATIENCE) -> Answers:
    """Have all senders send at once, and give what each save was answered."""
    answers: Answers = []

    def by_thread(saves: Sequence[Save]) -> None:
        for one in saves:
            try:
                answers.append((one, commits.put(one)))
            except Exception as error:  # noqa: BLE001 (an answer, too)
                answers.append((one, error))

    async def by_task(saves: Sequence[Save]) -> None:
        results = await asyncio.gather(*(commits.put_from_loop(s) for s in saves), return_exceptions=True)
        answers.extend(zip(saves, results, strict=True))

    async def by_tasks(plans: Sequence[Sequence[Save]]) -> None:
        await asyncio.gather(*map(by_task, plans))

    threads: list[Callable[[], object]] = [partial(by_thread, s.saves) for s in senders if s.how == "thread"]
    if tasks := [s.saves for s in senders if s.how == "task"]:
        threads.append(lambda: asyncio.run(by_tasks(tasks)))
    all_of_them(*threads, seconds=seconds)
    return answers


def check(senders: Sequence[Sender], witness: Witness, answers: Answers) -> Model:
    """Each save was written once and answered once, with what its place in the order of the batches comes to."""
    sent = Counter(id(s) for sender in senders for s in sender.saves)
    assert Counter(id(s) for s, _ in answers) == sent
    assert Counter(id(s) for batch in witness.batches for s in batch) == sent
    answered = {id(s): told(result) for s, result in answers}

    model = Model()
    for batch in witness.batches:
        for one in batch:
            assert answered[id(one)] == told(model.do(one))
    other_way = Model()  # the order within a batch does not matter
    for batch in witness.batches:
        for one in reversed(batch):
            assert answered[id(one)][0] == told(other_way.do(one))[0]

    batch_of = {id(s): n for n, batch in enumerate(witness.batches) for s in batch}
    for sender in senders:
        for earlier, later in combinations(sender.saves, 2):
            if earlier.writes & later.writes:
                assert batch_of[id(earlier)] < batch_of[id(later)], "two saves of one stream changed places"
    return model


names = st.sampled_from("abc")


@st.composite
def some_saves(draw: st.DrawFn) -> Save:
    runs = draw(st.dictionaries(names, st.tuples(st.integers(1, 3), st.integers(1, 2)), max_size=2))
    written = [(name, first + n) for name, (first, length) in runs.items() for n in range(length)]
    guards = draw(st.dictionaries(names, st.integers(0, 3), max_size=1))
    keys = st.tuples(st.sampled_from("kl"), st.sampled_from("fg"))
    key = draw(st.none() | keys if written else keys)
    return save(*written, guards=list(guards.items()) if written else (), key=key)


senders = st.builds(Sender, st.sampled_from(("thread", "task")), st.lists(some_saves(), min_size=1, max_size=5))


@given(
    plan=st.lists(senders, min_size=1, max_size=6),
    largest=st.sampled_from([1, 2, 256]),
    gather=st.sampled_from([0.0, 0.0003, 0.005]),
    pauses=st.lists(st.sampled_from([0.0, 0.0005, 0.002]), max_size=20),
)
@settings(max_examples=60)
def test_any_mix_comes_to_what_some_order_comes_to(
    plan: list[Sender], largest: int, gather: float, pauses: list[float]
) -> None:
    written = Model()
    witness = Witness(writing_to(written), iter(pauses))
    commits = Commits(witness, largest_batch=largest, longest_queue=1024, gather=gather)
    answers = send(commits, plan)
    commits.close()
    model = check(plan, witness, answers)
    assert (written.log, written.heads, written.requests) == (model.log, model.heads, model.requests)
    assert max(map(len, witness.batches)) <= largest
    for _, result in answers:
        event(type(result).__name__)


@pytest.fixture(scope="module")
def database(embedded: str, new_database: NewDatabase) -> str:
    """One for the module: each example has a log of its own."""
    return new_database(embedded)


@pytest.fixture(scope="module")
def pool(database: str) -> Iterator[Pool]:
    made: Pool = ConnectionPool(database, min_size=1, max_size=4, kwargs={"autocommit": True}, open=False)
    with made:
        yield made


LOGS = count(500000)


@given(plan=st.lists(senders, min_size=2, max_size=5), pauses=st.lists(st.sampled_from([0.0, 0.002]), max_size=8))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_mix_on_postgresql_comes_to_what_some_order_comes_to(
    pool: Pool, plan: list[Sender], pauses: list[float]
) -> None:
    log_id = next(LOGS)
    writer = BatchWriter(pool, log_id, give_up_after=PATIENCE)
    witness = Witness(writer.write, iter(pauses))
    commits = Commits(witness, largest_batch=256, longest_queue=1024, gather=0.0003)
    answers = send(commits, plan)
    commits.close()
    writer.close()
    assert recorded(pool, log_id) == check(plan, witness, answers).log


def recorded(pool: Pool, log_id: int) -> list[tuple[UUID, int]]:
    with pool.connection() as conn:
        return conn.execute(
            "SELECT stream_id, stream_version FROM liuhen.events WHERE log_id = %s ORDER BY position", (log_id,)
        ).fetchall()


def test_the_record_of_all_of_this_is_sound(pool: Pool, database: str) -> None:
    """Runs after what was written above: the doctor looks at all the logs."""
    checks = {f.name: f for f in examine(Settings(database_url=database), database)}
    for name in ("head", "positions", "stream_heads", "recorded_at", "requests"):
        assert checks[name].state is State.OK, checks[name]


# What is wrong on purpose does not pass.

CROWD = [
    Sender("task", [save(("a", 1)), save(("a", 2), ("b", 1)), save(("b", 2)), save(("c", 1), key=("k", "f"))]),
    *(Sender("thread", [save(("a", 1), ("e", 1))]) for _ in range(3)),
    Sender("thread", [save(("d", 1))]),
    *(Sender("thread", [save((f"own {n}", 1), guards=[("d", 0)])]) for n in range(3)),
    *(Sender("thread", [save((f"once {n}", 1), key=("once", "f"))]) for n in range(2)),
    Sender("thread", [save(("other", 1), key=("once", "g"))]),
    Sender("thread", [save(key=("once", "f"))]),
]
"""Saves of which most touch each other, each on its way at once with all others."""


def crowded(kind: type[Commits], seconds: float = PATIENCE) -> tuple[Witness, Answers]:
    """The crowd's answers, when the first batch is written only after all the others wait."""
    total = sum(len(s.saves) for s in CROWD)

    def until_all_wait(size: int) -> None:
        deadline = time.monotonic() + min(seconds, PATIENCE)
        while commits.waiting + size < total and time.monotonic() < deadline:
            time.sleep(0.001)

    witness = Witness(writing_to(Model()), before_first=until_all_wait)
    commits = kind(witness, largest_batch=256, longest_queue=1024, gather=0)
    return witness, send(commits, CROWD, seconds)


def test_the_crowd_is_answered_rightly() -> None:
    for _ in range(10):
        check(CROWD, *crowded(GroupCommit))


class IgnoresConflicts(GroupCommit[Any, Any]):
    """Takes whatever waits."""

    def _take(self) -> list[Any]:
        batch = list(self._queue)
        self._queue.clear()
        return batch


class IgnoresReads(GroupCommit[Any, Any]):
    """Looks only at what is written."""

    def _enqueue(self, *mine: Any) -> Any:
        for waiting in mine:
            waiting.reads = frozenset()
        return super()._enqueue(*mine)


class LetsOvertake(GroupCommit[Any, Any]):
    """What stays behind keeps nobody from going first."""

    def _take(self) -> list[Any]:
        batch: list[Any] = []
        written: set[Any] = set()
        left: list[Any] = []
        while self._queue:
            waiting = self._queue.popleft()
            if written.isdisjoint(waiting.writes | waiting.reads):
                batch.append(waiting)
                written |= waiting.writes | waiting.reads
            else:
                left.append(waiting)
        self._queue.extend(left)
        return batch


class MixesUpAnswers(GroupCommit[Any, Any]):
    """Tells everybody another's result."""

    def __init__(self, write: Any, **options: Any) -> None:
        super().__init__(lambda saves: list(reversed(write(saves))), **options)


class WritesTwice(GroupCommit[Any, Any]):
    """Sends a batch again after it was answered."""

    def __init__(self, write: Any, **options: Any) -> None:
        super().__init__(lambda saves: [write(saves), write(saves)][1], **options)


class Drops(GroupCommit[Any, Any]):
    """Forgets one that waits."""

    def _enqueue(self, *mine: Any) -> Any:
        part = super()._enqueue(*mine)
        with self._lock:
            if len(self._queue) == 5:
                self._queue.pop()
        return part


class ForgetsToPassOn(GroupCommit[Any, Any]):
    """Whoever came while a batch was written waits for ever."""

    def _pass_on(self, written: int) -> None:
        with self._lock:
            self._queue.clear()
        super()._pass_on(written)


@pytest.mark.parametrize(
    "kind", [IgnoresConflicts, IgnoresReads, LetsOvertake, MixesUpAnswers, WritesTwice, Drops, ForgetsToPassOn]
)
def test_a_wrong_batcher_does_not_pass(kind: type[Commits]) -> None:
    with pytest.raises(AssertionError):
        check(CROWD, *crowded(kind, seconds=1.0))


# Limits, ends and breaks.


class Gate:
    """Holds up the batches until it is opened."""

    def __init__(self) -> None:
        self.entered, self.opened = threading.Event(), threading.Event()
        self.written: list[Save] = []

    def __call__(self, saves: Sequence[Save]) -> list[Result]:
        self.entered.set()
        assert self.opened.wait(PATIENCE)
        self.written += saves
        return [Saved(1, 1, None, False) for _ in saves]  # type: ignore[arg-type]


def commits_through(write: Any, longest: int = 1024) -> Commits:
    return Commits(write, largest_batch=4, longest_queue=longest, gather=0)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came to this"
        time.sleep(0.001)


def test_a_full_queue_refuses_and_forgets_nobody() -> None:
    gate = Gate()
    commits = commits_through(gate, longest=3)
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(commits.put, save(("a", 1)))
        assert gate.entered.wait(PATIENCE)
        others = [threads.submit(commits.put, save((n, 1))) for n in range(3)]
        until(lambda: commits.waiting == 3)
        with pytest.raises(StoreBusyError):
            commits.put(save(("too many", 1)))
        with pytest.raises(StoreBusyError):
            asyncio.run(commits.put_from_loop(save(("too many", 1))))
        gate.opened.set()
        assert [f.result(PATIENCE).first_position for f in [first, *others]] == [1, 1, 1, 1]
        assert isinstance(commits.put(save(("room again", 1))), Saved)
    assert len(gate.written) == 5


@pytest.mark.parametrize("seed", range(5))
def test_closing_answers_all_that_was_accepted_and_takes_nothing_more(seed: int) -> None:
    written: list[Save] = []
    chance = random.Random(seed)

    def write(saves: Sequence[Save]) -> list[Result]:
        time.sleep(chance.random() * 0.002)
        written.extend(saves)
        return [Saved(1, 1, None, False) for _ in saves]  # type: ignore[arg-type]

    commits = commits_through(write)
    accepted: list[Save] = []
    closed = threading.Event()

    def sending(sender: int) -> None:
        for n in count():
            one = save((f"{sender} {n}", 1))
            try:
                commits.put(one)
            except StoreBusyError:
                return
            assert not closed.is_set() or one in written
            accepted.append(one)

    async def sending_from_loop(sender: int) -> None:
        for n in count():
            one = save((f"loop {sender} {n}", 1))
            try:
                await commits.put_from_loop(one)
            except StoreBusyError:
                return
            accepted.append(one)

    async def many() -> None:
        await asyncio.gather(*map(sending_from_loop, range(4)))

    def closing() -> None:
        until(lambda: len(written) > 30)
        commits.close()
        before = len(written)
        closed.set()
        with pytest.raises(StoreBusyError):
            commits.put(save(("late", 1)))
        assert len(written) == before

    all_of_them(*(lambda n=n: sending(n) for n in range(4)), lambda: asyncio.run(many()), closing)
    assert sorted(map(id, accepted)) == sorted(map(id, written))


def test_closing_from_the_loop_whose_tasks_wait() -> None:
    """The loop has not come to begin the batch, and cannot: it is in close."""
    gate = Gate()
    gate.opened.set()
    commits = commits_through(gate)

    async def closing() -> Saved:
        waiting = asyncio.ensure_future(commits.put_from_loop(save(("a", 1))))
        await asyncio.sleep(0)  # it is enqueued, its batch not begun
        commits.close()
        return await waiting

    all_of_them(lambda: asyncio.run(closing()))
    assert len(gate.written) == 1


def test_closing_after_the_loop_ended_before_its_batch_began() -> None:
    gate = Gate()
    gate.opened.set()
    commits = commits_through(gate)
    loop = asyncio.new_event_loop()

    async def enqueuing() -> None:
        loop.stop()
        await commits.put_from_loop(save(("a", 1)))

    task = loop.create_task(enqueuing())
    loop.run_forever()
    all_of_them(commits.close)
    assert len(gate.written) == 1
    loop.run_until_complete(task)
    loop.close()


class OwnError(Exception):
    """Of the write function."""


@pytest.mark.parametrize("wrong", ["raises", "too few", "too many"])
def test_a_write_that_fails_is_told_to_everybody(wrong: str) -> None:
    """The second batch of three fails: all of its saves are told, by threads and tasks, and the third is written."""
    gate = Gate()
    calls = count(1)

    def write(saves: Sequence[Save]) -> list[Result]:
        results = gate(saves)
        if next(calls) != 2:
            return results
        if wrong == "raises":
            raise OwnError
        return results[1:] if wrong == "too few" else [*results, *results]

    commits = commits_through(write)
    answers: Answers = []

    def crowd() -> None:
        assert gate.entered.wait(PATIENCE)
        others = [Sender("thread", [save((n, 1))]) for n in range(2)]
        answers.extend(send(commits, [*others, Sender("task", [save((f"task {n}", 1)) for n in range(3)])]))

    def opening() -> None:
        until(lambda: commits.waiting == 5)
        gate.opened.set()

    all_of_them(lambda: commits.put(save(("first", 1))), crowd, opening)
    failed = [result for _, result in answers if isinstance(result, BaseException)]
    assert len(answers) == 5
    assert [type(error) for error in failed] == [OwnError if wrong == "raises" else RuntimeError] * 4
    assert isinstance(commits.put(save(("after", 1))), Saved)


def test_an_item_that_cannot_say_what_it_writes_fails_alone() -> None:
    gate = Gate()
    gate.opened.set()
    commits = commits_through(gate)
    nameless = Save([StoredEvent("no identity", 1, "topic", b"")], ["project"])
    with pytest.raises(ValueError, match="badly formed"):
        commits.put(nameless)
    with pytest.raises(ValueError, match="badly formed"):
        asyncio.run(commits.put_from_loop(nameless))
    all_of_them(lambda: commits.put(save(("a", 1))))


def test_cancelled_tasks_harm_nobody() -> None:
    """Some are cancelled while they wait, some while they are written; the others are answered."""
    for seed in range(10):
        chance = random.Random(seed)
        witness = Witness(writing_to(Model()), iter([chance.random() * 0.003 for _ in range(30)]))
        commits = commits_through(witness)
        answered: list[int] = []

        async def all_tasks(
            commits: Commits = commits, chance: random.Random = chance, answered: Any = answered
        ) -> None:
            tasks = [asyncio.ensure_future(commits.put_from_loop(save((n, 1)))) for n in range(30)]
            doomed = chance.sample(tasks, 12)
            for task in doomed:
                await asyncio.sleep(chance.random() * 0.0005)
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            for n, (task, result) in enumerate(zip(tasks, results, strict=True)):
                assert isinstance(result, Saved) or (task in doomed and isinstance(result, asyncio.CancelledError))
                answered.append(n)

        def in_thread(commits: Commits = commits) -> None:
            for n in range(10):
                commits.put(save((f"thread {n}", 1)))

        all_of_them(partial(asyncio.run, all_tasks()), in_thread)
        all_of_them(commits.close)
        assert len(answered) == 30


class InterruptedBySignalError(Exception):
    """Raised by the handler of a signal."""


def interrupted(*_: Any) -> None:
    raise InterruptedBySignalError


@pytest.fixture
def interruptible() -> Iterator[None]:
    before = signal.signal(signal.SIGUSR1, interrupted)
    yield
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.usefixtures("interruptible")
def test_a_sender_that_a_signal_takes_away_keeps_nobody_waiting() -> None:
    """It stood first in the queue, and would have written next."""
    gate = Gate()
    commits = commits_through(gate)
    main = threading.main_thread().ident
    assert main == threading.get_ident()
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(commits.put, save(("a", 1)))
        assert gate.entered.wait(PATIENCE)

        def signalling() -> None:
            until(lambda: commits.waiting == 1)
            time.sleep(0.2)  # a signal that comes just before the sender begins to wait is not seen until it is woken
            signal.pthread_kill(main, signal.SIGUSR1)

        threads.submit(signalling)
        with pytest.raises(InterruptedBySignalError):
            commits.put(save(("taken away", 1)))
        assert commits.waiting == 0
        gate.opened.set()
        assert first.result(PATIENCE).first_position == 1
    all_of_them(lambda: commits.put(save(("after", 1))), commits.close)
    assert [s.writes for s in gate.written] == [save((name, 1)).writes for name in ("a", "after")]


@pytest.mark.usefixtures("interruptible")
def test_a_leader_that_a_signal_takes_away_hands_over() -> None:
    """It waits for company, as the next to write, when the signal comes; one more waits behind it."""
    gate = Gate()
    gate.opened.set()
    commits = Commits(gate, largest_batch=4, longest_queue=1024, gather=PATIENCE)
    main = threading.get_ident()
    commits._company = 3  # as after a batch of three

    def behind() -> None:
        until(lambda: commits.waiting == 1)
        commits.put(save(("behind", 1)))

    def signalling() -> None:
        until(lambda: commits.waiting == 2)
        signal.pthread_kill(main, signal.SIGUSR1)

    for other in (behind, signalling):
        threading.Thread(target=other, daemon=True).start()
    with pytest.raises(InterruptedBySignalError):
        commits.put(save(("taken away", 1)))
    until(lambda: len(gate.written) == 1)


@pytest.mark.parametrize("last", ["thread", "task"])
@pytest.mark.parametrize("first", ["thread", "task"])
def test_the_last_of_the_awaited_company_ends_the_waiting(first: str, last: str) -> None:
    """The leader would wait for a minute otherwise. Where the last one is a thread, it writes itself."""
    written: list[tuple[int, list[Any]]] = []

    def write(saves: Sequence[Save]) -> list[Result]:
        written.append((threading.get_ident(), [s.writes for s in saves]))
        return [Saved(1, 1, None, False) for _ in saves]  # type: ignore[arg-type]

    commits = Commits(write, largest_batch=4, longest_queue=1024, gather=PATIENCE)
    commits._company = 3  # as after a batch of three
    threads: dict[int, int] = {}

    def sending(place: int) -> None:
        until(lambda: commits.waiting == place and (place == 0 or commits._gathering is not None))
        threads[place] = threading.get_ident()
        if (first, "thread", last)[place] == "thread":
            commits.put(save((place, 1)))
        else:
            asyncio.run(commits.put_from_loop(save((place, 1))))

    all_of_them(*[partial(sending, place) for place in range(3)])
    all_of_them(commits.close)
    assert [names for _, names in written] == [[save((place, 1)).writes for place in range(3)]]
    assert (written[0][0] == threads[2]) == (last == "thread")


def test_who_completes_the_company_may_have_to_wait_itself() -> None:
    """Its save touches the leader's: it writes that one, and then leads the batch of its own."""
    written: list[list[Any]] = []

    def write(saves: Sequence[Save]) -> list[Result]:
        written.append([s.writes for s in saves])
        commits._company = 0
        return [Saved(1, 1, None, False) for _ in saves]  # type: ignore[arg-type]

    commits = Commits(write, largest_batch=4, longest_queue=1024, gather=0.1)
    commits._company = 2

    def second() -> None:
        until(lambda: commits._gathering is not None or len(written) > 0)
        commits.put(save(("a", 2)))

    all_of_them(lambda: commits.put(save(("a", 1))), second)
    assert written == [[save(("a", 1)).writes]] * 2


def test_leadership_changes_hands_and_loses_nobody() -> None:
    """Many short batches with pauses at random places, by threads and by two loops at once."""
    for seed in range(4):
        chance = random.Random(seed)
        witness = Witness(writing_to(Model()), iter([chance.choice([0, 0, 0.0002, 0.001]) for _ in range(1000)]))
        commits = Commits(witness, largest_batch=3, longest_queue=1024, gather=chance.choice([0, 0.0001, 0.001]))

        def threads(commits: Commits = commits) -> Answers:
            plan = [Sender("thread", [save((f"{t} {n}", 1)) for n in range(20)]) for t in range(5)]
            return send(
                commits, [*plan, *(Sender("task", [save((f"x{t} {n}", 1)) for n in range(20)]) for t in range(3))]
            )

        def loop(commits: Commits = commits) -> Answers:
            return send(commits, [Sender("task", [save((f"y{t} {n}", 1)) for n in range(20)]) for t in range(3)])

        all_of_them(threads, loop)
        all_of_them(commits.close)
        assert sum(map(len, witness.batches)) == 20 * 11
        assert {type(witness.write([save(key=("never", "f"))])[0])} == {NotRecordedError}


# On PostgreSQL: what one save holds hurts that save alone.

LONG = random.Random(1).randbytes(6000).hex()
UNFIT: dict[str, Save] = {
    "NUL in a topic": save(("unfit", 1), topic="a\0b"),
    "a lone surrogate": save(("unfit", 1), topic="\ud800"),
    "a version of 33 bits": save(("unfit", 2**32)),
    "a version below all": save(("unfit", -(2**31))),
    "a key too long for the index": Save(save(("unfit", 1)).events, ["project"], (), RequestKey("c", LONG, "f")),
    "a state that is no bytes": save(("unfit", 1), state="text"),
    "no kind": Save(save(("unfit", 1)).events, []),
    "a kind that is no text": Save(save(("unfit", 1)).events, [None]),  # type: ignore[list-item]
    "a stream's version twice": save(("unfit", 1), ("unfit", 1)),
}


@pytest.mark.parametrize("reason", UNFIT)
def test_a_save_that_cannot_be_stored_hurts_only_itself(pool: Pool, reason: str) -> None:
    log_id = next(LOGS)
    writer = BatchWriter(pool, log_id, give_up_after=PATIENCE)
    others = [save((n, 1), key=(str(n), "f")) for n in range(6)]
    results = writer.write([*others[:4], UNFIT[reason], *others[4:]])
    writer.close()
    assert [told(r) for r in results[:4] + results[5:]] == [("saved", n, n) for n in range(1, 7)]
    assert isinstance(results[4], Exception)
    assert not isinstance(results[4], Saved)
    assert len(recorded(pool, log_id)) == 6
