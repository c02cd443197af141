"""回执 Checks a receipt (c2sp.org/tlog-proof) without trusting the service: entry, inclusion proof, signed checkpoint.

The checks of signatures and hashes are those of the independent verifier.
"""

from __future__ import annotations

import base64
import uuid
from typing import Any

from verifier import liuhen_verify as verifier

_HEADER = "c2sp.org/tlog-proof@v1"


class ReceiptError(Exception):
    """The receipt proves nothing, or another event. Keep both it and the answer: somebody has to explain."""


def check_receipt(
    proof: bytes, event: dict[str, Any], keys: list[str], *, witnesses: list[str] | None = None, require: int = 0
) -> int:
    """The size of the log under whose signed checkpoint the event of an answer stands. Raises ReceiptError.

    `event`: one of `events` of the answer. `keys`: keys of the log, got by another way than this service. `require`:
    how many of the `witnesses` must have cosigned.
    """
    try:
        head, _, checkpoint = proof.partition(b"\n\n")
        header, extra, index, *hashes = head.decode("ascii").split("\n")
        if header != _HEADER or not extra.startswith("extra ") or not index.startswith("index "):
            raise ReceiptError("this is no receipt with an entry")
        entry = base64.b64decode(extra.removeprefix("extra "), validate=True)
        log, watching = ([verifier.parse_key(k) for k in given] for given in (keys, witnesses or []))
        suite = log[0].suite
        digest = verifier.SUITES[suite]
        _, size, root, cosigned = verifier.check_note(checkpoint, suite, log, watching)
        path = [verifier.from_base64(h, 32) for h in hashes]
        number = int(index.removeprefix("index "))
        found = verifier.root_of(number, size, digest(b"\0" + entry), path, digest)
    except (*verifier.FAULTS, IndexError, ValueError) as error:
        raise ReceiptError(f"{type(error).__name__}: {error}") from error
    if found != root:
        raise ReceiptError("the inclusion proof leads to another root")
    if len(cosigned) < require:
        raise ReceiptError(f"{require} witnesses are required, {len(cosigned)} have cosigned")
    if (int.from_bytes(entry[1:9], "big"), str(uuid.UUID(bytes=entry[9:25]))) != (
        event["position"],
        event["stream_id"],
    ):
        raise ReceiptError("the receipt is of another event than the answer says")
    if event.get("digest") not in {None, entry[-40:-8].hex()}:
        raise ReceiptError("the event is not the one that was answered for: its stored bytes were altered since")
    return size
