"""成批办理 Fifty acts in one request over HTTP, beside acts that are posted one by one on the library's recorder."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial

from bench.measuring import Scale, Standard, figure, interleave
from bench.posting import ORDINARY, TWO_WORKERS, posting, started
from bench.report import Report
from bench.servers import Server

ROWS = 50
CLIENTS = 8
BESIDE_STOCK = Standard(40, 60)


def run(own: Server, scale: Scale, report: Report) -> None:
    """Measure events per second of eight clients that post batches; 32 clients post the single acts."""
    with ExitStack() as stack:
        sides = {}
        for side in ("liuhen", TWO_WORKERS):
            sides[side] = posting(stack.enter_context(started(own, side, scale)), scale, CLIENTS, ROWS)
        for side in ("stock", ORDINARY):
            sides[side] = posting(stack.enter_context(started(own, side, scale)), scale)
        samples = interleave(sides, scale)
    told = {"clients": CLIENTS, "rows": ROWS, "projects": scale.projects, "seconds": scale.seconds}
    rate = partial(figure, unit="events/s", samples=samples, what="rate", settings=told)
    report.add(rate("batch.50", of="liuhen", beside="stock", standard=BESIDE_STOCK))
    report.add(rate("batch.ordinary", of="liuhen", beside=ORDINARY))
    report.add(rate("batch.workers", of=TWO_WORKERS, beside="stock"))
