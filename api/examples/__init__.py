"""示例 Examples of the API document: real requests and answers, in the order of a project's life.

Written by `python -m tests.contract.examples` (`make docs`), and sent again by a test. See tests/contract/life.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Example:
    """A request and its answer."""

    operation: str
    """Its name in the document."""
    who: str
    """The role that asks; `nobody` without a token."""
    status: int
    before: str | None = None
    """What happens first that nobody asks for over the API."""
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    media_type: str | None = None
    """Of the answer; None when it has no body."""
    answer: Any = None
    """JSON decoded; of a text its beginning; None of other bytes."""

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        """As it is kept in a file."""
        return cls(**kept)

    def as_json(self) -> dict[str, Any]:
        """To be kept in a file: only what there is."""
        return {
            name: value
            for name, value in vars(self).items()
            if value or name in {"operation", "who", "status"} or (name in {"body", "answer"} and value is not None)
        }


def kept(folder: Path = FOLDER) -> Iterator[Example]:
    """Every example, in order."""
    for path in sorted(folder.glob("*.json")):
        yield from (Example.of(example) for example in json.loads(path.read_text(encoding="utf-8")))
