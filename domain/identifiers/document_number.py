"""发文字号 Number of an official document: 机关代字〔年份〕序号号, e.g. 源政发〔2018〕16号. Also 国令第809号.

The same serial occurs in many organs, so organ, year and serial together are the key. The right brackets are
U+3014 and U+3015; papers are also typed with others, which mean the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.texts import ValueFault, clipped, code_form

_ORGAN = re.compile(r"[㐀-鿿]{2,12}")
_YEAR = re.compile(r"[0-9]{4}")
_SERIAL = re.compile(r"[1-9][0-9]{0,5}")
_ORDER = re.compile(r"([㐀-鿿]{0,12}令)?第([1-9][0-9]{0,5})号")
_NUMBER = re.compile(r"([^〔〕]*)〔([^〔〕]*)〕(.*)号")
_NORMAL = re.compile(r"[㐀-鿿]{2,12}〔[0-9]{4}〕[1-9][0-9]{0,5}号|(?:[㐀-鿿]{0,12}令)?第[1-9][0-9]{0,5}号")
_BRACKETS = str.maketrans({**dict.fromkeys("[(【﹝", "〔"), **dict.fromkeys("])】﹞", "〕")})


@dataclass(frozen=True)
class DocumentNumber:
    """The parts of a document number. `year` is None for an order (令), which counts through the years.

    Two are equal when organ, year and serial are, however the `original` was typed.
    """

    organ: str
    year: int | None
    serial: int
    original: str = field(compare=False)

    @property
    def canonical(self) -> str:
        """The number in its one normal form, for matching."""
        if self.year is None:
            return f"{self.organ}第{self.serial}号"
        return f"{self.organ}〔{self.year:04d}〕{self.serial}号"


def read(text: str) -> DocumentNumber:
    """Take a document number apart; any brackets are accepted. Raises ValueFault that names the bad part."""
    plain = code_form(text).translate(_BRACKETS)
    if found := _ORDER.fullmatch(plain):
        return DocumentNumber(found[1] or "", None, int(found[2]), text)
    found = _NUMBER.fullmatch(plain)
    if found is None:
        raise _fault(f"现为“{clipped(plain)}”", f"not “{clipped(plain)}”")
    organ, year, serial = found.groups()
    if not _ORGAN.fullmatch(organ):
        raise _fault(
            f"机关代字应为2至12个汉字，现为“{clipped(organ)}”",
            f"the organ is 2 to 12 Chinese characters, not “{clipped(organ)}”",
        )
    if not _YEAR.fullmatch(year):
        raise _fault(
            f"年份应为4位数字，现为“{clipped(year)}”",
            f"the year is four digits, not “{clipped(year)}”",
        )
    if not _SERIAL.fullmatch(serial):
        raise _fault(
            f"序号应为不带0和“第”的1至6位数字，现为“{clipped(serial)}”",
            f"the serial is 1 to 6 digits without leading zero and 第, not “{clipped(serial)}”",
        )
    return DocumentNumber(organ, int(year), int(serial), text)


def _fault(zh: str, en: str) -> ValueFault:
    return ValueFault(
        f"发文字号应如“源政发〔2018〕16号”：{zh}",
        f"write a document number like 源政发〔2018〕16号: {en}",
    )


def parse(text: str) -> str:
    """The number in its normal form. Raises ValueFault."""
    return text if _NORMAL.fullmatch(text) else read(text).canonical


DocumentNo = Annotated[
    str,
    Field(
        max_length=60,
        description="发文字号, any brackets; kept in normal form",
        examples=["源发改〔2019〕3号"],
    ),
    AfterValidator(parse),
]
"""A field that holds a document number in its normal form."""
