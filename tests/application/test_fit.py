"""What is recorded can be stored, summed and printed: one look at the JSON finds what a look at each part would find."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.act import LARGEST_FEN, Act, check_fit, is_suspect
from domain.command import Command
from domain.dates import CivilDate
from domain.event import as_json
from domain.faults import BadFieldError
from domain.recorded import Actor, Authority, Evidence, Role
from domain.texts import has_control_characters, pointer_to


class Anything(Command):
    """A command of any shape."""

    said: Any = None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(st.characters(max_codepoint=0x120)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["fen", "text"]), inner, max_size=2),
)


def is_too_much(part: object) -> bool:
    fen = part.get("fen", 0) if isinstance(part, dict) else 0
    return isinstance(fen, int) and abs(fen) > LARGEST_FEN


@given(ANYTHING)
def test_nothing_unfit_is_overlooked(said: Any) -> None:
    written = as_json(Anything(said=said))
    read = orjson.loads(written) if not _beyond_64_bits(said) else said
    unfit = pointer_to(read, has_control_characters) or pointer_to(read, is_too_much)
    assert unfit is None or is_suspect(written)


def _beyond_64_bits(said: Any) -> bool:
    return pointer_to(said, lambda part: isinstance(part, int) and abs(part) >= 2**63) is not None


@pytest.mark.parametrize("said", ["a\\b", "C:\\new\\u0041", "“é”\n\t", {"fen": LARGEST_FEN}, {"fen": -1}])
def test_what_only_looks_unfit_is_accepted(said: Any) -> None:
    check_fit(Anything(said=said), act())


@pytest.mark.parametrize(
    ("said", "changes", "pointer"),
    [
        (["a", "b\x00"], {}, "/act/said/1"),
        ("\x7f", {}, "/act/said"),
        ("\x1b[31m", {}, "/act/said"),
        ({"fen": LARGEST_FEN + 1}, {}, "/act/said"),
        ({"fen": -LARGEST_FEN - 1}, {}, "/act/said"),
        (None, {"authority": Authority(issuer="a\x08")}, "/authority/issuer"),
        (None, {"evidence": (Evidence(sha256="0" * 64, title="a\x0bb"),)}, "/evidence/0/title"),
        (None, {"actor": Actor(account="a\x02", organisation="b", role=Role.DRC)}, "/actor/account"),
    ],
)
def test_the_unfit_part_is_named(said: Any, changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(BadFieldError) as refused:
        check_fit(Anything(said=said), act(**changes))
    assert refused.value.pointer == pointer


def act(**changes: Any) -> Act:
    usual = {"actor": Actor(account="a", organisation="b", role=Role.DRC), "happened_on": CivilDate.parse("2019-01-01")}
    return Act(**{**usual, **changes})
