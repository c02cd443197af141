"""阶段视图 When did each project reach which milestone, how long did each stage take, and where did it stop?

Durations, the funnel and the trends are all counted from these rows, so each of their figures leads back to events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from domain.dates import CivilDate, HalfYear, Precision
from domain.event import Event
from domain.evolve import effective
from domain.project import FundPurpose, Knowledge
from domain.project import Milestone as Stated
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.rule import Gate
from domain.steps.acceptance import ProjectAccepted
from domain.steps.approval import ApprovalRevoked, ProjectApproved
from domain.steps.building import ProgressReported
from domain.steps.filing import FilingRefused, ProjectFiled, UnfiledProjectFound
from domain.steps.funding import FundsArranged, FundsDisbursed
from domain.steps.history import ProjectImported
from domain.steps.procurement import ContractRecorded
from domain.steps.security import SecurityTested
from domain.steps.sharing import SharingDeclared
from domain.streams import StreamKind
from projections.topics import ALL, topics
from projections.unit_names import NAMING, write_unit_names
from projections.unit_names import TABLE as UNIT_NAMES
from projections.view import Cursor, Page, Projection, project_name, upsert


class ProjectMilestone(StrEnum):
    """里程碑 In the order of a project's life. Money is no straight line: it has two milestones."""

    ASKED = "ASKED"  # 申请备案，或被发现未备案
    FILED = "FILED"  # 备案
    SHARED = "SHARED"  # 共享声明
    APPROVED = "APPROVED"  # 立项
    FUNDED = "FUNDED"  # 首次安排建设资金
    CONTRACTED = "CONTRACTED"  # 首份合同
    TESTED = "TESTED"  # 首次等级测评
    COMPLETED = "COMPLETED"  # 竣工（进度100%）
    ACCEPTED = "ACCEPTED"  # 竣工验收
    OPERATED = "OPERATED"  # 首次安排运维经费


FUNNEL = (
    ProjectMilestone.ASKED,
    ProjectMilestone.FILED,
    ProjectMilestone.SHARED,
    ProjectMilestone.APPROVED,
    ProjectMilestone.FUNDED,
    ProjectMilestone.ACCEPTED,
    ProjectMilestone.OPERATED,
)
"""Steps of the funnel. A project is in a step when it has passed it and all before it."""
STAGES: tuple[tuple[ProjectMilestone, ProjectMilestone], ...] = (
    (ProjectMilestone.FILED, ProjectMilestone.SHARED),
    (ProjectMilestone.FILED, ProjectMilestone.APPROVED),
    (ProjectMilestone.APPROVED, ProjectMilestone.FUNDED),
    (ProjectMilestone.APPROVED, ProjectMilestone.CONTRACTED),
    (ProjectMilestone.APPROVED, ProjectMilestone.COMPLETED),
    (ProjectMilestone.COMPLETED, ProjectMilestone.ACCEPTED),
    (ProjectMilestone.APPROVED, ProjectMilestone.ACCEPTED),
    (ProjectMilestone.ACCEPTED, ProjectMilestone.OPERATED),
    (ProjectMilestone.FILED, ProjectMilestone.ACCEPTED),
)
"""The stretches of a project's life whose length is reported."""

REFUSED, PAID, REVOKED, IMPORTED = "REFUSED", "PAID", "REVOKED", "IMPORTED"
"""Marks that are no milestones: each counts, and an import is a marker of the newest edition."""

_REACHED_BY: dict[type[Event], tuple[str, ...]] = {
    UnfiledProjectFound: (ProjectMilestone.ASKED,),
    FilingRefused: (ProjectMilestone.ASKED, REFUSED),
    ProjectFiled: (ProjectMilestone.ASKED, ProjectMilestone.FILED),
    SharingDeclared: (ProjectMilestone.SHARED,),
    ProjectApproved: (ProjectMilestone.APPROVED,),
    ApprovalRevoked: (REVOKED,),
    ContractRecorded: (ProjectMilestone.CONTRACTED,),
    SecurityTested: (ProjectMilestone.TESTED,),
    ProjectAccepted: (ProjectMilestone.ACCEPTED,),
    FundsDisbursed: (PAID,),
}
_BY_PURPOSE = {FundPurpose.BUILD: (ProjectMilestone.FUNDED,), FundPurpose.OPERATION: (ProjectMilestone.OPERATED,)}
_STATED: dict[Stated, ProjectMilestone] = {
    Stated.FILED: ProjectMilestone.FILED,
    Stated.APPROVED: ProjectMilestone.APPROVED,
    Stated.FUNDED: ProjectMilestone.FUNDED,
    Stated.ENDED: ProjectMilestone.COMPLETED,
}
"""What another record states of the same. It decides nothing here, so acceptance is not among it."""
_GATES: dict[ProjectMilestone, tuple[Gate, ...]] = {
    ProjectMilestone.FILED: (Gate.FILE,),
    ProjectMilestone.SHARED: (Gate.APPROVE,),
    ProjectMilestone.APPROVED: (Gate.APPROVE,),
    ProjectMilestone.FUNDED: (Gate.FUND_BUILD,),
    ProjectMilestone.ACCEPTED: (Gate.ACCEPT,),
    ProjectMilestone.OPERATED: (Gate.FUND_OPERATION,),
}
"""The gate whose refusal keeps a project from a step. Sharing has none of its own: the approval is refused for it."""

_HANDLED = (
    "record",
    "project.filed",
    "project.filing_refused",
    "project.filing_amended",
    "project.unfiled_found",
    "project.sharing_declared",
    "project.approved",
    "project.approval_refused",
    "project.approval_revoked",
    "project.contract_recorded",
    "project.progress_reported",
    "project.accepted",
    "project.acceptance_refused",
    "project.funds_arranged",
    "project.funds_disbursed",
    "project.funds_refused",
    "project.ppp_listing_refused",
    "project.service_refused",
    "project.imported",
    "project.system_listed",
    "system.security_tested",
)


class Stages(Projection):
    """One row per mark that an event leaves, per milestone reached, per stage begun, and per project."""

    NAME = "stages"
    VERSION = 2
    HANDLES = topics(*_HANDLED) | NAMING
    IGNORES = ALL - HANDLES
    TABLES = f"""
        {UNIT_NAMES}
        CREATE TABLE projects (
            log_id integer NOT NULL, project_id uuid NOT NULL, number text, name text NOT NULL, owners text[] NOT NULL,
            classified boolean NOT NULL, source text, since integer, reached text, stopped_by text[] NOT NULL,
            stopped_at bigint,
            PRIMARY KEY (log_id, project_id));
        CREATE INDEX ON projects (log_id, reached, project_id);
        CREATE INDEX ON projects USING gin (owners);
        CREATE TABLE links (
            log_id integer NOT NULL, project_id uuid NOT NULL, system_id uuid NOT NULL,
            PRIMARY KEY (log_id, project_id, system_id));
        CREATE INDEX ON links (log_id, system_id);
        CREATE TABLE marks (
            log_id integer NOT NULL, stream_id uuid NOT NULL, version integer NOT NULL, mark text NOT NULL,
            happened_on text NOT NULL, day date NOT NULL, half_year text NOT NULL, gate text, rules text[] NOT NULL,
            position bigint NOT NULL,
            PRIMARY KEY (log_id, stream_id, version, mark));
        CREATE INDEX ON marks (log_id, mark, half_year);
        CREATE TABLE milestones (
            log_id integer NOT NULL, project_id uuid NOT NULL, milestone text NOT NULL, happened_on text NOT NULL,
            day date NOT NULL, exact boolean NOT NULL, half_year text NOT NULL, position bigint NOT NULL,
            PRIMARY KEY (log_id, project_id, milestone));
        CREATE INDEX ON milestones (log_id, half_year, milestone);
        CREATE TABLE stages (
            log_id integer NOT NULL, project_id uuid NOT NULL, stage text NOT NULL, began_on text NOT NULL,
            began date NOT NULL, year integer NOT NULL, ended_on text, ended_half text, days integer,
            outcome text NOT NULL, positions bigint[] NOT NULL,
            PRIMARY KEY (log_id, project_id, stage));
        CREATE INDEX ON stages (log_id, stage, outcome, days DESC NULLS LAST, began, project_id);
        CREATE INDEX ON stages (log_id, stage, days DESC NULLS LAST, began, project_id);
        CREATE INDEX ON stages (log_id, stage, year);
    """

    def project(self, page: Page, cursor: Cursor) -> None:
        """Write the marks of the page's events, and what follows for the projects that they concern."""
        _write_marks(page, cursor)
        projects = page.touched(StreamKind.PROJECT)
        own = {p: list(dict.fromkeys(page.project(p).systems)) for p in projects}
        _write_anew(cursor, page, "links", projects, [{"project_id": p, "system_id": s} for p in own for s in own[p]])
        cursor.execute(
            "SELECT DISTINCT project_id FROM links WHERE log_id = %s AND system_id = ANY(%s) ORDER BY 1",
            (page.log_id, page.touched(StreamKind.SYSTEM)),
        )
        concerned = list(dict.fromkeys([*projects, *(p for (p,) in cursor.fetchall())]))
        marks = _marks_of(cursor, page.log_id, concerned)
        lives = {p: _Life(marks.get(p, [])) for p in concerned}
        upsert(cursor, "projects", ("log_id", "project_id"), [_project(page, p, lives[p]) for p in concerned])
        reached = [{"project_id": p, **m.row()} for p in concerned for m in lives[p].first.values()]
        _write_anew(cursor, page, "milestones", concerned, reached)
        stages = [{"project_id": p, **row} for p in concerned for row in lives[p].stages()]
        _write_anew(cursor, page, "stages", concerned, stages)
        write_unit_names(page, cursor)


def _write_anew(
    cursor: Cursor, page: Page, table: str, projects: Sequence[UUID], rows: Iterable[dict[str, Any]]
) -> None:
    """A correction may leave fewer rows than there were."""
    cursor.execute(f"DELETE FROM {table} WHERE log_id = %s AND project_id = ANY(%s)", (page.log_id, list(projects)))
    upsert(cursor, table, (), [{"log_id": page.log_id, **row} for row in rows])


# Marks of events.


def _write_marks(page: Page, cursor: Cursor) -> None:
    rows: list[dict[str, Any]] = []
    streams = [*page.touched(StreamKind.PROJECT), *page.touched(StreamKind.SYSTEM)]
    corrected = [s for s in streams if page.corrects(s)]
    cursor.execute("DELETE FROM marks WHERE log_id = %s AND stream_id = ANY(%s)", (page.log_id, corrected))
    for stream in streams:
        entries = effective(page.history(stream)) if stream in corrected else page.of(stream)
        rows += [row for entry in entries for row in _marks(page.log_id, entry)]
    upsert(cursor, "marks", ("log_id", "stream_id", "version", "mark"), rows)


def _marks(log_id: int, entry: Recorded) -> Iterator[dict[str, Any]]:
    event = entry.event
    gate, rules = (event.judgement.gate, event.judgement.blocking()) if isinstance(event, Refused) else (None, ())
    for mark, on in _reached(entry):
        yield {
            "log_id": log_id,
            "stream_id": entry.stream.id,
            "version": entry.stream.version,
            "mark": mark,
            "happened_on": str(on),
            "day": on.earliest,
            "half_year": str(HalfYear.of(on.earliest)),
            "gate": gate,
            "rules": list(rules),
            "position": entry.position,
        }


def _reached(entry: Recorded) -> Iterator[tuple[str, CivilDate]]:
    event, on = entry.event, entry.happened_on
    match event:
        case ProjectImported():
            yield IMPORTED, on
            # The first of each: a record states a milestone once.
            for fact in reversed(event.facts):
                if fact.milestone in _STATED and fact.on is not None and fact.knowledge is Knowledge.STATED:
                    yield _STATED[fact.milestone], fact.on
        case FundsArranged():
            yield from ((mark, on) for mark in _BY_PURPOSE.get(event.purpose, ()))
        case ProgressReported() if event.percent == 100:
            yield ProjectMilestone.COMPLETED, on
        case _:
            marks = _REACHED_BY.get(type(event), (REFUSED,) if isinstance(event, Refused) else ())
            yield from ((mark, on) for mark in marks)


# What follows from them.


@dataclass(frozen=True)
class _Mark:
    mark: str
    happened_on: str
    day: date
    exact: bool
    half_year: str
    gate: str | None
    rules: tuple[str, ...]
    position: int
    version: int

    def row(self) -> dict[str, Any]:
        """As a milestone of a project."""
        return {
            "milestone": self.mark,
            "happened_on": self.happened_on,
            "day": self.day,
            "exact": self.exact,
            "half_year": self.half_year,
            "position": self.position,
        }


def _marks_of(cursor: Cursor, log_id: int, projects: Sequence[UUID]) -> dict[UUID, list[_Mark]]:
    """Marks of projects and of their systems."""
    found: dict[UUID, list[_Mark]] = {}
    with cursor.connection.cursor(row_factory=dict_row) as rows:
        rows.execute(
            "SELECT s.project_id, m.* FROM ("
            "    SELECT p AS project_id, p AS stream_id FROM unnest(%(projects)s::uuid[]) p UNION"
            "    SELECT project_id, system_id FROM links WHERE log_id = %(log_id)s AND project_id = ANY(%(projects)s)"
            ") s JOIN marks m ON m.log_id = %(log_id)s AND m.stream_id = s.stream_id ORDER BY m.position, m.mark",
            {"log_id": log_id, "projects": list(projects)},
        )
        for row in rows.fetchall():
            on = CivilDate.parse(row["happened_on"])
            names = ("mark", "happened_on", "day", "half_year", "gate", "position", "version")
            mark = _Mark(
                **{name: row[name] for name in names},
                exact=on.precision is Precision.DAY,
                rules=tuple(row["rules"]),
            )
            found.setdefault(row["project_id"], []).append(mark)
    return found


class _Life:
    """The life of one project, from its marks in the order of the log."""

    def __init__(self, marks: Sequence[_Mark]) -> None:
        editions = [m.position for m in marks if m.mark == IMPORTED]
        # Of another record's editions the newest counts.
        kept = [m for m in marks if not (m.position in editions and m.position != editions[-1])]
        self.marks = kept
        self.first: dict[ProjectMilestone, _Mark] = {}
        for milestone in ProjectMilestone:
            of_it = [m for m in kept if m.mark == milestone]
            if of_it:
                self.first[milestone] = min(of_it, key=lambda m: (m.day, m.position))
        filed = self.first.get(ProjectMilestone.FILED)
        if filed is not None and ProjectMilestone.ASKED not in self.first:  # as another record states it
            self.first[ProjectMilestone.ASKED] = replace(filed, mark=ProjectMilestone.ASKED)

    @property
    def reached(self) -> ProjectMilestone | None:
        """The last step of the funnel up to which it has passed all."""
        passed = None
        for step in FUNNEL:
            if step not in self.first:
                break
            passed = step
        return passed

    def stopped_by(self) -> tuple[list[str], int | None]:
        """Why it has not passed the next step: rules that refused it, REVOKED, SKIPPED or WAITING; and which event."""
        reached = self.reached
        if reached in {None, FUNNEL[-1]}:
            return [], None
        place = FUNNEL.index(reached) + 1
        revoked = [m for m in self.marks if m.mark == REVOKED]
        approved = [m for m in self.marks if m.mark == ProjectMilestone.APPROVED]
        if reached is ProjectMilestone.APPROVED and revoked and revoked[-1].position > approved[-1].position:
            return [REVOKED], revoked[-1].position
        if any(step in self.first for step in FUNNEL[place + 1 :]):
            return ["SKIPPED"], None
        refused = [m for m in self.marks if m.mark == REFUSED and m.gate in _GATES[FUNNEL[place]]]
        if refused:
            return list(refused[-1].rules), refused[-1].position
        return ["WAITING"], None

    def stages(self) -> Iterator[dict[str, Any]]:
        """Stages that it has begun. One that has not ended is open: its length is not known yet."""
        for begins, ends in STAGES:
            began, ended = self.first.get(begins), self.first.get(ends)
            if began is None:
                continue
            days, outcome = None, "OPEN"
            if ended is not None:
                days = (ended.day - began.day).days
                outcome = "INEXACT" if not (began.exact and ended.exact) else "REVERSED" if days < 0 else "PASSED"
            yield {
                "stage": f"{begins}-{ends}",
                "began_on": began.happened_on,
                "began": began.day,
                "year": began.day.year,
                "ended_on": ended.happened_on if ended else None,
                "ended_half": ended.half_year if ended else None,
                "days": None if outcome == "INEXACT" else days,
                "outcome": outcome,
                "positions": [m.position for m in (began, ended) if m is not None],
            }


def _project(page: Page, stream: UUID, life: _Life) -> dict[str, Any]:
    project = page.project(stream)
    stopped_by, stopped_at = life.stopped_by()
    begun = life.first.get(ProjectMilestone.ASKED) or life.first.get(ProjectMilestone.FILED)
    return {
        "log_id": page.log_id,
        "project_id": stream,
        "number": project.number,
        "name": project_name(project),
        "owners": list(project.owners),
        "classified": project.classified,
        "source": project.origin.source if project.origin else None,
        "since": begun.day.year if begun else None,
        "reached": life.reached,
        "stopped_by": stopped_by,
        "stopped_at": stopped_at,
    }
