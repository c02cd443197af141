"""被测服务 The servers of bench/acts.py, each in a process of its own until its standard input ends."""

from __future__ import annotations

import json
import socket
import sys
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import uvicorn

from api.main import create_app
from api.quick_acts import QuickActs
from application.desk import Act
from application.enrolment import enrol_unit
from application.filing import file_project
from bench.stock import ReadEachTime, StockLedger
from domain.dates import CivilDate
from domain.money import Money
from domain.project import BuildMode, Category, ProjectKind
from domain.recorded import Actor, Role
from domain.steps.enrolment import EnrolUnit
from domain.steps.filing import FileProject
from domain.unit import UnitKind
from infrastructure.bootstrap import Liuhen, database, wired
from infrastructure.issuer import Holder, Issuer
from infrastructure.logging import configure_logging
from infrastructure.settings import Settings

PROJECTS = 640
OWNER = "113703230042123426"


def main(kind: str, folder: str) -> None:
    """Serve until the standard input ends, and say port, token and projects on standard output."""
    configure_logging("INFO")
    if kind == "nothing":
        _serve(_nothing, {})
        return
    settings = Settings(data_dir=Path(folder))
    with database(settings) as conninfo, wired(settings, conninfo) as wired_up:
        liuhen = wired_up
        if kind == "stock":
            ledger = StockLedger(conninfo, 40)
            desk = replace(liuhen.desk, ledger=ledger)
            object.__setattr__(desk, "states", ReadEachTime(ledger))
            liuhen = replace(liuhen, desk=desk)
        issuer = Issuer(settings.data_dir)
        app = create_app(liuhen, issuer)
        if kind == "stock":
            app.user_middleware = [
                m for m in app.user_middleware if getattr(m.cls, "__name__", "") != QuickActs.__name__
            ]
        holder = Holder("bench", "测试单位", frozenset({Role.OWNER_UNIT, Role.SMART_OFFICE}), demo=True)
        _serve(app, {"token": issuer.issue(holder, days=1), "projects": _file(liuhen)})


def _file(liuhen: Liuhen) -> list[str]:
    """Projects to report on."""
    actor = Actor(account="bench", organisation="测试单位", role=Role.SMART_OFFICE)
    act = Act(actor=actor, happened_on=CivilDate.on(date(2026, 1, 5)))
    unit = EnrolUnit(uscc=OWNER, name="测试局", kind=UnitKind.COUNTY_DEPT, division="370323")
    enrol_unit(liuhen.desk, unit, act)
    command = FileProject(
        name="测试项目",
        owner_units=(OWNER,),
        division="370323",
        kind=ProjectKind.NEW,
        categories=(Category.OTHER,),
        build_mode=BuildMode.STANDALONE,
        estimate=Money.model_validate({"text": "100", "unit": "WAN_YUAN"}),
        plan_item="总体规划 3.2",
        supports_city_platform=True,
        security_planned=True,
    )
    return [str(file_project(liuhen.desk, command, act).subject) for _ in range(PROJECTS)]


async def _nothing(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers at once."""
    if scope["type"] != "http":
        return
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})


def _serve(app: Any, about: dict[str, Any]) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))

    def stop_at_the_end() -> None:
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=stop_at_the_end, daemon=True).start()
    sys.stdout.write(json.dumps({**about, "port": listening.getsockname()[1]}) + "\n")
    sys.stdout.flush()
    server.run(sockets=[listening])


if __name__ == "__main__":
    main(*sys.argv[1:3])
