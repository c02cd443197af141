"""双语文本 Texts in Chinese and English, the fault that carries one, and the hygiene of typed text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from pydantic import BaseModel, ConfigDict


class Text(BaseModel):
    """The same thing said in Chinese and in English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    en: str


class ValueFault(ValueError):  # noqa: N818 (a fault of the value, not of the program)
    """A value is not what it should be. `text` says what is wrong and what to do, in both languages.

    Being a ValueError, it becomes a validation error when a pydantic validator raises it.
    """

    def __init__(self, zh: str, en: str) -> None:
        # Both go to the base class: copying and pickling call the class again with its `args`.
        super().__init__(zh, en)
        self.text = Text(zh=zh, en=en)

    def __str__(self) -> str:
        return f"{self.text.zh} / {self.text.en}"


_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
# Hyphens, dashes and the minus sign that word processors put where a code has a plain hyphen.
_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—―−"), ord("-"))
# Only a to z: str.upper() would also turn one character into two (ß, ﬂ) and so move all that follow.
_UPPER = {code: code - 0x20 for code in range(ord("a"), ord("z") + 1)}
_CODE = _HYPHENS | _UPPER

_DIGITS = frozenset("0123456789")
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def half_width(text: str) -> str:
    """The text with full-width forms (０-９, Ａ-Ｚ, ．, －, full-width space …) made half-width."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def code_form(text: str) -> str:
    """A code as codes are compared: half-width, no white space, plain hyphens, a to z upper-case."""
    return "".join(half_width(text).split()).translate(_CODE)


def clipped(text: str) -> str:
    """As much of a wrong value as a message should repeat: at most 30 characters."""
    return text if len(text) <= 30 else f"{text[:30]}…"


def misfit(code: str, shape: str) -> Text | None:
    """Where a code first departs from a shape, counted from 1, or None when it fits.

    In the shape, 9 stands for a digit 0 to 9, * for such a digit or a letter A to Z, and all else for itself.
    """
    for at, (found, wanted) in enumerate(zip(code, shape, strict=False), 1):
        if wanted == "9":
            fits, zh, en = found in _DIGITS, "数字", "a digit"
        elif wanted == "*":
            fits, zh, en = found in _DIGITS | _LETTERS, "数字或大写字母", "a digit or letter"
        else:
            fits, zh, en = found == wanted, f"“{wanted}”", f"“{wanted}”"
        if not fits:
            return Text(
                zh=f"第{at}位应为{zh}，现为“{found}”",
                en=f"character {at} must be {en}, not “{found}”",
            )
    if len(code) != len(shape):
        return Text(
            zh=f"应为{len(shape)}位，现为{len(code)}位",
            en=f"it has {len(shape)} characters, not {len(code)}",
        )
    return None


# Line breaks and tabs are text; the others are not, and no database text can hold a NUL.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def has_control_characters(value: object) -> bool:
    """Is it a text that holds control characters?"""
    return isinstance(value, str) and _CONTROL.search(value) is not None


def pointer_to(value: object, unfit: Callable[[object], bool], pointer: str = "") -> str | None:
    """JSON pointer of the first part of a JSON-like value that is unfit, or None."""
    if unfit(value):
        return pointer
    inner: Iterable[tuple[object, object]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list | tuple):
        inner = enumerate(value)
    return next((at for key, item in inner if (at := pointer_to(item, unfit, f"{pointer}/{key}")) is not None), None)
