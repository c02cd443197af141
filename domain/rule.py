"""规则 What a clause, a rule set, a finding and a judgement are. The rules are in `domain/rules/`, one file each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from pydantic import Field, field_validator, model_validator

from domain.event import Value
from domain.project import Track
from domain.texts import Text


class Gate(StrEnum):
    """关口 A place where the document says no."""

    FILE = "FILE"
    APPROVE = "APPROVE"
    ACCEPT = "ACCEPT"
    FUND_BUILD = "FUND_BUILD"
    FUND_OPERATION = "FUND_OPERATION"
    FUND_SHARING_WORK = "FUND_SHARING_WORK"
    """Money for the work of sharing (共享相关工作经费)."""
    FUND_INVEST = "FUND_INVEST"
    """An investment of the guidance fund."""
    PPP_LIST = "PPP_LIST"
    """Entry into the PPP library."""
    SERVE = "SERVE"
    """Putting a government service online."""
    EVALUATE = "EVALUATE"
    """Commissioning an evaluation."""
    RECORD = "RECORD"
    """Every other step: only what binds every step is asked here."""


class NormStrength(StrEnum):
    """效力 How strongly a clause binds, by its words (facts, strength scale)."""

    PROHIBITION = "PROHIBITION"  # 一概不予、一概不得、不审批、不拨付、不立项、不拨款
    REQUIRED = "REQUIRED"  # 必要条件、必须、应当
    DEFAULT_DENY = "DEFAULT_DENY"  # 原则上不再批准
    REQUIRED_EVIDENCE = "REQUIRED_EVIDENCE"  # 重要环节
    PRIORITY = "PRIORITY"  # 优先
    TRACK_ONLY = "TRACK_ONLY"  # 推进、鼓励


RULE = Field(pattern=r"^[A-Z]\d\d$")
"""Number of a rule: G.., F.. and O.. are the clauses of the founding document, other letters those of later sets."""


class Clause(Value):
    """条款 A clause as a rule set states it: the original words, an English reading, and how it binds."""

    rule: str = RULE
    section: str
    quote: str = Field(min_length=2)
    reading: Text
    strength: NormStrength

    @field_validator("reading", mode="before")
    @classmethod
    def _of_one_language(cls, value: Any) -> Any:
        # Findings recorded by the first version hold the English reading only.
        return {"zh": value, "en": value} if isinstance(value, str) else value


class LegalBasis(Value):
    """依据 A document that clauses rest on (O27)."""

    number: str = Field(min_length=2, description="发文字号")
    issuer: str
    title: str
    dated: date | None = None
    in_force_from: date | None = None
    in_force_until: date | None = None
    cited_by: tuple[str, ...] = Field(min_length=1, description="rules whose clauses rest on it")


class TaskGroup(Value):
    """任务组 A group of tasks that the document names, with its day (O08)."""

    id: str = Field(pattern=r"^[A-Z_]+$")
    name: Text
    due_on: date


class TrackLead(Value):
    """牵头单位 The lead bodies of a track (O10)."""

    track: Track
    bodies: tuple[str, ...] = Field(min_length=1)


class Duty(Value):
    """职责 A duty in a project: the recorded acts by which it is performed."""

    id: str = Field(pattern=r"^[A-Z_]+$")
    name: Text
    acts: tuple[str, ...] = Field(min_length=1)
    """Stored names of facts (`Event.duty_act`)."""


class Conclusion(StrEnum):
    """How a rule set judges a test conclusion."""

    PASS = "PASS"
    PASS_WITH_RECTIFICATION = "PASS_WITH_RECTIFICATION"
    FAIL = "FAIL"


class CryptoPolicy(Value):
    """密评 When a system needs an assessment of its cryptography, and what passes."""

    from_level: int = Field(ge=1, le=5)
    validity_months: int = Field(ge=1)
    conclusions: dict[str, Conclusion]


class Parameters(Value):
    """参数 Figures that the document does not state, so that they are data with a source and not code."""

    restricted_categories: tuple[str, ...]
    test_validity_months: dict[str, int]
    """Months a level-test report is good for, by level."""
    levels_without_test: tuple[int, ...] = ()
    """Levels for which the level filing itself is the evidence."""
    conclusion_scales: dict[str, dict[str, Conclusion]]
    """How each word of each report template is judged."""
    backdating_limit_days: int = Field(ge=0)
    """An event recorded more days than this after it happened is reported as recorded late."""
    lapse_after_cycles: int = Field(ge=1)
    """A shared resource that was not updated for more than so many of its update cycles has lapsed."""
    acceptance_within_months: int = Field(ge=1)
    """Months after completion within which acceptance is due."""
    self_evaluation_within_months: tuple[int, int]
    """Months after acceptance from which, and until which, the self-evaluation is due."""
    change_limit_bp: int | None = Field(default=None, ge=0)
    """Ten-thousandths of the approved amount up to which changes need no new approval (rule C02), where stated."""
    crypto: CryptoPolicy | None = None
    """Policy for the assessment of cryptography (rule C01), where the set has one."""


class RuleSet(Value):
    """规则集 Which clauses apply from when, with their parameters. Versioned data, never code."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    issuer: str
    document_no: str
    title: str
    effective_from: date
    effective_until: date | None = None
    draft: bool = False
    clauses: tuple[Clause, ...]
    bases: tuple[LegalBasis, ...] = ()
    task_groups: tuple[TaskGroup, ...] = ()
    leads: tuple[TrackLead, ...] = ()
    duties: tuple[Duty, ...] = ()
    separated: tuple[tuple[str, str], ...] = ()
    """不相容职责 Pairs of duties that one person does not perform in one project (S01)."""
    parameters: Parameters
    sources: dict[str, str] = Field(default_factory=dict)
    """Where each parameter comes from, by name."""

    @model_validator(mode="after")
    def _one_clause_per_rule(self) -> RuleSet:
        rules = [c.rule for c in self.clauses]
        twice = sorted({r for r in rules if rules.count(r) > 1})
        if twice:
            raise ValueError(f"规则重复 / rule stated twice: {', '.join(twice)}")
        unknown = sorted({r for b in self.bases for r in b.cited_by} - set(rules))
        if unknown:
            raise ValueError(f"依据引用了没有的规则 / bases cited by rules that are not stated: {', '.join(unknown)}")
        ids = [d.id for d in self.duties]
        if len(set(ids)) < len(ids):
            raise ValueError("职责标识重复 / a duty is stated twice")
        strange = sorted({duty for pair in self.separated for duty in pair} - set(ids))
        if strange:
            raise ValueError(f"不相容职责引用了没有的职责 / separated duties that are not stated: {', '.join(strange)}")
        if any(one == other for one, other in self.separated):
            raise ValueError("职责不能与自身不相容 / a duty is not separated from itself")
        return self

    def clause(self, rule: str) -> Clause | None:
        """The clause of this rule, or None when the set does not have it."""
        # Kept with the clauses that it was made of: a set that is made from this one may have others.
        indexed: tuple[tuple[Clause, ...], dict[str, Clause]] | None = self.__dict__.get("_indexed")
        if indexed is None or indexed[0] is not self.clauses:
            indexed = self.clauses, {c.rule: c for c in self.clauses}
            self.__dict__["_indexed"] = indexed
        return indexed[1].get(rule)

    def bases_of(self, rule: str) -> tuple[str, ...]:
        """The documents that a rule's clause rests on: the set's own first."""
        return (self.document_no, *(b.number for b in self.bases if rule in b.cited_by))

    def applies(self, day: date) -> bool:
        """Is the set in force on this day?"""
        return self.effective_from <= day and (self.effective_until is None or day <= self.effective_until)

    @cached_property
    def canonical(self) -> str:
        """The set as canonical JSON: sorted keys, no spaces, to be encoded in UTF-8."""
        # Sets from before there were duties keep the digest that decisions name them by.
        later = {name for name in ("duties", "separated") if not getattr(self, name)}
        stated = self.model_dump(mode="json", exclude=later)
        return json.dumps(stated, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the set's canonical JSON, hexadecimal."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    @cached_property
    def _apart(self) -> dict[str, tuple[tuple[Duty, Duty], ...]]:
        of = {d.id: d for d in self.duties}
        pairs = [(of[one], of[other]) for one, other in self.separated]
        pairs += [(other, one) for one, other in pairs]
        acts = {act for duty in self.duties for act in duty.acts}
        return {act: tuple(pair for pair in pairs if act in pair[0].acts) for act in acts}

    def apart_from(self, act: str) -> tuple[tuple[Duty, Duty], ...]:
        """The duties that an act performs, each with one that it is kept apart from."""
        return self._apart.get(act, ())

    def ref(self) -> RuleSetRef:
        """What a decision keeps of the set it was judged by."""
        return _ref(self.id, self.digest)


class RuleSetRef(Value):
    """Which rule set, exactly."""

    id: str
    digest: str


@lru_cache(maxsize=256)
def _ref(rule_set: str, digest: str) -> RuleSetRef:
    return RuleSetRef(id=rule_set, digest=digest)


class RuleSets:
    """The rule sets that a site has loaded, in the order of their effective dates."""

    def __init__(self, sets: Iterable[RuleSet]) -> None:
        """Take the sets. Raises ValueError when there is none, or an id is used twice."""
        self.all = tuple(sorted(sets, key=lambda s: (s.effective_from, s.id)))
        ids = [s.id for s in self.all]
        if not ids or len(set(ids)) < len(ids):
            raise ValueError(f"规则集缺失或标识重复 / no rule set, or an id is used twice: {ids}")
        self._of_days: Callable[[date], RuleSet | None] = lru_cache(maxsize=4096)(self._latest)

    def get(self, rule_set: str) -> RuleSet | None:
        """The set with this id, or None."""
        return next((s for s in self.all if s.id == rule_set), None)

    def in_force(self, day: date) -> RuleSet | None:
        """The set that decisions of this day are judged by: the latest in force that is not a draft, or None."""
        return self._of_days(day)

    def _latest(self, day: date) -> RuleSet | None:
        return next((s for s in reversed(self.all) if s.applies(day) and not s.draft), None)


class Effect(StrEnum):
    """What a finding does to the decision."""

    BLOCKS = "BLOCKS"
    YIELDS = "YIELDS"
    """A default denial that yields to a recorded exception."""
    NOTES = "NOTES"


class Fact(Value):
    """A fact that a finding used: its name and its value as text."""

    name: str
    value: str


class Finding(Value):
    """认定 What one rule found: the clause in full, why, on which facts, and what would cure it."""

    rule: str
    clause: Clause
    effect: Effect
    reason: Text
    cure: Text
    facts: tuple[Fact, ...] = ()
    exception: str | None = None
    """Document number of the exception that the finding yields to."""


class Judgement(Value):
    """判断 The outcome at a gate, with every finding and the rule set it was judged by."""

    gate: Gate
    allowed: bool
    judged_on: date
    rule_set: RuleSetRef
    findings: tuple[Finding, ...]

    def blocking(self) -> tuple[str, ...]:
        """Rules that block, in the order of the gate."""
        return tuple(dict.fromkeys(f.rule for f in self.findings if f.effect is Effect.BLOCKS))


def text(zh: str, en: str) -> Text:
    """A text in both languages."""
    return Text(zh=zh, en=en)


def facts(**values: object) -> tuple[Fact, ...]:
    """Facts used by a finding, by name."""
    return tuple(Fact(name=name, value=str(value)) for name, value in values.items())
