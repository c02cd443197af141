"""建设引导基金: contribute, invest, return.

Each of them writes the fund's stream, so of two at once that read the same balance only one is recorded; the other is
judged again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from application.act import Act
from application.desk import CommandT, Outcome, Planned, Reading, submit
from application.ports import Desk
from domain.event import Event
from domain.guidance_fund import GuidanceFund
from domain.steps.guidance_fund import Contribute, Invest, ReturnInvestment, contribute, give_back, invest
from domain.streams import StreamKind


def contribute_to_fund(desk: Desk, command: Contribute, act: Act) -> Outcome:
    """Record money that was paid into the fund."""
    return _on_fund(desk, command, act, contribute)


def invest_from_fund(desk: Desk, command: Invest, act: Act) -> Outcome:
    """Judge at gate FUND_INVEST and record the investment, or the refusal. Raises UnknownSubjectError."""

    def plan(reading: Reading) -> list[Planned]:
        project, fund = reading.project(command.project), reading.guidance_fund()
        case = replace(reading.case(project, at_gate=True), fund=fund)
        return [Planned(StreamKind.GUIDANCE_FUND, fund.id, invest(case, command))]

    return submit(desk, act, "guidance-fund", command, plan)


def return_investment(desk: Desk, command: ReturnInvestment, act: Act) -> Outcome:
    """Record that money of an investment came back."""
    return _on_fund(desk, command, act, give_back)


def _on_fund(desk: Desk, command: CommandT, act: Act, decide: Callable[[GuidanceFund, CommandT], Event]) -> Outcome:
    def plan(reading: Reading) -> list[Planned]:
        fund = reading.guidance_fund()
        return [Planned(StreamKind.GUIDANCE_FUND, fund.id, decide(fund, command))]

    return submit(desk, act, "guidance-fund", command, plan)
