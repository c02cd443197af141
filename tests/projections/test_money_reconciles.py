"""However money moved, and whatever was corrected: the view's sums agree with each other and with the domain's book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.ports import NewEvent
from domain.correction import FactCorrected
from domain.dates import CivilDate
from domain.event import Event
from domain.ledger import Account, trial_balance
from domain.money import Money
from domain.project import FundPurpose, FundSource, Project
from domain.recorded import Actor, Circumstances, Recorded, Role
from domain.rule import Gate
from domain.steps.funding import BudgetSet, FundsArranged, FundsDisbursed, FundsRefunded
from domain.streams import StreamAt, StreamKind
from infrastructure.bootstrap import Liuhen
from projections.asking import Rows, Window, positions_behind, read
from projections.money import queries as money
from tests.stages import filed, passed

LINE = st.tuples(
    st.sampled_from(FundPurpose),
    st.integers(2019, 2021),
    st.sampled_from([FundSource.GOV_BUDGET, FundSource.DEPT_BUDGET]),
)
MOVES = st.lists(
    st.tuples(st.sampled_from(["budget", "arrange", "pay", "refund", "withdraw"]), LINE, st.integers(1, 10**15)),
    max_size=12,
)
ACTOR = Actor(account="t", organisation="测试", role=Role.FINANCE)


def events(moves: Sequence[tuple[str, Any, int]]) -> Iterator[Event]:
    """What is asked, as far as it can be: payments need an arrangement, corrections something to correct."""
    yield filed()[1]
    arranged: list[tuple[int, FundPurpose]] = []
    correctable: list[tuple[int, str]] = []
    version = 1
    for what, (purpose, year, source), fen in moves:
        line: dict[str, Any] = {"purpose": purpose, "year": year, "source": source}
        amount = Money.fen_of(fen)
        event: Event
        if what == "budget":
            event = BudgetSet(**line, amount=amount)
        elif what == "arrange":
            number = len(arranged) + 1
            event = FundsArranged(number=number, **line, amount=amount, judgement=passed(Gate.FUND_BUILD))
            arranged.append((number, purpose))
        elif what == "withdraw" and correctable:
            target, topic = correctable.pop(fen % len(correctable))
            event = FactCorrected(target_version=target, target_topic=topic, reason="误录")
        elif what in {"pay", "refund"} and arranged:
            number, of = arranged[fen % len(arranged)]
            if what == "pay":
                event = FundsDisbursed(arrangement=number, purpose=of, amount=amount, judgement=passed(Gate.FUND_BUILD))
            else:
                event = FundsRefunded(arrangement=number, amount=amount)
        else:
            continue
        version += 1
        if not isinstance(event, FactCorrected):
            correctable.append((version, event.TOPIC))
        yield event


def recorded(liuhen: Liuhen, moves: Sequence[tuple[str, Any, int]]) -> tuple[UUID, Sequence[Recorded]]:
    project = uuid4()
    circumstances = Circumstances(happened_on=CivilDate.on(date(2021, 1, 1)), actor=ACTOR)
    new = [
        NewEvent(StreamAt(kind=StreamKind.PROJECT, id=project, version=n), circumstances, event)
        for n, event in enumerate(events(moves), 1)
    ]
    return project, liuhen.ledger.record(new)


def sums(rows: Sequence[Any]) -> Counter[str]:
    """Sums of the columns; what is zero is left out."""
    total: Counter[str] = Counter()
    for row in rows:
        for column in ("arranged_fen", "disbursed_fen", "refunded_fen"):
            total[column] += getattr(row, column)
        total["budget_fen"] += row.budget_fen or 0
    return Counter({c: n for c, n in total.items() if n})


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(of_projects=st.lists(MOVES, min_size=1, max_size=3))
def test_sums_over_projects_years_sources_and_movements_are_one(
    liuhen: Liuhen, of_projects: list[list[tuple[str, Any, int]]]
) -> None:
    log_id = liuhen.settings.division
    histories = dict(recorded(liuhen, moves) for moves in of_projects)
    liuhen.engine.catch_up()
    with liuhen.pool.connection() as conn, conn.transaction():
        conn.execute(f"SET LOCAL search_path TO {liuhen.engine.schema('money', conn)}".encode())

        def listed(rows: Rows[Any], **asked: Any) -> list[Any]:
            window = Window(limit=10_000, exact=True)
            return read(conn, log_id, rows, money.Filter(**asked), window, classified=True).items

        for project, history in histories.items():
            balance = trial_balance(Project(id=project), history)
            assert balance.total() == 0
            book = Counter(
                {
                    "arranged_fen": balance.of(Account.UNDISBURSED)
                    + balance.of(Account.DISBURSED)
                    + balance.of(Account.REFUNDED),
                    "disbursed_fen": balance.of(Account.DISBURSED),
                    "refunded_fen": -balance.of(Account.REFUNDED),
                    "budget_fen": -balance.of(Account.GRANTED),
                }
            )
            lines = listed(money.LINES, project=project)
            assert sums(lines) == Counter({c: n for c, n in book.items() if n})
            for grouped in (money.YEARS, money.SOURCES, money.PURPOSES):
                assert sums(listed(grouped, project=project)) == sums(lines), grouped.name
            moved = listed(money.MOVEMENTS, project=project)
            of_kind = Counter[str]()
            for movement in moved:
                of_kind[movement.kind] += movement.fen
            for kind, column in (
                ("ARRANGED", "arranged_fen"),
                ("DISBURSED", "disbursed_fen"),
                ("REFUNDED", "refunded_fen"),
            ):
                assert of_kind[kind] == book[column], kind
            # What a line rests on are exactly the movements on it.
            behind = [
                position
                for line in lines
                for position in positions_behind(
                    conn,
                    log_id,
                    money.LINES,
                    money.Filter(),
                    [str(project), line.purpose, str(line.year), line.source],
                    classified=True,
                    position=2**40,
                )
            ]
            assert sorted(behind) == sorted(m.position for m in moved)
        whole = sums(listed(money.LINES))
        assert sums(listed(money.YEARS)) == sums(listed(money.SOURCES)) == sums(listed(money.UNITS)) == whole
        by_project = [row for project in histories for row in listed(money.LINES, project=project)]
        assert {(r.project_id, r.trace) for r in by_project} <= {
            (r.project_id, r.trace.replace("?", f"?project={r.project_id}&", 1)) for r in listed(money.LINES)
        }


@pytest.mark.parametrize(
    ("fen", "said"),
    [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123_456_789_012_345_678_901, "1234567890123456789.01")],
)
def test_amounts_are_exact_decimals(fen: int, said: str) -> None:
    assert money.yuan(fen) == said
