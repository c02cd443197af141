"""Papers and texts in a bundle: each is what an event names, nothing else gets in, and nothing grows on opening."""

from __future__ import annotations

import io
import mmap
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from infrastructure.documents.papers import AlteredPaperError
from infrastructure.tlog import bundle_file
from infrastructure.tlog.bundle_file import DOCUMENTS, TEXTS, Content, Enclosure, bundle_of
from infrastructure.tlog.evidence import Report, Standing, verify
from infrastructure.tlog.text_forms import FormatError
from tests.tlog.bundles import parts_of
from tests.tlog.test_evidence import (
    PAPER,
    POLICY,
    PROJECT,
    RULES,
    SECOND_PAPER,
    Log,
    both,
    bundle,
    log,
    repacked,
    written,
)
from verifier import liuhen_verify

__all__ = ["log"]

FIRST, SECOND, TEXT = (sha256(content).hexdigest() for content in (PAPER, SECOND_PAPER, RULES))


def said(report: Report, standing: Standing) -> str:
    return "\n".join(s.zh + s.en for s in report.statements if s.standing is standing)


def states(report: Report, which: str = "documents") -> dict[str, str]:
    return {one["sha256"]: one["state"] for one in report.facts[which]}


def told(data: bytes) -> list[str]:
    return liuhen_verify.check(data, [liuhen_verify.parse_key(str(v)) for v in POLICY.log], [], 0)


def test_each_paper_that_is_there_is_told_and_each_that_is_lacking(log: Log) -> None:
    data = bundle(log, documents={FIRST: PAPER})
    assert both(data)
    report = verify(data, POLICY)
    assert states(report) == {FIRST: "enclosed", SECOND: "lacking"}
    assert states(report, "texts") == {TEXT: "enclosed"}
    for words, standing in ((f"《批文》{FIRST} @14", Standing.PROVEN), (f"《合同》{SECOND} @21", Standing.NOT_PROVEN)):
        assert words in said(report, standing)
    assert f"《yzf-2018-16》{TEXT} @21" in said(report, Standing.PROVEN)
    second = told(data)
    assert f"PROVEN      enclosed, with the right digest: 'documents/{FIRST}', named at position 14" in second
    assert f"NOT PROVEN  not enclosed: 'documents/{SECOND}', named at position 21" in second
    assert f"PROVEN      enclosed, with the right digest: 'texts/{TEXT}', named at position 21" in second


def altered(parts: dict[str, bytes]) -> None:
    parts[DOCUMENTS + FIRST] = b"a Paper"


def swapped(parts: dict[str, bytes]) -> None:
    first, second = DOCUMENTS + FIRST, DOCUMENTS + SECOND
    parts[first], parts[second] = parts[second], parts[first]


def emptied(parts: dict[str, bytes]) -> None:
    parts[DOCUMENTS + FIRST] = b""


def other_rules(parts: dict[str, bytes]) -> None:
    parts[TEXTS + TEXT] = RULES.replace(b"16", b"17")


def extra(parts: dict[str, bytes]) -> None:
    parts[DOCUMENTS + sha256(b"a paper that was never handed in").hexdigest()] = b"a paper that was never handed in"


def paper_as_text(parts: dict[str, bytes]) -> None:
    """The right content, but no event names it as the text of a rule set."""
    parts[TEXTS + FIRST] = PAPER


@pytest.mark.parametrize(
    ("attack", "wrong"),
    [
        (altered, {FIRST: "altered"}),
        (swapped, {FIRST: "altered", SECOND: "altered"}),
        (emptied, {FIRST: "altered"}),
        (other_rules, {TEXT: "altered"}),
        (extra, {sha256(b"a paper that was never handed in").hexdigest(): "unnamed"}),
        (paper_as_text, {FIRST: "unnamed"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_paper_that_is_not_what_an_event_names(
    log: Log, attack: Callable[[dict[str, bytes]], None], wrong: dict[str, str]
) -> None:
    """The forger lists the parts anew, with check sums and digests to match: the events tell, of each by its name."""
    data = repacked(bundle(log), attack)
    assert not both(data)
    report = verify(data, POLICY)
    found = {s: state for which in ("documents", "texts") for s, state in states(report, which).items()}
    found |= states(report) if attack is not paper_as_text else {}
    assert {s: state for s, state in found.items() if state not in {"enclosed", "lacking"}} == wrong
    for sha in wrong:
        assert sha in said(report, Standing.REFUSED)
        with pytest.raises(liuhen_verify.RefusedError, match=sha):
            told(data)
    # What is proven of the events stands all the same, and is said.
    assert "versions? 1 to 85" not in said(report, Standing.PROVEN)
    assert "nothing between" in said(report, Standing.PROVEN)


def test_a_manifest_that_was_left_as_it_was_names_the_part(log: Log) -> None:
    parts = parts_of(bundle(log))
    altered(parts)
    data = written(parts)
    assert not both(data)
    assert DOCUMENTS + FIRST in said(verify(data, POLICY), Standing.REFUSED)


def test_a_damaged_paper_is_named(log: Log) -> None:
    data = bundle(log)
    at = data.index(SECOND_PAPER)
    damaged = data[:at] + b"A" + data[at + 1 :]
    assert not both(damaged)
    assert DOCUMENTS + SECOND in said(verify(damaged, POLICY), Standing.REFUSED)


NAMES = (
    "../evil.sh",
    "documents/../../evil.sh",
    "/etc/passwd",
    "documents\\..\\evil",
    f"documents/{FIRST}/../../evil",
    f"documents/{FIRST.upper()}",
    f"documents/{FIRST}\0.pdf",
    f"texts/{TEXT}.json",
    "documents/",
    "C:evil",
    "批文.pdf",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_elsewhere_is_refused(log: Log, name: str) -> None:
    """Made with these bytes, since a ZIP library would mend some of the names."""
    with pytest.raises(FormatError, match="no such part"):
        written({**parts_of(bundle(log)), name: PAPER})
    raw = name.encode()
    parts = [(n.encode(), part) for n, part in parts_of(bundle(log)).items()] + [(raw, PAPER)]
    parts.sort(key=lambda part: (part[0] != b"manifest.json", part[0]))
    blocks, directory, at = [], b"", 0
    for part_name, part in parts:
        crc = zlib.crc32(part)
        directory += bundle_file._central(part_name, len(part), crc, at)
        blocks += [bundle_file._local(part_name, len(part), crc), part]
        at += len(blocks[-2]) + len(part)
    data = b"".join((*blocks, directory, bundle_file._end(len(parts), len(directory), at)))
    assert not both(data)
    assert "no such part" in said(verify(data, POLICY), Standing.REFUSED)


def peak(act: Callable[[], Any]) -> int:
    """Bytes that an act held at most."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_nothing_grows_when_it_is_opened(log: Log) -> None:
    """A compressed part, a part that says it is longer than the file, and a directory that names one part often."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name, part in parts_of(bundle(log)).items():
            bomb.writestr(name, part)
        bomb.writestr(DOCUMENTS + FIRST[::-1], bytes(64 << 20))
    good = bundle(log)
    at = good.index(b"PK\3\4", 30)
    lying = good[: at + 18] + b"\xff\xff\xff\x7f" * 2 + good[at + 26 :]
    often = good + good[good.index(b"PK\1\2") :]
    for data in (made.getvalue(), lying, often):
        assert not both(data)
        assert peak(lambda data=data: both(data)) < 8 << 20  # type: ignore[misc]


def test_a_paper_that_is_an_archive_is_never_opened(log: Log) -> None:
    """OFD and OOXML are archives: what is in them is not looked at, whatever it would grow to."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("OFD.xml", bytes(64 << 20))
    report: list[Report] = []
    data = repacked(bundle(log), lambda parts: parts.update({DOCUMENTS + FIRST: made.getvalue()}))
    assert peak(lambda: report.append(verify(data, POLICY))) < 8 << 20
    assert states(report[0])[FIRST] == "altered"


PIECE, PIECES = b"\x5a" * (1 << 20), 48


def large() -> Iterator[bytes]:
    for _ in range(PIECES):
        yield PIECE


def test_a_large_paper_is_held_neither_by_who_writes_nor_by_who_checks(log: Log, tmp_path: Path) -> None:
    content = sha256()
    crc = 0
    for piece in large():
        content.update(piece)
        crc = zlib.crc32(piece, crc)
    enclosure = Enclosure(PIECES << 20, crc, content.digest(), large)
    file, reports = tmp_path / "evidence.zip", list[Report]()
    parts: dict[str, Content] = {**parts_of(bundle(log)), DOCUMENTS + content.hexdigest(): enclosure}
    whole = bundle_of(parts)

    def write() -> None:
        with file.open("wb") as opened:
            opened.writelines(whole.pieces())

    def check() -> None:
        with file.open("rb") as opened:
            data = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        reports.append(verify(data, POLICY))
        with pytest.raises(liuhen_verify.RefusedError, match=r"list the parts"):
            liuhen_verify.check(data, [liuhen_verify.parse_key(str(v)) for v in POLICY.log], [], 0)

    assert peak(write) < 8 << 20
    assert file.stat().st_size == whole.size
    assert peak(check) < 8 << 20
    assert content.hexdigest() in said(reports[0], Standing.REFUSED), "it is in its form, and no event names it"


def test_a_paper_that_changes_while_it_is_sent_breaks_the_file_off(log: Log) -> None:
    def changed() -> Iterator[bytes]:
        yield PAPER[:3]
        raise AlteredPaperError(FIRST)

    enclosure = Enclosure(len(PAPER), zlib.crc32(PAPER), sha256(PAPER).digest(), changed)
    sent: list[bytes | memoryview] = []
    with pytest.raises(AlteredPaperError):
        sent.extend(bundle_of({**parts_of(bundle(log)), DOCUMENTS + FIRST: enclosure}).pieces())
    assert not both(b"".join(sent))


def test_limits(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = parts_of(bundle(log, log.of(PROJECT)[:3], complete=[]))
    good = written(parts)
    for limit, most in (("MOST_BYTES", len(good)), ("MOST_PARTS", len(parts)), ("MOST_OWN_BYTES", len(good))):
        with monkeypatch.context() as patched:
            patched.setattr(bundle_file, limit, most)
            assert written(parts) == good
            assert parts_of(good)
            patched.setattr(bundle_file, limit, most - 1 if limit != "MOST_OWN_BYTES" else 10)
            with pytest.raises(FormatError, match=r"too large|longer than"):
                written(parts)
            with pytest.raises(FormatError, match=r"too large|longer than"):
                parts_of(good)
