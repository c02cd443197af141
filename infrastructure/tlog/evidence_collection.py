"""收集证据 Fills evidence bundles and receipts from the record, all under one signed checkpoint.

Stored bytes go into a bundle exactly as they are: what is sealed stays sealed, of classified projects there are
placeholders only. The summary is words about the events and says so.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.metadata import version
from typing import Any
from uuid import UUID

import psycopg

from domain.correction import FactCorrected
from domain.dates import civil_day
from domain.event import Event
from domain.evolve import fold
from domain.personal import persons_of
from domain.project import Project, Stage
from domain.recorded import Recorded
from domain.rule import Effect, Judgement
from domain.steps.personal import PersonalDataErased
from domain.streams import StreamKind
from domain.system import GovSystem
from domain.texts import Text
from domain.unit import Unit
from infrastructure.bootstrap import Liuhen
from infrastructure.store.mapper import recorded_history
from infrastructure.tlog.bundle_file import MOST_PARTS, BundleFile
from infrastructure.tlog.enclosing import Enclosed, enclosed
from infrastructure.tlog.entry import Entry
from infrastructure.tlog.evidence import BundleEvent, build, texts_named
from infrastructure.tlog.operator_key import operator_verifiers
from infrastructure.tlog.proof_file import ProofFile
from infrastructure.tlog.store import SignedCheckpoint
from infrastructure.tlog.text_forms import FormatError
from projections.timeline.sentences import ROLE, sentence

_STREAM = (
    "SELECT position, stream_kind, stream_version, topic, recorded_at, state FROM liuhen.events"
    " WHERE log_id = %s AND stream_id = %s ORDER BY stream_version"
)
_STREAM_OF = "SELECT stream_id, stream_kind FROM liuhen.events WHERE log_id = %s AND position = %s"
_POSITION_OF = "SELECT position FROM liuhen.events WHERE log_id = %s AND stream_id = %s AND stream_version = %s"
_ROWS = (
    "SELECT e.position, e.stream_id, e.stream_kind, e.stream_version, e.topic, e.recorded_at, e.state,"
    " coalesce(p.position, 0) FROM liuhen.events e LEFT JOIN liuhen.events p ON p.log_id = e.log_id"
    " AND p.stream_id = e.stream_id AND p.stream_version = e.stream_version - 1"
    " WHERE e.log_id = %s AND e.position > %s AND e.position <= %s"
)
_STRETCH = f"{_ROWS} ORDER BY e.position"
_ERASURES = f"{_ROWS} AND e.topic = '{PersonalDataErased.TOPIC}' ORDER BY e.position"
_RECORDED_AT = "SELECT recorded_at FROM liuhen.events WHERE log_id = %s AND position = %s"

STAGES = {
    Stage.UNKNOWN: Text(zh="尚无记录", en="nothing recorded yet"),
    Stage.FOUND_UNFILED: Text(zh="发现未备案", en="found without filing"),
    Stage.FILING_REFUSED: Text(zh="备案被拒", en="filing refused"),
    Stage.HISTORICAL: Text(zh="历史项目", en="historical project"),
    Stage.FILED: Text(zh="已备案", en="filed"),
    Stage.SHARING_DECLARED: Text(zh="已申报共享", en="sharing declared"),
    Stage.APPROVED: Text(zh="已审批", en="approved"),
    Stage.ACCEPTED: Text(zh="已验收", en="accepted"),
    Stage.IN_OPERATION: Text(zh="运行中", en="in operation"),
}
_EFFECTS = {
    Effect.BLOCKS: Text(zh="阻止", en="blocks"),
    Effect.YIELDS: Text(zh="依例外放行", en="yields to an exception"),
    Effect.NOTES: Text(zh="提示", en="notes"),
}


_KINDS = {
    StreamKind.PROJECT: Text(zh="项目", en="project"),
    StreamKind.SYSTEM: Text(zh="系统", en="system"),
    StreamKind.UNIT: Text(zh="单位", en="unit"),
    StreamKind.REGISTER: Text(zh="备案登记", en="filing register"),
    StreamKind.COUNTY: Text(zh="全县", en="county"),
    StreamKind.EVALUATOR: Text(zh="评价机构", en="evaluator"),
    StreamKind.GUIDANCE_FUND: Text(zh="引导基金", en="guidance fund"),
    StreamKind.ACCOUNTS: Text(zh="账户", en="accounts"),
}


class NothingToShowError(Exception):
    """No event is recorded under that identity or position, or none of the period. The text says which."""


class NotSignedYetError(Exception):
    """It is recorded; no signed checkpoint covers it yet."""


@dataclass(frozen=True)
class Period:
    """Days of happening, both included; None is open. An event belongs to it when it may have happened then."""

    since: date | None = None
    until: date | None = None

    @property
    def whole(self) -> bool:
        """Is it no limit at all?"""
        return self.since is None and self.until is None

    def holds(self, recorded: Recorded) -> bool:
        """May the event have happened in it?"""
        day = recorded.happened_on
        return (self.since is None or day.latest >= self.since) and (self.until is None or day.earliest <= self.until)


ALWAYS = Period()


@dataclass(frozen=True)
class Recording:
    """A period of recorded days (Asia/Shanghai), both included, and how many of its events the reader may not see."""

    since: date
    until: date
    left_out: int


@dataclass(frozen=True)
class _Row:
    recorded: Recorded
    topic: str
    state: bytes
    previous: int


@dataclass
class _Stream:
    """A stream as it is stored: what the checkpoint covers, and how many events wait for the next one."""

    kind: StreamKind
    id: UUID
    rows: list[_Row]
    waiting: int
    shown: list[_Row] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Is all of it shown that the checkpoint covers?"""
        return len(self.shown) == len(self.rows)

    @property
    def history(self) -> list[Recorded]:
        """The events under the checkpoint, as far as they were read from the beginning."""
        known = self.rows or (self.shown if self.shown and self.shown[0].recorded.stream.version == 1 else ())
        return [row.recorded for row in known]


def stream_at(log: Liuhen, position: int) -> tuple[StreamKind, UUID]:
    """The stream of the event at a position. Raises NothingToShowError."""
    with log.pool.connection() as conn:
        row = conn.execute(_STREAM_OF.encode(), (log.tree.log_id, position)).fetchone()
    if row is None:
        raise NothingToShowError(f"没有位置{position}的事件 / there is no event at position {position}")
    return StreamKind(row[1]), row[0]


def position_of(log: Liuhen, stream: UUID, at: int) -> int:
    """The position of an event that is named by its stream and its version there. Raises NothingToShowError."""
    with log.pool.connection() as conn:
        row = conn.execute(_POSITION_OF.encode(), (log.tree.log_id, stream, at)).fetchone()
    if row is None:
        raise NothingToShowError(f"流{stream}没有第{at}版 / the stream {stream} has no version {at}")
    return int(row[0])


def receipt(log: Liuhen, position: int) -> bytes:
    """回执 The proof file of one event under the last checkpoint, with its entry.

    Raises NothingToShowError for a position without an event, NotSignedYetError, NoTreeError.
    """
    kind, identity = stream_at(log, position)
    checkpoint = _checkpoint(log, position)
    row = next(r for r in _read(log, kind, identity, checkpoint).rows if r.recorded.position == position)
    suite = log.tree.tree().suite
    entry = Entry.of_event(
        suite,
        position=position,
        stream=identity,
        kind=kind,
        version=row.recorded.stream.version,
        topic=row.topic,
        recorded_at=row.recorded.recorded_at,
        state=row.state,
        previous=row.previous,
    )
    hashes = log.tree.inclusion(position, checkpoint.size).hashes
    return ProofFile(position - 1, tuple(hashes), checkpoint.published.encode(), entry.encode()).encode()


def stream_evidence(
    log: Liuhen,
    kind: StreamKind,
    identity: UUID,
    period: Period = ALWAYS,
    *,
    grounds: bool = True,
    hidden: Callable[[StreamKind, UUID], bool] = lambda _kind, _identity: False,
    papers: bool = False,
) -> BundleFile:
    """证据包 The bundle of a project, system or unit up to the last checkpoint.

    With `grounds`, a project's also holds the streams of its systems and of the units that it rests on, but those that
    are `hidden` from the reader. Where it holds data of persons, their erasures are in it, too. With `papers`, what
    events name by digest is enclosed as far as that may be done (`enclosing`). Raises NothingToShowError,
    NotSignedYetError, NoTreeError, FormatError for a bundle that would be too large, DocumentStoreError.
    """
    checkpoint = _newest(log)
    streams = [_read(log, kind, identity, checkpoint)]
    named = _rested_on(streams[0].history) if grounds and kind is StreamKind.PROJECT else []
    shown_to = [other for other in named if not hidden(*other)]
    streams += [_read(log, *other, checkpoint) for other in shown_to]
    for stream in streams:
        stream.shown = [row for row in stream.rows if period.holds(row.recorded)]
    if not any(stream.shown for stream in streams):
        raise NothingToShowError("此期间没有事件 / no event happened in that period")
    about = {"kind": str(kind), "id": str(identity)}
    return _bundle(log, checkpoint, streams, period, about, left_out=len(named) - len(shown_to), papers=papers)


def decision_evidence(log: Liuhen, position: int, *, papers: bool = False) -> BundleFile:
    """证据包 The bundle of one event, as `stream_evidence` makes one of many. Raises what it raises."""
    kind, identity = stream_at(log, position)
    checkpoint = _checkpoint(log, position)
    stream = _read(log, kind, identity, checkpoint)
    stream.shown = [row for row in stream.rows if row.recorded.position == position]
    return _bundle(log, checkpoint, [stream], ALWAYS, {"kind": "decision", "id": str(position)}, papers=papers)


def period_evidence(
    log: Liuhen,
    since: date,
    until: date,
    *,
    hidden: Callable[[StreamKind, UUID], bool] = lambda _kind, _identity: False,
    papers: bool = False,
) -> BundleFile:
    """证据包 The bundle of everything that was recorded from one day to another (Asia/Shanghai), both included.

    By recorded time, so that it is one stretch of the log, of which it can be seen that nothing is left out; but
    events of streams that are `hidden` from the reader are. What is not signed yet is not of it. Raises what
    `stream_evidence` raises.
    """
    checkpoint = _newest(log)
    with log.pool.connection() as conn:
        before = _recorded_before(conn, log.tree.log_id, checkpoint.size, since)
        upto = _recorded_before(conn, log.tree.log_id, checkpoint.size, until, included=True)
        if upto - before > MOST_PARTS:
            raise FormatError(
                f"此期间的事件有{upto - before}个，多于{MOST_PARTS}：请分期导出 / {upto - before} events were recorded "
                f"in that period, more than {MOST_PARTS}: export shorter ones"
            )
        stored = conn.execute(_STRETCH.encode(), (log.tree.log_id, before, upto), binary=True).fetchall()
    shown_to = lru_cache(maxsize=None)(lambda kind, stream: not hidden(kind, stream))
    streams: dict[UUID, _Stream] = {}
    left_out = 0
    for row in map(_row, stored):
        at = row.recorded.stream
        if not shown_to(at.kind, at.id):
            left_out += 1
            continue
        streams.setdefault(at.id, _Stream(at.kind, at.id, [], 0)).shown.append(row)
    if not streams:
        raise NothingToShowError("此期间没有事件 / nothing was recorded in that period")
    days = {"kind": "period", "from": str(since), "until": str(until)}
    recording = Recording(since, until, left_out)
    return _bundle(log, checkpoint, list(streams.values()), ALWAYS, days, recording, papers=papers)


def _recorded_before(
    conn: psycopg.Connection[Any], log_id: int, size: int, day: date, *, included: bool = False
) -> int:
    """How many of the first events were recorded before a day, or by its end: recorded times never go back."""

    def recorded_on(index: int) -> date:
        row = conn.execute(_RECORDED_AT.encode(), (log_id, index + 1), prepare=True).fetchone()
        if row is None:
            raise NothingToShowError(f"没有位置{index + 1}的事件 / there is no event at position {index + 1}")
        return civil_day(row[0])

    return (bisect_right if included else bisect_left)(range(size), day, key=recorded_on)


def _newest(log: Liuhen) -> SignedCheckpoint:
    """The newest checkpoint that as many witnesses have cosigned as the settings require.

    Raises NoTreeError, NotSignedYetError while there is none.
    """
    keys = [key for each in log.settings.known_witnesses for key in each.verifiers]
    found = log.tree.witnessed(keys, log.settings.witnesses_required)
    if found is None:
        raise NotSignedYetError(
            "尚无足够见证附署的检查点 / no checkpoint has been cosigned by as many witnesses as are required yet"
        )
    return found


_NOT_YET = (
    "已记录，尚未进入签署（并附署）的检查点 / it is recorded and not under a signed (and cosigned) checkpoint yet"
)


def _checkpoint(log: Liuhen, position: int) -> SignedCheckpoint:
    checkpoint = _newest(log)
    if checkpoint.size < position:
        raise NotSignedYetError(
            f"位置{position}的事件已记录，尚未进入签署（并附署）的检查点 / the event at position {position} is "
            f"recorded and not under a signed (and cosigned) checkpoint yet"
        )
    return checkpoint


def _read(log: Liuhen, kind: StreamKind, identity: UUID, checkpoint: SignedCheckpoint) -> _Stream:
    """A stream from the database. Raises NothingToShowError, NotSignedYetError when nothing of it is signed."""
    with log.pool.connection() as conn:
        stored = conn.execute(_STREAM.encode(), (log.tree.log_id, identity), binary=True).fetchall()
    stored = [row for row in stored if row[1] == kind]
    if not stored:
        raise NothingToShowError("没有此标识的记录 / nothing is recorded under that identity")
    recorded = recorded_history(kind, identity, [(r[2], r[0], r[4], r[3], bytes(r[5])) for r in stored])
    previous = [0, *(row[0] for row in stored)]
    rows = [_Row(e, r[3], bytes(r[5]), p) for e, r, p in zip(recorded, stored, previous, strict=False)]
    signed = [row for row in rows if row.recorded.position <= checkpoint.size]
    if not signed:
        raise NotSignedYetError(_NOT_YET)
    return _Stream(kind, identity, signed, len(rows) - len(signed))


def _row(stored: Sequence[Any]) -> _Row:
    """One row of `_ROWS`."""
    position, identity, kind, at, topic, recorded_at, state, previous = stored
    (recorded,) = recorded_history(StreamKind(kind), identity, [(at, position, recorded_at, topic, bytes(state))])
    return _Row(recorded, topic, bytes(state), previous)


def _erasures(log: Liuhen, checkpoint: SignedCheckpoint, persons: set[UUID]) -> list[_Row]:
    """The events under the checkpoint that record the erasure of these persons' data."""
    if not persons:
        return []
    with log.pool.connection() as conn:
        stored = conn.execute(_ERASURES.encode(), (log.tree.log_id, 0, checkpoint.size), binary=True).fetchall()
    return [row for row in map(_row, stored) if getattr(row.recorded.event, "person", None) in persons]


def _rested_on(history: Sequence[Recorded]) -> list[tuple[StreamKind, UUID]]:
    """The systems of a project, and the systems and units that its decisions read."""
    project = fold(Project(id=history[0].stream.id), history)
    named = [(StreamKind.SYSTEM, system) for system in project.systems]
    named += [
        (at.kind, at.id)
        for entry in history
        for at in entry.circumstances.based_on
        if at.kind in {StreamKind.SYSTEM, StreamKind.UNIT} and at.version > 0
    ]
    return sorted(set(named))


def _bundle(
    log: Liuhen,
    checkpoint: SignedCheckpoint,
    streams: Sequence[_Stream],
    period: Period,
    about: dict[str, str],
    recording: Recording | None = None,
    *,
    left_out: int = 0,
    papers: bool = False,
) -> BundleFile:
    tree = log.tree.tree()
    suite = tree.suite
    shown = {row.recorded.position: row for s in streams for row in s.shown}
    persons = {person for row in shown.values() for person in persons_of(row.recorded.event)}
    erasures = _erasures(log, checkpoint, persons)
    if recording is None:  # beside a stretch of the log they would break it
        shown |= {row.recorded.position: row for row in erasures}
    rows = [shown[position] for position in sorted(shown)]
    proofs = log.tree.inclusions(sorted(shown), checkpoint.size)
    events = [
        BundleEvent(
            position=row.recorded.position,
            stream=row.recorded.stream.id,
            kind=row.recorded.stream.kind,
            version=row.recorded.stream.version,
            topic=row.topic,
            recorded_at=row.recorded.recorded_at.astimezone(UTC),
            state=row.state,
            previous=row.previous,
            proof=tuple(proof),
        )
        for row, proof in zip(rows, proofs, strict=True)
    ]
    told = [row.recorded for row in rows]
    title = _title(streams[0]) if recording is None else f"{recording.since} – {recording.until}"
    named = dict.fromkeys(text for row in rows for text in texts_named(row.state))
    enclosing = enclosed(log.desk, log.papers, suite, told, named) if papers else None
    erased = [row.recorded for row in erasures]
    summary = _Summary(
        streams, period, checkpoint, told, recording, title, persons, erased, left_out, enclosing, len(named)
    )
    return build(
        suite,
        subject={**about, "title": title},
        made_at=datetime.now(UTC),
        made_by=f"liuhen {version('liuhen')}",
        events=events,
        checkpoint=checkpoint.published.encode(),
        log_keys=operator_verifiers(log.settings.data_dir, log.tree.log_id, tree.origin),
        witness_keys=[key for each in log.settings.known_witnesses for key in each.verifiers],
        complete=[s.id for s in streams if s.whole],
        summary_zh="\n".join(_summary_zh(summary)) + "\n",
        summary_en="\n".join(_summary_en(summary)) + "\n",
        documents=enclosing.documents if enclosing else None,
        texts=enclosing.texts if enclosing else None,
    )


def _title(stream: _Stream) -> str:
    return _name(stream) or f"{stream.kind} {stream.id}"


def _name(stream: _Stream) -> str | None:
    """What the stream's subject is called, where its events say so."""
    state: Any = None
    if stream.kind is StreamKind.PROJECT:
        state = fold(Project(id=stream.id), stream.history).filing
    elif stream.kind is StreamKind.SYSTEM:
        state = fold(GovSystem(id=stream.id), stream.history)
    elif stream.kind is StreamKind.UNIT:
        state = fold(Unit(id=stream.id, uscc=""), stream.history)
    return (state and state.name) or None


@dataclass(frozen=True)
class _Summary:
    """What the summaries tell of."""

    streams: Sequence[_Stream]
    period: Period
    checkpoint: SignedCheckpoint
    told: Sequence[Recorded]
    recording: Recording | None
    title: str
    persons: set[UUID]
    """Whose data stand in the events, sealed."""
    erasures: Sequence[Recorded]
    left_out: int
    """Streams that judgements rest on and the reader may not see."""
    enclosed: Enclosed | None
    """What is enclosed, where that was asked for."""
    texts: int
    """Texts of rule sets and schemes that judgements and scores name."""

    @property
    def grounds(self) -> Sequence[_Stream]:
        """Streams that a project's judgements rest on."""
        return () if self.recording else self.streams[1:]

    @property
    def is_part(self) -> bool:
        """Is less shown than the streams hold?"""
        return any(not s.whole for s in self.streams)

    @property
    def waiting(self) -> int:
        """Events of the streams that no checkpoint covers yet."""
        return sum(s.waiting for s in self.streams)

    @property
    def project(self) -> Project | None:
        """The project that it is about, at the checkpoint."""
        first = self.streams[0]
        if self.recording or first.kind is not StreamKind.PROJECT:
            return None
        return fold(Project(id=first.id), first.history)

    @property
    def subjects(self) -> dict[UUID, Text]:
        """What each stream is called, or of what kind it is, where there are several; erasures are of the county's."""
        kinds = {entry.stream.id: entry.stream.kind for entry in self.told}
        if len(kinds) == 1:
            return {}
        names = {s.id: _name(s) for s in self.streams}
        return {
            stream: Text(zh=names.get(stream) or _KINDS[kind].zh, en=names.get(stream) or _KINDS[kind].en)
            for stream, kind in kinds.items()
        }

    def corrected(self, entry: Recorded) -> Sequence[Text]:
        """Which event a correction means, and what stands in its place: nothing for other events."""
        if not isinstance(correction := entry.event, FactCorrected):
            return ()
        at = (entry.stream.id, correction.target_version)
        meant = next((row.recorded for s in self.streams for row in (s.rows or s.shown) if _place(row) == at), None)
        if meant is None:
            return ()
        zh, en = (
            f"被更正的是位置{meant.position}（{meant.happened_on}）",
            (f"The one corrected is at position {meant.position} ({meant.happened_on})"),
        )
        if correction.replacement is None:
            return (Text(zh=zh, en=en),)
        now = type(meant.event).model_validate(correction.replacement)
        on = correction.replacement_happened_on or meant.happened_on
        return (Text(zh=f"{zh}；改为（{on}）：{_words(now).zh}", en=f"{en}; now ({on}): {_words(now).en}"),)


def _place(row: _Row) -> tuple[UUID, int]:
    return row.recorded.stream.id, row.recorded.stream.version


def _summary_zh(of: _Summary) -> list[str]:
    whose = of.subjects
    lines = [f"证据包：{of.title}", ""]
    if project := of.project:
        lines += [f"建设单位：{'、'.join(project.owners)}", f"阶段（检查点时）：{STAGES[project.stage].zh}"]
    signed_at = _moment(of.checkpoint.signed_at)
    lines += [f"检查点：{of.checkpoint.size}个事件，签于{signed_at}", f"所含事件：{len(of.told)}个"]
    if recording := of.recording:
        lines.append(
            f"期间（按记录日期，北京时间）：{recording.since}至{recording.until}；记录时刻只增不减，故为日志中连续的一段。"
        )
        if recording.left_out:
            lines.append("此期间另有您无权查看的事件，不在包内，位置因此不连续。")
    if not of.period.whole:
        lines.append(f"期间（按发生日期）：{of.period.since or '最初'}至{of.period.until or '检查点'}")
    if of.is_part:
        lines.append("本包只是一部分：只对全部出示的流声明完整（见manifest.json的complete）。")
    if of.grounds:
        lines.append("判断依据其系统和有关单位的记录，因此这些流也在包内，直至检查点：")
        lines += [f"  {_title(s)}（{s.kind} {s.id}，{len(s.shown)}个事件）" for s in of.grounds]
    if of.left_out:
        lines.append("判断所依据的记录中，有您无权查看的，不在包内。")
    if of.waiting:
        lines.append(f"另有{of.waiting}个事件已记录而尚未签署，不在包内。")
    lines += ["本摘要是对事件的说明，以事件的存储字节为准。", "", "事件："]
    for entry in of.told:
        by = entry.circumstances
        ground = (
            f"，依据{by.authority.document_no or by.authority.title or by.authority.issuer}" if by.authority else ""
        )
        lines.append(
            f"{entry.position}  {entry.happened_on}  {f'［{whose[entry.stream.id].zh}］' if whose else ''}"
            f"{_words(entry.event).zh}（{by.actor.organisation}，{ROLE[by.actor.role].zh}{ground}；"
            f"记录于{_moment(entry.recorded_at)}）"
        )
        lines += [f"    {words.zh}" for words in of.corrected(entry)]
        lines += [f"    {f.rule}{_EFFECTS[f.effect].zh}：{f.reason.zh}" for f in _findings(entry)]
    if of.persons:
        lines += ["", f"个人信息：{len(of.persons)}人，均为密文，本包不含明文。"]
    lines += [
        f"  人员{getattr(e.event, 'person', '')}的个人信息已删除（位置{e.position}，{e.happened_on}，"
        f"{getattr(e.event, 'document_no', '')}）：密钥已销毁，密文及其证明不变。"
        for e in of.erasures
    ]
    papers = _papers(of.told)
    if of.enclosed is None:
        lines += ["", f"事件所指的材料（不在包内，以SHA-256核对原件）：{len(papers)}份"]
        return lines + [f"  {sha256}  {title}" for sha256, title in papers.items()]
    lines += ["", f"事件所指的材料（documents/摘要）：{len(papers)}份，附{len(of.enclosed.documents)}份"]
    absent = of.enclosed.absent
    lines += [f"  {s}  {title}（{absent[s].zh if s in absent else '已附'}）" for s, title in papers.items()]
    return [*lines, f"判断所依据的规则集、评价方案文本（texts/摘要）：{of.texts}份，附{len(of.enclosed.texts)}份"]


def _summary_en(of: _Summary) -> list[str]:
    whose = of.subjects
    lines = [f"Evidence bundle: {of.title}", ""]
    if project := of.project:
        lines += [f"Owner: {', '.join(project.owners)}", f"Stage at the checkpoint: {STAGES[project.stage].en}"]
    signed_at = _moment(of.checkpoint.signed_at)
    lines += [f"Checkpoint: {of.checkpoint.size} events, signed {signed_at}", f"Events: {len(of.told)}"]
    if recording := of.recording:
        lines.append(
            f"Period, by recorded day (Asia/Shanghai): {recording.since} to {recording.until}; recorded times never go "
            "back, so it is one stretch of the log."
        )
        if recording.left_out:
            lines.append("Events of the period that you may not see are left out: positions have gaps there.")
    if not of.period.whole:
        since, until = of.period.since or "the beginning", of.period.until or "checkpoint"
        lines.append(f"Period, by happened day: {since} to {until}")
    if of.is_part:
        lines.append(
            "This bundle is a part: completeness is claimed only for streams shown whole (complete in manifest.json)."
        )
    if of.grounds:
        lines.append("Judgements rest on systems and units; their streams are here, too, up to the checkpoint:")
        lines += [f"  {_title(s)} ({s.kind} {s.id}, {len(s.shown)} events)" for s in of.grounds]
    if of.left_out:
        lines.append("Of what judgements rest on, some is not for you to see and is left out.")
    if of.waiting:
        lines.append(f"{of.waiting} more events are recorded, not signed yet, and not in here.")
    lines += ["This summary is words about the events; their stored bytes count.", "", "Events:"]
    for entry in of.told:
        by = entry.circumstances
        ground = f", by {by.authority.document_no or by.authority.title or by.authority.issuer}" if by.authority else ""
        lines.append(
            f"{entry.position}  {entry.happened_on}  {f'[{whose[entry.stream.id].en}] ' if whose else ''}"
            f"{_words(entry.event).en} ({by.actor.organisation}, {ROLE[by.actor.role].en}{ground}; "
            f"recorded {_moment(entry.recorded_at)})"
        )
        lines += [f"    {words.en}" for words in of.corrected(entry)]
        lines += [f"    {f.rule} {_EFFECTS[f.effect].en}: {f.reason.en}" for f in _findings(entry)]
    if of.persons:
        lines += ["", f"Personal data of {len(of.persons)} persons: as ciphertext only, no plain words are in here."]
    lines += [
        f"  The data of person {getattr(e.event, 'person', '')} were erased (position {e.position}, {e.happened_on}, "
        f"{getattr(e.event, 'document_no', '')}): the key is destroyed, ciphertext and proofs are as they were."
        for e in of.erasures
    ]
    papers = _papers(of.told)
    if of.enclosed is None:
        lines += ["", f"Papers that events name (not enclosed; compare the SHA-256 with the originals): {len(papers)}"]
        return lines + [f"  {sha256}  {title}" for sha256, title in papers.items()]
    lines += ["", f"Papers that events name (documents/SHA-256): {len(papers)}, enclosed: {len(of.enclosed.documents)}"]
    absent = of.enclosed.absent
    lines += [f"  {s}  {title} ({absent[s].en if s in absent else 'enclosed'})" for s, title in papers.items()]
    texts = f"{of.texts}, enclosed: {len(of.enclosed.texts)}"
    return [*lines, f"Texts of rule sets and evaluation schemes that judgements rest on (texts/SHA-256): {texts}"]


def _words(event: Event) -> Text:
    """What happened; the topic of an event that there are no words for: evidence does not fail over its summary."""
    if sentence.dispatch(type(event)) is sentence.dispatch(object):
        return Text(zh=event.TOPIC, en=event.TOPIC)
    return sentence(event)


def _findings(entry: Recorded) -> Sequence[Any]:
    judgement = getattr(entry.event, "judgement", None)
    return judgement.findings if isinstance(judgement, Judgement) else ()


def _papers(told: Sequence[Recorded]) -> dict[str, str]:
    return {paper.sha256: paper.title for entry in told for paper in entry.circumstances.evidence}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
