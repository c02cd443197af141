"""材料命令 The `liuhen documents` command: is every paper that was handed in still what it was?"""

from __future__ import annotations

import typer

from api.cli_service import err, out, service
from infrastructure.documents.stores import DocumentStoreError

app = typer.Typer(no_args_is_help=True, help="材料：核对 papers: check them")


@app.callback()
def documents() -> None:
    """材料 Papers."""


@app.command()
def check() -> None:
    """逐件重算摘要 Digest every paper again. Exit code 1 when one is missing or was altered."""
    counted, faults = 0, 0
    with service() as liuhen:
        for paper in liuhen.papers.all():
            counted += 1
            try:
                fault = liuhen.papers.examine(paper)
            except DocumentStoreError as error:
                err.print(f"[red]材料库不可用 the store is not available: {error}[/red]")
                raise typer.Exit(2) from error
            if fault:
                faults += 1
                told = {"missing": "缺失 missing", "altered": "被改动 altered"}[fault]
                err.print(f"[red]{paper.sha256}: {told}[/red]")
    out.print(f"材料 papers: {counted}，有误 faulty: {faults}")
    if faults:
        raise typer.Exit(1)
