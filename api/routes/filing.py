"""备案."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from api.acts import post_new, post_to
from application.act import Act
from application.desk import Outcome
from application.filing import amend_filing, file_project, report_unfiled_project
from application.ports import Desk
from domain.steps.filing import AmendFiling, FileProject, ReportUnfiledProject

router = APIRouter(tags=["备案 filing"])


class FileRecordedProject(FileProject):
    """Ask to file a project that is recorded already: found unfiled, refused before, or brought in as history."""


def _file_recorded(desk: Desk, project: UUID, command: FileRecordedProject, act: Act) -> Outcome:
    return file_project(desk, command, act, project)


post_new(router, "/projects", "filing", FileProject, file_project, "项目备案 file a project (gate FILE)")
post_new(
    router,
    "/projects/unfiled",
    "unfiled",
    ReportUnfiledProject,
    report_unfiled_project,
    "登记未备案项目 report an unfiled one",
)
post_to(
    router,
    "/projects/{subject}/filing",
    "filing",
    FileRecordedProject,
    _file_recorded,
    "补办备案 file a recorded project",
)
post_to(router, "/projects/{subject}/filing/amendment", "filing", AmendFiling, amend_filing, "修改备案 amend a filing")
