"""密码套件 Hash and signature schemes of a log, behind one small interface.

`sha256-ed25519` is the default. `sm3-sm2` is for sites under 密评: GB/T 32905 (SM3), GB/T 32918 (SM2). The suite is
chosen when a log is created and never changes: a tree has one hash function.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

HASH_LENGTH = 32
"""Bytes of a hash: the same in both suites, so that all binary forms are, too."""


class SuiteError(Exception):
    """The suite is unknown, or this installation lacks what it needs. The message says what to install or set."""


class Hash(Protocol):
    """What a hash constructor returns, as in hashlib."""

    def update(self, data: bytes, /) -> None:
        """Give more."""
        ...

    def digest(self) -> bytes:
        """The digest of all that was given."""
        ...


@dataclass(frozen=True)
class SignatureScheme:
    """A signature scheme over plain bytes. `verify` answers False for every malformed key or signature."""

    name: str
    private_length: int
    public_length: int
    signature_length: int
    generate: Callable[[], bytes]
    public_of: Callable[[bytes], bytes]
    sign: Callable[[bytes, bytes], bytes]
    """Of the private key and the message."""
    verify: Callable[[bytes, bytes, bytes], bool]
    """Of the public key, the message and the signature."""


@dataclass(frozen=True)
class Suite:
    """The hash function of a log, and the scheme that its checkpoints are signed with."""

    name: str
    hasher: Callable[[bytes | memoryview], Hash]
    scheme: SignatureScheme
    note_type: bytes
    """Signature type identifier of the log's own signature of a note."""
    cosignature_types: tuple[bytes, ...]
    """Types that a witness of such a log may cosign with, the usual one first."""

    def digest(self, data: bytes | memoryview) -> bytes:
        """The hash of some bytes, 32 bytes."""
        return self.hasher(data).digest()

    def leaf_hash(self, entry: bytes) -> bytes:
        """H(0x00 || entry): RFC 6962 section 2.1."""
        return self.hasher(b"\x00" + entry).digest()

    def node_hash(self, left: bytes, right: bytes) -> bytes:
        """H(0x01 || left || right): RFC 6962 section 2.1."""
        return self.hasher(b"\x01" + left + right).digest()

    def digests(self, many: Iterable[bytes]) -> list[bytes]:
        """The hashes of many pieces: the quick way of `digest`."""
        new = self.hasher
        return [new(data).digest() for data in many]

    def leaf_hashes(self, entries: Iterable[bytes]) -> list[bytes]:
        """The leaf hashes of many entries: the quick way of `leaf_hash`."""
        new = self.hasher
        return [new(b"\x00" + entry).digest() for entry in entries]

    def parents(self, nodes: Sequence[bytes]) -> list[bytes]:
        """The node hashes over each pair of an even number of nodes: the quick way of `node_hash`."""
        new = self.hasher
        pairs = iter(nodes)
        return [new(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]

    @cached_property
    def empty_root(self) -> bytes:
        """Root of the empty tree: the hash of nothing."""
        return self.digest(b"")

    def new_key(self) -> bytes:
        """A new private key of the log's scheme. Raises SuiteError when the scheme's package is missing."""
        return self.scheme.generate()


def _ed25519_public(private: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def _ed25519_sign(private: bytes, message: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).sign(message)


def _ed25519_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


ED25519 = SignatureScheme(
    name="Ed25519",
    private_length=32,
    public_length=32,
    signature_length=64,
    generate=lambda: Ed25519PrivateKey.generate().private_bytes_raw(),
    public_of=_ed25519_public,
    sign=_ed25519_sign,
    verify=_ed25519_verify,
)
"""RFC 8032. The private key is the seed."""


def _mldsa_public(private: bytes) -> bytes:
    return MLDSA44PrivateKey.from_seed_bytes(private).public_key().public_bytes_raw()


def _mldsa_sign(private: bytes, message: bytes) -> bytes:
    return MLDSA44PrivateKey.from_seed_bytes(private).sign(message)


def _mldsa_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        MLDSA44PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


MLDSA44 = SignatureScheme(
    name="ML-DSA-44",
    private_length=32,
    public_length=1312,
    signature_length=2420,
    generate=lambda: MLDSA44PrivateKey.generate().private_bytes_raw(),
    public_of=_mldsa_public,
    sign=_mldsa_sign,
    verify=_mldsa_verify,
)
"""FIPS 204, with an empty context. The private key is the seed."""

SM2_IDENTITY = b"1234567812345678"
"""The signer's identity where none is agreed (GM/T 0009-2012, section 10)."""
_SM2_ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123


def _gmalg() -> Any:
    try:
        import gmalg  # noqa: PLC0415 (an optional package)
    except ImportError as error:
        raise SuiteError(
            "SM2需要软件包gmalg：请安装liuhen[sm]，或改用sha256-ed25519套件 / "
            "SM2 needs the package gmalg: install liuhen[sm], or use the suite sha256-ed25519"
        ) from error
    return gmalg


def _sm2_generate() -> bytes:
    private: bytes = _gmalg().SM2().generate_keypair()[0]
    return private.rjust(32, b"\0")


def _sm2_public(private: bytes) -> bytes:
    public: bytes = _gmalg().SM2().generate_pk(private)
    return public


def _sm2_sign(private: bytes, message: bytes) -> bytes:
    r, s = _gmalg().SM2(private, SM2_IDENTITY, _sm2_public(private)).sign(message)
    # The library leaves leading zeros out; GB/T 32918.2 and every reader expect 32 bytes of each.
    signature: bytes = r.rjust(32, b"\0") + s.rjust(32, b"\0")
    return signature


def _sm2_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    gmalg = _gmalg()
    if len(public) != 65 or public[0] != 4 or len(signature) != 64:
        return False
    r, s = signature[:32], signature[32:]
    if not all(0 < int.from_bytes(part, "big") < _SM2_ORDER for part in (r, s)):
        return False
    checked = gmalg.SM2()
    if not checked.verify_pk(public):
        return False
    return bool(gmalg.SM2(None, SM2_IDENTITY, public).verify(message, r, s))


SM2 = SignatureScheme(
    name="SM2",
    private_length=32,
    public_length=65,
    signature_length=64,
    generate=_sm2_generate,
    public_of=_sm2_public,
    sign=_sm2_sign,
    verify=_sm2_verify,
)
"""GB/T 32918.2 with SM3. Public key: 0x04 || x || y; signature: r || s; identity: SM2_IDENTITY."""


class _Sm3:
    """SM3 where OpenSSL offers it to `cryptography` but not to hashlib."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._hash = hashes.Hash(hashes.SM3())
        self._hash.update(data)

    def update(self, data: bytes, /) -> None:
        self._hash.update(data)

    def digest(self) -> bytes:
        return self._hash.finalize()


_sm3: Callable[[bytes | memoryview], Hash] = (
    partial(hashlib.new, "sm3") if "sm3" in hashlib.algorithms_available else _Sm3
)

ED25519_NOTE = b"\x01"
ED25519_COSIGNATURE = b"\x04"
MLDSA44_COSIGNATURE = b"\x06"
SM2_NOTE = b"\xffliuhen/sm2-note/v1\n"
SM2_COSIGNATURE = b"\xffliuhen/sm2-cosignature/v1\n"

SUITES: dict[str, Suite] = {
    suite.name: suite
    for suite in (
        Suite("sha256-ed25519", hashlib.sha256, ED25519, ED25519_NOTE, (ED25519_COSIGNATURE, MLDSA44_COSIGNATURE)),
        Suite("sm3-sm2", _sm3, SM2, SM2_NOTE, (SM2_COSIGNATURE,)),
    )
}
SHA256_ED25519 = SUITES["sha256-ed25519"]
SM3_SM2 = SUITES["sm3-sm2"]


def suite_named(name: str) -> Suite:
    """The suite of this name. Raises SuiteError."""
    if name not in SUITES:
        raise SuiteError(
            f"没有套件{name!r}；已有：{'、'.join(SUITES)} / no suite {name!r}; there are: {', '.join(SUITES)}"
        )
    return SUITES[name]
