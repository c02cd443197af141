"""密钥命令 The `liuhen keys` commands: the keys that sign the log, or a witness's, and their rotation.

A change of the log's keys is recorded in the log itself. Each command can be repeated when it was cut off half way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api.cli_service import err, out, read_settings, service
from application.act import Act
from application.asking import county_state
from application.log_keeping import change_log_key
from domain.dates import CivilDate
from domain.faults import ActError
from domain.log_keeping import KeyChange, KeyHolder, LogKey
from domain.recorded import Actor, Role
from domain.steps.log_keeping import ChangeLogKey
from infrastructure.bootstrap import Liuhen, today
from infrastructure.tlog.keys import KeyFileError, begin_rotation, create_keys, log_signer, read_keys, retire
from infrastructure.tlog.keys import witness_signers as new_witness_signers
from infrastructure.tlog.note import Verifier
from infrastructure.tlog.operator_key import operator_key_path, operator_verifiers
from infrastructure.tlog.store import NoTreeError
from infrastructure.tlog.suite import SuiteError, suite_named
from infrastructure.tlog.text_forms import FormatError

app = typer.Typer(no_args_is_help=True, help="密钥：显示、生成、轮换、停用 keys of the log or of a witness")

Who = Annotated[
    str,
    typer.Option(
        help="经办人：账号或职务，记入日志（不写姓名） who does it: account or office; recorded, no person's name",
        envvar="LIUHEN_WHO",
    ),
]


def actor_named(who: str) -> Actor:
    """Whoever acts at this machine's command line, by account or office. Raises FormatError when nobody is named."""
    if not who.strip() or len(who) > 100:
        raise FormatError("请用--who给出经办人的账号或职务 / say by --who who does it: an account or office")
    return Actor(account=f"liuhen-cli/{who.strip()}", organisation="本机 local", role=Role.SYS_ADMIN)


Folder = Annotated[
    Path | None, typer.Option("--witness", help="见证的目录；缺省为日志的密钥 a witness's folder; else the log's keys")
]
Reason = Annotated[str, typer.Option(help="原因，记入日志 reason; recorded in the log")]
DocumentNo = Annotated[str, typer.Option(help="批准文号，记入日志 approving document; recorded in the log")]


@app.command()
def show(witness: Folder = None) -> None:
    """显示公钥，私钥从不显示 Print the verifier keys; retired ones of the log are marked. Never a private key."""
    with _told():
        path = _path(witness)
        current = [str(s.verifier) for s in read_keys(path)]
        known = current if witness else [*map(str, operator_verifiers(path.parent.parent, read_settings().division))]
    for key in known:
        typer.echo(key if key in current else f"{key}  # 已停用 retired")


@app.command()
def create(
    witness: Folder = None,
    name: Annotated[str | None, typer.Option(help="见证的名称 name of the witness")] = None,
    suite: Annotated[str | None, typer.Option(help="见证的套件 suite of the witness")] = None,
) -> None:
    """生成第一把密钥；已有密钥文件时拒绝 Make the first key. An existing file is never overwritten."""
    with _told():
        if witness is not None:
            if name is None:
                raise FormatError("请用--name给出见证的名称 / give the witness's name by --name")
            signers = new_witness_signers(name, suite_named(suite or "sha256-ed25519"))
        else:
            if name is not None or suite is not None:
                raise FormatError("--name与--suite只用于见证 / --name and --suite are for a witness")
            with service() as liuhen:
                try:
                    tree = liuhen.tree.tree()
                    signers = (log_signer(tree.suite, tree.origin),)
                except NoTreeError:
                    signers = (log_signer(suite_named(liuhen.settings.log_suite), liuhen.settings.origin),)
        create_keys(_path(witness), signers)
    for signer in signers:
        typer.echo(str(signer.verifier))


@app.command()
def rotate(reason: Reason = "", document_no: DocumentNo = "", who: Who = "", witness: Folder = None) -> None:
    """开始轮换：新旧密钥同时签署，直到停用旧的 Begin an overlap: old and new key both sign until the old is retired."""
    with _told():
        path = _path(witness)
        if witness is not None:
            for signer in begin_rotation(path):
                typer.echo(str(signer.verifier))
            _tell_operator(KeyChange.ADDED)
            return
        actor = _need(reason, document_no, who)
        with service() as liuhen:
            keys = [str(s.verifier) for s in read_keys(path)]
            unrecorded = len(keys) > 1 and _recorded(liuhen, keys[-1]) is None
            fresh = keys[-1] if unrecorded else str(begin_rotation(path)[0].verifier)
            _record(liuhen, actor, KeyChange.ADDED, fresh, reason, document_no)
    typer.echo(fresh)
    out.print("半分钟内新旧密钥同时签署；请把新公钥交给见证方和审计员 / both sign in 30 s")


@app.command(name="retire")
def retire_key(
    key: Annotated[str, typer.Argument(help="旧公钥，或其中8位十六进制的标识 the old verifier key, or its key id")],
    reason: Reason = "",
    document_no: DocumentNo = "",
    who: Who = "",
    witness: Folder = None,
) -> None:
    """结束轮换：销毁旧私钥，公钥留存 Retire the old key: destroys its private part, keeps the public one."""
    with _told():
        path = _path(witness)
        key_id = Verifier.parse(key).key_id.hex() if "+" in key else key
        signers = read_keys(path)
        old = next((str(s.verifier) for s in signers if s.verifier.key_id.hex() == key_id), None)
        if witness is None and old is not None and len(signers) > 1:
            actor = _need(reason, document_no, who)
            with service() as liuhen:
                known = _recorded(liuhen, old)
                if known is None or known.retired_on is None:
                    _record(liuhen, actor, KeyChange.RETIRED, old, reason, document_no)
                retire(path, key_id)
        else:
            retire(path, key_id)
            _tell_operator(KeyChange.RETIRED)
    out.print(f"已停用{key_id}，私钥已销毁 retired; the private key is destroyed")


def _path(witness: Path | None) -> Path:
    if witness is not None:
        return witness / "key"
    settings = read_settings()
    return operator_key_path(settings.data_dir, settings.division)


def _recorded(liuhen: Liuhen, key: str) -> LogKey | None:
    known = county_state(liuhen.desk).log_keys
    return next((k for k in known if (k.holder, k.key) == (KeyHolder.LOG, key)), None)


def _record(liuhen: Liuhen, actor: Actor, change: KeyChange, key: str, reason: str, document_no: str) -> None:
    command = ChangeLogKey(holder=KeyHolder.LOG, change=change, key=key, reason=reason, document_no=document_no)
    change_log_key(liuhen.desk, command, Act(actor=actor, happened_on=CivilDate.on(today())))


def _need(reason: str, document_no: str, who: str) -> Actor:
    if not (reason.strip() and document_no.strip()):
        raise FormatError("请用--reason和--document-no给出原因和批准文号 / give --reason and --document-no")
    return actor_named(who)


def _tell_operator(change: KeyChange) -> None:
    err.print(
        f"请重启见证，并请日志运营方登记（POST /v1/county/log-keys，WITNESS，{change.value}） / "
        "start the witness again, and have the log's operator record the change"
    )


@contextmanager
def _told() -> Iterator[None]:
    """Known failures in a sentence, exit code 2; what the record refuses, exit code 1."""
    try:
        yield
    except (KeyFileError, FormatError, SuiteError) as error:
        err.print(str(error), style="red", highlight=False, soft_wrap=True)
        raise typer.Exit(2) from error
    except ActError as error:
        err.print(str(error), style="red", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error
