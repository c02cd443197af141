"""The clauses on money as the 2018 rule set states them, for tests that do not depend on the shipped file."""

from __future__ import annotations

from domain.rule import Clause, NormStrength
from domain.streams import guidance_fund_id
from tests.given import RULES

FUND = guidance_fund_id("370323")

_STATED = {
    "F02": ("二（三）1", "共享相关工作经费纳入部门财政预算，给予优先安排", NormStrength.PRIORITY),
    "F03": ("五（二）", "公共基础项目建设资金纳入政府财政预算投资", NormStrength.TRACK_ONLY),
    "F04": ("五（二）", "运行维护工作经费纳入各部门预算统筹安排", NormStrength.TRACK_ONLY),
    "F05": ("五（二）", "优先安排立项和建设运维资金", NormStrength.PRIORITY),
    "F06": ("四（二）", "建立新型智慧城市建设引导基金", NormStrength.REQUIRED),
    "F07": ("四（二）", "重点投向基础性、公益性领域", NormStrength.PRIORITY),
    "F08": ("四（二）", "优先支持涉及民生的智慧应用", NormStrength.PRIORITY),
    "F12": ("四（三）", "明确风险责任、收益边界，加强绩效评价", NormStrength.REQUIRED),
}
CLAUSES = tuple(
    Clause.model_validate({"rule": rule, "section": section, "quote": quote, "reading": quote, "strength": strength})
    for rule, (section, quote, strength) in _STATED.items()
)
MONEY_RULES = RULES.but(clauses=(*(c for c in RULES.clauses if c.rule not in _STATED), *CLAUSES))
