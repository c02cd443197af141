"""`make bench`: prints one JSON line for each figure."""

from __future__ import annotations

from typing import Annotated

import typer

from bench import acts, appending, reading
from infrastructure.logging import configure_logging

BENCHES = {"append": appending.run, "read": reading.run, "acts": acts.run}


def main(
    what: Annotated[list[str] | None, typer.Argument(help=f"{', '.join(BENCHES)}; all of them without a name")] = None,
    *,
    rounds: Annotated[int, typer.Option(min=1, help="rounds that count")] = 5,
    seconds: Annotated[float, typer.Option(min=0.05, help="seconds of a round")] = 2.0,
    quick: Annotated[bool, typer.Option("--quick", help="one short round each: shows that it runs, no more")] = False,
) -> None:
    """Measure, beside the stock library and the bare database, and print JSON lines."""
    configure_logging("ERROR")
    unknown = sorted(set(what or ()) - set(BENCHES))
    if unknown:
        raise typer.BadParameter(f"没有此项 no such bench: {', '.join(unknown)}")
    for name in what or BENCHES:
        BENCHES[name](1 if quick else rounds, 0.2 if quick else seconds)


if __name__ == "__main__":
    typer.run(main)
