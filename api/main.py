"""应用 The HTTP application."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from uuid import uuid4

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi_offline import FastAPIOffline

from api import problems
from api.context import reader
from api.routes import (
    acceptance,
    amounts,
    approval,
    assessment,
    building,
    clauses,
    connection,
    correcting,
    county,
    enrolment,
    evaluation,
    evaluation_schemes,
    evaluators,
    exceptions,
    experts,
    filing,
    funding,
    guidance_fund,
    health,
    importing,
    interconnection,
    meetings,
    money,
    oversight,
    ppp,
    procurement,
    projects,
    responsibility,
    review,
    risk,
    roles,
    rule_sets,
    satisfaction,
    security,
    service,
    sharing,
    supervision,
    systems,
    tasks,
    views,
)
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Issuer

ACTS = (
    enrolment,
    connection,
    meetings,
    roles,
    experts,
    responsibility,
    tasks,
    supervision,
    filing,
    systems,
    sharing,
    risk,
    exceptions,
    review,
    approval,
    procurement,
    building,
    security,
    interconnection,
    service,
    acceptance,
    oversight,
    amounts,
    funding,
    guidance_fund,
    ppp,
    evaluators,
    evaluation,
    satisfaction,
    assessment,
    correcting,
    importing,
)
READS = (projects, county, views, money, clauses, rule_sets, evaluation_schemes)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

DESCRIPTION = """
留痕记录县级新型智慧城市（电子政务）项目从备案到拨款的全过程：**不共享，不立项，不拨款**（源政发〔2018〕16号）。

*Liuhen records the life of county e-government projects: what happened, who decided, on what grounds, what was known.*

办理均为`POST`，内容在`act`中；被规则拒绝时答复409，列出全部未满足的条款与补救办法，被拒本身也留痕。
"""

log = structlog.get_logger(__name__)


def create_app(liuhen: Liuhen | None, issuer: Issuer | None) -> FastAPI:
    """The application over a wired service. Without one it only describes itself (for the API document)."""
    app: FastAPI = FastAPIOffline(
        title="留痕 Liuhen",
        version=version("liuhen"),
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url="/docs",
        redoc_url=None,
    )
    app.state.liuhen = liuhen
    app.state.issuer = issuer
    problems.install(app)
    # Every route under /v1 needs a token, whatever the route itself says.
    closed = APIRouter(prefix="/v1", dependencies=[Depends(reader)])
    for module in (*ACTS, *READS):
        closed.include_router(module.router)
    app.include_router(closed)
    app.include_router(health.router)
    app.middleware("http")(_identify)
    return app


async def _identify(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Give each request an id, log its outcome, and set the headers that every answer has."""
    asked = request.headers.get("x-request-id", "")
    identity = asked if _REQUEST_ID.fullmatch(asked) else uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=identity)
    started = time.perf_counter()
    response = await call_next(request)
    response.headers["X-Request-ID"] = identity
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Cache-Control", "no-store")
    log.info(
        "request.answered",
        method=request.method,
        path=request.url.path,
        status=response.status_code,
        milliseconds=round((time.perf_counter() - started) * 1000, 1),
    )
    return response
