"""县情 What flags look at, as it stands before a page, carried forward event by event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from domain.correction import FactCorrected
from domain.dates import CivilDate
from domain.recorded import Recorded
from domain.red_flags import LOOKS_AT, FlagRules, sketch_of
from domain.red_flags.flag import Dossier, FiredBy, Lateness, Like, RedFlag, Sketch, SystemRecord, UnitRecord
from domain.red_flags.trace import TRACED, Trace, Traces
from domain.rule import RuleSets
from domain.steps.answering import FlagAnswered
from domain.steps.connection import ConnectionObligationSet
from domain.steps.enrolment import UnitEnrolled
from domain.steps.filing import FilingAmended, ProjectFiled
from domain.steps.systems import SystemListed, SystemRegistered
from domain.streams import StreamAt, StreamKind, unit_id
from projections.view import Cursor, upsert

Row = dict[str, Any]
FlagKey = tuple[UUID, str, str]
"""Project, rule and key: they name a flag for good."""

_SKETCHED = LOOKS_AT["R04"] | LOOKS_AT["R05"]


@dataclass(frozen=True)
class SketchChange:
    """What is compared of a project became another, by the event at a position."""

    position: int
    project: UUID
    old: Sketch | None
    new: Sketch | None


class County:
    """The streams that a page concerns, and the flags of their projects."""

    def __init__(self, log_id: int, cursor: Cursor, rules: FlagRules, rule_sets: RuleSets) -> None:
        self.log_id = log_id
        self.rules = rules
        self.rule_sets = rule_sets
        self.sketch_changes: list[SketchChange] = []
        self._cursor = cursor
        self._streams: dict[UUID, Traces] = {}
        self._kinds: dict[UUID, StreamKind] = {}
        self._late: dict[UUID, Lateness | None] = {}
        self._late_at: dict[UUID, list[int]] = {}
        self._sketches: dict[UUID, Sketch | None] = {}
        self._reconsidered: set[UUID] = set()
        self._flags: dict[FlagKey, Row] = {}
        self._flags_of: dict[UUID, set[FlagKey]] = {}
        self._changed: set[FlagKey] = set()
        self._likes: dict[int, tuple[Sketch, list[Like]]] = {}
        self._fired: dict[int, tuple[FiredBy, Row]] = {}

    # Reading what stood before the page.

    def read(self, entries: Sequence[Recorded]) -> None:
        """Read all that these events can concern."""
        projects = {e.originator_id for e in entries if e.kind is StreamKind.PROJECT}
        systems = {e.originator_id for e in entries if e.kind is StreamKind.SYSTEM}
        units = {e.originator_id for e in entries if e.kind is StreamKind.UNIT}
        self._read_traces(projects | systems | units)
        concerned = {_id(t, "project") for s in systems for t in self.traces(s).once(SystemRegistered)}
        concerned |= {e.event.project for e in entries if isinstance(e.event, SystemRegistered)}
        concerned |= self._read_owned(units)
        self._read_traces(concerned)
        projects |= concerned
        listed = {_id(t, "system") for p in projects for t in self.traces(p).once(SystemListed)}
        listed |= {e.event.system for e in entries if isinstance(e.event, SystemListed)}
        filings = [t for p in projects for t in self.traces(p).once(ProjectFiled, FilingAmended)]
        owners = {owner for t in filings for owner in t.says["owners"]}
        for entry in entries:
            if isinstance(entry.event, ProjectFiled | FilingAmended):
                owners.update(entry.event.filing.owner_units)
        self._read_traces(listed | {unit_id(owner) for owner in owners})
        self.read_projects(projects)

    def read_projects(self, projects: Iterable[UUID]) -> None:
        """Read what came too late in projects before, and their flags."""
        wanted = list(projects)
        self._read_dossiers(wanted)
        self.read_flags(wanted)

    def _select(self, query: str, **parameters: Any) -> list[Row]:
        with self._cursor.connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(query.encode(), {"log_id": self.log_id, **parameters})
            return cursor.fetchall()

    def _read_traces(self, streams: Iterable[UUID], topic: str | None = None) -> None:
        """Read what is kept in mind of streams, all or of one topic, unless it is known already."""
        wanted = [s for s in streams if s not in self._streams]
        if not wanted:
            return
        self._streams |= {stream: Traces() for stream in wanted}
        for row in self._select(
            "SELECT * FROM traces WHERE log_id = %(log_id)s AND stream_id = ANY(%(streams)s)"
            " AND (%(topic)s::text IS NULL OR topic = %(topic)s) ORDER BY stream_id, version",
            streams=wanted,
            topic=topic,
        ):
            self._streams[row["stream_id"]].keep(_trace(row))

    def _read_owned(self, units: set[UUID]) -> set[UUID]:
        """Projects of the units whose obligations the page touches."""
        names = {t.says["uscc"]: u for u in units for t in self.traces(u).once(UnitEnrolled)}
        if not names:
            return set()
        owned = self._select(
            "SELECT project_id FROM projects WHERE log_id = %(log_id)s AND owners && %(owners)s::text[]",
            owners=sorted(names),
        )
        return {row["project_id"] for row in owned}

    def _read_dossiers(self, projects: Iterable[UUID]) -> None:
        wanted = [p for p in projects if p not in self._late]
        self._late |= dict.fromkeys(wanted)
        self._sketches |= dict.fromkeys(wanted)
        for row in self._select(
            "SELECT project_id, late, sketch FROM dossiers"
            " WHERE log_id = %(log_id)s AND project_id = ANY(%(projects)s)",
            projects=wanted,
        ):
            self._late[row["project_id"]] = _late(row["late"]) if row["late"] else None
            self._sketches[row["project_id"]] = sketch_from(row["sketch"]) if row["sketch"] else None

    def read_flags(self, projects: Iterable[UUID]) -> None:
        """Read the flags of projects, and what these answered."""
        wanted = [p for p in projects if p not in self._flags_of]
        self._flags_of |= {p: set() for p in wanted}
        flags = "SELECT * FROM flags WHERE log_id = %(log_id)s AND project_id = ANY(%(projects)s)"
        for row in self._select(flags, projects=wanted):
            self._keep(row)

    def read_sketches(self, projects: Iterable[UUID]) -> dict[UUID, Sketch]:
        """Sketches as they stood before the page."""
        found = {
            row["project_id"]: sketch_from(row["sketch"])
            for row in self._select(
                "SELECT project_id, sketch FROM dossiers"
                " WHERE log_id = %(log_id)s AND project_id = ANY(%(projects)s) AND sketch IS NOT NULL",
                projects=list(projects),
            )
        }
        self.read_flags(found)
        return found

    def read_like(self, query: str, **parameters: Any) -> set[UUID]:
        """Projects that a query of signs finds, as they stood before the page."""
        return {row["project_id"] for row in self._select(query, **parameters)}

    # Carrying it forward.

    def traces(self, stream: UUID) -> Traces:
        """What is kept in mind of a stream; of one that was not read nothing."""
        return self._streams.get(stream) or Traces()

    def take(self, entry: Recorded, late: tuple[int, int] | None, *, applied: bool) -> None:
        """Take in an event: `late` says by how many days it came too late, and beyond which limit.

        `applied`: events come in the form that their corrections gave them.
        """
        stream, topic = entry.originator_id, entry.event.TOPIC
        self._kinds[stream] = entry.kind
        if topic in TRACED:
            self.traces(stream).take(entry, applied=applied)
        rules = self.rules.looking_at(topic)
        sketched, answered = topic in _SKETCHED, topic == FlagAnswered.TOPIC
        if isinstance(entry.event, FactCorrected):
            target = entry.event.target_topic
            rules = self.rules.looking_at(target)
            sketched, answered = target in _SKETCHED, target == FlagAnswered.TOPIC
        match entry.kind:
            case StreamKind.PROJECT:
                if late is not None:
                    before = self._late.get(stream) or Lateness(0, 0, 0, ())
                    self._late[stream] = before.with_one(entry, *late)
                    self._late_at.setdefault(stream, []).append(entry.position)
                if sketched:
                    self._sketch(stream, entry.position)
                if answered:
                    self._changed |= self._flags_of.get(stream, set())
                self._evaluate(stream, rules, entry.position)
            case StreamKind.SYSTEM:
                listing = self.traces(stream).once(SystemRegistered)
                for project in dict.fromkeys(_id(t, "project") for t in listing):
                    self._evaluate(project, rules, entry.position)
            case StreamKind.UNIT:
                if self.traces(stream).once(ConnectionObligationSet):
                    for project in self._projects_of(stream):
                        self._evaluate(project, rules, entry.position)
            case _:
                pass

    def _projects_of(self, unit: UUID) -> list[UUID]:
        return [p for p in self._late if any(unit_id(owner) == unit for owner in self._owners(p))]

    def _owners(self, project: UUID) -> Sequence[str]:
        filings = self.traces(project).standing(ProjectFiled, FilingAmended)
        return tuple(filings[-1].says["owners"]) if filings else ()

    def _sketch(self, project: UUID, position: int) -> None:
        old, new = self._sketches.get(project), sketch_of(project, self.traces(project))
        if old != new:
            self._sketches[project] = new
            self._reconsidered.add(project)
            self.sketch_changes.append(SketchChange(position, project, old, new))

    def _evaluate(self, project: UUID, rules: frozenset[str], position: int) -> None:
        own, flagged = self.traces(project), self._flags_of.get(project, ())
        asking = self.rules.arising(rules, own.topics)
        if not asking and not any(key[1] in rules for key in flagged):
            return
        systems = dict.fromkeys(_id(t, "system") for t in own.standing(SystemListed))
        dossier = Dossier(
            project=project,
            traces=own,
            systems=tuple(SystemRecord(s, self.traces(s)) for s in systems),
            owner_units=tuple(UnitRecord(o, self.traces(unit_id(o))) for o in self._owners(project)),
        )
        raised = {(f.project, f.rule, f.key): f for f in self.rules.within(dossier, self.rule_sets, asking)}
        for flag in raised.values():
            self.hold(flag, position)
        for key in list(flagged):
            if key[1] in rules and key not in raised:
                self.lift(key, position)

    def settle_late(self) -> None:
        """Raise the flags of what came too late (R06): they only grow, so once for all that the page brings."""
        for project, at in self._late_at.items():
            self._reconsidered.add(project)
            dossier = Dossier(project=project, traces=Traces(), late=self._late[project])
            for flag in self.rules.within(dossier, self.rule_sets, ("R06",)):
                self.hold(flag, at[-1], first=at[0])

    def hold(self, flag: RedFlag, position: int, *, first: int | None = None) -> None:
        """The flag is raised, or raised still, by the event at a position; a new one by the `first`, if it is given."""
        key = (flag.project, flag.rule, flag.key)
        told: Row = {
            "version": flag.version,
            "told_zh": flag.told.zh,
            "told_en": flag.told.en,
            "events": [self._told(e) for e in flag.events],
            "others": list(flag.others),
        }
        known = self._flags.get(key)
        if known is None:
            row = {"log_id": self.log_id, "project_id": flag.project, "rule": flag.rule, "key": flag.key}
            raised = {"raised_at": position if first is None else first, "changed_at": position, "lifted_at": None}
            self._keep({**row, **told, **raised})
        elif known["lifted_at"] is None and all(known[name] == value for name, value in told.items()):
            return
        else:
            known |= told
            known["changed_at"], known["lifted_at"] = position, None
        self._changed.add(key)

    def lift(self, key: FlagKey, position: int) -> None:
        """A flag that stands, if there is one, is lifted by the event at a position."""
        known = self._flags.get(key)
        if known is not None and known["lifted_at"] is None:
            known["changed_at"], known["lifted_at"] = position, position
            self._changed.add(key)

    def likes(self, sketch: Sketch) -> list[Like]:
        """Where to look for the projects that a project is to be compared with."""
        known = self._likes.get(id(sketch))
        if known is None:
            known = self._likes[id(sketch)] = (sketch, self.rules.likes(sketch, self.rule_sets))
        return known[1]

    def _told(self, event: FiredBy) -> Row:
        """An event as it is stored: several flags may name it."""
        known = self._fired.get(id(event))
        if known is None:
            known = self._fired[id(event)] = (event, fired_json(event))
        return known[1]

    def _keep(self, row: Row) -> None:
        key = (row["project_id"], row["rule"], row["key"])
        self._flags[key] = row
        self._flags_of.setdefault(key[0], set()).add(key)

    # Writing it down.

    def flags_changed(self) -> set[UUID]:
        """Projects of which the page raised, changed or lifted a flag, or answered one."""
        return {project for project, _, _ in self._changed}

    def write(self) -> None:
        """Write what the page changed."""
        rows = [
            _trace_row(self.log_id, self._kinds[stream], trace)
            for stream, traces in self._streams.items()
            for trace in traces.all
            if trace.stream.version in traces.changed
        ]
        upsert(self._cursor, "traces", ("log_id", "stream_id", "version"), rows)
        dossiers = [
            {
                "log_id": self.log_id,
                "project_id": project,
                "late": Jsonb(self._late_json(late)) if (late := self._late.get(project)) else None,
                "sketch": Jsonb(sketch_json(sketch)) if (sketch := self._sketches.get(project)) else None,
            }
            for project in self._reconsidered
        ]
        upsert(self._cursor, "dossiers", ("log_id", "project_id"), dossiers)
        self._write_signs()
        # A project of which nothing else was read may have answered before.
        self._read_traces(self.flags_changed(), FlagAnswered.TOPIC)
        flags = [self._flag_row(key) for key in self._changed]
        upsert(self._cursor, "flags", ("log_id", "project_id", "rule", "key"), flags)

    def _late_json(self, late: Lateness) -> Row:
        return {
            "count": late.count,
            "most_days": late.most_days,
            "limit_days": late.limit_days,
            "first": [self._told(e) for e in late.first],
        }

    def _write_signs(self) -> None:
        changed = list(dict.fromkeys(c.project for c in self.sketch_changes))
        if not changed:
            return
        self._cursor.execute("DELETE FROM signs WHERE log_id = %s AND project_id = ANY(%s)", (self.log_id, changed))
        rows = [
            {
                "log_id": self.log_id,
                "sign": like.sign,
                "owner": like.owner,
                "filed_day": sketch.filed_on.earliest,
                "project_id": project,
            }
            for project in changed
            if (sketch := self._sketches.get(project)) is not None
            for like in self.likes(sketch)
        ]
        upsert(self._cursor, "signs", (), rows)

    def _flag_row(self, key: FlagKey) -> Row:
        project, rule, name = key
        row = self._flags[key]
        answers = [
            t.position
            for t in self.traces(project).standing(FlagAnswered)
            if (t.says["flag"], t.says["key"]) == (rule, name)
        ]
        answered_at = max(answers, default=None)
        if row["lifted_at"] is not None:
            status = "LIFTED"
        elif answered_at is None:
            status = "OPEN"
        else:
            status = "ANSWERED" if answered_at > row["changed_at"] else "STANDS"
        return {
            **row,
            "events": Jsonb(row["events"]),
            "status": status,
            "answered_at": answered_at,
            "answers": len(answers),
            "classified": row.get("classified", False),
        }


def _id(trace: Trace, name: str) -> UUID:
    return UUID(trace.says[name])


def _trace(row: Row) -> Trace:
    first = row["first_happened_on"]
    return Trace(
        topic=row["topic"],
        stream=StreamAt(kind=StreamKind(row["stream_kind"]), id=row["stream_id"], version=row["version"]),
        position=row["position"],
        recorded_at=row["recorded_at"].astimezone(UTC),
        account=row["account"],
        happened_on=CivilDate.parse(row["happened_on"]),
        says=row["says"],
        first_happened_on=CivilDate.parse(first) if first else None,
        withdrawn=row["withdrawn"],
        person=row["person"],
        organisation=row["organisation"],
        role=row["role"],
    )


def _trace_row(log_id: int, kind: StreamKind, trace: Trace) -> Row:
    return {
        "log_id": log_id,
        "stream_id": trace.stream.id,
        "version": trace.stream.version,
        "stream_kind": kind,
        "topic": trace.topic,
        "position": trace.position,
        "recorded_at": trace.recorded_at.isoformat(),
        "account": trace.account,
        "happened_on": str(trace.happened_on),
        "says": Jsonb(trace.says),
        "first_happened_on": str(trace.first_happened_on) if trace.first_happened_on else None,
        "withdrawn": trace.withdrawn,
        "person": trace.person,
        "organisation": trace.organisation,
        "role": trace.role,
    }


def fired_json(event: FiredBy) -> Row:
    """An event that fired a flag, as it is stored."""
    at = event.stream
    return {
        "topic": event.topic,
        "stream": {"kind": str(at.kind), "id": str(at.id), "version": at.version},
        "position": event.position,
        "happened_on": str(event.happened_on),
        "recorded_at": event.recorded_at.astimezone(UTC).isoformat(),
    }


def _late(stored: Row) -> Lateness:
    first = tuple(FiredBy.model_validate(e) for e in stored["first"])
    return Lateness(stored["count"], stored["most_days"], stored["limit_days"], first)


def sketch_json(sketch: Sketch) -> Row:
    """A sketch as it is stored."""
    return {
        "project": str(sketch.project),
        "name": sketch.name,
        "owners": list(sketch.owners),
        "categories": list(sketch.categories),
        "filed_on": str(sketch.filed_on),
        "estimate_fen": sketch.estimate_fen,
        "provides": list(sketch.provides),
        "filed": fired_json(sketch.filed),
    }


def sketch_from(stored: Row) -> Sketch:
    """A sketch as it was stored."""
    return Sketch(
        project=UUID(stored["project"]),
        name=stored["name"],
        owners=tuple(stored["owners"]),
        categories=tuple(stored["categories"]),
        filed_on=CivilDate.parse(stored["filed_on"]),
        estimate_fen=stored["estimate_fen"],
        provides=tuple(stored["provides"]),
        filed=FiredBy.model_validate(stored["filed"]),
    )
