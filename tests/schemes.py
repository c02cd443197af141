"""Evaluation schemes, score sheets and commissions to start tests from."""

from __future__ import annotations

from typing import Any

from domain.identifiers.uscc import inner_check, outer_check
from domain.project import EvaluationChannel
from domain.rule import NormStrength
from domain.scheme import EvaluationScheme, Schemes, Score, Weight
from domain.steps.assessment import AssessUnit, EvaluateCounty
from domain.steps.evaluation import CommissionEvaluation
from domain.steps.satisfaction import RecordSurvey
from infrastructure.schemes import load_schemes
from tests.given import RULES

SHIPPED = load_schemes()
FRAMEWORK = "caiyu-2020-10"
MARKS = {
    "A11": "3", "A12": "2", "A21": "3", "A22": "2", "A31": "3", "A32": "2", "B11": "5", "B12": "5", "B13": "5",
    "B21": "5", "B22": "5", "C11": "10", "C21": "10", "C31": "5", "C41": "5", "D11": "20", "D12": "10",
}  # fmt: skip
"""Weights of a case for the framework of 财预〔2020〕10号: 60 for outputs and benefits, 100 in all."""


def weights(**changes: str) -> tuple[Weight, ...]:
    return tuple(Weight(code=c, weight=w) for c, w in {**MARKS, **changes}.items())


def scores(of: dict[str, str] | None = None, **changes: str) -> tuple[Score, ...]:
    """Full marks, but for the changes."""
    return tuple(Score(code=c, score=s) for c, s in {**(of or MARKS), **changes}.items())


def scheme(**changes: Any) -> EvaluationScheme:
    """A small scheme for units with fixed weights."""
    text = {"zh": "单位年度目标考核", "en": "Yearly assessment"}
    parts = [
        {"code": "1.1", "name": text, "weight": "40"},
        {"code": "1.2", "name": text, "weight": "20"},
    ]
    body: dict[str, Any] = {
        "id": "unit-targets",
        "version": 1,
        "title": text,
        "subject": "UNIT",
        "document": "县责任目标考核办法",
        "scale": "县责任目标考核",
        "indicators": [
            {"code": "1", "name": text, "weight": "60", "parts": parts},
            {"code": "2", "name": text, "weight": "40"},
        ],
        "bands": [band("优秀", "85", "100"), band("合格", "60", "85"), band("不合格", "0", "60")],
    }
    return EvaluationScheme.model_validate({**body, **changes})


def band(name: str, from_mark: str, to_mark: str) -> dict[str, Any]:
    return {"name": {"zh": name, "en": name}, "from_mark": from_mark, "to_mark": to_mark}


def shipped(name: str) -> EvaluationScheme:
    """A shipped scheme by its id."""
    found = SHIPPED.get(name)
    assert found is not None
    return found


SCHEMES = Schemes([*SHIPPED.all, scheme()])
"""The shipped schemes, and one for units."""


def _code(first: str) -> str:
    whole = first + inner_check(first[8:16])
    return whole + outer_check(whole)


EVALUATOR = _code("91370323MADEM700")
FINANCE = _code("11370323MBDEM701")
BINDING = RULES.but(
    clauses=tuple(c.but(strength=NormStrength.REQUIRED) if c.rule == "O33" else c for c in RULES.clauses)
)
"""The document only says to bring evaluators in; a county may make independence a requirement."""

ASKED = CommissionEvaluation(
    channel=EvaluationChannel.THIRD_PARTY_ASSESSMENT,
    scheme=FRAMEWORK,
    weights=weights(),
    evaluator="评估公司",
    evaluator_uscc=EVALUATOR,
    commissioned_by="县财政局",
    payer=FINANCE,
    period="2020",
)
SURVEY = RecordSurvey(period="2020", method="ONLINE", respondents=512, satisfied_bp=9437, surveyor="调查机构")
PLAIN = AssessUnit(year=2020, assessor="县政府", scale="县责任目标考核", grade="优秀", score="95.5")
STARS = EvaluateCounty(
    year=2020,
    evaluator="省评估组",
    scheme="shandong-stars",
    scores=scores({"S1": "22.5", "S2": "21", "S3": "20", "S4": "20"}),
)
