"""Every row and figure says which events it rests on: they are there, and from them alone the same figure follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import psycopg

from application.asking import AsOf
from domain.recorded import Recorded
from domain.streams import StreamKind
from infrastructure.bootstrap import Liuhen
from infrastructure.projecting.as_of import view_as_of
from projections.asking import Connection, Row, Rows, UnderRules, Window, positions_behind, read
from projections.clauses.queries import ACTS, ActsAsked
from projections.documents.queries import PAPERS, PapersAsked
from projections.streams import Streams
from projections.timeline.queries import STORY
from projections.timeline.queries import Asked as StoryAsked
from projections.tracing import LISTS
from projections.view import Page
from tests.given import RULES
from tests.projections import test_engine

small_county = test_engine.small_county

DAY = date(2026, 6, 30)
ALL = Window(limit=100_000, exact=True)
NAMING = frozenset(
    {
        "project.filed",
        "project.filing_amended",
        "project.imported",
        "project.unfiled_found",
        "unit.enrolled",
        "unit.renamed",
        "system.registered",
        "system.listed",
        "project.system_listed",
        "record.fact_corrected",
    }
)
"""Events by which readers know what a row is about. A figure rests on others, too."""
SUBJECTS = frozenset({"timeline", "clauses", "documents"})
"""Views whose lists are of one subject."""
FEW = 20
"""Rows that are followed of a list whose rows are each one event."""
LABELS = frozenset({"position", "trace", "stage", "refusal_position"})
"""What a row says besides its figures."""


def asked_of(rows: Rows[Any], **changes: Any) -> Row:
    """All rows of a list, on a day where it needs one; of a timeline nothing, as it needs a subject."""
    fields = rows.asked.model_fields
    given = {"on": DAY} if "on" in fields else {}
    return under_rules(rows.asked(**given, **changes))


def under_rules(asked: Row) -> Row:
    """With the parameters of the day, where it is asked under them."""
    return asked.but(parameters=RULES.parameters) if isinstance(asked, UnderRules) else asked


def by_link(conn: Connection, log_id: int, rows: Rows[Any], link: str, position: int) -> list[int]:
    """The positions behind a link, as the route reads it."""
    parts = urlsplit(link)
    assert parts.path == f"/v1/trace/{rows.view}/{rows.name}"
    query = parse_qs(parts.query, keep_blank_values=True)
    key = query.pop("key", [])
    asked = under_rules(rows.asked.model_validate({name: values[0] for name, values in query.items()}))
    return positions_behind(conn, log_id, rows, asked, key, classified=True, position=position)


def traceable(liuhen: Liuhen) -> list[tuple[Rows[Any], Row]]:
    """Every list with what is asked of it; timeline and papers are those of each project."""
    projects = {e.stream.id for e in liuhen.ledger.after(0, 10_000) if e.event.TOPIC == "project.filed"}
    found = [(rows, asked_of(rows)) for rows in LISTS.values() if rows.view not in SUBJECTS]
    for project in sorted(projects):
        found += [(STORY, StoryAsked(subject=project)), (PAPERS, PapersAsked(project=project))]
    return found + [(ACTS, ActsAsked(rule=rule)) for rule in ("G02", "G03", "G14", "O11")]


def walk(liuhen: Liuhen, rows: Rows[Any], asked: Row, *, most_imported: int | None = None) -> int:
    """Follow the link of every row of a list and of the list itself. Gives how many were followed.

    Of rows that are each one event, and of imported projects beyond `most_imported`, only the link is looked at.
    """
    log_id, head = liuhen.settings.division, liuhen.ledger.position()
    with liuhen.pool.connection() as conn, conn.transaction():
        conn.execute(f"SET LOCAL search_path TO {liuhen.engine.schema(rows.view, conn)}".encode())
        listed = read(conn, log_id, rows, asked, ALL, classified=True)
        assert listed.trace is not None
        whole = by_link(conn, log_id, rows, listed.trace, head)
        of_rows: set[int] = set()
        followed, imported, events = 0, 0, 0
        for row in listed.items:
            events += rows.key == ("position",)
            imported += getattr(row, "number", "") is None or getattr(row, "source", None) is not None
            if (events > FEW and row.trace.endswith(f"key={row.position}")) or imported > (most_imported or len(whole)):
                continue
            behind = by_link(conn, log_id, rows, row.trace, head)
            assert behind, f"nothing is behind {row}"
            assert behind == sorted(set(behind))
            assert 0 < behind[0] <= behind[-1] <= head
            assert set(behind) <= set(whole), f"{rows.view}/{rows.name}: a row rests on what the whole does not"
            of_rows.update(behind)
            followed += 1
        if followed == len(listed.items):
            assert of_rows == set(whole), f"{rows.view}/{rows.name}: the whole rests on other events than its rows"
    return followed


def test_every_row_and_every_total_is_traced(small_county: Liuhen) -> None:
    small_county.engine.catch_up()
    counted = {(rows.view, rows.name): 0 for rows, _ in traceable(small_county)}
    for rows, asked in traceable(small_county):
        counted[rows.view, rows.name] += walk(small_county, rows, asked)
    empty = {name for name, n in counted.items() if not n}
    # What the few projects of this county do not have.
    assert empty <= {
        ("performance", "raters"),
        ("performance", "disagreements"),
        ("supervision", "overdue"),
        ("supervision", "blocked"),
        ("supervision", "out-of-order"),
        ("supervision", "sanctioned-units"),
        ("supervision", "tasks"),
        ("supervision", "supervision-items"),
        ("performance", "edition-pairs"),
        ("performance", "names"),
        ("performance", "unit-score-ranks"),
        ("performance", "assessments"),
    }, empty


def folded(liuhen: Liuhen, rows: Rows[Any], asked: Row, entries: Sequence[Recorded]) -> list[dict[str, Any]]:
    """The rows of a list that follow from these events alone."""
    log_id = liuhen.settings.division
    by_stream: dict[UUID, list[Recorded]] = {}
    for entry in entries:
        by_stream.setdefault(entry.originator_id, []).append(entry)
    projection = liuhen.engine.projections[rows.view]
    with psycopg.connect(liuhen.engine.conninfo) as conn, conn.cursor() as cursor:
        conn.execute("SET LOCAL search_path TO pg_temp")
        conn.execute(projection.TABLES.encode())
        streams = Streams(lambda wanted, _: {s: by_stream[s] for s in wanted if s in by_stream})
        streams.forward(entries, entries[-1].position if entries else 0)
        projection.project(Page(log_id, [e for e in entries if e.event.TOPIC in projection.HANDLES], streams), cursor)
        return shown(conn, log_id, rows, asked)


def is_named(entry: Recorded, traced: set[UUID]) -> bool:
    """A system that is not in a list, as it is retired, is not named there either."""
    return entry.kind is not StreamKind.SYSTEM or entry.stream.id in traced


def shown(conn: Connection, log_id: int, rows: Rows[Any], asked: Row) -> list[dict[str, Any]]:
    listed = read(conn, log_id, rows, asked, ALL, classified=True).items
    return [{k: v for k, v in row.model_dump().items() if k not in LABELS} for row in listed]


def test_from_what_is_traced_the_same_figures_follow(small_county: Liuhen) -> None:
    """So nothing that a figure rests on is left out: without any topic of its origin, a list would differ."""
    liuhen = small_county
    liuhen.engine.catch_up()
    log_id, head = liuhen.settings.division, liuhen.ledger.position()
    entries = liuhen.ledger.after(0, 10_000)
    different = []
    for rows, asked in traceable(liuhen):
        if rows.view == "red_flags":
            continue  # A flag also rests on what a project is compared with, and has tests of its own.
        if (rows.view, rows.name) == ("stages", "stopped"):
            continue  # Without the events of those that went on, of which others only need the name, they have stopped.
        with liuhen.pool.connection() as conn, conn.transaction():
            conn.execute(f"SET LOCAL search_path TO {liuhen.engine.schema(rows.view, conn)}".encode())
            real = shown(conn, log_id, rows, asked)
            behind = set(positions_behind(conn, log_id, rows, asked, (), classified=True, position=head))
        traced = {e.stream.id for e in entries if e.position in behind}
        kept = [e for e in entries if e.position in behind or (e.event.TOPIC in NAMING and is_named(e, traced))]
        if folded(liuhen, rows, asked, kept) != real:
            different.append(f"{rows.view}/{rows.name}")
    assert different == []


def test_every_list_can_be_read_as_of_a_day(small_county: Liuhen) -> None:
    """With corrections applied and no history at hand: what had not happened is in no list."""
    log_id, asked_in = small_county.settings.division, dict.fromkeys(rows.view for rows in LISTS.values())
    for view in asked_in:
        with view_as_of(small_county.engine, view, AsOf(happened=DAY)) as (conn, freshness):
            assert freshness.as_of_happened == DAY
            of_view = [(rows, asked) for rows, asked in traceable(small_county) if rows.view == view]
            found = {rows.name: read(conn, log_id, rows, asked, ALL, classified=True).total for rows, asked in of_view}
        with view_as_of(small_county.engine, view, AsOf(happened=date(2000, 1, 1))) as (conn, _):
            early = {rows.name: read(conn, log_id, rows, asked, ALL, classified=True).total for rows, asked in of_view}
        assert any(found.values()), view
        # Half-years without a meeting are there whatever happened, and so is the county as a whole.
        assert {name for name, n in early.items() if n} <= {"missed-meetings", "county"}, view
