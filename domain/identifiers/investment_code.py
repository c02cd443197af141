"""投资项目统一代码 Investment project code: 4-6-2-2-6 characters. GB/T 40058-2021 from 2021, an older form before.

A project may have several, or none. The check character of the newer form is not verified: the sources seen do
not state its computation, so only the form is judged.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.texts import ValueFault, half_width

_FORM = re.compile(r"\d{4}-\d{6}-\d{2}-\d{2}-\d{5}[0-9A-Z]")


def parse(text: str) -> str:
    """The normalised code. Raises ValueFault."""
    plain = half_width(text).upper().replace(" ", "")
    if not _FORM.fullmatch(plain):
        raise ValueFault(
            "投资项目代码应如2021-370323-65-01-123456（4-6-2-2-6）",
            "an investment project code looks like 2021-370323-65-01-123456 (4-6-2-2-6)",
        )
    return plain


InvestmentCode = Annotated[str, Field(max_length=30, examples=["2021-370323-65-01-123456"]), AfterValidator(parse)]
"""A field that holds a well-formed code."""
