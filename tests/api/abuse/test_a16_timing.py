"""A16: the time that a wrong key takes does not tell whether its id is known, nor how much of its secret is right.

Processor time of this thread, taken in turns, by medians: a machine under load slows both alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from statistics import median

import pytest

from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import BadTokenError
from tests.identity.conftest import Office, office

__all__ = ["office"]

TRIES, TURNS = 50, 100
UNKNOWN = "0" * 16


def cost(tried: Callable[[], object]) -> int:
    began = time.thread_time_ns()
    for _ in range(TRIES):
        with suppress(BadTokenError):
            tried()
    return time.thread_time_ns() - began


@pytest.fixture
def parts(office: Office, liuhen: Liuhen, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A key's id and secret; and the directory reads nothing meanwhile."""
    liuhen.directory.of_key(office.keys["sys-1"])
    monkeypatch.setattr(liuhen.directory, "_clock", lambda: liuhen.directory._read_at)
    _, key_id, secret = office.keys["sys-1"].split("_")
    return key_id, secret


def test_an_unknown_id_and_a_nearly_right_secret_take_as_long_as_any(liuhen: Liuhen, parts: tuple[str, str]) -> None:
    key_id, secret = parts
    flipped = {"0": "1"}
    last = secret[:-1] + flipped.get(secret[-1], "0")
    first = flipped.get(secret[0], "0") + secret[1:]
    of_secret = liuhen.directory.of_secret
    tried = {
        "a wrong secret": lambda: of_secret(key_id, "e" * 64),
        "an unknown id": lambda: of_secret(UNKNOWN, "e" * 64),
        "an unknown id with a right secret": lambda: of_secret(UNKNOWN, secret),
        "a secret right but for its end": lambda: of_secret(key_id, last),
        "a secret right but for its beginning": lambda: of_secret(key_id, first),
    }
    costs: dict[str, list[int]] = {name: [] for name in tried}
    for _ in range(TURNS):
        for name, attempt in tried.items():
            costs[name].append(cost(attempt))
    usual = median(costs["a wrong secret"])
    told = {name: median(taken) / usual for name, taken in costs.items()}
    assert all(0.85 < ratio < 1.15 for ratio in told.values()), told
