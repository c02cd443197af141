"""投资项目统一代码 Investment project code: 4-6-2-2-6 characters, hyphens between.

GB/T 40058-2021, from 2021: time, region, central guiding department, project type, then 5 random digits and
a check character (4.7). Codes given before look the same, have other segment meanings and no check. The check
is not verified: the sources seen do not state its computation, and a guess would warn of right codes. So only
the form is judged, with a digit or a letter in the last place. A project may have several codes, or none.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from domain.texts import ValueFault, code_form, misfit


def parse(text: str) -> str:
    """The normalised code. Raises ValueFault that names the first character out of place."""
    code = code_form(text)
    if fault := misfit(code, "9999-999999-99-99-99999*"):
        raise ValueFault(
            f"投资项目代码应如2021-370323-65-01-123456（4-6-2-2-6）：{fault.zh}",
            f"an investment project code looks like 2021-370323-65-01-123456 (4-6-2-2-6): {fault.en}",
        )
    return code


InvestmentCode = Annotated[
    str,
    Field(max_length=30, examples=["2021-370323-65-01-123456"]),
    AfterValidator(parse),
]
"""A field that holds a well-formed code."""
