"""版本 Entity tags of histories (RFC 9110): how a client says what it had seen when it decided to act.

The tag of a history is its version, `"7"`: the number of its last event. Refused requests are events, too, and so are
corrections: each moves the version. What a reader is shown rests on more than that (a project's systems and units, who
may see persons); so the tag of a read goes on with a digest of the answer, `"7-1a2b3c4d"`. An act is held to the part
before the hyphen: whoever read the project can act on it, whatever became of its systems and units meanwhile. What was
sent compressed is tagged as such (`"7-1a2b3c4d-gzip"`, `api/representations.py`).
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Annotated

from fastapi import Header, Request, Response

from domain.event import Value

ANY = "*"
IF_MATCH_FORM = r'^(\*|(W/)?"[!#-~]{0,80}"(\s*,\s*(W/)?"[!#-~]{0,80}"){0,19})$'
LONGEST_IF_MATCH = 1000
_VERSION = re.compile(r'\s*"(\d{1,9})(?:-[0-9a-f]{8}(?:-gzip)?)?"\s*', re.ASCII)
_FORM = re.compile(IF_MATCH_FORM)
_NO_VERSION = -1

IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        pattern=IF_MATCH_FORM,
        max_length=LONGEST_IF_MATCH,
        description="所见版本：读取或上次办理答复的ETag；*为不论版本 the ETag that was read; * for whatever it is",
        examples=['"7"', "*"],
    ),
]


def tag(version: int, shown: bytes | None = None) -> str:
    """The entity tag of a history at a version; with what is shown of it, that of the answer."""
    return f'"{version}"' if shown is None else f'"{version}-{hashlib.sha256(shown).hexdigest()[:8]}"'


def answered(request: Request, version: int, shown: Value) -> Response:
    """The answer to a read of what has a history at this version, or 304 when the client has just that already."""
    content = shown.model_dump_json().encode()
    etag = tag(version, content)
    known = request.headers.get("if-none-match", "")
    # For a read, a weak tag says as much as a strong one (RFC 9110, 13.1.2).
    if etag in {part.strip().removeprefix("W/") for part in known[:LONGEST_IF_MATCH].split(",")}:
        return Response(status_code=304, headers={"ETag": etag})
    return Response(content, headers={"ETag": etag}, media_type="application/json")


@lru_cache(maxsize=4096)
def versions_in(if_match: str) -> tuple[int, ...] | None:
    """The versions that an If-Match names, none for `*`; None when it has not its form.

    Weak tags and tags of other things name no version: nothing fits them (RFC 9110, 13.1.1).
    """
    if len(if_match) > LONGEST_IF_MATCH or not _FORM.fullmatch(if_match):
        return None
    if if_match == ANY:
        return ()
    named = (_VERSION.fullmatch(part) for part in if_match.split(","))
    return tuple(int(found[1]) if found else _NO_VERSION for found in named)
