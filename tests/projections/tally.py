"""A projection that counts by adding, so that an event taken in twice, or not at all, is seen; and `liuhen` with it.

It may be wrong on purpose, and the process may halt in a view, after the rows of a page and before its position.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from infrastructure.projecting import engine, rebuilding
from projections.topics import ALL
from projections.view import Cursor, Page, Projection
from tests.saves import PATIENCE

ADD = (
    "INSERT INTO streams VALUES (%s, %s, %s)"
    " ON CONFLICT (log_id, stream_id) DO UPDATE SET events = streams.events + excluded.events"
)


class Tally(Projection):
    """How many events each stream has."""

    NAME = "tally"
    VERSION = 1
    HANDLES = ALL
    IGNORES = frozenset()
    TABLES = """
        CREATE TABLE streams (
            log_id integer NOT NULL, stream_id uuid NOT NULL, events integer NOT NULL,
            PRIMARY KEY (log_id, stream_id));
    """

    def project(self, page: Page, cursor: Cursor) -> None:
        """Add up."""
        counted = Counter(entry.originator_id for entry in page.entries)
        rows = [(page.log_id, stream, events) for stream, events in counted.items()]
        if os.environ.get("TALLY_WRONG"):
            write_apart(cursor, rows)
        else:
            cursor.executemany(ADD, rows)


def write_apart(cursor: Cursor, rows: Sequence[tuple[object, ...]]) -> None:
    """As a view would that keeps its rows and its position in transactions of their own."""
    (path,) = cursor.execute("SHOW search_path").fetchone() or ("",)
    with psycopg.connect(cursor.connection.info.dsn, options=f"-c search_path={path}") as conn:
        conn.cursor().executemany(ADD, rows)


def install() -> None:
    """Let this process have the projection, too, and halt where it is told to."""
    engine.PROJECTIONS = (*engine.PROJECTIONS, Tally)
    if rebuild_page := os.environ.get("TALLY_REBUILD_PAGE"):
        rebuilding.PAGE = int(rebuild_page)
    if halt := os.environ.get("TALLY_HALT"):
        for projection in engine.PROJECTIONS:
            projection.project = halting(projection.project, Path(halt))  # type: ignore[method-assign]


def halting(project: Callable[..., None], halt: Path) -> Callable[..., None]:
    """Never come back from a page of TALLY_HALT_IN that reaches TALLY_HALT_AT, when its rows are written."""
    schema, at = os.environ["TALLY_HALT_IN"], int(os.environ["TALLY_HALT_AT"])

    def project_or_halt(self: Projection, page: Page, cursor: Cursor) -> None:
        project(self, page, cursor)
        if page.entries[-1].position >= at and cursor.execute("SHOW search_path").fetchone() == (schema,):
            halt.touch()
            threading.Event().wait()

    return project_or_halt


def counted(conninfo: str) -> tuple[dict[object, int], dict[object, int]]:
    """Events per stream by the view, and by the log."""
    with psycopg.connect(conninfo) as conn:
        view = conn.execute("SELECT stream_id, events FROM tally_v1.streams").fetchall()
        log = conn.execute("SELECT stream_id, count(*) FROM liuhen.events GROUP BY 1").fetchall()
    return dict(view), dict(log)


@contextmanager
def command(*arguments: str, folder: Path, conninfo: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """`liuhen` with this projection, as a process; SIGKILL ends it with the block where it still runs."""
    program = "from tests.projections import tally; tally.install(); from api.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        env={
            **os.environ,
            "LIUHEN_DATA_DIR": str(folder),
            "LIUHEN_DATABASE_URL": conninfo,
            "LIUHEN_POLL_SECONDS": "0.2",
            "PYTHONUNBUFFERED": "1",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=PATIENCE)
