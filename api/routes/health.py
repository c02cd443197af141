"""健康 Liveness and readiness. The only routes, beside the documentation, that need no token."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.metrics import MEDIA_TYPE, exposition
from domain.event import Value
from infrastructure.bootstrap import Liuhen
from infrastructure.projecting.builds import DATABASE_ERRORS
from projections.view import Freshness

router = APIRouter(tags=["健康 health"])

_PATIENCE = 5.0
"""Seconds to wait for a connection."""


class Readiness(Value):
    """Whether the service can record, read and sign; what fails is named, and how far the views are."""

    ready: bool
    views: tuple[Freshness, ...] = ()
    failing: tuple[str, ...] = ()
    """Views whose last attempt failed; `database` when it cannot be asked."""
    stalled: tuple[str, ...] = ()
    """Views that are behind the log and do not move, whoever should move them."""
    filling: tuple[str, ...] = ()
    """Views that are filled for the first time, and not shown yet."""


@router.get("/livez", summary="存活 alive")
async def alive() -> dict[str, str]:
    """The process answers. On the event loop: where all threads wait for the database, it still does."""
    return {"status": "alive"}


@router.get("/readyz", summary="就绪 ready", response_model=Readiness, responses={503: {"model": Readiness}})
def ready(request: Request) -> JSONResponse:
    """The database answers, no view fails, stalls or is empty yet, and the log is being signed.

    Lag is told, and measured against the log itself.
    """
    liuhen: Liuhen = request.app.state.liuhen
    engine = liuhen.engine
    try:
        with liuhen.pool.connection(timeout=_PATIENCE) as conn:
            found = engine.all_freshness(conn)
            stalled, filling = tuple(engine.stalled(found)), tuple(engine.filling(conn))
    except DATABASE_ERRORS:
        # What cannot be asked is not well.
        return JSONResponse(Readiness(ready=False, failing=("database",)).model_dump(mode="json"), 503)
    here = (*engine.failures(), *(("sequencer",) if liuhen.sequencer.failure else ()))
    failing = (*here, *request.app.state.failing_elsewhere)
    ready = not (failing or stalled or filling)
    state = Readiness(ready=ready, views=tuple(found.values()), failing=failing, stalled=stalled, filling=filling)
    return JSONResponse(state.model_dump(mode="json"), 200 if state.ready else 503)


@router.get("/metrics", summary="指标 metrics for Prometheus", response_class=Response)
def metrics(request: Request) -> Response:
    """What each process of the service has done, and where the views stand. Nothing of what is recorded."""
    return Response(exposition(request.app.state.liuhen), media_type=MEDIA_TYPE)
