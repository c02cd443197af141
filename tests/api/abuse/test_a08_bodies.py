"""A8: bodies that are too large, too deep, or mean two things are refused before anything is made of them."""

from __future__ import annotations

import gzip
import json
import resource
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import request_limits
from api.strict_bodies import TwoWaysError, read
from tests.api.conftest import PROJECT, Client
from tests.stages import OWNER

ODD: dict[str, bytes] = {
    "a name twice": b'{"happened_on":"2019-03-01","happened_on":"2019-03-02","act":{}}',
    "a name twice within": b'{"happened_on":"2019-03-01","act":{"name":"a","name":"b"}}',
    "NaN": b'{"happened_on":"2019-03-01","act":{"level":NaN}}',
    "infinity": b'{"happened_on":"2019-03-01","act":{"level":-Infinity}}',
    "half a character": b'{"happened_on":"2019-03-01","act":{"name":"\\ud800"}}',
    "NUL": b'{"happened_on":"2019-03-01","act":{"name":"\\u0000"}}',
    "raw NUL": b'{"happened_on":"2019-03-01","act":{"name":"\x00"}}',
    "no UTF-8": b'{"happened_on":"2019-03-01","act":{"name":"\xff\xfe"}}',
    "a mark of byte order": b"\xef\xbb\xbf{}",
    "UTF-16": '{"happened_on":"2019-03-01"}'.encode("utf-16"),
    "a number of 5000 digits": b'{"happened_on":"2019-03-01","act":{"level":' + b"9" * 5000 + b"}}",
    "a number beyond 64 bits": b'{"happened_on":"2019-03-01","act":{"level":1' + b"0" * 40 + b"}}",
    "an exponent": b'{"happened_on":"2019-03-01","act":{"level":1e400}}',
    "deep lists": b"[" * 100_000,
    "deep lists, closed": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep within": b'{"happened_on":"2019-03-01","act":' + b'{"a":' * 150 + b"1" + b"}" * 151,
    "something after": b'{"happened_on":"2019-03-01","act":{}}{}',
    "nothing": b"",
    "null": b"null",
    "a text": b'"x"',
    "comments": b'{"happened_on":"2019-03-01",/* x */"act":{}}',
    "a comma too many": b'{"happened_on":"2019-03-01","act":{},}',
}


def memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.parametrize("content", ODD.values(), ids=ODD.keys())
def test_a_body_that_is_none_is_refused_on_every_way(client: Client, content: bytes) -> None:
    before = memory()
    headers = {**client.headers, "Idempotency-Key": "k", "If-Match": "*", "Content-Type": "application/json"}
    for path in ("/v1/units", f"/v1/units/{OWNER}/connection-obligations", "/v1/projects?dry_run=true"):
        answer = client.http.post(path, content=content, headers=headers)
        assert answer.status_code == 422, answer.text
        assert answer.json()["type"] in {"/problems/bad-request-body", "/problems/bad-field"}
        assert answer.json()["errors"]
    row = b'{"path":"/v1/units","idempotency_key":"k",' + content.lstrip(b"{") + b"\n"
    batch = client.http.post("/v1/batch", content=row, headers={**headers, "Content-Type": "application/x-ndjson"})
    assert {json.loads(line)["status"] for line in batch.text.splitlines()} <= {422}
    assert memory() - before < 200_000  # kB


def test_where_a_name_stands_twice_is_pointed_at(client: Client) -> None:
    headers = {**client.headers, "Idempotency-Key": "k", "Content-Type": "application/json"}
    content = b'{"happened_on":"2019-03-01","act":{"estimate":[{"a":1},{"b":1,"b":2}]}}'
    answer = client.http.post("/v1/projects", content=content, headers=headers)
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/act/estimate/1/b"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", 1),
        ("name", True),
        ("name", None),
        ("name", ["x"]),
        ("owner_units", OWNER),
        ("owner_units", {"0": OWNER}),
        ("supports_city_platform", "true"),
        ("supports_city_platform", 1),
        ("supports_city_platform", None),
        ("kind", 0),
        ("estimate", "100"),
        ("categories", "OTHER"),
    ],
)
def test_a_value_of_another_type_is_refused_and_pointed_at(client: Client, field: str, wrong: Any) -> None:
    client.enrol()
    answer = client.post("/projects", "2019-01-05", {**PROJECT, field: wrong})
    assert answer.status_code == 422, answer.text
    assert all(e["pointer"].startswith(f"/act/{field}") for e in answer.json()["errors"])


def test_what_is_too_large_is_refused_before_it_is_read(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_limits, "MOST_BODY", 1000)
    headers = {**client.headers, "Idempotency-Key": "k", "Content-Type": "application/json"}
    read_of_it = 0

    def pieces() -> Iterator[bytes]:
        nonlocal read_of_it
        for _ in range(100):
            read_of_it += 1
            yield b" " * 400

    declared = client.http.post("/v1/units", content=b" " * 1001, headers=headers)
    chunked = client.http.post("/v1/units", content=pieces(), headers=headers)
    for answer in (declared, chunked):
        assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")
        assert answer.headers["content-type"] == "application/problem+json"
    assert declared.headers["connection"] == "close"
    assert client.http.post("/v1/units", content=b" " * 1000, headers=headers).status_code == 422


def test_long_addresses_and_many_headers_are_refused(client: Client) -> None:
    long = client.http.get(f"/v1/rule-sets?q={'x' * 9000}", headers=client.headers)
    assert (long.status_code, long.json()["type"]) == (414, "/problems/uri-too-long")
    many = client.http.get("/v1/rule-sets", headers=client.headers | {f"x-{n}": "1" for n in range(120)})
    wide = client.http.get("/v1/rule-sets", headers=client.headers | {"x-wide": "1" * 40_000})
    for answer in (many, wide):
        assert (answer.status_code, answer.json()["type"]) == (431, "/problems/headers-too-large")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_what_is_json_is_read_as_it_was_written(value: Any) -> None:
    assert read(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_told_to_be_none(content: bytes) -> None:
    try:
        value = read(content)
    except TwoWaysError:
        return
    assert json.loads(content) == value


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "br", "identity, gzip", "x"])
def test_a_compressed_body_is_refused_unread_and_told_so(client: Client, coding: str) -> None:
    """Taken as it stands it would be told to be no JSON; unpacked it could be of any size."""
    body = gzip.compress(json.dumps({"happened_on": "2019-01-05", "act": PROJECT}).encode())
    usual = {**client.headers, "Idempotency-Key": "k", "Content-Type": "application/json"}
    for path in ("/v1/projects", "/v1/batch", "/v1/import-jobs"):
        answer = client.http.post(path, content=body, headers={**usual, "Content-Encoding": coding})
        assert (answer.status_code, answer.json()["type"]) == (415, "/problems/coded-body"), path
        assert answer.headers["accept-encoding"] == "identity"
    client.enrol()
    plain = json.dumps({"happened_on": "2019-01-05", "act": PROJECT}).encode()
    answer = client.http.post("/v1/projects", content=plain, headers={**usual, "Content-Encoding": "identity"})
    assert answer.status_code == 201
