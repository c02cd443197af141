"""账户 Accounts, what is granted to them, their keys, and emergencies. See docs/identity.md."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.acts import post_new, post_to
from api.context import Reader
from api.problems import NotAllowedError
from api.routes.projects import HistoryAnswer, history_answer
from application import accounts as use_cases
from domain.accounts import ACCOUNT, Account, Accounts, Emergency
from domain.event import Value
from domain.recorded import ADMINISTRATORS, Role
from domain.steps.accounts import (
    AskEmergency,
    ConfirmEmergency,
    DisableAccount,
    EnableAccount,
    EndEmergency,
    GrantRole,
    OpenAccount,
    RegisterKey,
    RevokeGrant,
    RevokeKey,
)
from domain.streams import StreamKind, accounts_id

router = APIRouter(tags=["账户 accounts"])

Named = Annotated[str, Path(alias="account", pattern=ACCOUNT, description="账户名 account")]


class AccountsAnswer(Value):
    """账户总表."""

    accounts: tuple[Account, ...]
    emergencies: tuple[Emergency, ...]


post_new(router, "/accounts", "accounts", OpenAccount, use_cases.open_account, "开立账户 open an account")
for _path, _step, _command, _use_case, _summary in (
    ("disabled", "accounts", DisableAccount, use_cases.disable_account, "停用账户 disable an account"),
    ("enabled", "accounts", EnableAccount, use_cases.enable_account, "启用账户 enable an account again"),
    ("grants", "grants", GrantRole, use_cases.grant_role, "授予角色 grant a role"),
    ("grants-revoked", "grants", RevokeGrant, use_cases.revoke_grant, "撤销授权 revoke a grant"),
    ("keys", "account-keys", RegisterKey, use_cases.register_key, "登记密钥 register a key"),
    ("keys-revoked", "account-keys-revoked", RevokeKey, use_cases.revoke_key, "吊销密钥 revoke a key"),
    ("emergencies", "emergencies", AskEmergency, use_cases.ask_emergency, "提出应急 ask for a role in an emergency"),
    (
        "emergencies-confirmed",
        "emergencies",
        ConfirmEmergency,
        use_cases.confirm_emergency,
        "确认应急 confirm an emergency",
    ),
    ("emergencies-ended", "emergencies", EndEmergency, use_cases.end_emergency, "结束应急 end an emergency"),
):
    post_to(router, f"/accounts/{{account}}/{_path}", _step, _command, _use_case, _summary, Named)  # type: ignore[arg-type]


@router.get("/accounts", summary="账户总表 all accounts")
def read_accounts(context: Reader) -> AccountsAnswer:
    """Accounts with their grants and keys (by public id and digest), and emergencies. For the three administrators."""
    if not context.holder.roles & ADMINISTRATORS:
        raise NotAllowedError(sorted(ADMINISTRATORS))
    desk = context.liuhen.desk
    accounts = desk.states.newest(StreamKind.ACCOUNTS, Accounts(id=accounts_id(desk.division)))
    return AccountsAnswer(accounts=tuple(accounts.accounts.values()), emergencies=accounts.emergencies)


@router.get("/accounts/history", summary="账户留痕 history of the accounts")
def read_accounts_history(context: Reader) -> HistoryAnswer:
    """Who opened, granted, revoked, refused what. For the audit administrator."""
    if Role.AUDIT_ADMIN not in context.holder.roles:
        raise NotAllowedError((Role.AUDIT_ADMIN,))
    desk = context.liuhen.desk
    return history_answer(context, list(desk.ledger.read(StreamKind.ACCOUNTS, accounts_id(desk.division))))
