"""阅览 Which reads are noted in the access log, and what is noted of them: never what was shown."""

from __future__ import annotations

import re
from urllib.parse import unquote

from fastapi import Request
from starlette.types import Scope

from api.context import Reader
from api.problems import request_id
from infrastructure.access_log import AccessLog, Read

PURPOSE = "Liuhen-Purpose"
LONGEST_PURPOSE = 200
_NO_RECORDS = frozenset({"rule-sets", "evaluation-schemes", "event-types", "projections", "imports", "webhooks"})
"""First parts of paths under which no record is read: rules, schemes, how views run, one's own settings."""
_OBJECTS = ("project", "system", "unit", "about")
"""Filters of lists that say whose records are read."""
_IDENTITY = re.compile(r"[A-Za-z0-9._:-]{1,100}", re.ASCII)
"""What names an object. Other words of a path are not kept: they could be anything, a person's name, too."""
_KEPT = "liuhen.read"


async def noted(request: Request, context: Reader) -> None:
    """A dependency: a read of records is noted once it is answered. Raises AccessLogFullError."""
    parts = request.url.path.split("/", 3)
    if request.method != "GET" or parts[2] in _NO_RECORDS:
        return
    access_log: AccessLog = context.liuhen.access_log
    access_log.admit()
    named = [*request.path_params.values(), *(request.query_params.get(name, "") for name in _OBJECTS)]
    told = unquote(request.headers.get(PURPOSE, "")[: 9 * LONGEST_PURPOSE], errors="replace")
    purpose = "".join(c for c in told if c.isprintable())[:LONGEST_PURPOSE]
    template = request.scope["route"].path
    holder = context.holder
    request.scope[_KEPT] = (
        access_log,
        Read(
            account=holder.account,
            person=str(holder.person) if holder.person else None,
            roles=tuple(sorted(holder.roles)),
            request_id=request_id(),
            route=template if template.startswith("/v1/") else f"/v1{template}",
            object=next((str(name) for name in named if _IDENTITY.fullmatch(str(name))), None),
            status=0,
            purpose=purpose or None,
        ),
    )


def answered(scope: Scope, status: int) -> None:
    """Note the read of a request, if it is one, as its answer begins."""
    kept = scope.pop(_KEPT, None)
    if kept is not None:
        access_log, read = kept
        access_log.note(Read(**{**vars(read), "status": status}))
