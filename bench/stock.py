"""对照一方 The event-sourcing library as it comes: its PostgreSQL recorder and application, default and correct.

Its option POSTGRES_ENABLE_DB_FUNCTIONS stays off: with it, followers of the log miss events.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from bench.servers import Server, check_durable


@contextmanager
def stock_recorder(own: Server, connections: int) -> Iterator[PostgresApplicationRecorder]:
    """The library's recorder on a database of its own, with so many connections. Raises NotDurableError."""
    with own.database() as conninfo:
        parts = conninfo_to_dict(conninfo)
        datastore = PostgresDatastore(
            dbname=str(parts["dbname"]),
            host=str(parts.get("host") or ""),
            port=str(parts.get("port") or ""),
            user=str(parts.get("user") or ""),
            password=str(parts.get("password") or ""),
            pool_size=connections,
        )
        with datastore:
            recorder = PostgresApplicationRecorder(datastore)
            recorder.create_table()
            with datastore.get_connection() as conn:
                check_durable(conn)
            yield recorder


@contextmanager
def stock_application(own: Server, connections: int) -> Iterator[Application[UUID]]:
    """The library's application on a database of its own."""
    with own.database() as conninfo:
        parts = conninfo_to_dict(conninfo)
        application = Application[UUID](
            env={
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "POSTGRES_DBNAME": str(parts["dbname"]),
                "POSTGRES_HOST": str(parts.get("host") or ""),
                "POSTGRES_PORT": str(parts.get("port") or ""),
                "POSTGRES_USER": str(parts.get("user") or ""),
                "POSTGRES_PASSWORD": str(parts.get("password") or ""),
                "POSTGRES_POOL_SIZE": str(connections),
                "POSTGRES_MAX_OVERFLOW": "0",
            }
        )
        try:
            yield application
        finally:
            application.close()


class StockProject(Aggregate):
    """A project in the library's own way, with what the product keeps of each event. Facts are plain JSON."""

    @event("Filed")
    def __init__(self, number: str, filing: dict[str, Any], circumstances: dict[str, Any]) -> None:
        self.number = number
        self.filing = filing
        self.filed_on = circumstances["happened_on"]
        self.needs: list[Any] = []
        self.provides: list[Any] = []
        self.approval: dict[str, Any] | None = None
        self.systems: list[str] = []
        self.percent: int | None = None
        self.summary = ""
        self.reported_on = ""

    @event("SharingDeclared")
    def declare_sharing(self, needs: list[Any], provides: list[Any], circumstances: dict[str, Any]) -> None:
        """What it needs from others and gives to them."""
        del circumstances
        self.needs = needs
        self.provides = provides

    @event("Approved")
    def approve(self, approval: dict[str, Any], circumstances: dict[str, Any]) -> None:
        """It was approved."""
        self.approval = {**approval, "approved_on": circumstances["happened_on"]}

    @event("SystemListed")
    def list_system(self, system: str, name: str, circumstances: dict[str, Any]) -> None:
        """It builds a system."""
        del name, circumstances
        self.systems = [*self.systems, system]

    @event("ProgressReported")
    def report_progress(self, percent: int, summary: str, circumstances: dict[str, Any]) -> None:
        """How far the work has come."""
        self.percent = percent
        self.summary = summary
        self.reported_on = circumstances["happened_on"]
