"""Every figure of a view leads to the events behind it by one request: the document promises it of every answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from api.main import create_app

EVENTS = {"TracedEvent", "HistoryAnswer"}
"""Answers that are the events themselves."""


def named(schema: Any) -> Iterator[str]:
    """The schemas that a schema refers to."""
    match schema:
        case {"$ref": str(ref)}:
            yield ref.rsplit("/", 1)[-1]
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from named(part)


def reached(schemas: dict[str, Any], name: str) -> set[str]:
    """A schema and those within it."""
    found, waiting = set(), [name]
    while waiting:
        if (one := waiting.pop()) not in found:
            found.add(one)
            waiting += named(schemas[one])
    return found


def test_every_row_and_figure_of_a_view_says_where_it_is_traced() -> None:
    document = create_app(None, None).openapi()
    schemas = document["components"]["schemas"]
    rows, figures, untraced = 0, 0, []
    for path, methods in document["paths"].items():
        if path == "/v1/projections":
            continue  # how the views are kept: no figure of the record
        content = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        for name in named(content.get("application/json", {}).get("schema", {})):
            told = schemas[name].get("properties", {})
            if "freshness" not in told or name in EVENTS:
                continue
            if "items" in told:
                (row,) = named(told["items"])
                rows += 1
                if not {"trace"} <= set(told) or (row not in EVENTS and "trace" not in schemas[row]["properties"]):
                    untraced.append(path)
            else:
                figures += 1
                within = [schemas[s].get("properties", {}) for s in reached(schemas, name)]
                if not any({"trace", "traces"} & set(properties) for properties in within):
                    untraced.append(path)
    assert untraced == []
    assert rows > 50
    assert figures >= 4
