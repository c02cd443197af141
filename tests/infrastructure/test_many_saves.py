"""Many saves of one sender: sent together, each recorded or refused alone, also while others write."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid5

import pytest

from application.importing import MAPPINGS, import_file
from application.ports import NewEvent, StoreBusyError, WrittenEvent
from domain.dates import CivilDate
from domain.event import as_json
from domain.recorded import Actor, Circumstances, Role
from domain.steps.building import ProgressReported
from domain.streams import StreamAt, StreamKind, imported_project_id
from infrastructure.bootstrap import Liuhen
from infrastructure.store.group_commit import GroupCommit

ACTOR = Actor(account="t", organisation="测试", role=Role.SYS_ADMIN)
CIRCUMSTANCES = Circumstances(happened_on=CivilDate.parse("2019-06-01"), actor=ACTOR)


def stream(name: object) -> UUID:
    return uuid5(UUID(int=0), str(name))


def report(name: object, version: int) -> NewEvent:
    at = StreamAt(kind=StreamKind.PROJECT, id=stream(name), version=version)
    return NewEvent(at, CIRCUMSTANCES, ProgressReported(percent=version))


def written(new: NewEvent) -> WrittenEvent:
    at, event = new.stream, new.event
    return WrittenEvent(at.kind, at.id, at.version, new.circumstances, type(event), as_json(event))


def test_each_is_recorded_or_refused_alone_and_read_again(liuhen: Liuhen) -> None:
    liuhen.ledger.record([report(7, 1)])
    new = [report(n, 1) for n in range(600)]  # more than a batch holds
    positions = liuhen.ledger.record_each([written(n) for n in new])
    assert [n for n, position in enumerate(positions) if position is None] == [7]
    found = liuhen.ledger.read_each(StreamKind.PROJECT, [stream(n) for n in range(601)])
    assert set(found) == {stream(n) for n in range(600)}
    for n, position in enumerate(positions):
        if position is not None:
            (entry,) = found[stream(n)]
            assert [entry] == list(liuhen.ledger.read(StreamKind.PROJECT, stream(n)))
            assert (entry.position, entry.stream, entry.event) == (position, new[n].stream, new[n].event)
            assert entry.circumstances == CIRCUMSTANCES
    assert liuhen.ledger.position() == 600


def test_senders_of_many_and_of_one_do_not_hold_each_other_up(liuhen: Liuhen) -> None:
    def many(sender: int) -> None:
        for turn in range(3):
            assert None not in liuhen.ledger.record_each([written(report((sender, turn, n), 1)) for n in range(100)])

    def one(sender: int) -> None:
        for version in range(1, 21):
            liuhen.ledger.record([report(("one", sender), version)])

    with ThreadPoolExecutor(6) as threads:
        for done in [threads.submit(many if n % 2 else one, n) for n in range(6)]:
            done.result(timeout=60)
    assert liuhen.ledger.position() == 3 * 300 + 3 * 20


class Numbered:
    """Something to be written that touches nothing else."""

    reads: frozenset[object] = frozenset()

    def __init__(self, number: int) -> None:
        self.number = number
        self.writes: frozenset[object] = frozenset({number})


def test_results_keep_their_places_whoever_leads() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def write(items: Sequence[Numbered]) -> list[int | BaseException]:
        if items[0].number < 0:
            begun.set()
            assert go_on.wait(60)
        return [ValueError(i.number) if i.number % 3 == 0 else i.number for i in items]

    commits: GroupCommit[Numbered, int] = GroupCommit(write, largest_batch=4, longest_queue=100, gather=0)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(commits.put, Numbered(-1))
        assert begun.wait(60)
        behind = threads.submit(
            commits.put_all, [Numbered(n) for n in range(1, 11)]
        )  # written by whoever comes to lead
        go_on.set()
        assert first.result(60) == -1
        results = behind.result(60)
    assert [r if isinstance(r, int) else -int(r.args[0]) for r in results] == [1, 2, -3, 4, 5, -6, 7, 8, -9, 10]
    assert commits.put_all([]) == []
    commits.close()
    with pytest.raises(StoreBusyError):
        commits.put_all([Numbered(1)])


def test_a_file_comes_in_by_the_store_as_it_does_in_memory(liuhen: Liuhen) -> None:
    mapping = MAPPINGS["world-bank"]
    row = dict.fromkeys(mapping.required, "") | {"Project Name": "N", "Country": "C", "Status": "Closed"}
    lines = [",".join(mapping.required), *(",".join((row | {"Project ID": f"P{n}"}).values()) for n in range(300))]

    def bring_in(*, dry_run: bool = False) -> tuple[int, int, int]:
        told = import_file(liuhen.desk, mapping, "\n".join(lines).encode(), ACTOR, dry_run=dry_run, progress=None)
        return told.new, told.updated, told.unchanged

    assert bring_in(dry_run=True) == (300, 0, 0)
    assert liuhen.ledger.position() == 0
    assert bring_in() == (300, 0, 0)
    assert bring_in() == (0, 0, 300)
    lines[1] = lines[1].replace("Closed", "Active")
    assert bring_in() == (0, 1, 299)
    assert len(liuhen.ledger.read(StreamKind.PROJECT, imported_project_id("world-bank-dg", "P0"))) == 2
