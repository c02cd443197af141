"""游标 Where a list goes on, as a text that only this service can make, for one list and one reader.

A cursor holds the values by which the last row of a page stands where it does, and a digest of what it belongs to. It
is signed (itsdangerous, HMAC-SHA-256), so that nobody reads from a place that was not shown; it is not encrypted: what
it holds is of a row that its reader was shown. The secrets come from the setting, or from the master key of the site;
with several, the newest signs and all are accepted, so that they can be changed while readers go through their pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from itsdangerous import BadData, URLSafeTimedSerializer

from infrastructure.sealing import MasterKeys
from infrastructure.settings import Settings

LASTING = 7 * 24 * 3600
"""Seconds for which a cursor is accepted."""
LONGEST = 4000
"""Characters of a cursor."""
_PURPOSE = "list-cursors/1"

Key = tuple[str | None, ...]


class CursorError(Exception):
    """No cursor of this list for this reader, or no longer."""


class Cursors:
    """Makes and reads cursors."""

    def __init__(self, secrets: Callable[[], Sequence[bytes]]) -> None:
        """`secrets`: newest first; asked again when a cursor does not fit those that are known."""
        self._secrets = secrets
        self._signer: URLSafeTimedSerializer | None = None

    def sealed(self, after: Key, belongs_to: bytes) -> str:
        """A cursor that goes on after a row. Raises what getting the secrets raises."""
        return str(self._known().dumps([_digest(belongs_to), list(after)]))

    def opened(self, cursor: str, belongs_to: bytes) -> Key:
        """The row after which it goes on. Raises CursorError."""
        if len(cursor) > LONGEST:
            raise CursorError
        try:
            held = self._known().loads(cursor, max_age=LASTING)
        except BadData:
            self._signer = None  # Another process may have begun with a newer secret.
            try:
                held = self._known().loads(cursor, max_age=LASTING)
            except BadData as error:
                raise CursorError from error
        of, after = held
        if of != _digest(belongs_to):
            raise CursorError
        return tuple(after)

    def _known(self) -> URLSafeTimedSerializer:
        if self._signer is None:
            oldest_first = list(reversed(self._secrets()))
            how = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
            self._signer = URLSafeTimedSerializer(oldest_first, salt=_PURPOSE, signer_kwargs=how)
        return self._signer


def cursors_of(settings: Settings) -> Cursors:
    """Cursors by the setting, or else by the master key of the site."""
    given = settings.cursor_key
    if given is not None:
        secrets = [word.encode() for word in given.get_secret_value().split()]
        return Cursors(lambda: secrets)
    keys = MasterKeys(settings)

    def derived() -> list[bytes]:
        keys.make()
        return [key.derived(_PURPOSE) for key in keys.load()]

    return Cursors(derived)


def _digest(belongs_to: bytes) -> str:
    return hashlib.sha256(belongs_to).hexdigest()[:32]
