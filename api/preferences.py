"""偏好 What a client prefers of an answer (RFC 7240), and the header that says what was heeded."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated

from fastapi import Header

MINIMAL = "return=minimal"
_MINIMAL = re.compile(r'(?:^|[,;\s])return\s*=\s*"?minimal"?(?:$|[,;\s])', re.IGNORECASE)

Prefer = Annotated[
    str,
    Header(
        alias="Prefer",
        max_length=200,
        description="return=minimal：答复不带回执 an answer without the receipt (RFC 7240)",
    ),
]


@lru_cache(maxsize=256)
def wants_minimal(prefer: str) -> bool:
    """Does the client want no more than that it was recorded?"""
    return _MINIMAL.search(prefer) is not None


def applied(preference: str) -> dict[str, str]:
    """The header that says that a preference was heeded."""
    return {"Preference-Applied": preference}
