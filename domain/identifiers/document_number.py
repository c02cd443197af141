"""发文字号 Number of an official document: 机关代字〔年份〕序号号, e.g. 源政发〔2018〕16号. Also 国令第809号.

The same serial occurs in many organs, so organ, year and serial together are the key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.texts import ValueFault, half_width

_ORGAN = re.compile(r"([㐀-鿿]{2,12})〔(\d{4})〕([1-9]\d{0,5})号")
_ORDER = re.compile(r"([㐀-鿿]{0,12}令)?第([1-9]\d{0,5})号")
_OPENING, _CLOSING = "[(【", "])】"


@dataclass(frozen=True)
class DocumentNumber:
    """The parts of a document number. `year` is None for an order (令), which counts through the years."""

    organ: str
    year: int | None
    serial: int
    original: str

    @property
    def canonical(self) -> str:
        """The number in its one normal form, for matching."""
        return f"{self.organ}第{self.serial}号" if self.year is None else f"{self.organ}〔{self.year}〕{self.serial}号"


def read(text: str) -> DocumentNumber:
    """Take a document number apart; any kind of brackets is accepted. Raises ValueFault."""
    plain = half_width(text).replace(" ", "")
    for opening, closing in zip(_OPENING, _CLOSING, strict=True):
        plain = plain.replace(opening, "〔").replace(closing, "〕")
    if found := _ORGAN.fullmatch(plain):
        return DocumentNumber(found[1], int(found[2]), int(found[3]), text)
    if found := _ORDER.fullmatch(plain):
        return DocumentNumber(found[1] or "", None, int(found[2]), text)
    raise ValueFault(
        "发文字号应如“源政发〔2018〕16号”：机关代字〔四位年份〕序号（不带0和“第”）号",
        "write a document number like 源政发〔2018〕16号: organ, 〔four-digit year〕, serial without leading zero, 号",
    )


def parse(text: str) -> str:
    """The number in its normal form. Raises ValueFault."""
    return read(text).canonical


DocumentNo = Annotated[
    str,
    Field(max_length=60, description="发文字号, any brackets; kept in normal form", examples=["源发改〔2019〕3号"]),
    AfterValidator(parse),
]
"""A field that holds a document number in its normal form."""
