"""Pages of a view look at about as many rows as they show, however many there are: by the database's own count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg

from bench import view_rows
from bench.view_rows import fill
from infrastructure.bootstrap import Liuhen
from projections.asking import Connection, Listing, Window, read
from projections.red_flags import RedFlags
from projections.red_flags import queries as red_flags
from projections.security import queries as security
from projections.stages import ProjectMilestone
from projections.stages import queries as stages
from tests.given import RULES
from tests.projections.plans import Read, read_by

ROWS = 20_000
LOG = 370323
PAGE = Window(limit=20)
LOOKED_AT = 400
"""Rows of tables and entries of indexes for a page of twenty, and for the number of those that match a narrow filter."""

SUMS = {tally.table for kept in view_rows.TALLIES.values() for tally in kept}
"""Tables of sums may be read from end to end: they are short, and that they are is seen by the rows looked at."""

_FILL_SECURITY = """
    INSERT INTO systems SELECT %(log)s, md5('s' || n)::uuid, '系统' || n, ARRAY[md5('p' || n)::uuid],
        ARRAY['U' || n / 10], false, false, 3, 'C', '2019-01-01', NULL, 'T' || n, 3, '2015', '符合',
        date '2019-01-01' + n / 10, true, false, 0, 0, NULL, 1, 'II', n FROM generate_series(1, %(rows)s) n;
    INSERT INTO tests SELECT %(log)s, md5('s' || n)::uuid, 1, 'LEVEL', 3, 'T' || n, '甲', '2015', '符合', 0, 0, false,
        (date '2019-01-01' + n / 10)::text, date '2019-01-01' + n / 10, n,
        CASE WHEN n %% 1000 = 0 THEN 'WITHDRAWN' ELSE 'STANDS' END, NULL, NULL, n %% 1000 <> 0
        FROM generate_series(1, %(rows)s) n;
    INSERT INTO incidents SELECT %(log)s, md5('s' || n)::uuid, 1, 'II', '2019-01-01', date '2019-01-01' + n / 10,
        CASE WHEN n %% 1000 <> 0 THEN '2019-02-01' END FROM generate_series(1, %(rows)s) n;
    INSERT INTO projects SELECT %(log)s, md5('p' || n)::uuid, 'ZH-' || n, '项目', ARRAY['U' || n / 10], false, true,
        NULL, NULL, 1 FROM generate_series(1, %(rows)s) n;
"""


def filled(liuhen: Liuhen, schema: str, rows: str = "") -> None:
    """Fill a view with these rows, or else with those that its pages are measured with."""
    fill(liuhen.conninfo, schema, rows or view_rows.ROWS[schema], log_id=LOG, projects=ROWS, rare=1000)


def pages_are_narrow(
    liuhen: Liuhen, schema: str, questions: dict[str, tuple[bool, Callable[[Connection], Listing[Any]]]]
) -> None:
    """Ask each question; where it is said to be narrow, the count of what matches is held to the same."""
    told: dict[str, list[Read]] = {}
    for name, (narrow, ask) in questions.items():
        found, (counted, shown) = read_by(liuhen.conninfo, schema, ask)
        assert found.items, f"{name}: nothing was found, so nothing is shown"
        told[name] = [
            r for r in ([counted, shown] if narrow else [shown]) if set(r.scanned) - SUMS or r.rows > LOOKED_AT
        ]
    assert {name: reads for name, reads in told.items() if reads} == {}


def test_security(liuhen: Liuhen) -> None:
    filled(liuhen, "security_v1", _FILL_SECURITY)
    asked = {"on": date(2021, 1, 1), "parameters": RULES.parameters}
    state = security.TestState

    def reports(state: security.TestState | None, **which: Any) -> Any:
        return listed(security.tests_of(state), security.TestsAsked(**asked, state=state, within_days=1, **which))

    def listed(rows: Any, which: Any) -> Any:
        return lambda conn: read(conn, LOG, rows, which, PAGE, classified=False)

    def incidents(*, unresolved: bool) -> Any:
        return listed(security.INCIDENTS, security.IncidentsAsked(**asked, unresolved=unresolved))

    pages_are_narrow(
        liuhen,
        "security_v1",
        {
            "newest reports": (False, reports(None)),
            "ending tomorrow": (True, reports(state.EXPIRING)),
            "withdrawn": (True, reports(state.INVALIDATED)),
            "lapsed, of a unit": (True, reports(state.LAPSED, unit="U300")),
            "systems": (False, listed(security.SYSTEMS, security.SystemsAsked(**asked))),
            "systems of a unit": (True, listed(security.SYSTEMS, security.SystemsAsked(**asked, unit="U300"))),
            "incidents": (False, incidents(unresolved=False)),
            "open incidents": (True, incidents(unresolved=True)),
            "marks": (False, listed(security.MARKS, security.MarksAsked(missing=True))),
            "marks of a unit": (True, listed(security.MARKS, security.MarksAsked(unit="U300", missing=True))),
        },
    )


def test_red_flags(liuhen: Liuhen) -> None:
    filled(liuhen, RedFlags.schema())
    with psycopg.connect(liuhen.conninfo) as conn:
        rows = conn.execute(
            f"SELECT others[1] FROM {RedFlags.schema()}.flags WHERE cardinality(others) > 0 LIMIT 1".encode()
        )
        row = rows.fetchone()
    about = row[0] if row else None

    def flags(**which: Any) -> Any:
        asked = red_flags.Filter(**which)
        return lambda conn: read(conn, LOG, red_flags.FLAGS, asked, PAGE, classified=False)

    pages_are_narrow(
        liuhen,
        RedFlags.schema(),
        {
            "newest": (False, flags()),
            "of a rule": (False, flags(rule="R04")),
            "that stand": (True, flags(status=red_flags.Status.STANDS)),
            "of a project": (True, flags(project=about)),
            "about a project": (True, flags(about=about)),
            "of a unit": (True, flags(unit="U300")),
        },
    )


_FILL_STAGES = """
    INSERT INTO projects SELECT %(log)s, md5('p' || n)::uuid, 'ZH-' || n, '项目' || n, ARRAY['U' || n / 10], false,
        NULL, 2019, 'FILED', CASE WHEN n %% 1000 = 0 THEN ARRAY['G06'] ELSE ARRAY['WAITING'] END, NULL
        FROM generate_series(1, %(rows)s) n;
    INSERT INTO stages SELECT %(log)s, md5('p' || n)::uuid, 'FILED-APPROVED', '2019-01-01', '2019-01-01', 2019,
        '2019-02-01', '2019H1', n %% 977, CASE WHEN n %% 1000 = 0 THEN 'REVERSED' ELSE 'PASSED' END, ARRAY[n]
        FROM generate_series(1, %(rows)s) n;
"""


def test_stages(liuhen: Liuhen) -> None:
    filled(liuhen, "stages_v2", _FILL_STAGES)
    asked = stages.AskedStretches(on=date(2021, 1, 1), begins=ProjectMilestone.FILED, ends=ProjectMilestone.APPROVED)

    def stretches(**which: Any) -> Any:
        return lambda c: read(c, LOG, stages.STRETCHES, asked.but(**which), PAGE, classified=False)

    def stopped(**which: Any) -> Any:
        return lambda c: read(c, LOG, stages.STOPPED, stages.AskedStopped(**which), PAGE, classified=False)

    pages_are_narrow(
        liuhen,
        "stages_v2",
        {
            "the longest": (False, stretches(outcome=stages.Outcome.PASSED)),
            "any, the longest": (False, stretches()),
            "reversed": (True, stretches(outcome=stages.Outcome.REVERSED)),
            "of a unit": (True, stretches(unit="U300")),
            "stopped": (False, stopped(reached=ProjectMilestone.FILED)),
            "stopped, of a unit": (True, stopped(unit="U300")),
        },
    )
