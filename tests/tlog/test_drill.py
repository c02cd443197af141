"""The tampering drill: what must notice does, with the words that the page shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.contract.proofs import ROOT
from tests.tlog import erasure
from tests.tlog.drill import ATTACKS, WHEN, Attack, run

pytestmark = pytest.mark.usefixtures("durable")

PAGE = (
    (ROOT / "docs/tampering-drill.md").read_text(encoding="utf-8")
    if (ROOT / "docs/tampering-drill.md").exists()
    else ""
)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_each_tampering_is_found_by_those_who_must(attack: Attack, database: str, tmp_path: Path) -> None:
    said = run(attack, database, tmp_path)
    assert attack.found_by <= set(said), said
    section = PAGE.split(f"\n## {attack.title.zh} ")[1].split("\n## ")[0]
    assert [f"| {name} | {WHEN[name].zh} {WHEN[name].en} | {said[name]} |" for name in WHEN if name in said] == [
        line for line in section.splitlines()[4:] if line
    ]


def test_nothing_is_found_where_nothing_was_done(database: str, tmp_path: Path) -> None:
    untouched = Attack("none", ATTACKS[0].title, lambda county: None, frozenset())
    assert run(untouched, database, tmp_path) == {}


def test_after_an_erasure_all_proofs_hold_and_nothing_shows_the_data(database: str, tmp_path: Path) -> None:
    drill = erasure.run(database, tmp_path)
    assert drill.leaks == []
    assert erasure.section(drill).strip() in PAGE, "the page is not what the drill found: make docs"


def test_the_erasure_drill_finds_what_is_left(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data that a careless service would keep, and a key that is not destroyed with the event, are found."""
    cached: dict[str, bytes] = {}

    def answers(*given: Any) -> Iterator[tuple[str, bytes]]:
        for path, body in original(*given):
            yield path, cached.setdefault(f"{given[0].headers}{path}", body) if "responsibility" in path else body

    original = erasure.answers
    monkeypatch.setattr(erasure, "answers", answers)
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("ALTER TABLE liuhen.events DISABLE TRIGGER erasures_destroy_keys")
    leaks = " ".join(erasure.run(database, tmp_path).leaks)
    assert "明文" in leaks
    assert "包裹的密钥" in leaks
