"""The tampering drill: what must notice does, with the words that the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.proofs import ROOT
from tests.tlog.drill import ATTACKS, WHEN, Attack, run

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
