"""日志客户端 Reads a log over HTTP by its public addresses: checkpoint and tiles (c2sp.org/tlog-tiles)."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, BinaryIO
from urllib.parse import urlencode, urlsplit

from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.note import MOST_BYTES, Note
from infrastructure.tlog.suite import HASH_LENGTH, Suite
from infrastructure.tlog.tiles import Tile, tile_reader
from infrastructure.tlog.tree import consistency_proof

PATIENCE = 10.0
"""Seconds that the other side may be silent."""
_PIECE = 1 << 20
"""Bytes of a long answer that are taken at a time."""


class LogUnreachableError(Exception):
    """The other side did not answer, or not as the protocol says. Try again later."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """What was configured is what is asked: nobody may send us elsewhere."""

    def redirect_request(self, *_: object) -> None:
        return None


# Proxies of the environment are not used: a site that needs one names it as the address.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())


def check_address(address: str) -> str:
    """The address without its last slash. Raises ValueError unless it is one of http or https."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"地址应以http://或https://开头 an http or https address is needed: {address}")
    return address.rstrip("/")


def ask(
    address: str,
    body: bytes | None = None,
    *,
    most: int = MOST_BYTES,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
    into: BinaryIO | None = None,
) -> tuple[int, bytes, Mapping[str, str]]:
    """Status, body and headers of an answer: GET without a body, else POST. Raises LogUnreachableError.

    `patience`: seconds that the other side may be silent. `into`: a file that the body is written to instead, where
    the status is 200.
    """
    asked = f"{check_address(address)}?{urlencode(query)}" if query else check_address(address)
    request = urllib.request.Request(asked, data=body, headers=dict(headers or {}))  # noqa: S310 (checked)
    try:
        try:
            answer = _OPENER.open(request, timeout=patience)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            wanted = into is not None and answer.status == 200
            data = _written(answer, into, most) if wanted and into else answer.read(most + 1)
            status, given = int(answer.status), dict(answer.headers.items())
    except (OSError, http.client.HTTPException) as error:
        raise LogUnreachableError(f"{address}: {error}") from error
    if len(data) > most:
        raise LogUnreachableError(f"{address}: 答复过长 the answer is longer than {most} bytes")
    return status, data, given


def _written(answer: Any, into: BinaryIO, most: int) -> bytes:
    """Write a body to a file, piece by piece. Raises OSError when it is too long, or ends before its end."""
    length, told = 0, answer.headers.get("Content-Length")
    while piece := answer.read(_PIECE):
        length += len(piece)
        if length > most:
            raise OSError(f"答复过长 the answer is longer than {most} bytes")
        into.write(piece)
    if told is not None and length != int(told):
        raise OSError(f"答复中断 the answer broke off: {length} of {told} bytes")
    return b""


class LogClient:
    """A log at an address such as https://host/v1/log."""

    def __init__(self, address: str, *, token: str | None = None) -> None:
        """Raises ValueError for an address that is none."""
        self.address = check_address(address)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, *, most: int = MOST_BYTES) -> bytes:
        """What is at a path of the log. Raises LogUnreachableError."""
        status, data, _ = ask(f"{self.address}/{path}", most=most, headers=self._headers)
        if status != 200:
            raise LogUnreachableError(f"{self.address}/{path}: HTTP {status}")
        return data

    def checkpoint(self) -> tuple[Checkpoint, bytes]:
        """The newest checkpoint, unverified, and the note it is in. Raises LogUnreachableError, FormatError."""
        data = self.get("checkpoint")
        return Checkpoint.parse(Note.parse(data).text), data

    def consistency(self, suite: Suite, old: int, new: int) -> list[bytes]:
        """The proof from one size to another, computed from tiles. Raises LogUnreachableError, ProofError."""
        return consistency_proof(suite, old, new, tile_reader(suite, new, self.tiles))

    def tiles(self, tiles: Sequence[Tile]) -> dict[Tile, bytes]:
        """The hashes of tiles. Raises LogUnreachableError."""
        return {tile: self._tile(tile) for tile in tiles}

    def _tile(self, tile: Tile) -> bytes:
        length = tile.width * HASH_LENGTH
        data = self.get(tile.path, most=length)
        if len(data) != length:
            raise LogUnreachableError(f"{self.address}/{tile.path}: {len(data)}字节，应为{length} bytes")
        return data

    def bring(self, cosignatures: str) -> None:
        """Hand cosignature lines to the log. Raises LogUnreachableError."""
        status, said, _ = ask(f"{self.address}/cosignatures", cosignatures.encode(), headers=self._headers)
        if status not in {200, 201, 204}:
            raise LogUnreachableError(f"{self.address}/cosignatures: HTTP {status} {_words(said)}")


def _words(said: bytes) -> str:
    """Why a service refused: the detail of its problem (RFC 9457), or the beginning of what it said."""
    with suppress(ValueError, LookupError, TypeError):
        return str(json.loads(said)["detail"])[:200]
    return said.decode(errors="replace")[:200]
