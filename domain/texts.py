"""双语文本 Texts in Chinese and English, and the fault that carries one."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Text(BaseModel):
    """The same thing said in Chinese and in English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    en: str


class ValueFault(ValueError):  # noqa: N818 (a fault of the value, not of the program)
    """A value is not what it should be. `text` says what is wrong and what to do, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.text = Text(zh=zh, en=en)


_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """The text with full-width forms (０-９, Ａ-Ｚ, ．, －, full-width space …) turned into half-width ones."""
    return text.translate(_HALF_WIDTH)
