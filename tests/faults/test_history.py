"""The checker of histories finds each thing that may not be, and nothing in what may."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from tests.faults.history import Logged, Look, Operation, Outcome, Place, violations


@dataclass
class Seen:
    """Three streams, four clients, a reader; all is well."""

    operations: list[Operation] = field(default_factory=list)
    log: list[Logged] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)

    def violations(self) -> list[str]:
        return violations(self.operations, self.log, self.looks)


def sound() -> Seen:
    a1, b1, a2, c1, b2 = (
        Place(1, "a", 1), Place(2, "b", 1), Place(3, "a", 2), Place(4, "c", 1), Place(5, "b", 2)
    )  # fmt: skip
    return Seen(
        operations=[
            Operation("first", Outcome.OK, 1, 5, (a1,)),
            Operation("pair", Outcome.OK, 2, 6, (b1, a2), expected=2),
            Operation("refused", Outcome.FAIL, 3, 4),
            Operation("landed", Outcome.UNKNOWN, 7, 20),
            Operation("never came", Outcome.UNKNOWN, 7, 20),
            Operation("last", Outcome.OK, 8, 9, (b2,)),
        ],
        log=[
            Logged(a1, "first", None, says_what_it_read=True),
            Logged(b1, "pair"),
            Logged(a2, "pair", "first", says_what_it_read=True),
            Logged(c1, "landed"),
            Logged(b2, "last", "pair", says_what_it_read=True, guards=(("a", 2),)),
        ],
        looks=[Look("r", "a", ("first",), 3, 5), Look("r", "a", ("first", "pair"), 8, 9), Look("r", "b", (), 4, 5)],
    )


def test_a_sound_history_has_no_violation() -> None:
    assert sound().violations() == []


def lost_acknowledgement(seen: Seen) -> None:
    seen.log.pop()


def doubled(seen: Seen) -> None:
    seen.log.append(Logged(Place(6, "b", 3), "last", "last", says_what_it_read=True))


def doubled_unknown(seen: Seen) -> None:
    seen.log.append(Logged(Place(6, "c", 2), "landed"))


def half_recorded(seen: Seen) -> None:
    seen.operations[3] = replace(seen.operations[3], expected=2)


def refused_and_recorded(seen: Seen) -> None:
    seen.log.append(Logged(Place(6, "c", 2), "refused"))


def from_nowhere(seen: Seen) -> None:
    seen.log.append(Logged(Place(6, "c", 2), "nobody"))


def gap_in_positions(seen: Seen) -> None:
    seen.log[4] = replace(seen.log[4], place=Place(6, "b", 2))
    seen.operations[5] = replace(seen.operations[5], events=(Place(6, "b", 2),))


def gap_in_versions(seen: Seen) -> None:
    seen.log[4] = replace(seen.log[4], place=Place(5, "b", 3))
    seen.operations[5] = replace(seen.operations[5], events=(Place(5, "b", 3),))


def told_of_another_place(seen: Seen) -> None:
    seen.operations[0] = replace(seen.operations[0], events=(Place(1, "a", 2),))


def lost_update(seen: Seen) -> None:
    """Both rest on the same event: one decided without knowing the other."""
    seen.log[2] = replace(seen.log[2], rests_on=None)


def decided_on_what_had_moved(seen: Seen) -> None:
    seen.log[4] = replace(seen.log[4], guards=(("a", 1),))


def order_turned_round(seen: Seen) -> None:
    seen.operations[0] = replace(seen.operations[0], began=10, ended=11)


def stale_read(seen: Seen) -> None:
    seen.looks.append(Look("another", "a", ("first",), 10, 11))


def going_back(seen: Seen) -> None:
    seen.looks.append(Look("q", "b", ("pair", "last"), 7, 8))
    seen.looks.append(Look("q", "b", ("pair",), 8, 10))


def two_roots(seen: Seen) -> None:
    """Two readers were shown different events under the same number."""
    seen.looks.append(Look("q", "c", ("never came",), 10, 11))


def one_mark_twice(seen: Seen) -> None:
    seen.operations.append(replace(seen.operations[4], mark="never came"))


MUTANTS = {
    lost_acknowledgement: "lost", doubled: "more than once", doubled_unknown: "more than once", half_recorded: "in part",
    refused_and_recorded: "refused, and recorded", from_nowhere: "nobody sent", gap_in_positions: "1..n",
    gap_in_versions: "missing", told_of_another_place: "recorded at", lost_update: "lost update",
    decided_on_what_had_moved: "had moved on",
    order_turned_round: "stands before", stale_read: "acknowledged before", going_back: "went back",
    two_roots: "another history", one_mark_twice: "operations",
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_each_thing_that_may_not_be_is_found(mutant: object) -> None:
    assert callable(mutant)
    seen = sound()
    mutant(seen)
    assert any(MUTANTS[mutant] in told for told in seen.violations()), seen.violations()
