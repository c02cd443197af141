"""Red flags on a real database: what raises them, what does not, and what nearly would; and however it is paged."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from application.asking import AsOf
from application.ports import NewEvent, UpTo
from domain.correction import FactCorrected
from domain.dates import CivilDate
from domain.event import Event
from domain.money import Money
from domain.project import Category, FundPurpose, ImportOrigin, SharedResource, ShareType
from domain.recorded import Actor, Circumstances, Role
from domain.red_flags import OF_A_PROJECT, FlagRules, sketch_of
from domain.red_flags.flag import Dossier, UnitRecord, Watch
from domain.red_flags.trace import Traces
from domain.rule import Gate
from domain.steps.answering import FlagAnswered
from domain.steps.connection import ConnectionObligationMet, ConnectionObligationSet
from domain.steps.enrolment import UnitEnrolled
from domain.steps.filing import FilingAmended, ProjectFiled
from domain.steps.history import ProjectImported
from domain.steps.procurement import ContractRecorded
from domain.steps.sharing import SharingDeclared
from domain.steps.systems import SystemListed, SystemRegistered
from domain.streams import StreamAt, StreamKind, unit_id
from infrastructure.bootstrap import Liuhen, today
from infrastructure.demo.script import code_of
from infrastructure.projecting.as_of import check, view_as_of
from infrastructure.red_flags import load_flag_rules
from infrastructure.rule_sets import load_rule_sets
from projections.asking import Connection, Window, read
from projections.red_flags import RedFlags
from projections.red_flags.queries import FLAGS, Filter, FlagRow, Status
from tests.given import Dated
from tests.projections.test_engine import engine
from tests.stages import (
    ACCEPTED,
    APPROVED,
    BUILD_MONEY,
    CLASSIFIED,
    ENROLLED,
    FILING,
    OTHER,
    OWNER,
    SHARED,
    filed,
    level_report,
    passed,
)

LOG = 370323
WATCHED = frozenset({"R01", "R02", "R03", "R04", "R05", "R07", "R08", "R09", "R10"})
"""All but R06: whatever is recorded in a test was recorded too late."""
LATE = frozenset({"R06"})


class Record:
    """Writes events as they come, each by an account of its own unless it is said by whom.

    `of_units` gives a record of other units, projects and resources in the same log.
    """

    def __init__(self, liuhen: Liuhen, number: int = 0, owner: str = OWNER, other: str = OTHER) -> None:
        self.liuhen = liuhen
        self._number = number
        self._codes = {OWNER: owner, OTHER: other}
        self._versions: dict[UUID, int] = {}
        self._count = 0

    def of_units(self, number: int) -> Record:
        return Record(self.liuhen, number, code_of(100 + 2 * number), code_of(101 + 2 * number))

    def id(self, number: int) -> UUID:
        return UUID(int=self._number * 1000 + number)

    def of(
        self,
        kind: StreamKind,
        stream: UUID,
        *events: Dated,
        account: str | None = None,
        person: UUID | None = None,
    ) -> None:
        """Record dated events of a stream."""
        together = []
        for on, event in events:
            self._count += 1
            version = self._versions[stream] = self._versions.get(stream, 0) + 1
            by = account or f"account-{self._number}-{self._count}"
            actor = Actor(account=by, organisation="测试", role=Role.OWNER_UNIT, person=person)
            circumstances = Circumstances(happened_on=CivilDate.parse(on), actor=actor)
            at = StreamAt(kind=kind, id=stream, version=version)
            together.append(NewEvent(at, circumstances, self._own(event)))
        self.liuhen.ledger.record(together)

    def _own(self, event: Event) -> Event:
        match event:
            case ProjectFiled() | FilingAmended():
                owners = tuple(self._codes[o] for o in event.filing.owner_units)
                return event.but(filing=event.filing.but(owner_units=owners))
            case SharingDeclared():
                named = [p.but(name=f"{p.name}{self._number or ''}") for p in event.provides]
                return event.but(provides=tuple(named))
            case UnitEnrolled():
                return event.but(uscc=self._codes[event.uscc])
        return event

    def project(self, number: int, *events: Dated, account: str | None = None, person: UUID | None = None) -> UUID:
        self.of(StreamKind.PROJECT, self.id(number), *events, account=account, person=person)
        return self.id(number)

    def unit(self, *events: Dated) -> UUID:
        self.of(StreamKind.UNIT, unit_id(self._codes[OWNER]), *events)
        return unit_id(self._codes[OWNER])

    def system(self, number: int, project: int, *events: Dated) -> UUID:
        self.project(project, ("2019-03-01", SystemListed(system=self.id(number), name="系统")))
        registered = ("2019-03-01", SystemRegistered(name="系统", project=self.id(project)))
        self.of(StreamKind.SYSTEM, self.id(number), registered, *events)
        return self.id(number)

    def correct(self, number: int, version: int, topic: str, kind: StreamKind = StreamKind.PROJECT, **how: Any) -> None:
        """Withdraw or replace what was recorded of a project, or of another stream."""
        self.of(kind, self.id(number), ("2021-01-01", FactCorrected(target_version=version, target_topic=topic, **how)))


@pytest.fixture
def record(liuhen: Liuhen) -> Record:
    return Record(liuhen)


def flagged(
    liuhen: Liuhen,
    moment: AsOf | None = None,
    *,
    classified: bool = True,
    watched: frozenset[str] = WATCHED,
    **which: Any,
) -> list[FlagRow]:
    """The flags of the rules that are watched, as they stand, or as of a moment."""

    def found(conn: Connection) -> list[FlagRow]:
        return read(conn, LOG, FLAGS, Filter(**which), Window(limit=500), classified=classified).items

    if moment is not None:
        with view_as_of(liuhen.engine, "red_flags", moment) as (conn, _):
            return [f for f in found(conn) if f.rule in watched]
    liuhen.engine.catch_up()
    with liuhen.pool.connection() as conn, conn.transaction():
        conn.execute(f"SET LOCAL search_path TO {liuhen.engine.schema('red_flags', conn)}".encode())
        return [f for f in found(conn) if f.rule in watched]


def on(day: str, event: Dated) -> Dated:
    return day, event[1]


OPERATION_MONEY: Dated = (
    "2019-06-20",
    BUILD_MONEY[1].but(number=2, purpose=FundPurpose.OPERATION, judgement=passed(Gate.FUND_OPERATION)),
)
OBLIGED: Dated = (
    "2018-11-01",
    ConnectionObligationSet(
        number=1, system_name="旧系统", requirement_document="源政办〔2018〕9号", issuer="县政府", due_on="2018-12-31"
    ),
)


def contract(wan: int) -> Dated:
    return "2019-03-01", ContractRecorded(contract_no=f"C-{wan}", supplier="承建", amount=Money.fen_of(wan * 1_000_000))


def named(name: str, fen: int = 600_000_00, owner: str = OWNER, category: Category = Category.OTHER) -> Dated:
    filing = FILING.but(name=name, estimate=Money.fen_of(fen), owner_units=(owner,), categories=(category,))
    return filed(filing)


ORIGIN = ImportOrigin(
    source="别处",
    key="1",
    edition="2019",
    snapshot_on=CivilDate.parse("2019-01-05"),
    name="旧项目",
    organisation="某局",
    area="",
    row_sha256="0" * 64,
)
IMPORTED = ProjectImported(origin=ORIGIN, facts=())
PLAIN = (filed(), SHARED, APPROVED)
OFFICE = Category.COLLABORATIVE_OFFICE
"""Rule: what fires it, what does not, and what nearly does."""
CASES: dict[str, tuple[Callable[[Record], Any], Callable[[Record], Any], Callable[[Record], Any]]] = {
    "R01": (
        lambda r: r.project(1, filed(), SHARED, on("2019-02-19", BUILD_MONEY), APPROVED),
        lambda r: r.project(1, *PLAIN, BUILD_MONEY),
        lambda r: r.project(1, *PLAIN, on("2019-02-20", BUILD_MONEY)),
    ),
    "R02": (
        lambda r: r.project(1, *PLAIN, on("2019-06-09", OPERATION_MONEY), ACCEPTED),
        lambda r: r.project(1, *PLAIN, ACCEPTED, OPERATION_MONEY),
        lambda r: r.project(1, *PLAIN, ACCEPTED, on("2019-06-10", OPERATION_MONEY)),
    ),
    "R03": (
        lambda r: (r.project(1, *PLAIN), r.unit(ENROLLED, OBLIGED)),
        lambda r: (r.project(1, *PLAIN), r.unit(ENROLLED)),
        lambda r: (r.unit(ENROLLED, OBLIGED, ("2019-02-20", ConnectionObligationMet(number=1))), r.project(1, *PLAIN)),
    ),
    "R04": (
        lambda r: (r.project(1, named("社区网格视频监控一期")), r.project(2, named("社区网格视频监控二期"))),
        lambda r: (r.project(1, named("社区网格视频监控一期")), r.project(2, named("不动产登记系统"))),
        lambda r: (
            r.project(1, named("社区网格视频监控一期")),
            r.project(2, named("社区网格视频监控二期", 399_999_99)),
        ),
    ),
    "R05": (
        lambda r: (
            r.project(1, named("县直协同办公系统", owner=OTHER, category=OFFICE)),
            r.project(2, on("2020-01-05", named("全县协同办公系统", category=OFFICE))),
        ),
        lambda r: (
            r.project(1, named("县直协同办公系统", owner=OTHER, category=OFFICE)),
            r.project(2, on("2020-01-05", named("不动产登记系统", category=OFFICE))),
        ),
        lambda r: (
            r.project(1, named("县直协同办公系统", owner=OTHER)),
            r.project(2, on("2020-01-05", named("全县协同办公系统"))),
        ),
    ),
    "R06": (
        lambda r: r.project(1, filed()),
        lambda r: r.project(1, on(today().isoformat(), filed())),
        lambda r: r.project(1, ("2019-01-05", IMPORTED)),  # it says itself that it is history
    ),
    "R07": (
        lambda r: r.project(1, *PLAIN, person=r.id(7)),  # by an account for each act
        lambda r: r.project(1, *PLAIN),
        lambda r: (r.project(1, filed(), SHARED, person=r.id(7)), r.project(1, APPROVED, person=r.id(8))),
    ),
    "R08": (
        lambda r: (r.project(1, *PLAIN, on("2020-05-02", ACCEPTED)), r.system(9, 1, level_report())),
        lambda r: (r.project(1, *PLAIN, ACCEPTED), r.system(9, 1, level_report())),
        lambda r: (r.project(1, *PLAIN, on("2020-05-01", ACCEPTED)), r.system(9, 1, level_report())),
    ),
    "R09": (
        lambda r: r.project(1, *PLAIN, contract(116)),
        lambda r: r.project(1, *PLAIN, contract(90)),
        lambda r: r.project(1, *PLAIN, contract(115)),
    ),
    "R10": (
        lambda r: r.project(1, filed(), SHARED, on("2019-01-07", APPROVED)),
        lambda r: r.project(1, *PLAIN),
        lambda r: r.project(1, filed(), SHARED, on("2019-01-08", APPROVED)),
    ),
}


def test_every_rule_that_ships_has_a_history_of_each_kind() -> None:
    """One that fires it, one that does not, and one that nearly does (the next test records them)."""
    assert {rule.id for rule in load_flag_rules().all} == set(CASES) == WATCHED | LATE
    assert {len(histories) for histories in CASES.values()} == {3}


@pytest.mark.parametrize("variant", ["fires", "does not", "nearly does"])
def test_each_rule_fires_on_what_it_asks_about_and_on_nothing_near_it(record: Record, variant: str) -> None:
    column = ["fires", "does not", "nearly does"].index(variant)
    for number, rule in enumerate(sorted(CASES), 1):
        CASES[rule][column](record.of_units(number))
    stored = {e.position: e for e in record.liuhen.ledger.after(0, 1000)}
    fired: dict[int, set[str]] = {}
    for flag in flagged(record.liuhen):
        fired.setdefault(flag.project_id.int // 1000, set()).add(flag.rule)
        assert flag.told_zh
        assert flag.told_en
        assert (flag.status, flag.answers) == (Status.OPEN, [])
        assert flag.changed_at == max(e.position for e in flag.events)
        for event in flag.events:
            entry = stored[event.position]
            assert (entry.event.TOPIC, entry.stream, entry.recorded_at) == (
                event.topic,
                event.stream,
                event.recorded_at,
            )
            assert str(entry.happened_on) == event.happened_on
    numbers = {rule: n for n, rule in enumerate(sorted(CASES), 1)}
    expected = {n: {rule} for rule, n in numbers.items() if rule in WATCHED} if variant == "fires" else {}
    assert fired == expected
    late = {flag.project_id.int // 1000 for flag in flagged(record.liuhen, watched=LATE)}
    assert (numbers["R06"] in late) == (variant == "fires")
    assert all(t.same for t in check(record.liuhen.engine, "red_flags"))


def test_what_was_flagged_is_answered_stands_and_is_lifted_but_never_deleted(record: Record) -> None:
    """Of each status the position that made it; and as of each position what was so then."""
    liuhen = record.liuhen
    record.project(1, filed(), SHARED, on("2019-01-07", APPROVED))
    (flag,) = flagged(liuhen)
    assert (flag.rule, flag.key, flag.status, flag.raised_at) == ("R10", "v3", Status.OPEN, 3)
    record.project(1, ("2019-03-01", FlagAnswered(flag="R10", key="v3", answer="材料齐全，当日会审")))
    (flag,) = flagged(liuhen)
    assert (flag.status, flag.answered_at) == (Status.ANSWERED, 4)
    assert [(a.answer, a.answered_on, a.position) for a in flag.answers] == [("材料齐全，当日会审", "2019-03-01", 4)]
    approved = APPROVED[1].model_dump(mode="json")
    day: dict[str, Any] = {"replacement": approved, "replacement_happened_on": CivilDate.parse("2019-01-06")}
    record.correct(1, 3, "project.approved", reason="误录", **day)
    (flag,) = flagged(liuhen)
    assert (flag.status, flag.changed_at) == (Status.STANDS, 5), "it changed after the answer"
    assert "第1天" in flag.told_zh
    record.correct(
        1, 3, "project.approved", reason="又误", **day | {"replacement_happened_on": CivilDate.parse("2019-02-20")}
    )
    (flag,) = flagged(liuhen)
    assert (flag.status, flag.lifted_at, len(flag.answers)) == (Status.LIFTED, 6, 1)
    for position, status in ((3, Status.OPEN), (4, Status.ANSWERED), (5, Status.STANDS), (6, Status.LIFTED)):
        assert [f.status for f in flagged(liuhen, AsOf(UpTo(position=position)))] == [status]
    # By what is known now it was never so; before, there was nothing.
    assert flagged(liuhen, AsOf(happened=CivilDate.parse("2019-02-28").latest)) == []


def test_a_report_that_is_withdrawn_after_the_acceptance_flags_it(record: Record) -> None:
    liuhen = record.liuhen
    record.project(1, *PLAIN)
    record.system(9, 1, level_report())
    record.project(1, ACCEPTED)
    assert flagged(liuhen) == []
    record.correct(9, 2, "system.security_tested", StreamKind.SYSTEM, reason="伪造")
    (flag,) = flagged(liuhen)
    assert (flag.rule, [e.topic for e in flag.events]) == (
        "R08",
        ["project.accepted", "system.security_tested", "record.fact_corrected"],
    )
    (then,) = flagged(liuhen, AsOf(happened=CivilDate.parse("2019-12-31").latest))
    assert "撤回" in then.told_zh, "on that day the acceptance rested on nothing, as is known now"


def test_a_new_project_flags_an_old_one_and_a_correction_lifts_both(record: Record) -> None:
    liuhen = record.liuhen
    first = record.project(1, named("社区网格视频监控一期"))
    assert flagged(liuhen) == []
    second = record.project(2, named("社区网格视频监控二期"))
    found = {f.project_id: f for f in flagged(liuhen)}
    assert set(found) == {first, second}
    assert [[o.project_id for o in found[p].others] for p in (first, second)] == [[second], [first]]
    assert {f.raised_at for f in found.values()} == {2}
    third = record.project(3, named("社区网格视频监控三期"))
    assert {f.project_id: len(f.others) for f in flagged(liuhen)} == {first: 2, second: 2, third: 2}
    assert [f.project_id for f in flagged(liuhen, about=first, project=third)] == [third]
    for number in (2, 3):
        record.correct(number, 1, "project.filed")
    assert {(f.project_id, f.status, f.lifted_at) for f in flagged(liuhen)} == {
        (first, Status.LIFTED, 5),
        (second, Status.LIFTED, 4),
        (third, Status.LIFTED, 5),
    }
    assert all(t.same for t in check(liuhen.engine, "red_flags"))


def test_the_name_of_a_project_that_became_classified_is_not_told_to_all(record: Record) -> None:
    first = record.project(1, named("社区网格视频监控一期"))
    second = record.project(2, named("社区网格视频监控二期"))
    assert len(flagged(record.liuhen, classified=False)) == 2
    secret = ("2019-02-01", FilingAmended(filing=CLASSIFIED, reason="应为涉密"))
    record.project(2, secret)
    found = {f.project_id: f for f in flagged(record.liuhen)}
    assert {f.status for f in found.values()} == {Status.LIFTED}
    assert "二期" in found[first].told_zh
    assert set(found) == {first, second}
    assert flagged(record.liuhen, classified=False) == []


NAMES = (
    "社区网格视频监控一期",
    "社区网格视频监控二期",
    "全县协同办公系统",
    "县直协同办公系统",
    "协同办公",
    "不动产登记",
)


def some_filing(chance: random.Random) -> Any:
    owners = chance.sample([code_of(n) for n in range(200, 204)], chance.choice([1, 1, 2]))
    return FILING.but(
        name=chance.choice(NAMES),
        owner_units=tuple(owners),
        categories=tuple(chance.sample([OFFICE, Category.OTHER, Category.GOVERNMENT_WEBSITE], chance.choice([1, 2]))),
        estimate=Money.fen_of(chance.choice([300_000_00, 600_000_00, 1_000_000_00])),
    )


class RandomCounty:
    """Filings, amendments, declarations, their corrections, answers, and what units owe, at random."""

    UNITS = range(200, 204)

    def __init__(self, seed: int, events: int) -> None:
        self._chance = random.Random(seed)
        self.histories: dict[UUID, list[NewEvent]] = {}
        for number in self.UNITS:
            self._add(unit_id(code_of(number)), ENROLLED[1].but(uscc=code_of(number)), StreamKind.UNIT)
        acts = (self._amend, self._share, self._correct, self._answer, self._owe, self._meet, self._decide, self._spend)
        for _ in range(events):
            project = UUID(int=self._chance.randint(1, events // 6))
            if project in self.histories:
                self._chance.choice(acts)(project)
            else:
                self._add(project, filed()[1].but(filing=some_filing(self._chance)))

    def record(self, liuhen: Liuhen) -> None:
        """In any order across the streams."""
        left = {stream: list(events) for stream, events in self.histories.items()}
        while left:
            together = [left[s].pop(0) for s in self._chance.sample(sorted(left), min(len(left), 3))]
            liuhen.ledger.record(together)
            left = {stream: events for stream, events in left.items() if events}

    def _add(self, stream: UUID, event: Event, kind: StreamKind = StreamKind.PROJECT) -> None:
        known, chance = self.histories.setdefault(stream, []), self._chance
        day = CivilDate.parse(f"2019-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}")
        actor = Actor(account=chance.choice("abcdef"), organisation="测试", role=Role.OWNER_UNIT)
        at = StreamAt(kind=kind, id=stream, version=len(known) + 1)
        known.append(NewEvent(at, Circumstances(happened_on=day, actor=actor), event))

    def _amend(self, project: UUID) -> None:
        self._add(project, FilingAmended(filing=some_filing(self._chance), reason=""))

    def _share(self, project: UUID) -> None:
        resource = SharedResource(name=self._chance.choice("甲乙丙"), share_type=ShareType.UNCONDITIONAL)
        self._add(project, SharingDeclared(needs=(), provides=(resource,)))

    def _correct(self, project: UUID) -> None:
        wrong, chance = self._chance.choice(self.histories[project]), self._chance
        if isinstance(wrong.event, FactCorrected):
            return
        again = wrong.event.model_dump(mode="json") if chance.random() < 0.5 else None
        correction = FactCorrected(
            target_version=wrong.stream.version,
            target_topic=wrong.event.TOPIC,
            replacement=again,
            replacement_happened_on=CivilDate.parse("2019-05-05") if again and chance.random() < 0.5 else None,
        )
        self._add(project, correction)

    def _answer(self, project: UUID) -> None:
        self._add(project, FlagAnswered(flag="R04", key="split", answer="另有依据"))

    def _owe(self, _: UUID) -> None:
        unit = unit_id(code_of(self._chance.choice(self.UNITS)))
        due_on = CivilDate.parse(f"2019-0{self._chance.randint(1, 9)}-01").earliest
        number = len(self.histories[unit])
        owed = ConnectionObligationSet(
            number=number, system_name="旧", requirement_document="文", issuer="府", due_on=due_on
        )
        self._add(unit, owed, StreamKind.UNIT)

    def _meet(self, _: UUID) -> None:
        unit = unit_id(code_of(self._chance.choice(self.UNITS)))
        self._add(unit, ConnectionObligationMet(number=len(self.histories[unit]) - 1), StreamKind.UNIT)

    def _decide(self, project: UUID) -> None:
        self._add(project, APPROVED[1])

    def _spend(self, project: UUID) -> None:
        self._add(project, self._chance.choice([BUILD_MONEY, OPERATION_MONEY, ACCEPTED])[1])


def rows_of_view(liuhen: Liuhen) -> dict[str, list[Any]]:
    with psycopg.connect(liuhen.conninfo) as conn:
        return {
            table: conn.execute(f"SELECT t::text FROM {RedFlags.schema()}.{table} t ORDER BY 1".encode()).fetchall()
            for table in ("projects", "dossiers", "traces", "signs", "flags", "counts")
        }


def test_however_it_is_paged_the_flags_are_those_of_comparing_everything_with_everything(record: Record) -> None:
    liuhen, county = record.liuhen, RandomCounty(1, 200)
    county.record(liuhen)
    liuhen.engine.catch_up()
    whole = rows_of_view(liuhen)
    for page in (1, 23):
        with psycopg.connect(liuhen.conninfo) as conn:
            for table in whole:
                conn.execute(f"TRUNCATE {RedFlags.schema()}.{table}".encode())
            conn.execute("UPDATE liuhen.projections SET position = 0 WHERE name = 'red_flags'")
        engine(liuhen, page).catch_up()
        assert rows_of_view(liuhen) == whole, page
    found = {(f.project_id, f.rule, f.key, f.told_zh): f.status for f in flagged(liuhen)}
    expected = flagged_by_comparing_everything(liuhen, county)
    assert {flag for flag, status in found.items() if status is not Status.LIFTED} == expected
    assert {rule for _, rule, _, _ in expected} >= {"R01", "R02", "R03", "R04", "R05", "R07"}
    assert set(found.values()) == set(Status)


def flagged_by_comparing_everything(liuhen: Liuhen, county: RandomCounty) -> set[tuple[UUID, str, str, str]]:
    """What the rules say of the whole histories."""
    rules, rule_sets = load_flag_rules(), load_rule_sets()
    recorded = liuhen.ledger.histories(list(county.histories), 10_000)
    traces = {stream: Traces.of(entries) for stream, entries in recorded.items()}
    units = {code_of(n): UnitRecord(code_of(n), traces.pop(unit_id(code_of(n)))) for n in county.UNITS}
    found, sketches = [], [s for p, t in traces.items() if (s := sketch_of(p, t)) is not None]
    for project, of_project in traces.items():
        filings = of_project.standing(ProjectFiled, FilingAmended)
        owners = tuple(units[o] for o in filings[-1].says["owners"]) if filings else ()
        dossier = Dossier(project=project, traces=of_project, owner_units=owners)
        # Each rule by itself: also those that are passed over where nothing can arise.
        found += [
            f for r in rules.all if r.id in OF_A_PROJECT for f in OF_A_PROJECT[r.id](dossier, Watch(r, rule_sets))
        ]
    for sketch in sketches:
        found += rules.among(sketch, sketches, rule_sets)
    return {(f.project, f.rule, f.key, f.told.zh) for f in found}


def test_without_rules_nothing_is_flagged_and_other_rules_are_other_tables() -> None:
    rules, rule_sets = load_flag_rules(), load_rule_sets()
    fewer = FlagRules(rules.all[1:])
    assert len({RedFlags().TABLES, RedFlags(rules, rule_sets).TABLES, RedFlags(fewer, rule_sets).TABLES}) == 3
