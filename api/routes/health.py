"""健康 Liveness and readiness. The only routes, beside the documentation, that need no token."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from domain.event import Value
from infrastructure.bootstrap import Liuhen
from projections.view import Freshness

router = APIRouter(tags=["健康 health"])


class Readiness(Value):
    """Whether the service can record, read and sign; what fails is named, and how far the views are."""

    ready: bool
    views: tuple[Freshness, ...] = ()
    failing: tuple[str, ...] = ()


@router.get("/livez", summary="存活 alive")
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz", summary="就绪 ready", response_model=Readiness, responses={503: {"model": Readiness}})
def ready(request: Request) -> JSONResponse:
    """The database answers, no view is failing, and the log is being signed.

    Lag is told, and measured against the log itself.
    """
    liuhen: Liuhen = request.app.state.liuhen
    failing = (*liuhen.engine.failures(), *(("sequencer",) if liuhen.sequencer.failure else ()))
    views = tuple(liuhen.engine.freshness(name) for name in liuhen.engine.names())
    state = Readiness(ready=not failing, views=views, failing=failing)
    return JSONResponse(state.model_dump(mode="json"), 200 if state.ready else 503)
