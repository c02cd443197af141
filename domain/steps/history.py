"""历史导入: a project brought in from another record, as history. Nothing here decides or passes a gate."""

from __future__ import annotations

from domain.event import Event
from domain.evolve import evolve
from domain.faults import ActError
from domain.project import HistoricalFact, ImportedEdition, ImportOrigin, Project
from domain.recorded import Recorded
from domain.rule import text


class ProjectImported(Event):
    """A project was brought in from another record. A later edition of the same row is a further event."""

    TOPIC = "project.imported"

    origin: ImportOrigin
    facts: tuple[HistoricalFact, ...]


def bring_in(project: Project, origin: ImportOrigin, facts: tuple[HistoricalFact, ...]) -> ProjectImported | None:
    """Give the event, or None when exactly this row was the last brought in of its edition.

    Raises what `is_news` raises.
    """
    return ProjectImported(origin=origin, facts=facts) if is_news(project, origin.edition, origin.row_sha256) else None


def is_news(project: Project, edition: str, row_sha256: str) -> bool:
    """Is a row to be recorded: was it not the last that was brought in of its edition?

    Raises ActError for a classified project: no text of another record enters beside its placeholder (G15).
    """
    if project.classified:
        raise ActError(
            text(
                "该项目在此登记为涉密，只留占位记录，不得导入",
                "the project is classified here: nothing is brought in (G15)",
            )
        )
    return not any(e.edition == edition and e.row_sha256 == row_sha256 for e in project.editions)


@evolve.register
def _(event: ProjectImported, project: Project, at: Recorded) -> Project:
    del at
    origin = event.origin
    others = (e for e in project.editions if e.edition != origin.edition)
    editions = (*others, ImportedEdition(edition=origin.edition, row_sha256=origin.row_sha256))
    if project.origin is not None and origin.snapshot_on.earliest < project.origin.snapshot_on.earliest:
        return project.but(editions=editions)  # An older edition, brought in later: the newest still speaks.
    return project.but(origin=origin, history=event.facts, editions=editions)
