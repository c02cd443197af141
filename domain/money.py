"""金额 Money as integer 分, with the text of the paper beside it. Never a float.

1 万元 is 1,000,000 分. In a currency other than CNY, 元 is its main unit and 分 the hundredth of that.
Papers state amounts in 万元 with up to six decimals, which 分 hold exactly. Nothing is ever rounded.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.texts import ValueFault, clipped, half_width

# ASCII: \d alone would also take the digits of other scripts.
_AMOUNT = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*(分|元|万元|亿元)?", re.ASCII)
_LIMIT = 2**63
_set_parts = BaseModel.__dict__["__dict__"].__set__
_set_given = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_set_extra = BaseModel.__dict__["__pydantic_extra__"].__set__
_set_private = BaseModel.__dict__["__pydantic_private__"].__set__
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_MAX_TEXT = 60
# A context of our own: the thread's would round quietly beyond its precision, 28 digits unless changed.
# 100 digits hold every product of 60 characters and a unit; were that untrue, Inexact would be raised.
_EXACT = Context(prec=100, traps=[Inexact, InvalidOperation])


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

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        # What may be left out on input: 分 always, the unit where the text ends in it.
        json_schema_extra=lambda schema: schema.update(required=["text"]),
    )

    fen: Annotated[int, Field(strict=True, ge=-_LIMIT, lt=_LIMIT, description="数额, in 分 (hundredths)")]
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")
    text: str = Field(max_length=_MAX_TEXT, description="原文 the amount as the paper writes it")
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
        _, fen = _read_again(self.text, self.unit)
        if fen != self.fen:
            raise ValueFault(
                f"数额与原文不符：{self.text}（{self.unit}）为{fen}分，而不是{self.fen}分",
                f"amount and text disagree: {self.text} ({self.unit}) is {fen} fen, not {self.fen}",
            )
        return self

    @classmethod
    def of(cls, text: str, unit: MoneyUnit, currency: str = "CNY") -> Money:
        """Read an amount in a unit: digits, thousands commas, full-width forms, a trailing 元/万元/亿元/分.

        Surrounding spaces are accepted, and kept in `text`. Raises ValueFault for anything else (NaN and
        exponents too), for a trailing unit that contradicts, for parts of a 分, and beyond 64 bits of 分.
        Raises ValidationError for a currency that is not three capital letters.
        """
        unit, fen = _read(text, unit)
        if not _CURRENCY.fullmatch(currency):
            return cls(fen=fen, currency=currency, text=text, unit=unit)  # which says what is wrong
        return cls.read(fen, text, unit, currency)

    @classmethod
    def read(cls, fen: int, text: str, unit: MoneyUnit, currency: str) -> Money:
        """An amount that was just read from its text: that both agree is not looked at once more."""
        made = cls.__new__(cls)
        _set_parts(made, {"fen": fen, "currency": currency, "text": text, "unit": unit})
        _set_given(made, _PARTS)
        _set_extra(made, None)
        _set_private(made, None)
        return made

    @classmethod
    def fen_of(cls, fen: int) -> Money:
        """An amount that is known as a number of 分. Raises ValidationError beyond 64 bits."""
        return cls(fen=fen, text=str(fen), unit=MoneyUnit.FEN)

    def yuan(self) -> Decimal:
        """The amount in 元 (the currency's main unit), exact."""
        return _EXACT.divide(Decimal(self.fen), Decimal(100))

    def wan_yuan(self) -> Decimal:
        """The amount in 万元, exact."""
        return _EXACT.divide(Decimal(self.fen), Decimal(1_000_000))

    def zh(self) -> str:
        """The amount for Chinese readers: 万元 from one 万元 on, else 元."""
        prefix = "" if self.currency == "CNY" else f"{self.currency} "
        if abs(self.fen) >= 1_000_000:
            return f"{prefix}{_trim(self.wan_yuan())}万元"
        return f"{prefix}{_trim(self.yuan())}元"


_PARTS = set(Money.model_fields)


def _trim(number: Decimal) -> str:
    return f"{number.normalize(_EXACT):,f}"


def _read(text: str, stated: str | None) -> tuple[MoneyUnit, int]:
    """The unit and the 分 of an amount as written, `stated` being the unit beside it. Raises ValueFault."""
    found = _AMOUNT.fullmatch(half_width(text).strip()) if len(text) <= _MAX_TEXT else None
    if found is None:
        raise ValueFault(
            f"“{clipped(text)}”不是数额：只用数字、千分位逗号、小数点和单位，至多{_MAX_TEXT}字",
            f"“{clipped(text)}” is not an amount: use digits, thousands commas, a point, and a unit, "
            f"at most {_MAX_TEXT} characters",
        )
    sign, whole, fraction, written = found.groups()
    unit = _unit(written, stated)
    number = Decimal(f"{sign}{whole.replace(',', '')}{fraction or ''}")
    fen = _EXACT.multiply(number, _FEN_PER[unit])
    if fen != fen.to_integral_value():
        raise ValueFault(f"{text}（{unit}）精确到了分以下", f"{text} ({unit}) is finer than one fen")
    if not -_LIMIT <= fen < _LIMIT:
        raise ValueFault(f"{text}（{unit}）超出范围", f"{text} ({unit}) is out of range")
    return unit, int(fen)


_read_again = lru_cache(maxsize=4096)(_read)


def _unit(written: str | None, stated: str | None) -> MoneyUnit:
    """The unit that the text ends in and the unit stated beside it: either, or both when they agree."""
    if stated is None:
        if written is None:
            raise ValueFault("请写明单位（unit）", "state the unit of the amount (unit)")
        return _WRITTEN[written]
    try:
        unit = stated if isinstance(stated, MoneyUnit) else MoneyUnit(stated)
    except ValueError:
        known = ", ".join(MoneyUnit)
        raise ValueFault(
            f"没有单位“{clipped(str(stated))}”，应为{known}之一",
            f"there is no unit “{clipped(str(stated))}”: use {known}",
        ) from None
    if written is not None and _WRITTEN[written] is not unit:
        raise ValueFault(f"原文单位“{written}”与{unit}不符", f"the text says {written}, the unit {unit}")
    return unit
