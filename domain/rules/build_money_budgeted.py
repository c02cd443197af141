"""F03 公共基础项目建设资金纳入政府财政预算投资: build money of public-base projects is the government's.

源政发〔2018〕16号 五（二）. Whether a project is a public base is said in its filing.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.project import FundSource
from domain.rule import Gate, facts, text

_GOVERNMENT = frozenset({FundSource.GOV_BUDGET, FundSource.GOV_FIXED_ASSET})


def check(gate: Gate, case: Case) -> list[Failing]:
    """Build money of a public-base project is arranged from the government's budget or fixed-asset investment."""
    del gate
    filing, line = case.project.filing, case.proposal.line
    if filing is None or not filing.public_base or line is None or line.source in _GOVERNMENT:
        return []
    return [
        Failing(
            text(
                "公共基础项目的建设资金未纳入政府财政预算投资",
                "build money of a public-base project is not government budget investment",
            ),
            text(
                "改由政府预算或政府固定资产投资安排（source=GOV_BUDGET或GOV_FIXED_ASSET）",
                "arrange it from the government's budget (source=GOV_BUDGET or GOV_FIXED_ASSET)",
            ),
            facts(source=line.source, public_base=filing.public_base),
        )
    ]


BUILD_MONEY_BUDGETED = Rule("F03", check)
