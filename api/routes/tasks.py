"""任务."""

from __future__ import annotations

from fastapi import APIRouter

from api.acts import UnitCode, post_to
from application.tasks import assign_task, complete_task, extend_task
from domain.steps.tasks import AssignTask, CompleteTask, ExtendTask

router = APIRouter(tags=["单位 units"])
_PATH = "/units/{uscc}/tasks"
post_to(router, _PATH, "tasks", AssignTask, assign_task, "下达任务 assign a task", UnitCode)
post_to(
    router,
    f"{_PATH}/completed",
    "task-completion",
    CompleteTask,
    complete_task,
    "登记任务完成 task completed",
    UnitCode,
)
post_to(router, f"{_PATH}/extended", "tasks", ExtendTask, extend_task, "登记任务延期 task extended", UnitCode)
