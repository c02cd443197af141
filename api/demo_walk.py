"""演示客户端 What `make demo` does with the Python client once it serves: a judgement, a version, a checked receipt.

It records nothing, so that the demo can be started again and again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from liuhen_client import Client, LiuhenError, ReceiptError


def walk(address: str, token: str, keys: Sequence[str], on: date, tell: Callable[[str], None]) -> None:
    """Ask the service as another department's program would, and tell what came of it, failures too."""
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # the service logs each request already
    try:
        with Client(address, token) as client:
            _walk(client, list(keys), on, tell)
    except (LiuhenError, ReceiptError) as error:
        tell(f"演示客户端未能完成 the demo client could not finish: {error}")


def _walk(client: Client, keys: list[str], on: date, tell: Callable[[str], None]) -> None:
    # A new demo's views are still being made.
    at = client.log_read_status()["log_position"]
    waiting = next(client.every(client.views_register_projects, stage="FILED", min_position=at), None)
    if waiting is None:
        return
    project = waiting["project_id"]
    approval: Any = {"document_no": "演示〔2026〕1号", "approver": "项目主管部门"}
    judged = client.approve_project(project, approval, happened_on=on.isoformat(), dry_run=True)
    judgement: Any = judged.get("judgement") or {}
    findings = judgement.get("findings", [])
    missing = "、".join(f["rule"] for f in findings if f["effect"] == "BLOCKS")
    tell(f"试办立项 would it be approved: {waiting['name']}：{judged['outcome']} {missing}")
    history = client.projects_read_history(project)
    event: Any = history["events"][-1]
    proof = client.receipt({"events": [event]}, keys[0])
    tell(f"回执已检验 receipt checked: 位置 position {event['position']}，{len(proof)}字节 bytes")
