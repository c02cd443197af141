"""The API document, worked out once for all tests of a process: it takes seconds."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import FastAPI

from api.main import create_app


@cache
def described_app() -> FastAPI:
    """An application that serves nothing and only describes itself."""
    return create_app(None, None)


def document() -> dict[str, Any]:
    """Its document. Not to be changed: it is everybody's."""
    return described_app().openapi()
