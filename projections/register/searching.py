"""检索 How names, numbers and categories are searched: any part of them, in Chinese or English, in any width.

A text is searched by the pairs of characters that follow each other in it, which an index finds whatever the language
or locale of the database; what it finds is then compared as a whole. There are few letters and digits, and so many
texts with a pair of them: of these, runs of four are looked up.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable
from functools import lru_cache

from domain.project import Category
from domain.texts import half_width

CATEGORIES: dict[str, tuple[str, str]] = {
    Category.GENERAL_HARDWARE: ("通用硬件", "general hardware"),
    Category.DEDICATED_BUSINESS_NETWORK: ("业务专网", "dedicated business network"),
    Category.COLLABORATIVE_OFFICE: ("协同办公", "collaborative office"),
    Category.GOVERNMENT_WEBSITE: ("政府网站", "government website"),
    Category.VIDEO_CONFERENCE: ("视频会议", "video conference"),
    Category.CROSS_DEPT_SHARING: ("跨部门信息共享", "cross-department information sharing"),
    Category.ADMIN_POWER_APPLICATION: ("涉及行政权力运行的业务应用系统", "application for administrative power"),
    Category.OTHER_CROSS_DEPT_APPLICATION: (
        "其他跨部门、跨行业的应用系统",
        "other cross-department or cross-sector application",
    ),
    Category.OTHER: ("其他", "other"),
}
"""The eight categories of 二（三）1, as readers of either language look for them."""

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-"))
_RUNS = re.compile(r"[!-~]{4,}")
_ASCII = re.compile(r"[\x00-\x7f]{4,}")
_KEPT = 2048
"""Texts whose forms are kept: rows are written again and again under the same names."""
_BETWEEN = "\n"
"""Between texts that are searched together: nothing that is searched for holds it."""


@lru_cache(_KEPT)
def folded(text: str) -> str:
    """A text as it is compared: half-width, in lower case, with plain dashes and without spaces."""
    return "".join(half_width(text).translate(_DASHES).casefold().split())


def searched(texts: Iterable[str | None]) -> str:
    """Texts that are searched together, each also without its dashes: a number may be given with or without them."""
    plain = [folded(t) for t in texts if t]
    return _BETWEEN.join(dict.fromkeys(t for p in plain for t in (p, p.replace("-", "")) if t))


def terms(text: str) -> list[str]:
    """What a searched text is found by: its pairs of characters, its runs, and each that may stand for a word."""
    return [*_terms(text)]


@lru_cache(_KEPT)
def _terms(text: str) -> tuple[str, ...]:
    found: set[str] = set()
    for line in text.split(_BETWEEN):
        found.update(map(operator.add, line, line[1:]))
        for run in _ASCII.findall(line):
            found.update(run[n : n + 4] for n in range(len(run) - 3))
    found.update(filter(_stands_alone, set(text)))
    return tuple(sorted(found))


def sought(word: str) -> list[str]:
    """The terms that every text with this word has. None for a single letter or digit: then texts are read through."""
    within = [range(m.start(), m.end() - 3) for m in _RUNS.finditer(word)]
    runs = {word[n : n + 4] for starts in within for n in (*starts[::4], starts[-1])}
    covered = {n for starts in within for n in range(starts[0], starts[-1] + 3)}
    pairs = {word[n : n + 2] for n in range(len(word) - 1) if n not in covered}
    return sorted(runs | pairs) or list(filter(_stands_alone, word))


def _pairs(text: str) -> set[str]:
    return {text[n : n + 2] for n in range(len(text) - 1)}


def _stands_alone(char: str) -> bool:
    return not char.isascii() and char.isalnum()


def words(q: str) -> list[str]:
    """What is searched for: every word must be found, in any order. At most ten are looked for."""
    return list(dict.fromkeys(folded(w) for w in half_width(q).split() if folded(w)))[:10]


def pattern(word: str) -> str:
    """A pattern for LIKE that matches a word anywhere, taken literally."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
