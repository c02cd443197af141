"""收存 Receives papers: counted and digested as they come in, judged, kept, and entered with who handed them in."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from psycopg.rows import class_row

from infrastructure.documents.kinds import KindError, kind_of
from infrastructure.documents.stores import DocumentStore, DocumentStoreError
from infrastructure.store.batch_writer import Pool

_ABANDONED = 86_400
"""Seconds after which nobody writes to a file any more."""


class TooLargeError(Exception):
    """More came in than a paper may have."""


class AlteredPaperError(Exception):
    """What the store gives is not what was handed in; it is broken off before its end."""


class OtherDigestError(Exception):
    """What came in has another digest than was said."""


@dataclass(frozen=True)
class Paper:
    """A paper that is kept: its digest, its size in bytes, what it is, and when it was first received."""

    sha256: str
    size: int
    media_type: str
    received_at: datetime


class Receiving:
    """A paper that is coming in."""

    def __init__(self, file: BinaryIO, place: Path, most: int) -> None:
        self._file, self.place, self._most = file, place, most
        self._digest = hashlib.sha256()
        self.size = 0

    def take(self, piece: bytes) -> None:
        """The next piece. Raises TooLargeError, DocumentStoreError when there is no room."""
        self.size += len(piece)
        if self.size > self._most:
            raise TooLargeError
        self._digest.update(piece)
        try:
            self._file.write(piece)
        except OSError as error:
            raise DocumentStoreError(type(error).__name__) from error

    def finish(self) -> str:
        """The digest of all of it."""
        try:
            self._file.close()
        except OSError as error:
            raise DocumentStoreError(type(error).__name__) from error
        return self._digest.hexdigest()

    def discard(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self.place.unlink(missing_ok=True)


class Papers:
    """The papers of one log."""

    def __init__(self, pool: Pool, log_id: int, store: DocumentStore, most_bytes: int, kinds: frozenset[str]) -> None:
        """`kinds`: media types that are taken."""
        self._pool = pool
        self._log_id = log_id
        self.store = store
        self.most_bytes = most_bytes
        self._kinds = kinds

    def tidy(self) -> None:
        """Remove what was coming in when a process died: a day is longer than any upload takes."""
        before = time.time() - _ABANDONED
        for left in self.store.incoming.glob("*"):
            with suppress(FileNotFoundError):  # another process tidies, too
                if left.stat().st_mtime < before:
                    left.unlink()

    def receive(self) -> Receiving:
        """Begin to receive a paper. Raises DocumentStoreError."""
        try:
            self.store.incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
            place = self.store.incoming / f"{os.getpid()}-{secrets.token_hex(8)}"
            return Receiving(place.open("xb"), place, self.most_bytes)
        except OSError as error:
            raise DocumentStoreError(type(error).__name__) from error

    def keep(self, coming: Receiving, sha256: str, said: str | None, account: str) -> tuple[Paper, bool]:
        """Keep what has come in under the digest that was said, and tell whether it is new here.

        Raises OtherDigestError, KindError, DocumentStoreError.
        """
        if coming.finish() != sha256:
            raise OtherDigestError
        kind = kind_of(coming.place, said)
        if kind not in self._kinds:
            raise KindError(f"不接收{kind} / {kind} is not taken; what is: {', '.join(sorted(self._kinds))}")
        known = self.find(sha256)
        self.store.keep(sha256, coming.place)  # also where it is known: it may be missing, and then comes back
        with self._pool.connection() as conn:
            conn.execute(
                "INSERT INTO liuhen.documents (log_id, sha256, account, size, media_type)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (self._log_id, sha256, account, coming.size, known.media_type if known else kind),
            )
        found = known or self.find(sha256)
        assert found is not None  # noqa: S101 (just entered, and rows are never deleted)
        return found, known is None

    def find(self, sha256: str) -> Paper | None:
        """The paper of a digest, as it was first received; None when it was not."""
        return next(iter(self.find_each([sha256])), None)

    def find_each(self, digests: list[str]) -> list[Paper]:
        """Those of the papers that were received."""
        with self._pool.connection() as conn, conn.cursor(row_factory=class_row(Paper)) as cursor:
            return cursor.execute(
                "SELECT DISTINCT ON (sha256) sha256, size, media_type, received_at FROM liuhen.documents"
                " WHERE log_id = %s AND sha256 = ANY(%s) ORDER BY sha256, received_at",
                (self._log_id, digests),
            ).fetchall()

    def handed_in_by(self, sha256: str, account: str) -> bool:
        """Did this account hand the paper in?"""
        with self._pool.connection() as conn:
            row = conn.execute(
                "SELECT 1 FROM liuhen.documents WHERE log_id = %s AND sha256 = %s AND account = %s",
                (self._log_id, sha256, account),
            ).fetchone()
        return row is not None

    def all(self) -> Iterator[Paper]:
        """Every paper, by digest."""
        after = ""
        while True:
            with self._pool.connection() as conn, conn.cursor(row_factory=class_row(Paper)) as cursor:
                page = cursor.execute(
                    "SELECT DISTINCT ON (sha256) sha256, size, media_type, received_at FROM liuhen.documents"
                    " WHERE log_id = %s AND sha256 > %s ORDER BY sha256, received_at LIMIT 500",
                    (self._log_id, after),
                ).fetchall()
            if not page:
                return
            yield from page
            after = page[-1].sha256

    def content(self, sha256: str) -> Iterator[bytes] | None:
        """A paper in pieces, or None when the store does not have it. Raises DocumentStoreError.

        It is digested on its way: what is something else ends in AlteredPaperError before its last piece is given.
        """
        pieces = self.store.content(sha256)
        return None if pieces is None else _checked(pieces, sha256)

    def examine(self, paper: Paper) -> str | None:
        """What is wrong with what the store holds of a paper: missing, altered; None when nothing is.

        Raises DocumentStoreError.
        """
        pieces = self.store.content(paper.sha256)
        if pieces is None:
            return "missing"
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
        return None if digest.hexdigest() == paper.sha256 else "altered"


def _checked(pieces: Iterator[bytes], sha256: str) -> Iterator[bytes]:
    digest, held = hashlib.sha256(), b""
    for piece in pieces:
        digest.update(piece)
        if held:
            yield held
        held = piece
    if digest.hexdigest() != sha256:
        raise AlteredPaperError(sha256)
    yield held
