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
from tests.projections.test_plans import LOG, PAGE, filled, pages_are_narrow


def page(rows: Rows[Any], asked: Row) -> Any:
    return lambda conn: read(conn, LOG, rows, asked, PAGE, classified=False)


def test_the_register(liuhen: Liuhen) -> None:
    schema = ProjectRegister.schema()
    filled(liuhen, schema)

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
    filled(liuhen, schema)
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
            "late by very much": (True, page(board.LATE_ENTRIES, asked.but(limit_days=3640))),
            "of a project": (True, page(board.REFUSALS, asked.but(project=project_id(7)))),
        },
    )


def project_id(n: int) -> UUID:
    """As the database makes them here."""
    return UUID(hashlib.md5(f"p{n}".encode(), usedforsecurity=False).hexdigest())
