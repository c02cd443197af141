"""重启 Begin the log anew under another origin, when the old tree cannot go on without a fork (docs/adr/0025).

First it is recorded, then the new tree is planted, then key and kept checkpoint of the old one are put aside. Cut off
anywhere, nothing is signed until it is run again, which goes on where it stopped: a key or a kept checkpoint of another
origin stops the sequencer. An origin under which anything was ever signed is not begun again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from infrastructure.tlog import durable
from infrastructure.tlog.agreement import TreeDisagreesError, check_agreement
from infrastructure.tlog.kept_checkpoint import KeptCheckpoint, kept_path
from infrastructure.tlog.keys import create_keys, log_signer, read_keys
from infrastructure.tlog.note import Note, NoteError, open_note
from infrastructure.tlog.operator_key import operator_key_path, operator_verifiers
from infrastructure.tlog.sequencer import BusyError
from infrastructure.tlog.store import LOCK_CLASS, Tree, checkpoint_of, tree_of


class NothingToRestartError(Exception):
    """No checkpoint was ever signed here, or tree, events and kept checkpoint agree: the log can go on as it is."""


class NotSignedHereError(Exception):
    """The last checkpoint, as it is kept, is not signed by a key of this log. The text says what to do."""


def _at(step: str) -> None:
    """Told each step: tests break off there."""
    del step


def restart_log(
    conninfo: str,
    data_dir: Path,
    log_id: int,
    wanted: Tree,
    used: Iterable[str],
    recorded: str | None,
    record: Callable[[str, str], None],
    *,
    anyway: bool = False,
) -> str:
    """The new origin. `record` is told it and the abandoned checkpoint; `recorded` was the last one that was told.

    `anyway`: also a log that could go on, or whose last checkpoint is not signed by a key that is here.
    Raises BusyError while a process signs, NothingToRestartError, NotSignedHereError, FormatError, KeyFileError,
    psycopg.Error.
    """
    with _held(conninfo, log_id) as conn:
        tree = tree_of(conn, log_id)
        planted, signed = _origins(conn, data_dir, log_id)
        # Recorded, and nothing signed under it yet: a restart that was cut off. After a second rollback the record may
        # well name an origin that was signed under since.
        pending = recorded if recorded is not None and recorded not in signed else None
        if pending is None:
            if not anyway:
                _refuse_if_sound(conn, data_dir, log_id, tree)
            pending = _unused(wanted.origin, {*used, *planted, *signed, *_key_names(data_dir, log_id)})
            record(pending, _abandoned(conn, data_dir, log_id, anyway=anyway))
            _at("recorded")
        if tree is None or tree.origin != pending:
            tree = Tree((tree or wanted).suite, pending)
            conn.execute("SELECT liuhen.restart_tree(%s, %s, %s)", (log_id, tree.suite.name, pending))
            _at("planted")
        _put_aside(data_dir, log_id, tree)
        return pending


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


def _refuse_if_sound(conn: psycopg.Connection, data_dir: Path, log_id: int, tree: Tree | None) -> None:
    """Raises NothingToRestartError when the log can go on."""
    kept = KeptCheckpoint(kept_path(data_dir, log_id)).read()
    if tree is None:
        sound = kept is None or not kept.size
    else:
        try:
            check_agreement(conn, log_id, tree, operator_verifiers(data_dir, log_id, tree.origin), kept)
            sound = True
        except TreeDisagreesError:
            sound = False
    if sound:
        raise NothingToRestartError(
            "树、事件与留存的检查点相符，无需重启；确须重启请加--anyway / tree, events and kept checkpoint agree: "
            "there is nothing to restart; --anyway does it nevertheless"
        )


def _abandoned(conn: psycopg.Connection, data_dir: Path, log_id: int, *, anyway: bool) -> str:
    """The last checkpoint: the one kept here, which no restored backup takes back, or else the database's.

    Raises NotSignedHereError unless a key of the log, if one is here, has signed it; NothingToRestartError.
    """
    path = kept_path(data_dir, log_id)
    if path.exists():
        note = Note.parse(path.read_bytes())
    elif (stored := checkpoint_of(conn, log_id)) is not None:
        note = Note.parse(stored.note.encode())
    else:
        raise NothingToRestartError("尚未签署过检查点，无需重启 / nothing was ever signed: there is nothing to restart")
    origin = note.text.split("\n")[0]
    try:
        if verifiers := operator_verifiers(data_dir, log_id, origin):
            open_note(note, verifiers)
    except NoteError as error:
        if not anyway:
            raise NotSignedHereError(
                f"{path}：留存的检查点不是本日志密钥所签，可能被改动；查明后可加--anyway / {path}: the kept checkpoint "
                f"is not signed by a key of this log, it may have been changed; --anyway records it as it is ({error})"
            ) from error
    return note.encode().decode()


def _origins(conn: psycopg.Connection, data_dir: Path, log_id: int) -> tuple[set[str], set[str]]:
    """Origins of which there is a tree, and those under which something was signed, as far as it is known here.

    Files know what a restored backup does not know any more.
    """
    rows = conn.execute(
        "SELECT t.origin, EXISTS (SELECT FROM liuhen.checkpoints c WHERE c.log_id = t.log_id"
        " AND c.generation = t.generation) FROM liuhen.trees t"
    ).fetchall()
    files = kept_path(data_dir, log_id).parent.glob(f"{log_id}*.checkpoint")
    kept = {Note.parse(f.read_bytes()).text.split("\n")[0] for f in files}
    return {origin for origin, _ in rows}, {origin for origin, any_signed in rows if any_signed} | kept


def _key_names(data_dir: Path, log_id: int) -> set[str]:
    """Origins that keys were made for."""
    return {v.name for v in operator_verifiers(data_dir, log_id)}


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
        _at("kept put aside")
    key = operator_key_path(data_dir, log_id)
    if key.exists() and (signers := read_keys(key))[0].name != tree.origin:
        for signer in signers:
            durable.append(key.with_name(f"{key.name}.retired"), str(signer.verifier).encode())
        _at("key noted")
        _rename(key, f"{key.name}.abandoned-{signers[0].name.replace('/', '_')}")
        _at("key put aside")
    if not key.exists():
        create_keys(key, [log_signer(tree.suite, tree.origin)])
        _at("key made")


def _rename(path: Path, name: str) -> None:
    """Raises FileExistsError where there is another such file."""
    beside = path.with_name(name)
    if not (beside.exists() and beside.samefile(path)):
        beside.hardlink_to(path)
        _at("linked")
    path.unlink()
    durable.sync_folder(path.parent)
