"""合计 Sums and counts of a view's rows, kept beside them: a page that shows them costs the same in any county."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from projections.view import Cursor


@dataclass(frozen=True)
class Tally:
    """A table of sums. What the rows of a project add is taken out before they change, and put in as they are then.

    So it equals the sums over all rows, whatever the pages, also when a correction left fewer of them.
    """

    table: str
    key: tuple[str, ...]
    """Besides log_id."""
    sums: tuple[str, ...]
    rows: str
    """SQL of what the rows of the projects `of` add, in the columns of key and sums."""

    def take_out(self, cursor: Cursor, log_id: int, of: Collection[UUID]) -> None:
        """Subtract what the rows of some projects add: before they change."""
        self._add(cursor, log_id, of, "-")

    def put_in(self, cursor: Cursor, log_id: int, of: Collection[UUID]) -> None:
        """Add what the rows of these projects add now. Where nothing is left, no row stays."""
        self._add(cursor, log_id, of, "")
        if of:
            nothing = " AND ".join(f"{s} = 0" for s in self.sums)
            cursor.execute(f"DELETE FROM {self.table} WHERE log_id = %s AND {nothing}".encode(), (log_id,))

    def _add(self, cursor: Cursor, log_id: int, of: Collection[UUID], sign: str) -> None:
        if not of:
            return
        key = ", ".join(self.key)
        cursor.execute(
            f"INSERT INTO {self.table} AS t (log_id, {key}, {', '.join(self.sums)})"
            f" SELECT %(log_id)s, {key}, {', '.join(f'{sign}sum({s})' for s in self.sums)} FROM ({self.rows}) r"
            f" GROUP BY {key} ON CONFLICT (log_id, {key})"
            f" DO UPDATE SET {', '.join(f'{s} = t.{s} + excluded.{s}' for s in self.sums)}".encode(),
            {"log_id": log_id, "of": list(of)},
        )
