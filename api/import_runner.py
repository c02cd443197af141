"""导入的办理 Records the rows of files that were sent, chunk by chunk, and goes on after a restart."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import structlog
from fastapi import FastAPI, Request

from api.context import Context
from api.import_rows import line_of_row, told_of
from api.main import PREFIX
from api.routes.batch import answered, line_of, recorded_rows
from api.routes.import_jobs import jobs_of
from application.ports import SealingError
from infrastructure.bootstrap import Liuhen
from infrastructure.importing.jobs import Job, Jobs
from infrastructure.importing.tables import Table

ROWS_AT_ONCE = 100
"""Rows of a chunk: they are saved together, and their answers are kept together."""
_LOOK = 2.0
"""Seconds between two looks for files that nobody records."""
PAUSE = timedelta(seconds=5)
"""After which a file that could not be recorded is tried again; others are not kept waiting by it."""
_UNREADABLE = (
    "文件不能解封：主密钥已丢失或被另行更换。已记录的不受影响；请以另一幂等键重新发送，已记录的行不会重复。"
    " The file cannot be opened: its master key was lost or replaced. What was recorded stays; send the file again"
    " under another key, and no row is recorded twice."
)

log = structlog.get_logger(__name__)


class Runner:
    """Records files in one process. Others may do so, too: each file is one runner's at a time."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._liuhen: Liuhen = app.state.liuhen
        self._jobs: Jobs = jobs_of(self._liuhen)
        self._stopping = threading.Event()
        self.id: UUID = uuid4()

    def run_due(self) -> None:
        """Record all files that nobody records, until none is left."""
        while not self._stopping.is_set() and (job := self._jobs.take(self.id)) is not None:
            self.run(job)

    def run(self, job: Job) -> None:
        """Record what is left of a file. Raises what keeps it from being recorded now; another time it goes on."""
        try:
            table, plan = self._jobs.content(job)
        except SealingError as error:
            log.warning("import.unreadable", job=str(job.id), error=str(error))
            self._jobs.fail(job, self.id, _UNREADABLE)
            return
        pause = PAUSE
        try:
            self._record(job, table, plan)
            pause = timedelta(0)
        finally:
            self._jobs.let_go(job, self.id, pause)

    def _record(self, job: Job, table: Table, plan: Any) -> None:
        counts = Counter(job.counts)
        for first in range(job.done, job.total, ROWS_AT_ONCE):
            if self._stopping.is_set():
                return
            context = self._context(job)
            if context is None:
                self._jobs.fail(job, self.id, "账户已停用 the account is not let in any more")
                return
            lines = [line_of_row(table.columns, row, plan) for row in table.rows[first : first + ROWS_AT_ONCE]]
            answers = self._recorded(context, job, first, lines)
            counts.update(answer["result"] for answer in answers)
            reached = max((answer["position"] or 0 for answer in answers), default=0)
            if reached:
                counts["position"] = max(counts["position"], reached)
            if not self._jobs.finish_chunk(job, self.id, first, answers, dict(counts)):
                return

    def _recorded(self, context: Context, job: Job, first: int, rows: list[bytes]) -> list[dict[str, Any]]:
        request = self._request(job)
        lines = [line_of(self._app.state.acts, context, first + n, row) for n, row in enumerate(rows, 1)]
        runs = [line.run for line in lines if line.run is not None]
        came = iter(recorded_rows(self._liuhen, runs, together=False))
        told = (orjson.loads(answered(request, line, line.fault or next(came))) for line in lines)
        return [told_of(one["status"], one["answer"], job.position) for one in told]

    def _context(self, job: Job) -> Context | None:
        """Who sent the file, with the roles of today; None when it would not be let in now."""
        holder = self._liuhen.directory.present(job.sent_by)
        return None if holder is None else Context(self._liuhen, holder)

    def _request(self, job: Job) -> Request:
        """What the answers to rows are made for: the language of whoever sent the file."""
        headers = [(b"accept-language", job.language.encode("latin-1", "replace"))]
        path = f"{PREFIX}/import-jobs/{job.id}"
        scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b""}
        return Request({**scope, "headers": headers, "app": self._app, "state": {}})

    def serve(self) -> None:
        """Record files as they come, until it is stopped."""
        while not self._stopping.wait(_LOOK):
            try:
                self.run_due()
                self._jobs.tidy()
            except Exception as error:  # noqa: BLE001 (it goes on when the store is there again)
                log.warning("import.interrupted", error=type(error).__name__)

    def stop(self) -> None:
        """Stop after the present chunk."""
        self._stopping.set()


@contextmanager
def recording_files(app: FastAPI) -> Iterator[None]:
    """While the block runs, this process records files that are sent."""
    runner = Runner(app)
    thread = threading.Thread(target=runner.serve, name="import-runner", daemon=True)
    thread.start()
    try:
        yield
    finally:
        runner.stop()
        thread.join()
