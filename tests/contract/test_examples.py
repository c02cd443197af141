"""The examples of the API document: there is one of everything, they fit the schemas, and sent again they are answered so.

They are sent in the order in which they stand in api/examples, on a new record. What is another value now (an identity
that was made, a cursor, a version of an entity) is taken from the answers so far, as every client does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from api.examples import Example, kept
from tests.conftest import NewDatabase
from tests.contract.county import county, operations
from tests.contract.examples import LONGEST_LIST, RECEIVER
from tests.described import document

WITHOUT = {
    "application/zip",
    "application/octet-stream",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Media types of which no example can be written as JSON."""
EXAMPLES = list(kept())
JSON, PROBLEM = "application/json", "application/problem+json"


def fitting(schema: dict[str, Any], value: Any) -> None:
    """Hold a value to a schema of the document. Raises ValidationError."""
    named: dict[str, Any] = {}
    waiting = [schema]
    while waiting:
        for name in set(re.findall(r"#/components/schemas/([^\"]+)", json.dumps(waiting.pop()))) - named.keys():
            named[name] = document()["components"]["schemas"][name]
            waiting.append(named[name])
    jsonschema_rs.validator_for({**schema, "components": {"schemas": named}}).validate(value)


def test_every_operation_has_an_example_of_its_request_and_of_its_answer() -> None:
    lacking = []
    for name, operation in operations().items():
        body = operation.told.get("requestBody", {}).get("content", {})
        if body and not any("example" in c for c in body.values()):
            lacking.append(f"{name}: request")
        answers = [a for s, a in operation.told["responses"].items() if s[0] == "2"]
        kinds = {kind for a in answers for kind in a.get("content", {})}
        if kinds - WITHOUT and not any("example" in c for a in answers for c in a.get("content", {}).values()):
            lacking.append(f"{name}: answer")
        needed = [p for p in operation.told.get("parameters", ()) if p.get("required")]
        lacking += [f"{name}: {p['name']}" for p in needed if "example" not in p]
        if not any(e.operation == name for e in EXAMPLES):
            lacking.append(f"{name}: it is never asked")
    assert not lacking


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.operation}-{e.status}")
def test_examples_fit_their_schemas(example: Example) -> None:
    told = operations()[example.operation].told
    if example.headers.get("Content-Type") == JSON:
        fitting(told["requestBody"]["content"][JSON]["schema"], example.body)
    if example.media_type in {JSON, PROBLEM} and example.answer is not None:
        fitting(told["responses"][str(example.status)]["content"][example.media_type]["schema"], example.answer)


def test_sent_again_they_are_answered_alike(embedded: str, new_database: NewDatabase, tmp_path: Path) -> None:
    now: dict[str, str] = {}
    """By what stands in an example: what it is this time."""
    differing = []
    with county(new_database(embedded), tmp_path) as of:
        now[RECEIVER] = of.receiver.url
        for number, example in enumerate(EXAMPLES, 1):
            asked = _today(example, now)
            if example.before is not None:
                of.happen(example.before)
            body = of.cosigned() if example.operation == "LogBringBack" else asked.body
            operation = operations()[example.operation]
            answer = of.ask(asked.who, operation, asked.path, asked.query, asked.headers, body)
            where = f"{number} {example.operation}"
            kind = answer.headers.get("content-type", "").partition(";")[0] if answer.content else None
            assert (answer.status_code, kind) == (example.status, example.media_type), f"{where}: {answer.text[:800]}"
            if example.answer is not None and not isinstance(example.answer, str):
                differing += [f"{where}{d}" for d in _differences(example.answer, answer.json(), "", now)]
    assert not differing, "run make docs"


_PASSING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{16,64}|[A-Za-z0-9+/_.=-]{40,}|\d{4}-.*T.*"
)


def _today(example: Example, now: dict[str, str]) -> Example:
    """The same request with what is known to be another value this time."""
    text = json.dumps(example.as_json(), ensure_ascii=False)
    for then, present in now.items():
        text = text.replace(json.dumps(then, ensure_ascii=False)[1:-1], json.dumps(present, ensure_ascii=False)[1:-1])
    return Example.of(json.loads(text))


def _differences(then: Any, present: Any, at: str, now: dict[str, str]) -> Iterator[str]:
    """Where an answer is of another form. What is only another value is remembered, for the requests that follow."""
    if isinstance(then, dict) and isinstance(present, dict):
        named = _of_the_run(then.keys() ^ present.keys())
        if named:
            yield f"{at}: {named}"
        for key in then.keys() & present.keys():
            yield from _differences(then[key], present[key], f"{at}/{key}", now)
    elif isinstance(then, list) and isinstance(present, list):
        if len(then) != min(len(present), LONGEST_LIST):
            yield f"{at}: {len(present)} instead of {len(then)}"
        for number, (one, other) in enumerate(zip(then, present, strict=False)):
            yield from _differences(one, other, f"{at}/{number}", now)
    elif type(then) is not type(present) and {type(then), type(present)} != {int, float}:
        yield f"{at}: {present!r} instead of {then!r}"
    elif isinstance(then, str) and then != present and _PASSING.fullmatch(then):
        now[then] = present


def _of_the_run(keys: set[str]) -> list[str]:
    return sorted(key for key in keys if not _PASSING.fullmatch(key))
