"""The abuse matrix of docs/protection.md: no line is missing, and what each one names is there and is a test."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/protection.md"
LINES = [f"A{n}" for n in range(1, 26)]
_NAMED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Row:
    """A line of the matrix."""

    number: str
    attack: str
    promise: str
    defences: tuple[str, ...]
    tests: tuple[str, ...]


def rows() -> list[Row]:
    matrix = PAGE.read_text(encoding="utf-8").split("## 攻击矩阵 The abuse matrix\n")[1].split("\n## ")[0]
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in matrix.splitlines() if line.startswith("| A")]
    assert all(len(row) == 5 for row in cells)
    return [Row(n, a, p, tuple(_NAMED.findall(d)), tuple(_NAMED.findall(t))) for n, a, p, d, t in cells]


@cache
def proven_by(path: Path) -> frozenset[str]:
    """The tests of a file: functions of its top, and cases of stateful machines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = {n.name for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")}
    machines = {
        t.id
        for n in tree.body
        if isinstance(n, ast.Assign)
        for t in n.targets
        if isinstance(t, ast.Name) and t.id.startswith("Test")
    }
    return frozenset(functions | machines)


def test_every_line_is_there_once_and_in_order() -> None:
    assert [row.number for row in rows()] == LINES


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.number)
def test_a_line_names_what_is_there(row: Row) -> None:
    assert re.search(r"[\u4e00-\u9fff].* [a-z]", row.attack)
    assert re.search(r"[\u4e00-\u9fff].*[a-z]", row.promise)
    assert row.defences
    assert row.tests
    for defence in row.defences:
        assert (ROOT / defence).is_file(), defence
        assert not defence.startswith("tests/"), defence
    for test in row.tests:
        file, _, name = test.partition("::")
        found = proven_by(ROOT / "tests" / file)
        assert found, test
        assert not name or name in found, test


def test_every_attack_of_the_folder_is_in_its_line() -> None:
    named = {(row.number, test.partition("::")[0]) for row in rows() for test in row.tests}
    for path in (ROOT / "tests/api/abuse").glob("test_*.py"):
        number = re.match(r"test_a(\d\d)_", path.name)
        assert number is not None, path
        assert (f"A{int(number[1])}", f"api/abuse/{path.name}") in named, path
