"""运维命令 The `liuhen doctor` and `liuhen migrate` commands."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer
from psycopg.conninfo import conninfo_to_dict
from rich.table import Table
from rich.text import Text as Shown

from api.cli_service import out, read_settings
from infrastructure.bootstrap import database
from infrastructure.doctor import Finding, State, examine
from infrastructure.logging import configure_logging
from infrastructure.migrations import migrate as migrate_database
from infrastructure.roles import statements

_SIGNS = {
    State.OK: ("正常 ok", "green"),
    State.WARNING: ("注意 warning", "yellow"),
    State.FAILURE: ("故障 failure", "bold red"),
}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="结果为JSON findings as JSON")] = False,
    roles_sql: Annotated[
        bool, typer.Option("--roles-sql", help="只列出管理员建立角色的语句 only print how to make the roles")
    ] = False,
) -> None:
    """体检：服务器、角色与权限、触发器、记录本身 Examine the database. Exit code 1 when something fails."""
    settings = read_settings()
    configure_logging(settings.log_level)
    if roles_sql:
        given = conninfo_to_dict(settings.owner_url or settings.database_url or "user=liuhen dbname=liuhen")
        login = str(given.get("user", "liuhen"))
        typer.echo("\n".join(statements(login, str(given.get("dbname", login)))))
        return
    with database(settings) as conninfo:
        findings = examine(settings, conninfo)
    failing = any(f.state is State.FAILURE for f in findings)
    if as_json:
        shown = {"ok": not failing, "checks": [f.model_dump(mode="json") for f in findings]}
        typer.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())
    else:
        _show(findings)
    if failing:
        raise typer.Exit(1)


def _show(findings: list[Finding]) -> None:
    table = Table()
    for heading in ("检查 check", "结果 state", "所见 found", "怎么办 what to do"):
        table.add_column(heading, overflow="fold")  # Chinese has no spaces to break a line at.
    for finding in findings:
        sign, style = _SIGNS[finding.state]
        texts = (finding.title, finding.detail, finding.remedy)
        title, detail, remedy = ("" if t is None else t.zh if t.zh == t.en else f"{t.zh}\n{t.en}" for t in texts)
        # What the database says is shown as it is: brackets in it are no mark-up.
        table.add_row(Shown(title), Shown(sign, style=style), Shown(detail), Shown(remedy))
    out.print(table)


def migrate() -> None:
    """迁移数据库，不启动服务 Migrate the database without starting the service."""
    settings = read_settings()
    configure_logging(settings.log_level)
    with database(settings) as conninfo:
        names = migrate_database(settings.owner_url or conninfo)
    out.print(f"已应用 applied: {', '.join(names)}" if names else "数据库已是最新 the database is up to date")
