"""One table: for every prohibition and requirement of the document a pass, a refusal, and a near miss.

A near miss is the nearest case on the refused side or the nearest that still passes, said in its first word.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from domain.case import Case
from domain.evolve import fold
from domain.guidance_fund import FieldTag, GuidanceFund, InvestmentAsked, InvestmentStage
from domain.money import Money
from domain.project import (
    Filing,
    FundSource,
    PppTerms,
    ProjectKind,
    SharedResource,
    ShareType,
)
from domain.proposal import Proposal
from domain.recorded import Role
from domain.rule import Gate, NormStrength
from domain.rules import judge
from domain.steps.connection import ConnectionObligationMet, ConnectionObligationSet
from domain.steps.guidance_fund import FundContributed
from domain.steps.interconnection import InterconnectionTested, PlatformSupplyVerified
from domain.steps.risk import PrivacyImpactAssessed
from domain.steps.service import ServiceExempted
from domain.steps.sharing import SharingDeclared, SharingLapsed, SharingResumed
from domain.streams import StreamKind
from domain.system import ConnectionLevel, ExchangeRoute
from tests.given import RULES, Dated, given, history
from tests.stages import (
    ACCEPTED,
    APPROVED,
    BUILD_MONEY,
    CLASSIFIED,
    CONNECTED,
    ENROLLED,
    EVIDENCE,
    FILING,
    LEVEL,
    LISTED,
    MARKED,
    NEED,
    OTHER,
    OWNER,
    REGISTERED,
    RESOURCE,
    SHARED,
    SUPPLIED,
    filed,
    level_report,
)

RIPE = (filed(), SHARED, APPROVED, LISTED, MARKED)
OPERATED = (*RIPE, ACCEPTED)
TESTED = (REGISTERED, LEVEL, level_report())
OBLIGED: Dated = (
    "2018-10-10",
    ConnectionObligationSet(
        number=1, system_name="老系统", requirement_document="文件", issuer="市", due_on=date(2019, 5, 31)
    ),
)
FUND = fold(
    GuidanceFund.model_validate({"id": "00000000-0000-0000-0000-000000000009"}),
    history(
        StreamKind.GUIDANCE_FUND,
        given().case.project.id,
        ("2019-01-01", FundContributed(contributor="财政局", amount=Money.fen_of(100), document_no="x")),
    ),
)
TERMS = PppTerms(risk_allocation="甲", return_boundary="乙", evaluation_plan="丙", reason="丁")


def of(*project: Dated, system: tuple[Dated, ...] = (), unit: tuple[Dated, ...] = (), **more: object) -> Case:
    """The case after these events, decided on 2019-06-01 unless said otherwise."""
    situation = given(*project, system=system, unit=unit, on=str(more.pop("on", "2019-06-01"))).case
    proposal = situation.proposal.but(**more.pop("asked", {}))  # type: ignore[arg-type]
    return replace(situation, proposal=proposal, **more)  # type: ignore[arg-type]


def filing(**changes: object) -> Dated:
    return filed(FILING.but(**changes))


def declared(*provides: SharedResource, needs: bool = True, on: str = "2019-01-20") -> Dated:
    return on, SharingDeclared(needs=(NEED,) if needs else (), provides=provides)


def linked(on: str = "2019-05-02", department: str = OTHER, route: ExchangeRoute = ExchangeRoute.DIRECT) -> Dated:
    test = InterconnectionTested(department="某局", department_uscc=department, level=ConnectionLevel.DATA, route=route)
    return on, test


def asking(filing_: Filing, unit: tuple[Dated, ...] = (ENROLLED,)) -> Case:
    return of(unit=unit, asked={"filing": filing_})


def invest(fen: int) -> Case:
    asked = InvestmentAsked(
        project=given().case.project.id, amount_fen=fen, fields=(FieldTag.BASIC,), stage=InvestmentStage.BUILD
    )
    return replace(of(*RIPE, asked={"investment": asked}), fund=FUND)


def pay(fen: int) -> Case:
    case = of(*RIPE, BUILD_MONEY)
    return replace(case, proposal=Proposal(disburse_fen=fen, arrangement=case.project.arrangements[0]))


PEOPLE = RESOURCE.but(personal_information=True)
WITHHELD = SharedResource(name="内部", share_type=ShareType.NOT_SHARED, legal_basis="某法")
ASSESSED: Dated = ("2019-06-01", PrivacyImpactAssessed(resource=RESOURCE.name, report_no="P-1"))
LATER = ("2019-06-02", ASSESSED[1])
EXEMPT: Dated = ("2019-06-01", ServiceExempted(ground="STATUTE", legal_basis="某法"))
SERVING = filing(serves_public=True)
BY_DRC = {"sharing_related": True, "fund_source": FundSource.GOV_FIXED_ASSET}

PASS, REFUSED = False, True
TABLE: list[tuple[str, str, Gate, Case, bool]] = [
    ("G01", "pass: filed in full", Gate.FILE, asking(FILING), PASS),
    ("G01", "refusal: not filed", Gate.APPROVE, of(), REFUSED),
    ("G01", "near miss: filed without its estimate", Gate.FILE, asking(FILING.but(estimate=None)), REFUSED),
    ("G03", "pass: declared", Gate.APPROVE, of(filed(), SHARED), PASS),
    ("G03", "refusal: not declared", Gate.APPROVE, of(filed()), REFUSED),
    ("G03", "near miss: everything is withheld", Gate.APPROVE, of(filed(), declared(WITHHELD)), REFUSED),
    ("G04", "pass: supplied", Gate.ACCEPT, of(*RIPE, system=EVIDENCE), PASS),
    ("G04", "refusal: not supplied", Gate.ACCEPT, of(*RIPE, system=(*TESTED, CONNECTED)), REFUSED),
    (
        "G04",
        "near miss: another resource is supplied",
        Gate.ACCEPT,
        of(*RIPE, system=(*TESTED, ("2019-05-03", PlatformSupplyVerified(resource="别的", platform_code="Z")))),
        REFUSED,
    ),
    ("G05", "pass: kept up", Gate.FUND_OPERATION, of(*OPERATED, system=EVIDENCE, on="2020-01-01"), PASS),
    (
        "G05",
        "refusal: lapsed",
        Gate.FUND_OPERATION,
        of(*OPERATED, ("2019-12-01", SharingLapsed(resource=RESOURCE.name)), system=EVIDENCE, on="2020-01-01"),
        REFUSED,
    ),
    (
        "G05",
        "near miss: lapsed and resumed",
        Gate.FUND_OPERATION,
        of(
            *OPERATED,
            ("2019-12-01", SharingLapsed(resource=RESOURCE.name)),
            ("2019-12-31", SharingResumed(resource=RESOURCE.name)),
            system=EVIDENCE,
            on="2020-01-01",
        ),
        PASS,
    ),
    ("G06", "pass: shared", Gate.FUND_BUILD, of(*RIPE), PASS),
    ("G06", "refusal: not shared", Gate.FUND_BUILD, of(filed(), APPROVED), REFUSED),
    ("G06", "near miss: declared a day later", Gate.APPROVE, of(filed(), SHARED, on="2019-01-19"), REFUSED),
    ("G07", "pass: needs stated", Gate.APPROVE, of(filed(), SHARED), PASS),
    ("G07", "refusal: none stated", Gate.APPROVE, of(filed(), declared(RESOURCE, needs=False)), REFUSED),
    (
        "G07",
        "near miss: an upgrade without needs",
        Gate.APPROVE,
        of(filing(kind=ProjectKind.UPGRADE), declared(RESOURCE, needs=False)),
        PASS,
    ),
    ("G08", "pass: connected", Gate.ACCEPT, of(*RIPE, system=(*TESTED, linked())), PASS),
    ("G08", "refusal: not connected", Gate.ACCEPT, of(*RIPE, system=TESTED), REFUSED),
    ("G08", "near miss: with itself", Gate.ACCEPT, of(*RIPE, system=(*TESTED, linked(department=OWNER))), REFUSED),
    ("G09", "pass: committed", Gate.APPROVE, of(filed(), SHARED), PASS),
    ("G09", "refusal: not committed", Gate.APPROVE, of(filing(supports_city_platform=False), SHARED), REFUSED),
    (
        "G09",
        "near miss: committed, supplied a day later",
        Gate.ACCEPT,
        of(*RIPE, system=(*TESTED, CONNECTED, SUPPLIED), on="2019-05-02"),
        REFUSED,
    ),
    ("G10", "pass: no obligation", Gate.APPROVE, of(filed(), SHARED, unit=(ENROLLED,)), PASS),
    ("G10", "refusal: a day overdue", Gate.APPROVE, of(filed(), SHARED, unit=(ENROLLED, OBLIGED)), REFUSED),
    (
        "G10",
        "near miss: the due day itself",
        Gate.APPROVE,
        of(filed(), SHARED, unit=(ENROLLED, OBLIGED), on="2019-05-31"),
        PASS,
    ),
    (
        "G10",
        "near miss: met on the day",
        Gate.FUND_OPERATION,
        of(*OPERATED, system=EVIDENCE, unit=(ENROLLED, OBLIGED, ("2019-06-01", ConnectionObligationMet(number=1)))),
        PASS,
    ),
    ("G13", "pass: serves nobody", Gate.ACCEPT, of(*RIPE, system=EVIDENCE), PASS),
    ("G13", "refusal: not onboarded", Gate.ACCEPT, of(SERVING, *RIPE[1:], system=EVIDENCE), REFUSED),
    ("G13", "near miss: exempt on the day", Gate.ACCEPT, of(SERVING, *RIPE[1:], EXEMPT, system=EVIDENCE), PASS),
    ("G15", "pass: a placeholder", Gate.FILE, asking(CLASSIFIED), PASS),
    ("G15", "refusal: with text", Gate.FILE, asking(CLASSIFIED.but(summary="内容")), REFUSED),
    ("G15", "near miss: without its document", Gate.FILE, asking(CLASSIFIED.but(secrecy_document_no=None)), REFUSED),
    (
        "G17",
        "pass: assessed on the day",
        Gate.ACCEPT,
        of(filed(), declared(PEOPLE), *RIPE[2:], ASSESSED, system=EVIDENCE),
        PASS,
    ),
    ("G17", "refusal: not assessed", Gate.ACCEPT, of(filed(), declared(PEOPLE), *RIPE[2:], system=EVIDENCE), REFUSED),
    (
        "G17",
        "near miss: assessed a day later",
        Gate.ACCEPT,
        of(filed(), declared(PEOPLE), *RIPE[2:], LATER, system=EVIDENCE),
        REFUSED,
    ),
    ("G18", "pass: planned", Gate.APPROVE, of(filed(), SHARED), PASS),
    ("G18", "refusal: not planned", Gate.APPROVE, of(filing(security_planned=False), SHARED), REFUSED),
    ("G18", "near miss: planned, not built", Gate.ACCEPT, of(*RIPE[:-1], system=EVIDENCE), REFUSED),
    ("G20", "pass: a direct link", Gate.ACCEPT, of(*RIPE, system=(*TESTED, linked())), PASS),
    (
        "G20",
        "refusal: an own platform",
        Gate.ACCEPT,
        of(*RIPE, system=(*TESTED, linked(route=ExchangeRoute.OWN_PLATFORM))),
        REFUSED,
    ),
    (
        "G20",
        "near miss: the city's beside it",
        Gate.ACCEPT,
        of(*RIPE, system=(*TESTED, CONNECTED, linked(route=ExchangeRoute.OWN_PLATFORM))),
        PASS,
    ),
    ("G21", "pass: nothing demanded again", Gate.SERVE, of(filed()), PASS),
    ("G21", "refusal: several papers", Gate.SERVE, of(filed(), asked={"demanded_again": ("甲", "乙")}), REFUSED),
    ("G21", "near miss: one paper", Gate.SERVE, of(filed(), asked={"demanded_again": ("甲",)}), REFUSED),
    ("G22", "pass: a plan item", Gate.FILE, asking(FILING), PASS),
    ("G22", "refusal: neither", Gate.FILE, asking(FILING.but(plan_item=None)), REFUSED),
    (
        "G22",
        "near miss: a reason instead",
        Gate.FILE,
        asking(FILING.but(plan_item=None, outside_plan_reason="应急")),
        PASS,
    ),
    ("G23", "pass: by the DRC", Gate.APPROVE, of(filing(**BY_DRC), SHARED, asked={"acting_as": Role.DRC}), PASS),
    (
        "G23",
        "refusal: by another",
        Gate.APPROVE,
        of(filing(**BY_DRC), SHARED, asked={"acting_as": Role.PROJECT_AUTHORITY}),
        REFUSED,
    ),
    (
        "G23",
        "near miss: by the DRC, from another source",
        Gate.APPROVE,
        of(filing(sharing_related=True), SHARED, asked={"acting_as": Role.DRC}),
        REFUSED,
    ),
    ("F01", "pass: less than arranged", Gate.FUND_BUILD, pay(1), PASS),
    ("F01", "refusal: more than arranged", Gate.FUND_BUILD, pay(200_000_000), REFUSED),
    ("F01", "near miss: exactly what was arranged", Gate.FUND_BUILD, pay(100_000_000), PASS),
    ("F01", "near miss: a cent more", Gate.FUND_BUILD, pay(100_000_001), REFUSED),
    ("F06", "pass: within the balance", Gate.FUND_INVEST, invest(1), PASS),
    ("F06", "refusal: beyond it", Gate.FUND_INVEST, invest(200), REFUSED),
    ("F06", "near miss: all of it", Gate.FUND_INVEST, invest(100), PASS),
    ("F06", "near miss: a cent more", Gate.FUND_INVEST, invest(101), REFUSED),
    ("F12", "pass: whole terms", Gate.PPP_LIST, of(*RIPE, asked={"ppp": TERMS}), PASS),
    ("F12", "refusal: no terms", Gate.PPP_LIST, of(*RIPE, asked={"ppp": PppTerms()}), REFUSED),
    (
        "F12",
        "near miss: without evaluation",
        Gate.PPP_LIST,
        of(*RIPE, asked={"ppp": TERMS.but(evaluation_plan="")}),
        REFUSED,
    ),
]


@pytest.mark.parametrize(("rule", "what", "gate", "case", "blocks"), TABLE, ids=[f"{r} {w}" for r, w, *_ in TABLE])
def test_the_table(rule: str, what: str, gate: Gate, case: Case, blocks: bool) -> None:
    del what
    assert (rule in judge(gate, case).blocking()) == blocks


def test_the_table_is_whole() -> None:
    binding = {c.rule for c in RULES.clauses if c.strength in {NormStrength.PROHIBITION, NormStrength.REQUIRED}}
    rows = Counter((rule, what.split(":")[0]) for rule, what, *_ in TABLE)
    assert {rule for rule, _ in rows} == binding
    assert all(rows[rule, kind] for rule in binding for kind in ("pass", "refusal", "near miss"))
