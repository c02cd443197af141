"""停用 What the service says of an operation that is going to end (RFC 9745, RFC 8594)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SUCCESSOR = re.compile(r'<([^>]*)>\s*;[^,]*rel="?successor-version"?')


def ending_told(operation: str, headers: Mapping[str, str]) -> str:
    """In words: since when, until when, and what to use instead. What cannot be read is left out."""
    told = f"{operation}: 已弃用 deprecated"
    since = re.fullmatch(r"@(-?\d{1,12})", headers.get("deprecation", "").strip())
    if since:
        told += f"，自 since {datetime.fromtimestamp(int(since[1]), UTC).date()}"
    with suppress(KeyError, ValueError):  # no day was announced, or none that can be read
        told += f"，停用 ends {parsedate_to_datetime(headers['sunset']).date()}"
    successor = _SUCCESSOR.search(headers.get("link", ""))
    return told + (f"，改用 use {successor[1]}" if successor else "")
