"""备案证明编号 Number of a level-protection filing certificate: 11 digits, a hyphen, 5 digits.

The first six are the code of the police organ (county or city: not forced), the next five the filing unit's
sequence, the last five the system's.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.texts import ValueFault, half_width

_FORM = re.compile(r"\d{11}-\d{5}")


def parse(text: str) -> str:
    """The normalised number. Raises ValueFault."""
    plain = half_width(text).replace(" ", "").replace("—", "-").replace("–", "-")
    if not _FORM.fullmatch(plain):
        raise ValueFault(
            "备案证明编号应为11位数字、连字符、5位数字，如37032300001-00001",
            "a filing certificate is 11 digits, a hyphen, 5 digits, e.g. 37032300001-00001",
        )
    return plain


FilingCertificateNumber = Annotated[str, Field(max_length=24, examples=["37032300001-00001"]), AfterValidator(parse)]
"""A field that holds a well-formed certificate number."""
