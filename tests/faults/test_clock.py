"""The clock goes back (F12): the order is that of positions, and no event was recorded before the one before it."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import psycopg

from infrastructure.doctor import State, examine
from infrastructure.settings import Settings
from tests.faults.recording import marked, recorder_on

AHEAD = timedelta(hours=1)
NEVER_BACK = "greatest(clock_timestamp(), l.recorded_at)"


def functions(conn: psycopg.Connection[tuple[str]]) -> list[str]:
    """The definitions of the functions that say when something was recorded."""
    rows = conn.execute(
        "SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = 'liuhen' AND p.prosrc LIKE %s",
        (f"%{NEVER_BACK}%",),
    ).fetchall()
    return [told for (told,) in rows]


def recorded_over_a_clock_that_goes_back(database: str) -> tuple[list[timedelta], State]:
    """The times between one event and the next, and what the doctor says of them."""
    with recorder_on(database, give_up_after=60) as recorder:
        recorder.append(marked("before", "s", 1))
        with psycopg.connect(database) as conn:  # as if the clock had been ahead until now
            conn.execute("UPDATE liuhen.logs SET recorded_at = recorded_at + %s", (AHEAD,))
            conn.execute("ALTER TABLE liuhen.events DISABLE TRIGGER USER")
            conn.execute("UPDATE liuhen.events SET recorded_at = recorded_at + %s", (AHEAD,))
            conn.execute("ALTER TABLE liuhen.events ENABLE ALWAYS TRIGGER events_are_final")
        for n in range(2, 5):
            recorder.append(marked(f"after {n}", "s", n))
    with psycopg.connect(database) as conn:
        rows = conn.execute("SELECT recorded_at FROM liuhen.events ORDER BY position").fetchall()
    found = {f.name: f.state for f in examine(Settings(database_url=database), database)}
    return [later - earlier for (earlier,), (later,) in pairwise(rows)], found["recorded_at"]


def test_the_recorded_time_never_goes_back(database: str) -> None:
    """Nor is it the clock of a process of the service that says it: several of them differ."""
    between, told = recorded_over_a_clock_that_goes_back(database)
    assert between[0] == timedelta(0), "the clock did not go back: the test is void"
    assert (min(between) >= timedelta(0), told) == (True, State.OK)


def test_a_database_that_believes_its_clock_is_found_out(database: str) -> None:
    with psycopg.connect(database) as conn:
        changed = functions(conn)
        assert changed
        for definition in changed:
            conn.execute(definition.replace(NEVER_BACK, "clock_timestamp()").encode())
    between, told = recorded_over_a_clock_that_goes_back(database)
    assert min(between) < timedelta(0)
    assert told is not State.OK
