"""演示县 A plausible county for demos: Yiyuan (370323), every name and number made up and marked as demo.

Each unit and project is a small script that asks for acts through the real use cases and reacts to refusals. The
scripts are played in the order of their days, because what is recorded later must not decide what was judged
earlier. Everything follows from the scripts' own numbers, and every act has a request key: running it again records
nothing twice, and acts whose day has come since are added.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from application.act import Act
from application.ports import Desk
from domain.dates import CivilDate
from domain.recorded import Actor, Authority
from domain.streams import StreamKind
from infrastructure.demo.governance import county, responsibility
from infrastructure.demo.projects import project
from infrastructure.demo.questioned import questioned
from infrastructure.demo.script import FIRST_DAY, SEED, UNITS, Ask, Script
from infrastructure.demo.units import units

PROJECTS = 132
RESPONSIBLE = len(UNITS)
"""How many of the units are asked for tasks, supervision and yearly assessments."""


@dataclass
class DemoCounts:
    """What the demo county holds."""

    units: int = 0
    projects: int = 0
    events: int = 0
    refused: int = 0


@dataclass(order=True)
class _Turn:
    """A script's next act, in the order of days; scripts of the same day take turns in their own order."""

    on: date
    order: int
    name: str = field(compare=False)
    ask: Ask = field(compare=False)
    script: Script = field(compare=False)
    count: int = field(compare=False, default=0)


def record_demo_county(desk: Desk, advance: Callable[[int, int], None]) -> DemoCounts:
    """Record the demo county up to today. `advance` is told how many of how many days are done."""
    counts = DemoCounts()
    turns: list[_Turn] = []
    scripts: list[tuple[str, Script]] = [("unit", units(desk))]
    scripts += [("county", county(desk)), *((f"unit-{n:02d}", responsibility(desk, n)) for n in range(RESPONSIBLE))]
    scripts += [(f"project-{n:03d}", project(desk, n)) for n in range(PROJECTS)]
    scripts.append(("questioned", questioned(desk)))
    for order, (name, script) in enumerate(scripts):
        ask = next(script, None)
        if ask is not None:
            heapq.heappush(turns, _Turn(ask.on, order, name, ask, script))
    today = desk.today()
    days = (today - FIRST_DAY).days
    while turns and turns[0].on <= today:
        turn = heapq.heappop(turns)
        outcome = turn.ask.run(_act(turn))
        counts.events += len(outcome.recorded)
        counts.refused += outcome.refused
        counts.units += turn.name == "unit" and outcome.recorded[0].event.TOPIC == "unit.enrolled"
        counts.projects += any(r.stream.kind is StreamKind.PROJECT and r.stream.version == 1 for r in outcome.recorded)
        try:
            ask = turn.script.send(outcome)
        except StopIteration:
            continue
        on = max(ask.on, turn.on)
        heapq.heappush(turns, _Turn(on, turn.order, turn.name, ask, turn.script, turn.count + 1))
        advance((turn.on - FIRST_DAY).days, days)
    advance(days, days)
    return counts


def _act(turn: _Turn) -> Act:
    ask = turn.ask
    return Act(
        actor=Actor(account=f"demo-{ask.account or ask.role.lower()}", organisation=ask.organisation, role=ask.role),
        happened_on=CivilDate.on(turn.on),
        authority=Authority(issuer=ask.organisation, document_no=ask.document_no) if ask.document_no else None,
        key=f"demo/{SEED}/{turn.name}/{turn.count}",
    )
