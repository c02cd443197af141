"""溯源 Every list of the views that can be traced, by view and name."""

from __future__ import annotations

from typing import Any

from projections.asking import Rows
from projections.clauses import queries as clauses
from projections.documents import queries as documents
from projections.money import queries as money
from projections.performance import queries as performance
from projections.red_flags import queries as red_flags
from projections.register import queries as register
from projections.security import queries as security
from projections.sharing import queries as sharing
from projections.stages import queries as stages
from projections.supervision import queries as supervision
from projections.timeline import queries as timeline

LISTS: dict[tuple[str, str], Rows[Any]] = {
    (rows.view, rows.name): rows
    for rows in (
        *register.LISTS,
        *timeline.LISTS,
        *supervision.LISTS,
        *performance.LISTS,
        *money.LISTS,
        *sharing.LISTS,
        *clauses.LISTS,
        *red_flags.LISTS,
        *stages.LISTS,
        *security.LISTS,
        *documents.LISTS,
    )
}
"""The lists by the names that stand in their links."""
