"""服务命令 What `liuhen serve` and `liuhen demo` do once there is a database.

Apart from the other commands, which start sooner without it.
"""

from __future__ import annotations

import signal
import threading
from contextlib import suppress
from functools import partial

import typer
import uvicorn

from api.cli_service import err, out
from api.loading import loading
from api.routes.webhooks import messages_for
from api.workers import Workers, WorkersError, ending_streams, server_config
from domain.recorded import RECORDING_ROLES, Role
from infrastructure.bootstrap import Liuhen, today
from infrastructure.issuer import Holder, Issuer
from infrastructure.settings import Settings
from infrastructure.tlog.operator_key import operator_verifiers

DEMO_HOLDERS = {
    "审计 auditor": Holder("demo-auditor", "演示审计局 (demo)", frozenset({Role.AUDITOR}), demo=True),
    "对接程序 API client": Holder("demo-client", "演示对接单位 (demo)", RECORDING_ROLES, demo=True),
    "第三方评价 evaluator": Holder("demo-evaluator", "演示评价机构 (demo)", frozenset({Role.THIRD_PARTY}), demo=True),
}


def load_routes(settings: Settings) -> None:
    """Load what takes seconds, if this process answers requests itself, while there is nothing to be stopped yet."""
    if _answers_itself(settings):
        with loading():
            import api.import_runner  # noqa: PLC0415, F401 (and by it the application)


def _answers_itself(settings: Settings) -> bool:
    return settings.workers == 1 and not settings.views_apart


def serve_until_stopped(liuhen: Liuhen, *, demo: bool) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    settings = liuhen.settings
    issuer = Issuer(settings.data_dir)
    if settings.views_in_server:
        liuhen.engine.start()
    liuhen.sequencer.start()
    liuhen.feeding.start()
    liuhen.webhooks.start(partial(messages_for, liuhen))
    # The server raises the signal again once it has drained; here it must not end the process before the clean-up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        if _answers_itself(settings):
            _serve_here(liuhen, issuer, demo=demo)
        else:
            _serve_by_workers(liuhen, issuer, demo=demo)
    out.print("已停止 stopped")


def _serve_here(liuhen: Liuhen, issuer: Issuer, *, demo: bool) -> None:
    """Serve in this process."""
    from api.import_runner import recording_files  # noqa: PLC0415 (it loads the routes)

    config = server_config(liuhen, issuer, demo=demo)
    server = ending_streams(uvicorn.Server(config))

    def announce() -> None:
        """Print the address once the server listens; the port may have been chosen by the system (0)."""
        waiting = threading.Event()
        while not server.started:
            if server.should_exit:
                return
            waiting.wait(0.05)
        port = server.servers[0].sockets[0].getsockname()[1] if server.servers else liuhen.settings.port
        _announce(port, liuhen.settings, issuer, demo=demo)

    threading.Thread(target=announce, daemon=True).start()
    with recording_files(config.app):  # type: ignore[arg-type]
        server.run()


def _serve_by_workers(liuhen: Liuhen, issuer: Issuer, *, demo: bool) -> None:
    try:
        workers = Workers(liuhen, liuhen.settings.workers, demo=demo)
        workers.run(lambda: _announce(workers.port, liuhen.settings, issuer, demo=demo))
    except WorkersError as error:
        err.print(f"[red]{error}[/red]")
        raise typer.Exit(2) from error


def _announce(port: int, settings: Settings, issuer: Issuer, *, demo: bool) -> None:
    """Print where the service is, and how to get in."""
    address = f"http://{settings.host}:{port}"
    out.print(f"\n[bold green]服务地址 address[/bold green]  {address}")
    out.print(f"[bold green]接口文档 docs[/bold green]     {address}/docs")
    if demo:
        out.print("\n[bold yellow]演示令牌 demo tokens[/bold yellow]（仅供演示 for this demo only）")
        for who, holder in DEMO_HOLDERS.items():
            out.print(f"[bold]{who}[/bold]")
            out.print(issuer.issue(holder, days=settings.token_days), soft_wrap=True, highlight=False)
    else:
        out.print("签发令牌 issue tokens: liuhen token --role … --account … --organisation …", highlight=False)
    out.print("\nCtrl-C 停止 stops everything that was started here\n")
    if demo:
        from api.demo_walk import walk  # noqa: PLC0415 (the client, which only the demo needs)

        out.print("[bold yellow]演示客户端 demo client[/bold yellow]（clients/python）")
        keys = [str(v) for v in operator_verifiers(settings.data_dir, settings.division)]
        client = issuer.issue(DEMO_HOLDERS["对接程序 API client"], days=1)
        walk(address, client, keys, today(), lambda told: out.print(told, highlight=False))
