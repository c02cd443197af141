"""冻结接口文档 Freeze the present API document as that of the release that is being made: `make released`.

Kept is what binds (`breaking.bare`), one line per path and per schema, so that a difference can be read. A version that
the change log calls unreleased may be frozen again; one that is out stays as it is.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.contract.breaking import bare
from tests.described import document

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "released"


class ReleasedError(Exception):
    """The version is out, and its document is what clients were given."""


def released_documents(folder: Path = FOLDER) -> list[Path]:
    """The frozen documents, oldest first."""
    return sorted(folder.glob("openapi-*.json"), key=lambda path: _numbers(path.stem))


def freeze(document: Mapping[str, Any], changes: str, folder: Path = FOLDER) -> Path:
    """Write the document of its version. `changes`: the text of CHANGELOG.md. Raises ReleasedError."""
    number = document["info"]["version"]
    path = folder / f"openapi-{number}.json"
    if path.exists() and not re.search(rf"^## \[{re.escape(number)}\].*unreleased", changes, re.MULTILINE):
        raise ReleasedError(
            f"{number}已发布，其接口文档不再改动；请先在pyproject.toml中提高版本号 "
            f"{number} is out and its document stays; raise the version in pyproject.toml first"
        )
    folder.mkdir(exist_ok=True)
    path.write_text(_written(bare(document)), encoding="utf-8")
    return path


def _written(value: Mapping[str, Any], depth: int = 0) -> str:
    """JSON of which the upper parts have a line each."""
    parts = []
    for name, held in value.items():
        deeper = isinstance(held, dict) and held and (depth == 0 or (depth == 1 and name in {"schemas", "responses"}))
        text = _written(held, depth + 1) if deeper else json.dumps(held, ensure_ascii=False, separators=(",", ":"))
        parts.append(f"{json.dumps(name, ensure_ascii=False)}:{text}")
    return "{\n" + ",\n".join(parts) + "\n}" + ("\n" if depth == 0 else "")


def _numbers(name: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", name)))


if __name__ == "__main__":
    try:
        frozen = freeze(document(), (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    except ReleasedError as error:
        sys.exit(str(error))
    sys.stdout.write(f"{frozen.relative_to(ROOT)}\n")
