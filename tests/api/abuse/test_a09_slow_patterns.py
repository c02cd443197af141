"""A9: no text that a client sends makes a pattern of ours take long: time grows with its length, not faster."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from api.main import ACTS
from api.moments import asked_wait
from api.preferences import wants_minimal
from api.strict_bodies import TwoWaysError, read
from api.versions import versions_in
from domain.dates import CivilDate
from domain.identifiers import Uscc
from domain.money import Money, MoneyUnit

EVIL = [
    "a" * 50_000,
    "1" * 50_000,
    " " * 50_000,
    "-" * 50_000,
    "1," * 25_000,
    '"' * 50_000,
    "（" * 50_000,
    "年" * 50_000,
]
EVIL += [
    "a" * 49_999 + "!",
    "1" * 49_999 + "x",
    '"7", ' * 10_000 + "x",
    "\\" * 50_000,
    "wait=" * 10_000,
    "2018年" * 10_000,
]


def _quiet(function: Callable[[str], object]) -> Callable[[str], object]:
    def call(text: str) -> object:
        try:
            return function(text)
        except (ValueError, TwoWaysError):
            return None

    return call


READERS: dict[str, Callable[[str], object]] = {
    "a date": TypeAdapter(CivilDate).validate_python,
    "a credit code": TypeAdapter(Uscc).validate_python,
    "an amount": lambda text: Money.of(text, MoneyUnit.YUAN),
    "a version": versions_in.__wrapped__,
    "a preference": wants_minimal.__wrapped__,
    "a wait": asked_wait,
    "a body": lambda text: read(text.encode()),
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS.keys())
def test_time_does_not_grow_faster_than_the_text(reader: Callable[[str], object]) -> None:
    """CPU time of this thread: 16 times the length may take 16 times as long and a good deal more, not 256 times."""
    reader = _quiet(reader)
    for text in EVIL:
        short, long = text[:3000], text[:48_000]
        assert _cost(reader, long) < 64 * _cost(reader, short) + 0.02, text[:20]


def _cost(reader: Callable[[str], object], text: str) -> float:
    best = float("inf")
    for _ in range(3):
        began = time.thread_time()
        reader(text)
        best = min(best, time.thread_time() - began)
    return best


def test_no_field_of_an_act_is_slow() -> None:
    """Every text field of every act is given 50 kB that no pattern likes: the length is looked at first."""
    bodies: list[TypeAdapter[Any]] = [
        route.endpoint.quick.body
        for module in ACTS
        for route in module.router.routes
        if hasattr(route.endpoint, "quick")
    ]
    assert len(bodies) > 80
    began = time.thread_time()
    for body in bodies:
        command = _command(body)
        for text in ("1" * 49_999 + "!", " " * 50_000):
            with pytest.raises(ValidationError):
                body.validate_python({"happened_on": text, "act": dict.fromkeys(command.model_fields, text)})
    assert time.thread_time() - began < 0.05 * len(bodies)


def _command(body: TypeAdapter[Any]) -> Any:
    submission: Any = body._type
    return submission.model_fields["act"].annotation
