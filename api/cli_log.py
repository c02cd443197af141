"""日志命令 The `liuhen log` command: begin the log anew after an old backup was restored."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli_keys import ACTOR
from api.cli_service import err, out, service
from application import log_keeping
from application.asking import county_state
from application.desk import Act
from domain.dates import CivilDate
from domain.faults import ActError
from domain.steps.log_keeping import RestartLog
from infrastructure.bootstrap import service_login, today
from infrastructure.tlog.keys import KeyFileError
from infrastructure.tlog.restart import NothingToRestartError, restart_log
from infrastructure.tlog.sequencer import BusyError
from infrastructure.tlog.store import NoTreeError, Tree
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
) -> None:
    """恢复旧备份后以新名称重新签署全部事件；旧的原样保留 Sign all events anew under a new origin; the old stays."""
    with service() as liuhen:
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
            log_keeping.restart_log(desk, command, Act(actor=ACTOR, happened_on=CivilDate.on(today())))

        restarts = county_state(desk).log_restarts
        try:
            current = liuhen.tree.tree().origin
        except NoTreeError:
            current = ""
        # The last restart, when the tree still is the one that it gave up: it was cut off.
        pending = restarts[-1].origin if restarts and current in ("", restarts[-1].abandoned_origin) else None
        used = [o for r in restarts for o in (r.origin, r.abandoned_origin)]
        wanted = Tree(suite_named(settings.log_suite), settings.origin)
        login = service_login(settings, liuhen.conninfo)
        try:
            origin = restart_log(login, settings.data_dir, settings.division, wanted, used, pending, record)
        except (ActError, BusyError, FormatError, KeyFileError, NothingToRestartError) as error:
            err.print(str(error), style="red", highlight=False, soft_wrap=True)
            raise typer.Exit(1) from error
    out.print(f"新日志 new log {origin}；请交各见证方 hand its key to the witnesses: liuhen keys show", soft_wrap=True)
