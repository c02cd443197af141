"""本机签发 Tokens issued on this machine: Ed25519-signed JWTs, the key kept in the data folder.

Enough for one machine and for demos.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from domain.recorded import Role

ALGORITHM = "Ed25519"
AUDIENCE = "liuhen"
ISSUER = "liuhen-local"
SHORT_SECONDS = 600
"""How long a token is good for that a program gets for its key (RFC 6749 4.4)."""
LEEWAY_SECONDS = 30
"""How far the clocks of two machines that serve one log may differ."""
_REMEMBERED = 1000
"""Tokens whose signature is not checked again until they expire."""


class BadTokenError(Exception):
    """The token is not one that this service accepts. The text says why, and repeats nothing of the token."""


@dataclass(frozen=True)
class Holder:
    """Who holds a token: account, organisation and the roles that the organisation gave it."""

    account: str
    organisation: str
    roles: frozenset[Role]
    uscc: str | None = None
    demo: bool = False
    person: UUID | None = None
    """Pseudonym of the person whose account it is, where it is recorded."""
    key: str | None = None
    """Public id of the key by which it came in."""
    divisions: tuple[tuple[Role, str], ...] = ()
    """Of recorded grants: how the division codes begin that a role reaches; empty for all of the log."""


class Issuer:
    """Issues and checks tokens with one key."""

    def __init__(self, data_dir: Path) -> None:
        self._key = _load_or_make(data_dir / "keys" / "issuer.pem")
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            sub={"essential": True},
            exp={"essential": True},
        )
        self._checked: dict[str, tuple[Holder, int]] = {}

    def issue(self, holder: Holder, *, days: int) -> str:
        """A token for a holder, good for a number of days."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": holder.account,
            "org": holder.organisation,
            "uscc": holder.uscc,
            "roles": sorted(holder.roles),
            "demo": holder.demo,
            "iat": now,
            "exp": now + days * 86_400,
        }
        return jwt.encode({"alg": ALGORITHM}, claims, self._key, algorithms=[ALGORITHM])

    def issue_for_key(self, holder: Holder) -> tuple[str, int]:
        """A short token for the holder of a key, and its seconds. It says no roles: those are looked up each time."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": holder.account,
            "org": holder.organisation,
            "roles": [],
            "key": holder.key,
            "iat": now,
            "exp": now + SHORT_SECONDS,
        }
        return jwt.encode({"alg": ALGORITHM, "typ": "at+jwt"}, claims, self._key, algorithms=[ALGORITHM]), SHORT_SECONDS

    def check(self, token: str) -> Holder:
        """The holder of a token; of one that was issued for a key, without its roles.

        Raises BadTokenError. The token's header never chooses key or algorithm.
        """
        known = self._checked.get(token)
        if known is not None and time.time() < known[1]:
            return known[0]
        holder, expires = self._verified(token)
        if len(self._checked) >= _REMEMBERED:
            self._checked.clear()
        self._checked[token] = (holder, expires)
        return holder

    def _verified(self, token: str) -> tuple[Holder, int]:
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
            self._claims.validate(claims)
            holder = Holder(
                account=str(claims["sub"]),
                organisation=str(claims["org"]),
                roles=frozenset(Role(r) for r in claims["roles"]),
                uscc=claims.get("uscc"),
                demo=bool(claims.get("demo")),
                key=claims.get("key"),
            )
            return holder, int(claims["exp"])
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise BadTokenError(type(error).__name__) from error


def _load_or_make(path: Path) -> OKPKey:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = OKPKey.generate_key("Ed25519", private=True).as_pem(private=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(made)
        try:
            os.link(temporary, path)  # never replaces a key that another process made meanwhile
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return OKPKey.import_key(path.read_bytes())
