"""签名文本 Signed notes (c2sp.org/signed-note): a text, a blank line, and lines of signatures."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from infrastructure.tlog.signature_kind import MOST_SECONDS, SignatureKind, kind_and_key
from infrastructure.tlog.text_forms import FormatError, from_base64, to_base64

MOST_BYTES = 1 << 20
"""A note is short: a text of a few lines, and signatures of at most 5 kB."""
MOST_SIGNATURES = 100
_DASH = "— "


class NoteError(Exception):
    """A note carries no good signature of a known key, or a bad one. The message names the key."""


def key_id(name: str, identified_key: bytes) -> bytes:
    """First four bytes of SHA-256(name || 0x0A || type || public key), whatever the suite of the log is."""
    return hashlib.sha256(name.encode() + b"\n" + identified_key).digest()[:4]


def check_name(name: str) -> str:
    """The key name, if it may be one: not empty, without spaces and plus signs. Raises FormatError."""
    if not name or any(c.isspace() or c == "+" or c < " " for c in name):
        raise FormatError(
            f"密钥名不得为空，不得含空格或加号 / a key name has no spaces and no plus sign: {name[:60]!r}"
        )
    return name


@dataclass(frozen=True)
class Signature:
    """One signature line: whose, and the bytes after the key id (timed kinds: 8 bytes of time, then the signature)."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """The line, ending in a newline."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.value)}\n"

    @classmethod
    def parse(cls, line: str) -> Signature:
        """Read a line without its newline. Raises FormatError."""
        name, space, encoded = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH) or not space:
            raise FormatError(f"签名行的写法不对 / this is no signature line: {line[:60]!r}")
        data = from_base64(encoded, "签名 signature")
        if len(data) < 5:
            raise FormatError("签名过短 / the signature is too short")
        return cls(check_name(name), data[:4], data[4:])


@dataclass(frozen=True)
class Verifier:
    """A public key under a name, of one signature type."""

    name: str
    kind: SignatureKind
    public: bytes

    @cached_property
    def key_id(self) -> bytes:
        """The key's short identifier, 4 bytes."""
        return key_id(self.name, self.kind.identifier + self.public)

    def __str__(self) -> str:
        """The verifier key: <name>+<key id in hexadecimal>+<base64 of type and public key>."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(self.kind.identifier + self.public)}"

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Read a verifier key. Raises FormatError, also for a signature type that is not known here."""
        parts = vkey.split("+", 2)
        if len(parts) != 3:
            raise FormatError(f"公钥应为“名称+标识+base64” / a verifier key is name+id+base64: {vkey[:60]!r}")
        name, identifier, encoded = parts
        data = from_base64(encoded, "公钥 verifier key")
        if identifier != key_id(check_name(name), data).hex():
            raise FormatError(f"公钥标识与公钥不符 / the key id does not fit the key: {vkey[:60]!r}")
        known = kind_and_key(data)
        if known is None:
            raise FormatError(f"不认识的签名类型 / unknown signature type: {vkey[:60]!r}")
        kind, public = known
        if len(public) != kind.scheme.public_length:
            raise FormatError(f"公钥长度不对 / the key has a wrong length: {vkey[:60]!r}")
        return cls(name, kind, public)

    def made(self, signature: Signature) -> bool:
        """Does the signature claim to be of this key?"""
        return signature.name == self.name and signature.key_id == self.key_id

    def verify(self, text: str, signature: Signature) -> int:
        """Check a signature of this key over a note text. The time of signing in seconds, 0 for kinds without one.

        Raises NoteError.
        """
        value, time = signature.value, 0
        if self.kind.timed:
            if len(value) < 8 or (time := int.from_bytes(value[:8], "big")) > MOST_SECONDS:
                raise NoteError(f"{self.name}：附署的时刻不对 / {self.name}: the time of the cosignature is wrong")
            value = value[8:]
        try:
            message = self.kind.message(self.name, text, time)
        except FormatError as error:
            raise NoteError(f"{self.name}：{error}") from error
        if not self.made(signature) or not self.kind.scheme.verify(self.public, message, value):
            raise NoteError(f"{self.name}的签名无效 / the signature of {self.name} is not valid")
        return time


@dataclass(frozen=True)
class Signer:
    """A private key under a name, of one signature type. Its text form never shows the private key."""

    name: str
    kind: SignatureKind
    private: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_name(self.name)

    @classmethod
    def generate(cls, name: str, kind: SignatureKind) -> Signer:
        """A signer with a new key. Raises FormatError for the name, SuiteError when a package is missing."""
        return cls(name, kind, kind.scheme.generate())

    @cached_property
    def verifier(self) -> Verifier:
        """The public key of this signer."""
        return Verifier(self.name, self.kind, self.kind.scheme.public_of(self.private))

    def sign(self, text: str, time: int = 0) -> Signature:
        """Sign a note text. `time` in seconds since 1970 is kept by timed kinds only. Raises FormatError."""
        stamped = self.kind.timed
        if not 0 <= time <= MOST_SECONDS:
            raise FormatError(f"时刻不对 / the time is out of range: {time}")
        signed = self.kind.scheme.sign(self.private, self.kind.message(self.name, text, time if stamped else 0))
        value = struct.pack(">Q", time) + signed if stamped else signed
        return Signature(self.name, self.verifier.key_id, value)

    def secret(self) -> str:
        """The private key as text, for a key file: PRIVATE+KEY+<name>+<key id>+<base64 of type and private key>."""
        encoded = to_base64(self.kind.identifier + self.private)
        return f"PRIVATE+KEY+{self.name}+{self.verifier.key_id.hex()}+{encoded}"

    @classmethod
    def from_secret(cls, secret: str) -> Signer:
        """Read a private key. Raises FormatError with a message that does not show it."""
        parts = secret.strip().split("+", 4)
        if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
            raise FormatError("这不是私钥文件 / this is no private key of a note signer")
        known = kind_and_key(from_base64(parts[4], "私钥 private key"))
        if known is None or len(known[1]) != known[0].scheme.private_length:
            raise FormatError("私钥类型或长度不对 / the private key has an unknown type or a wrong length")
        signer = cls(parts[2], *known)
        if signer.verifier.key_id.hex() != parts[3]:
            raise FormatError("私钥与其标识不符 / the private key does not fit its key id")
        return signer


@dataclass(frozen=True)
class Note:
    """A note taken apart. Nothing about it is proven before `open_note`."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """The note as bytes. Raises FormatError when it would not be read again as it is."""
        data = f"{self.text}\n{''.join(s.line() for s in self.signatures)}".encode()
        if Note.parse(data) != self:
            raise FormatError("这样的文本不能签名 / such a text cannot be signed")
        return data

    @classmethod
    def parse(cls, data: bytes) -> Note:
        """Read a note. Raises FormatError."""
        if len(data) > MOST_BYTES:
            raise FormatError(f"签名文本超过{MOST_BYTES}字节 / the note is longer than {MOST_BYTES} bytes")
        try:
            whole = data.decode()
        except UnicodeDecodeError:
            raise FormatError("签名文本不是UTF-8 / the note is not UTF-8") from None
        if any(c < " " and c != "\n" for c in whole):
            raise FormatError("签名文本含控制字符 / the note holds control characters")
        text, blank, lines = whole.rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise FormatError("签名文本应为：正文、空行、签名行 / a note is a text, a blank line, and signature lines")
        signatures = lines[:-1].split("\n")
        if len(signatures) > MOST_SIGNATURES:
            raise FormatError(f"签名多于{MOST_SIGNATURES}个 / there are more than {MOST_SIGNATURES} signatures")
        return cls(f"{text}\n", tuple(Signature.parse(line) for line in signatures))

    def with_signatures(self, more: Iterable[Signature]) -> Note:
        """The same note with further signatures, each once."""
        return Note(self.text, tuple(dict.fromkeys((*self.signatures, *more))))


@dataclass(frozen=True)
class Verified:
    """A good signature: of which key, and when it says it was made (seconds, 0 when its kind has no time)."""

    verifier: Verifier
    signature: Signature
    time: int


@dataclass(frozen=True)
class OpenedNote:
    """A note with the signatures of known keys, all of them good; those of unknown keys are ignored."""

    text: str
    verified: tuple[Verified, ...]
    note: Note


def sign_note(text: str, signers: Iterable[Signer], time: int = 0) -> bytes:
    """A note with a signature of each signer. Raises FormatError for a text that cannot be a note's."""
    return Note(text, tuple(signer.sign(text, time) for signer in signers)).encode()


def open_note(data: bytes | Note, verifiers: Sequence[Verifier]) -> OpenedNote:
    """Check the signatures of known keys. Raises FormatError, and NoteError unless there is one and all are good."""
    note = data if isinstance(data, Note) else Note.parse(data)
    verified = tuple(
        Verified(verifier, signature, verifier.verify(note.text, signature))
        for signature in note.signatures
        for verifier in verifiers
        if verifier.made(signature)
    )
    if not verified:
        raise NoteError("没有已知密钥的签名 / no known key has signed this note")
    return OpenedNote(note.text, verified, note)
