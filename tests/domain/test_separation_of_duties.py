"""S01: one person does not perform two duties in one project that are kept apart; and sets without duties stay as is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib.resources import files
from itertools import product
from uuid import UUID

import pytest

from application.acceptance import accept_project
from application.act import Act
from application.approval import approve_project
from application.building import report_progress
from application.correcting import correct_fact
from application.desk import Outcome
from application.enrolment import enrol_unit
from application.filing import file_project
from application.ports import Desk
from application.rejudging import rejudge_all
from application.security import record_classified_test
from application.systems import register_system
from domain.dates import CivilDate
from domain.evolve import fold
from domain.performed import Performed
from domain.project import Project
from domain.proposal import Proposal
from domain.recorded import Actor, Role
from domain.rule import Gate, RuleSet
from domain.rules import GATES, judge
from domain.rules.duties_separated import DUTIES_SEPARATED
from domain.steps.acceptance import AcceptProject
from domain.steps.approval import ApproveProject
from domain.steps.building import ReportProgress
from domain.steps.correcting import CorrectFact
from domain.steps.enrolment import EnrolUnit
from domain.steps.filing import FileProject
from domain.steps.security import RecordClassifiedTest
from domain.steps.systems import RegisterSystem
from domain.streams import StreamAt, StreamKind
from domain.unit import UnitKind
from infrastructure.rule_sets import RuleSetError, load_rule_sets, read_rule_sets
from tests.given import given
from tests.memory import memory_desk
from tests.stages import CLASSIFIED, FILING, OWNER

ONE, OTHER_PERSON = UUID(int=11), UUID(int=12)
FOUNDING = "6a194faec18e25a63b38e5946002aee6a5f0b4a330ae92134a43ff120d782eac"
AT = StreamAt(kind=StreamKind.PROJECT, id=UUID(int=1), version=7)
PROGRESS = ReportProgress(percent=10)
TEST = RecordClassifiedTest(report_no="测1号")


def rules() -> RuleSet:
    found = load_rule_sets().in_force(date(2019, 6, 1))
    assert found is not None
    return found


def by(person: UUID | None, account: str = "a", day: str = "2019-02-01", **more: object) -> Act:
    actor = Actor(account=account, organisation="某局", role=Role.OWNER_UNIT, person=person)
    return Act(actor=actor, happened_on=CivilDate.parse(day), **more)  # type: ignore[arg-type]


@pytest.fixture
def desk() -> Desk:
    made = memory_desk()
    enrol_unit(
        made,
        EnrolUnit(uscc=OWNER, name="测试局", kind=UnitKind.COUNTY_DEPT, division="370323"),
        by(None, day="2018-10-01"),
    )
    return made


def filed(desk: Desk, person: UUID | None, **changes: object) -> UUID:
    said = FILING.but(**changes) if changes else FILING
    outcome = file_project(desk, FileProject.model_validate(said.model_dump()), by(person, day="2019-01-05"))
    assert not outcome.refused
    return outcome.subject


def blocked(outcome: Outcome) -> bool:
    return outcome.judgement is not None and "S01" in outcome.judgement.blocking()


def test_every_gate_asks_for_it() -> None:
    assert all(DUTIES_SEPARATED in guards for guards in GATES.values())


def test_every_pair_that_is_kept_apart_is_refused_both_ways_and_no_other() -> None:
    stated = rules()
    bare = given(rules=stated).case
    apart = {frozenset(pair) for pair in stated.separated}
    for one, other in product(stated.duties, stated.duties):
        for did, asked in product(one.acts, other.acts):
            project = bare.project.but(performed=(Performed(act=did, person=ONE, at=AT),))
            case = replace(bare, project=project, proposal=Proposal(act=asked))
            told = {who: DUTIES_SEPARATED.check(Gate.RECORD, case.but(person=who)) for who in (ONE, OTHER_PERSON, None)}
            assert bool(told[ONE]) == (frozenset((one.id, other.id)) in apart), (did, asked)
            assert not told[OTHER_PERSON]
            assert not told[None]


def test_who_filed_does_not_approve_by_a_second_account_either(desk: Desk) -> None:
    project = filed(desk, ONE)
    asked = ApproveProject(document_no="源审〔2019〕1号", approver="部门")
    dry = approve_project(desk, project, asked, by(ONE, "second-account", dry_run=True))
    assert blocked(dry)
    refused = approve_project(desk, project, asked, by(ONE, "second-account"))
    assert blocked(refused)
    assert refused.recorded, "a refusal is an event"
    finding = next(f for f in refused.judgement.findings if f.rule == "S01")  # type: ignore[union-attr]
    assert str(ONE) not in finding.model_dump_json()
    assert not blocked(approve_project(desk, project, asked, by(OTHER_PERSON, day="2019-02-02")))
    assert not blocked(approve_project(desk, project, asked, by(None, day="2019-02-03")))
    assert all(r.is_same() for r in rejudge_all(desk)), "judged again from the record, it comes out as it was"


def test_who_approved_does_not_accept() -> None:
    bare = given(rules=rules()).case
    project = bare.project.but(performed=(Performed(act="project.approved", person=ONE, at=AT),))
    case = replace(bare, project=project, person=ONE, proposal=Proposal(act="project.accepted"))
    assert "S01" in judge(Gate.ACCEPT, case).blocking()
    assert "S01" not in judge(Gate.ACCEPT, case.but(person=OTHER_PERSON)).blocking()


def test_who_filed_does_not_accept(desk: Desk) -> None:
    project = filed(desk, ONE)
    assert blocked(accept_project(desk, project, AcceptProject(), by(ONE)))
    assert not blocked(accept_project(desk, project, AcceptProject(), by(OTHER_PERSON, day="2019-02-02")))


def test_who_builds_in_any_project_of_a_system_does_not_test_it(desk: Desk) -> None:
    secret = CLASSIFIED.model_dump()
    projects = [
        file_project(desk, FileProject.model_validate(secret), by(None, day=f"2019-01-0{n}")).subject for n in (5, 6)
    ]
    listed = register_system(desk, projects[0], RegisterSystem(), by(None))
    system = listed.recorded[1].stream.id
    register_system(desk, projects[1], RegisterSystem(system=system), by(None))
    assert not blocked(report_progress(desk, projects[1], PROGRESS, by(ONE)))
    refused = record_classified_test(desk, system, TEST, by(ONE))
    assert blocked(refused)
    assert all(r.is_same() for r in rejudge_all(desk))
    assert not blocked(record_classified_test(desk, system, TEST, by(OTHER_PERSON)))
    assert blocked(report_progress(desk, projects[0], PROGRESS, by(OTHER_PERSON))), "and who tested does not build"


def test_who_replaces_a_fact_of_building_has_built(desk: Desk) -> None:
    project = filed(desk, None)
    report_progress(desk, project, PROGRESS, by(None))
    version = desk.ledger.read(StreamKind.PROJECT, project)[-1].stream.version
    corrected = CorrectFact(version=version, reason="误填", replacement={"percent": 20})
    assert not blocked(correct_fact(desk, StreamKind.PROJECT, project, corrected, by(ONE)))
    assert blocked(accept_project(desk, project, AcceptProject(), by(ONE)))


def test_states_carried_forward_know_what_those_folded_anew_know(desk: Desk) -> None:
    project = filed(desk, ONE)
    for person in (ONE, OTHER_PERSON, None, ONE):
        report_progress(desk, project, PROGRESS, by(person))
    known = desk.states.seen(StreamKind.PROJECT, project)
    anew = fold(Project(id=project), desk.ledger.read(StreamKind.PROJECT, project))
    assert known == anew
    assert [(p.act, p.person) for p in anew.performed] == [
        ("project.filed", ONE),
        ("project.progress_reported", ONE),
        ("project.progress_reported", OTHER_PERSON),
    ]


def test_sets_without_duties_keep_the_digest_that_decisions_name() -> None:
    founding = load_rule_sets().get("yuanzhengfa-2018-16")
    assert founding is not None
    assert (founding.digest, len(founding.clauses)) == (FOUNDING, 71)
    assert len({founding.digest, rules().digest, rules().but(separated=rules().separated[:1]).digest}) == 3


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('separated = [["FILING", "NOBODY"]]', "NOBODY"),
        ('separated = [["FILING", "FILING"]]', "itself"),
        ("separated = []", "S01"),
        ('duties = [{ id = "X", name = { zh = "甲", en = "x" }, acts = ["project.none"] }]\nseparated = []', "none"),
    ],
)
def test_duties_stated_wrongly_are_refused(line: str, message: str) -> None:
    ground = {f"{s}.toml": _shipped(s) for s in ("yuanzhengfa-2018-16", "yuanzhengfa-2018-16-duties")}
    head = 'extends = "yuanzhengfa-2018-16-duties"\nissuer = "县"\ndocument_no = "1号"\ntitle = "x"'
    site = f'id = "site"\n{head}\neffective_from = 2026-01-01\n{line}\n'
    with pytest.raises(RuleSetError, match=message):
        read_rule_sets({**ground, "site.toml": site})


def _shipped(name: str) -> str:
    return files("domain.rules").joinpath(f"sets/{name}.toml").read_text(encoding="utf-8")
