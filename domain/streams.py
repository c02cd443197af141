"""流 Streams: what has a history of its own, each with an identity that can be recomputed."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from uuid import UUID, uuid5

from domain.event import Value

# The root of every derived identity. Part of the stored format: never change it.
NAMESPACE = UUID("6c697568-656e-5f6c-8967-000000000001")


class StreamKind(StrEnum):
    """What a stream is the history of."""

    PROJECT = "project"
    SYSTEM = "system"
    UNIT = "unit"
    REGISTER = "register"
    COUNTY = "county"
    EVALUATOR = "evaluator"
    GUIDANCE_FUND = "guidance-fund"
    ACCOUNTS = "accounts"


class StreamAt(Value):
    """A stream at a version: what a decision read, or where an event stands."""

    kind: StreamKind
    id: UUID
    version: int


StreamKey = tuple[StreamKind, int]
"""What a stream is looked up by: its kind, and its identity as a number. The hash of an identity itself is Python code,
at several times the cost of the look-up."""


def key_of(kind: StreamKind, stream: UUID) -> StreamKey:
    """What a stream is looked up by."""
    return kind, stream.int


@lru_cache(maxsize=4096)
def unit_id(uscc: str) -> UUID:
    """Identity of the unit with this unified social credit code: the same code is always the same stream."""
    return uuid5(NAMESPACE, f"unit/{uscc}")


def event_id(stream: UUID, version: int) -> UUID:
    """Identity of the event at this version of a stream: whoever knows where it stands can compute it."""
    return uuid5(stream, f"event/{version}")


def register_id(division: str, year: int) -> UUID:
    """Identity of the filing register of a division and calendar year."""
    return uuid5(NAMESPACE, f"register/{division}/{year}")


def county_id(division: str) -> UUID:
    """Identity of the county of this division code: its leading group's meetings, decisions and role holders."""
    return uuid5(NAMESPACE, f"county/{division}")


@lru_cache(maxsize=4096)
def evaluator_id(uscc: str) -> UUID:
    """Identity of the third-party evaluator with this unified social credit code."""
    return uuid5(NAMESPACE, f"evaluator/{uscc}")


def guidance_fund_id(division: str) -> UUID:
    """Identity of the guidance fund of the county of this division code."""
    return uuid5(NAMESPACE, f"guidance-fund/{division}")


def accounts_id(division: str) -> UUID:
    """Identity of the accounts of the log of this division code: who may come in, and what they may do."""
    return uuid5(NAMESPACE, f"accounts/{division}")


def imported_project_id(source: str, key: str) -> UUID:
    """Identity of a project brought in from another record, so that importing it again finds it."""
    return uuid5(NAMESPACE, f"imported/{source}/{key}")


def requested_id(client: str, key: str) -> UUID:
    """Identity of a new stream asked for under an idempotency key: a repeated request names the same stream."""
    return uuid5(NAMESPACE, f"requested/{client}/{key}")
