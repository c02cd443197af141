"""办理 How every use case runs: read, decide, record; again if something moved meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar, cast
from uuid import UUID

from application.act import Act, check_day, check_fit, circumstances_of, fingerprint
from application.ports import Desk, NewEvent, RequestKey, StreamMovedError
from application.scope import OutOfScopeError
from application.sealing import sealed
from application.turn import Turn
from domain.accounts import Accounts
from domain.case import Case
from domain.command import Command
from domain.county import County
from domain.dates import Precision
from domain.evaluator import Evaluator
from domain.event import Event
from domain.evolve import Foldable
from domain.faults import ActError, BadFieldError, UnknownSubjectError, VersionMovedError
from domain.guidance_fund import GuidanceFund
from domain.performed import Performed
from domain.personal import Person
from domain.project import Project
from domain.proposal import Proposal
from domain.recorded import Recorded
from domain.refusal import Refused
from domain.rule import Judgement, RuleSet, text
from domain.streams import (
    StreamAt,
    StreamKey,
    StreamKind,
    accounts_id,
    county_id,
    evaluator_id,
    guidance_fund_id,
    key_of,
    register_id,
    requested_id,
    unit_id,
)
from domain.system import GovSystem
from domain.unit import Register, Unit

StateT = TypeVar("StateT", bound=Foldable)
CommandT = TypeVar("CommandT", bound=Command)

# A busy register can move many times while one filing is decided; each round lets at least one writer through.
ATTEMPTS = 50


_NOTHING_ASKED = Proposal()


class BusyError(Exception):
    """The streams of the request kept moving. Nothing was recorded; send it again."""


@dataclass(frozen=True)
class Planned:
    """An event that a use case wants recorded in a stream."""

    kind: StreamKind
    stream: UUID
    event: Event


@dataclass(frozen=True)
class Outcome:
    """What came of a request. For a dry run nothing is recorded and `recorded` is empty."""

    subject: UUID
    events: tuple[Event, ...]
    recorded: tuple[Recorded, ...]

    @property
    def judgement(self) -> Judgement | None:
        """The judgement that the first event rests on, if it went through a gate."""
        return self.events[0].__dict__.get("judgement") if self.events else None

    @property
    def refused(self) -> bool:
        """Was the request refused by a rule?"""
        return bool(self.events) and isinstance(self.events[0], Refused)


class Reading:
    """What one attempt reads, and at which versions, so that the save can be guarded by it."""

    def __init__(self, desk: Desk, act: Act, new_id: UUID | None = None, *, newest: bool = True) -> None:
        """`newest`: read what is recorded by now. Without it, what is known may do: the save is guarded by it."""
        self.desk = desk
        self.act = act
        self.newest = newest
        self._new_id = new_id
        self._states: dict[StreamKey, Foldable] = {}
        self._read: dict[StreamKey, tuple[StreamKind, UUID, int]] = {}

    @property
    def new_id(self) -> UUID:
        """Identity for a stream that the request begins; the same for a repeated request."""
        if self._new_id is None:
            key = self.act.key
            self._new_id = self.desk.new_id() if key is None else requested_id(self.act.actor.account, key)
        return self._new_id

    def history(self, kind: StreamKind, stream: UUID) -> Sequence[Recorded]:
        """The events of a stream."""
        history = self.desk.ledger.read(kind, stream)
        self._note(kind, stream, history[-1].stream.version if history else 0)
        return history

    def version(self, kind: StreamKind, stream: UUID) -> int:
        """The version at which a stream was read; 0 for one that was not."""
        read = self._read.get(key_of(kind, stream))
        return 0 if read is None else read[2]

    def begun(self, written: Collection[StreamKey]) -> frozenset[StreamKey]:
        """Those of the streams that had begun when they were read: others may write them, too."""
        return frozenset(key for key in written if (read := self._read.get(key)) is not None and read[2])

    def read_besides(self, written: Collection[StreamKey]) -> list[StreamAt]:
        """The streams that were read and are not written, with their versions.

        An identity has one kind. That it is no project, say, needs no guard where it was found to be a system's.
        """
        found = {key[1] for key, (_, _, version) in self._read.items() if version} | {
            identity for _, identity in written
        }
        return [
            StreamAt.made_of(kind=kind, id=stream, version=version)
            for key, (kind, stream, version) in self._read.items()
            if key not in written and (version or key[1] not in found)
        ]

    def _note(self, kind: StreamKind, stream: UUID, version: int) -> None:
        # What was read twice and moved in between counts as of the first time, so that the save is refused.
        key = key_of(kind, stream)
        before = self._read.get(key)
        if before is None or version < before[2]:
            self._read[key] = (kind, stream, version)

    def project(self, project: UUID, *, must_exist: bool = True) -> Project:
        """The project's state. Raises UnknownSubjectError when nothing is recorded of it."""
        return self._state(StreamKind.PROJECT, project, lambda: Project(id=project), must_exist)

    def system(self, system: UUID, *, must_exist: bool = True) -> GovSystem:
        """The system's state. Raises UnknownSubjectError when nothing is recorded of it."""
        return self._state(StreamKind.SYSTEM, system, lambda: GovSystem(id=system), must_exist)

    def unit(self, uscc: str, *, must_exist: bool = False) -> Unit:
        """The unit's state. Raises UnknownSubjectError when it must exist and nothing is recorded of it."""
        stream = unit_id(uscc)
        return self._state(StreamKind.UNIT, stream, lambda: Unit(id=stream, uscc=uscc), must_exist)

    def register(self, division: str, year: int) -> Register:
        """The filing register of a division and year."""
        stream = register_id(division, year)
        return self._state(StreamKind.REGISTER, stream, lambda: Register(id=stream), must_exist=False)

    def county(self) -> County:
        """The county whose log this is."""
        stream = county_id(self.desk.division)
        return self._state(StreamKind.COUNTY, stream, lambda: County(id=stream), must_exist=False)

    def evaluator(self, uscc: str, *, must_exist: bool = False) -> Evaluator:
        """An evaluator's state. Raises UnknownSubjectError when it must exist and nothing is recorded of it."""
        stream = evaluator_id(uscc)
        return self._state(StreamKind.EVALUATOR, stream, lambda: Evaluator(id=stream, uscc=uscc), must_exist)

    def guidance_fund(self) -> GuidanceFund:
        """The county's guidance fund."""
        stream = guidance_fund_id(self.desk.division)
        return self._state(StreamKind.GUIDANCE_FUND, stream, lambda: GuidanceFund(id=stream), must_exist=False)

    def accounts(self) -> Accounts:
        """The accounts of the log."""
        stream = accounts_id(self.desk.division)
        return self._state(StreamKind.ACCOUNTS, stream, lambda: Accounts(id=stream), must_exist=False)

    def _state(
        self,
        kind: StreamKind,
        stream: UUID,
        beginning: Callable[[], StateT],
        must_exist: bool,  # noqa: FBT001 (private)
    ) -> StateT:
        key = key_of(kind, stream)
        state = cast("StateT | None", self._states.get(key))
        if state is None:
            state = self.current(kind, stream, beginning)
            self._states[key] = state
            self._note(kind, stream, state.version)
        if must_exist and not state.version:
            raise UnknownSubjectError(text("没有此标识的记录", "nothing is recorded under that identity"))
        return state

    def current(self, kind: StreamKind, stream: UUID, beginning: Callable[[], StateT]) -> StateT:
        """The state that a stream's events make of the one that it begins with."""
        states = self.desk.states
        if self.newest:
            return states.newest(kind, beginning())
        seen = states.seen(kind, stream)
        return states.known(kind, beginning()) if seen is None else cast("StateT", seen)

    def case(self, project: Project, *, at_gate: bool, proposal: Proposal | None = None) -> Case:
        """All that a gate may look at. Papers that the act carries count as free text (G15)."""
        proposal = proposal or _NOTHING_ASKED
        owners = proposal.filing.owner_units if proposal.filing else project.owners
        carried = (
            *proposal.free_text,
            *(("evidence",) if self.act.evidence else ()),
            *(("authority.title",) if self.act.authority and self.act.authority.title else ()),
        )
        day = self.decision_day() if at_gate else min(self.act.happened_on.latest, self.desk.today())
        return Case(
            decided_on=day,
            rules=self.rule_set(day, at_gate=at_gate),
            project=project,
            systems=tuple([self.system(s) for s in project.systems]),
            owner_units=tuple([self.unit(u) for u in owners]),
            evaluator=self.evaluator(proposal.commission.evaluator_uscc) if proposal.commission else None,
            proposal=proposal.but(free_text=tuple(dict.fromkeys(carried)), acting_as=self.act.actor.role),
            person=self.act.actor.person,
        )

    def case_of_system(self, system: GovSystem, *, at_gate: bool, proposal: Proposal | None = None) -> Case:
        """The case of a system's first project, with what persons did in all the others that share it (S01)."""
        first, *others = system.projects
        case = self.case(self.project(first, must_exist=False), at_gate=at_gate, proposal=proposal)
        if not others or case.person is None or not case.rules.separated:
            return case
        known = {s.id for s in case.systems}
        performed: list[Performed] = []
        for other in others:
            project = self.project(other, must_exist=False)
            beside = [self.system(s) for s in project.systems if s not in known]
            performed += project.performed
            performed += [p for s in beside for p in s.performed]
            known |= {s.id for s in beside}
        return case.but(performed_elsewhere=tuple(performed))

    def decision_day(self) -> date:
        """The exact day of a decision. Raises BadFieldError for a month or a year: a gate is judged on a day."""
        on = self.act.happened_on
        if on.precision is not Precision.DAY:
            raise BadFieldError(
                text("关口决定的日期须精确到日", "a decision at a gate needs an exact day"), "/happened_on"
            )
        return on.earliest

    def rule_set(self, day: date, *, at_gate: bool) -> RuleSet:
        """The rule set in force. Raises BadFieldError for a decision of a day before any rule set."""
        found = self.desk.rule_sets.in_force(day)
        if found is None and not at_gate:
            # A plain fact may be older than the rules; it is then looked at under those of today.
            found = self.desk.rule_sets.in_force(self.desk.today())
        if found is None:
            raise BadFieldError(
                text(
                    f"{day}没有生效的规则集：此前的决定请作为历史导入",
                    f"no rule set was in force on {day}: bring older decisions in as history",
                ),
                "/happened_on",
            )
        return found


def submit(
    desk: Desk, act: Act, subject: UUID | str, command: Command, plan: Callable[[Reading], list[Planned]]
) -> Outcome:
    """Run a plan until it is recorded, refused or found impossible.

    The plan reads through its `Reading`; every stream that it read guards the save, and those that it did not
    write are named in the events with their versions. Raises ActError and its kinds, KeyReusedError, BusyError.
    """
    check_day(desk, act)
    check_fit(command, act)
    _check_sealed(command)
    request = None
    if act.key is not None:
        request = RequestKey(act.actor.account, act.key, fingerprint(subject, command, act))
    newest = act.dry_run
    with Turn(desk.turns) as turn:
        for _ in range(ATTEMPTS):
            # A decision is made on what is known first. Mostly nothing moved, and the save, which is guarded by it,
            # shows that: then it was the newest, and nothing had to be read.
            reading = Reading(desk, act, newest=newest)
            fault: ActError | None = None
            try:
                if act.scope is not None:
                    act.scope.check_act(subject, command, reading)
                planned = plan(reading)
            except ActError as error:
                fault = error
            if act.seen and not isinstance(fault, OutOfScopeError):
                fault = _moved(act, reading) or fault
            if fault is not None:
                if not newest:
                    newest = True
                    continue
                # What was recorded for this request before is its answer, whatever would be said to it today.
                earlier = desk.ledger.recall(request) if request is not None and not act.dry_run else None
                if earlier is None:
                    raise fault
                return _outcome(earlier)
            if act.dry_run:
                return Outcome(planned[0].stream, tuple(p.event for p in planned), ())
            written = {key_of(p.kind, p.stream) for p in planned}
            begun = reading.begun(written)
            if turn.is_anothers(begun):
                # It will have moved by then. What whoever had the turn left is known.
                newest = not turn.take(begun)
                continue
            read = reading.read_besides(written)
            events = _place(planned, reading, act, read)
            try:
                recorded = desk.ledger.record(events, guards=read, request=request)
            except StreamMovedError:
                newest = not turn.take(begun)
                continue
            desk.states.learn(recorded)
            return _outcome(recorded)
    raise BusyError


def check_scope(desk: Desk, act: Act, subject: UUID | str, command: Command) -> None:
    """Raises OutOfScopeError where whoever acts does not reach the subject: before a person is sealed for it.

    What is known of it may be out of date; `submit` asks again, guarded by the versions that it read.
    """
    if act.scope is None:
        return
    try:
        act.scope.check_act(subject, command, Reading(desk, act, newest=False))
    except OutOfScopeError:
        act.scope.check_act(subject, command, Reading(desk, act))


def _moved(act: Act, reading: Reading) -> VersionMovedError | None:
    """The fault of an act on a history that the client had seen otherwise."""
    version = reading.version(act.seen[0].kind, act.seen[0].id)
    # What is not there, or was not looked at, has no version; the plan says what is wrong with it.
    return VersionMovedError(version) if version and all(at.version != version for at in act.seen) else None


def _check_sealed(command: Command) -> None:
    """Raises TypeError: nothing in plain words of a person is decided on, fingerprinted or recorded."""
    if command.PERSONAL and any(isinstance(getattr(command, name), Person) for name in command.PERSONAL):
        raise TypeError(f"{type(command).__name__} has to be sealed first (application.sealing)")


def _outcome(recorded: Sequence[Recorded]) -> Outcome:
    return Outcome(recorded[0].stream.id, tuple(r.event for r in recorded), tuple(recorded))


def _place(planned: list[Planned], reading: Reading, act: Act, read: Sequence[StreamAt]) -> list[NewEvent]:
    """Give each planned event its version, and name in it the other streams that the decision read."""
    circumstances = circumstances_of(act, tuple(at for at in read if at.version))
    versions: dict[StreamKey, int] = {}
    placed = []
    for event in planned:
        key = key_of(event.kind, event.stream)
        version = versions[key] = (versions.get(key) or reading.version(event.kind, event.stream)) + 1
        at = StreamAt.made_of(kind=event.kind, id=event.stream, version=version)
        placed.append(NewEvent(at, circumstances, event.event))
    return placed


def on_project(
    desk: Desk,
    project: UUID,
    command: CommandT,
    act: Act,
    decide: Callable[[Case, CommandT], Event],
    *,
    at_gate: bool = False,
) -> Outcome:
    """Run a step whose one event belongs to the project's stream."""

    def plan(reading: Reading) -> list[Planned]:
        case = reading.case(reading.project(project), at_gate=at_gate)
        return [Planned(StreamKind.PROJECT, project, decide(case, command))]

    return submit(desk, act, project, command, plan)


def on_system(
    desk: Desk,
    system: UUID,
    command: CommandT,
    act: Act,
    decide: Callable[[Case, GovSystem, CommandT], Event],
) -> Outcome:
    """Run a step whose one event belongs to the stream of a system; its projects say what it is part of."""

    def plan(reading: Reading) -> list[Planned]:
        subject = reading.system(system)
        case = reading.case_of_system(subject, at_gate=False)
        return [Planned(StreamKind.SYSTEM, system, decide(case, subject, command))]

    return submit(desk, act, system, command, plan)


def on_unit(desk: Desk, uscc: str, command: CommandT, act: Act, decide: Callable[[Unit, CommandT], Event]) -> Outcome:
    """Run a step whose one event belongs to the stream of an enrolled unit."""

    command = sealed(desk, act, StreamKind.UNIT, unit_id(uscc), command)

    def plan(reading: Reading) -> list[Planned]:
        unit = reading.unit(uscc, must_exist=True)
        return [Planned(StreamKind.UNIT, unit.id, decide(unit, command))]

    return submit(desk, act, uscc, command, plan)


def on_county(desk: Desk, command: CommandT, act: Act, decide: Callable[[County, CommandT], Event]) -> Outcome:
    """Run a step whose one event belongs to the stream of the county."""

    command = sealed(desk, act, StreamKind.COUNTY, county_id(desk.division), command)

    def plan(reading: Reading) -> list[Planned]:
        county = reading.county()
        return [Planned(StreamKind.COUNTY, county.id, decide(county, command))]

    return submit(desk, act, "county", command, plan)
