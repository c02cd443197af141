"""G23 共享相关项目建设资金纳入政府固定资产投资，由县发改部门立项: who approves, and from which money.

源政发〔2018〕16号 二（三）1. Only for projects filed as sharing-related.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.project import FundSource
from domain.recorded import Role
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """A sharing-related project is approved by the DRC and built with government fixed-asset investment."""
    del gate
    filing = case.project.filing
    if filing is None or not filing.sharing_related:
        return []
    failings = []
    if filing.fund_source is not FundSource.GOV_FIXED_ASSET:
        failings.append(
            Failing(
                text(
                    "共享相关项目的建设资金来源不是政府固定资产投资",
                    "the build money of a sharing-related project is not government fixed-asset investment",
                ),
                text(
                    "修改备案的经费渠道（fund_source=GOV_FIXED_ASSET）",
                    "amend the filing's source of money (fund_source=GOV_FIXED_ASSET)",
                ),
                facts(fund_source=filing.fund_source),
            )
        )
    acting_as = case.proposal.acting_as
    if acting_as is not None and acting_as is not Role.DRC:
        failings.append(
            Failing(
                text("共享相关项目应由县发改部门立项", "a sharing-related project is approved by the DRC"),
                text("由县发改部门办理（acting_as=DRC）", "let the DRC approve it (acting_as=DRC)"),
                facts(acting_as=acting_as),
            )
        )
    return failings


SHARING_PROJECTS_BY_DRC = Rule("G23", check)
