"""外部签发方 Tokens of other issuers (OpenID Connect, OAuth 2.0): which issuers, by which keys, for whom.

A token is one of RFC 9068 or like it: a JWT signed by RS256, ES256 or EdDSA. What decides is the configuration alone:
the header names neither the algorithms nor the keys nor their address (RFC 8725, 3.1 to 3.10).
"""

from __future__ import annotations

import json
import threading
import time
import tomllib
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from application.scope import BOUND_TO_UNIT
from domain.identifiers import uscc as uscc_form
from domain.recorded import ADMINISTRATORS, Role
from infrastructure import awaiting
from infrastructure.issuer import BadTokenError, Holder
from infrastructure.tlog.log_client import LogUnreachableError, ask

LONGEST_TOKEN = 8192
"""Bytes of a token; a longer one is not looked at."""
MOST_KEYS = 100
_MOST_KEY_BYTES = 256 * 1024
_SMALLEST_RSA = 2048
_REMEMBERED = 1000
_REMEMBERED_SECONDS = 60
"""How long a token's signature is not checked again; a key that its issuer withdrew may count so much longer."""
_TOKEN_TYPES = {None, "jwt", "at+jwt", "application/at+jwt"}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}

Algorithm = Literal["RS256", "ES256", "EdDSA"]

log = structlog.get_logger(__name__)


class IssuerConfigError(Exception):
    """The file of issuers cannot be used. The text names the file, the place and what is wrong."""


class IssuerDownError(Exception):
    """The keys of an issuer cannot be had now, so its tokens cannot be told from forged ones."""


class ForeignIssuer(BaseModel):
    """An issuer that is relied on, with the only algorithms, audience and keys that count."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")
    """Short name; the accounts of the issuer are `name:subject`."""
    issuer: str = Field(min_length=1, max_length=500)
    audience: str = Field(min_length=1, max_length=500)
    algorithms: tuple[Algorithm, ...] = Field(min_length=1)
    jwks_uri: str | None = None
    keys_file: Path | None = None
    """Pinned keys (a JWK set) for closed networks, instead of an address."""
    account: str = "sub"
    organisation: str = "organisation"
    uscc: str = "uscc"
    roles: str = "roles"
    """Claims that say so; a dot leads into an object, as in realm_access.roles."""
    role_map: dict[str, Role]
    """The issuer's words for roles. What is not listed gives nothing."""
    leeway_seconds: int = Field(default=30, ge=0, le=60)
    longest_minutes: int = Field(default=24 * 60, ge=1, le=7 * 24 * 60)
    """Tokens that live longer than this are refused: nobody here can revoke them."""
    keys_fresh_seconds: int = Field(default=600, ge=10, le=86_400)
    keys_pause_seconds: int = Field(default=30, ge=1, le=3600)
    """Shortest time between two times that the keys are fetched, whatever the tokens name."""
    keys_stale_seconds: int = Field(default=3600, ge=0, le=86_400)
    """How much longer keys are used where fresh ones cannot be fetched."""

    @model_validator(mode="after")
    def _fits_together(self) -> ForeignIssuer:
        if taken := sorted(set(self.role_map.values()) & (ADMINISTRATORS | {Role.ADMINISTRATOR})):
            raise ValueError(f"三员只能在册任命 administrators are appointed in the record only: {', '.join(taken)}")
        if (self.jwks_uri is None) == (self.keys_file is None):
            raise ValueError("jwks_uri与keys_file须且只须填一项 name exactly one of jwks_uri and keys_file")
        if self.jwks_uri is not None:
            parts = urlsplit(self.jwks_uri)
            if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
                raise ValueError("jwks_uri须为https（本机除外） jwks_uri must be https, save on this machine")
        return self


class KeySource(Protocol):
    """Where the public keys of an issuer come from."""

    def keys(self, *, unknown: bool = False) -> tuple[Key, ...]:
        """The keys that count now; `unknown`: a token names one that is not among them. Raises IssuerDownError."""
        ...


class PinnedKeys:
    """Keys of a file, for networks from which the issuer cannot be asked."""

    def __init__(self, keys: tuple[Key, ...]) -> None:
        self._keys = keys

    def keys(self, *, unknown: bool = False) -> tuple[Key, ...]:
        """The keys of the file."""
        del unknown
        return self._keys


class FetchedKeys:
    """Keys of an address: fetched anew when they are old or a token names another, never more often than allowed."""

    def __init__(
        self,
        config: ForeignIssuer,
        fetch: Callable[[str], bytes],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._known: tuple[Key, ...] = ()
        self._fetched_at: float | None = None
        self._tried_at: float | None = None

    def keys(self, *, unknown: bool = False) -> tuple[Key, ...]:
        """The keys, not older than they may be. Raises IssuerDownError."""
        if unknown or self._age() > self._config.keys_fresh_seconds:
            awaiting.in_thread(self._refresh, unknown=unknown)  # the lock is taken in threads only
        if self._age() > self._config.keys_fresh_seconds + self._config.keys_stale_seconds:
            raise IssuerDownError(self._config.name)
        return self._known

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._clock() - self._fetched_at

    def _refresh(self, *, unknown: bool) -> None:
        """Fetch the keys, if nobody has since, and not too soon after the last time."""
        asked_at = self._clock()
        with self._lock:
            if self._fetched_at is not None and self._fetched_at >= asked_at:
                return  # another request has fetched them while this one waited
            if self._tried_at is not None and asked_at - self._tried_at < self._config.keys_pause_seconds:
                return
            self._tried_at = asked_at
            try:
                self._known = read_keys(self._fetch(str(self._config.jwks_uri)))
            except (LogUnreachableError, IssuerConfigError) as error:
                log.warning("issuer.keys_not_fetched", issuer=self._config.name, error=str(error))
                return
            self._fetched_at = self._clock()
            log.info("issuer.keys_fetched", issuer=self._config.name, keys=len(self._known), unknown_key=unknown)


class ForeignIssuers:
    """All issuers that are relied on, besides this machine's own."""

    def __init__(
        self,
        issuers: Iterable[ForeignIssuer],
        *,
        fetch: Callable[[str], bytes] | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Raises IssuerConfigError when a file of pinned keys cannot be used."""
        self._now = now
        self._remembered: dict[str, tuple[Holder, float]] = {}
        self._issuers = {i.issuer: (i, _source(i, fetch or fetch_keys, clock)) for i in issuers}

    def issued(self, token: str) -> bool:
        """Does the token say that one of these issuers issued it? Not verified: it only finds whom to ask."""
        return bool(self._issuers) and _stated_issuer(token) in self._issuers

    def check(self, token: str) -> Holder:
        """The holder of a token that one of the issuers issued. Raises BadTokenError, IssuerDownError."""
        now = self._now()
        known = self._remembered.get(token)
        if known is not None and now < known[1]:
            return known[0]
        holder, expires = self._verified(token)
        if len(self._remembered) >= _REMEMBERED:
            self._remembered.clear()
        self._remembered[token] = holder, min(expires, now + _REMEMBERED_SECONDS)
        return holder

    def _verified(self, token: str) -> tuple[Holder, float]:
        try:
            config, source = self._issuers[_stated_issuer(token) or ""]
            header = _part(token, 0)
            key = _key_for(config, source, header)
            claims = jwt.decode(
                token, key, algorithms=list(config.algorithms), registry=_Algorithms(algorithms=config.algorithms)
            ).claims
            self._validate(config, claims)
            return _holder(config, claims), float(claims["exp"])
        except (JoseError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise BadTokenError(type(error).__name__) from error

    def _validate(self, config: ForeignIssuer, claims: dict[str, Any]) -> None:
        registry = jwt.JWTClaimsRegistry(
            now=lambda: int(self._now()),
            leeway=config.leeway_seconds,
            iss={"essential": True, "value": config.issuer},
            aud={"essential": True, "value": config.audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        registry.validate(claims)
        if claims["exp"] - claims["iat"] > config.longest_minutes * 60:
            raise BadTokenError("lives too long")


class _Algorithms(JWSRegistry):
    """The library's algorithms; EdDSA is that of Ed25519 alone, which is what issuers mean by it (RFC 9864)."""

    def get_alg(self, name: str) -> Any:
        """The algorithm of a name. Raises UnsupportedAlgorithmError."""
        return self.algorithms["Ed25519"] if name in {"EdDSA", "Ed25519"} else super().get_alg(name)


def load_issuers(path: Path | None) -> tuple[ForeignIssuer, ...]:
    """The issuers of a file (TOML, a table `[[issuers]]` each). Raises IssuerConfigError."""
    if path is None:
        return ()
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("issuers", [])
        issuers = tuple(ForeignIssuer.model_validate(table) for table in tables)
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False))
        raise IssuerConfigError(f"{path}: {said}") from error
    except (OSError, tomllib.TOMLDecodeError, TypeError, AttributeError) as error:
        raise IssuerConfigError(f"{path}: {error}") from error
    for what in ("name", "issuer"):
        named = [getattr(i, what) for i in issuers]
        if len(set(named)) < len(named):
            raise IssuerConfigError(f"{path}: {what}: 重复 used twice")
    return tuple(
        i.model_copy(update={"keys_file": path.parent / i.keys_file}) if i.keys_file is not None else i for i in issuers
    )


def fetch_keys(address: str) -> bytes:
    """What an address answers: without redirects and proxies, bounded in size and time. Raises LogUnreachableError."""
    status, data, _ = ask(address, most=_MOST_KEY_BYTES, headers={"Accept": "application/json"})
    if status != 200:
        raise LogUnreachableError(f"{address}: HTTP {status}")
    return data


def read_keys(data: bytes) -> tuple[Key, ...]:
    """The public keys of a JWK set that may sign (RFC 7517). Keys of unknown kinds are passed over.

    Raises IssuerConfigError when there is none: a set without keys says that something is wrong, not that all tokens
    are void.
    """
    try:
        listed = json.loads(data)["keys"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise IssuerConfigError(f"不是JWK集 no JWK set: {type(error).__name__}") from error
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise IssuerConfigError(f"不是JWK集，或多于{MOST_KEYS}个密钥 no JWK set, or more than {MOST_KEYS} keys")
    keys = []
    for jwk in listed:
        try:
            if isinstance(jwk, dict) and _may_verify(jwk):
                keys.extend(KeySet.import_key_set({"keys": [jwk]}).keys)
        except (JoseError, ValueError, TypeError):
            continue
    usable = tuple(k for k in keys if algorithm_of(k) is not None)
    if not usable:
        raise IssuerConfigError("JWK集中没有可用的公钥 the JWK set has no usable key")
    return usable


def algorithm_of(key: Key) -> Algorithm | None:
    """The one algorithm that a key is used with here: by its kind and curve, not by what a token says."""
    match key:
        case RSAKey() if key.raw_value.key_size >= _SMALLEST_RSA:
            algorithm: Algorithm = "RS256"
        case ECKey() if key.curve_name == "P-256":
            algorithm = "ES256"
        case OKPKey() if key.curve_name == "Ed25519":
            algorithm = "EdDSA"
        case _:
            return None
    stated = key.as_dict().get("alg")
    return algorithm if stated in {None, algorithm, "Ed25519" if algorithm == "EdDSA" else None} else None


def _may_verify(jwk: Mapping[str, Any]) -> bool:
    """A public key for signatures. A private or shared one in a public set is given away, so it proves nothing."""
    if jwk.get("kty") == "RSA" and len(str(jwk.get("n"))) * 6 < _SMALLEST_RSA:  # base64: six bits a character
        return False
    return jwk.get("use", "sig") == "sig" and "verify" in jwk.get("key_ops", ["verify"]) and not {"d", "k"} & jwk.keys()


def _source(config: ForeignIssuer, fetch: Callable[[str], bytes], clock: Callable[[], float]) -> KeySource:
    if config.keys_file is None:
        return FetchedKeys(config, fetch, clock)
    try:
        return PinnedKeys(read_keys(config.keys_file.read_bytes()))
    except (OSError, IssuerConfigError) as error:
        raise IssuerConfigError(f"{config.keys_file}: {error}") from error


def _key_for(config: ForeignIssuer, source: KeySource, header: Mapping[str, Any]) -> Key:
    """The issuer's key that fits the token. Raises BadTokenError, IssuerDownError.

    The header's `jku`, `jwk`, `x5u` and `x5c` are never looked at.
    """
    algorithm = "EdDSA" if header.get("alg") == "Ed25519" else header.get("alg")
    kind = header.get("typ")
    if algorithm not in config.algorithms or (kind.lower() if isinstance(kind, str) else kind) not in _TOKEN_TYPES:
        raise BadTokenError("algorithm")
    for unknown in (False, True):
        fitting = [k for k in source.keys(unknown=unknown) if algorithm_of(k) == algorithm]
        named = [k for k in fitting if k.kid == header["kid"]] if "kid" in header else fitting
        if len(named) == 1:
            return named[0]
    raise BadTokenError("key")


def _holder(config: ForeignIssuer, claims: dict[str, Any]) -> Holder:
    """Who the claims speak of. Raises BadTokenError when they do not say so properly."""
    account, organisation, uscc = (_claim(claims, c) for c in (config.account, config.organisation, config.uscc))
    if not isinstance(account, str) or not isinstance(organisation, str) or not account or not organisation:
        raise BadTokenError("claims")
    account = f"{config.name}:{account}"
    if len(account) > 120 or len(organisation) > 200 or not (account + organisation).isprintable():
        raise BadTokenError("claims")
    given = _claim(claims, config.roles)
    words = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    roles = frozenset(config.role_map[w] for w in words if isinstance(w, str) and w in config.role_map)
    if uscc is None:  # whoever acts for its own unit has to say which
        return Holder(account, organisation, roles - BOUND_TO_UNIT)
    return Holder(account, organisation, roles, uscc_form.parse(str(uscc)))


def _claim(claims: Any, path: str) -> Any:
    """A claim by its name, or by a path of names; None when it is not there."""
    if isinstance(claims, dict) and path in claims:
        return claims[path]
    for name in path.split("."):
        claims = claims.get(name) if isinstance(claims, dict) else None
    return claims


def _stated_issuer(token: str) -> str | None:
    try:
        stated = _part(token, 1).get("iss")
    except BadTokenError:
        return None
    return stated if isinstance(stated, str) else None


def _part(token: str, number: int) -> dict[str, Any]:
    """A part of a token as it stands there, unverified. Raises BadTokenError."""
    parts = token.split(".")
    if len(token) > LONGEST_TOKEN or len(parts) != 3:
        raise BadTokenError("form")
    try:
        part = json.loads(urlsafe_b64decode(parts[number] + "=" * (-len(parts[number]) % 4)))
    except (ValueError, RecursionError) as error:
        raise BadTokenError("form") from error
    if not isinstance(part, dict):
        raise BadTokenError("form")
    return part
