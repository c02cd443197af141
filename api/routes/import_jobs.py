"""成批导入 Files of acts in the sender's own columns: taken in at once, recorded and reported on by row."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from api.acts import Key
from api.context import Context, Reader
from api.exports import NoWorkbooksError
from api.import_rows import LONGEST_PLAN, own_columns, plan_of, report
from api.problems import Problem, TooManyRequestsError, problem
from api.quick_acts import media_type
from domain.event import Value
from domain.faults import UnknownSubjectError
from domain.rule import text
from infrastructure.bootstrap import Liuhen
from infrastructure.importing.jobs import Job, Jobs, TooManyJobsError
from infrastructure.importing.tables import CSV, KINDS, XLSX, TableError, read_table
from infrastructure.sealing import MasterKeys
from infrastructure.spreadsheets import as_csv, as_xlsx

router = APIRouter(prefix="/import-jobs", tags=["成批导入 import jobs"])

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_ANSWERS: dict[int | str, dict[str, object]] = {
    404: {"model": Problem, "description": "没有此任务 no such job of this account"},
    422: {"model": Problem, "description": "文件或plan不可接受 the file or the plan is not acceptable"},
}
_WAIT = 60.0


class ImportJob(Value):
    """成批导入任务 A file that was sent, and how far it is."""

    id: UUID
    file_name: str
    sent_by: str
    organisation: str
    state: str = Field(description="QUEUED, RUNNING, DONE, FAILED or CANCELLED")
    why: str = Field(description="为何失败 why it failed")
    total: int
    done: int
    recorded: int
    repeated: int = Field(description="此前已记录，未重复 recorded before and not again")
    refused: int = Field(description="依规则被拒，已留痕 refused by rules, with the refusal on record")
    faulty: int = Field(description="有误，未记录 not recorded")
    position: int | None = Field(
        description="其事件至此位置，未有则空；可作min_position where the last of its events stands: a `min_position`"
    )
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    seconds_left: int | None = Field(description="估计剩余秒数 estimate of what is left, while it runs")
    reported: bool = Field(description="报告仍保存 the report is still kept")


def jobs_of(liuhen: Liuhen) -> Jobs:
    """The files of the service's log."""
    return Jobs(liuhen.pool, liuhen.settings.division, MasterKeys(liuhen.settings))


@router.post(
    "",
    status_code=202,
    operation_id="SendImport",
    summary="发送文件 send a file of acts",
    response_model=ImportJob,
    openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(KINDS, _BINARY)}},
    responses={
        **_ANSWERS,
        413: {"model": Problem, "description": "文件过大 the file is too large"},
        429: {"model": Problem, "description": "未办完的文件过多 too many files are not done"},
    },
)
async def send(
    request: Request,
    context: Reader,
    idempotency_key: Key,
    file_name: Annotated[str, Query(max_length=200, description="文件名 name of the file")] = "",
    plan: Annotated[
        str | None,
        Query(max_length=LONGEST_PLAN, description="各列如何成为办理，见docs/importing.md how columns become acts"),
    ] = None,
) -> Response:
    """Taken in with 202; where it is told of is in `Location`. Sent again under its key, it is the same job."""
    kind = media_type(request)
    data = await request.body()
    if kind not in KINDS:
        return problem(request, "bad-file", text(f"文件类型应为{'、'.join(KINDS)}", f"send one of {', '.join(KINDS)}"))
    language = request.headers.get("accept-language", "")[:100]
    try:
        job = await run_in_threadpool(_added, context, idempotency_key, kind, data, plan, file_name, language)
    except TableError as error:
        return problem(request, "bad-file", error.text)
    except TooManyJobsError:
        raise TooManyRequestsError(_WAIT) from None
    told = _told(job).model_dump_json()
    return Response(told, 202, {"Location": f"/v1/import-jobs/{job.id}"}, media_type="application/json")


def _added(context: Context, key: str, kind: str, data: bytes, plan: str | None, file_name: str, language: str) -> Job:
    planned = plan_of(plan)
    table = own_columns(read_table(kind, data), planned)
    fingerprint = hashlib.sha256(f"{kind}\n{plan}\n".encode() + data).hexdigest()
    at = context.liuhen.ledger.position()
    return jobs_of(context.liuhen).add(context.holder, key, fingerprint, file_name, language, table, planned, at)


@router.get("", summary="本账户的文件 the account's files")
def mine(context: Reader) -> list[ImportJob]:
    """The files that this account has sent, newest first."""
    return [_told(job) for job in jobs_of(context.liuhen).of(context.holder.account)]


@router.get("/{job_id}", summary="办到何处 how far a file is", responses=_ANSWERS)
def one(context: Reader, job_id: UUID) -> ImportJob:
    """How many rows have been dealt with, and how."""
    return _told(_found(context, job_id))


@router.post("/{job_id}/cancel", summary="取消 cancel", responses=_ANSWERS)
def cancel(context: Reader, job_id: UUID) -> ImportJob:
    """Go no further. What was recorded stays recorded, and the report says which rows those are."""
    jobs_of(context.liuhen).cancel(_found(context, job_id).id)
    return _told(_found(context, job_id))


@router.get(
    "/{job_id}/report.xlsx",
    summary="逐行报告 report per row (XLSX)",
    response_class=Response,
    responses={**_ANSWERS, 200: {"content": {XLSX: _BINARY}}},
)
def report_xlsx(context: Reader, job_id: UUID) -> Response:
    """The rows as they were sent, each with what became of it. Correct what is wrong, and send it again."""
    try:
        book = as_xlsx({"报告 report": _rows(context, job_id)})
    except ImportError as error:
        raise NoWorkbooksError from error
    return _file(book, XLSX, f"{job_id}.xlsx")


@router.get(
    "/{job_id}/report.csv",
    summary="逐行报告 report per row (CSV)",
    response_class=Response,
    responses={**_ANSWERS, 200: {"content": {CSV: _BINARY}}},
)
def report_csv(context: Reader, job_id: UUID) -> Response:
    """The same as CSV."""
    return _file(as_csv(_rows(context, job_id)), CSV, f"{job_id}.csv")


def _rows(context: Context, job_id: UUID) -> list[list[str | int | None]]:
    job, jobs = _found(context, job_id), jobs_of(context.liuhen)
    if not job.kept:
        raise UnknownSubjectError(text("报告已过保存期", "the report is not kept any more"))
    table, _ = jobs.content(job)
    return report(table, jobs.answers(job))


def _file(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _found(context: Context, job_id: UUID) -> Job:
    job = jobs_of(context.liuhen).find(job_id, context.holder.account)
    if job is None:
        raise UnknownSubjectError(text("没有此任务", "there is no such job"))
    return job


def _told(job: Job) -> ImportJob:
    counts: dict[str, Any] = {name: job.counts.get(name, 0) for name in ("recorded", "repeated", "refused", "faulty")}
    left = None
    if job.state == "RUNNING" and job.started_at is not None and job.done:
        left = round((datetime.now(UTC) - job.started_at).total_seconds() / job.done * (job.total - job.done))
    return ImportJob(
        id=job.id,
        file_name=job.file_name,
        sent_by=job.account,
        organisation=job.holder["organisation"],
        state=job.state,
        why=job.why,
        total=job.total,
        done=job.done,
        position=job.counts.get("position"),
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        seconds_left=left,
        reported=job.kept,
        **counts,
    )
