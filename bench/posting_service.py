"""被测服务 The process that is posted to: the product, the same application on the library's recorder, or nothing.

Its order comes as one line of JSON on standard input; it answers with a line when it listens, and ends with its input.
"""

from __future__ import annotations

import _thread
import asyncio
import json
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http_connection import HttpConnection
from api.middleware import Gate
from api.quick_acts import QuickActs
from api.workers import Workers, settle
from bench.product import product
from bench.projects import OWNER, record_county
from bench.servers import Server
from bench.stock import stock_recorder
from bench.stock_ledger import StockLedger
from bench.view_rows import ROWS, fill
from domain.recorded import Role
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from infrastructure.logging import configure_logging

_told: dict[str, str] = {}
"""What else is told to who started it: the product's database."""

STOCK_THREADS = 32
"""Threads of the library's recorder, each with a connection: as many as there are clients."""


async def no_operation(scope: Scope, receive: Receive, send: Send) -> None:
    """Read a request and answer it: what server and clients can do at most."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


@contextmanager
def _product(own: Server, projects: int, *, views: bool) -> Iterator[tuple[ASGIApp, str]]:
    with product(own) as liuhen:
        record_county(liuhen.ledger, projects)
        _told["conninfo"] = liuhen.conninfo
        if views:
            liuhen.engine.start()
        yield _application(liuhen)


def _without_quick_acts(served: tuple[ASGIApp, str]) -> tuple[ASGIApp, str]:
    """The application as the framework alone would serve it: each act by its ordinary route, in a thread."""
    application, token = served
    assert isinstance(application, FastAPI)
    gate = application.middleware_stack
    assert isinstance(gate, Gate)
    assert isinstance(gate.app, QuickActs)
    gate.app = gate.app.app
    return application, token


@contextmanager
def _stock(own: Server, projects: int) -> Iterator[tuple[ASGIApp, str]]:
    with product(own) as liuhen, stock_recorder(own, STOCK_THREADS) as recorder:
        ledger = StockLedger(recorder)
        record_county(ledger, projects)
        yield _application(replace(liuhen, desk=replace(liuhen.desk, ledger=ledger)))


@contextmanager
def _filled(own: Server, projects: int) -> Iterator[tuple[ASGIApp, str]]:
    """The product with views that were filled with rows, for who reads them."""
    with product(own) as liuhen:
        for schema, rows in ROWS.items():
            fill(liuhen.conninfo, schema, rows, log_id=liuhen.engine.log_id, projects=projects)
        yield _application(liuhen, Holder("auditor", "审计局", frozenset({Role.AUDITOR}), ""))


_POSTING = Holder("owner-unit", "测量局", frozenset({Role.OWNER_UNIT}), OWNER)


def _application(liuhen: Liuhen, holder: Holder = _POSTING) -> tuple[ASGIApp, str]:
    """The application, and a token: without another holder one that may report progress."""
    from api.main import create_app  # noqa: PLC0415 (seconds, which a keeper of workers does without)

    issuer = Issuer(liuhen.settings.data_dir)
    liuhen.settings.rate_limit = 0  # one account stands for all clients here
    return create_app(liuhen, issuer), issuer.issue(holder, days=1)


@contextmanager
def _ordered(order: dict[str, Any]) -> Iterator[tuple[ASGIApp, str]]:
    own, projects = Server(order["conninfo"]), order["projects"]
    match order["side"]:
        case "stock":
            with _stock(own, projects) as served:
                yield served
        case "no operation":
            yield no_operation, ""
        case "pages":
            with _filled(own, projects) as served:
                yield served
        case "stock, ordinary route":
            with _stock(own, projects) as served:
                yield _without_quick_acts(served)
        case side:
            with _product(own, projects, views=side == "liuhen with views") as served:
                yield served


async def _serve(server: uvicorn.Server, *, threads: int | None) -> None:
    if threads is not None:  # The library's recorder blocks, so it works in threads: as many as it has connections.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(threads))
    await server.serve()


def _watch(server: uvicorn.Server, token: str) -> None:
    """Say when it listens, and stop it at the end of the input."""
    waiting = threading.Event()
    while not server.started:
        waiting.wait(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    _say(port, token)
    sys.stdin.read()
    server.should_exit = True


def _keep_workers(own: Server, projects: int, count: int, *, views: bool = False) -> None:
    """Workers, as `liuhen serve --workers` keeps them; with `views`, the keeper makes them."""
    with product(own) as liuhen:
        record_county(liuhen.ledger, projects)
        if views:
            liuhen.engine.start()
        settings = liuhen.settings
        token = Issuer(settings.data_dir).issue(_POSTING, days=1)
        settings.port = 0
        os.environ |= {"LIUHEN_DATA_DIR": str(settings.data_dir), "LIUHEN_DATABASE_URL": str(settings.database_url)}
        os.environ["LIUHEN_RATE_LIMIT"] = "0"
        workers = Workers(liuhen, count)

        def listening() -> None:
            _say(workers.port, token)
            threading.Thread(target=_interrupt_at_the_end, daemon=True).start()

        with suppress(KeyboardInterrupt):
            workers.run(listening)


def _interrupt_at_the_end() -> None:
    sys.stdin.read()
    _thread.interrupt_main()


def _say(port: int, token: str) -> None:
    sys.stdout.write(json.dumps({"port": port, "token": token, **_told}) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve as ordered."""
    configure_logging("INFO")  # as the service does
    order = json.loads(sys.stdin.readline())
    if order["side"] == "liuhen, 2 workers":
        _keep_workers(Server(order["conninfo"]), order["projects"], 2)
        return
    if order["side"] == "liuhen with views apart":
        _keep_workers(Server(order["conninfo"]), order["projects"], 1, views=True)
        return
    with _ordered(order) as (application, token):
        settle()
        # As `liuhen serve` starts it: one worker.
        config = uvicorn.Config(
            application,
            host="127.0.0.1",
            port=0,
            http=HttpConnection,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=20,
        )
        server = uvicorn.Server(config)
        threading.Thread(target=_watch, args=(server, token), daemon=True).start()
        stock = order["side"].startswith("stock")
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_serve(server, threads=STOCK_THREADS if stock else None))


if __name__ == "__main__":
    main()
