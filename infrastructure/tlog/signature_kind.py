"""签名类型 What a signature of a note is made over, by its type identifier (c2sp.org/signed-note, tlog-cosignature).

A type identifier is one byte, or 0xff and a longer identifier of our own. Timed kinds carry the time of signing.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.suite import (
    ED25519,
    ED25519_COSIGNATURE,
    ED25519_NOTE,
    MLDSA44,
    MLDSA44_COSIGNATURE,
    SHA256_ED25519,
    SM2,
    SM2_COSIGNATURE,
    SM2_NOTE,
    SM3_SM2,
    SignatureScheme,
    Suite,
)
from infrastructure.tlog.text_forms import FormatError

MOST_SECONDS = (1 << 63) - 1


@dataclass(frozen=True)
class SignatureKind:
    """One type of note signature. `message` is what is signed, of key name, note text and time (0 when not timed)."""

    identifier: bytes
    title: str
    scheme: SignatureScheme
    suite: Suite
    timed: bool
    message: Callable[[str, str, int], bytes]


def _note_text(name: str, text: str, time: int) -> bytes:
    del name, time
    return text.encode()


def _cosignature_v1(name: str, text: str, time: int) -> bytes:
    """Two lines, then the whole note text: tlog-cosignature, Ed25519 signed message."""
    del name
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _subtree_v1(name: str, text: str, time: int) -> bytes:
    """The structure `cosigned_message` over the whole tree: tlog-cosignature, ML-DSA-44 signed message.

    Raises FormatError for a text that is no checkpoint: then there is nothing that could be signed.
    """
    checkpoint = Checkpoint.parse(text)
    cosigner, origin = name.encode(), checkpoint.origin.encode()
    if not 0 < len(cosigner) < 256 or not 0 < len(origin) < 256:
        raise FormatError("名称与来源各限255字节 / key name and origin have at most 255 bytes each")
    return b"".join(
        (
            b"subtree/v1\n\0",
            bytes((len(cosigner),)) + cosigner,
            struct.pack(">Q", time),
            bytes((len(origin),)) + origin,
            struct.pack(">QQ", 0, checkpoint.size),
            checkpoint.root,
        )
    )


KINDS: tuple[SignatureKind, ...] = (
    SignatureKind(ED25519_NOTE, "Ed25519", ED25519, SHA256_ED25519, timed=False, message=_note_text),
    SignatureKind(
        ED25519_COSIGNATURE, "Ed25519 cosignature", ED25519, SHA256_ED25519, timed=True, message=_cosignature_v1
    ),
    SignatureKind(
        MLDSA44_COSIGNATURE, "ML-DSA-44 cosignature", MLDSA44, SHA256_ED25519, timed=True, message=_subtree_v1
    ),
    SignatureKind(SM2_NOTE, "SM2", SM2, SM3_SM2, timed=False, message=_note_text),
    SignatureKind(SM2_COSIGNATURE, "SM2 cosignature", SM2, SM3_SM2, timed=True, message=_cosignature_v1),
)


def kind_of(identifier: bytes) -> SignatureKind:
    """The kind with exactly this identifier. Raises KeyError."""
    return {kind.identifier: kind for kind in KINDS}[identifier]


def kind_and_key(data: bytes) -> tuple[SignatureKind, bytes] | None:
    """Type identifier and key taken apart, or None for an unknown type."""
    for kind in KINDS:
        if data.startswith(kind.identifier):
            return kind, data[len(kind.identifier) :]
    return None
