"""项目资金脚本 The money of the demo's projects: budgets, stages, fund, PPP library, sharing work.

One budget falls short at first, some final accounts exceed what was settled, and one PPP entry lacks its evaluation.
"""

from __future__ import annotations

from datetime import date
from functools import partial

from application.amounts import state_amount
from application.funding import arrange_funds, disburse_funds, record_budget
from application.guidance_fund import invest_from_fund, return_investment
from application.ports import Desk
from application.ppp import list_ppp, report_ppp_operation
from domain.guidance_fund import FieldTag, InvestmentStage
from domain.money import Money
from domain.project import AmountStage, FundPurpose, FundSource
from domain.recorded import Role
from domain.steps.amounts import StateAmount
from domain.steps.funding import ArrangeFunds, DisburseFunds, SetBudget
from domain.steps.guidance_fund import FundInvested, Invest, ReturnInvestment
from domain.steps.ppp import ListPpp, ReportOperation
from infrastructure.demo.plan import Own, Plan, known, wan
from infrastructure.demo.script import Script, ask_as


def build_money(desk: Desk, plan: Plan) -> Script:
    """Set the budget, arrange the build money and pay a first part; a budget that falls short is raised."""
    project = known(plan)
    estimate = plan.filing.estimate or wan(100)
    source = plan.filing.fund_source
    short = plan.number % 31 == 8
    budget = SetBudget(
        purpose=FundPurpose.BUILD,
        year=plan.day.year,
        source=source,
        amount=Money.fen_of(estimate.fen // 2) if short else estimate,
        document_no=f"源财预〔{plan.day.year}〕{plan.number}号",
    )
    yield ask_as(plan.later(2, 9), Role.FINANCE, partial(record_budget, desk, project, budget))
    arranged = ArrangeFunds(purpose=FundPurpose.BUILD, year=budget.year, source=source, amount=estimate)
    outcome = yield ask_as(plan.later(5, 20), Role.FINANCE, partial(arrange_funds, desk, project, arranged))
    if outcome.refused:
        raised = budget.but(amount=estimate, document_no=f"源财调〔{plan.day.year}〕{plan.number}号")
        yield ask_as(plan.later(9, 30), Role.FINANCE, partial(record_budget, desk, project, raised))
        yield ask_as(plan.later(3, 9), Role.FINANCE, partial(arrange_funds, desk, project, arranged))
    first = DisburseFunds(arrangement=1, amount=Money.fen_of(estimate.fen * 3 // 10))
    yield ask_as(plan.later(10, 40), Role.FINANCE, partial(disburse_funds, desk, project, first))
    if plan.number % 7 == 2 and not plan.filing.classified:
        yield from _from_the_fund(desk, plan)
    if plan.number % 20 in {1, 4} and not plan.filing.classified:
        yield from _ppp(desk, plan)


def _from_the_fund(desk: Desk, plan: Plan) -> Script:
    """An investment of the guidance fund; the largest asks for more than the fund holds (F06)."""
    fields = (FieldTag.LIVELIHOOD,) if plan.number % 2 else (FieldTag.BASIC, FieldTag.PUBLIC_GOOD)
    asked = Invest(
        project=known(plan),
        amount=wan(90_000 if plan.number % 28 == 9 else 20 + plan.number),
        fields=fields if plan.number % 3 else (),
        stage=InvestmentStage.OPERATION if plan.number % 4 == 0 else InvestmentStage.BUILD,
        document_no=f"源基金〔{plan.day.year}〕{plan.number}号",
    )
    outcome = yield ask_as(plan.later(5, 30), Role.FINANCE, partial(invest_from_fund, desk, asked))
    invested = next((e for e in outcome.events if isinstance(e, FundInvested)), None)
    if invested is not None and plan.number % 5 == 1:
        back = ReturnInvestment(investment=invested.number, amount=Money.fen_of(asked.amount.fen // 4))
        yield ask_as(plan.later(90, 200), Role.FINANCE, partial(return_investment, desk, back))


def _ppp(desk: Desk, plan: Plan) -> Script:
    """An entry of the PPP library; the first attempt of some lacks the evaluation plan (F12)."""
    project = known(plan)
    entry = ListPpp(
        risk_allocation="建设风险由社会资本承担（演示）",
        return_boundary="使用者付费，上限8%（演示）",
        evaluation_plan="" if plan.number % 40 == 1 else "年度绩效评价（演示）",
        reason="投资周期长（演示）",
        regime="MOF-LIBRARY" if plan.day.year < 2023 else "DRC-CONCESSION",
    )
    outcome = yield ask_as(plan.later(5, 20), Role.DRC, partial(list_ppp, desk, project, entry))
    if outcome.refused:
        whole = entry.but(evaluation_plan="年度绩效评价（演示）")
        yield ask_as(plan.later(9, 40), Role.DRC, partial(list_ppp, desk, project, whole))


def settled(desk: Desk, plan: Plan, own: Own) -> Script:
    """After acceptance: settlement and final account, some of which exceed what went before; PPP works report."""
    if plan.filing.classified:
        return
    project, estimate = known(plan), (plan.filing.estimate or wan(100)).fen
    share = 112 if plan.number % 6 == 4 else plan.draw.randint(78, 96)
    for stage, percent in ((AmountStage.SETTLEMENT, share), (AmountStage.FINAL_ACCOUNT, share - plan.number % 3 + 1)):
        stated = StateAmount(stage=stage, amount=Money.fen_of(estimate * percent // 100))
        yield own(plan.later(5, 30), partial(state_amount, desk, project, stated))
    if plan.number % 20 in {1, 4}:
        for year in range(plan.day.year, plan.day.year + 2):
            report = ReportOperation(year=year, summary="运营平稳（演示）", user_paid=wan(plan.draw.randint(5, 60)))
            plan.day = max(plan.day, date(year, 12, 5))
            yield own(plan.day, partial(report_ppp_operation, desk, project, report))


def sharing_work(desk: Desk, plan: Plan) -> Script:
    """The cost of sharing work, first in line (F02)."""
    money = ArrangeFunds(
        purpose=FundPurpose.SHARING_WORK, year=plan.day.year, source=FundSource.DEPT_BUDGET, amount=wan(3)
    )
    yield ask_as(plan.later(5, 30), Role.FINANCE, partial(arrange_funds, desk, known(plan), money))
