"""The sums that are kept beside a view's rows are those of all of its rows, though these came page by page."""

from __future__ import annotations

import psycopg
import pytest

from infrastructure.bootstrap import Liuhen
from projections import money, supervision
from projections.money import Money
from projections.red_flags import COUNTS, RedFlags
from projections.supervision import Supervision
from projections.tallies import Tally
from projections.view import Projection
from tests.projections import test_engine
from tests.projections.test_engine import engine

small_county = test_engine.small_county

KEPT: tuple[tuple[type[Projection], Tally], ...] = (
    (Supervision, supervision.EXCEPTION_DAYS),
    (RedFlags, COUNTS),
    *((Money, tally) for tally in money.TALLIES),
)


def rows(conn: psycopg.Connection[tuple[object, ...]], sql: str, tally: Tally, **parameters: object) -> set[object]:
    columns = (*tally.key, *tally.sums)
    grouped = f"SELECT {', '.join(tally.key)}, {', '.join(f'sum({s}) AS {s}' for s in tally.sums)}"
    found = conn.execute(
        f"SELECT {', '.join(columns)} FROM ({grouped} FROM ({sql}) r GROUP BY {', '.join(tally.key)}) q".encode(),
        parameters,
    )
    return set(found.fetchall())


@pytest.mark.parametrize("page", [7, 500])
def test_sums_are_those_of_all_rows(small_county: Liuhen, page: int) -> None:
    engine(small_county, page).catch_up()
    with psycopg.connect(small_county.conninfo) as conn:
        for projection, tally in KEPT:
            conn.execute(f"SET search_path TO {projection.schema()}".encode())
            projects = [p for (p,) in conn.execute("SELECT project_id FROM projects").fetchall()]
            fresh = rows(conn, tally.rows, tally, log_id=small_county.settings.division, of=projects)
            assert fresh, tally.table
            assert rows(conn, f"SELECT * FROM {tally.table}", tally) == fresh, tally.table
