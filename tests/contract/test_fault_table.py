"""The table of docs/faults.md: no row is missing, and each test and each mutant that it names is there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contract.test_abuse_matrix import proven_by

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/faults.md").read_text(encoding="utf-8")
ROWS = [f"F{n}" for n in range(1, 19)] + [f"V{n}" for n in range(1, 7)]
ELSEWHERE = "不在此处 not here"
_NAMED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Row:
    """A fault, with its tests and what they must find out."""

    number: str
    fault: str
    tests: str
    mutants: str


def rows() -> list[Row]:
    table = PAGE.split("## 逐行 Row by row\n")[1].split("\n## ")[0]
    return [
        Row(*(c.strip() for c in line.strip("|").split("|")))
        for line in table.splitlines()
        if re.match(r"\| [FV]\d", line)
    ]


def test_no_row_is_missing() -> None:
    assert [row.number for row in rows()] == ROWS


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.number)
def test_a_row_names_tests_and_mutants_that_are_there(row: Row) -> None:
    assert re.search(r"[\u4e00-\u9fff].*[a-z]", row.fault)
    if row.tests == ELSEWHERE:
        assert row.mutants == ELSEWHERE
        assert row.number in PAGE.split("## 不在此处 Not here\n")[1], "why not is not said"
        return
    for told in (row.tests, row.mutants):
        named = _NAMED.findall(told)
        assert named, row
        for test in named:
            file, _, name = test.partition("::")
            assert name in proven_by(ROOT / "tests" / file), test


def test_every_test_of_a_fault_is_in_the_table() -> None:
    """All of the folder, but for those of its tools."""
    named = {test.partition("::")[0] for row in rows() for test in _NAMED.findall(row.tests)}
    files = {f"faults/{path.name}" for path in (ROOT / "tests/faults").glob("test_*.py")}
    assert files - named == {"faults/test_history.py"}
