"""证据包 Evidence bundles: one file that proves, offline, what is in the log about a project, unit, decision or period.

`build` makes one from plain values; `verify` checks one and says in words what was proven and what was not. The form of
the file is in `bundle_file`, every part in docs/verifiable-log.md. verifier/liuhen_verify.py is an independent reader.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise, zip_longest
from typing import Any
from uuid import UUID

from infrastructure.tlog.bundle_file import (
    DOCUMENTS,
    MANIFEST,
    TEXTS,
    BundleFile,
    Content,
    Enclosure,
    Parts,
    bundle_of,
    read_json,
    read_parts,
    write_json,
)
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.cosignature import Policy, SignedCheckpoint, open_under
from infrastructure.tlog.entry import Entry
from infrastructure.tlog.note import Note, NoteError, Verifier
from infrastructure.tlog.proof_file import ProofFile
from infrastructure.tlog.suite import HASH_LENGTH, Suite, SuiteError, suite_named
from infrastructure.tlog.text_forms import FormatError, from_base64, to_base64
from infrastructure.tlog.tiles import ENTRIES, WIDTH, Tile, decode_bundle, tile_reader, tile_width
from infrastructure.tlog.tree import (
    Frontier,
    ProofError,
    consistency_proof,
    left_of,
    verify_consistency,
    verify_inclusion,
)

FORMAT = "liuhen-evidence/v1"
_MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
_HAPPENED_ON = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", re.ASCII)
_MANIFEST_FIELDS = {"complete": list, "format": str, "made_at": str, "made_by": str, "origin": str, "parts": list}
_MANIFEST_FIELDS |= {"subject": dict, "suite": str}
_EVENT_FIELDS = {"kind": str, "position": int, "previous": int, "recorded_at": str, "stream": str, "topic": str}
_EVENT_FIELDS |= {"version": int}
ERASED = "county.personal_data_erased"
"""Topic of the event that records an erasure."""
_SEALED = frozenset({"person", "field", "suite", "nonce", "ciphertext"})
_TEXTS_NAMED = ("rule_set", "scheme")
"""Fields of events whose `digest` is the SHA-256 of a text: of a rule set, of an evaluation scheme."""
_ALWAYS = frozenset(
    {MANIFEST, "checkpoint", "events.jsonl", "keys.json", "proofs.jsonl", "summary.en.txt", "summary.zh.txt"}
)


class Standing(StrEnum):
    """What a statement of a report says about its subject."""

    PROVEN = "PROVEN"
    NOT_PROVEN = "NOT_PROVEN"
    REFUSED = "REFUSED"


@dataclass(frozen=True)
class Statement:
    """One thing that was proven, was not proven, or is false."""

    standing: Standing
    zh: str
    en: str


@dataclass
class Report:
    """What a verification found. `ok`: nothing is false. `trusted`: the reader gave the keys that signatures are of."""

    trusted: bool
    statements: list[Statement] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Was nothing refused?"""
        return bool(self.statements) and all(s.standing is not Standing.REFUSED for s in self.statements)

    def proven(self, zh: str, en: str) -> None:
        """Add what was proven."""
        self.statements.append(Statement(Standing.PROVEN, zh, en))

    def not_proven(self, zh: str, en: str) -> None:
        """Add what was not proven, and how it can be."""
        self.statements.append(Statement(Standing.NOT_PROVEN, zh, en))

    def refused(self, error: Exception) -> None:
        """Add what is false. The message of the error is of the form “中文 / English”."""
        zh, _, en = str(error).partition(" / ")
        self.refuse(zh, en or zh)

    def refuse(self, zh: str, en: str) -> None:
        """Add what is false."""
        self.statements.append(Statement(Standing.REFUSED, zh, en))


@dataclass(frozen=True)
class BundleEvent:
    """An event as it is stored, with the position of its stream's previous event (0: none) and its inclusion proof."""

    position: int
    stream: UUID
    kind: str
    version: int
    topic: str
    recorded_at: datetime
    state: bytes
    previous: int
    proof: tuple[bytes, ...]

    def entry(self, suite: Suite) -> Entry:
        """The entry that the log commits to for this event. Raises FormatError."""
        columns = (self.position, self.stream, self.kind, self.version, self.topic, self.recorded_at)
        return Entry(*columns, _happened_on(self.state), suite.digest(self.state), self.previous)

    def columns(self) -> dict[str, Any]:
        """The line of events.jsonl."""
        return {
            "kind": self.kind,
            "position": self.position,
            "previous": self.previous,
            "recorded_at": _moment(self.recorded_at),
            "stream": str(self.stream),
            "topic": self.topic,
            "version": self.version,
        }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _circumstances(state: bytes) -> dict[str, Any]:
    try:
        found = json.loads(state)["c"]
    except (ValueError, RecursionError, KeyError, TypeError, IndexError):
        found = None
    if not isinstance(found, dict):
        raise FormatError("存储的事件不是JSON信封 / the stored event is no JSON envelope")
    return found


def _happened_on(state: bytes) -> str:
    text = _circumstances(state).get("happened_on")
    if not isinstance(text, str) or not _HAPPENED_ON.fullmatch(text):
        raise FormatError("存储的事件没有happened_on / the stored event has no happened_on")
    return text


def papers_named(state: bytes) -> dict[str, str]:
    """SHA-256 and title of each paper that a stored event names as its evidence. Raises FormatError."""
    papers = _circumstances(state).get("evidence", [])
    if not isinstance(papers, list) or not all(
        isinstance(p, dict) and isinstance(p.get("sha256"), str) for p in papers
    ):
        raise FormatError("存储的事件中材料的写法不对 / the stored event's evidence is not in its form")
    return {p["sha256"]: _printable(p.get("title")) for p in papers}


def texts_named(state: bytes) -> dict[str, str]:
    """SHA-256 and identity of each rule set or evaluation scheme that a stored event was judged or scored by."""
    named = [said for inner in _objects(json.loads(state)) for said in map(inner.get, _TEXTS_NAMED)]
    return {
        said["digest"]: _printable(said.get("id"))
        for said in named
        if isinstance(said, dict) and isinstance(said.get("digest"), str)
    }


def _printable(said: Any) -> str:
    """A text of an event as it may be shown on a terminal."""
    return "".join(c if c.isprintable() else "\ufffd" for c in str(said or "")[:300])


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in some JSON, however deep."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def state_name(position: int) -> str:
    """Name of the part that holds the stored bytes of an event."""
    return f"events/{position:012d}.json"


def build(
    suite: Suite,
    *,
    subject: Mapping[str, str],
    made_at: datetime,
    made_by: str,
    events: Iterable[BundleEvent],
    checkpoint: bytes,
    log_keys: Sequence[Verifier],
    witness_keys: Sequence[Verifier] = (),
    complete: Iterable[UUID] = (),
    summary_zh: str,
    summary_en: str,
    documents: Mapping[str, bytes | Enclosure] | None = None,
    texts: Mapping[str, bytes] | None = None,
) -> BundleFile:
    """The file. `subject` says what it is about (kind, id, title …).

    `complete` names the streams of which every event up to the checkpoint is shown; `checkpoint` is the signed note
    with its cosignatures; `documents` are papers and `texts` those of rule sets and schemes, by SHA-256 in lower-case
    hexadecimal. The same values give the same bytes. Raises FormatError for what does not fit the form; it does not
    check the proofs: `verify` does.
    """
    shown = sorted(events, key=lambda e: e.position)
    parts: dict[str, Content] = {
        "checkpoint": checkpoint,
        "events.jsonl": b"".join(write_json(e.columns()) for e in shown),
        "proofs.jsonl": b"".join(write_json(_proof_line(suite, e)) for e in shown),
        "keys.json": write_json(
            {"log": [str(v) for v in log_keys], "witnesses": [str(v) for v in witness_keys]}, indent=1
        ),
        "summary.zh.txt": summary_zh.encode(),
        "summary.en.txt": summary_en.encode(),
        **{state_name(e.position): e.state for e in shown},
        **{DOCUMENTS + sha256: data for sha256, data in (documents or {}).items()},
        **{TEXTS + sha256: data for sha256, data in (texts or {}).items()},
    }
    manifest = {
        "format": FORMAT,
        "suite": suite.name,
        "origin": Checkpoint.parse(Note.parse(checkpoint).text).origin,
        "subject": dict(subject),
        "made_at": _moment(made_at),
        "made_by": made_by,
        "complete": sorted(str(stream) for stream in complete),
        "parts": _listed(suite, parts),
    }
    return bundle_of({MANIFEST: write_json(manifest, indent=1), **parts})


def _proof_line(suite: Suite, event: BundleEvent) -> dict[str, Any]:
    entry = to_base64(event.entry(suite).encode())
    return {"entry": entry, "position": event.position, "proof": [to_base64(h) for h in event.proof]}


def _listed(suite: Suite, parts: Mapping[str, Content]) -> list[dict[str, Any]]:
    return [_line(suite, name, parts[name]) for name in sorted(parts) if name != MANIFEST]


def _line(suite: Suite, name: str, part: Content) -> dict[str, Any]:
    if isinstance(part, Enclosure):
        digest, size = part.digest, part.size
    else:
        digest, size = suite.digest(part), len(part)
    return {"digest": digest.hex(), "name": name, "size": size}


def _check_listed(suite: Suite, stated: Sequence[Any], parts: Mapping[str, Content]) -> None:
    """Raises FormatError that names the first part that the manifest does not list as it is."""
    for said, found in zip_longest(stated, _listed(suite, parts)):
        if write_json(said) != write_json(found):
            name = found["name"] if found else str(said)[:80]
            raise FormatError(
                f"manifest.json所列与{name}不符：此部分被改动、缺失或多出 / manifest.json does not list {name} as it "
                f"is: that part was altered, is missing, or was added"
            )


Fetch = Callable[[Tile], bytes]
"""Gives the bytes of an entry bundle of the log. Raises FormatError or OSError."""


@dataclass(frozen=True)
class Kept:
    """A checkpoint that the reader kept, whose signature was checked, and what it is called: a file's name."""

    called: str
    checkpoint: Checkpoint


def verify(
    bundle: bytes | mmap.mmap, policy: Policy | None = None, entries: Fetch | None = None, kept: Sequence[Kept] = ()
) -> Report:
    """Check a bundle. Without a policy the keys inside it are used: then the report says that this proves no identity.

    With `entries` the log's public entry bundles are read from the first shown event on, to the checkpoint: so that
    nothing later, and nothing beside, can be left out of the streams that are shown; the log's tiles show that it
    goes on from, or to, a `kept` checkpoint of another size. Never raises for a bad bundle.
    """
    report = Report(trusted=policy is not None)
    try:
        _verify(report, read_parts(bundle), policy, entries, kept)
    except (FormatError, NoteError, ProofError, SuiteError) as error:
        report.refused(error)
    return report


def _verify(
    report: Report,
    read: Parts,
    policy: Policy | None,
    entries: Fetch | None,
    kept: Sequence[Kept],
) -> None:
    parts = read.own
    if missing := _ALWAYS - set(parts):
        raise FormatError(f"证据包缺{min(missing)} / the bundle lacks {min(missing)}")
    manifest = read_json(parts[MANIFEST], MANIFEST, _MANIFEST_FIELDS, indent=1)
    if manifest["format"] != FORMAT:
        raise FormatError(f"格式应为{FORMAT} / the format should be {FORMAT}")
    suite = suite_named(manifest["suite"])
    _check_listed(suite, manifest["parts"], read.all)
    for part in ("summary.zh.txt", "summary.en.txt"):
        try:
            parts[part].decode()
        except UnicodeDecodeError:
            raise FormatError(f"{part}不是UTF-8 / {part} is not UTF-8") from None
    signed = _signed(report, parts, suite, policy)
    if signed.checkpoint.origin != manifest["origin"]:
        raise FormatError("检查点是另一日志的 / the checkpoint is of another log")
    for one in kept:
        _agrees(report, suite, signed.checkpoint, one, entries)
    events = _events(parts, suite)
    for event in events:
        _included(suite, event, signed.checkpoint)
    _ordered(events)
    report.proven(
        f"{len(events)}个事件（位置{events[0].position}至{events[-1].position}）的全部存储字节、位置、流、版本、主题、"
        f"记录时刻都在检查点之内",
        f"the exact stored bytes, position, stream, version, topic and recorded time of {len(events)} events "
        f"(positions {events[0].position} to {events[-1].position}) are under the checkpoint",
    )
    _stretch(report, events)
    streams = _streams(report, events, manifest["complete"])
    _enclosed(report, read, DOCUMENTS, _PAPERS, _first_named(events, papers_named))
    _enclosed(report, read, TEXTS, _RULES, _first_named(events, texts_named))
    _personal(report, events)
    _scan(report, suite, events, streams, signed.checkpoint, manifest["complete"], entries)
    report.facts |= {"events": len(events), "streams": len(streams), "subject": manifest["subject"]}
    report.not_proven(
        "摘要与清单（主题、制作时刻、版本）是制作者的话，以事件为准",
        "summaries and manifest (subject, time, version) are words of whoever made the bundle: the events count",
    )


def _keys(parts: Mapping[str, bytes]) -> tuple[list[str], list[str]]:
    keys = read_json(parts["keys.json"], "keys.json", {"log": list, "witnesses": list}, indent=1)
    if not all(isinstance(key, str) for key in (*keys["log"], *keys["witnesses"])):
        raise FormatError("keys.json应列出公钥文本 / keys.json should list keys as texts")
    return keys["log"], keys["witnesses"]


def _signed(report: Report, parts: Mapping[str, bytes], suite: Suite, policy: Policy | None) -> SignedCheckpoint:
    log, witnesses = _keys(parts)
    if policy is None:
        policy = Policy(tuple(map(Verifier.parse, log)), tuple(map(Verifier.parse, witnesses)))
        report.not_proven(
            "没有给出可信公钥：只用了证据包内的公钥，只说明内容自相一致，不能说明由谁签署；请用--key给出从别处得到的公钥",
            "no trusted key was given: the keys inside the bundle were used, which shows that it is consistent, not "
            "who signed it; give the key, got elsewhere, by --key",
        )
    return _signed_by(report, parts["checkpoint"], suite, policy)


def _signed_by(report: Report, checkpoint: bytes, suite: Suite, policy: Policy) -> SignedCheckpoint:
    signed = open_under(checkpoint, policy)
    if any(v.verifier.kind.suite is not suite for v in signed.log):
        raise FormatError("日志密钥与套件不符 / the log's key is of another suite")
    size = signed.checkpoint.size
    by = "可信公钥" if report.trusted else "包内公钥"
    report.proven(
        f"检查点：日志{signed.checkpoint.origin}，{size}个事件，由{by}签署",
        f"checkpoint: log {signed.checkpoint.origin} of {size} events, signed by "
        f"{'a key you trust' if report.trusted else 'a key of the bundle'}",
    )
    report.facts |= {"origin": signed.checkpoint.origin, "size": size, "root": signed.checkpoint.root.hex()}
    report.facts |= {"suite": suite.name, "witnesses": list(signed.witnesses)}
    if signed.cosigned:
        told = {v.verifier.name: _second(v.time) for v in signed.cosigned}
        report.proven(
            f"附署的见证（要求{policy.require}个）：" + "、".join(f"{w}（{t}）" for w, t in told.items()),
            f"cosigned by witnesses ({policy.require} required): " + ", ".join(f"{w} ({t})" for w, t in told.items()),
        )
    elif others := len({s.name for s in signed.note.signatures} - {signed.checkpoint.origin}):
        report.not_proven(
            f"所给公钥的见证都没有附署（另有{others}个签名，公钥未给出，不算）：运行者可能向他人出示另一部历史",
            f"no witness whose key was given has cosigned ({others} signatures of other keys do not count): the "
            "operator might show others another history",
        )
    else:
        report.not_proven(
            "没有见证附署：运行者可能向他人出示另一部历史",
            "no witness has cosigned: the operator might show others another history",
        )
    return signed


def _agrees(report: Report, suite: Suite, checkpoint: Checkpoint, kept: Kept, fetch: Fetch | None) -> None:
    """Is the bundle's checkpoint of the history of the one that the reader kept? Raises ProofError when it is not."""
    older, newer = sorted((kept.checkpoint, checkpoint), key=lambda c: c.size)
    if older.origin != newer.origin:
        report.not_proven(
            f"与自留的检查点{kept.called}一致：它是另一日志{kept.checkpoint.origin}的",
            f"agreement with the checkpoint that you kept, {kept.called}: it is of the log {kept.checkpoint.origin}",
        )
    elif older.size == newer.size and older.root != newer.root:
        raise ProofError(
            f"大小{older.size}有两个签署的根：包内的与自留的{kept.called}不同，历史被改写；请妥存两个文件 / two roots "
            f"are signed for size {older.size}, the bundle's and that of {kept.called}, which you kept: history was "
            f"rewritten; keep both files"
        )
    elif older.size == newer.size or _continues(suite, older, newer, fetch, kept.called):
        report.proven(
            f"与自留的检查点{kept.called}（{kept.checkpoint.size}个事件）是同一部历史",
            f"the same history as the checkpoint that you kept, {kept.called} ({kept.checkpoint.size} events)",
        )
    else:
        report.not_proven(
            f"与自留的检查点{kept.called}（{kept.checkpoint.size}个事件）一致：大小不同，需要--entries",
            f"agreement with the checkpoint that you kept, {kept.called} ({kept.checkpoint.size} events): its size is "
            f"another one; give --entries",
        )


def _continues(suite: Suite, older: Checkpoint, newer: Checkpoint, fetch: Fetch | None, called: str) -> bool:
    """Does the newer tree begin with the older? False when nobody gives its tiles. Raises ProofError if it does not."""
    if fetch is None:
        return False

    def tiles(wanted: Sequence[Tile]) -> dict[Tile, bytes]:
        return {tile: fetch(tile)[: tile.width * HASH_LENGTH] for tile in wanted}

    try:
        proof = consistency_proof(suite, older.size, newer.size, tile_reader(suite, newer.size, tiles))
        verify_consistency(suite, older.size, newer.size, proof, older.root, newer.root)
    except (ProofError, ValueError, FileNotFoundError) as error:
        raise ProofError(
            f"{newer.size}个事件的树不是由{older.size}个事件的那棵续成的（自留的{called}）：历史被改写或截短；请妥存两个文件"
            f" / the tree of {newer.size} events does not begin with that of {older.size} (kept: {called}): history "
            f"was rewritten or cut short; keep both files"
        ) from error
    return True


def _second(time: int) -> str:
    """A time of a cosignature, which may be any figure."""
    try:
        return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return f"{time} s"


def _lines(parts: Mapping[str, bytes], name: str, fields: Mapping[str, type]) -> list[dict[str, Any]]:
    lines = parts[name].splitlines(keepends=True)
    return [read_json(line, f"{name}:{number}", fields) for number, line in enumerate(lines, 1)]


def _events(parts: Mapping[str, bytes], suite: Suite) -> list[BundleEvent]:
    """The events, each with the entry recomputed and found to be the one that is proven. Raises FormatError."""
    rows = _lines(parts, "events.jsonl", _EVENT_FIELDS)
    proofs = _lines(parts, "proofs.jsonl", {"entry": str, "position": int, "proof": list})
    positions = [row["position"] for row in rows]
    if not rows or positions != sorted(set(positions)) or positions != [proof["position"] for proof in proofs]:
        raise FormatError(
            "事件与证明应按位置一一对应 / events and proofs should stand in order of position, one to one"
        )
    if {state_name(position) for position in positions} != {name for name in parts if name.startswith("events/")}:
        raise FormatError("事件的存储字节与events.jsonl不符 / the stored bytes do not fit events.jsonl")
    return [_event(row, proof, parts, suite) for row, proof in zip(rows, proofs, strict=True)]


def _event(row: dict[str, Any], proof: dict[str, Any], parts: Mapping[str, bytes], suite: Suite) -> BundleEvent:
    what = f"位置{row['position']} position {row['position']}"
    try:
        recorded_at = datetime.strptime(row["recorded_at"], _MOMENT).replace(tzinfo=UTC)
        stream = UUID(row["stream"])
    except ValueError:
        raise FormatError(f"{what}：时刻或流的写法不对 / {what}: time or stream is not in its form") from None
    hashes = tuple(from_base64(h if isinstance(h, str) else "", f"{what} proof", HASH_LENGTH) for h in proof["proof"])
    state = parts[state_name(row["position"])]
    columns = (row["position"], stream, row["kind"], row["version"], row["topic"], recorded_at)
    event = BundleEvent(*columns, state, row["previous"], hashes)
    if event.columns() != row:
        raise FormatError(f"{what}：时刻或流的写法不对 / {what}: time or stream is not in its form")
    if event.entry(suite).encode() != from_base64(proof["entry"], f"{what} entry"):
        raise FormatError(
            f"{what}：由事件重算的条目与所证的不同 / {what}: the entry of the event is not the one proven"
        )
    return event


def _included(suite: Suite, event: BundleEvent, checkpoint: Checkpoint) -> None:
    leaf_hash = suite.leaf_hash(event.entry(suite).encode())
    try:
        verify_inclusion(suite, event.position - 1, checkpoint.size, leaf_hash, event.proof, checkpoint.root)
    except ProofError as error:
        what = f"位置{event.position} position {event.position}"
        zh, _, en = str(error).partition(" / ")
        raise ProofError(f"{what}：{zh} / {what}: {en}") from error


def _ordered(events: Sequence[BundleEvent]) -> None:
    for before, after in pairwise(events):
        if after.recorded_at < before.recorded_at:
            raise ProofError(
                f"位置{after.position}的记录时刻早于位置{before.position} / "
                f"position {after.position} was recorded before position {before.position}"
            )


def _stretch(report: Report, events: Sequence[BundleEvent]) -> None:
    """Positions without a gap are a whole stretch of the log: every one of them is proven to be that event's."""
    first, last = events[0].position, events[-1].position
    if last - first == len(events) - 1 > 0:
        report.proven(
            f"位置{first}至{last}连续，日志的这一段没有遗漏",
            f"positions {first} to {last} have no gap: nothing of this stretch of the log is left out",
        )


def _streams(report: Report, events: Sequence[BundleEvent], claimed: Sequence[Any]) -> dict[UUID, list[BundleEvent]]:
    """Each stream's events; what is proven of their completeness is told. Raises FormatError, ProofError."""
    streams: dict[UUID, list[BundleEvent]] = {}
    for event in events:
        streams.setdefault(event.stream, []).append(event)
    for shown in streams.values():
        _linked(shown)
    whole = {str(stream) for stream, shown in streams.items() if _from_the_first(shown)}
    if not all(isinstance(stream, str) for stream in claimed) or not set(claimed) <= whole:
        raise ProofError("清单称完整的流缺事件 / a stream that the manifest calls complete lacks events")
    if list(claimed) != sorted(set(claimed)):
        raise FormatError("清单中的流应有序而不重复 / the manifest's streams should be in order, each once")
    for stream, shown in streams.items():
        kind, last = shown[0].kind, shown[-1]
        if str(stream) in whole:
            report.proven(
                f"{kind} {stream}：从第1版到第{last.version}版，每一事件指明前一事件的位置，其间没有遗漏",
                f"{kind} {stream}: from version 1 to {last.version} each event names its predecessor's position: "
                f"nothing between is left out",
            )
        else:
            report.not_proven(
                f"{kind} {stream}：只出示了{len(shown)}个事件，不是全部",
                f"{kind} {stream}: {len(shown)} events are shown, not all",
            )
    return streams


def _from_the_first(shown: Sequence[BundleEvent]) -> bool:
    return [event.version for event in shown] == list(range(1, len(shown) + 1))


def _linked(shown: Sequence[BundleEvent]) -> None:
    """Versions rise with the positions, and each event names the place of the one before it. Raises ProofError."""
    before: BundleEvent | None = None
    for event in shown:
        if event.kind != shown[0].kind:
            raise ProofError(f"流{event.stream}的种类前后不同 / the stream {event.stream} has two kinds")
        if event.version == 1:
            good = event.previous == 0 and before is None
        elif before is None:
            good = event.version > 1 and 0 < event.previous < event.position
        elif event.version == before.version + 1:
            good = event.previous == before.position
        else:
            good = event.version > before.version and before.position < event.previous < event.position
        if not good:
            raise ProofError(
                f"位置{event.position}：版本或所指的前一事件不对 / position {event.position}: its version or "
                f"predecessor is wrong"
            )
        before = event


@dataclass(frozen=True)
class _Kind:
    """What a kind of enclosure is called, and what is said of one that is not enclosed."""

    called: str
    zh: str
    en: str
    lacking_zh: str
    lacking_en: str


_PAPERS = _Kind("documents", "材料", "papers", "拿到原件后可核对SHA-256", "compare their SHA-256 with the papers")
_RULES = _Kind(
    "texts",
    "判断所依据的规则集或评价方案文本",
    "texts of rule sets or evaluation schemes",
    "所适用的条款在各项判断中已全文引用",
    "the clauses that were applied stand in full in the judgements",
)


def _first_named(
    events: Sequence[BundleEvent], named: Callable[[bytes], Mapping[str, str]]
) -> dict[str, tuple[str, int]]:
    """What events name, by SHA-256: how the first of them calls it, and that event's position."""
    first: dict[str, tuple[str, int]] = {}
    for event in events:
        for sha256, title in named(event.state).items():
            first.setdefault(sha256, (title, event.position))
    return first


def _enclosed(report: Report, parts: Parts, folder: str, kind: _Kind, named: Mapping[str, tuple[str, int]]) -> None:
    """Each enclosure against the digest in the event: which are there, which are lacking, which do not match."""
    found = {name.removeprefix(folder): part for name, part in parts.enclosed.items() if name.startswith(folder)}
    states = {sha256: "enclosed" if sha256 in found else "lacking" for sha256 in named}
    for sha256, part in found.items():
        if sha256 not in named:
            states[sha256] = "unnamed"
            report.refuse(
                f"所附{kind.zh}{sha256}：包内没有事件指明它", f"{kind.en}: no event of the bundle names {sha256}"
            )
        elif (really := hashlib.sha256(part).hexdigest()) != sha256:
            states[sha256] = "altered"
            title, position = named[sha256]
            report.refuse(
                f"所附{kind.zh}《{title}》与位置{position}的事件所指不符：应为{sha256}，实为{really}",
                f"{kind.en}: “{title}” is not what the event at position {position} names: SHA-256 {really} instead of "
                f"{sha256}",
            )

    def told(state: str) -> str:
        return "; ".join(f"《{t}》{_printable(s)} @{p}" for s, (t, p) in named.items() if states[s] == state)

    enclosed, lacking = (sum(state == one for state in states.values()) for one in ("enclosed", "lacking"))
    if enclosed:
        report.proven(
            f"所附{enclosed}份{kind.zh}与事件所指的摘要一致（@为事件位置）：{told('enclosed')}",
            f"the {enclosed} enclosed {kind.en} have the digests that events name (@: the event's position): "
            f"{told('enclosed')}",
        )
    if lacking:
        report.not_proven(
            f"事件指明摘要的{lacking}份{kind.zh}不在包内，{kind.lacking_zh}：{told('lacking')}",
            f"{lacking} {kind.en} are named by digest and not enclosed, {kind.lacking_en}: {told('lacking')}",
        )
    report.facts[kind.called] = [
        {"sha256": s, "state": state, **({"title": named[s][0], "position": named[s][1]} if s in named else {})}
        for s, state in states.items()
    ]


def _sealed_persons(value: Any) -> Iterator[str]:
    """Persons whose sealed data stand in the JSON of an event, however deep."""
    for found in _objects(value):
        if found.keys() == _SEALED and isinstance(found["person"], str):
            yield found["person"]


def _personal(report: Report, events: Sequence[BundleEvent]) -> None:
    """What is said of persons: the ciphertext is what was recorded, and whose data were erased."""
    said = [(event, json.loads(event.state).get("e")) for event in events]
    sealed = {person for _, told in said for person in _sealed_persons(told)}
    erased = {
        told["person"]: event.position
        for event, told in said
        if event.topic == ERASED and isinstance(told, dict) and isinstance(told.get("person"), str)
    }
    report.facts |= {"persons_sealed": len(sealed), "persons_erased": len(erased)}
    for person, position in erased.items():
        report.proven(
            f"人员{person}的个人信息已删除，记录在位置{position}；此前的事件及其密文一个字节也未变",
            f"the data of person {person} were erased, as position {position} records; no byte of the events before "
            f"and their ciphertext changed",
        )
    if sealed:
        report.not_proven(
            f"{len(sealed)}人的个人信息的内容：包内只有密文（已删除者的密钥是否已销毁，任何文件都不能证明）",
            f"what the personal data of {len(sealed)} persons say: only ciphertext is in here (that the key of one who "
            f"was erased is destroyed no file can prove)",
        )


def _scan(
    report: Report,
    suite: Suite,
    events: Sequence[BundleEvent],
    streams: Mapping[UUID, Sequence[BundleEvent]],
    checkpoint: Checkpoint,
    claimed: Sequence[str],
    fetch: Fetch | None,
) -> None:
    """Read every public entry from the first shown event to the checkpoint. Raises FormatError, ProofError."""
    if fetch is None:
        report.not_proven(
            "最后所示事件之后、检查点之前，这些流有没有更多事件：需要--entries读取公开的条目",
            "whether these streams have more events after the last shown one, up to the checkpoint: give --entries to "
            "read the public entries",
        )
        return
    first = events[0].position - 1
    frontier = Frontier(suite, first, left_of(first, checkpoint.size, events[0].proof))
    shown = {event.position for event in events}
    lasts = {stream: seen[-1].position for stream, seen in streams.items() if _from_the_first(seen)}
    later: dict[UUID, int] = {}
    for number in range(first // WIDTH, -(-checkpoint.size // WIDTH)):
        width = tile_width(0, number, checkpoint.size)
        found = decode_bundle(fetch(Tile(ENTRIES, number, width)))[:width]
        if len(found) != width:
            raise FormatError(f"条目包{number}不全 / the entry bundle {number} is not whole")
        found = found[max(0, first - number * WIDTH) :]
        for encoded in found:
            entry = Entry.decode(encoded)
            if entry.stream not in lasts or entry.position in shown:
                continue
            if str(entry.stream) in claimed or entry.position < lasts[entry.stream]:
                raise ProofError(
                    f"位置{entry.position}：流{entry.stream}的这一事件没有出示 / "
                    f"position {entry.position}: this event of the stream {entry.stream} was left out"
                )
            later[entry.stream] = later.get(entry.stream, 0) + 1
        frontier.extend(suite.leaf_hashes(found))
    if frontier.root() != checkpoint.root:
        raise ProofError("公开的条目与检查点不符 / the public entries do not lead to the checkpoint's root")
    count = checkpoint.size - first
    report.proven(
        f"从位置{first + 1}到检查点的{count}个条目已全部重算：从第1版起出示的流，除下列以外再没有别的事件",
        f"all {count} entries from position {first + 1} to the checkpoint were recomputed: the streams shown from "
        f"version 1 have no other event, but for those named below",
    )
    for stream, more in later.items():
        report.not_proven(
            f"流{stream}：最后所示事件之后还有{more}个事件", f"stream {stream}: {more} events follow the last shown one"
        )


def verify_proof_file(data: bytes, policy: Policy) -> Report:
    """Check a single proof (a receipt): its `extra` is the entry. Never raises for a bad file."""
    report = Report(trusted=True)
    try:
        _verify_proof(report, ProofFile.parse(data), policy)
    except (FormatError, NoteError, ProofError, SuiteError) as error:
        report.refused(error)
    return report


def _verify_proof(report: Report, proof: ProofFile, policy: Policy) -> None:
    suite = policy.log[0].kind.suite
    if proof.extra is None:
        raise FormatError("证明文件没有附条目（extra行） / the proof file encloses no entry (line extra)")
    entry = Entry.decode(proof.extra)
    checkpoint = _signed_by(report, proof.checkpoint, suite, policy).checkpoint
    if entry.position != proof.index + 1:
        raise ProofError("条目的位置与index不符 / the entry's position does not fit the index")
    leaf_hash = suite.leaf_hash(proof.extra)
    verify_inclusion(suite, proof.index, checkpoint.size, leaf_hash, proof.hashes, checkpoint.root)
    moment = _moment(entry.recorded_at)
    report.proven(
        f"位置{entry.position}的条目在检查点之内：{entry.topic}，{entry.kind} {entry.stream}第{entry.version}版，"
        f"记录于{moment}，发生于{entry.happened_on}",
        f"the entry at position {entry.position} is under the checkpoint: {entry.topic}, {entry.kind} {entry.stream} "
        f"version {entry.version}, recorded at {moment}, happened on {entry.happened_on}",
    )
    report.not_proven(
        f"事件的内容：其存储字节的摘要应为{entry.digest.hex()}",
        f"the content of the event: its stored bytes should have the digest {entry.digest.hex()}",
    )
    report.facts |= {"position": entry.position, "topic": entry.topic, "stream": str(entry.stream)}
