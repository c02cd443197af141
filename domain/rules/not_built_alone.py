"""G02 8类项目原则上不再批准单独建设: eight categories are not approved as stand-alone builds, by default.

源政发〔2018〕16号 二（三）1. Any one of several categories is enough; the build mode decides, not the function.
"""

from __future__ import annotations

from domain.case import Case
from domain.check import Failing, Rule
from domain.project import BuildMode
from domain.rule import Gate, facts, text


def check(gate: Gate, case: Case) -> list[Failing]:
    """A restricted category must not be built stand-alone."""
    del gate
    filing = case.project.filing
    if filing is None or filing.build_mode is not BuildMode.STANDALONE:
        return []
    hits = [c for c in filing.categories if c in case.rules.parameters.restricted_categories]
    if not hits:
        return []
    return [
        Failing(
            text(
                f"属于8类项目（{'、'.join(hits)}）且为单独建设",
                f"of a restricted category ({', '.join(hits)}) and built stand-alone",
            ),
            text(
                "改为集约化建设，或取得有文号的例外决定（exceptions）",
                "build it jointly, or record an exception decided by document (exceptions)",
            ),
            facts(categories=",".join(hits), build_mode=filing.build_mode),
        )
    ]


NOT_BUILT_ALONE = Rule("G02", check)
