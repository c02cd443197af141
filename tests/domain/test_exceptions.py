"""原则上 yields to an exception; 一概 never does, whatever is granted."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.case import Case
from domain.dates import CivilDate
from domain.faults import BadFieldError
from domain.project import ExemptionGround, Filing, NetworkKind, Project, ProjectKind, RuleException, SharingDeclaration
from domain.proposal import Proposal
from domain.rule import Effect, Gate, NormStrength
from domain.rules import GATES, judge
from domain.steps.exceptions import ExceptionGranted, GrantException, grant
from domain.system import GovSystem
from tests.given import PROJECT, RULES, SYSTEM, given
from tests.stages import APPROVED, FILING, NEED, RESOURCE, filed

DAY = date(2019, 6, 1)
IDS = sorted({rule.id for rules in GATES.values() for rule in rules})
ABSOLUTE = {c.rule for c in RULES.clauses if c.strength is not NormStrength.DEFAULT_DENY}

exceptions = st.lists(
    st.builds(
        RuleException,
        rule=st.sampled_from(IDS),
        reason=st.just("理由"),
        deciding_body=st.sampled_from(["县领导小组", "县政府"]),
        document_no=st.sampled_from(["源智领〔2019〕1号", "源政字〔2019〕2号"]),
        granted_on=st.builds(CivilDate.on, st.dates(date(2018, 9, 19), DAY)),
        expires_on=st.none() | st.dates(DAY, date(2020, 1, 1)),
    ),
    max_size=12,
)
filings = st.builds(
    lambda kind, network, platform, related, serves, planned, item: FILING.but(
        kind=kind,
        network=network,
        supports_city_platform=platform,
        sharing_related=related,
        serves_public=serves,
        security_planned=planned,
        plan_item=item,
    ),
    st.sampled_from(ProjectKind),
    st.sampled_from([None, *NetworkKind]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "3.2"]),
)
declarations = st.none() | st.builds(
    SharingDeclaration,
    needs=st.sampled_from([(), (NEED,)]),
    provides=st.sampled_from([(), (RESOURCE,)]),
    declared_on=st.just(CivilDate.on(date(2019, 1, 20))),
)


@for_all(
    gate=st.sampled_from(Gate),
    filing=filings,
    sharing=declarations,
    granted=exceptions,
    approved=st.booleans(),
    with_system=st.booleans(),
)
def test_no_combination_of_exceptions_lets_anything_but_a_default_denial_through(
    gate: Gate,
    filing: Filing,
    sharing: SharingDeclaration | None,
    granted: list[RuleException],
    approved: bool,
    with_system: bool,
) -> None:
    approval = given(APPROVED).case.project.approval if approved else None
    bare = Project(id=PROJECT, filing=filing, sharing=sharing, approval=approval)
    systems = (GovSystem(id=SYSTEM, name="系统"),) if with_system else ()

    def blocked(project: Project) -> set[str]:
        proposal = Proposal(filing=filing, demanded_again=("执照",))
        case = Case(decided_on=DAY, rules=RULES, project=project, systems=systems, proposal=proposal)
        return {f.rule for f in judge(gate, case).findings if f.effect is Effect.BLOCKS}

    without, with_all = blocked(bare), blocked(bare.but(exceptions=tuple(granted)))
    assert without & ABSOLUTE == with_all & ABSOLUTE
    assert without - with_all <= {e.rule for e in granted} - ABSOLUTE


@pytest.mark.parametrize("rule", sorted(ABSOLUTE & set(IDS)))
def test_an_exception_from_any_other_rule_is_not_even_recorded(rule: str) -> None:
    asked = GrantException(
        rule=rule, ground=ExemptionGround.OTHER, reason="x", deciding_body="县政府", document_no="源政字〔2019〕1号"
    )
    with pytest.raises(BadFieldError, match="default denial"):
        given(filed()).when(grant, asked)


@pytest.mark.parametrize("rule", ["G02", "G11", "G12"])
def test_an_exception_names_its_body_document_and_reason(rule: str) -> None:
    whole = {
        "rule": rule,
        "ground": "OTHER",
        "reason": "x",
        "deciding_body": "县政府",
        "document_no": "源政字〔2019〕1号",
    }
    given(filed()).when(grant, GrantException.model_validate(whole)).then(ExceptionGranted)
    for field in ("reason", "deciding_body", "document_no"):
        with pytest.raises(ValueError, match=field):
            GrantException.model_validate(whole | {field: ""})
