"""文本写法 Base64 and decimals as the formats of the log write them: exactly one spelling for each value."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True)
class Words:
    """The same thing said in Chinese and in English, without what the domain's texts load."""

    zh: str
    en: str


class FormatError(ValueError):
    """A text or file is not in its form. The message names the part, the rule, and what was found."""


def to_base64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4)."""
    return base64.b64encode(data).decode()


def from_base64(text: str, what: str, length: int | None = None) -> bytes:
    """The bytes of standard base64. Raises FormatError for any other spelling of the same bytes, or another length."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise FormatError(f"{what}不是base64 / {what} is not base64") from None
    if to_base64(data) != text:
        raise FormatError(f"{what}的base64写法不规范 / {what} is not in the canonical spelling of base64")
    if length is not None and len(data) != length:
        raise FormatError(f"{what}应为{length}字节，现为{len(data)} / {what} has {len(data)} bytes, not {length}")
    return data


def from_decimal(text: str, what: str) -> int:
    """A number of at most 19 digits without leading zeroes, below 2^63. Raises FormatError."""
    if not _DECIMAL.fullmatch(text) or int(text) >= 1 << 63:
        raise FormatError(
            f"{what}应为十进制数，无前导零 / {what} is not a decimal without leading zeroes: {text[:30]!r}"
        )
    return int(text)
