"""材料 Papers: handed in once under the digest of their content, and named by it in acts afterwards (G21).

What is handed in under a digest cannot be anything else, so handing it in again is harmless and needs no key.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect

from api.context import Context, Reader
from api.lists import Part
from api.moments import At
from api.problems import FieldFault, Problem, english, problem
from api.routes.projects import check_classified
from api.routes.views import ViewAnswer, reading, view_answer
from application.asking import project_dossier
from domain.event import Value
from domain.faults import UnknownSubjectError
from domain.rule import text
from domain.states import beginning
from domain.streams import StreamKind
from infrastructure.documents.kinds import KindError
from infrastructure.documents.papers import OtherDigestError, Paper, Receiving, TooLargeError
from infrastructure.documents.stores import CHUNK, DocumentStoreError
from projections.asking import Listing, TracedRow, Window, read
from projections.documents.queries import PAPERS, PapersAsked, ProjectPaper, mentions_of

router = APIRouter(tags=["材料 documents"])

Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="内容的SHA-256，小写十六进制 of the content")]
_BINARY = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_PROBLEMS: dict[int | str, dict[str, object]] = {
    413: {"model": Problem, "description": "过大 too large"},
    422: {"model": Problem, "description": "摘要或类型不符 another digest, or a kind that is not taken"},
    503: {"model": Problem, "description": "材料库不可用 the document store is not available"},
}
_UNKNOWN: dict[int | str, dict[str, object]] = {
    404: {"model": Problem, "description": "没有，或无权查看 none to be seen"}
}


class Document(Value):
    """材料 A paper that is kept."""

    sha256: str
    size: int
    media_type: str
    received_at: datetime


class NamedPaper(TracedRow):
    """所附材料 A paper that an event names, and whether it is kept here."""

    position: int
    topic: str
    happened_on: str
    title: str
    sha256: str
    kept: bool
    size: int | None
    media_type: str | None


@router.put(
    "/documents/{sha256}",
    summary="提交材料 hand a paper in",
    response_model=Document,
    responses={**_PROBLEMS, 200: {"description": "已有此材料 it was here already"}, 201: {"model": Document}},
    openapi_extra={"requestBody": {"required": True, **_BINARY}},
)
async def hand_in(
    request: Request,
    context: Reader,
    sha256: Digest,
    content_type: Annotated[str | None, Header(max_length=200, description="媒体类型，须与内容相符 media type")] = None,
) -> Response:
    """The content of a paper, as it is. Acts name it afterwards by this digest: `evidence: [{sha256, title}]`.

    Ask with HEAD first: a paper that is here need not be sent again.
    """
    papers = context.liuhen.papers
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > papers.most_bytes:
        return _too_large(request, papers.most_bytes)
    said = (content_type or "").partition(";")[0].strip().lower() or None
    coming: Receiving | None = None
    try:
        coming = await run_in_threadpool(papers.receive)
        await _take(request, coming)
        paper, new = await run_in_threadpool(papers.keep, coming, sha256, said, context.holder.account)
    except TooLargeError:
        return _too_large(request, papers.most_bytes)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody hears it
    except OtherDigestError:
        other = text("内容的SHA-256与地址中的不同", "the SHA-256 of the content is not the one in the path")
        return _not_taken(request, "/path/sha256", other.zh, other.en)
    except KindError as error:
        zh, _, en = str(error).partition(" / ")
        return _not_taken(request, "/header/content-type", zh, en)
    except DocumentStoreError:
        return problem(request, "document-store", headers={"Retry-After": "10"})
    finally:
        if coming is not None:
            await run_in_threadpool(coming.discard)
    return Response(_document(paper).model_dump_json(), 201 if new else 200, media_type="application/json")


async def _take(request: Request, coming: Receiving) -> None:
    """Take in the body in large pieces: each is a call of a thread."""
    waiting = bytearray()
    async for piece in request.stream():
        waiting += piece
        if len(waiting) >= CHUNK:
            await run_in_threadpool(coming.take, bytes(waiting))
            waiting.clear()
    await run_in_threadpool(coming.take, bytes(waiting))


@router.head("/documents/{sha256}", summary="有无此材料 is a paper here", response_class=Response, responses=_UNKNOWN)
def is_here(context: Reader, sha256: Digest) -> Response:
    """Whether a paper of this digest was handed in, by whomever: whoever knows the digest knows the paper."""
    paper = context.liuhen.papers.find(sha256)
    if paper is None:
        raise _unknown()
    return Response(headers=_headers(paper, None) | {"Content-Length": str(paper.size)})


@router.get(
    "/documents/{sha256}",
    summary="取材料 get a paper",
    response_class=StreamingResponse,
    responses={**_UNKNOWN, 200: _BINARY, 503: _PROBLEMS[503]},
)
def get(request: Request, context: Reader, sha256: Digest) -> Response:
    """For who handed it in, and for who may see a history that names it. It is digested again on its way out.

    Always an attachment, under its title: nothing that was handed in is shown as a page of this service.
    """
    papers = context.liuhen.papers
    paper, title = papers.find(sha256), _title(context, sha256)
    if paper is None or (title is None and not papers.handed_in_by(sha256, context.holder.account)):
        raise _unknown()
    try:
        pieces = papers.content(sha256)
    except DocumentStoreError:
        pieces = None
    if pieces is None:
        return problem(request, "document-store", headers={"Retry-After": "10"})
    headers = _headers(paper, title) | {"Content-Length": str(paper.size)}
    return StreamingResponse(pieces, headers=headers, media_type=paper.media_type)


@router.get("/projects/{project_id}/documents", summary="项目的材料 papers of a project")
def of_project(context: Reader, project_id: UUID, at: At, part: Part) -> ViewAnswer[NamedPaper]:
    """Every paper that the events of a project and of its systems name, whether it is kept here or elsewhere."""
    dossier = project_dossier(context.liuhen.desk, project_id)
    check_classified(context, dossier.project)
    with reading(context, "documents", at) as view:
        asked = PapersAsked(project=project_id)

        def fetch(window: Window) -> Listing[NamedPaper]:
            found = read(view.conn, context.log_id, PAPERS, asked, window, classified=context.sees_classified)
            return _named(context, found)

        return view_answer(view, NamedPaper, part, fetch)


def _named(context: Context, found: Listing[ProjectPaper]) -> Listing[NamedPaper]:
    """Papers as they are shown: with what is kept of them here."""
    kept = {p.sha256: p for p in context.liuhen.papers.find_each([m.sha256 for m in found.items])}
    rows = [
        NamedPaper(
            position=m.position,
            topic=m.topic,
            happened_on=m.happened_on,
            title=m.title,
            sha256=m.sha256,
            kept=m.sha256 in kept,
            size=kept[m.sha256].size if m.sha256 in kept else None,
            media_type=kept[m.sha256].media_type if m.sha256 in kept else None,
            trace=m.trace,
        )
        for m in found.items
    ]
    return Listing[NamedPaper](**{**dict(found), "items": rows})


def _title(context: Context, sha256: str) -> str | None:
    """What a history that the reader may see calls the paper, or None."""
    engine, desk = context.liuhen.engine, context.liuhen.desk
    with context.liuhen.pool.connection() as conn, conn.transaction():
        conn.execute(f"SET LOCAL search_path TO {engine.schema('documents', conn)}".encode())
        mentions = mentions_of(conn, context.log_id, sha256)
    for mention in mentions:
        kind = StreamKind(mention.stream_kind)
        if context.sees(kind, desk.states.newest(kind, beginning(kind, mention.stream_id))):
            return mention.title
    return None


def _headers(paper: Paper, title: str | None) -> dict[str, str]:
    raw = base64.b64encode(bytes.fromhex(paper.sha256)).decode()
    name = quote((title or paper.sha256)[:100], safe="")
    return {
        "ETag": f'"{paper.sha256}"',
        "Repr-Digest": f"sha-256=:{raw}:",
        "Content-Type": paper.media_type,
        "Content-Disposition": f"attachment; filename=\"{paper.sha256}\"; filename*=UTF-8''{name}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }


def _document(paper: Paper) -> Document:
    return Document(sha256=paper.sha256, size=paper.size, media_type=paper.media_type, received_at=paper.received_at)


def _too_large(request: Request, most: int) -> Response:
    return problem(request, "too-large", text(f"至多{most}字节", f"at most {most} bytes"))


def _not_taken(request: Request, pointer: str, zh: str, en: str) -> Response:
    told = text(zh, en)
    return problem(request, "paper", told, errors=[FieldFault(pointer=pointer, detail=en if english(request) else zh)])


def _unknown() -> UnknownSubjectError:
    return UnknownSubjectError(text("没有此材料", "there is no such paper"))
