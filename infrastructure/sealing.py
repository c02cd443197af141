"""密封 How personal data are sealed: a key per person, wrapped by the master key, which is never in the database.

Suites (`SUITES`): AES-256-GCM by default, SM4-GCM (GB/T 32907) for sites under 密评. Of the person's key come, by HKDF
(RFC 5869), a key that encrypts and one that makes the nonce: the nonce is an HMAC of place and plain text, so the same
data in the same place give the same sealed value. A repeated request is recognised by it, without a trace of the plain
text that would outlive the person's key. Place, person and suite are authenticated: a sealed value opens nowhere else.
docs/personal-data.md has the byte forms.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from application.ports import Opened, PersonErasedError, SealingError
from domain.faults import UnknownSubjectError
from domain.personal import PersonState, Sealed
from domain.rule import text
from domain.streams import StreamKind
from infrastructure import awaiting
from infrastructure.settings import Settings
from infrastructure.store.batch_writer import Pool

log = structlog.get_logger(__name__)

_NONCE, _TAG, _MASTER = 12, 16, 32


class MasterKeyError(SealingError):
    """The master key is missing, malformed, open to others, or not the one that the database names."""


@dataclass(frozen=True)
class Suite:
    """A cipher suite: authenticated encryption, and the hash of its key derivation."""

    name: str
    cipher: type[algorithms.AES256 | algorithms.SM4]
    key_bytes: int
    hash: hashes.HashAlgorithm

    def new_key(self) -> bytes:
        """A key of a person."""
        return secrets.token_bytes(self.key_bytes)

    def derive(self, key: bytes, purpose: str) -> bytes:
        """A key for one purpose."""
        return HKDF(self.hash, self.key_bytes, None, f"liuhen/{self.name}/{purpose}".encode()).derive(key)

    def encrypt(self, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """Ciphertext with the tag at its end."""
        encryptor = Cipher(self.cipher(key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound)
        return encryptor.update(plain) + encryptor.finalize() + encryptor.tag

    def decrypt(self, key: bytes, nonce: bytes, ciphertext: bytes, bound: bytes) -> bytes:
        """The plain text. Raises InvalidTag when anything is not as it was."""
        if len(nonce) != _NONCE or len(ciphertext) < _TAG:
            raise InvalidTag
        decryptor = Cipher(self.cipher(key), modes.GCM(nonce, ciphertext[-_TAG:])).decryptor()
        decryptor.authenticate_additional_data(bound)
        return decryptor.update(ciphertext[:-_TAG]) + decryptor.finalize()

    def seal(self, key: bytes, plain: bytes, bound: bytes) -> tuple[bytes, bytes]:
        """Nonce and ciphertext, always the same for the same."""
        mac = hmac.HMAC(self.derive(key, "nonce"), self.hash)
        mac.update(len(bound).to_bytes(4, "big") + bound + plain)
        nonce = mac.finalize()[:_NONCE]
        return nonce, self.encrypt(self.derive(key, "encryption"), nonce, plain, bound)

    def open(self, key: bytes, nonce: bytes, ciphertext: bytes, bound: bytes) -> bytes:
        """The plain text. Raises InvalidTag when anything is not as it was."""
        return self.decrypt(self.derive(key, "encryption"), nonce, ciphertext, bound)


SUITES = {
    suite.name: suite
    for suite in (
        Suite("AES-256-GCM", algorithms.AES256, 32, hashes.SHA256()),
        Suite("SM4-GCM", algorithms.SM4, 16, hashes.SM3()),
    )
}


def bound_to(log_id: int, kind: StreamKind, stream: UUID, field: str, person: UUID, suite: str) -> bytes:
    """What a sealed value is authenticated with: each part after its length."""
    parts = ("liuhen/sealed/1", str(log_id), kind.value, str(stream), field, str(person), suite)
    return b"".join(len(part.encode()).to_bytes(2, "big") + part.encode() for part in parts)


@dataclass(frozen=True)
class MasterKey:
    """A master key. Its identity is the beginning of a digest of it, and gives nothing of it away."""

    secret: bytes

    @property
    def id(self) -> str:
        """Identity of the key, as the database and the record name it."""
        return hashlib.sha256(b"liuhen/master-key/1" + self.secret).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"MasterKey({self.id})"

    def derived(self, purpose: str) -> bytes:
        """A secret of 32 bytes for one purpose, always the same. It gives nothing of this key away."""
        return HKDF(hashes.SHA256(), 32, None, f"liuhen/{purpose}".encode()).derive(self.secret)

    def wrap(self, suite: Suite, log_id: int, person: UUID, key: bytes) -> bytes:
        """The key of a person under this master key: nonce, ciphertext, tag."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + suite.encrypt(suite.derive(self.secret, "wrap"), nonce, key, _bound_key(suite, log_id, person))

    def unwrap(self, suite: Suite, log_id: int, person: UUID, wrapped: bytes) -> bytes:
        """The key of a person. Raises MasterKeyError when it was not wrapped by this master key, or was changed."""
        bound = _bound_key(suite, log_id, person)
        try:
            return suite.decrypt(suite.derive(self.secret, "wrap"), wrapped[:_NONCE], wrapped[_NONCE:], bound)
        except InvalidTag:
            raise MasterKeyError(
                f"人员{person}的密钥不能用主密钥{self.id}解开：密钥行被改动 / the key of person {person} does not open "
                f"under master key {self.id}: its row was changed"
            ) from None


def _bound_key(suite: Suite, log_id: int, person: UUID) -> bytes:
    return f"liuhen/person-key/1\n{suite.name}\n{log_id}\n{person}".encode()


class MasterKeys:
    """The master keys of the site: from the environment, else from a file. The first one is for new wrappings."""

    def __init__(self, settings: Settings) -> None:
        self._given = settings.master_key
        self.file = settings.master_key_file or settings.data_dir / "keys" / "master.key"

    @property
    def from_environment(self) -> bool:
        """Are they given in the environment?"""
        return self._given is not None

    def load(self) -> tuple[MasterKey, ...]:
        """The keys, newest first; none when there is no file yet. Read anew each time: they may be changed meanwhile.

        Raises MasterKeyError.
        """
        if self._given is not None:
            return _parsed(self._given.get_secret_value(), "LIUHEN_MASTER_KEY")
        try:
            if (mode := stat.S_IMODE(self.file.stat().st_mode)) & 0o077:
                raise MasterKeyError(
                    f"主密钥文件{self.file}的权限为{mode:04o}，须为0600 / "
                    "the master key file is open to others: chmod 600"
                )
            return _parsed(self.file.read_text(encoding="ascii"), str(self.file))
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError) as error:
            raise MasterKeyError(
                f"不能读取主密钥文件{self.file} / the master key file cannot be read: {type(error).__name__}"
            ) from error

    def named(self, identity: str) -> MasterKey:
        """The key of an identity. Raises MasterKeyError."""
        keys = self.load()
        for key in keys:
            if key.id == identity:
                return key
        held = ", ".join(k.id for k in keys) or "–"
        raise MasterKeyError(
            f"数据库中的人员密钥由主密钥{identity}包裹，而此处只有{held}：请恢复原主密钥（LIUHEN_MASTER_KEY或{self.file}）"
            f" / the persons' keys are under master key {identity}, and here is only {held}: bring that key back"
        )

    def make(self) -> MasterKey:
        """The newest key, made first when there is none. Two processes that begin at once come to the same one."""
        if not (keys := self.load()):
            self._write((MasterKey(secrets.token_bytes(_MASTER)),), replace=False)
            keys = self.load()
        return keys[0]

    def put(self, keys: Sequence[MasterKey]) -> None:
        """Replace the keys in the file, durably. Raises MasterKeyError when they come from the environment."""
        if self.from_environment:
            raise MasterKeyError(
                "主密钥由LIUHEN_MASTER_KEY给出：请在其中把新密钥写在前面 / "
                "the master key is given in LIUHEN_MASTER_KEY: put the new one in front there"
            )
        self._write(keys, replace=True)

    def _write(self, keys: Sequence[MasterKey], *, replace: bool) -> None:
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = self.file.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write("".join(base64.b64encode(k.secret).decode() + "\n" for k in keys).encode())
            out.flush()
            os.fsync(out.fileno())
        try:
            if replace:
                temporary.replace(self.file)
            else:
                os.link(temporary, self.file)  # never replaces a key that another process made meanwhile
        except FileExistsError:
            pass
        finally:
            temporary.unlink(missing_ok=True)
        folder = os.open(self.file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # a key that new data are under must not be lost with the power
        finally:
            os.close(folder)


def _parsed(given: str, where: str) -> tuple[MasterKey, ...]:
    keys = []
    for part in given.replace(",", "\n").split():
        try:
            secret = base64.b64decode(part, validate=True)
        except ValueError:
            secret = b""
        if len(secret) != _MASTER:
            raise MasterKeyError(
                f"{where}：每个主密钥须为32字节的base64 / a master key must be 32 bytes in base64 "
                "(openssl rand -base64 32)"
            )
        keys.append(MasterKey(secret))
    if not keys:
        raise MasterKeyError(f"{where}：没有主密钥 / holds no master key")
    return tuple(keys)


@dataclass(frozen=True)
class KeyRow:
    """The key of a person as it is kept. `wrapped` is None when it was destroyed."""

    suite: str
    master_key: str
    wrapped: bytes | None


class PersonKeys(Protocol):
    """Where the wrapped keys are."""

    def find(self, persons: Iterable[UUID]) -> Mapping[UUID, KeyRow]:
        """The keys that there are, destroyed ones among them."""
        ...

    def keep(self, person: UUID, row: KeyRow) -> KeyRow | None:
        """The key that there is, else the given one; None when another master key is in use by now."""
        ...

    def current(self) -> str | None:
        """Identity of the master key in use, None before the first."""
        ...


class StoredPersonKeys:
    """The wrapped keys in the database (`liuhen.person_keys`)."""

    def __init__(self, pool: Pool, log_id: int) -> None:
        self._pool = pool
        self._log = log_id

    def find(self, persons: Iterable[UUID]) -> Mapping[UUID, KeyRow]:
        """The keys that there are, destroyed ones among them."""
        return awaiting.in_thread(self._find, list(persons))

    def _find(self, persons: list[UUID]) -> dict[UUID, KeyRow]:
        with self._pool.connection() as conn:
            rows = conn.execute(
                "SELECT person, suite, master_key, wrapped FROM liuhen.person_keys"
                " WHERE log_id = %s AND person = ANY(%s)",
                (self._log, persons),
            )
            return {person: KeyRow(suite, key, wrapped) for person, suite, key, wrapped in rows}

    def keep(self, person: UUID, row: KeyRow) -> KeyRow | None:
        """The key that there is, else the given one; None when another master key is in use by now."""
        return awaiting.in_thread(self._keep, person, row)

    def _keep(self, person: UUID, row: KeyRow) -> KeyRow | None:
        with self._pool.connection() as conn:
            kept = conn.execute(
                "SELECT suite, master_key, wrapped FROM liuhen.keep_person_key(%s, %s, %s, %s, %s)",
                (self._log, person, row.suite, row.master_key, row.wrapped),
            ).fetchone()
        return KeyRow(*kept) if kept is not None else None

    def current(self) -> str | None:
        """Identity of the master key in use, None before the first."""
        return awaiting.in_thread(self._current)

    def _current(self) -> str | None:
        with self._pool.connection() as conn:
            row = conn.execute("SELECT master_key FROM liuhen.master_keys WHERE log_id = %s", (self._log,)).fetchone()
        return row[0] if row is not None else None

    def master_keys(self) -> set[str]:
        """Identities of the master keys that keys and kept files of this or any other log of the database are under."""
        with self._pool.connection() as conn:
            rows = conn.execute(
                "SELECT master_key FROM liuhen.master_keys"
                " UNION SELECT master_key FROM liuhen.person_keys WHERE wrapped IS NOT NULL"
                " UNION SELECT master_key FROM liuhen.import_jobs WHERE content IS NOT NULL"
            )
            return {row[0] for row in rows}

    def complete_erasures(self) -> int:
        """Destroy keys of persons whose erasure is recorded; gives how many there were."""
        with self._pool.connection() as conn:
            row = conn.execute("SELECT liuhen.complete_erasures(%s)", (self._log,)).fetchone()
        return int(row[0]) if row is not None else 0

    def living(self) -> dict[UUID, KeyRow]:
        """All keys that are not destroyed."""
        with self._pool.connection() as conn:
            rows = conn.execute(
                "SELECT person, suite, master_key, wrapped FROM liuhen.person_keys"
                " WHERE log_id = %s AND wrapped IS NOT NULL",
                (self._log,),
            )
            return {person: KeyRow(suite, key, wrapped) for person, suite, key, wrapped in rows}

    def rewrap(self, before: str, after: str, wrapped: Mapping[UUID, bytes]) -> bool:
        """Put all keys under another master key, all or none. False when the one in use is not `before`.

        Raises psycopg.errors.SerializationFailure when a key was made meanwhile.
        """
        with self._pool.connection() as conn:
            row = conn.execute(
                "SELECT liuhen.rewrap_person_keys(%s, %s, %s, %s, %s)",
                (self._log, before, after, list(wrapped), list(wrapped.values())),
            ).fetchone()
        return row == (True,)


class PersonSeals:
    """Implements the port `application.ports.Seals`. No key of a person is kept in memory beyond a call."""

    def __init__(self, keys: PersonKeys, master_keys: MasterKeys, log_id: int, suite: str) -> None:
        self._keys = keys
        self._master_keys = master_keys
        self._log = log_id
        self._suite = SUITES[suite]

    def seal(self, kind: StreamKind, stream: UUID, field: str, person: UUID, plain: bytes, *, new: bool) -> Sealed:
        """Seal data of a person for a field of a stream: the same data give the same sealed value.

        `new`: make a key for the person if there is none. Raises PersonErasedError, SealingError, and
        UnknownSubjectError for a person without a key.
        """
        row = self._keys.find([person]).get(person) or (self._made(person) if new else None)
        if row is None:
            raise UnknownSubjectError(text("没有此人员标识", "no such person here"))
        suite, key = self._opened(person, row)
        bound = bound_to(self._log, kind, stream, field, person, suite.name)
        nonce, ciphertext = suite.seal(key, plain, bound)
        return _sealed(field, person, suite, nonce, ciphertext)

    def try_out(self, field: str, person: UUID) -> Sealed:
        """A sealed value of nothing, for a dry run: no key is made or used."""
        return _sealed(field, person, self._suite, bytes(_NONCE), bytes(_TAG))

    def open(self, kind: StreamKind, stream: UUID, sealed: Sequence[Sealed]) -> list[Opened]:
        """Open sealed values of a stream. Raises SealingError when the master key is not the one in use."""
        rows = self._keys.find({s.person for s in sealed})
        return [self._open(kind, stream, s, rows.get(s.person)) for s in sealed]

    def _open(self, kind: StreamKind, stream: UUID, sealed: Sealed, row: KeyRow | None) -> Opened:
        if row is None:
            return Opened(PersonState.UNREADABLE)
        if row.wrapped is None:
            return Opened(PersonState.ERASED)
        suite, key = self._opened(sealed.person, row)
        bound = bound_to(self._log, kind, stream, sealed.field, sealed.person, sealed.suite)
        try:
            nonce = base64.b64decode(sealed.nonce, validate=True)
            ciphertext = base64.b64decode(sealed.ciphertext, validate=True)
            return Opened(PersonState.OPEN, suite.open(key, nonce, ciphertext, bound))
        except (InvalidTag, ValueError):
            log.warning("sealing.does_not_open", person=str(sealed.person), stream=str(stream), field=sealed.field)
            return Opened(PersonState.UNREADABLE)

    def state(self, person: UUID) -> PersonState | None:
        """OPEN or ERASED; None for a person that is not known."""
        row = self._keys.find([person]).get(person)
        if row is None:
            return None
        return PersonState.ERASED if row.wrapped is None else PersonState.OPEN

    def _made(self, person: UUID) -> KeyRow:
        for _ in range(2):  # once more, when the master key was changed in between
            current = self._keys.current()
            master = self._master_keys.named(current) if current is not None else self._master_keys.make()
            wrapped = master.wrap(self._suite, self._log, person, self._suite.new_key())
            row = self._keys.keep(person, KeyRow(self._suite.name, master.id, wrapped))
            if row is not None:
                return row
        raise SealingError("主密钥正在更换，请稍后重试 / the master key is being changed: try again")

    def _opened(self, person: UUID, row: KeyRow) -> tuple[Suite, bytes]:
        """Suite and key of a row. Raises PersonErasedError, MasterKeyError."""
        if row.wrapped is None:
            raise PersonErasedError(
                text(
                    "该人员的个人信息已删除，不能再以此标识登记",
                    "the person's data were erased: nothing new goes there",
                )
            )
        suite = SUITES[row.suite]
        return suite, self._master_keys.named(row.master_key).unwrap(suite, self._log, person, row.wrapped)


def _sealed(field: str, person: UUID, suite: Suite, nonce: bytes, ciphertext: bytes) -> Sealed:
    return Sealed(
        person=person,
        field=field,
        suite=suite.name,
        nonce=base64.b64encode(nonce).decode(),
        ciphertext=base64.b64encode(ciphertext).decode(),
    )


def rotate(keys: StoredPersonKeys, master_keys: MasterKeys, log_id: int) -> tuple[str, str, int]:
    """Put the persons' keys under a new master key. Gives the identities before and after, and how many they are.

    Each step can be repeated: the new key is on disk before anything is under it; the old one stays in the file until
    `retire` is called, after the change is recorded. A rotation that was cut off is taken up where it stopped.
    Raises MasterKeyError, psycopg.errors.SerializationFailure.
    """
    held = master_keys.load() or (master_keys.make(),)
    current = keys.current()
    if current is None:
        raise MasterKeyError("还没有密封的个人信息 / there are no sealed personal data yet")
    before, newest = master_keys.named(current), held[0]
    if newest == before and len(held) > 1:
        return held[1].id, newest.id, len(keys.living())  # cut off after the change: only to be recorded and retired
    if newest == before:
        newest = MasterKey(secrets.token_bytes(_MASTER))
        master_keys.put((newest, *held))
    wrapped = {}
    for person, row in keys.living().items():
        suite = SUITES[row.suite]
        key = master_keys.named(row.master_key).unwrap(suite, log_id, person, row.wrapped or b"")
        wrapped[person] = newest.wrap(suite, log_id, person, key)
    if not keys.rewrap(before.id, newest.id, wrapped):
        raise MasterKeyError("主密钥已被更换，请重试 / the master key was changed meanwhile: try again")
    return before.id, newest.id, len(wrapped)


def retire(keys: StoredPersonKeys, master_keys: MasterKeys) -> None:
    """Leave only master keys in use in the file. From now on older copies of the persons' keys open nothing.

    What else is kept under the old one is to be put under the new one before.
    """
    if not master_keys.from_environment:
        needed = keys.master_keys()
        master_keys.put([key for key in master_keys.load() if key.id in needed])
