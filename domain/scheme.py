"""评价方案 Evaluation schemes: what is scored, with which weights, and what a total means. Data, never code.

A scheme is of projects, of units or of the county. Its indicators stand in up to three tiers; the lowest are
scored. Weights are fixed in the scheme, or left to each case (财预〔2020〕10号): then a commission brings them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from domain.event import Value
from domain.marks import Mark, mark_sum, mark_text, reaches
from domain.texts import Text, ValueFault

TIERS = 3
"""一级、二级、三级指标."""

IndicatorCode = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9.-]{0,19}$", description="指标代码, e.g. L1P1-A1")]


class Subject(StrEnum):
    """评价对象 What a scheme evaluates."""

    PROJECT = "PROJECT"
    UNIT = "UNIT"
    COUNTY = "COUNTY"


class Weight(Value):
    """权重 The weight that a case gives to one of the lowest indicators."""

    code: IndicatorCode
    weight: Mark = Field(description="分值, a decimal number as text")


class Score(Value):
    """得分 The score of one of the lowest indicators."""

    code: IndicatorCode
    score: Mark = Field(description="得分, a decimal number as text, at most the indicator's weight")
    note: str = Field(default="", max_length=1000, description="评分理由、偏差原因及改进措施")


class SchemeRef(Value):
    """Which scheme, exactly. `digest` is that of the scheme's whole content."""

    id: str
    version: int
    digest: str
    draft: bool = False


class Indicator(Value):
    """指标 One indicator, with those below it. Only indicators without any below are scored."""

    code: IndicatorCode
    name: Text
    weight: Mark | None = None
    parts: tuple[Indicator, ...] = ()

    def lowest(self) -> Iterator[Indicator]:
        """The indicators below it that are scored; itself when none is below."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.lowest()

    def tree(self, tier: int = 1) -> Iterator[tuple[int, Indicator]]:
        """Itself and all below, each with its tier."""
        yield tier, self
        for part in self.parts:
            yield from part.tree(tier + 1)


class Band(Value):
    """等次 A grade, or stars, and the totals it is for: from `from_mark`, to below `to_mark`. The full mark counts."""

    name: Text
    from_mark: Mark
    to_mark: Mark
    stars: int | None = Field(default=None, ge=0, le=5)


class Floor(Value):
    """下限 What some indicators must weigh together, in per cent of the full mark."""

    codes: tuple[IndicatorCode, ...] = Field(min_length=1)
    percent: Mark


class EvaluationScheme(Value):
    """评价方案 A versioned scheme. Raises ValueFault, naming everything that does not add up."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")
    version: int = Field(ge=1)
    title: Text
    subject: Subject
    document: str = Field(min_length=2, description="依据文件或标准")
    scale: str = Field(min_length=1, max_length=60, description="量表: grades are compared only within one scale")
    draft: bool = Field(default=False, description="草案: weights or thresholds are not confirmed by a source")
    full_mark: Mark = "100"
    indicators: tuple[Indicator, ...] = Field(min_length=1)
    floors: tuple[Floor, ...] = ()
    bands: tuple[Band, ...] = ()
    sources: dict[str, str] = Field(default_factory=dict)
    """Where each part comes from, by name."""

    @model_validator(mode="after")
    def _adds_up(self) -> EvaluationScheme:
        faults = [*self._tree_faults(), *self._weight_faults(), *self._band_faults()]
        if faults:
            raise joined(faults)
        return self

    @property
    def canonical(self) -> str:
        """The scheme as canonical JSON: sorted keys, no spaces, no defaults, to be encoded in UTF-8."""
        # Without defaults, so that a field added to schemes later does not change the digest of those without it.
        content = self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the scheme's canonical JSON, hexadecimal."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    @property
    def lowest(self) -> tuple[Indicator, ...]:
        """The indicators that are scored, in the scheme's order."""
        return tuple(low for top in self.indicators for low in top.lowest())

    @property
    def weights_by_case(self) -> bool:
        """Are the weights left to each case?"""
        return all(i.weight is None for top in self.indicators for _, i in top.tree())

    def ref(self) -> SchemeRef:
        """What a record keeps of the scheme that it was evaluated by."""
        return SchemeRef(id=self.id, version=self.version, digest=self.digest, draft=self.draft)

    def weights(self, of_case: tuple[Weight, ...] = ()) -> dict[str, Decimal]:
        """The weight of each of the lowest indicators, by code; those of the case where the scheme leaves them open.

        Raises ValueFault when they are not wanted, not complete, do not add up to the full mark, or miss a floor.
        """
        if not self.weights_by_case:
            if of_case:
                raise ValueFault(
                    "本方案权重固定，不得另给权重", "the scheme's weights are fixed: leave those of the case out"
                )
            return {i.code: Decimal(i.weight or 0) for i in self.lowest}
        faults = self._code_faults([w.code for w in of_case], Text(zh="权重", en="weights"))
        if faults:
            raise joined(faults)
        given = {w.code: Decimal(w.weight) for w in of_case}
        total = mark_sum(given.values())
        if total != Decimal(self.full_mark):
            faults.append(
                Text(
                    zh=f"权重合计应为{self.full_mark}，现为{mark_text(total)}",
                    en=f"the weights must add up to {self.full_mark}, not {mark_text(total)}",
                )
            )
        faults += self._floor_faults(given)
        if faults:
            raise joined(faults)
        return given

    def check(self, scores: tuple[Score, ...], weights: dict[str, Decimal]) -> None:
        """Raise ValueFault for unknown, repeated or missing codes, and for scores above their weight."""
        faults = self._code_faults([s.code for s in scores], Text(zh="得分", en="scores"))
        for score in scores:
            weight = weights.get(score.code)
            if weight is not None and Decimal(score.score) > weight:
                faults.append(
                    Text(
                        zh=f"指标{score.code}得分{score.score}超过分值{mark_text(weight)}",
                        en=f"the score {score.score} of {score.code} is above its weight {mark_text(weight)}",
                    )
                )
        if faults:
            raise joined(faults)

    def grade(self, total: Decimal) -> Band | None:
        """The grade of a total, or None when the scheme has no grades. Raises ValueFault outside the scale."""
        if not 0 <= total <= Decimal(self.full_mark):
            raise ValueFault(
                f"总分{mark_text(total)}不在0至{self.full_mark}之间",
                f"the total {mark_text(total)} is not between 0 and {self.full_mark}",
            )
        for band in self.bands:
            # Half-open, so that 89.5 is below 90; the full mark belongs to the highest grade.
            if Decimal(band.from_mark) <= total < Decimal(band.to_mark):
                return band
        return max(self.bands, key=lambda b: Decimal(b.to_mark), default=None)

    def _tree_faults(self) -> list[Text]:
        nodes = [(tier, i) for top in self.indicators for tier, i in top.tree()]
        codes = [i.code for _, i in nodes]
        faults = [Text(zh=f"指标代码{code}重复", en=f"the code {code} is used twice") for code in _repeated(codes)]
        for tier, indicator in nodes:
            if tier > TIERS:
                faults.append(
                    Text(
                        zh=f"指标{indicator.code}在第{tier}级，至多{TIERS}级",
                        en=f"indicator {indicator.code} is on tier {tier}, beyond {TIERS}",
                    )
                )
        unknown = dict.fromkeys(c for f in self.floors for c in f.codes if c not in codes)
        return faults + [
            Text(zh=f"下限引用了没有的指标{code}", en=f"a floor names the unknown indicator {code}") for code in unknown
        ]

    def _weight_faults(self) -> list[Text]:
        if self.weights_by_case:
            return []
        nodes = [i for top in self.indicators for _, i in top.tree()]
        without = [i.code for i in nodes if i.weight is None]
        if without:
            return [
                Text(
                    zh=f"权重须全部写明或全部不写，缺：{'、'.join(without)}",
                    en=f"give every weight or none; without: {', '.join(without)}",
                )
            ]
        faults = []
        for parent in (i for i in nodes if i.parts):
            total = mark_sum(p.weight or "0" for p in parent.parts)
            if total != Decimal(parent.weight or 0):
                faults.append(
                    Text(
                        zh=f"指标{parent.code}的下级权重合计{mark_text(total)}，应为{parent.weight}",
                        en=f"the weights below {parent.code} add up to {mark_text(total)}, not {parent.weight}",
                    )
                )
        total = mark_sum(i.weight or "0" for i in self.indicators)
        if total != Decimal(self.full_mark):
            faults.append(
                Text(
                    zh=f"一级指标权重合计{mark_text(total)}，应为满分{self.full_mark}",
                    en=f"the top weights add up to {mark_text(total)}, not to the full mark {self.full_mark}",
                )
            )
        return faults + self._floor_faults({i.code: Decimal(i.weight or 0) for i in self.lowest})

    def _floor_faults(self, weights: dict[str, Decimal]) -> list[Text]:
        nodes = {i.code: i for top in self.indicators for _, i in top.tree()}
        faults = []
        for floor in self.floors:
            # Each of the lowest is counted once, also where a floor names an indicator and one above it.
            low = {i.code for c in floor.codes if c in nodes for i in nodes[c].lowest()}
            total = mark_sum(weights.get(code, Decimal(0)) for code in low)
            if not reaches(total, floor.percent, self.full_mark):
                named = [nodes[c].name for c in floor.codes if c in nodes]
                faults.append(
                    Text(
                        zh=f"{'、'.join(n.zh for n in named)}权重合计{mark_text(total)}，"
                        f"不得低于满分的{floor.percent}%",
                        en=f"{', '.join(n.en for n in named)} weigh {mark_text(total)} together, "
                        f"less than {floor.percent} % of the full mark",
                    )
                )
        return faults

    def _band_faults(self) -> list[Text]:
        bands = sorted(self.bands, key=lambda b: Decimal(b.from_mark))
        if not bands:
            return []
        faults = [
            Text(zh=f"等次“{name}”重复", en=f"the grade “{name}” is used twice")
            for name in _repeated(b.name.zh for b in bands)
        ]
        at = "0"
        for band in bands:
            start, end = Decimal(band.from_mark), Decimal(band.to_mark)
            if start != Decimal(at):
                faults.append(
                    Text(
                        zh=f"等次“{band.name.zh}”应从{at}起，现为{band.from_mark}：有空档或重叠",
                        en=f"the grade “{band.name.en}” must begin at {at}, not {band.from_mark}: a gap or overlap",
                    )
                )
            if end <= start:
                faults.append(
                    Text(zh=f"等次“{band.name.zh}”为空区间", en=f"the grade “{band.name.en}” is for no total at all")
                )
            at = band.to_mark
        if Decimal(at) != Decimal(self.full_mark):
            faults.append(
                Text(
                    zh=f"等次止于{at}，应到满分{self.full_mark}",
                    en=f"the grades end at {at}, not at the full mark {self.full_mark}",
                )
            )
        return faults

    def _code_faults(self, codes: list[str], of: Text) -> list[Text]:
        """A sheet names each of the lowest indicators exactly once."""
        known = [i.code for i in self.lowest]
        wrong = [
            (Text(zh="未知", en="unknown"), [c for c in dict.fromkeys(codes) if c not in known]),
            (Text(zh="重复", en="repeated"), _repeated(codes)),
            (Text(zh="缺少", en="missing"), [c for c in known if c not in codes]),
        ]
        return [
            Text(zh=f"{of.zh}{what.zh}指标{'、'.join(found)}", en=f"{of.en}: {what.en} {', '.join(found)}")
            for what, found in wrong
            if found
        ]


class Schemes:
    """The schemes that a site has loaded, by id and version."""

    def __init__(self, schemes: Iterable[EvaluationScheme]) -> None:
        """Take the schemes. Raises ValueError when an id and version are used twice."""
        self.all = tuple(sorted(schemes, key=lambda s: (s.id, s.version)))
        twice = _repeated(f"{s.id} {s.version}" for s in self.all)
        if twice:
            raise ValueError(f"评价方案重复 / a scheme is given twice: {', '.join(twice)}")

    def get(self, scheme: str, version: int | None = None) -> EvaluationScheme | None:
        """The scheme of this id and version, or its newest version; None when there is none."""
        return next(
            (s for s in reversed(self.all) if s.id == scheme and (version is None or s.version == version)), None
        )


def total(scores: Iterable[Score]) -> Decimal:
    """The exact total of a score sheet."""
    return mark_sum(s.score for s in scores)


def joined(faults: list[Text]) -> ValueFault:
    """One fault that says all of them."""
    return ValueFault("；".join(f.zh for f in faults), "; ".join(f.en for f in faults))


def _repeated(names: Iterable[str]) -> list[str]:
    listed = list(names)
    return [n for n in dict.fromkeys(listed) if listed.count(n) > 1]
