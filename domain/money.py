"""金额 Money as integer 分, with the text of the paper beside it. Never a float.

1 万元 is 1,000,000 分. For a currency other than CNY the 分 is the hundredth of its main unit.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.texts import ValueFault, half_width

_AMOUNT = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(分|元|万元|亿元)?")
_LIMIT = 2**63


class MoneyUnit(StrEnum):
    """The unit in which a paper states an amount."""

    FEN = "FEN"  # 分
    YUAN = "YUAN"  # 元
    WAN_YUAN = "WAN_YUAN"  # 万元
    YI_YUAN = "YI_YUAN"  # 亿元
    MILLION = "MILLION"  # 百万


_FEN_PER = {
    MoneyUnit.FEN: Decimal(1),
    MoneyUnit.YUAN: Decimal(100),
    MoneyUnit.WAN_YUAN: Decimal(1_000_000),
    MoneyUnit.YI_YUAN: Decimal(10_000_000_000),
    MoneyUnit.MILLION: Decimal(100_000_000),
}
_WRITTEN = {"分": MoneyUnit.FEN, "元": MoneyUnit.YUAN, "万元": MoneyUnit.WAN_YUAN, "亿元": MoneyUnit.YI_YUAN}


class Money(BaseModel):
    """An amount. `fen` is exact; `text` and `unit` are as on the paper and always agree with it.

    A client may leave `fen` out: it is computed. There is no addition: sums are integers of 分, and a stated
    total is kept beside a computed one, because rounded 万元 lines need not add up.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fen: Annotated[int, Field(strict=True, ge=-_LIMIT, lt=_LIMIT, description="数额, in 分 (hundredths)")]
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")
    text: str = Field(max_length=60, description="原文 the amount as the paper writes it")
    unit: MoneyUnit = Field(description="原文的单位")

    @model_validator(mode="before")
    @classmethod
    def _compute(cls, value: Any) -> Any:
        if isinstance(value, dict) and "fen" not in value and isinstance(value.get("text"), str):
            unit, fen = _read(value["text"], value.get("unit"))
            return {**value, "fen": fen, "unit": unit}
        return value

    @model_validator(mode="after")
    def _agree(self) -> Money:
        _, fen = _read(self.text, self.unit)
        if fen != self.fen:
            raise ValueFault(
                f"数额与原文不符：{self.text}（{self.unit}）为{fen}分，而不是{self.fen}分",
                f"amount and text disagree: {self.text} ({self.unit}) is {fen} fen, not {self.fen}",
            )
        return self

    @classmethod
    def of(cls, text: str, unit: MoneyUnit, currency: str = "CNY") -> Money:
        """Read an amount in a unit: digits, thousands commas, full-width forms, a trailing 元/万元/亿元/分.

        Raises ValueFault for anything else, for a trailing unit that contradicts, and for parts of a 分.
        """
        unit, fen = _read(text, unit)
        return cls(fen=fen, currency=currency, text=text, unit=unit)

    @classmethod
    def fen_of(cls, fen: int) -> Money:
        """An amount that is known as a number of 分."""
        return cls(fen=fen, text=str(fen), unit=MoneyUnit.FEN)

    def yuan(self) -> Decimal:
        """The amount in 元 (the currency's main unit), exact."""
        return Decimal(self.fen) / 100

    def wan_yuan(self) -> Decimal:
        """The amount in 万元, exact."""
        return Decimal(self.fen) / 1_000_000

    def zh(self) -> str:
        """The amount for Chinese readers: 万元 from one 万元 on, else 元."""
        sign = "" if self.currency == "CNY" else f"{self.currency} "
        if abs(self.fen) >= 1_000_000:
            return f"{sign}{_trim(self.wan_yuan())}万元"
        return f"{sign}{_trim(self.yuan())}元"


def _trim(number: Decimal) -> str:
    return f"{number.normalize():,f}"


def _read(text: str, unit: Any) -> tuple[MoneyUnit, int]:
    found = _AMOUNT.fullmatch(half_width(text).replace(" ", ""))
    if found is None:
        raise ValueFault(
            f"“{text[:30]}”不是数额：只用数字、千分位逗号、小数点和单位",
            f"“{text[:30]}” is not an amount: use digits, thousands commas, a point, and a unit",
        )
    sign, whole, fraction, written = found.groups()
    stated = MoneyUnit(unit) if unit else None
    if written and stated and _WRITTEN[written] is not stated:
        raise ValueFault(f"原文单位“{written}”与{stated}不符", f"the text says {written}, the unit {stated}")
    known = stated or (_WRITTEN[written] if written else None)
    if known is None:
        raise ValueFault("请写明单位（unit）", "state the unit of the amount (unit)")
    fen = Decimal(f"{sign}{whole.replace(',', '')}{fraction or ''}") * _FEN_PER[known]
    if fen != fen.to_integral_value():
        raise ValueFault(f"{text}精确到了分以下", f"{text} is finer than one fen")
    if abs(fen) >= _LIMIT:
        raise ValueFault(f"{text}超出范围", f"{text} is out of range")
    return known, int(fen)
