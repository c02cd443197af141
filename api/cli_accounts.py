"""账户命令 The `liuhen accounts` commands: appoint the first three administrators; make a key; rescue lost offices."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated
from uuid import UUID, uuid4

import typer
from pydantic import ValidationError

from api.cli_keys import Who, actor_named
from api.cli_service import err, out, service
from application.accounts import appoint_administrators, rescue_administrators
from application.act import Act
from domain.accounts import Accounts, Appointee
from domain.dates import CivilDate
from domain.evolve import fold
from domain.faults import ActError
from domain.recorded import Actor, Role
from domain.steps.accounts import AccountActRefused, AppointAdministrators, RescueAdministrators
from domain.streams import StreamKind, accounts_id
from infrastructure.account_directory import PREFIX, digest_of
from infrastructure.bootstrap import Liuhen, today
from infrastructure.tlog.text_forms import FormatError

app = typer.Typer(no_args_is_help=True, help="账户：任命首任三员、生成密钥 accounts: first administrators, keys")

_ACTOR = Actor(account="liuhen-cli", organisation="本机 local", role=Role.SYS_ADMIN)


def new_key() -> tuple[str, str, str]:
    """A new key: its public id, the digest of its secret, and the key itself, to be shown once."""
    key_id, secret = secrets.token_hex(8), secrets.token_hex(32)
    return key_id, digest_of(secret), f"{PREFIX}{key_id}_{secret}"


@app.command(name="new-key")
def make_key() -> None:
    """生成密钥：密钥自己留存，标识和摘要交安全管理员登记 Make a key; hand its id and digest to be registered.

    密钥只在此显示一次，不发给任何人。The key is shown here once and is sent to nobody.
    """
    key_id, digest, key = new_key()
    out.print(f"key_id      {key_id}\nkey_sha256  {digest}", highlight=False)
    out.print("密钥 key（只显示一次 shown once）：", highlight=False)
    typer.echo(key)


@app.command()
def begin(
    system: Annotated[str, typer.Option(help="系统管理员账户 account of the system administrator")],
    security: Annotated[str, typer.Option(help="安全管理员账户 account of the security administrator")],
    audit: Annotated[str, typer.Option(help="审计管理员账户 account of the audit administrator")],
    organisation: Annotated[str, typer.Option(help="单位名称 organisation")],
    document: Annotated[str, typer.Option(help="任命文号 document that appoints them")],
    days: Annotated[int, typer.Option(min=1, max=366, help="密钥有效天数 days that the keys are good for")] = 180,
) -> None:
    """任命首任三员，只能一次；此后自带角色的令牌失效 Appoint the first three administrators, once.

    From then on tokens that say their roles themselves are accepted no more: roles are those of the record.
    """
    keys = [new_key() for _ in range(3)]
    three = [
        Appointee(account=account, person=uuid4(), organisation=organisation, key_id=key_id, key_sha256=digest)
        for account, (key_id, digest, _) in zip((system, security, audit), keys, strict=True)
    ]
    day = today()
    command = AppointAdministrators(
        system=three[0],
        security=three[1],
        audit=three[2],
        keys_expire_on=day + timedelta(days=days),
        document_no=document,
    )
    with service() as liuhen:
        try:
            outcome = appoint_administrators(liuhen.desk, command, Act(actor=_ACTOR, happened_on=CivilDate.on(day)))
        except ActError as error:
            err.print(f"[red]{error}[/red]")
            raise typer.Exit(1) from error
    out.print(f"已记录，位置 recorded at position {outcome.recorded[0].position}", highlight=False)
    out.print("以下密钥只显示一次，请分别交本人 keys, shown once, one for each:", highlight=False)
    for who, (_, _, key) in zip(three, keys, strict=True):
        out.print(f"{who.account}（人员 person {who.person}）", highlight=False)
        typer.echo(key)


Given = Annotated[
    str | None,
    typer.Option(
        help="账户:key_id:key_sha256[:人员标识]；账户为在任者的，或继任者的新账户 account:key_id:key_sha256[:person]"
    ),
]


@app.command()
def rescue(
    reason: Annotated[str, typer.Option(help="事由，公开记入县的历史 reason; recorded for all to see")],
    document: Annotated[str, typer.Option(help="批准文号 approving document")],
    who: Who,
    system: Given = None,
    security: Given = None,
    audit: Given = None,
    organisation: Annotated[str, typer.Option(help="继任者的单位 organisation of successors")] = "本机 local",
    days: Annotated[int, typer.Option(min=1, max=366, help="密钥有效天数 days that the keys are good for")] = 180,
) -> None:
    """三员的密钥丢失时：为所列职务登记新密钥，其原有密钥全部作废 Give offices of the three keys again; older ones end.

    密钥由各人用new-key在自己的机器上生成，这里只收标识和摘要。记入账户留痕和县的历史；一人不得兼任，被拒也留痕。
    Each makes its key by new-key; only id and digest come here. Recorded in the county's history, for all to see.
    """
    day = today()
    with service() as liuhen:
        try:
            command = RescueAdministrators(
                system=_given(liuhen, system, organisation),
                security=_given(liuhen, security, organisation),
                audit=_given(liuhen, audit, organisation),
                keys_expire_on=day + timedelta(days=days),
                reason=reason,
                document_no=document,
            )
            act = Act(actor=actor_named(who), happened_on=CivilDate.on(day))
            outcome = rescue_administrators(liuhen.desk, command, act)
        except (ActError, FormatError, ValidationError) as error:
            err.print(str(error), style="red", highlight=False, soft_wrap=True)
            raise typer.Exit(1) from error
    position = outcome.recorded[0].position
    (first, *_) = outcome.events
    if isinstance(first, AccountActRefused):
        err.print(f"被拒，已记录于位置 refused, and recorded at position {position}", style="red", soft_wrap=True)
        for finding in first.judgement.findings:
            why, cure = finding.reason, finding.cure
            told = f"{finding.rule} {why.zh}；{cure.zh} / {why.en}; {cure.en}"
            err.print(told, style="red", highlight=False, soft_wrap=True)
        raise typer.Exit(1)
    out.print(f"已记录，位置 recorded at position {position}", highlight=False)


def _given(liuhen: Liuhen, said: str | None, organisation: str) -> Appointee | None:
    """Who holds an office after a rescue. Raises FormatError, ValidationError."""
    if said is None:
        return None
    account, *key = said.split(":")
    if len(key) not in {2, 3}:
        raise FormatError("写作 账户:key_id:key_sha256[:人员标识] / say account:key_id:key_sha256[:person]")
    stream = accounts_id(liuhen.desk.division)
    accounts = fold(Accounts(id=stream), liuhen.desk.ledger.read(StreamKind.ACCOUNTS, stream))
    known = accounts.accounts.get(account)
    try:
        person = UUID(key[2]) if len(key) == 3 else (known.person if known is not None else None) or uuid4()
    except ValueError as error:
        raise FormatError("人员标识须为UUID / the person is a UUID") from error
    return Appointee(
        account=account,
        person=person,
        organisation=known.organisation if known is not None else organisation,
        key_id=key[0],
        key_sha256=key[1],
    )
