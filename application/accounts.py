"""账户: open, disable and enable accounts; grant and revoke roles; register and revoke keys; emergencies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from application.act import Act
from application.desk import Outcome, Planned, Reading, submit
from application.ports import Desk
from domain.accounts import Accounts
from domain.command import Command
from domain.event import Event
from domain.faults import BadFieldError
from domain.recorded import Actor
from domain.rule import text
from domain.steps import accounts as steps
from domain.streams import StreamKind

CommandT = TypeVar("CommandT", bound=Command)
OnAccount = Callable[[Desk, str, CommandT, Act], Outcome]


def appoint_administrators(desk: Desk, command: steps.AppointAdministrators, act: Act) -> Outcome:
    """Record the first three administrators. Raises ActError when that was done before."""

    def decide(accounts: Accounts, day: date) -> Event:
        return steps.appoint(accounts, command, day)

    return _on_accounts(desk, "accounts", command, act, decide)


def rescue_administrators(desk: Desk, command: steps.RescueAdministrators, act: Act) -> Outcome:
    """Record that offices of the three were given keys again: among the accounts, and in the history of the county.

    A refusal is recorded among the accounts. Raises ActError, BadFieldError.
    """
    day = _today(desk, act)

    def plan(reading: Reading) -> list[Planned]:
        accounts, county = reading.accounts(), reading.county()
        came = steps.rescue(accounts, command, day)
        planned = [Planned(StreamKind.ACCOUNTS, accounts.id, came)]
        if isinstance(came, steps.AdministratorsRescued):
            planned.append(Planned(StreamKind.COUNTY, county.id, steps.told_of(came)))
        return planned

    return submit(desk, act, "accounts", command, plan)


def open_account(desk: Desk, command: steps.OpenAccount, act: Act) -> Outcome:
    """Record that an account was opened."""

    def decide(accounts: Accounts, day: date) -> Event:
        return steps.open_account(accounts, command, act.actor, day)

    return _on_accounts(desk, "accounts", command, act, decide)


def _on_account(decide: Callable[[Accounts, str, CommandT, Actor, date], Event]) -> OnAccount[CommandT]:
    def use_case(desk: Desk, account: str, command: CommandT, act: Act) -> Outcome:
        def on_day(accounts: Accounts, day: date) -> Event:
            return decide(accounts, account, command, act.actor, day)

        return _on_accounts(desk, account, command, act, on_day)

    return use_case


disable_account = _on_account(steps.disable)
enable_account = _on_account(steps.enable)
grant_role = _on_account(steps.grant)
revoke_grant = _on_account(steps.revoke_grant)
register_key = _on_account(steps.register_key)
revoke_key = _on_account(steps.revoke_key)
ask_emergency = _on_account(steps.ask_emergency)
confirm_emergency = _on_account(steps.confirm_emergency)
end_emergency = _on_account(steps.end_emergency)


def _on_accounts(
    desk: Desk, subject: str, command: Command, act: Act, decide: Callable[[Accounts, date], Event]
) -> Outcome:
    day = _today(desk, act)

    def plan(reading: Reading) -> list[Planned]:
        accounts = reading.accounts()
        return [Planned(StreamKind.ACCOUNTS, accounts.id, decide(accounts, day))]

    return submit(desk, act, subject, command, plan)


def _today(desk: Desk, act: Act) -> date:
    """What changes who may come in holds from when it is recorded, so its day is today. Raises BadFieldError."""
    day = desk.today()
    if (act.happened_on.earliest, act.happened_on.latest) != (day, day):
        raise BadFieldError(
            text(f"账户事项自登记之时生效，日期须为今天（{day}）", f"it holds from now on: the day must be {day}"),
            "/happened_on",
        )
    return day
