"""重启 Begin the log anew under another origin, when the old tree cannot go on without a fork.

First it is recorded, then the new tree is planted, then key and kept checkpoint of the old one are put aside. Cut off
anywhere, nothing is signed until it is run again: a key or a kept checkpoint of another origin stops the sequencer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from infrastructure.tlog import durable
from infrastructure.tlog.kept_checkpoint import kept_path
from infrastructure.tlog.keys import create_keys, log_signer, read_keys
from infrastructure.tlog.note import Note
from infrastructure.tlog.operator_key import operator_key_path
from infrastructure.tlog.sequencer import BusyError
from infrastructure.tlog.store import LOCK_CLASS, Tree, checkpoint_of, tree_of


class NothingToRestartError(Exception):
    """No checkpoint was ever signed here."""


def restart_log(
    conninfo: str,
    data_dir: Path,
    log_id: int,
    wanted: Tree,
    used: Iterable[str],
    pending: str | None,
    record: Callable[[str, str], None],
) -> str:
    """The new origin. `record` is told it and the abandoned checkpoint; `pending` was recorded, but not begun yet.

    Raises BusyError while a process signs, NothingToRestartError, FormatError, KeyFileError, psycopg.Error.
    """
    with _held(conninfo, log_id) as conn:
        tree = tree_of(conn, log_id)
        if pending is None or tree is None or tree.origin != pending:
            origin = pending or _unused(wanted.origin, {*used, *_known(conn, data_dir, log_id)})
            if pending is None:
                record(origin, _abandoned(conn, data_dir, log_id))
            tree = Tree((tree or wanted).suite, origin)
            conn.execute("SELECT liuhen.restart_tree(%s, %s, %s)", (log_id, tree.suite.name, origin))
        _put_aside(data_dir, log_id, tree)
        return tree.origin


@contextmanager
def _held(conninfo: str, log_id: int) -> Iterator[psycopg.Connection]:
    """A connection that holds the sequencer's lock: a sequencer that signs nothing lets go of it between two tries."""
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute("SET lock_timeout = '5s'")
        try:
            conn.execute("SELECT pg_advisory_lock(%s, %s)", (LOCK_CLASS, log_id))
        except psycopg.errors.LockNotAvailable as error:
            raise BusyError("日志正在签署，请先停止服务 / the log is being signed: stop the service first") from error
        yield conn


def _abandoned(conn: psycopg.Connection, data_dir: Path, log_id: int) -> str:
    """The last checkpoint: the one kept here, which no restored backup takes back, or else the database's."""
    path = kept_path(data_dir, log_id)
    if path.exists():
        return Note.parse(path.read_bytes()).encode().decode()
    stored = checkpoint_of(conn, log_id)
    if stored is None:
        raise NothingToRestartError("尚未签署过检查点，无需重启 / nothing was ever signed: there is nothing to restart")
    return stored.note


def _known(conn: psycopg.Connection, data_dir: Path, log_id: int) -> set[str]:
    """Origins that were used, also those that a restored backup does not know any more."""
    rows = conn.execute("SELECT origin FROM liuhen.trees").fetchall()
    files = kept_path(data_dir, log_id).parent.glob(f"{log_id}*.checkpoint")
    return {row[0] for row in rows} | {Note.parse(f.read_bytes()).text.split("\n")[0] for f in files}


def _unused(base: str, used: set[str]) -> str:
    number = 2
    while f"{base}/{number}" in used:
        number += 1
    return f"{base}/{number}"


def _put_aside(data_dir: Path, log_id: int, tree: Tree) -> None:
    """Key and kept checkpoint of an abandoned origin: kept beside under a name of their own, never replaced."""
    kept = kept_path(data_dir, log_id)
    if kept.exists() and (old := Note.parse(kept.read_bytes()).text.split("\n"))[0] != tree.origin:
        _rename(kept, f"{log_id}.abandoned-{old[0].replace('/', '_')}-{old[1]}.checkpoint")
    key = operator_key_path(data_dir, log_id)
    if key.exists() and (signers := read_keys(key))[0].name != tree.origin:
        for signer in signers:
            durable.append(key.with_name(f"{key.name}.retired"), str(signer.verifier).encode())
        _rename(key, f"{key.name}.abandoned-{signers[0].name.replace('/', '_')}")
    if not key.exists():
        create_keys(key, [log_signer(tree.suite, tree.origin)])


def _rename(path: Path, name: str) -> None:
    path.with_name(name).hardlink_to(path)  # Refused where there is such a file.
    path.unlink()
    durable.sync_folder(path.parent)
