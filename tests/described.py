"""The API document: as it is written in docs/, or worked out, once for all tests of a process, for it takes seconds."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
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


@cache
def published() -> dict[str, Any]:
    """The one in docs/, of which a test holds that it is the same: for what is asked of every route. Not to be changed."""
    told: dict[str, Any] = json.loads((Path(__file__).parents[1] / "docs/openapi.json").read_text(encoding="utf-8"))
    return told
