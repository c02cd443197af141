"""A17: nothing that a client sends begins a line of the log or moves a terminal: one JSON object a line."""

from __future__ import annotations

import json

import pytest

from tests.api.conftest import Client

BREAKS = ['\r\n{"event":"forged","level":"info"}', "\x1b[2J\x1b[31mred", "\u2028next", "\u0085next", "\x00", "\x07"]


def test_each_entry_is_one_line_of_json(client: Client, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    from urllib.parse import quote

    for broken in BREAKS:
        client.http.get(f"/v1/rule-sets/{quote(broken)}", headers=client.headers)
        client.http.post(f"/v1/{quote(broken)}", json={"x": broken}, headers=client.headers)
        client.get("/rule-sets", q=broken)
        client.post("/units", "2019-01-01", {"name": broken}, headers={"X-Request-ID": "a b" + quote(broken)})
    written = capfdbinary.readouterr().err
    own = [line for line in written.split(b"\n") if b"request.answered" in line]
    assert len(own) == 4 * len(BREAKS)
    for line in own:
        entry = json.loads(line)
        assert entry["event"] == "request.answered"
        assert entry["request_id"].isalnum()
        assert not any(byte < 0x20 or byte == 0x7F for byte in line)
    assert b'"event":"forged"' not in written
    assert b"\x1b" not in written
