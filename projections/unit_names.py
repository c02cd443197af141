"""单位名称 Names of units, for views that know an owner unit by its code: joined when read, so always the newest.

A view that has them makes the table, handles the topics, and writes what its pages touch.
"""

from __future__ import annotations

from domain.streams import StreamKind
from projections.topics import topics
from projections.view import Cursor, Page, upsert

NAMING = topics("unit.enrolled", "unit.renamed", "record")
"""Topics of the events by which units get their names."""

TABLE = """
    CREATE TABLE units (
        log_id integer NOT NULL, unit_id uuid NOT NULL, uscc text NOT NULL, name text NOT NULL,
        PRIMARY KEY (log_id, unit_id));
    CREATE INDEX ON units (log_id, uscc);
"""


def write_unit_names(page: Page, cursor: Cursor) -> None:
    """Write the names of the units that the page touches."""
    units = [page.unit(stream) for stream in page.touched(StreamKind.UNIT)]
    rows = [{"log_id": page.log_id, "unit_id": u.id, "uscc": u.uscc, "name": u.name} for u in units]
    upsert(cursor, "units", ("log_id", "unit_id"), rows)


def name_of(code: str) -> str:
    """SQL of the name of the unit of a code; NULL when no such unit is enrolled."""
    return f"(SELECT min(known.name) FROM units known WHERE known.log_id = %(log_id)s AND known.uscc = {code})"


def names_of(codes: str) -> str:
    """SQL of the names of the units of an array of codes, in their order."""
    return f"ARRAY(SELECT {name_of('o.uscc')} FROM unnest({codes}) WITH ORDINALITY o(uscc, n) ORDER BY o.n)"
