"""信息资源代码 Resource code of the catalogue guide (facts 3.4): class code, a slash, a sequence.

The class code is 类 (1 digit), 项 (2), 目 (3) and 细目 (any number of digits, also none); the sequence has any
length. The guide fixes the lengths; the slash between the parts is how such codes are usually written.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.texts import ValueFault, clipped, code_form

_CODE = re.compile(r"[0-9]{6}[0-9]*/[0-9]+")


def parse(text: str) -> str:
    """The normalised code. Raises ValueFault when it has not the guide's form."""
    code = code_form(text)
    if not _CODE.fullmatch(code):
        raise ValueFault(
            f"信息资源代码应为类1位、项2位、目3位、细目若干位，加“/”和顺序号，现为“{clipped(code)}”",
            f"a resource code is 1 + 2 + 3 digits and those of its detail, a slash, a sequence, not “{clipped(code)}”",
        )
    return code


ResourceCode = Annotated[str, AfterValidator(parse), Field(max_length=120, description="信息资源代码")]
