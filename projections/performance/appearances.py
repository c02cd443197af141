"""版次 How often a project appears in the editions of another record, and what each says: rating, end, cost.

An edition may also repeat what an earlier one rated; such a rating stands under its own period, unless that period's
edition itself is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from domain.project import HistoricalFact, Knowledge, Milestone
from domain.recorded import Recorded
from domain.steps.history import ProjectImported
from domain.texts import half_width

TABLE = """
        CREATE TABLE appearances (
            log_id integer NOT NULL, project_id uuid NOT NULL, period text NOT NULL, edition boolean NOT NULL,
            source text NOT NULL, name text NOT NULL, name_key text NOT NULL, organisation text NOT NULL,
            area text NOT NULL, scale text, own_grade text, independent_grade text, ends_on text, ends_from date,
            cost_fen numeric, currency text, withheld integer NOT NULL, withheld_by_law boolean NOT NULL,
            ends_before_start boolean NOT NULL, position bigint NOT NULL,
            PRIMARY KEY (log_id, project_id, period));
        CREATE INDEX ON appearances (log_id, source, period);
        CREATE INDEX ON appearances (log_id, name_key);
"""

_RATINGS = {Milestone.EVALUATED_OWN: "own_grade", Milestone.EVALUATED_INDEPENDENT: "independent_grade"}
_ENDS = (Milestone.ENDED, Milestone.END_REVISED, Milestone.END_PLANNED)
_COSTS = (Milestone.WHOLE_LIFE_COST, Milestone.BUDGET, Milestone.APPROVED_AMOUNT)
"""What the cost of a project is, the first that an edition states."""


def appearances(log_id: int, entries: Iterable[Recorded]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of editions, and rows of what they repeat of other periods, of the entries of one project in their order."""
    editions: dict[str, dict[str, Any]] = {}
    repeated: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if not isinstance(entry.event, ProjectImported):
            continue
        origin, facts = entry.event.origin, entry.event.facts
        stated = {
            "log_id": log_id,
            "project_id": entry.originator_id,
            "source": origin.source,
            "name": origin.name,
            "name_key": name_key(origin.name),
            "organisation": origin.organisation,
            "area": origin.area,
            "position": entry.position,
        }
        own = _rated(f for f in facts if f.text in {None, origin.edition})
        editions[origin.edition] = {**stated, "period": origin.edition, "edition": True, **own, **_planned(facts)}
        for period in dict.fromkeys(f.text for f in facts if f.milestone in _RATINGS and f.text):
            if period != origin.edition:
                rated = _rated(f for f in facts if f.text == period)
                repeated[period] = {**stated, "period": period, "edition": False, **rated, **_planned(())}
    return list(editions.values()), [row for period, row in repeated.items() if period not in editions]


def name_key(name: str) -> str:
    """A name without what stands in brackets, without punctuation, in lower case: equal keys are only a hint."""
    kept, depth = [], 0
    for char in half_width(name).casefold():
        depth += (char in "([{【") - (depth > 0 and char in ")]}】")
        if depth == 0 and char.isalnum():
            kept.append(char)
    return "".join(kept)


def _rated(facts: Iterable[HistoricalFact]) -> dict[str, Any]:
    grades = {_RATINGS[f.milestone]: f for f in facts if f.milestone in _RATINGS and f.grade is not None}
    scales = [f.scale for f in (grades.get("independent_grade"), grades.get("own_grade")) if f is not None]
    return {
        "scale": scales[0] if scales else None,
        **{column: grades[column].grade if column in grades else None for column in _RATINGS.values()},
    }


def _planned(facts: Iterable[HistoricalFact]) -> dict[str, Any]:
    listed = list(facts)
    stated = [f for f in listed if f.knowledge is Knowledge.STATED]
    end = next((f.on for m in _ENDS for f in stated if f.milestone is m and f.on is not None), None)
    start = next((f.on for f in stated if f.milestone is Milestone.STARTED and f.on is not None), None)
    cost = next((f.amount for m in _COSTS for f in stated if f.milestone is m and f.amount is not None), None)
    ends_from: date | None = end.earliest if end else None
    return {
        "ends_on": str(end) if end else None,
        "ends_from": ends_from,
        "cost_fen": cost.fen if cost else None,
        "currency": cost.currency if cost else None,
        "withheld": sum(f.knowledge is Knowledge.WITHHELD for f in listed),
        "withheld_by_law": any(f.basis is not None for f in listed),
        "ends_before_start": end is not None and start is not None and end.latest < start.earliest,
    }
