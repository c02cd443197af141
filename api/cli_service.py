"""命令行的公用部分 What every command needs: settings, the service, and where it writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from pydantic import ValidationError
from rich.console import Console

from infrastructure.bootstrap import Liuhen, database, wired
from infrastructure.logging import configure_logging
from infrastructure.settings import Settings

out = Console()
err = Console(stderr=True)


def read_settings() -> Settings:
    """The settings of the environment; ends the program with a sentence for each that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            err.print(f"[red]LIUHEN_{str(fault['loc'][0]).upper()}: {fault['msg']}[/red]")
        raise typer.Exit(2) from error


@contextmanager
def service() -> Iterator[Liuhen]:
    """The wired service while the block runs."""
    settings = read_settings()
    configure_logging(settings.log_level)
    with database(settings) as conninfo, wired(settings, conninfo) as liuhen:
        yield liuhen
