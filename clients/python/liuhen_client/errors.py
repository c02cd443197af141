"""错误 What the service may say instead of an answer (RFC 9457), as exceptions."""

from __future__ import annotations

from typing import Any

from liuhen_client.operations import ImportJob


class LiuhenError(Exception):
    """Any failure that this client tells."""


class UnreachableError(LiuhenError):
    """No answer in all the attempts. What was asked may have been recorded: send it again with its key."""

    def __init__(self, told: str, key: str | None) -> None:
        super().__init__(told)
        self.key = key
        """The idempotency key of the act, to send it again with; None when nothing was to be recorded."""


class ProblemError(LiuhenError):
    """The service refused. `type` says which problem it is, `errors` which fields, `findings` which clauses."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body.get('title', '')}: {body.get('detail', '')}")
        self.status = status
        self.body = body
        self.type: str = body.get("type", "")
        self.title: str = body.get("title", "")
        self.detail: str = body.get("detail", "")
        self.errors: list[dict[str, Any]] = body.get("errors", [])
        self.findings: list[dict[str, Any]] = body.get("findings", [])
        self.receipt: dict[str, Any] | None = body.get("receipt")
        self.request_id: str = body.get("request_id", "")


class RefusedError(ProblemError):
    """A gate refused the act. The refusal is recorded; `findings` has every clause that failed, with its cure."""


class VersionMovedError(ProblemError):
    """The history has moved on since it was read (412). Read again, decide again."""


class FileUnfinishedError(LiuhenError):
    """A file of acts is not done: `job["state"]` says whether it failed, was cancelled, or goes on without us."""

    def __init__(self, job: ImportJob) -> None:
        super().__init__(f"{job['file_name']}: {job['state']} {job['done']}/{job['total']} {job['why']}".rstrip())
        self.job = job
