"""附件 What a bundle encloses on request: the papers and texts that its events name by digest, where that may be done.

Never enclosed are papers of classified projects and systems, and those of events that hold or erase personal data: a
paper is not sealed, and what was handed out cannot be erased.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from uuid import UUID

from application.ports import Desk
from domain.event import Event
from domain.personal import persons_of
from domain.recorded import Recorded
from domain.states import beginning
from domain.steps.accounts import RULES_TEXT
from domain.steps.personal import PersonalDataErased
from domain.streams import StreamKind
from domain.texts import Text
from infrastructure.documents.papers import AlteredPaperError, Papers
from infrastructure.tlog.bundle_file import Enclosure, check_limits
from infrastructure.tlog.suite import Suite

CLASSIFIED = Text(zh="涉密，不附", en="classified: never enclosed")
PERSONAL = Text(zh="所在事件涉及个人信息，不附", en="of an event with personal data: never enclosed")
ELSEWHERE = Text(zh="不在本系统的材料库中", en="not kept here")
ALTERED = Text(zh="材料库中的文件与摘要不符，不附", en="what the store holds has another digest: not enclosed")
UNLOADED = Text(zh="此文本已不在本系统中", en="this text is not loaded here any more")


@dataclass
class Enclosed:
    """What is enclosed, by SHA-256, and why something that an event names is not."""

    documents: dict[str, Enclosure] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)
    absent: dict[str, Text] = field(default_factory=dict)


def enclosed(
    desk: Desk, papers: Papers, suite: Suite, told: Iterable[Recorded], texts_named: Iterable[str]
) -> Enclosed:
    """What can be enclosed beside these events. Reads every paper once, to know it.

    Raises FormatError when there would be too much, DocumentStoreError when the store is not to be reached.
    """
    found = Enclosed()
    classified = lru_cache(maxsize=None)(partial(_classified, desk))
    for recorded in told:
        reason = PERSONAL if _personal(recorded.event) else None
        if reason is None and classified(recorded.stream.kind, recorded.stream.id):
            reason = CLASSIFIED
        for named in recorded.circumstances.evidence:
            if reason is not None:
                found.absent[named.sha256] = reason
            else:
                found.absent.setdefault(named.sha256, ELSEWHERE)
    asked = sorted(sha256 for sha256, reason in found.absent.items() if reason is ELSEWHERE)
    kept = papers.find_each(asked)
    check_limits(len(kept), 0, sum(paper.size for paper in kept))
    for paper in kept:
        try:
            enclosure = _measured(papers, suite, paper.sha256)
        except AlteredPaperError:
            found.absent[paper.sha256] = ALTERED
            continue
        if enclosure is not None:
            found.documents[paper.sha256] = enclosure
            del found.absent[paper.sha256]
    here = texts_here(desk)
    for sha256 in texts_named:
        if sha256 in here:
            found.texts[sha256] = here[sha256]
        else:
            found.absent[sha256] = UNLOADED
    return found


def texts_here(desk: Desk) -> dict[str, bytes]:
    """The texts that judgements and scores name, by SHA-256: rule sets, schemes, the administrators' rules."""
    texts = [each.canonical for each in desk.rule_sets.all] + [each.canonical for each in desk.schemes.all]
    return {hashlib.sha256(text.encode()).hexdigest(): text.encode() for text in (*texts, RULES_TEXT)}


def _classified(desk: Desk, kind: StreamKind, stream: UUID) -> bool:
    """Is it classified by now? Then the papers from before are not enclosed either."""
    if kind not in {StreamKind.PROJECT, StreamKind.SYSTEM}:
        return False
    return bool(getattr(desk.states.newest(kind, beginning(kind, stream)), "classified", True))


def _personal(event: Event) -> bool:
    return isinstance(event, PersonalDataErased) or next(persons_of(event), None) is not None


def _measured(papers: Papers, suite: Suite, sha256: str) -> Enclosure | None:
    """A paper, read once; None when the store does not have it. Raises AlteredPaperError, DocumentStoreError."""
    pieces = papers.content(sha256)
    if pieces is None:
        return None
    digest, crc, size = suite.hasher(b""), 0, 0
    for piece in pieces:
        digest.update(piece)
        crc = zlib.crc32(piece, crc)
        size += len(piece)
    return Enclosure(size, crc, digest.digest(), _again(papers, sha256))


def _again(papers: Papers, sha256: str) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        found = papers.content(sha256)
        if found is None:
            raise AlteredPaperError(sha256)
        return found

    return pieces
