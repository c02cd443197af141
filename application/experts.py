"""专家名册: keep the roster of the expert advisory committee."""

from __future__ import annotations

from application.act import Act
from application.desk import Outcome, on_county
from application.ports import Desk
from domain.steps.experts import DelistExpert, ListExpert, delist, enlist


def list_expert(desk: Desk, command: ListExpert, act: Act) -> Outcome:
    """Put an expert on the roster."""
    return on_county(desk, command, act, enlist)


def delist_expert(desk: Desk, command: DelistExpert, act: Act) -> Outcome:
    """Take an expert off the roster."""
    return on_county(desk, command, act, delist)
