"""历史导入 A file of another record, brought in as history."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from api.acts import Posted
from api.context import Reader, acting
from api.problems import Problem, problem
from application.importing import MAPPINGS, FileFault, ImportReport, import_file
from domain.event import Value
from domain.rule import text
from infrastructure.importing.mapping_process import MappingProcess

router = APIRouter(tags=["导入 import"])

MAX_BYTES = 20 * 1024 * 1024


class MappingAnswer(Value):
    """对照 A kind of file that can be brought in."""

    name: str
    publisher: str
    columns: tuple[str, ...]


@router.get("/imports/mappings", summary="可导入的文件种类 kinds of files")
def read_mappings(context: Reader) -> list[MappingAnswer]:
    """The mappings that ship, with the columns that each needs."""
    del context
    return [MappingAnswer(name=m.name, publisher=m.publisher, columns=m.required) for m in MAPPINGS.values()]


@router.post(
    "/imports/{mapping}",
    summary="作为历史导入 import as history",
    response_model=ImportReport,
    responses={
        404: {"model": Problem, "description": "没有此对照 no such mapping"},
        413: {"model": Problem, "description": "文件过大 the file is too large"},
        422: {"model": Problem, "description": "文件不能导入 the file cannot be imported"},
    },
)
def post_import(
    request: Request,
    mapping: str,
    data: Annotated[bytes, Body(media_type="text/csv", min_length=1, description="文件内容 the file, at most 20 MiB")],
    posted: Annotated[Posted, Depends(acting("importing"))],
    dry_run: Annotated[bool, Query(description="只检查、不记录 check only, record nothing")] = False,
) -> Response:
    """Facts with source, snapshot date and raw text. Nothing passes a gate; a bad row is reported, the rest goes in."""
    context, actor = posted
    chosen = MAPPINGS.get(mapping)
    if chosen is None:
        known = "、".join(MAPPINGS)
        return problem(request, "not-found", text(f"没有此对照；已有：{known}", f"no such mapping; there are: {known}"))
    if len(data) > MAX_BYTES:
        return problem(request, "too-large", text("文件超过20 MiB", "the file is larger than 20 MiB"))
    try:
        report = import_file(
            context.liuhen.desk, chosen, data, actor, dry_run=dry_run, progress=None, helper=MappingProcess
        )
    except FileFault as fault:
        return problem(request, "bad-file", fault.text)
    return JSONResponse(report.model_dump(mode="json"), 200)
