"""离线检验 The `liuhen verify` command: an evidence bundle or a receipt, with nothing but the file and public keys."""

from __future__ import annotations

import mmap
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Annotated, BinaryIO

import orjson
import typer
from rich.text import Text as Shown

from api.cli_service import err, out
from infrastructure.tlog import bundle_file, proof_file
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.cosignature import Policy
from infrastructure.tlog.evidence import Fetch, Kept, Report, Standing, verify_proof_file
from infrastructure.tlog.evidence import verify as verify_bundle
from infrastructure.tlog.note import NoteError, Verifier, open_note
from infrastructure.tlog.text_forms import FormatError
from infrastructure.tlog.tiles import WIDTH, Tile

_MOST_BUNDLE = WIDTH * (2 + 0xFFFF)
_SIGNS = {
    Standing.PROVEN: ("已证 proven", "green"),
    Standing.NOT_PROVEN: ("未证 not proven", "yellow"),
    Standing.REFUSED: ("不成立 refused", "bold red"),
}


def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="证据包或证明文件")],
    key: Annotated[list[str] | None, typer.Option(help="日志的公钥，可多个 key of the log, may be repeated")] = None,
    witness: Annotated[list[str] | None, typer.Option(help="见证的公钥，可多个 key of a witness")] = None,
    require: Annotated[int, typer.Option(min=0, help="至少几个见证附署 how many witnesses must have cosigned")] = 0,
    entries: Annotated[
        str | None, typer.Option(help="日志公开条目的目录或网址 folder or address of the log's tiles")
    ] = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="自己留存的检查点，可多个 a checkpoint you kept; repeatable"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="结果为JSON the report as JSON")] = False,
) -> None:
    """离线检验证据包或回执 Check an evidence bundle or a receipt. Exit code 1: refused, 2: could not check."""
    try:
        report = _checked(file, policy_of(key or [], witness or [], require), entries, checkpoint or [])
    except (FormatError, NoteError, OSError) as error:
        err.print(Shown(f"不能检验 could not check: {error}", style="red"))
        raise typer.Exit(2) from error
    if as_json:
        shown = {
            "ok": report.ok,
            "trusted": report.trusted,
            "statements": [{"standing": s.standing, "zh": s.zh, "en": s.en} for s in report.statements],
            **report.facts,
        }
        typer.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())
    else:
        show(report)
    if not report.ok:
        raise typer.Exit(1)


def _checked(file: Path, policy: Policy | None, entries: str | None, kept: list[Path]) -> Report:
    if file.stat().st_size > bundle_file.MOST_BYTES:
        raise FormatError(f"文件超过{bundle_file.MOST_BYTES}字节 / the file is too large")
    with file.open("rb") as opened:
        data = mapped(opened)
    if data[: len(proof_file.HEADER)] != proof_file.HEADER.encode():
        return verify_bundle(data, policy, None if entries is None else _fetch(entries), _kept(kept, policy))
    if policy is None:
        raise FormatError("检验回执需要日志的公钥：--key / a receipt is checked with the log's key: --key")
    return verify_proof_file(data[: proof_file.MOST_BYTES + 1], policy)


def mapped(file: BinaryIO) -> bytes | mmap.mmap:
    """The content of a file, of which only what is looked at is read."""
    file.flush()
    empty = os.fstat(file.fileno()).st_size == 0
    return b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)  # goes with the last view of it


def _kept(paths: list[Path], policy: Policy | None) -> list[Kept]:
    """Checkpoints of files. Raises FormatError, NoteError unless a key of the log has signed them."""
    if paths and policy is None:
        raise FormatError("核对自留的检查点需要日志的公钥：--key / with a kept checkpoint give the log's key: --key")
    return [
        Kept(path.name, Checkpoint.parse(open_note(path.read_bytes(), policy.log).text))
        for path in paths
        if policy is not None
    ]


def policy_of(keys: list[str], witnesses: list[str], require: int) -> Policy | None:
    """Whose signatures are trusted, of the options of a command; None without keys. Raises FormatError."""
    if not keys:
        if witnesses or require:
            raise FormatError("给出见证时也要给出日志的公钥：--key / with witnesses give the log's key, too: --key")
        return None
    return Policy(tuple(map(Verifier.parse, keys)), tuple(map(Verifier.parse, witnesses)), require)


def _fetch(place: str) -> Fetch:
    """Read entry bundles below a folder or an address; a partial one may have been replaced by the full one."""

    def fetch(tile: Tile) -> bytes:
        for path in dict.fromkeys((tile.path, Tile(tile.level, tile.number).path)):
            try:
                return _read(place, path)
            except (FileNotFoundError, urllib.error.HTTPError):
                continue
        raise FileNotFoundError(f"没有条目包 / there is no entry bundle: {place.rstrip('/')}/{tile.path}")

    return fetch


def _read(place: str, path: str) -> bytes:
    if place.startswith(("http://", "https://")):
        with urllib.request.urlopen(f"{place.rstrip('/')}/{path}", timeout=30) as answer:  # noqa: S310 (http only)
            data: bytes = answer.read(_MOST_BUNDLE + 1)
    else:
        with (Path(place) / path).open("rb") as file:
            data = file.read(_MOST_BUNDLE + 1)
    if len(data) > _MOST_BUNDLE:
        raise FormatError(f"条目包过大 / the entry bundle is too large: {path}")
    return data


def show(report: Report) -> None:
    """Print what was proven, what not, and what that comes to."""
    for statement in report.statements:
        sign, style = _SIGNS[statement.standing]
        # What stands in a file is shown as it is: brackets in it are no mark-up.
        out.print(Shown(sign, style=style), Shown(f"{statement.zh}\n  {statement.en}"), sep="  ", soft_wrap=True)
    if not report.ok:
        out.print("结论：不成立 [bold red]refused[/bold red]")
    elif report.trusted:
        out.print("结论：成立 [bold green]good[/bold green]")
    else:
        out.print("结论：自相一致，签署者未证 [bold yellow]consistent; who signed it is not proven[/bold yellow]")
