"""审计命令 The `liuhen audit` command: the whole record against the signed tree."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text as Shown

from api.cli_service import err, out, read_settings
from infrastructure.bootstrap import database, service_login
from infrastructure.logging import configure_logging
from infrastructure.settings import Settings
from infrastructure.tlog.audit import AuditReport, Brought, audit
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.kept_checkpoint import kept_path
from infrastructure.tlog.keys import KeyFileError
from infrastructure.tlog.note import Note, NoteError, Verifier, open_note
from infrastructure.tlog.operator_key import operator_verifiers
from infrastructure.tlog.stretch import AuditError
from infrastructure.tlog.text_forms import FormatError


def audit_command(
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True, dir_okay=False, help="自己留存的检查点，可多个 a checkpoint that you kept; repeatable"
        ),
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="只查此检查点之后的事件 read only what came after this checkpoint"
        ),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(
            help="运营方公钥（名称+标识+base64）；缺省取本机的 the operator's verifier key; this machine's by default"
        ),
    ] = None,
    processes: Annotated[int, typer.Option(min=1, max=64, help="进程数 processes", show_default="CPU")] = os.cpu_count()
    or 1,
    as_json: Annotated[bool, typer.Option("--json", help="报告为JSON report as JSON")] = False,
) -> None:
    """全面审计：重读全部事件，与签署的树比对 Read every event again and compare with what was signed.

    有不符时退出码为1，没有可审计的为2 Exit code 1 when anything differs, 2 when there is nothing to audit.
    """
    settings = read_settings()
    configure_logging(settings.log_level)
    try:
        verifiers = _verifiers(settings, key or ())
        brought = [_brought(path, verifiers) for path in checkpoint or ()]
        since_when = None if since is None else _brought(since, verifiers)
        by_auditor = bool(brought or since_when)
        brought += _kept_here(settings, verifiers)
        with database(settings) as conninfo, _progress() as told:
            report = audit(
                service_login(settings, conninfo),
                settings.division,
                verifiers,
                brought=brought,
                since=since_when,
                processes=processes,
                progress=told,
            )
    except (FormatError, NoteError, AuditError, KeyFileError) as error:
        err.print(Shown(str(error), style="red"))
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(orjson.dumps(report, option=orjson.OPT_INDENT_2, default=str).decode())
    else:
        _show(report, by_auditor=by_auditor)
    if report.findings:
        raise typer.Exit(1)


def _verifiers(settings: Settings, keys: Sequence[str]) -> list[Verifier]:
    """The keys given, else the one of this machine. Raises FormatError, also when there is none."""
    found = [Verifier.parse(k) for k in keys] or operator_verifiers(settings.data_dir, settings.division)
    if not found:
        raise FormatError("没有公钥：请用--key给出 / no key: give the operator's verifier key by --key")
    return found


def _brought(path: Path, verifiers: list[Verifier]) -> Brought:
    """A checkpoint that was kept, as a file. Raises FormatError, NoteError naming the file."""
    try:
        return Brought(path.name, Checkpoint.parse(open_note(Note.parse(path.read_bytes()), verifiers).text))
    except (FormatError, NoteError) as error:
        raise type(error)(f"{path}: {error}") from error


def _kept_here(settings: Settings, verifiers: list[Verifier]) -> list[Brought]:
    """The checkpoint that the service of this machine kept, if there is one. Raises FormatError, NoteError."""
    path = kept_path(settings.data_dir, settings.division)
    if not path.exists():
        return []
    known = [*verifiers, *operator_verifiers(settings.data_dir, settings.division)]
    return [replace(_brought(path, known), own=True)]


def _show(report: AuditReport, *, by_auditor: bool) -> None:
    if report.findings:
        table = Table("位置 position", "不符 what differs")
        for finding in report.findings:
            told = (
                finding.detail.zh
                if finding.detail.zh == finding.detail.en
                else f"{finding.detail.zh}\n{finding.detail.en}"
            )
            table.add_row(str(finding.position or "—"), Shown(told))
        out.print(table)
    verdict = "[bold red]不符 differs[/bold red]" if report.findings else "[green]相符 agrees[/green]"
    out.print(
        f"{verdict}  {report.origin}：{report.size}片叶 leaves，重读{report.events}个事件 events read，"
        f"比对{report.checkpoints}个检查点 checkpoints，{report.unsigned}个事件尚未签署 not signed yet，"
        f"{report.seconds:.1f} s"
    )
    if not by_auditor:
        out.print(
            "未证明：数据库没有被整个换成旧备份或另一部历史。请用--checkpoint带上自己留存的、或见证方签过的检查点；"
            f"此次{'只与本机留存的比对' if report.outside else '没有数据库之外的检查点可比'}\n"
            "[dim]Not proven: that the database is not as a whole an older backup or another history. Bring a "
            "checkpoint that you kept or that a witness signed, by --checkpoint; this time "
            f"{'only that of this machine was compared' if report.outside else 'none from outside was there'}[/dim]",
            soft_wrap=True,
        )


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    if not err.is_terminal:
        yield None
        return
    columns = (TextColumn("审计 auditing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
