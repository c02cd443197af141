"""测量的命令行 `python -m bench`: choose what is measured, and for how long."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bench import append, batch, bulk, freshness, growth, pages, posting, projecting, reading, rebuilding, tlog
from bench.measuring import FULL, QUICK, Scale
from bench.report import Report
from bench.servers import NotDurableError, Server, described, server
from infrastructure.embedded_postgres import EmbeddedPostgresError
from infrastructure.logging import configure_logging
from infrastructure.migrations import MigrationError
from infrastructure.roles import RolesError


class What(StrEnum):
    """What can be measured."""

    APPEND = "append"
    POSTING = "posting"
    BATCH = "batch"
    READING = "reading"
    BULK = "bulk"
    GROWTH = "growth"
    PROJECTING = "projecting"
    REBUILDING = "rebuilding"
    FRESHNESS = "freshness"
    PAGES = "pages"
    TLOG = "tlog"


BENCHES: dict[What, Callable[[Server, Scale, Report], None]] = {
    What.APPEND: append.run,
    What.POSTING: posting.run,
    What.BATCH: batch.run,
    What.READING: reading.run,
    What.BULK: bulk.run,
    What.GROWTH: growth.run,
    What.PROJECTING: projecting.run,
    What.REBUILDING: rebuilding.run,
    What.FRESHNESS: freshness.run,
    What.PAGES: pages.run,
    What.TLOG: tlog.run,
}

LONG = frozenset({What.REBUILDING, What.FRESHNESS, What.PAGES})
"""Measured only when they are named."""

app = typer.Typer(add_completion=False)


@app.command()
def main(
    what: Annotated[
        list[What] | None, typer.Argument(help="测什么，缺省为全部 what to measure; all by default")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="两分钟内的粗测 a rough run in under two minutes")] = False,
    rounds: Annotated[int | None, typer.Option(min=3, help="每方轮数 rounds of each side")] = None,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="每轮秒数 seconds of a round")] = None,
    gate: Annotated[bool, typer.Option("--gate", help="低于下限则以1退出 exit with 1 below a floor")] = False,
    data_dir: Annotated[
        Path, typer.Option(help="内嵌数据库所在目录，须在磁盘上 folder for the embedded server, on a disk")
    ] = Path(".liuhen"),
) -> None:
    """测量本产品，与同一PostgreSQL上的对照轮流进行 Measure the product in turns with others on the same server.

    标准输出为JSON行，标准错误为说明与表格。LIUHEN_DATABASE_URL给出外部服务器。
    JSON lines on standard output, notes and a table on standard error; LIUHEN_DATABASE_URL names an external server.
    """
    configure_logging("WARNING")
    scale = QUICK if quick else FULL
    scale = replace(scale, rounds=rounds or scale.rounds, seconds=seconds or scale.seconds)
    try:
        with server(os.environ.get("LIUHEN_DATABASE_URL"), data_dir) as own:
            settings = described(own)
            report = Report(settings)
            report.note("  ".join(f"{name}={value}" for name, value in settings.items()))
            for chosen in what or [one for one in What if one not in LONG]:
                began = time.monotonic()
                BENCHES[chosen](own, scale, report)
                report.note(f"{chosen}: {time.monotonic() - began:.0f} s")
    except (NotDurableError, EmbeddedPostgresError, MigrationError, RolesError) as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(2) from error
    report.table()
    if gate and not report.floors_held:
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
