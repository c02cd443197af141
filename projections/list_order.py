"""次序 In which order a list is read, and what comes after a row of it: pages begin at a row, not at a number of rows.

A page that begins after the last row of the one before (keyset) shows each row once, whatever is recorded meanwhile:
nothing shifts. What comes after a row is read in stretches, each an equality of the first columns and a range of the
next, so that an index in that order is entered at the row; a single condition made of ANDs and ORs would be tried on
every entry before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel

Key = tuple[str | None, ...]
"""The values by which a row stands where it does, as texts; None where nothing is known."""

_PLAIN = (str, int, float, date, datetime, Decimal, UUID, Enum)
_NOT_SORTED = frozenset({"trace"})


class UnknownSortError(Exception):
    """A list is not sorted by this. `known`: by what it is."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(name)
        self.name = name
        self.known = tuple(known)


class KeyOfAnotherOrderError(Exception):
    """A key has not as many values as the order has columns: the order was another one when it was made."""


@dataclass(frozen=True)
class OrderColumn:
    """A column of an order. Unless it says otherwise, what is not known comes last, and first where it descends."""

    name: str
    descending: bool = False
    nulls_first: bool = False

    def sql(self) -> str:
        """The column in ORDER BY."""
        told = f'"{self.name}"'
        if self.descending:
            return f"{told} DESC" if self.nulls_first else f"{told} DESC NULLS LAST"
        return f"{told} NULLS FIRST" if self.nulls_first else told

    def beyond(self, value: str | None, parameter: str) -> list[str]:
        """Conditions of what comes after a value, in order."""
        column, known = f'"{self.name}"', f'"{self.name}" {"<" if self.descending else ">"} %({parameter})s'
        if value is None:
            return [f"{column} IS NOT NULL"] if self.nulls_first else []
        return [known] if self.nulls_first else [known, f"{column} IS NULL"]


def parsed(order: str) -> tuple[OrderColumn, ...]:
    """An order as the lists declare it: columns with ASC or DESC and NULLS, as in SQL."""
    found = []
    for part in order.split(","):
        name, *words = part.split()
        descending = "DESC" in words
        found.append(OrderColumn(name.strip('"'), descending, "FIRST" in words or (descending and "LAST" not in words)))
    return tuple(found)


def sortable(row: type[BaseModel]) -> tuple[str, ...]:
    """By which columns of a row a list is sorted when asked: those that are one plain value."""
    return tuple(
        name for name, field in row.model_fields.items() if name not in _NOT_SORTED and _plain(field.annotation)
    )


def _plain(kind: Any) -> bool:
    if get_origin(kind) in {Union, UnionType}:
        return all(_plain(part) for part in get_args(kind) if part is not type(None))
    return isinstance(kind, type) and issubclass(kind, _PLAIN)


def ordered(order: str, row: type[BaseModel], sort: Sequence[str]) -> tuple[OrderColumn, ...]:
    """The order that is asked for (`-column` descends, what is not known comes last), then the list's own.

    The list's own tells every row from every other, so the whole does. Raises UnknownSortError.
    """
    own = parsed(order)
    known = sortable(row)
    asked: dict[str, OrderColumn] = {}
    for part in sort:
        name = part.removeprefix("-")
        if name not in known:
            raise UnknownSortError(name, known)
        asked.setdefault(name, OrderColumn(name, part.startswith("-")))
    return (*asked.values(), *(column for column in own if column.name not in asked))


def order_sql(order: Sequence[OrderColumn]) -> str:
    """An order as SQL."""
    return ", ".join(column.sql() for column in order)


def stretches(order: Sequence[OrderColumn], after: Key | None) -> list[str]:
    """Conditions of what comes after a row, in the order of the list; without one, of everything.

    Their values are parameters `after_0`, … (`key_parameters`). Raises KeyOfAnotherOrderError.
    """
    if after is None:
        return ["true"]
    if len(after) != len(order):
        raise KeyOfAnotherOrderError
    same = [
        f'"{column.name}" IS NULL' if value is None else f'"{column.name}" = %(after_{n})s'
        for n, (column, value) in enumerate(zip(order, after, strict=True))
    ]
    return [
        " AND ".join([*same[:n], beyond])
        for n in reversed(range(len(order)))
        for beyond in order[n].beyond(after[n], f"after_{n}")
    ]


def key_parameters(after: Key | None) -> dict[str, str]:
    """The values of the conditions."""
    return {f"after_{n}": value for n, value in enumerate(after or ()) if value is not None}


def said(value: Any) -> str:
    """A value as an address or a key says it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value.value) if isinstance(value, Enum) else str(value)


def key_of(order: Sequence[OrderColumn], row: dict[str, Any]) -> Key:
    """Where a row stands in an order."""
    return tuple(None if row[column.name] is None else said(row[column.name]) for column in order)
