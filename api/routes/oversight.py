"""监管措施."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import post_to
from application.oversight import lift_measure, take_measure
from domain.steps.oversight import LiftMeasure, TakeMeasure

router = APIRouter(tags=["监管 oversight"])
_PATH = "/projects/{subject}/oversight-measures"
post_to(router, _PATH, "oversight", TakeMeasure, take_measure, "采取监管措施 take a measure")
post_to(router, f"{_PATH}/lifted", "oversight", LiftMeasure, lift_measure, "解除监管措施 lift a measure")
