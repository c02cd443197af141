"""视图的行 Rows of the register, board, red flags and money for so many projects, made in SQL: of a county of any size.

What is rare is as rare in a large county as in a small one, days are spread over ten years, a unit has ten projects.
Each statement is for the schema of its view, and takes `log`, `rows`, the number of projects, and of how many one is
`rare`.
"""

from __future__ import annotations

from typing import Any

import psycopg

from projections import money
from projections.money import Money
from projections.red_flags import COUNTS, RedFlags
from projections.register import ProjectRegister
from projections.supervision import EXCEPTION_DAYS, Supervision
from projections.tallies import Tally

_TERMS = """ARRAY(
    SELECT DISTINCT part FROM unnest(string_to_array(s.searched, E'\\n')) t(line),
           generate_series(1, length(line) - 1) i, LATERAL (VALUES (substr(line, i, 2)), (substr(line, i, 4))) p(part)
    WHERE length(part) = 2 OR length(part) = 4 AND octet_length(part) = 4)"""
"""As `projections.register.searching.terms` makes them."""

REGISTER = f"""
    INSERT INTO projects SELECT %(log)s, md5('p' || n)::uuid, 'ZH-' || to_char(n, 'FM000000'), '智慧平台' || n,
        CASE WHEN n %% %(rare)s = 0 THEN 'ACCEPTED' ELSE 'FILED' END, ARRAY['U' || n / 10], '', '370323', 'NEW',
        ARRAY[CASE WHEN n %% %(rare)s = 0 THEN 'VIDEO_CONFERENCE' ELSE 'OTHER' END], 'STANDALONE', false,
        CASE WHEN n %% %(rare)s = 0 THEN 'uk-gmpp' END, '2019-01-01', NULL, NULL, n, NULL, 0, 0, 0, n * 100,
        s.searched, {_TERMS}, n
        FROM generate_series(1, %(rows)s) n, LATERAL
             (SELECT 'zh-' || to_char(n, 'FM000000') || E'\\n智慧平台' || n
                     || CASE WHEN n %% %(rare)s = 0 THEN E'\\nvideoconference' ELSE '' END AS searched) s;
    INSERT INTO units SELECT %(log)s, 'U' || n, '单位' || to_char(n, 'FM000000'), 'COUNTY_DEPT', '370323', '', '',
        md5('u' || n)::uuid, s.searched, {_TERMS}, n
        FROM generate_series(0, %(rows)s / 10) n, LATERAL
             (SELECT 'u' || n || E'\\n单位' || to_char(n, 'FM000000') AS searched) s;
"""

_UNIT_NAMES = """
    INSERT INTO units SELECT %(log)s, md5('u' || n)::uuid, 'U' || n, '单位' || n
        FROM generate_series(0, %(rows)s / 10) n;
"""

BOARD = f"""
    {_UNIT_NAMES}
    INSERT INTO projects SELECT %(log)s, md5('p' || n)::uuid, 'ZH-' || n, '项目' || n, 'APPROVED', ARRAY['U' || n / 10],
        NULL, false, date '2019-01-01' + n %% 3650, n %% 3 = 0,
        CASE WHEN n %% 100 = 0 THEN '[{{"earlier": "a", "earlier_on": "b", "later": "c", "later_on": "d"}}]'::jsonb
             ELSE '[]' END, n FROM generate_series(1, %(rows)s) n;
    INSERT INTO refusals SELECT %(log)s, n, md5('p' || n / 2)::uuid, md5('p' || n / 2)::uuid, 'approval', 'APPROVE',
        ARRAY['G03'], '[]', 'set', '2019-01-01', now(), '甲', 'DRC', CASE WHEN n %% 5 = 0 THEN n + 1 END
        FROM generate_series(2, %(rows)s) n;
    INSERT INTO exceptions SELECT %(log)s, n, md5('p' || n)::uuid, 'G02', NULL, '理由', '县领导小组', 'D' || n, NULL,
        '甲', '2019-01-01', '2019-01-01', NULL, NULL, NULL, NULL FROM generate_series(1, %(rows)s) n;
    INSERT INTO obligations SELECT %(log)s, 'U' || n, 1, md5('u' || n)::uuid, '单位', '系统', '文', '市',
        date '2019-01-01' + n %% 3650, '2018-10-01', NULL FROM generate_series(1, %(rows)s) n;
    INSERT INTO tasks SELECT %(log)s, 'U' || n, 1, 0, md5('u' || n)::uuid, '单位', 'OTHER', '任务', '主任', '', '县',
        '文', date '2019-01-01' + n %% 3650, '2019-01-01', '2018-10-01', NULL, NULL FROM generate_series(1, %(rows)s) n;
    INSERT INTO items SELECT %(log)s, 'U' || n, 1, 0, md5('u' || n)::uuid, '单位', '事项', '县', '文',
        date '2019-01-01' + n %% 3650, '2018-10-01', NULL, NULL, NULL FROM generate_series(1, %(rows)s) n;
    INSERT INTO late_entries SELECT %(log)s, n, 'project', md5('p' || n)::uuid, md5('p' || n)::uuid, 'project.filed',
        '2019-01-01', '2020-01-01', n %% 3650 FROM generate_series(1, %(rows)s) n;
    INSERT INTO hidden SELECT %(log)s, md5('h' || n)::uuid FROM generate_series(1, %(rows)s) n;
"""

RED_FLAGS = """
    INSERT INTO projects SELECT %(log)s, md5('p' || n)::uuid, 'ZH-' || n, '项目' || n, ARRAY['U' || n / 10], false
        FROM generate_series(1, %(rows)s) n;
    INSERT INTO flags SELECT %(log)s, md5('p' || n)::uuid, 'R' || lpad((n %% 10 + 1)::text, 2, '0'), 'k', 1,
        CASE WHEN n %% %(rare)s = 0 THEN 'STANDS' ELSE 'OPEN' END, '问', 'asked', '[]',
        CASE WHEN n %% 10 = 3 THEN ARRAY[md5('p' || n + 1)::uuid] ELSE '{}' END, n, n, NULL, NULL, 0, false
        FROM generate_series(1, %(rows)s) n;
"""

MONEY = f"""
    {_UNIT_NAMES}
    INSERT INTO projects SELECT %(log)s, md5('p' || n)::uuid, 'ZH-' || to_char(n, 'FM000000'), '项目' || n,
        ARRAY['U' || n / 10], false FROM generate_series(1, %(rows)s) n;
    INSERT INTO movements SELECT %(log)s, n * 4 + k, md5('p' || n)::uuid,
        (ARRAY['BUDGET', 'ARRANGED', 'DISBURSED', 'REFUNDED'])[k], 'BUILD', 2015 + n %% 10,
        CASE WHEN n %% %(rare)s = 0 THEN 'BANK_LOAN' ELSE 'GOV_BUDGET' END, n, '2019-01-01',
        date '2019-01-01' + n %% 3650, NULL, NULL
        FROM generate_series(1, %(rows)s) n, generate_series(1, 4) k;
    INSERT INTO lines SELECT %(log)s, md5('p' || n)::uuid, 'BUILD', 2015 + n %% 10,
        CASE WHEN n %% %(rare)s = 0 THEN 'BANK_LOAN' ELSE 'GOV_BUDGET' END, n, n, n, n,
        'ZH-' || to_char(n, 'FM000000'), false FROM generate_series(1, %(rows)s) n;
    INSERT INTO stages SELECT %(log)s, md5('p' || n)::uuid, k, 'ESTIMATE', 'RECORDED', n, 'CNY', NULL, NULL, NULL,
        false, 'ZH-' || to_char(n, 'FM000000'), false
        FROM generate_series(1, %(rows)s) n, generate_series(1, 2) k;
    INSERT INTO drifts SELECT %(log)s, md5('p' || n)::uuid, 1, 'ESTIMATE', 'CONTRACT', n, n, 0, 0, n %% %(rare)s = 0,
        'ZH-' || to_char(n, 'FM000000'), false FROM generate_series(1, %(rows)s) n;
"""

ROWS = {
    ProjectRegister.schema(): REGISTER,
    Supervision.schema(): BOARD,
    RedFlags.schema(): RED_FLAGS,
    Money.schema(): MONEY,
}
"""The rows by the schema of their view."""

TALLIES: dict[str, tuple[Tally, ...]] = {
    Supervision.schema(): (EXCEPTION_DAYS,),
    RedFlags.schema(): (COUNTS,),
    Money.schema(): money.TALLIES,
}


def fill(conninfo: str, schema: str, rows: str, *, log_id: int, projects: int, rare: int = 20) -> None:
    """Fill a view with rows for so many projects, and let the database look at them."""
    with psycopg.connect(conninfo) as conn:
        conn.execute(f"SET search_path TO {schema}".encode())
        conn.cursor_factory = psycopg.ClientCursor[Any]  # several statements at once
        conn.execute(rows.encode(), {"log": log_id, "rows": projects, "rare": rare})
        for tally in TALLIES.get(schema, ()):
            found = conn.execute("SELECT project_id FROM projects").fetchall()
            tally.put_in(conn.cursor(), log_id, [project for (project,) in found])
    with psycopg.connect(conninfo, autocommit=True) as conn:
        tables = conn.execute("SELECT tablename::text FROM pg_tables WHERE schemaname = %s", (schema,)).fetchall()
        for (table,) in tables:
            conn.execute(f"VACUUM ANALYZE {schema}.{table}".encode())
