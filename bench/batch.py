"""成批记录 Fifty events in one save, in this process, beside the library's commands that record one event each."""

from __future__ import annotations

from uuid import UUID, uuid4

from bench.measuring import EVENTS_PER_STREAM, Sample, Scale, figure, interleave, save_by_threads
from bench.product import product
from bench.projects import SUMMARY, project_events, reports
from bench.report import Report
from bench.servers import Server
from bench.stock import StockProject, stock_application
from infrastructure.bootstrap import Liuhen

EVENTS_PER_SAVE = 50
SAVERS = 8


def run(own: Server, scale: Scale, report: Report) -> None:
    """Measure events per second of eight savers."""
    with product(own) as liuhen, stock_application(own, SAVERS) as stock:
        filed = project_events(0, 1)[0]
        circumstances = filed.circumstances.model_dump(mode="json", exclude_defaults=True)
        filing = filed.event.model_dump(mode="json")["filing"]
        begun: dict[UUID, StockProject] = {}

        def command(stream: UUID, version: int) -> None:
            # Its aggregates are kept in memory between commands: the library would read them again each time.
            if version == 1:
                begun[stream] = StockProject(number="1", filing=filing, circumstances=circumstances)
            else:
                begun[stream].report_progress(percent=version, summary=SUMMARY, circumstances=circumstances)
            stock.save(begun[stream])
            if version == EVENTS_PER_STREAM:
                del begun[stream]

        samples = interleave(
            {
                "liuhen": lambda seconds: _saves_of_fifty(liuhen, seconds),
                "stock": lambda seconds: save_by_threads(SAVERS, command, seconds),
            },
            scale,
        )
    told = {"savers": SAVERS, "events_per_save": EVENTS_PER_SAVE, "seconds": scale.seconds}
    report.add(figure("batch.50", "events/s", samples, "rate", of="liuhen", beside="stock", settings=told))


def _saves_of_fifty(liuhen: Liuhen, seconds: float) -> Sample:
    """Events per second; every save begins a stream of fifty reports."""

    def save(stream: UUID, version: int) -> None:
        del stream, version
        liuhen.ledger.record(reports(uuid4(), EVENTS_PER_SAVE))

    saved = save_by_threads(SAVERS, save, seconds)
    return {**saved, "rate": saved["rate"] * EVENTS_PER_SAVE}
