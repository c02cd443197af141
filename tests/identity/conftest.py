"""The HTTP API over a database with recorded accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.cli_accounts import new_key
from api.main import create_app
from application.accounts import appoint_administrators
from application.act import Act
from domain.accounts import Appointee
from domain.dates import CivilDate
from domain.recorded import Actor, Role
from domain.steps.accounts import AppointAdministrators
from infrastructure.attempts import Attempts
from infrastructure.bootstrap import Liuhen, today
from infrastructure.issuer import Issuer
from tests.api.conftest import Client


@pytest.fixture(scope="session")
def app() -> FastAPI:
    return create_app(None, None)


@pytest.fixture
def issuer(liuhen: Liuhen) -> Issuer:
    return Issuer(liuhen.settings.data_dir)


@pytest.fixture
def http(app: FastAPI, liuhen: Liuhen, issuer: Issuer) -> Iterator[TestClient]:
    app.state.liuhen, app.state.issuer, app.state.demo, app.state.attempts = liuhen, issuer, False, Attempts()
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@dataclass
class Office:
    """The three administrators at their desks."""

    http: TestClient
    keys: dict[str, str]
    persons: dict[str, str] = field(default_factory=dict)

    def as_(self, account: str) -> Client:
        return Client(self.http, self.keys[account])

    def do(self, who: str, path: str, act: dict[str, Any], status: int = 201) -> Any:
        answer = self.as_(who).post(f"/accounts{path}", str(today()), act)
        assert answer.status_code == status, answer.text
        return answer.json()

    def open(self, name: str, person: str | None = None, **more: Any) -> None:
        self.persons[name] = person or str(uuid4())
        said = {"account": name, "kind": "PERSON", "person": self.persons[name], "organisation": "某局", **more}
        self.do("sys-1", "", said)

    def grant(self, name: str, role: Role, **more: Any) -> None:
        self.do("sec-1", f"/{name}/grants", {"role": role, "since": str(today()), "document_no": "授1号", **more})

    def key(self, name: str) -> str:
        key_id, digest, key = new_key()
        expires_on = str(today() + timedelta(days=30))
        self.do("sec-1", f"/{name}/keys", {"key_id": key_id, "key_sha256": digest, "expires_on": expires_on})
        self.keys[name] = key
        return key

    def working(self, name: str, *roles: Role, **more: Any) -> Client:
        """An account that works: opened by one, given roles and a key by the other."""
        self.open(name, **more)
        for role in roles:
            self.grant(name, role)
        return Client(self.http, self.key(name))


@pytest.fixture
def office(http: TestClient, liuhen: Liuhen) -> Office:
    keys = {name: new_key() for name in ("sys-1", "sec-1", "aud-1")}
    three = [
        Appointee(account=name, person=uuid4(), organisation="大数据局", key_id=key_id, key_sha256=digest)
        for name, (key_id, digest, _) in keys.items()
    ]
    command = AppointAdministrators(
        system=three[0],
        security=three[1],
        audit=three[2],
        keys_expire_on=today() + timedelta(days=90),
        document_no="任1号",
    )
    actor = Actor(account="liuhen-cli", organisation="本机", role=Role.SYS_ADMIN)
    appoint_administrators(liuhen.desk, command, Act(actor=actor, happened_on=CivilDate.on(today())))
    persons = {a.account: str(a.person) for a in three}
    return Office(http, {name: key for name, (_, _, key) in keys.items()}, persons)
