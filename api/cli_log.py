"""日志命令 The `liuhen log` command: begin the log anew after an old backup was restored."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli_keys import Who, actor_named
from api.cli_service import err, out, service
from application import log_keeping
from application.act import Act
from application.asking import county_state
from domain.dates import CivilDate
from domain.faults import ActError
from domain.recorded import Actor
from domain.steps.log_keeping import RestartLog
from infrastructure.bootstrap import Liuhen, service_login, today
from infrastructure.tlog.keys import KeyFileError
from infrastructure.tlog.restart import NothingToRestartError, NotSignedHereError, restart_log
from infrastructure.tlog.sequencer import BusyError
from infrastructure.tlog.store import Tree
from infrastructure.tlog.suite import suite_named
from infrastructure.tlog.text_forms import FormatError

app = typer.Typer(no_args_is_help=True, help="可验证日志：重启 the verifiable log: begin anew")


@app.callback()
def log() -> None:
    """可验证日志 The verifiable log."""


@app.command()
def restart(
    reason: Annotated[str, typer.Option(help="原因，记入日志 reason; recorded in the log")],
    document_no: Annotated[str, typer.Option(help="批准文号，记入日志 approving document; recorded in the log")],
    who: Who,
    anyway: Annotated[bool, typer.Option("--anyway", help="即使相符也重启 also a log that could go on")] = False,
) -> None:
    """恢复旧备份后以新名称重新签署全部事件；旧的原样保留 Sign all events anew under a new origin; the old stays.

    中断后重复执行即继续 Cut off anywhere, run it again: it goes on where it stopped.
    """
    with service() as liuhen:
        try:
            origin = begin_anew(liuhen, actor_named(who), reason, document_no, anyway=anyway)
        except (
            ActError,
            BusyError,
            FormatError,
            KeyFileError,
            NothingToRestartError,
            NotSignedHereError,
        ) as error:
            err.print(str(error), style="red", highlight=False, soft_wrap=True)
            raise typer.Exit(1) from error
    out.print(f"新日志 new log {origin}；请交各见证方 hand its key to the witnesses: liuhen keys show", soft_wrap=True)


def begin_anew(liuhen: Liuhen, actor: Actor, reason: str, document_no: str, *, anyway: bool = False) -> str:
    """Record the restart and do it, or go on with one that was cut off; the new origin. Raises as `restart_log`."""
    settings, desk = liuhen.settings, liuhen.desk

    def record(origin: str, abandoned: str) -> None:
        name, size, *_ = abandoned.split("\n")
        command = RestartLog(
            abandoned_checkpoint=abandoned.removesuffix("\n"),
            abandoned_origin=name,
            abandoned_size=int(size),
            origin=origin,
            reason=reason,
            document_no=document_no,
        )
        log_keeping.restart_log(desk, command, Act(actor=actor, happened_on=CivilDate.on(today())))

    restarts = county_state(desk).log_restarts
    used = [o for r in restarts for o in (r.origin, r.abandoned_origin)]
    return restart_log(
        service_login(settings, liuhen.conninfo),
        settings.data_dir,
        settings.division,
        Tree(suite_named(settings.log_suite), settings.origin),
        used,
        restarts[-1].origin if restarts else None,
        record,
        anyway=anyway,
    )
