"""备案证明编号 Number of a level-protection filing certificate: 11 digits, a hyphen, 5 digits.

The first six are the code of the police organ (county or city: not forced), the next five the filing unit's
sequence, the last five the system's. There is no check digit.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from domain.texts import ValueFault, code_form, misfit


def parse(text: str) -> str:
    """The normalised number. Raises ValueFault that names the first character out of place."""
    number = code_form(text)
    if fault := misfit(number, "99999999999-99999"):
        raise ValueFault(
            f"备案证明编号应为11位数字、连字符、5位数字，如37032300001-00001：{fault.zh}",
            f"a filing certificate is 11 digits, a hyphen, 5 digits, e.g. 37032300001-00001: {fault.en}",
        )
    return number


FilingCertificateNumber = Annotated[
    str,
    Field(max_length=24, examples=["37032300001-00001"]),
    AfterValidator(parse),
]
"""A field that holds a well-formed certificate number."""
