"""O18 加强结果运用，督导激励: a suspension or termination that stands against a project is told at its gates.

源政发〔2018〕16号 三（二）; the gates are those of 二（三）1. The clause names no sanction of its own, so that set
states it as something merely pursued and the finding is noted; another rule set may make it binding.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.oversight import HALTING
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """No suspension and no termination stands against the project on the day."""
    del gate
    return [
        Failing(
            text(
                f"项目被“{m.measure.zh}”（{m.document_no}），尚未解除",
                f"the measure {m.measure} ({m.document_no}) stands against the project",
            ),
            text("终止不能解除", "a termination cannot be lifted")
            if m.measure.final
            else text("整改后由原机关发文解除", "put things right and have it lifted by document"),
            facts(measure=m.measure, number=m.number, document_no=m.document_no, taken_on=m.taken_on),
        )
        for m in case.project.open_measures(case.decided_on)
        if m.measure in HALTING
    ]


OVERSIGHT_HEEDED = Rule("O18", check)
