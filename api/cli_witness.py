"""见证命令 The `liuhen witness` command: a small program for the audit bureau, with nothing of the service in it."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from infrastructure.logging import configure_logging
from infrastructure.tlog import durable
from infrastructure.tlog.keys import KeyFileError, create_keys, read_keys, witness_signers
from infrastructure.tlog.log_client import LogClient
from infrastructure.tlog.suite import SuiteError, suite_named
from infrastructure.tlog.text_forms import FormatError
from infrastructure.tlog.witness import Witness, WitnessError, trusted_logs
from infrastructure.tlog.witness_service import Watch, WitnessServer, serving
from infrastructure.tlog.witness_service import status as status_of

ALARM_STANDS = 3
"""Exit code while a fork stands that nobody has acknowledged."""

app = typer.Typer(help="见证：审计局、纪检机关独立核对并附署检查点 Witness a log", invoke_without_command=True)
out = Console()
err = Console(stderr=True)

Folder = Annotated[Path, typer.Option("--state", help="见证自己的目录：密钥与所见 its own folder: key and memory")]
OWN = Path(".liuhen-witness")


@app.callback()
def run(
    context: typer.Context,
    state: Folder = OWN,
    log: Annotated[
        list[str] | None, typer.Option(help="主动核对的日志地址，可多个 address of a log to watch, may be repeated")
    ] = None,
    every: Annotated[float, typer.Option(min=1, help="每隔几秒核对一次 seconds between two looks")] = 10.0,
    host: Annotated[str, typer.Option(help="监听地址 address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="监听端口 port to listen on")] = 8371,
    token_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="读取日志的令牌文件 token for reading the log")
    ] = None,
    bring_back: Annotated[bool, typer.Option(help="把附署送回日志 hand the cosignatures to the watched log")] = True,
) -> None:
    """运行见证 Run the witness until Ctrl-C. Exit code 3 when an alarm stands at the end."""
    if context.invoked_subcommand is not None:
        context.obj = state
        return
    configure_logging("INFO")
    token = token_file.read_text(encoding="ascii").strip() if token_file else None
    with _witness(state) as witness:
        if not witness.logs:
            err.print(
                "[red]尚未指定日志：liuhen witness trust 公钥 no log is trusted yet: liuhen witness trust VKEY[/red]"
            )
            raise typer.Exit(2)
        try:
            watches = [Watch(witness, LogClient(each, token=token), bring_back=bring_back) for each in log or []]
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        with serving(WitnessServer(witness, host, port, watches=watches), every=every) as server:
            out.print(f"见证地址 address  {server.address}", highlight=False)
            for signer in witness.signers:
                out.print(f"公钥 key  {signer.verifier}", soft_wrap=True, highlight=False)
            stopping.wait()
        _tell_alarm(witness)


@app.command()
def init(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="见证的名称，如 shenji.example.gov.cn/witness name of the witness")],
    suite: Annotated[str, typer.Option(help="日志的套件 suite of the logs")] = "sha256-ed25519",
    post_quantum: Annotated[bool, typer.Option("--post-quantum", help="另加ML-DSA-44附署 also ML-DSA-44")] = False,
) -> None:
    """建立见证：生成密钥并显示公钥 Make the witness's key and show the public one."""
    state: Path = context.obj
    try:
        signers = witness_signers(name, suite_named(suite), post_quantum=post_quantum)
        create_keys(state / "key", signers)
    except (KeyFileError, SuiteError, FormatError) as error:
        _fail(str(error))
    for signer in signers:
        typer.echo(str(signer.verifier))


@app.command()
def trust(
    context: typer.Context,
    vkeys: Annotated[list[str], typer.Argument(help="日志的公钥，可多个 verifier keys of the log, may be several")],
) -> None:
    """指定日志的公钥；轮换后再加新的 Trust a log's key. After a rotation add the new one."""
    state: Path = context.obj
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = state / "logs.txt"
    known = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    try:
        trusted_logs("\n".join(vkeys))
    except WitnessError as error:
        _fail(str(error))
    lines = list(dict.fromkeys([*known, *vkeys]))
    durable.replace(path, "".join(f"{line}\n" for line in lines).encode())
    for trusted in trusted_logs("\n".join(lines)):
        out.print(f"{trusted.origin}：{len(trusted.verifiers)}把公钥 keys", highlight=False)


@app.command()
def status(context: typer.Context) -> None:
    """所见与警报（见证未运行时） What was seen, and the alarm, while it does not run. Exit code 3 under an alarm."""
    with _witness(context.obj) as witness:
        typer.echo(json.dumps(status_of(witness), ensure_ascii=False, indent=2))
        _tell_alarm(witness)


@app.command()
def acknowledge(
    context: typer.Context, who: Annotated[str, typer.Argument(help="谁已查看，写职务 who has seen it, by office")]
) -> None:
    """确认警报：证据保留 Acknowledge the alarm; the evidence stays."""
    with _witness(context.obj) as witness:
        witness.acknowledge(who)
    out.print("已确认，证据仍在 acknowledged, the evidence stays")


@contextmanager
def _witness(state: Path) -> Iterator[Witness]:
    try:
        path = state / "logs.txt"
        logs = trusted_logs(path.read_text(encoding="utf-8")) if path.exists() else ()
        with Witness(state, read_keys(state / "key"), logs) as witness:
            yield witness
    except (WitnessError, KeyFileError) as error:
        _fail(str(error))


def _tell_alarm(witness: Witness) -> None:
    if witness.alarm.exists():
        err.print(witness.alarm.read_text(encoding="utf-8"), style="bold red", highlight=False, soft_wrap=True)
        raise typer.Exit(ALARM_STANDS)


def _fail(told: str) -> None:
    err.print(told, style="red", highlight=False, soft_wrap=True)
    raise typer.Exit(2)
