"""留痕证据包的独立检验 A second, independent verifier of Liuhen evidence bundles. It stands alone in this one file.

It needs Python 3.11 and the package `cryptography` (for logs under SM2 also `gmalg`), and imports nothing of Liuhen.
Forms: docs/verifiable-log.md. Usage: python liuhen_verify.py FILE --key VKEY … [--witness VKEY … --require N]
Take the keys (VKEY) from the operator and the witnesses by another way than the bundle. Without --key the keys inside
the bundle are used: that shows only that the bundle is consistent. Exit code 0: good, 1: refused, 2: could not check.
"""

import argparse
import base64
import json
import mmap
import re
import struct
import sys
import uuid
import zlib
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from hashlib import new, sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

FIXED = ("checkpoint", "events.jsonl", "keys.json", "manifest.json", "proofs.jsonl", "summary.en.txt", "summary.zh.txt")
MANIFEST = dict.fromkeys(("format", "made_at", "made_by", "origin", "suite"), str) | {"complete": list, "parts": list}
EVENT = {"kind": str, "position": int, "previous": int, "recorded_at": str, "stream": str, "topic": str, "version": int}
PROOF = {"entry": str, "position": int, "proof": list}
PART = re.compile(r"events/[0-9]{12,19}\.json|(documents|texts)/[0-9a-f]{64}", re.ASCII)
NAME = re.compile(r"[^\s+\x00-\x1f]+")
SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
HAPPENED_ON = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", re.ASCII)
SUITES: Any = {"sha256-ed25519": lambda data: sha256(data).digest(), "sm3-sm2": lambda data: new("sm3", data).digest()}
# Types of keys: (identifier, scheme, length of key, length of signature, has a time, suite of a log that signs so)
TYPES = (
    (b"\x01", "ed25519", 32, 64, False, "sha256-ed25519"),
    (b"\x04", "ed25519", 32, 64, True, "sha256-ed25519"),
    (b"\x06", "mldsa44", 1312, 2420, True, "sha256-ed25519"),
    (b"\xffliuhen/sm2-note/v1\n", "sm2", 65, 64, False, "sm3-sm2"),
    (b"\xffliuhen/sm2-cosignature/v1\n", "sm2", 65, 64, True, "sm3-sm2"),
)
# What a bundle that is not in its form may end in; RefusedError is a ValueError.
FAULTS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, struct.error)
Key = namedtuple("Key", "name id scheme public length timed suite")


class RefusedError(ValueError):
    """The bundle is not what it should be."""


def need(condition: object, what: str) -> None:
    """Refuse unless the condition holds."""
    if not condition:
        raise RefusedError(what)


def from_base64(text: str, length: int | None = None) -> bytes:
    """Bytes of base64 in its one canonical spelling."""
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text and length in {None, len(data)}, f"not so written: {text[:60]!r}")
    return data


def parse_key(vkey: str) -> Key:
    """Read a verifier key."""
    name, _, rest = vkey.partition("+")
    identifier, _, encoded = rest.partition("+")
    data = from_base64(encoded)
    fits = sha256(name.encode() + b"\n" + data).hexdigest()[:8] == identifier
    need(NAME.fullmatch(name) and fits, f"this is no key: {vkey[:60]!r}")
    for prefix, scheme, key_length, length, timed, suite in TYPES:
        if data.startswith(prefix) and len(data) == len(prefix) + key_length:
            return Key(name, bytes.fromhex(identifier), scheme, data[len(prefix) :], length, timed, suite)
    raise RefusedError(f"unknown type of key: {vkey[:60]!r}")


def sm2_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """GB/T 32918.2 section 7, with the usual identity."""
    from gmalg import SM2  # noqa: PLC0415 (only such logs need it)

    r, s, order = signature[:32], signature[32:], 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
    sound = public[0] == 4 and all(0 < int.from_bytes(v, "big") < order for v in (r, s)) and SM2().verify_pk(public)
    return bool(sound and SM2(None, b"1234567812345678", public).verify(message, r, s))


def signature_time(key: Key, text: str, root: bytes, value: bytes) -> int:
    """Check one signature over a checkpoint's text; the time in it, or 0."""
    time, message = 0, text.encode()
    if key.timed:
        time, value = int.from_bytes(value[:8], "big"), value[8:]
        need(time < 1 << 63, "the time of a cosignature is out of range")
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
    if key.scheme == "mldsa44":
        origin, size = text.split("\n")[:2]
        cosigner, log = (bytes([len(name)]) + name for name in (key.name.encode(), origin.encode()))
        message = b"subtree/v1\n\0" + cosigner + struct.pack(">Q", time) + log + struct.pack(">QQ", 0, int(size)) + root
    try:
        need(len(value) == key.length and (key.scheme != "sm2" or sm2_verify(key.public, message, value)), "not valid")
        if key.scheme != "sm2":
            form = MLDSA44PublicKey if key.scheme == "mldsa44" else Ed25519PublicKey
            form.from_public_bytes(key.public).verify(value, message)
    except (InvalidSignature, ValueError):
        raise RefusedError(f"the signature of {key.name} is not valid") from None
    return time


def read_checkpoint(data: bytes) -> tuple[str, str, int, bytes, list[tuple[str, bytes]]]:
    """Text, origin, size, root and signatures of a checkpoint; nothing about it is proven yet."""
    note = data.decode()
    need(len(data) <= 1 << 20 and not any(c < " " and c != "\n" for c in note), "too long, or control characters")
    text, blank, tail = note.rpartition("\n\n")
    need(blank and tail.endswith("\n") and tail.count("\n") <= 100, "this is no signed note")
    lines, signatures = text.split("\n"), []
    need(
        len(lines) > 2 and all(lines) and SIZE.fullmatch(lines[1]) and int(lines[1]) < 1 << 63, "this is no checkpoint"
    )
    for line in tail[:-1].split("\n"):
        name, space, encoded = line[2:].partition(" ")
        need(line.startswith("— ") and space and NAME.fullmatch(name), "this is no signature line")
        signatures.append((name, from_base64(encoded)))
        need(len(signatures[-1][1]) >= 5, "a signature is too short")
    return f"{text}\n", lines[0], int(lines[1]), from_base64(lines[2], 32), signatures


def check_note(data: bytes, suite: str, log: list[Key], witnesses: list[Key]) -> tuple[str, int, bytes, dict[str, int]]:
    """Origin, size and root of a checkpoint that the log has signed, and the times of its witnesses by their names."""
    owners = {w.public: w.name for w in witnesses}
    need(log and all(w.timed for w in witnesses), "no key of the log, or a witness key of another type")
    once = all(owners[w.public] == w.name for w in witnesses) and not owners.keys() & {k.public for k in log}
    need(once, "a witness key has two names, or is the log's")
    (text, origin, size, root, signatures), cosigned, signed = read_checkpoint(data), {}, False
    for name, value in signatures:
        for key in (*log, *witnesses):
            if (key.name, key.id) == (name, value[:4]):  # signatures of unknown keys are ignored
                time = signature_time(key, text, root, value[4:])
                if key in witnesses:
                    cosigned[name] = time
                elif name == origin:
                    need(key.suite == suite, "the log's key is of another suite")
                    signed = True
    need(signed, f"no known key of the log {origin} has signed the checkpoint")
    return origin, size, root, cosigned


def read_parts(data: Any) -> dict[str, Any]:
    """The parts of the ZIP, which may be written in one way only: every byte between them is compared."""
    need(len(data) <= 2 << 30, "the file is too large")
    parts, directory, at, view = dict[str, Any](), bytearray(), 0, memoryview(data)
    while data[at : at + 4] == b"PK\3\4" and len(data) >= at + 30:
        size, length = struct.unpack_from("<LH", data, at + 22)
        start = at + 30 + length
        name, part = data[at + 30 : start], view[start : start + size]
        common = struct.pack("<5H3L2H", 20, 0, 0, 0, 0x21, zlib.crc32(part), len(part), len(part), len(name), 0)
        need(data[at:start] == b"PK\3\4" + common + name, "a header of the ZIP is not as it should be")
        directory += b"PK\1\2\x14\3" + common + struct.pack("<3H2L", 0, 0, 0, 0o100644 << 16, at) + name
        text = name.decode("ascii")
        need((text in FIXED or PART.fullmatch(text)) and text not in parts, f"no such part: {text[:80]!r}")
        parts[text], at = bytes(part) if text in FIXED or text[:7] == "events/" else part, start + size
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(parts), len(parts), len(directory), at, 0)
    need(data[at:] == directory + end, "the directory of the ZIP is not as it should be")
    order = ["manifest.json", *sorted(parts.keys() - {"manifest.json"})]
    need(list(parts) == order and set(FIXED) <= parts.keys(), "a part is missing, or they are not in order")
    return parts


def dumps(value: Any, indent: int | None = None) -> bytes:
    """JSON in its one form."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=indent) + "\n").encode()


def read_json(data: bytes, indent: int | None, fields: dict[str, type]) -> dict[str, Any]:
    """An object of just these fields, in the one form of its JSON."""
    value: dict[str, Any] = json.loads(data)
    need(dumps(value, indent) == data and isinstance(value, dict), "JSON is not in its one form")
    need({name: type(v) for name, v in value.items()} == fields, f"the fields should be {', '.join(fields)}")
    return value


def entry_of(row: dict[str, Any], state: bytes, digest: Any) -> tuple[bytes, list[str]]:
    """The entry of an event, recomputed from its columns and its exact stored bytes; the parts that it may enclose."""
    objects: dict[int, Any] = {}  # every object in the state, however deep
    envelope = json.loads(state, object_hook=lambda o: objects.setdefault(len(objects), o))["c"]
    happened_on, papers = envelope["happened_on"], envelope.get("evidence", [])
    need(HAPPENED_ON.fullmatch(happened_on), "happened_on is not in its form")
    need(isinstance(papers, list) and all(isinstance(p["sha256"], str) for p in papers), "evidence is not in its form")
    recorded_at, stream = datetime.fromisoformat(row["recorded_at"]), uuid.UUID(row["stream"])
    written = f"{recorded_at.isoformat(timespec='microseconds')[:26]}Z"
    need((written, str(stream)) == (row["recorded_at"], row["stream"]), "time or stream is not in its form")
    microseconds = (recorded_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    kind, topic, happened = (text.encode() for text in (row["kind"], row["topic"], happened_on))
    need(max(len(kind), len(topic)) <= 1024, "a text of the entry is too long")
    entry = struct.pack(">BQ", 1, row["position"]) + stream.bytes + struct.pack(">H", len(kind)) + kind
    entry += struct.pack(">IH", row["version"], len(topic)) + topic + struct.pack(">qH", microseconds, len(happened))
    texts = [o[name] for o in objects.values() for name in ("rule_set", "scheme") if isinstance(o.get(name), dict)]
    names = [f"documents/{p['sha256']}" for p in papers] + [f"texts/{t['digest']}" for t in texts if "digest" in t]
    return entry + happened + digest(state) + struct.pack(">Q", row["previous"]), names


def root_of(index: int, size: int, leaf: bytes, proof: list[bytes], digest: Any) -> Any:
    """The root that an inclusion proof leads to, by the definition of the tree (RFC 6962 section 2.1.1)."""
    need(0 <= index < size and bool(proof) == (size > 1), "an inclusion proof does not fit the tree")
    if size == 1:
        return leaf
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return digest(b"\1" + root_of(index, half, leaf, proof[:-1], digest) + proof[-1])
    return digest(b"\1" + proof[-1] + root_of(index - half, size - half, leaf, proof[:-1], digest))


def check_streams(rows: list[dict[str, Any]], claimed: list[str]) -> list[str]:
    """Within each stream versions rise and every event names its predecessor's position. What that proves, in words."""
    streams: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        shown = streams.setdefault(row["stream"], [])
        before = shown[-1] if shown else {"version": 0, "position": 0, "kind": row["kind"]}
        gap, at = row["version"] - before["version"], before["position"]
        linked = row["previous"] == at if gap == 1 else at < row["previous"] < row["position"]
        need(gap >= 1 and linked and row["kind"] == before["kind"], f"position {row['position']}: wrong predecessor")
        shown.append(row)
    whole = {stream for stream, shown in streams.items() if shown[-1]["version"] == len(shown)}
    need(set(claimed) <= whole and claimed == sorted(set(claimed)), "a stream called complete lacks events")
    words = ("NOT PROVEN  not all events are shown", "PROVEN      nothing is left out between the versions")
    return [f"{words[s in whole]} of {v[0]['kind']} {s}, 1 to {v[-1]['version']}" for s, v in streams.items()]


def check(data: Any, log: list[Key], witnesses: list[Key], require: int) -> list[str]:
    """What the bundle proves, in words. Raises one of FAULTS."""
    parts, told = read_parts(data), []
    manifest = read_json(parts["manifest.json"], 1, MANIFEST | {"subject": dict})
    need(manifest["format"] == "liuhen-evidence/v1" and manifest["suite"] in SUITES, "unknown format or suite")
    digest = SUITES[manifest["suite"]]
    listed = [{"digest": digest(d).hex(), "name": n, "size": len(d)} for n, d in parts.items() if n != "manifest.json"]
    need(dumps(manifest["parts"]) == dumps(listed), "the manifest does not list the parts as they are")
    words = sum(len(parts[f"summary.{language}.txt"].decode()) for language in ("zh", "en"))
    keys = read_json(parts["keys.json"], 1, {"log": list, "witnesses": list})
    need(all(isinstance(k, str) for k in keys["log"] + keys["witnesses"]), "keys.json should list texts")
    if not log:
        log, witnesses = ([parse_key(k) for k in keys[which]] for which in ("log", "witnesses"))
        told.append("NOT PROVEN  who signed: the keys inside the bundle were used; give --key, got by another way")
    origin, size, root, cosigned = check_note(parts["checkpoint"], manifest["suite"], log, witnesses)
    need(len(cosigned) >= require, f"{require} witnesses are required, {len(cosigned)} have cosigned")
    need(origin == manifest["origin"], "the checkpoint is of another log")
    told.append(f"PROVEN      checkpoint of {origin}: {size} events, root {root.hex()}")
    told += [f"PROVEN      cosigned by {name} at {time} seconds since 1970" for name, time in cosigned.items()]
    rows = [read_json(line, None, EVENT) for line in parts["events.jsonl"].splitlines(keepends=True)]
    proofs = [read_json(line, None, PROOF) for line in parts["proofs.jsonl"].splitlines(keepends=True)]
    places = [row["position"] for row in rows]
    need(rows and places == sorted(set(places)) == [p["position"] for p in proofs], "events and proofs do not fit")
    need({f"events/{p:012d}.json" for p in places} == {n for n in parts if n[:7] == "events/"}, "states do not fit")
    need([r["recorded_at"] for r in rows] == sorted(r["recorded_at"] for r in rows), "recorded times go back")
    naming: list[tuple[str, int]] = []  # what may be enclosed, and where it is named
    for at, row, proof in zip(places, rows, proofs, strict=True):
        entry, names = entry_of(row, parts[f"events/{at:012d}.json"], digest)
        need(entry == from_base64(proof["entry"]), f"position {at}: the entry is not that of the event")
        path = [from_base64(h, 32) for h in proof["proof"]]
        found = root_of(at - 1, size, digest(b"\0" + entry), path, digest)
        need(found == root, f"position {at}: the inclusion proof leads to another root")
        naming += [(name, at) for name in names]
    told.append(f"PROVEN      exact bytes, places and recorded times of {len(rows)} events are under the checkpoint")
    if places[-1] - places[0] == len(places) - 1 > 0:
        told.append(f"PROVEN      nothing of the log is left out from position {places[0]} to {places[-1]}")
    told += check_streams(rows, manifest["complete"])
    erasures = [p for p, row in zip(places, rows, strict=True) if row["topic"] == "county.personal_data_erased"]
    told += [f"PROVEN      position {p} records that the data of a person were erased" for p in erasures]
    named, enclosed = dict(reversed(naming)), {n: p for n, p in parts.items() if isinstance(p, memoryview)}
    wrong = [n for n, p in enclosed.items() if n not in named or sha256(p).hexdigest() != n.partition("/")[2]]
    need(not wrong, f"enclosed, and not what an event names: {', '.join(wrong)}")
    signs = ("NOT PROVEN  not enclosed:", "PROVEN      enclosed, with the right digest:")
    told += [f"{signs[n in enclosed]} {n[:80]!r}, named at position {at}" for n, at in sorted(named.items())]
    told.append("NOT PROVEN  that nothing follows the last shown event of a stream (see the public entries)")
    return [*told, f"NOT PROVEN  the words of manifest and summaries ({words} characters): the events count"]


def main() -> int:
    """Run the check and print what it found."""
    parser = argparse.ArgumentParser(description="留痕证据包的独立检验 independent verifier of Liuhen evidence bundles")
    parser.add_argument("file", type=Path)
    for option in ("--key", "--witness"):
        parser.add_argument(option, action="append", default=[], metavar="VKEY")
    parser.add_argument("--require", type=int, default=0, metavar="N")
    given, code = parser.parse_args(), 2
    try:
        log, witnesses = ([parse_key(k) for k in keys] for keys in (given.key, given.witness))
        need(0 <= given.require <= len({w.name for w in witnesses}), "--require exceeds the witnesses given")
        need(log or not given.witness, "--witness needs --key")
        with given.file.open("rb") as file:
            data, code = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), 1
        print("\n".join(check(data, log, witnesses, given.require)))
        code = 0
    except (*FAULTS, OSError, ImportError) as error:
        code = 2 if isinstance(error, ImportError) else code
        print({1: "REFUSED 不成立:", 2: "could not check 不能检验:"}[code], error)
    return code


if __name__ == "__main__":
    sys.exit(main())
