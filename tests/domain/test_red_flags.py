"""疑点: each flag with a history that raises it, one that does not, and one that nearly does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.correction import FactCorrected
from domain.dates import CivilDate
from domain.money import Money
from domain.project import AmountStage, Category, Filing, FundPurpose
from domain.recorded import Actor, Recorded, Role
from domain.red_flags import AMONG_PROJECTS, OF_A_PROJECT, FlagRules, sketch_of
from domain.red_flags.back_dated import lateness
from domain.red_flags.flag import (
    Dossier,
    Lateness,
    RedFlag,
    Sketch,
    SystemRecord,
    UnitRecord,
    rare_pairs,
    resemblance_bp,
)
from domain.red_flags.trace import Traces
from domain.rule import Gate
from domain.steps.amounts import AmountStated
from domain.steps.connection import ConnectionObligationMet, ConnectionObligationSet
from domain.steps.procurement import ContractRecorded
from domain.streams import StreamKind
from infrastructure.red_flags import FlagRulesError, load_flag_rules
from infrastructure.rule_sets import load_rule_sets
from tests.given import PROJECT, SYSTEM, UNIT, Dated, history
from tests.stages import (
    ACCEPTED,
    APPROVED,
    BUILD_MONEY,
    CLASSIFIED,
    ENROLLED,
    FILING,
    OTHER,
    OWNER,
    REGISTERED,
    SHARED,
    filed,
    level_report,
    passed,
)

RULES = load_flag_rules()
RULE_SETS = load_rule_sets()
OBLIGED: Dated = (
    "2018-11-01",
    ConnectionObligationSet(
        number=1, system_name="旧系统", requirement_document="源政办〔2018〕9号", issuer="县政府", due_on="2018-12-31"
    ),
)
MET: Dated = ("2018-12-30", ConnectionObligationMet(number=1))
OPERATION_MONEY: Dated = (
    "2019-06-20",
    BUILD_MONEY[1].but(number=2, purpose=FundPurpose.OPERATION, judgement=passed(Gate.FUND_OPERATION)),
)


def on(day: str, event: Dated) -> Dated:
    """The same event on another day."""
    return day, event[1]


def dossier_events(*project: Dated) -> list[Recorded]:
    return [_at_once(e) for e in history(StreamKind.PROJECT, PROJECT, *project)]


def dossier(*project: Dated, system: Sequence[Recorded] = (), unit: tuple[Dated, ...] = (ENROLLED,)) -> Dossier:
    events = dossier_events(*project)
    units = UnitRecord(OWNER, Traces.of(history(StreamKind.UNIT, UNIT, *unit)))
    return of_events(events, (SystemRecord(SYSTEM, Traces.of(system)),) if system else (), (units,))


def of_events(
    events: Sequence[Recorded], systems: tuple[SystemRecord, ...] = (), units: tuple[UnitRecord, ...] = ()
) -> Dossier:
    late = None
    for entry in events:
        if (found := lateness(entry, RULE_SETS)) is not None:
            late = (late or Lateness(0, 0, 0, ())).with_one(entry, *found)
    return Dossier(project=PROJECT, traces=Traces.of(events), systems=systems, owner_units=units, late=late)


def _at_once(entry: Recorded) -> Recorded:
    """Recorded on the day on which it happened, by an account of its own."""
    actor = Actor(account=f"account-{entry.position}", organisation="测试", role=Role.OWNER_UNIT)
    return entry.but(
        recorded_at=datetime.combine(entry.happened_on.latest, time(4), UTC),
        circumstances=entry.circumstances.but(actor=actor),
    )


def raised(rule: str, of: Dossier, others: Sequence[Sketch] = ()) -> list[RedFlag]:
    return [flag for flag in everything(RULES, of, others) if flag.rule == rule]


def everything(rules: FlagRules, of: Dossier, others: Sequence[Sketch] = ()) -> list[RedFlag]:
    sketch = sketch_of(of.project, of.traces)
    return [*rules.within(of, RULE_SETS), *(rules.among(sketch, others, RULE_SETS) if sketch else ())]


def test_a_history_without_reproach_raises_nothing() -> None:
    calm = dossier(filed(), SHARED, APPROVED, BUILD_MONEY, ACCEPTED, OPERATION_MONEY)
    assert everything(RULES, calm) == []


# R01 立项前用款


def test_build_money_before_the_approval_is_asked_about() -> None:
    (flag,) = raised("R01", dossier(filed(), SHARED, on("2019-02-19", BUILD_MONEY), APPROVED))
    assert flag.positions == (3, 4)
    assert "2019年2月19日" in flag.told.zh
    assert "2019-02-20" in flag.told.en


def test_build_money_without_any_approval_is_asked_about() -> None:
    (flag,) = raised("R01", dossier(filed(), BUILD_MONEY))
    assert "无" in flag.told.zh
    assert flag.positions == (2,)


def test_build_money_on_the_day_of_the_approval_is_not() -> None:
    assert raised("R01", dossier(filed(), SHARED, APPROVED, on("2019-02-20", BUILD_MONEY))) == []


def test_an_approval_known_to_the_month_only_is_not_certainly_before_money_of_that_month() -> None:
    assert len(raised("R01", dossier(filed(), SHARED, on("2019-02", APPROVED), on("2019-02-20", BUILD_MONEY)))) == 1


def test_operation_money_is_no_matter_of_the_approval() -> None:
    assert raised("R01", dossier(filed(), OPERATION_MONEY)) == []


# R02 验收前安排运维经费


def test_operation_money_before_the_acceptance_is_asked_about() -> None:
    (flag,) = raised("R02", dossier(filed(), SHARED, APPROVED, on("2019-06-09", OPERATION_MONEY), ACCEPTED))
    assert flag.positions == (4, 5)


def test_operation_money_on_the_day_of_the_acceptance_is_not() -> None:
    assert raised("R02", dossier(filed(), SHARED, APPROVED, ACCEPTED, on("2019-06-10", OPERATION_MONEY))) == []


def test_build_money_is_no_matter_of_the_acceptance() -> None:
    assert raised("R02", dossier(filed(), SHARED, APPROVED, BUILD_MONEY)) == []


# R03 向受制裁单位批项目、拨经费


def test_an_approval_of_a_unit_with_an_overdue_obligation_is_asked_about() -> None:
    (flag,) = raised("R03", dossier(filed(), SHARED, APPROVED, unit=(ENROLLED, OBLIGED)))
    assert flag.key == f"v3-{OWNER}"
    assert [e.stream.kind for e in flag.events] == [StreamKind.PROJECT, StreamKind.UNIT]


def test_an_obligation_that_was_met_raises_nothing() -> None:
    assert raised("R03", dossier(filed(), SHARED, APPROVED, unit=(ENROLLED, OBLIGED, MET))) == []


def test_the_due_day_itself_is_in_time() -> None:
    assert raised("R03", dossier(filed(), SHARED, on("2018-12-31", APPROVED), unit=(ENROLLED, OBLIGED))) == []


def test_build_money_of_an_approved_project_is_not_named_by_the_clause() -> None:
    sanctioned = dossier(filed(), SHARED, on("2018-12-31", APPROVED), BUILD_MONEY, unit=(ENROLLED, OBLIGED))
    assert raised("R03", sanctioned) == []


# R04 化整为零

SMALL = Money.fen_of(600_000_00)


def small(name: str, filed_on: str = "2019-01-05", owner: str = OWNER, category: Category = Category.OTHER) -> Sketch:
    filing = FILING.but(name=name, estimate=SMALL, owner_units=(owner,), categories=(category,))
    return sketch(filing, filed_on, 7)


def sketch(filing: Filing, filed_on: str, number: int) -> Sketch:
    events = history(StreamKind.PROJECT, UUID(int=number), filed(filing, filed_on))
    events = [e.but(position=number) for e in events]
    made = sketch_of(UUID(int=number), Traces.of(events))
    assert made is not None
    return made


def smallest(name: str = "社区网格视频监控一期") -> Dossier:
    return dossier(filed(FILING.but(name=name, estimate=SMALL)))


def test_similar_small_projects_filed_close_together_are_asked_about() -> None:
    (flag,) = raised("R04", smallest(), [small("社区网格视频监控二期", "2019-05-01")])
    assert flag.others == (UUID(int=7),)
    assert flag.positions == (1, 7)
    assert "100万元" in flag.told.zh


@pytest.mark.parametrize(
    "other",
    [
        small("社区网格视频监控二期", "2019-07-05"),  # a day too late
        small("社区网格视频监控二期", owner=OTHER),
        small("不动产登记系统"),
        replace(small("社区网格视频监控二期"), estimate_fen=399_999_99),  # together a fen below
        replace(
            small("社区网格视频监控二期"), estimate_fen=1_000_000_00
        ),  # reaches the threshold itself, so it hides nothing
    ],
)
def test_what_is_nearly_a_split_raises_nothing(other: Sketch) -> None:
    assert raised("R04", smallest(), [other]) == []


# R05 重复建设


def test_the_later_of_two_projects_of_one_function_is_asked_about() -> None:
    office = Category.COLLABORATIVE_OFFICE
    later = dossier(filed(FILING.but(name="全县协同办公系统", categories=(office,)), "2020-01-05"))
    earlier = small("县直协同办公系统", owner=OTHER, category=office)
    (flag,) = raised("R05", later, [earlier])
    assert flag.others == (earlier.project,)
    assert "县直协同办公系统" in flag.told.zh
    # the earlier one is not asked: the later stands beside it
    first = dossier(filed(FILING.but(name="县直协同办公系统", categories=(office,)), "2018-01-05"))
    assert raised("R05", first, [earlier]) == []
    # a category that says nothing, with a like name only, is no ground
    vague = dossier(filed(FILING.but(name="全县协同办公系统"), "2020-01-05"))
    assert raised("R05", vague, [small("县直协同办公系统", owner=OTHER)]) == []


def test_the_same_shared_resource_is_ground_enough() -> None:
    earlier = small("甲系统", owner=OTHER)
    earlier = replace(earlier, provides=("业务数据",))
    (flag,) = raised("R05", dossier(filed(FILING, "2020-01-05"), on("2020-01-20", SHARED)), [earlier])
    assert "业务数据" in flag.told.zh


def test_a_unit_that_goes_on_with_its_own_is_not_asked() -> None:
    office = Category.COLLABORATIVE_OFFICE
    later = dossier(filed(FILING.but(name="全县协同办公系统", categories=(office,)), "2020-01-05"))
    assert raised("R05", later, [small("县直协同办公系统", category=office)]) == []


# R06 补录过迟


def recorded_after(*days: int) -> Dossier:
    events = dossier_events(filed(), SHARED, APPROVED)
    late = [*days, *(0 for _ in events[len(days) :])]
    return of_events([e.but(recorded_at=e.recorded_at + timedelta(days=n)) for e, n in zip(events, late, strict=True)])


def limit_of(day: str) -> int:
    rules = RULE_SETS.in_force(CivilDate.parse(day).latest)
    assert rules is not None
    return rules.parameters.backdating_limit_days


def test_what_is_recorded_past_the_limit_is_asked_about_and_on_the_limit_not() -> None:
    limit = limit_of("2019-01-05")
    (flag,) = raised("R06", recorded_after(limit + 1))
    assert str(limit) in flag.told.zh
    assert flag.positions == (1,)
    assert raised("R06", recorded_after(limit)) == []


def test_a_project_is_asked_once_about_all_that_came_too_late() -> None:
    (flag,) = raised("R06", recorded_after(limit_of("2019-01-05") + 1, 0, 400))
    assert (flag.key, flag.positions) == ("late", (1, 3))
    assert "2件" in flag.told.zh
    assert "400" in flag.told.en


def test_of_very_many_late_events_the_first_are_named_and_all_counted() -> None:
    entry = dossier_events(filed())[0]
    late = Lateness(0, 0, 0, ())
    for days in range(1, 31):
        late = late.with_one(entry, days, 30)
    assert (late.count, late.most_days, len(late.first)) == (30, 30, Lateness.NAMED)


# R07 一人办理两端


def by(entries: Sequence[Recorded], *accounts: str) -> list[Recorded]:
    """Each by an account; `a2/a` is an account `a2` of a person `a`."""
    found = []
    for entry, who in zip(entries, accounts, strict=True):
        account, _, person = who.partition("/")
        actor = entry.circumstances.actor.but(account=account, person=uuid5(NAMESPACE_OID, person) if person else None)
        found.append(entry.but(circumstances=entry.circumstances.but(actor=actor)))
    return found


@pytest.mark.parametrize(
    ("accounts", "keys"),
    [
        (("a", "x", "a", "c"), ["filed-approved-v3"]),
        (("a", "x", "c", "c"), ["approved-accepted-v4"]),
        (("a/p", "x", "b/p", "c"), ["filed-approved-v3"]),  # two accounts of one person
        (("a/p", "x", "a", "c"), ["filed-approved-v3"]),  # once the person was not known
        (("a/p", "x", "b/q", "c"), []),
        (("a", "x", "b", "c"), []),  # of nobody is known who they are
        (("a", "a", "b", "c"), []),  # who files may declare the sharing
        (("a", "x", "b", "a"), []),  # who filed and accepted: both ends, but no pair of asking and deciding
    ],
)
def test_one_person_on_both_ends_is_asked_about(accounts: tuple[str, ...], keys: list[str]) -> None:
    entries = by(dossier_events(filed(), SHARED, APPROVED, ACCEPTED), *accounts)
    flags = raised("R07", of_events(entries))
    assert [f.key for f in flags] == keys
    assert all(("两个账号a、b" in f.told.zh) == (accounts[2] == "b/p") for f in flags)


# R08 凭失效测评验收


def reports(*events: Dated) -> list[Recorded]:
    return history(StreamKind.SYSTEM, SYSTEM, REGISTERED, *events)


def test_a_test_that_expired_before_the_acceptance_is_asked_about() -> None:
    late = dossier(filed(), SHARED, APPROVED, on("2020-05-02", ACCEPTED), system=reports(level_report("2019-05-01")))
    (flag,) = raised("R08", late)
    assert "已过期" in flag.told.zh
    in_time = reports(level_report("2019-05-01"))
    last_day = dossier(filed(), SHARED, APPROVED, on("2020-05-01", ACCEPTED), system=in_time)
    assert raised("R08", last_day) == []


def test_a_test_that_was_withdrawn_later_is_asked_about() -> None:
    correction = FactCorrected(target_version=2, target_topic="system.security_tested", reason="报告系伪造")
    withdrawn = reports(level_report("2019-05-01"), ("2021-01-01", correction))
    (flag,) = raised("R08", dossier(filed(), SHARED, APPROVED, ACCEPTED, system=withdrawn))
    assert "撤回" in flag.told.zh
    assert [e.stream.version for e in flag.events if e.stream.kind is StreamKind.SYSTEM] == [2, 3]


def test_a_second_test_in_date_serves() -> None:
    both = reports(level_report("2017-05-01"), level_report("2019-05-01", report_no="T-2"))
    assert raised("R08", dossier(filed(), SHARED, APPROVED, ACCEPTED, system=both)) == []


# R09 估算、合同、决算偏差过大


def contract(wan: int, on: str = "2019-03-01") -> Dated:
    return on, ContractRecorded(contract_no=f"C-{wan}", supplier="承建公司", amount=Money.fen_of(wan * 1_000_000))


def final(wan: int) -> Dated:
    return "2020-03-01", AmountStated(stage=AmountStage.FINAL_ACCOUNT, amount=Money.fen_of(wan * 1_000_000))


def test_drift_is_asked_about_from_stage_to_stage() -> None:
    flags = raised("R09", dossier(filed(), SHARED, APPROVED, contract(60), contract(56), final(150)))
    assert [f.key for f in flags] == ["estimate-contract", "contract-final_account"]
    assert flags[0].positions == (1, 4, 5)  # both contracts are summed
    assert "16%" in flags[0].told.zh


def test_a_drift_of_just_the_limit_and_a_saving_raise_nothing() -> None:
    assert raised("R09", dossier(filed(), SHARED, APPROVED, contract(115), final(80))) == []


def test_a_stage_that_is_not_stated_is_passed_over() -> None:
    (flag,) = raised("R09", dossier(filed(), SHARED, APPROVED, final(150)))
    assert flag.key == "estimate-final_account"


# R10 审批异常迅速


def test_an_approval_within_two_days_is_asked_about_and_after_three_not() -> None:
    (flag,) = raised("R10", dossier(filed(), on("2019-01-06", SHARED), on("2019-01-07", APPROVED)))
    assert flag.positions == (1, 3)
    assert raised("R10", dossier(filed(), on("2019-01-06", SHARED), on("2019-01-08", APPROVED))) == []


# all


def test_a_classified_project_is_compared_with_none() -> None:
    events = history(StreamKind.PROJECT, PROJECT, filed(CLASSIFIED))
    assert sketch_of(PROJECT, Traces.of(events)) is None


def test_the_rules_that_ship_are_those_that_are_known() -> None:
    assert {r.id for r in RULES.all} == OF_A_PROJECT.keys() | AMONG_PROJECTS.keys()
    assert all(r.name.zh and r.name.en and r.asks.zh and r.asks.en and r.clauses for r in RULES.all)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[[flags]]\nid = "R99"\nversion = 1\n', "Field required"),
        ("[[flags", "Expected"),
        (
            '[[flags]]\nid="R10"\nversion=2\nname={zh="a",en="a"}\nasks={zh="a",en="a"}\nclauses=[]\nparameters={days=1}',
            "fewest_days",
        ),
        ('[[flags]]\nid="R77"\nversion=2\nname={zh="a",en="a"}\nasks={zh="a",en="a"}\nclauses=[]', "R77"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_place(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "flags.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(FlagRulesError, match=said):
        load_flag_rules(file)


def test_a_site_replaces_a_rule_by_a_version_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "flags.toml"
    file.write_text(
        '[[flags]]\nid="R10"\nversion=2\nname={zh="快",en="fast"}\nasks={zh="为何",en="why"}\nclauses=["G03"]\n'
        "parameters={fewest_days=30}",
        encoding="utf-8",
    )
    rules = load_flag_rules(file)
    assert len(rules.all) == len(RULES.all)
    month = dossier(filed(), on("2019-01-20", SHARED), on("2019-02-03", APPROVED))
    (flag,) = [f for f in everything(rules, month) if f.rule == "R10"]
    assert flag.version == 2


def test_rules_stated_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        FlagRules([RULES.all[0], RULES.all[0]])


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("甲乙丙", "甲乙丙", 10_000),
        ("甲乙丙", "丁戊己", 0),
        ("甲乙丙丁", "甲乙丙戊", 6666),
        ("甲", "甲", 10_000),
        ("甲", "乙", 0),
    ],
)
def test_names_resemble_by_their_pairs(one: str, other: str, alike: int) -> None:
    assert resemblance_bp(one, other) == alike


names = st.text(alphabet="甲乙丙丁系统平台信息", max_size=9)


@given(one=names, other=names, limit=st.integers(min_value=1, max_value=10_000))
def test_names_that_resemble_each_other_share_a_rare_pair(one: str, other: str, limit: int) -> None:
    """So looking for that is enough to find them all."""
    if resemblance_bp(one, other) >= limit:
        assert not set(rare_pairs(one, limit)).isdisjoint(rare_pairs(other, limit))


def test_frequent_pairs_are_not_looked_for_where_rarer_ones_do() -> None:
    assert not {"系统", "平台"} & set(rare_pairs("源山县协同办公系统平台", 6500))


def test_a_correction_replaces_what_was_said_and_the_last_one_counts() -> None:
    """As folding with corrections does: the day is kept unless the correction gives another."""
    first = {**FILING.model_dump(mode="json"), "name": "更正一"}
    event = filed()[1].model_dump(mode="json")
    corrections = [
        FactCorrected(
            target_version=1,
            target_topic="project.filed",
            replacement={**event, "filing": first},
            replacement_happened_on=CivilDate.parse("2018-12-01"),
        ),
        FactCorrected(
            target_version=1, target_topic="project.filed", replacement={**event, "filing": {**first, "name": "更正二"}}
        ),
        FactCorrected(target_version=1, target_topic="project.filed"),
    ]
    entries = history(StreamKind.PROJECT, PROJECT, filed(), *(("2020-01-01", c) for c in corrections))
    seen = [sketch_of(PROJECT, Traces.of(entries[:n])) for n in range(1, 5)]
    assert [(s.name, str(s.filed_on)) for s in seen if s is not None] == [
        ("测试项目", "2019-01-05"),
        ("更正一", "2018-12-01"),
        ("更正二", "2019-01-05"),
    ]
    assert seen[3] is None
