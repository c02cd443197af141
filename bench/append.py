"""追加 Durable appends with version check: one event per save, ten events per stream, so many savers at once.

The savers are threads, as the library's must be, and beside them tasks of one event loop, as behind the service's HTTP.
"""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import ExitStack
from functools import partial
from itertools import count
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder

from application.ports import RequestKey
from bench.measuring import PAYLOAD_BYTES, Scale, Side, Standard, figure, interleave, save_by_tasks, save_by_threads
from bench.payload import PAYLOAD, TOPIC
from bench.product import product, recorder_of
from bench.report import Report
from bench.rows import native_rows
from bench.servers import Server, pgbench_program
from bench.stock import stock_recorder
from infrastructure.store.batch_writer import Save
from infrastructure.store.recorder import LedgerRecorder

BESIDE_STOCK = {32: Standard(12, 21), 8: Standard(7, 10), 1: Standard(1.8, 2.7)}
BESIDE_NATIVE = Standard(0.8, 1.2)
P99_BESIDE_STOCK = Standard(6, 12)
MOST_SAVERS = 32
IN_LOOP = "liuhen, tasks of a loop"


def run(own: Server, scale: Scale, report: Report) -> None:
    """Measure at each number of savers."""
    program = pgbench_program()
    if program is None:
        report.note("没有pgbench，略去与原生插入的比较 / no pgbench on this machine: not compared with native inserts")
    for savers, beside_stock in BESIDE_STOCK.items():
        most = savers == MOST_SAVERS
        with ExitStack() as stack:
            recorder = stack.enter_context(recorder_of(stack.enter_context(product(own))))
            stock = stack.enter_context(stock_recorder(own, savers))
            sides: dict[str, Side] = {
                "liuhen": product_side(recorder, savers),
                IN_LOOP: _side_in_loop(recorder, savers),
                "stock": _stock_side(stock, savers),
            }
            if most:
                sides["liuhen keyed"] = _keyed_side(recorder, savers)
            if most and program is not None:
                sides["pgbench"] = stack.enter_context(native_rows(own, program, savers))
            samples = interleave(sides, scale)
        told = {"savers": savers, "payload_bytes": PAYLOAD_BYTES, "seconds": scale.seconds}
        rate = partial(figure, unit="saves/s", samples=samples, what="rate", settings=told)
        p99 = partial(figure, unit="ms", samples=samples, what="p99", better="lower", settings=told)
        name = f"append.{savers}"
        report.add(rate(f"{name}.rate", of="liuhen", beside="stock", standard=beside_stock))
        p99_standard = P99_BESIDE_STOCK if most else None
        report.add(p99(f"{name}.p99", of="liuhen", beside="stock", standard=p99_standard))
        report.add(rate(f"{name}.loop.rate", of=IN_LOOP, beside="stock", standard=beside_stock))
        report.add(p99(f"{name}.loop.p99", of=IN_LOOP, beside="stock", standard=p99_standard))
        if "pgbench" in samples:
            report.add(rate(f"{name}.native", of="liuhen", beside="pgbench", standard=BESIDE_NATIVE))
            report.add(rate(f"{name}.loop.native", of=IN_LOOP, beside="pgbench", standard=BESIDE_NATIVE))
        if most:
            report.add(rate(f"{name}.keyed", of="liuhen keyed", beside="stock"))


def product_side(recorder: LedgerRecorder, savers: int) -> Side:
    """Saves of one event without a request key."""

    def save(stream: UUID, version: int) -> None:
        recorder.append(Save((StoredEvent(stream, version, TOPIC, PAYLOAD),), ("project",)))

    return lambda seconds: save_by_threads(savers, save, seconds)


def _side_in_loop(recorder: LedgerRecorder, savers: int) -> Side:
    """The same saves, by tasks of an event loop."""

    def save(stream: UUID, version: int) -> Awaitable[object]:
        return recorder.append_from_loop(Save((StoredEvent(stream, version, TOPIC, PAYLOAD),), ("project",)))

    return lambda seconds: save_by_tasks(savers, save, seconds)


def _keyed_side(recorder: LedgerRecorder, savers: int) -> Side:
    """The same, each under a request key of its own."""
    numbers = count()
    fingerprint = "0" * 64

    def save(stream: UUID, version: int) -> None:
        request = RequestKey("bench", f"request-{next(numbers)}", fingerprint)
        recorder.append(Save((StoredEvent(stream, version, TOPIC, PAYLOAD),), ("project",), request=request))

    return lambda seconds: save_by_threads(savers, save, seconds)


def _stock_side(recorder: PostgresApplicationRecorder, savers: int) -> Side:
    def save(stream: UUID, version: int) -> None:
        recorder.insert_events([StoredEvent(stream, version, TOPIC, PAYLOAD)])

    return lambda seconds: save_by_threads(savers, save, seconds)
