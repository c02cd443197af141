"""载荷 The stored bytes that every writer writes: one progress report as the product stores it, 616 bytes of JSON."""

from __future__ import annotations

import orjson

from bench.measuring import PAYLOAD_BYTES

TOPIC = "project.progress_reported"


def _payload() -> bytes:
    body = {
        "v": 1,
        "c": {
            "happened_on": "2019-06-01",
            "actor": {"account": "owner-unit", "organisation": "Bureau of Measuring", "role": "OWNER_UNIT"},
            "based_on": [{"kind": "unit", "id": "793866c3-ee42-5d67-a7fc-d8ddfae838de", "version": 1}],
        },
        "e": {"percent": 50, "summary": ""},
    }
    body["e"] = {"percent": 50, "summary": "x" * (PAYLOAD_BYTES - len(orjson.dumps(body)))}
    return orjson.dumps(body)


PAYLOAD = _payload()
