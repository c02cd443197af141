"""Pages of the register and the board look at about as many rows as they show, by the database's own count."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from infrastructure.bootstrap import Liuhen
from projections.asking import Row, Rows, read
from projections.register import ProjectRegister
from projections.register.queries import PROJECTS, UNITS, ProjectsAsked, UnitsAsked
from projections.supervision import Supervision
from projections.supervision import queries as board
from tests.projections.test_plans import LOG, PAGE, fill, pages_are_narrow

_FILL_REGISTER = """
    INSERT INTO projects SELECT %(log)s, md5('p' || n)::uuid, 'ZH-' || to_char(n, 'FM000000'), '智慧平台' || n,
        CASE WHEN n %% 1000 = 0 THEN 'ACCEPTED' ELSE 'FILED' END, ARRAY['U' || n / 10], '', '370323', 'NEW',
        ARRAY[CASE WHEN n %% 1000 = 0 THEN 'VIDEO_CONFERENCE' ELSE 'OTHER' END], 'STANDALONE', false,
        CASE WHEN n %% 1000 = 0 THEN 'uk-gmpp' END, '2019-01-01', NULL, NULL, n, NULL, 0, 0, 0, n * 100,
        'zh-' || to_char(n, 'FM000000') || E'\\n智慧平台' || n,
        ARRAY(SELECT DISTINCT substr(s, i, 2) FROM (SELECT 'zh-' || to_char(n, 'FM000000') AS s UNION ALL
              SELECT '智慧平台' || n) t, generate_series(1, length(s) - 1) i), n FROM generate_series(1, %(rows)s) n;
    INSERT INTO units SELECT %(log)s, 'U' || n, '单位' || n, 'COUNTY_DEPT', '370323', '', '', md5('u' || n)::uuid,
        'u' || n || E'\\n单位' || n,
        ARRAY(SELECT DISTINCT substr('单位' || n, i, 2) FROM generate_series(1, length('单位' || n) - 1) i), n
        FROM generate_series(1, %(rows)s / 10) n;
"""

_FILL_BOARD = """
    INSERT INTO projects SELECT %(log)s, md5('p' || n)::uuid, 'ZH-' || n, '项目' || n, 'APPROVED', ARRAY['U' || n / 10],
        NULL, false, date '2019-01-01' + n / 10, n %% 3 = 0,
        CASE WHEN n %% 100 = 0 THEN '[{"earlier": "a", "earlier_on": "b", "later": "c", "later_on": "d"}]'::jsonb
             ELSE '[]' END, n FROM generate_series(1, %(rows)s) n;
    INSERT INTO refusals SELECT %(log)s, n, md5('p' || n / 2)::uuid, md5('p' || n / 2)::uuid, 'approval', 'APPROVE',
        ARRAY['G03'], '[]', 'set', '2019-01-01', now(), '甲', 'DRC', CASE WHEN n %% 5 = 0 THEN n + 1 END
        FROM generate_series(2, %(rows)s) n;
    INSERT INTO exceptions SELECT %(log)s, n, md5('p' || n)::uuid, 'G02', NULL, '理由', '县领导小组', 'D' || n, NULL, '甲',
        '2019-01-01', '2019-01-01', NULL, NULL, NULL, NULL FROM generate_series(1, %(rows)s) n;
    INSERT INTO obligations SELECT %(log)s, 'U' || n, 1, md5('u' || n)::uuid, '单位', '系统', '文', '市',
        date '2019-01-01' + n / 10, '2018-10-01', NULL FROM generate_series(1, %(rows)s) n;
    INSERT INTO tasks SELECT %(log)s, 'U' || n, 1, 0, md5('u' || n)::uuid, '单位', 'OTHER', '任务', '主任', '', '县', '文',
        date '2019-01-01' + n / 10, '2019-01-01', '2018-10-01', NULL, NULL FROM generate_series(1, %(rows)s) n;
    INSERT INTO items SELECT %(log)s, 'U' || n, 1, 0, md5('u' || n)::uuid, '单位', '事项', '县', '文',
        date '2019-01-01' + n / 10, '2018-10-01', NULL, NULL, NULL FROM generate_series(1, %(rows)s) n;
    INSERT INTO late_entries SELECT %(log)s, n, 'project', md5('p' || n)::uuid, md5('p' || n)::uuid, 'project.filed',
        '2019-01-01', '2020-01-01', n FROM generate_series(1, %(rows)s) n;
    INSERT INTO hidden SELECT %(log)s, md5('h' || n)::uuid FROM generate_series(1, %(rows)s) n;
"""


def page(rows: Rows[Any], asked: Row) -> Any:
    return lambda conn: read(conn, LOG, rows, asked, PAGE, classified=False)


def test_the_register(liuhen: Liuhen) -> None:
    schema = ProjectRegister.schema()
    fill(liuhen, schema, _FILL_REGISTER)

    def projects(**asked: Any) -> Any:
        return page(PROJECTS, ProjectsAsked(**asked))

    pages_are_narrow(
        liuhen,
        schema,
        {
            "all": (False, projects()),
            "by a common word": (False, projects(q="智慧")),
            "by a rare name": (True, projects(q="智慧平台１２３４５")),
            "by part of a number": (True, projects(q="ZH-012345")),
            "by the name of a unit": (True, projects(q="单位1234")),
            "by a stage that is rare": (True, projects(stage="ACCEPTED")),
            "by a common stage": (False, projects(stage="FILED")),
            "of a unit": (True, projects(unit="U300")),
            "of a category": (True, projects(category="VIDEO_CONFERENCE")),
            "of a source": (False, projects(source="uk-gmpp")),
            "by amount": (True, projects(least_yuan=Decimal(100), most_yuan=Decimal(150))),
            "units": (False, lambda c: read(c, LOG, UNITS, UnitsAsked(), PAGE.but(limit=10), classified=False)),
            "units by name": (True, page(UNITS, UnitsAsked(q="单位1234"))),
        },
    )


def test_the_board(liuhen: Liuhen) -> None:
    schema = Supervision.schema()
    fill(liuhen, schema, _FILL_BOARD)
    asked = board.Asked(on=date(2026, 1, 1), limit_days=30)
    early = asked.but(on=date(2019, 1, 11), within_days=0)
    listed = (board.BLOCKED, board.OVERDUE, board.OUT_OF_ORDER, board.REFUSALS, board.EXCEPTIONS, board.SANCTIONED)
    pages_are_narrow(
        liuhen,
        schema,
        {
            **{
                rows.name: (False, page(rows, asked))
                for rows in (*listed, board.TASKS, board.ITEMS, board.LATE_ENTRIES)
            },
            **{
                f"{rows.name} early on": (True, page(rows, early)) for rows in (board.OVERDUE, board.TASKS, board.ITEMS)
            },
            "late by very much": (True, page(board.LATE_ENTRIES, asked.but(limit_days=19_900))),
            "of a project": (True, page(board.REFUSALS, asked.but(project=project_id(7)))),
        },
    )


def project_id(n: int) -> UUID:
    """As the database makes them here."""
    return UUID(hashlib.md5(f"p{n}".encode(), usedforsecurity=False).hexdigest())
