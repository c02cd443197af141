"""读取 Reading a project's history and folding it, beside the library's repository with an equal aggregate."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from statistics import mean
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.application import Application

from application.ports import Ledger
from bench.measuring import Scale, Standard, figure, interleave, repeated
from bench.product import product
from bench.projects import project_events, project_id
from bench.report import Report
from bench.servers import Server
from bench.stock import StockProject, stock_application
from domain.evolve import fold
from domain.project import Project
from domain.streams import StreamKind
from infrastructure.bootstrap import Liuhen

BESIDE_STOCK = {6: Standard(1.6, 2.3), 50: Standard(2.9, 5), 500: Standard(4, 7)}
HISTORIES = 8
"""Projects that are read in turn."""


def run(own: Server, scale: Scale, report: Report) -> None:
    """Measure each length of history, read by one reader, from the database each time."""
    with product(own) as liuhen, stock_application(own, connections=2) as stock:
        for number, (length, standard) in enumerate(BESIDE_STOCK.items()):
            first = number * HISTORIES
            projects = [project_id(n) for n in range(first, first + HISTORIES)]
            for n in range(first, first + HISTORIES):
                liuhen.ledger.record(project_events(n, length))
            theirs = [stock_project(stock, n, length) for n in range(first, first + HISTORIES)]
            told = {
                "events": length,
                "readers": 1,
                "bytes_per_event": round(_product_bytes(liuhen, projects)),
                "baseline_bytes_per_event": round(_stock_bytes(stock, theirs)),
                "seconds": scale.seconds,
            }
            samples = interleave(
                {
                    "liuhen": repeated(_reading(liuhen.ledger, projects)),
                    "stock": repeated(_getting(stock, theirs)),
                },
                scale,
            )
            name = f"reading.{length}"
            report.add(
                figure(
                    name, "projects/s", samples, "rate", of="liuhen", beside="stock", standard=standard, settings=told
                )
            )


def _reading(ledger: Ledger, projects: list[UUID]) -> Callable[[], Project]:
    turns = cycle(projects)

    def read() -> Project:
        project = next(turns)
        return fold(Project(id=project), ledger.read(StreamKind.PROJECT, project))

    return read


def _getting(stock: Application[UUID], projects: list[UUID]) -> Callable[[], StockProject]:
    turns = cycle(projects)

    def get() -> StockProject:
        project: StockProject = stock.repository.get(next(turns))
        return project

    return get


def stock_project(stock: Application[UUID], number: int, events: int) -> UUID:
    """Save an aggregate of so many events, which say what the product's say."""
    told = [
        (e.circumstances.model_dump(mode="json", exclude_defaults=True), e.event.model_dump(mode="json"))
        for e in project_events(number, events)
    ]
    (filed_in, filed), (shared_in, shared), (approved_in, approved), (listed_in, listed), *reported = told
    project = StockProject(number=filed["number"], filing=filed["filing"], circumstances=filed_in)
    project.declare_sharing(needs=shared["needs"], provides=shared["provides"], circumstances=shared_in)
    project.approve(approval=approved, circumstances=approved_in)
    project.list_system(system=listed["system"], name=listed["name"], circumstances=listed_in)
    for circumstances, report in reported:
        project.report_progress(percent=report["percent"], summary=report["summary"], circumstances=circumstances)
    stock.save(project)
    return project.id


def _product_bytes(liuhen: Liuhen, projects: list[UUID]) -> float:
    with liuhen.pool.connection() as conn:
        return _mean(conn, "SELECT avg(length(state)) FROM liuhen.events WHERE stream_id = ANY(%s)", projects)


def _mean(conn: psycopg.Connection[Any], query: str, projects: list[UUID]) -> float:
    row = conn.execute(query.encode(), (projects,)).fetchone()
    return float(row[0]) if row else 0.0


def _stock_bytes(stock: Application[UUID], projects: list[UUID]) -> float:
    return mean(len(e.state) for p in projects for e in stock.events.recorder.select_events(p))
