"""What is no token of an issuer that is relied on: forged ones, stale ones, wrong ones. Signed without the library."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from domain.recorded import Role
from infrastructure.foreign_issuers import (
    LONGEST_TOKEN,
    ForeignIssuer,
    ForeignIssuers,
    IssuerConfigError,
    load_issuers,
    read_keys,
)
from infrastructure.issuer import BadTokenError
from tests.stages import OWNER

NOW = 1_700_000_000
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()


def part(value: bytes | Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def number(value: int) -> str:
    return part(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def jwk_of(key: Any, **more: Any) -> dict[str, Any]:
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e), **more}
    if isinstance(public, ec.EllipticCurvePublicKey):
        xy = public.public_numbers()
        size = (public.curve.key_size + 7) // 8
        curve = {"secp256r1": "P-256", "secp384r1": "P-384"}[public.curve.name]
        x, y = (part(n.to_bytes(size, "big")) for n in (xy.x, xy.y))
        return {"kty": "EC", "crv": curve, "x": x, "y": y, **more}
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "x": part(raw), **more}


def signature(key: Any, message: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return bytes(key.sign(message))


def token(key: Any, header: dict[str, Any], claims: Any, sign: Callable[[Any, bytes], bytes] = signature) -> str:
    message = f"{part(header)}.{part(claims)}"
    return f"{message}.{part(sign(key, message.encode()))}"


KEYS = json.dumps({"keys": [jwk_of(RSA, kid="r"), jwk_of(EC, kid="e"), jwk_of(ED, kid="d")]}).encode()
CLAIMS = {
    "iss": "https://sso.example",
    "aud": "liuhen",
    "sub": "zhang",
    "organisation": "某局",
    "uscc": OWNER,
    "roles": ["owner", "unknown"],
    "iat": NOW - 10,
    "exp": NOW + 600,
}
RS, ES, EDDSA = {"alg": "RS256", "kid": "r"}, {"alg": "ES256", "kid": "e"}, {"alg": "EdDSA", "kid": "d"}


def issuer(tmp_path: Path, **changes: Any) -> ForeignIssuer:
    (tmp_path / "keys.json").write_bytes(KEYS)
    said: dict[str, Any] = {
        "name": "city",
        "issuer": "https://sso.example",
        "audience": "liuhen",
        "algorithms": ["RS256", "ES256", "EdDSA"],
        "keys_file": tmp_path / "keys.json",
        "role_map": {"owner": "OWNER_UNIT"},
        **changes,
    }
    return ForeignIssuer.model_validate(said)


@pytest.fixture
def relied(tmp_path: Path) -> ForeignIssuers:
    return ForeignIssuers([issuer(tmp_path)], now=lambda: NOW)


@pytest.mark.parametrize(
    ("key", "header"), [(RSA, RS), (EC, ES), (ED, EDDSA), (ED, {"alg": "Ed25519", "kid": "d"}), (RSA, {"alg": "RS256"})]
)
def test_a_right_token_gives_its_holder(relied: ForeignIssuers, key: Any, header: dict[str, Any]) -> None:
    right = token(key, {**header, "typ": "at+jwt"}, CLAIMS)
    assert relied.issued(right)
    holder = relied.check(right)
    assert (holder.account, holder.organisation, holder.uscc) == ("city:zhang", "某局", OWNER)
    assert holder.roles == {Role.OWNER_UNIT}  # what the issuer calls otherwise gives nothing


STRANGER = rsa.generate_private_key(65537, 2048)
PUBLIC_PEM = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
PUBLIC_DER = RSA.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def by_mac(secret: bytes) -> Callable[[Any, bytes], bytes]:
    return lambda _, message: hmac.digest(secret, message, "sha256")


def flipped(key: Any, message: bytes) -> bytes:
    good = bytearray(signature(key, message))
    good[0] ^= 1
    return bytes(good)


FORGED = {
    "no signature": token(RSA, {"alg": "none", "kid": "r"}, CLAIMS, lambda *_: b""),
    "none in capitals": token(RSA, {"alg": "NONE", "kid": "r"}, CLAIMS, lambda *_: b""),
    "an empty signature": token(RSA, RS, CLAIMS, lambda *_: b""),
    "a bit flipped": token(RSA, RS, CLAIMS, flipped),
    "an all-zero ECDSA signature": token(EC, ES, CLAIMS, lambda *_: bytes(64)),
    "HS256 with the public key (PEM)": token(RSA, {"alg": "HS256", "kid": "r"}, CLAIMS, by_mac(PUBLIC_PEM)),
    "HS256 with the public key (DER)": token(RSA, {"alg": "HS256", "kid": "r"}, CLAIMS, by_mac(PUBLIC_DER)),
    "HS256 with the public key (JWK)": token(
        RSA, {"alg": "HS256", "kid": "r"}, CLAIMS, by_mac(json.dumps(jwk_of(RSA, kid="r")).encode())
    ),
    "RS256 named, a MAC given": token(RSA, RS, CLAIMS, by_mac(PUBLIC_PEM)),
    "another key, of the same name": token(STRANGER, RS, CLAIMS),
    "its own key in the header": token(STRANGER, {**RS, "jwk": jwk_of(STRANGER)}, CLAIMS),
    "its own key's address": token(STRANGER, {**RS, "jku": "https://evil.example/jwks.json"}, CLAIMS),
    "its own certificate's address": token(STRANGER, {**RS, "x5u": "https://evil.example/cert.pem"}, CLAIMS),
    "its own certificate": token(STRANGER, {**RS, "x5c": [part(PUBLIC_DER)]}, CLAIMS),
    "a key by a path": token(STRANGER, {"alg": "RS256", "kid": "../../../dev/null"}, CLAIMS),
    "a key by a statement": token(STRANGER, {"alg": "RS256", "kid": "r' OR '1'='1"}, CLAIMS),
    "a key that is a number": token(RSA, {"alg": "RS256", "kid": 7}, CLAIMS),
    "a key that is an object": token(RSA, {"alg": "RS256", "kid": {"r": 1}}, CLAIMS),
    "the key of another algorithm": token(RSA, {"alg": "RS256", "kid": "e"}, CLAIMS),
    "another algorithm than the key's": token(RSA, {"alg": "ES256", "kid": "r"}, CLAIMS),
    "an algorithm that is not allowed": token(RSA, {"alg": "PS256", "kid": "r"}, CLAIMS),
    "an algorithm that is a list": token(RSA, {"alg": ["RS256"], "kid": "r"}, CLAIMS),
    "no algorithm": token(RSA, {"kid": "r"}, CLAIMS),
    "an unknown critical header": token(RSA, {**RS, "crit": ["exp"], "exp": 1}, CLAIMS),
    "an unencoded payload": token(RSA, {**RS, "crit": ["b64"], "b64": False}, CLAIMS),
    "a logout token": token(RSA, {**RS, "typ": "logout+jwt"}, CLAIMS),
    "claims that are a list": token(RSA, RS, [CLAIMS]),
    "claims that are deep": f"{part(RS)}.{part(b'[' * 3000 + b']' * 3000)}.x",
    "too long": token(RSA, RS, {**CLAIMS, "x": "x" * LONGEST_TOKEN}),
    "encrypted": ".".join([part({"alg": "dir", "enc": "A128GCM"}), "", "x", part(CLAIMS), "x"]),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_a_forged_token_is_none(relied: ForeignIssuers, forged: str) -> None:
    with pytest.raises(BadTokenError):
        relied.check(forged)


WRONG: dict[str, dict[str, Any]] = {
    "expired": {"exp": NOW - 31},
    "expired at the border": {"exp": NOW - 30},
    "no expiry": {"exp": None},
    "an expiry in words": {"exp": "2099-01-01"},
    "an endless expiry": {"exp": float("inf")},
    "no expiry at all": {"exp": float("nan")},
    "a true expiry": {"exp": True},
    "not yet valid": {"nbf": NOW + 31},
    "issued in the future": {"iat": NOW + 31},
    "no time of issue": {"iat": None},
    "living too long": {"exp": NOW + 86_400},
    "another audience": {"aud": "another"},
    "a longer audience": {"aud": "liuhen2"},
    "several other audiences": {"aud": ["a", "b"]},
    "no audience": {"aud": None},
    "an audience in an object": {"aud": {"liuhen": 1}},
    "another issuer": {"iss": "https://sso.example/"},
    "no issuer": {"iss": None},
    "an issuer in a list": {"iss": ["https://sso.example"]},
    "no subject": {"sub": None},
    "a subject that is a number": {"sub": 7},
    "an endless subject": {"sub": "x" * 200},
    "a subject of two lines": {"sub": "a\nb"},
    "no organisation": {"organisation": None},
    "a wrong credit code": {"uscc": OWNER[:-1] + ("0" if OWNER[-1] != "0" else "1")},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG.keys())
def test_a_signed_token_with_wrong_claims_is_none(relied: ForeignIssuers, changes: dict[str, Any]) -> None:
    claims = {k: v for k, v in {**CLAIMS, **changes}.items() if v is not None}
    with pytest.raises(BadTokenError):
        relied.check(token(RSA, RS, claims))


@pytest.mark.parametrize("changes", [{"exp": NOW - 29}, {"nbf": NOW + 30}, {"iat": NOW + 30}, {"aud": ["x", "liuhen"]}])
def test_clocks_may_differ_a_little(relied: ForeignIssuers, changes: dict[str, Any]) -> None:
    relied.check(token(RSA, RS, {**CLAIMS, **changes}))


def test_a_remembered_token_expires_all_the_same(tmp_path: Path) -> None:
    now = float(NOW)
    relied = ForeignIssuers([issuer(tmp_path, leeway_seconds=0)], now=lambda: now)
    short = token(RSA, RS, {**CLAIMS, "exp": NOW + 5})
    relied.check(short)
    now += 6
    with pytest.raises(BadTokenError):
        relied.check(short)


def test_one_issuer_cannot_speak_for_another(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(json.dumps({"keys": [jwk_of(STRANGER, kid="r")]}))
    other = issuer(
        tmp_path, name="other", issuer="https://other.example", keys_file=tmp_path / "other.json", algorithms=["RS256"]
    )
    relied = ForeignIssuers([issuer(tmp_path), other], now=lambda: NOW)
    assert relied.check(token(STRANGER, RS, {**CLAIMS, "iss": "https://other.example"})).account == "other:zhang"
    for wrong in (token(STRANGER, RS, CLAIMS), token(RSA, RS, {**CLAIMS, "iss": "https://other.example"})):
        with pytest.raises(BadTokenError):
            relied.check(wrong)
    with pytest.raises(BadTokenError):  # an algorithm that this issuer is not to use
        relied.check(token(ED, EDDSA, {**CLAIMS, "iss": "https://other.example"}))


def test_claims_are_found_where_the_issuer_keeps_them(tmp_path: Path) -> None:
    relied = ForeignIssuers([issuer(tmp_path, roles="realm_access.roles", account="urn:x.y")], now=lambda: NOW)
    claims = {**CLAIMS, "realm_access": {"roles": ["owner"]}, "urn:x.y": "li"}
    holder = relied.check(token(RSA, RS, claims))
    assert holder.account == "city:li"
    assert holder.roles == {Role.OWNER_UNIT}
    assert relied.check(token(RSA, RS, {**claims, "realm_access": "owner"})).roles == frozenset()


WEAK = rsa.generate_private_key(65537, 1024)
USELESS = {
    "for encryption": jwk_of(RSA, use="enc"),
    "for signing only": jwk_of(RSA, key_ops=["sign"]),
    "of another algorithm": jwk_of(RSA, alg="PS256"),
    "too short": jwk_of(WEAK),
    "of another curve": jwk_of(ec.generate_private_key(ec.SECP384R1())),
    "shared": {"kty": "oct", "k": part(b"secret secret secret secret secret")},
    "private": {**jwk_of(ED), "d": part(bytes(32))},
    "of an unknown kind": {"kty": "PQ", "x": "AA"},
    "broken": {"kty": "RSA", "n": "!"},
    "no object": "RSA",
}


@pytest.mark.parametrize("useless", USELESS.values(), ids=USELESS.keys())
def test_keys_that_are_of_no_use_are_passed_over(useless: Any) -> None:
    assert len(read_keys(json.dumps({"keys": [useless, jwk_of(EC)]}).encode())) == 1
    with pytest.raises(IssuerConfigError):
        read_keys(json.dumps({"keys": [useless]}).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"keys": 1}', b'{"keys": []}', b"[" * 3000, b"\xff"])
def test_what_is_no_set_of_keys_is_refused(data: bytes) -> None:
    with pytest.raises(IssuerConfigError):
        read_keys(data)


CONFIG = """
[[issuers]]
name = "city"
issuer = "https://sso.example"
audience = "liuhen"
algorithms = ["EdDSA"]
keys_file = "keys.json"
[issuers.role_map]
"业主" = "OWNER_UNIT"
"""


def test_issuers_are_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(KEYS)
    (tmp_path / "issuers.toml").write_text(CONFIG, encoding="utf-8")
    (config,) = load_issuers(tmp_path / "issuers.toml")
    claims = {**CLAIMS, "roles": "业主", "iat": int(time.time()), "exp": int(time.time()) + 60}
    assert ForeignIssuers([config]).check(token(ED, EDDSA, claims)).roles == {Role.OWNER_UNIT}
    with pytest.raises(BadTokenError):
        ForeignIssuers([config]).check(token(RSA, RS, claims))
    assert load_issuers(None) == ()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (('"EdDSA"', '"HS256"'), "algorithms"),
        (('"EdDSA"', '"none"'), "algorithms"),
        (('["EdDSA"]', "[]"), "algorithms"),
        (('audience = "liuhen"', ""), "audience"),
        (('keys_file = "keys.json"', ""), "keys_file"),
        (('keys_file = "keys.json"', 'jwks_uri = "http://sso.example/keys"'), "https"),
        (('keys_file = "keys.json"', 'jwks_uri = "file:///etc/passwd"'), "https"),
        (('keys_file = "keys.json"', 'keys_file = "keys.json"\njwks_uri = "https://a"'), "exactly one"),
        (('keys_file = "keys.json"', 'keys_file = "keys.json"\nleeway_seconds = 61'), "leeway_seconds"),
        (("OWNER_UNIT", "KING"), "role_map"),
        (("issuer =", "issure ="), "issure"),
        (("[[issuers]]", "[issuers]"), "issuers"),
        (("[[", "[[["), "TOML|Expected|Invalid|Unexpected"),
    ],
)
def test_a_wrong_configuration_is_named(tmp_path: Path, change: tuple[str, str], named: str) -> None:
    path = tmp_path / "issuers.toml"
    path.write_text(CONFIG.replace(*change), encoding="utf-8")
    with pytest.raises(IssuerConfigError, match=named):
        load_issuers(path)


def test_pinned_keys_that_are_not_there_stop_the_start(tmp_path: Path) -> None:
    path = tmp_path / "issuers.toml"
    path.write_text(CONFIG, encoding="utf-8")
    with pytest.raises(IssuerConfigError, match=r"keys\.json"):
        ForeignIssuers(load_issuers(path))
    path.write_text(CONFIG + CONFIG, encoding="utf-8")
    with pytest.raises(IssuerConfigError, match="used twice"):
        load_issuers(path)
