"""命令行 The `liuhen` command."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from api import (
    authority_table,
    cli_accounts,
    cli_audit,
    cli_doctor,
    cli_documents,
    cli_evidence,
    cli_keys,
    cli_log,
    cli_personal,
    cli_projections,
    cli_rules,
    cli_verify,
    cli_witness,
)
from api.cli_service import err, out, read_settings, service
from api.loading import loading
from api.problem_pages import as_markdown as problem_pages
from application.asking import AsOf, check_in_log, project_dossier
from application.importing import MAPPINGS, FileFault, import_file
from application.ports import KeyReusedError, SealingError, UpTo
from application.sealing import shown
from domain.faults import BadFieldError, UnknownSubjectError
from domain.recorded import Actor, Role
from domain.streams import StreamKind
from infrastructure.calendars import CalendarError
from infrastructure.demo import record_demo_county
from infrastructure.embedded_postgres import EmbeddedPostgresError
from infrastructure.foreign_issuers import IssuerConfigError
from infrastructure.importing.mapping_process import MappingProcess
from infrastructure.issuer import Holder, Issuer
from infrastructure.migrations import MigrationError
from infrastructure.roles import RolesError
from infrastructure.rule_sets import RuleSetError
from infrastructure.schemes import SchemeError
from infrastructure.settings import Settings
from infrastructure.telemetry import TelemetryError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="留痕：县级电子政务项目全过程记录 Liuhen")
app.add_typer(cli_rules.app, name="rules")
app.add_typer(cli_accounts.app, name="accounts")
app.add_typer(cli_personal.app, name="personal")
app.add_typer(cli_witness.app, name="witness")
app.add_typer(cli_keys.app, name="keys")
app.add_typer(cli_log.app, name="log")
app.add_typer(cli_projections.app, name="projections")
app.add_typer(cli_documents.app, name="documents")
app.command()(cli_doctor.doctor)
app.command()(cli_doctor.migrate)
app.command(name="audit")(cli_audit.audit_command)
app.command()(cli_verify.verify)
app.command(name="receipt")(cli_evidence.receipt_command)
app.command(name="evidence")(cli_evidence.evidence_command)
Advance = Callable[[int, int], None]
"""Told how many of how many are done."""


def main() -> None:
    """Run the command. Known failures end with a sentence and exit code 2, not with a traceback."""
    try:
        app()
    except (
        EmbeddedPostgresError,
        MigrationError,
        RolesError,
        RuleSetError,
        CalendarError,
        SchemeError,
        IssuerConfigError,
        SealingError,
        FileFault,
        TelemetryError,
    ) as error:
        err.print(f"[red]{error}[/red]")
        sys.exit(2)


@app.command()
def serve(
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="工作进程数，缺省为LIUHEN_WORKERS processes that answer")
    ] = None,
) -> None:
    """启动服务 Serve the API until Ctrl-C."""
    if workers is not None:
        os.environ["LIUHEN_WORKERS"] = str(workers)
    from api.cli_serving import load_routes, serve_until_stopped  # noqa: PLC0415 (no other command needs them)

    load_routes(read_settings())

    with service() as liuhen:
        serve_until_stopped(liuhen, demo=False)


@app.command()
def worker() -> None:
    """更新视图的单独进程 Keep the views at the end of the log, in a process of its own, until Ctrl-C.

    每个视图只有一个进程更新，其余待命。Of several, one moves each view; the others stand by.
    """
    with service() as liuhen:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        liuhen.engine.start()
        out.print("正在更新视图 keeping the views; Ctrl-C 停止 stops")
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    out.print("已停止 stopped")


@app.command()
def demo() -> None:
    """演示县：经真实命令记录演示数据，然后启动服务 Record a demo county through the real commands, then serve."""
    from api.cli_serving import load_routes, serve_until_stopped  # noqa: PLC0415 (no other command needs them)

    load_routes(read_settings())

    with service() as liuhen:
        out.print("[bold]演示数据 demo data[/bold]：沂源县 370323，全部为虚构 all fictional")
        with _progress("记录演示县 recording") as advance:
            try:
                recorded = record_demo_county(liuhen.desk, advance)
            except KeyReusedError as error:
                err.print(
                    "[red]数据目录中是另一版本的演示县：请换一个LIUHEN_DATA_DIR，或删除旧的演示数据 / "
                    "the data folder holds the demo county of another version: "
                    "choose another LIUHEN_DATA_DIR, or remove the old demo data[/red]"
                )
                raise typer.Exit(2) from error
        out.print(
            f"演示历史 demo histories: {recorded.projects}个项目 projects, {recorded.units}个单位 units, "
            f"{recorded.events}个事件 events, {recorded.refused}次被拒 refusals"
        )
        serve_until_stopped(liuhen, demo=True)


@app.command()
def token(
    role: Annotated[list[Role], typer.Option(help="角色，可多个 role, may be repeated")],
    account: Annotated[str, typer.Option(help="账户 account")],
    organisation: Annotated[str, typer.Option(help="单位名称 organisation")],
    uscc: Annotated[str | None, typer.Option(help="统一社会信用代码")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=366, help="有效天数 days")] = None,
) -> None:
    """签发本机令牌 Issue a token of this machine."""
    settings = read_settings()
    holder = Holder(account, organisation, frozenset(role), uscc)
    typer.echo(Issuer(settings.data_dir).issue(holder, days=days or settings.token_days))


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    mapping: Annotated[str, typer.Option(help="对照名 " + "、".join(MAPPINGS))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查、不记录 check only")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="报告为JSON report as JSON")] = False,
) -> None:
    """作为历史导入 Bring a file of another record in as history. Exit code 1 when a row was not accepted."""
    chosen = MAPPINGS.get(mapping)
    if chosen is None:
        err.print(f"[red]没有对照{mapping}；已有 no such mapping, there are: {'、'.join(MAPPINGS)}[/red]")
        raise typer.Exit(2)
    with service() as liuhen:
        actor = Actor(account="liuhen-cli", organisation="本机 local", role=Role.SYS_ADMIN)
        with _progress("导入 importing") as advance:
            data = file.read_bytes()
            report = import_file(
                liuhen.desk, chosen, data, actor, dry_run=dry_run, progress=advance, helper=MappingProcess
            )
        liuhen.engine.catch_up()
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        for fault in report.faults:
            err.print(
                f"[red]第{fault.row}行 row {fault.row}, {fault.column} = {fault.value!r}: "
                f"{fault.reason.zh} / {fault.reason.en}[/red]"
            )
        table = Table("新增 new", "更新 updated", "未变 unchanged", "跳过 skipped", "有误 faulty")
        table.add_row(
            *(str(n) for n in (report.new, report.updated, report.unchanged, report.skipped, len(report.faults)))
        )
        out.print(table)
        if dry_run:
            out.print("试导入，未记录 dry run: nothing was recorded")
    if report.faults:
        raise typer.Exit(1)


@app.command()
def show(
    project: UUID,
    as_of_position: Annotated[int | None, typer.Option(min=1, help="当时所知：位置 as known at a position")] = None,
    as_of_recorded: Annotated[datetime | None, typer.Option(help="当时所知：时刻，UTC as known at a time, UTC")] = None,
    as_of_happened: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="当日事实 as it was")] = None,
) -> None:
    """项目在某一时刻的状态 A project as of a moment, as JSON."""
    recorded = as_of_recorded.replace(tzinfo=UTC) if as_of_recorded else None
    happened = as_of_happened.date() if as_of_happened else None
    with service() as liuhen:
        try:
            check_in_log(as_of_position or 0, liuhen.ledger.position(), "as_of_position")
            dossier = project_dossier(liuhen.desk, project, AsOf(UpTo(as_of_position, recorded), happened))
        except (UnknownSubjectError, BadFieldError) as error:
            err.print(f"[red]{error}[/red]")
            raise typer.Exit(1) from error
        units = [shown(liuhen.desk, StreamKind.UNIT, u.id, u, may_see=False) for u in dossier.owner_units]
    typer.echo(
        json.dumps(
            {
                "stage": dossier.project.stage,
                "project": dossier.project.model_dump(mode="json"),
                "systems": [s.model_dump(mode="json") for s in dossier.systems],
                "owner_units": [u.model_dump(mode="json") for u in units],
            },
            ensure_ascii=False,
            indent=2,
        )
    )


@app.command()
def openapi() -> None:
    """接口文档 Print the API document (OpenAPI 3.1)."""
    with loading():
        from api.main import create_app  # noqa: PLC0415 (the routes take seconds to load)

    typer.echo(json.dumps(create_app(None, None).openapi(), ensure_ascii=False, indent=2))


@app.command()
def authority() -> None:
    """权限表 Print the table of routes and roles."""
    with loading():
        from api.main import create_app  # noqa: PLC0415 (the routes take seconds to load)

    typer.echo(authority_table.page(create_app(None, None).openapi()))


@app.command()
def problems() -> None:
    """问题表 Print what each type of problem means."""
    typer.echo(problem_pages(), nl=False)


@app.command()
def settings() -> None:
    """设置表 Print the table of settings."""
    typer.echo("# 设置 Settings\n\n由`liuhen settings`生成 generated by `liuhen settings`.\n")
    typer.echo("| 变量 variable | 缺省 default | 说明 meaning |\n| --- | --- | --- |")
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        typer.echo(f"| `LIUHEN_{name.upper()}` | {default} | {field.description} |")


@contextmanager
def _progress(what: str) -> Iterator[Advance]:
    """A progress bar on a terminal; a line every tenth elsewhere."""
    if err.is_terminal:
        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=err) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
        return
    told = -1

    def say(done: int, total: int) -> None:
        nonlocal told
        tenth = done * 10 // total if total else 10
        if tenth > told:
            told = tenth
            err.print(f"{what} {done}/{total}")

    yield say
