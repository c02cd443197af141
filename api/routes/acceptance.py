"""验收."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.acceptance import accept_project
from domain.steps.acceptance import AcceptProject

router = APIRouter(tags=["验收 acceptance"])
post_to(
    router,
    "/projects/{subject}/acceptance",
    "acceptance",
    AcceptProject,
    accept_project,
    "竣工验收 accept (gate ACCEPT)",
)
