"""The present API document against the last released one; each kind of break is one that the comparison finds."""

from __future__ import annotations

import copy
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.contract.breaking import bare, breaks
from tests.contract.released import ROOT, ReleasedError, freeze, released_documents
from tests.described import document

TODAY = date(2027, 1, 1)
GONE = object()

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "0.1.0", "description": "prose"},
    "security": [{"bearer": []}],
    "paths": {
        "/v1/things/{id}": {
            "post": {
                "operationId": "MakeThing",
                "summary": "prose",
                "x-roles": ["FINANCE", "DRC"],
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {
                        "name": "sort",
                        "in": "query",
                        "schema": {"type": "string", "enum": ["a", "b"], "default": "a"},
                    },
                    {"name": "old", "in": "query", "deprecated": True, "x-sunset": "2026-12-31", "schema": {}},
                    {"name": "Prefer", "in": "header", "schema": {"type": "string", "maxLength": 9}},
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Asked"}},
                        "text/csv": {"schema": {"type": "string"}},
                    },
                },
                "responses": {
                    "201": {
                        "description": "prose",
                        "headers": {"ETag": {"schema": {"type": "string"}}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                    },
                    "409": {"$ref": "#/components/responses/Problem"},
                },
            },
            "get": {
                "operationId": "ReadThing",
                "security": [{}, {"bearer": []}],
                "responses": {"200": {"content": {"application/json": {"schema": {"type": "boolean"}}}}},
            },
        }
    },
    "components": {
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "description": "prose"}},
        "responses": {"Problem": {"content": {"application/problem+json": {"schema": {"type": "object"}}}}},
        "links": {"x": {"operationId": "ReadThing"}},
        "schemas": {
            "Kind": {"type": "string", "enum": ["NEW", "RENEWAL"]},
            "Asked": {
                "type": "object",
                "required": ["kind"],
                "additionalProperties": False,
                "properties": {
                    "kind": {"$ref": "#/components/schemas/Kind"},
                    "name": {"anyOf": [{"type": "string", "maxLength": 9}, {"type": "null"}], "description": "prose"},
                    "many": {"type": "array", "items": {"type": "integer"}, "maxItems": 5},
                    "ended": {"type": "string", "deprecated": True, "x-sunset": "2027-06-30"},
                    "share": {"type": "number", "minimum": 0},
                    "code": {"type": "string", "pattern": "^[0-9]+$"},
                    "by_name": {"type": "object", "additionalProperties": {"type": "integer"}},
                },
            },
            "Thing": {
                "type": "object",
                "required": ["kind", "at"],
                "properties": {
                    "kind": {"$ref": "#/components/schemas/Kind"},
                    "at": {"type": "string", "format": "date-time"},
                    "size": {"type": "integer"},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                    "pair": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]},
                },
            },
        },
    },
}
POST = "#/paths/~1v1~1things~1{id}/post"
GET = "#/paths/~1v1~1things~1{id}/get"
ASKED = "#/components/schemas/Asked"
THING = "#/components/schemas/Thing"
JSON = "content/application~1json/schema"


def changed(pointer: str, value: object) -> dict[str, Any]:
    """The document with another value at a place; `GONE`: without it."""
    made = copy.deepcopy(DOCUMENT)
    parts = [p.replace("~1", "/").replace("~0", "~") for p in pointer.removeprefix("#/").split("/")]
    held: Any = made
    for part in parts[:-1]:
        held = held[int(part) if isinstance(held, list) else part]
    name: Any = int(parts[-1]) if isinstance(held, list) else parts[-1]
    if value is GONE:
        del held[name]
    elif isinstance(held, list) and name == len(held):
        held.append(value)
    else:
        held[name] = value
    return made


NEEDED = {"name": "year", "in": "query", "required": True, "schema": {"type": "integer"}}

BROKEN: dict[str, tuple[str, object, str, str]] = {
    "a path is removed": ("#/paths/~1v1~1things~1{id}", GONE, GET, "the operation is gone"),
    "a method is removed": (GET, GONE, GET, "the operation is gone"),
    "an operation is renamed": (f"{POST}/operationId", "Make", f"{POST}/operationId", "another name"),
    "a role is taken away": (f"{POST}/x-roles", ["DRC"], f"{POST}/x-roles", "not open to FINANCE"),
    "a parameter is removed": (f"{POST}/parameters/1", GONE, f"{POST}/parameters/1", "parameter sort is gone"),
    "a header is removed": (f"{POST}/parameters/3", GONE, f"{POST}/parameters/3", "parameter Prefer is gone"),
    "a parameter is moved": (f"{POST}/parameters/1/in", "header", f"{POST}/parameters/1", "parameter sort is gone"),
    "a new parameter is needed": (f"{POST}/parameters/4", NEEDED, f"{POST}/parameters", "year must be sent"),
    "a parameter becomes needed": (f"{POST}/parameters/1/required", True, f"{POST}/parameters/1", "sort must be sent"),
    "a choice is taken from a parameter": (
        f"{POST}/parameters/1/schema/enum",
        ["a"],
        f"{POST}/parameters/1/schema/enum",
        "takes less: not b",
    ),
    "a default is changed": (f"{POST}/parameters/1/schema/default", "b", f"{POST}/parameters/1/schema/default", "left"),
    "a parameter may be less long": (
        f"{POST}/parameters/3/schema/maxLength",
        8,
        f"{POST}/parameters/3/schema/maxLength",
        "takes less",
    ),
    "the body is removed": (f"{POST}/requestBody", GONE, f"{POST}/requestBody", "the body is gone"),
    "a body is needed": (f"{GET}/requestBody", {"required": True, "content": {}}, f"{GET}/requestBody", "must be sent"),
    "a media type of the body is removed": (
        f"{POST}/requestBody/content/text~1csv",
        GONE,
        f"{POST}/requestBody/content/text~1csv",
        "media type text/csv is gone",
    ),
    "a field of the request is removed": (f"{ASKED}/properties/name", GONE, f"{ASKED}/properties/name", "field name"),
    "a field of the request becomes needed": (
        f"{ASKED}/required",
        ["kind", "name"],
        f"{ASKED}/properties/name",
        "must be sent now",
    ),
    "null is not taken any more": (
        f"{ASKED}/properties/name",
        {"type": "string", "maxLength": 9},
        f"{ASKED}/properties/name",
        "takes less: not null",
    ),
    "a limit among choices is narrowed": (
        f"{ASKED}/properties/name/anyOf/0/maxLength",
        8,
        f"{ASKED}/properties/name/anyOf/0/maxLength",
        "takes less",
    ),
    "a type of the request is narrowed": (
        f"{ASKED}/properties/share/type",
        "integer",
        f"{ASKED}/properties/share/type",
        "takes less",
    ),
    "a least value is raised": (f"{ASKED}/properties/share/minimum", 1, f"{ASKED}/properties/share/minimum", "less"),
    "fewer items are taken": (f"{ASKED}/properties/many/maxItems", 4, f"{ASKED}/properties/many/maxItems", "less"),
    "items are narrowed": (
        f"{ASKED}/properties/many/items/maximum",
        4,
        f"{ASKED}/properties/many/items/maximum",
        "takes less",
    ),
    "a pattern is another": (f"{ASKED}/properties/code/pattern", "^9$", f"{ASKED}/properties/code/pattern", "less"),
    "named values are narrowed": (
        f"{ASKED}/properties/by_name/additionalProperties/minimum",
        1,
        f"{ASKED}/properties/by_name/additionalProperties/minimum",
        "takes less",
    ),
    "what cannot be compared": (f"{ASKED}/properties/code/not", {"const": "1"}, f"{ASKED}/properties/code/not", "less"),
    "a value of an enumeration is taken from requests": (
        "#/components/schemas/Kind/enum",
        ["NEW"],
        "#/components/schemas/Kind/enum",
        "takes less: not RENEWAL",
    ),
    "a value of an enumeration is added to answers": (
        "#/components/schemas/Kind/enum",
        ["NEW", "RENEWAL", "OTHER"],
        "#/components/schemas/Kind/enum",
        "may hold more: OTHER",
    ),
    "a status is removed": (f"{POST}/responses/201", GONE, f"{POST}/responses/201", "status is gone"),
    "a media type of an answer is changed": (
        "#/components/responses/Problem/content",
        {"application/json": {"schema": {"type": "object"}}},
        "#/components/responses/Problem/content/application~1problem+json",
        "media type application/problem+json is gone",
    ),
    "a header of an answer is removed": (
        f"{POST}/responses/201/headers",
        {},
        f"{POST}/responses/201/headers/ETag",
        "header ETag is gone",
    ),
    "a field of the answer is removed": (f"{THING}/properties/size", GONE, f"{THING}/properties/size", "field size"),
    "a field is not always answered": (f"{THING}/required", ["kind"], f"{THING}/properties/at", "not always"),
    "a field of the answer may be null": (
        f"{THING}/properties/size/type",
        ["integer", "null"],
        f"{THING}/properties/size",
        "may hold more: null",
    ),
    "a type of the answer is widened": (
        f"{THING}/properties/size/type",
        "number",
        f"{THING}/properties/size/type",
        "more",
    ),
    "a form of the answer is not kept": (
        f"{THING}/properties/at/format",
        GONE,
        f"{THING}/properties/at/format",
        "may hold more",
    ),
    "a pair becomes a triple": (
        f"{THING}/properties/pair/prefixItems/2",
        {"type": "null"},
        f"{THING}/properties/pair/prefixItems",
        "may hold more",
    ),
    "the answer is something else": (f"{GET}/responses/200/{JSON}", {"type": "string"}, "/schema/type", "string"),
    "a token is needed": (f"{GET}/security", [{"bearer": []}], f"{GET}/security", "no token"),
    "a token is not enough": ("#/security", [{"bearer": [], "key": []}], f"{POST}/security", "with bearer"),
    "another scheme": (
        "#/components/securitySchemes/bearer/scheme",
        "basic",
        "#/components/securitySchemes/bearer",
        "authenticate",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_break_is_found_and_told_in_both_languages(kind: str) -> None:
    where, value, pointer, told = BROKEN[kind]
    found = breaks(DOCUMENT, changed(where, value), TODAY)
    alike = [b for b in found if b.pointer.endswith(pointer) and told in b.told.en]
    assert alike, [str(b) for b in found]
    written = str(alike[0])
    assert alike[0].pointer in written
    assert re.search(r"[\u4e00-\u9fff].*docs/api-versions\.md", written), "says in Chinese what to do"
    assert "deprecate" in written, "says in English what to do"


ADDED: dict[str, tuple[str, object]] = {
    "a path": ("#/paths/~1v1~1others", {"get": {"operationId": "New", "responses": {}}}),
    "a parameter": (f"{POST}/parameters/4", {**NEEDED, "required": False}),
    "a role": (f"{POST}/x-roles", ["FINANCE", "DRC", "AUDITOR"]),
    "a choice of a parameter": (f"{POST}/parameters/1/schema/enum", ["a", "b", "c"]),
    "a media type of the body": (f"{POST}/requestBody/content/text~1plain", {"schema": {"type": "string"}}),
    "a body that may be left out": (f"{POST}/requestBody/required", False),
    "a field of the request": (f"{ASKED}/properties/note", {"type": "string"}),
    "a field that may be left out": (f"{ASKED}/required", []),
    "a longer text": (f"{ASKED}/properties/name/anyOf/0/maxLength", 10),
    "null in a request": (f"{ASKED}/properties/code", {"anyOf": [{"$ref": f"{ASKED}"}, {"type": "string"}]}),
    "any form": (f"{ASKED}/properties/code/pattern", GONE),
    "a number for an integer": (f"{ASKED}/properties/many/items/type", "number"),
    "a status": (f"{POST}/responses/429", {"$ref": "#/components/responses/Problem"}),
    "a field of the answer": (f"{THING}/properties/note", {"type": "string"}),
    "a field that is always answered": (f"{THING}/required", ["kind", "at", "size"]),
    "a bound of an answer": (f"{THING}/properties/size/maximum", 9),
    "another media type of an answer": (f"{POST}/responses/201/content/text~1csv", {"schema": {"type": "string"}}),
    "a way without a token": (f"{POST}/security", [{}, {"bearer": []}]),
    "prose": ("#/info/description", "other words"),
    "a mark of deprecation": (f"{GET}/deprecated", True),
}


@pytest.mark.parametrize("what", ADDED)
def test_what_is_added_breaks_nothing(what: str) -> None:
    assert breaks(DOCUMENT, changed(*ADDED[what]), TODAY) == []


def test_what_was_announced_may_go_on_its_day_and_not_before() -> None:
    without_parameter = changed(f"{POST}/parameters/2", GONE)
    assert breaks(DOCUMENT, without_parameter, date(2026, 12, 31)) == []
    [found] = breaks(DOCUMENT, without_parameter, date(2026, 12, 30))
    assert "parameter old" in found.told.en
    without_field = changed(f"{ASKED}/properties/ended", GONE)
    assert breaks(DOCUMENT, without_field, date(2027, 6, 30)) == []
    assert breaks(DOCUMENT, without_field, TODAY) != []


def test_what_is_kept_of_a_document_binds_as_the_whole_does() -> None:
    kept = bare(DOCUMENT)
    assert "prose" not in json.dumps(kept)
    assert kept["components"]["schemas"]["Asked"]["properties"].keys() == {
        *DOCUMENT["components"]["schemas"]["Asked"]["properties"]
    }
    assert breaks(kept, DOCUMENT, TODAY) == []
    assert breaks(kept, changed(f"{THING}/properties/size", GONE), TODAY) != []


def test_nothing_that_was_released_is_broken() -> None:
    newest = released_documents()[-1]
    found = breaks(json.loads(newest.read_text(encoding="utf-8")), document(), datetime.now(UTC).date())
    told = "\n".join(map(str, found))
    assert not found, f"{newest.name}: {len(found)}处不兼容 breaks (docs/api-versions.md)\n{told}"


def test_the_document_of_every_release_is_kept() -> None:
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    out = re.findall(r"^## \[([\d.]+)\] – \d{4}-\d\d-\d\d", log, re.MULTILINE)
    assert {f"openapi-{number}.json" for number in out} <= {path.name for path in released_documents()}


def test_a_version_is_frozen_until_it_is_out(tmp_path: Path) -> None:
    path = freeze(DOCUMENT, "## [0.1.0] – unreleased\n", tmp_path)
    assert json.loads(path.read_text(encoding="utf-8")) == bare(DOCUMENT)
    freeze(changed(GET, GONE), "## [0.1.0] – unreleased\n", tmp_path)
    before = path.read_text(encoding="utf-8")
    with pytest.raises(ReleasedError, match=r"pyproject\.toml"):
        freeze(DOCUMENT, "## [0.2.0] – unreleased\n\n## [0.1.0] – 2026-12-01\n", tmp_path)
    assert path.read_text(encoding="utf-8") == before
    freeze({**DOCUMENT, "info": {"title": "t", "version": "0.10.0"}}, "", tmp_path)
    freeze({**DOCUMENT, "info": {"title": "t", "version": "0.2.0"}}, "", tmp_path)
    assert [p.name for p in released_documents(tmp_path)] == [
        "openapi-0.1.0.json",
        "openapi-0.2.0.json",
        "openapi-0.10.0.json",
    ]
