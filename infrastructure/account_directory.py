"""账户目录 Who an API key or an account's name stands for, from the recorded accounts, on every request.

The accounts are folded in memory. What this process records counts at once; what another one records is read after
twice `FRESH_SECONDS` at the latest, so a revoked key or grant is dead everywhere by then, and no request waits for the
database to be told who it is. Where the database is away, nobody is known any more: it fails closed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from application.ports import Desk
from domain.accounts import Account, Accounts, Key
from domain.recorded import ADMINISTRATORS
from domain.streams import StreamKind, accounts_id
from infrastructure.issuer import BadTokenError, Holder

FRESH_SECONDS = 1.5
"""How old what is known of the accounts may be before it is read again; while that is done, twice as old."""
PREFIX = "lh_"
_KEY = re.compile(r"lh_([0-9a-f]{16})_([0-9a-f]{64})")
_NOBODY = "0" * 64
"""What the secret of an unknown key is compared with, so that it costs the same. No secret has this digest."""


def digest_of(secret: str) -> str:
    """SHA-256 of a key's secret, hexadecimal. It has 256 random bits, so nothing slower would protect it better."""
    return hashlib.sha256(secret.encode()).hexdigest()


def parts_of(key: str) -> tuple[str, str]:
    """The public id and the secret of a key. Raises BadTokenError for what has not its form."""
    form = _KEY.fullmatch(key)
    if form is None:
        raise BadTokenError("key")
    return form[1], form[2]


def key_id_of(token: str) -> str | None:
    """The public id in a key, or empty in what only begins like one; None for a token that is no key."""
    if not token.startswith(PREFIX):
        return None
    form = _KEY.fullmatch(token)
    return "" if form is None else form[1]


@dataclass(frozen=True)
class _Index:
    """The accounts at a version, by what they are looked up by."""

    accounts: Accounts
    by_key: dict[str, tuple[Account, Key]]
    by_login: dict[str, Account]


class AccountDirectory:
    """Looks accounts up. May be used by many threads, and on an event loop by `awaiting.run`."""

    def __init__(self, desk: Desk, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._desk = desk
        self._clock = clock
        self._stream = accounts_id(desk.division)
        self._read_at = self._reading_at = float("-inf")
        self._lock = threading.Lock()
        self._index = _indexed(Accounts(id=self._stream))

    @property
    def begun(self) -> bool:
        """Were the administrators appointed, so that accounts are recorded? Raises StoreDownError."""
        return self._current().accounts.begun

    def of_key(self, key: str) -> Holder:
        """The holder of an API key. Raises BadTokenError, which does not say what is wrong; StoreDownError."""
        return self.of_secret(*parts_of(key))

    def administers(self, key_id: str) -> bool:
        """Is it the key of an account that is one of the three administrators, or was? Raises StoreDownError."""
        found = self._current().by_key.get(key_id)
        return found is not None and any(g.role in ADMINISTRATORS for g in found[0].grants)

    def of_secret(self, key_id: str, secret: str) -> Holder:
        """The holder of a key, by its public id and its secret. Raises BadTokenError, StoreDownError."""
        found = self._current().by_key.get(key_id)
        stored = found[1].sha256 if found is not None else _NOBODY
        fits = hmac.compare_digest(digest_of(secret), stored)
        if not fits or found is None:
            raise BadTokenError("key")
        return self._holder(found[0], found[1])

    def of_issued(self, account: str, key_id: str) -> Holder:
        """The holder of a short token that was issued for a key. Raises BadTokenError, StoreDownError."""
        found = self._current().by_key.get(key_id)
        if found is None or found[0].name != account:
            raise BadTokenError("key")
        return self._holder(found[0], found[1])

    def of_login(self, login: str) -> Holder | None:
        """The holder of a foreign issuer's account that is recorded as one of ours; None when it is not.

        Raises BadTokenError when it is disabled, StoreDownError.
        """
        account = self._current().by_login.get(login)
        return None if account is None else self._holder(account, None)

    def present(self, holder: Holder) -> Holder | None:
        """A holder that came in earlier, with the roles of today; None when it would not be let in now.

        One of a foreign issuer that is not recorded stays as it came. Raises StoreDownError.
        """
        accounts = self._current().accounts
        if not accounts.begun or ":" in holder.account:
            return holder
        account = accounts.accounts.get(holder.account)
        return _holder(account, None, self._desk.today()) if account is not None and account.enabled else None

    def _holder(self, account: Account, key: Key | None) -> Holder:
        day = self._desk.today()
        if not account.enabled or (key is not None and not key.good(day)):
            raise BadTokenError("key")
        return _holder(account, key.id if key is not None else None, day)

    def _current(self) -> _Index:
        """What is known, not older than it may be; carried forward from the record otherwise."""
        states, now = self._desk.states, self._clock()
        # One request reads; the others go on with what is known, for as long again at most.
        if now - max(self._read_at, min(self._reading_at, self._read_at + FRESH_SECONDS)) <= FRESH_SECONDS:
            state = states.seen(StreamKind.ACCOUNTS, self._stream)  # with what this process recorded
        else:
            self._reading_at = now
            state = states.newest(StreamKind.ACCOUNTS, Accounts(id=self._stream))
            with self._lock:
                self._read_at = max(self._read_at, now)
        index = self._index
        if isinstance(state, Accounts) and state.version > index.accounts.version:
            index = _indexed(state)
            with self._lock:
                if index.accounts.version > self._index.accounts.version:
                    self._index = index
        return index


def _holder(account: Account, key_id: str | None, day: date) -> Holder:
    held = [g for g in account.grants if g.held(day)]
    return Holder(
        account=account.name,
        organisation=account.organisation,
        roles=frozenset(g.role for g in held),
        uscc=account.uscc,
        person=account.person,
        key=key_id,
        divisions=tuple(sorted({(g.role, g.division) for g in held})),
    )


def _indexed(accounts: Accounts) -> _Index:
    everyone = accounts.accounts.values()
    return _Index(
        accounts,
        {key.id: (account, key) for account in everyone for key in account.keys},
        {account.login: account for account in everyone if account.login},
    )
