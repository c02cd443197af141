"""个人信息命令 The `liuhen personal` commands: erase a person's data, change the master key."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import psycopg
import typer

from api.cli_service import err, out, service
from application.act import Act
from application.personal import erase_personal_data, record_rotation
from domain.dates import CivilDate
from domain.faults import ActError
from domain.recorded import Actor, Role
from domain.steps.personal import ErasePersonalData, RotateMasterKey
from infrastructure.bootstrap import today
from infrastructure.importing.jobs import Jobs
from infrastructure.sealing import MasterKeys, StoredPersonKeys, retire, rotate

app = typer.Typer(no_args_is_help=True, help="个人信息：删除、更换主密钥 personal data: erase, change the master key")

_ACTOR = Actor(account="liuhen-cli", organisation="本机 local", role=Role.SYS_ADMIN)


@app.command()
def erase(
    person: Annotated[UUID, typer.Argument(help="人员标识 pseudonym of the person")],
    document: Annotated[str, typer.Option(help="批准删除的文号 document that approves it")],
    reason: Annotated[str, typer.Option(help="事由 reason")],
    basis: Annotated[str | None, typer.Option(help="法律依据，缺省为个人信息保护法第四十七条 legal ground")] = None,
) -> None:
    """删除一人的个人信息：销毁密钥并留痕 Erase the data of a person for good, and record it."""
    given = {"legal_basis": basis} if basis else {}
    command = ErasePersonalData(reason=reason, document_no=document, **given)
    act = Act(actor=_ACTOR, happened_on=CivilDate.on(today()))
    with service() as liuhen:
        try:
            outcome = erase_personal_data(liuhen.desk, person, command, act)
        except ActError as error:
            err.print(f"[red]{error}[/red]")
            raise typer.Exit(1) from error
    out.print(
        f"已删除，位置 position {outcome.recorded[0].position}。"
        "更早的密钥备份在更换主密钥（liuhen personal rotate）之后才不能解封 / "
        "erased; copies of the keys from before open nothing only after the master key is changed"
    )


@app.command(name="rotate")
def rotate_master_key(
    reason: Annotated[str, typer.Option(help="事由 reason")],
) -> None:
    """更换主密钥并留痕；此前的密钥备份不再能解封 Change the master key, and record it. Can be repeated if cut off."""
    with service() as liuhen:
        settings = liuhen.settings
        keys, master_keys = StoredPersonKeys(liuhen.pool, settings.division), MasterKeys(settings)
        try:
            before, after, persons = rotate(keys, master_keys, settings.division)
        except psycopg.errors.SerializationFailure as error:
            err.print("[red]更换期间登记了新的人员，请重试 / a person was added meanwhile: run it again[/red]")
            raise typer.Exit(1) from error
        command = RotateMasterKey(before=before, after=after, persons=persons, reason=reason)
        record_rotation(liuhen.desk, command, Act(actor=_ACTOR, happened_on=CivilDate.on(today())))
        files = Jobs(liuhen.pool, settings.division, master_keys).reseal(after)
        retire(keys, master_keys)
    out.print(f"主密钥 master key {before} → {after}：{persons}人 persons，{files}个导入文件 import files")
    if not master_keys.from_environment and len(master_keys.load()) > 1:
        err.print(
            "[red]原主密钥尚未去掉：还有保存着的导入文件用它密封，见日志；请再运行一次 / "
            "the old master key stays: import files are still kept under it, see the log; run this again[/red]"
        )
        raise typer.Exit(1)
    if master_keys.from_environment:
        out.print("请从LIUHEN_MASTER_KEY中删去原密钥 / now take the old key out of LIUHEN_MASTER_KEY")
    out.print(
        "请立即另存一份人员密钥备份，旧的可销毁 / take a new backup of the persons' keys; the old ones are useless"
    )
