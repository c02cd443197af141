"""导入 Bringing a file of history in, from its bytes to the record, beside PostgreSQL's own multi-row inserts."""

from __future__ import annotations

import csv
import io
import time
from contextlib import ExitStack, suppress
from datetime import date, timedelta
from itertools import count

from application.importing import MAPPINGS, import_file
from application.ports import Desk
from bench.measuring import Sample, Scale, Side, Standard, figure, interleave
from bench.product import product
from bench.report import Report
from bench.rows import native_rows
from bench.servers import Server, pgbench_program
from domain.recorded import Actor, Role
from infrastructure.importing.mapping_process import MappingProcess

MAPPING = MAPPINGS["world-bank"]
FLOOR = Standard(20_000, of="median")
ROWS_PER_INSERT = 64
LONGEST = 4
"""Rounds' lengths that a file may take; then the rate is that of its rows so far."""

_ACTOR = Actor(account="bench", organisation="测量", role=Role.SYS_ADMIN)
_CELLS = {
    "Project Name": "Digital Governance and Public Sector Modernisation Project",
    "Country": "Atlantis",
    "Status": "Closed",
    "Concept Note": "2011-03-04",
    "Approval": "2012-05-06",
    "Effectiven. Dt": "2012-09-10",
    "Org Closing Dt": "2017-06-30",
    "Rev Closing Dt": "2018-12-31",
    "Tot WB ($m)": "118.9",
    "Tot Disb ($m)": "117.25",
    "Borrower": "Republic of Atlantis",
    "Impl Agency": "Ministry of Finance",
    "Last ISR Date": "2018-11-30",
    "ISR DO": "S",
    "ICR Out": "MS",
    "IEG Out": "MU",
}
_DATES = ("Concept Note", "Approval", "Effectiven. Dt", "Org Closing Dt", "Rev Closing Dt")
_AMOUNTS = ("Tot WB ($m)", "Tot Disb ($m)")
_FIRST_DAY = date(2004, 1, 1)


def run(own: Server, scale: Scale, report: Report) -> None:
    """Measure files of so many rows; each round brings in other projects."""
    editions = count(1)
    with ExitStack() as stack:
        liuhen = stack.enter_context(product(own))

        def bring_in(seconds: float) -> Sample:
            rows = max(1, round(scale.rows * seconds / scale.seconds))  # a shorter round is a shorter file
            return import_for(seconds * LONGEST, liuhen.desk, file_of(next(editions), rows))

        sides: dict[str, Side] = {"liuhen": bring_in}
        program = pgbench_program()
        if program is None:
            report.note("没有pgbench，导入无对照 / no pgbench on this machine: the import stands alone")
        else:
            sides["pgbench 64 rows"] = stack.enter_context(native_rows(own, program, 1, ROWS_PER_INSERT))
        samples = interleave(sides, scale)
    beside = "pgbench 64 rows" if program else None
    told = {"rows": scale.rows, "importers": 1, "most_seconds": scale.seconds * LONGEST}
    report.add(
        figure("bulk.import", "events/s", samples, "rate", of="liuhen", beside=beside, standard=FLOOR, settings=told)
    )


class _EnoughError(Exception):
    """The time of a round is up."""


def import_for(seconds: float, desk: Desk, data: bytes) -> Sample:
    """Import a file, or as much of it as so many seconds allow. Raises RuntimeError when a row is not new or good."""
    began = time.perf_counter()
    rows = 0

    def progress(done: int, total: int) -> None:
        nonlocal rows
        rows = done
        if done < total and time.perf_counter() - began > seconds:
            raise _EnoughError

    before = desk.ledger.position()
    with suppress(_EnoughError):
        import_file(desk, MAPPING, data, _ACTOR, dry_run=False, progress=progress, helper=MappingProcess)
    elapsed = time.perf_counter() - began
    if desk.ledger.position() - before != rows:
        raise RuntimeError(f"{desk.ledger.position() - before} of {rows} rows were brought in")
    return {"rate": rows / elapsed}


def file_of(edition: int, rows: int) -> bytes:
    """A file of so many closed projects, each with all that the mapping reads; dates and amounts differ by row."""
    written = io.StringIO()
    columns = csv.DictWriter(written, ["Project ID", *_CELLS])
    columns.writeheader()
    for number in range(rows):
        varied = dict.fromkeys(_AMOUNTS, f"{number % 7919}.{number * 37 % 100:02d}")
        varied |= {
            column: (_FIRST_DAY + timedelta(days=n * 400 + number % 3000)).isoformat()
            for n, column in enumerate(_DATES)
        }
        columns.writerow({"Project ID": f"P{edition:03d}{number:07d}", **_CELLS, **varied})
    return written.getvalue().encode()
