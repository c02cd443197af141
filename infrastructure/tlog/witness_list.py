"""见证名单 The witnesses that the operator relies on, as a setting names them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infrastructure.tlog.log_client import check_address
from infrastructure.tlog.note import Verifier
from infrastructure.tlog.text_forms import FormatError

_ITEM = re.compile(r"(?P<vkey>\S+?)(?:=(?P<address>https?://\S*))?")


@dataclass(frozen=True)
class KnownWitness:
    """A witness: its name, its keys, and where checkpoints are sent to; None when it comes for them itself."""

    name: str
    verifiers: tuple[Verifier, ...]
    address: str | None


def known_witnesses(listed: str) -> tuple[KnownWitness, ...]:
    """Read `vkey` or `vkey=address`, separated by blanks; keys of one name are of one witness.

    Raises FormatError naming the entry that is wrong.
    """
    found: dict[str, KnownWitness] = {}
    owners: dict[bytes, str] = {}
    for number, word in enumerate(listed.split(), 1):
        match = _ITEM.fullmatch(word)
        if match is None:
            raise FormatError(f"第{number}项应为“公钥”或“公钥=地址” / entry {number} is no vkey or vkey=address")
        try:
            verifier = Verifier.parse(match["vkey"])
            address = check_address(match["address"]) if match["address"] else None
        except (FormatError, ValueError) as error:
            raise FormatError(f"第{number}项 entry {number}: {error}") from error
        if not verifier.kind.timed:
            raise FormatError(f"第{number}项不是附署公钥 / entry {number}: this is no key for cosignatures")
        if owners.setdefault(verifier.public, verifier.name) != verifier.name:
            raise FormatError(f"第{number}项：同一密钥有两个名称 / entry {number}: one key under two names")
        before = found.get(verifier.name)
        if before is None:
            found[verifier.name] = KnownWitness(verifier.name, (verifier,), address)
            continue
        if before.address and address and before.address != address:
            raise FormatError(f"第{number}项：一个见证有两个地址 / entry {number}: one witness has two addresses")
        keys = tuple(dict.fromkeys((*before.verifiers, verifier)))
        found[verifier.name] = KnownWitness(verifier.name, keys, before.address or address)
    return tuple(found.values())
