"""视图的命令 The `liuhen projections` commands: status, rebuild, check, parked, retry, discard."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from api.cli_service import err, out, service
from infrastructure.bootstrap import Liuhen
from infrastructure.projecting import rebuilding
from infrastructure.projecting.as_of import Compared, check
from infrastructure.projecting.parking import NotParkedError

app = typer.Typer(no_args_is_help=True, help="视图的状态、重建、核对与搁置事件 The views")

Name = Annotated[str, typer.Argument(help="视图名 name of the view")]


def _known(liuhen: Liuhen, name: str) -> str:
    if name not in liuhen.engine.names():
        err.print(f"[red]没有视图 no view {name}；已有 there are: {'、'.join(liuhen.engine.names())}[/red]")
        raise typer.Exit(2)
    return name


@app.command()
def status() -> None:
    """各视图的位置、落后、搁置 Where each view stands. Exit code 1 when one is stalled or has parked events."""
    with service() as liuhen:
        engine = liuhen.engine
        fresh = engine.all_freshness()
        stalled = engine.stalled(fresh)
        begun = rebuilding.unfinished(engine)
    table = Table("视图 view", "位置 position", "落后 behind", "秒 s", "搁置 parked", "重建 rebuild", "")
    for name, f in fresh.items():
        told = (f.position, f.lag_events, f.lag_seconds, f.parked, _progress(begun[name]) if name in begun else "")
        table.add_row(f.view, *map(str, told), "停滞 stalled" if name in stalled else "")
    out.print(table)
    if stalled or any(f.parked for f in fresh.values()):
        raise typer.Exit(1)


def _progress(begun: rebuilding.Unfinished) -> str:
    left = "" if begun.left_seconds is None else f", {begun.left_seconds:.0f} s"
    return f"{begun.position}/{begun.target}{left} {begun.outcome}".strip()


@app.command()
def rebuild(
    names: Annotated[
        list[str] | None, typer.Argument(help="视图名，可多个，一次读取日志 names of views, one reading for all")
    ] = None,
    all_views: Annotated[bool, typer.Option("--all", help="全部视图 every view")] = False,
    accept_differences: Annotated[
        bool, typer.Option("--accept-differences", help="有差异也切换 switch although the builds differ")
    ] = False,
    abandon: Annotated[bool, typer.Option("--abandon", help="放弃未完成的重建 give up one that was begun")] = False,
) -> None:
    """重建视图，核对后切换；可续 Build views anew, compare and switch; goes on where it was interrupted."""
    with service() as liuhen:
        wanted = liuhen.engine.names() if all_views else [_known(liuhen, name) for name in names or ()]
        if not wanted:
            err.print("[red]须给出视图名或--all / name a view, or say --all[/red]")
            raise typer.Exit(2)
        if abandon:
            given_up = [name for name in wanted if rebuilding.abandon(liuhen.engine, name)]
            out.print(f"已放弃 given up: {'、'.join(given_up)}" if given_up else "没有未完成的重建 none was begun")
            return
        what = "、".join(wanted)
        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        try:
            with Progress(*columns, console=err) as bar:
                task = bar.add_task(what, total=None)
                all_done = rebuilding.rebuild_together(
                    liuhen.engine,
                    wanted,
                    accept_differences=accept_differences,
                    told=lambda p: bar.update(task, completed=p.position, total=p.target),
                )
        except rebuilding.RebuildRunningError as error:
            err.print(f"[red]{error}[/red]")
            raise typer.Exit(1) from error
        except rebuilding.RebuildStoppedError as error:
            err.print("[red]重建已被放弃 the rebuild was given up[/red]")
            raise typer.Exit(1) from error
    for done in all_done:
        _tell(done)
    if not all(done.switched for done in all_done):
        raise typer.Exit(1)


def _tell(done: rebuilding.Rebuilt) -> None:
    _show(done.tables)
    if done.resumed_from:
        out.print(f"自{done.resumed_from}续行 went on from {done.resumed_from}")
    out.print(f"{done.schema}: {done.position}, {done.seconds:.1f} s, 搁置 parked {done.parked}")
    if done.switched:
        out.print("已切换 switched")
    else:
        err.print("[red]有差异，未切换 the builds differ: not switched (--accept-differences, --abandon)[/red]")


@app.command(name="check")
def check_(name: Name) -> None:
    """与重新折叠的结果核对 Compare a view with a fresh fold. Exit code 1 when they differ."""
    with service() as liuhen:
        tables = check(liuhen.engine, _known(liuhen, name))
    _show(tables)
    if not all(t.same for t in tables):
        raise typer.Exit(1)


def _show(tables: list[Compared]) -> None:
    table = Table("表 table", "行 rows", "重新折叠 fresh", "")
    for t in tables:
        table.add_row(t.table, str(t.rows), str(t.fresh_rows), "相同 same" if t.same else "[red]不同 differs[/red]")
    out.print(table)


@app.command()
def parked(name: Name) -> None:
    """列出搁置的事件 List parked events."""
    with service() as liuhen:
        found = liuhen.engine.parked(_known(liuhen, name))
    table = Table("位置 position", "流 stream", "主题 topic", "次数 tries", "原因 why")
    for p in found:
        why = p.error if p.behind is None else f"在{p.behind}之后 behind {p.behind}"
        table.add_row(str(p.position), str(p.stream_id), p.topic, str(p.tries), why)
    out.print(table)


@app.command()
def retry(name: Name) -> None:
    """重试搁置的事件 Retry parked events. Exit code 1 when some wait still."""
    with service() as liuhen:
        taken, waiting = liuhen.engine.retry(_known(liuhen, name))
    out.print(f"已读入 taken in: {taken}；仍搁置 waiting: {waiting}")
    if waiting:
        raise typer.Exit(1)


@app.command()
def discard(
    name: Name,
    position: Annotated[int, typer.Argument(min=1, help="位置 position")],
    reason: Annotated[str, typer.Option(help="理由，留存 why; it is kept")],
) -> None:
    """舍弃一个搁置的事件，须有理由 Let a view do without a parked event, for a reason that is kept."""
    with service() as liuhen:
        try:
            liuhen.engine.discard(_known(liuhen, name), position, by=f"cli:{getpass.getuser()}", reason=reason)
        except (NotParkedError, ValueError) as error:
            err.print(f"[red]未舍弃 not discarded: {error}[/red]")
            raise typer.Exit(1) from error
    out.print(f"已舍弃 discarded: {name} {position}")
