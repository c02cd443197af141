"""对照的视图 The library's ProjectionRunner with views of its own kind: rows and tracking in one commit per event.

One view is written as the library's users write it: a row per project, changed by what the event says. The other is the
product's own folds and SQL, of all its views, in one commit per event: with a runner for each
view there would be more commits.
"""

from __future__ import annotations

import time
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import Mapper, Notification, Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed

from bench.measuring import Sample, Side
from bench.servers import Server
from bench.stock import StockProject
from bench.stock_ledger import stock_recorded
from infrastructure.projecting.engine import PROJECTIONS
from projections.streams import Streams
from projections.view import Page

_LOOK = 0.05


def _sql(statement: str) -> Composed:
    return Composed([SQL(statement)])


class StockProjects(Application[UUID]):
    """Projects as the library's aggregates."""


class StockRegister(PostgresTrackingRecorder):
    """A row per project."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.sql_create_statements.append(
            _sql(
                "CREATE TABLE IF NOT EXISTS projects (project_id uuid PRIMARY KEY, number text, name text, stage text,"
                " owners text[], filed_on text, approved_on text, percent integer, summary text)"
            )
        )

    def set(self, project: UUID, tracking: Tracking, **columns: Any) -> None:
        """Write what an event says of a project, together with its position."""
        names = ", ".join(columns)
        changes = ", ".join(f"{name} = excluded.{name}" for name in columns)
        places = ", ".join("%s" for _ in columns)
        with self.datastore.transaction(commit=True) as curs:
            curs.execute(
                f"INSERT INTO projects (project_id, {names}) VALUES (%s, {places})"
                f" ON CONFLICT (project_id) DO UPDATE SET {changes}".encode(),
                (project, *columns.values()),
                prepare=True,
            )
            self._insert_tracking(curs, tracking)


class StockRegistering(Projection[StockRegister]):
    """The view of the library's aggregates."""

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """What changes no row is only tracked."""
        del domain_event
        self.view.insert_tracking(tracking)

    @process_event.register
    def _(self, event: StockProject.Filed, tracking: Tracking) -> None:  # type: ignore[name-defined]
        self.view.set(
            event.originator_id,
            tracking,
            number=event.number,
            name=event.filing["name"],
            owners=list(event.filing["owner_units"]),
            stage="FILED",
            filed_on=event.circumstances["happened_on"],
        )

    @process_event.register
    def _(self, event: StockProject.Approved, tracking: Tracking) -> None:  # type: ignore[name-defined]
        on = event.circumstances["happened_on"]
        self.view.set(event.originator_id, tracking, stage="APPROVED", approved_on=on)

    @process_event.register
    def _(self, event: StockProject.ProgressReported, tracking: Tracking) -> None:  # type: ignore[name-defined]
        self.view.set(event.originator_id, tracking, stage="BUILDING", percent=event.percent, summary=event.summary)


class _Recorded(Mapper[UUID]):
    """Maps the stock ledger's rows to the product's events."""

    def __init__(self) -> None:
        """Nothing is transcoded here."""

    def to_domain_event(self, stored_event: Any) -> Any:
        """The recorded event of a notification."""
        notification: Notification = stored_event
        return stock_recorded(notification, notification.id)


class StockCounty(Application[UUID]):
    """The product's events in the library's tables."""

    def construct_mapper(self) -> Mapper[UUID]:
        """One that gives the product's events."""
        return _Recorded()


class StockAllViews(PostgresTrackingRecorder):
    """All the product's views."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._views = [projection() for projection in PROJECTIONS]
        self._streams = Streams(None)
        for view in self._views:
            schema = view.schema()
            makes = (f"CREATE SCHEMA {schema}", f"SET LOCAL search_path TO {schema}", view.TABLES, "RESET search_path")
            self.sql_create_statements += [_sql(statement) for statement in makes]

    def take_in(self, entry: Any, tracking: Tracking) -> None:
        """Write what follows from an event in every view, together with its position."""
        self._streams.forward([entry], entry.position)
        with self.datastore.transaction(commit=True) as curs:
            with curs.connection.cursor(row_factory=tuple_row) as cursor:
                for view in self._views:
                    if entry.event.TOPIC in view.HANDLES:
                        cursor.execute(f"SET LOCAL search_path TO {view.schema()}".encode())
                        view.project(Page(0, [entry], self._streams), cursor)
                cursor.execute("SET LOCAL search_path TO public")
            self._insert_tracking(curs, tracking)


class StockViewing(Projection[StockAllViews]):
    """All the product's views of the product's events."""

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Take it in."""
        self.view.take_in(domain_event, tracking)


def environment(conninfo: str, **more: str) -> dict[str, str]:
    """The library's settings for a database."""
    parts = conninfo_to_dict(conninfo)
    named = {"DBNAME": "dbname", "HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        **{f"POSTGRES_{name}": str(parts.get(part) or "") for name, part in named.items()},
        "POSTGRES_MAX_OVERFLOW": "0",
        **more,
    }


def running(own: Server, application: type[Application[UUID]], projection: Any, view: Any, events: str) -> Side:
    """A side that lets the library's runner take in what it can of an application's events, into empty tables.

    `events` is the database that holds them; each round's views are in a new one.
    """

    def side(seconds: float) -> Sample:
        with own.database() as rows:
            name = projection.name.upper()
            prefixed = {f"{name}_{key}": value for key, value in environment(rows).items()}
            began = time.perf_counter()
            with ProjectionRunner(
                application_class=application,
                projection_class=projection,
                view_class=view,
                env={**environment(events), **prefixed},
            ) as runner:
                last = runner.app.recorder.max_notification_id() or 0
                while (at := _tracked(runner)) < last and not (at and time.perf_counter() - began >= seconds):
                    if runner.is_interrupted.wait(_LOOK):
                        break
                elapsed = time.perf_counter() - began
                if runner.is_interrupted.is_set():
                    runner.run_forever(0)
                return {"rate": at / elapsed}

    return side


def _tracked(runner: ProjectionRunner[Any, Any]) -> int:
    return runner.view.max_tracking_id(runner.app_name) or 0
