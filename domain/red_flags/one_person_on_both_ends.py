"""R07 一人办理两端: who asked also decided, who approved also accepted, or who accepted also paid.

One person is one account, or accounts of one pseudonym of a person. Gates keep known persons apart (S01); the flag also
looks at what was decided before, and under a rule set without that rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.event import Event
from domain.red_flags.flag import Dossier, RedFlag, Watch
from domain.red_flags.trace import Trace
from domain.rule import text
from domain.steps.acceptance import ProjectAccepted
from domain.steps.approval import ProjectApproved
from domain.steps.filing import ProjectFiled
from domain.steps.funding import FundsArranged, FundsDisbursed
from domain.texts import Text

LOOKS_AT: tuple[type[Event], ...] = (ProjectFiled, ProjectApproved, ProjectAccepted, FundsArranged, FundsDisbursed)
ARISES_FROM: tuple[type[Event], ...] = (ProjectApproved, ProjectAccepted, FundsArranged, FundsDisbursed)
"""Without one of these in the project there is nothing to ask."""

_PAIRS = (
    ("filed-approved", (ProjectFiled,), (ProjectApproved,), text("备案与立项", "filing and approval")),
    ("approved-accepted", (ProjectApproved,), (ProjectAccepted,), text("立项与验收", "approval and acceptance")),
    (
        "accepted-paid",
        (ProjectAccepted,),
        (FundsArranged, FundsDisbursed),
        text("验收与经费", "acceptance and money"),
    ),
)
FIRES_ON = text(
    "同一人（同一账号，或同一人员标识的不同账号）既备案又批复，既批复又验收，或既验收又安排、拨付经费。",
    "The same person (one account, or accounts of one person's pseudonym) filed and approved, approved and accepted,"
    " or accepted and arranged or paid money.",
)


def raised(dossier: Dossier, watch: Watch) -> Iterator[RedFlag]:
    """One flag for each pair of acts that one person did both of."""
    for key, firsts, seconds, both in _PAIRS:
        ends = dossier.of(*firsts)
        for second in dossier.of(*seconds):
            first = next((end for end in reversed(ends) if _same(end, second)), None)
            if first is not None:
                yield watch.flag(
                    dossier.project, f"{key}-v{second.stream.version}", _told(both, first, second), [first, second]
                )


def _same(one: Trace, other: Trace) -> bool:
    return one.account == other.account or (one.person is not None and one.person == other.person)


def _told(both: Text, first: Trace, second: Trace) -> Text:
    if first.account == second.account:
        return text(f"{both.zh}由同一账号{first.account}办理", f"{both.en} by the same account {first.account}")
    return text(
        f"{both.zh}由同一人的两个账号{first.account}、{second.account}办理",
        f"{both.en} by two accounts of one person, {first.account} and {second.account}",
    )
