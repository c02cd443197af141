"""文件 Files of acts in columns of one's own (docs/importing.md): sent, waited for, and their reports kept."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from liuhen_client.errors import FileUnfinishedError
from liuhen_client.operations import ImportJob, Operations

KINDS = {
    ".csv": "text/csv",
    ".ndjson": "application/x-ndjson",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""By the end of a file's name: what it is sent as."""
_UNDER_WAY = frozenset({"QUEUED", "RUNNING"})
_SHORTEST, _LONGEST = 0.2, 10.0
"""Seconds between two looks at a file that is being recorded."""


class Files(Operations):
    """What a client does with files, made of several operations."""

    _sleep: Callable[[float], None]
    position: int

    def record_file(
        self,
        file: Path,
        plan: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        longest: float = 3600.0,
        told: Callable[[ImportJob], None] | None = None,
    ) -> ImportJob:
        """Send a file of acts (.csv, .xlsx, .ndjson), wait until every row is dealt with, and give the counts.

        `plan`: how its columns become acts. Rows that were refused or are faulty raise nothing: they are counted, and
        `save_report` says why. Sent again, rows that were recorded are not recorded again. `longest` and `told` as in
        `await_file`. Raises FileUnfinishedError, ProblemError (of the file as a whole), UnreachableError.
        """
        kind = KINDS.get(file.suffix.lower())
        if kind is None:
            raise ValueError(f"{file.name}: 应为 it should end in {'、'.join(KINDS)}")
        planned = None if plan is None else json.dumps(plan, ensure_ascii=False)
        job = self.send_import(file.read_bytes(), file_name=file.name, plan=planned, content_type=kind, key=key)
        return self.await_file(job["id"], longest=longest, told=told)

    def await_file(
        self, job: str, *, longest: float = 3600.0, told: Callable[[ImportJob], None] | None = None
    ) -> ImportJob:
        """Wait until a file that was sent is done, at most `longest` seconds, and give its counts.

        `told` is called at each look, to show how far it is. From then on views are read no older than what the file
        recorded. Raises FileUnfinishedError: it failed, was cancelled, or takes longer.
        """
        ends, pause = time.monotonic() + longest, _SHORTEST
        while True:
            found = self.import_jobs_one(job)
            self.position = max(self.position, found["position"] or 0)
            if told is not None:
                told(found)
            if found["state"] == "DONE":
                return found
            if found["state"] not in _UNDER_WAY or time.monotonic() >= ends:
                raise FileUnfinishedError(found)
            self._sleep(min(pause, max(0.0, ends - time.monotonic())))
            pause = min(max(pause * 1.5, (found["seconds_left"] or 0) / 4), _LONGEST)

    def save_report(self, job: str, file: Path) -> Path:
        """Write the report of a file: the rows as they were sent, in the sender's columns, each with what became of it.

        As XLSX or CSV by the end of the name. Correct what is wrong and give the report itself to `record_file`.
        """
        reports = {".xlsx": self.import_jobs_report_xlsx, ".csv": self.import_jobs_report_csv}
        report = reports.get(file.suffix.lower())
        if report is None:
            raise ValueError(f"{file.name}: 应为 it should end in {'、'.join(reports)}")
        file.write_bytes(report(job))
        return file
