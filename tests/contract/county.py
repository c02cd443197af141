"""县 The county that the examples of the API document are of: a real service on PostgreSQL, and who asks it.

Its day and its identities are fixed, so that whoever goes through the same life finds the same record.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from starlette.testclient import TestClient

from api.authority import EVERY_ROLE
from api.import_runner import Runner
from api.main import create_app
from api.routes.webhooks import messages_for
from application.accounts import appoint_administrators
from application.act import Act
from domain.accounts import Appointee
from domain.dates import CivilDate
from domain.recorded import ADMINISTRATORS, Actor, Role
from domain.steps.accounts import AppointAdministrators
from domain.streams import NAMESPACE
from infrastructure.account_directory import PREFIX, AccountDirectory, digest_of
from infrastructure.bootstrap import Liuhen, wired
from infrastructure.demo.script import code_of
from infrastructure.issuer import Issuer
from infrastructure.settings import Settings
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.keys import witness_signers
from infrastructure.tlog.note import Signer
from infrastructure.tlog.suite import SHA256_ED25519
from tests.described import document
from tests.schemes import EVALUATOR
from tests.stages import OWNER
from tests.unknown_event import record_unknown_event
from tests.webhooks.receiver import Receiver, receiving

DAY = date(2022, 11, 15)
"""The day on which the county stands in the examples."""
APPOINTED = {Role.SYS_ADMIN: "sys-1", Role.SEC_ADMIN: "sec-1", Role.AUDIT_ADMIN: "aud-1"}
"""The recorded accounts of 三员."""
_OF_UNITS = {
    Role.OWNER_UNIT: ("沂源县行政审批服务局", OWNER),
    Role.THIRD_PARTY: ("鲁中绩效评价有限公司", EVALUATOR),
    Role.TEST_AGENCY: ("鲁中测评有限公司", code_of(950)),
}
_KEYS_EXPIRE = date(DAY.year, 12, 31)


def account_of(role: str) -> str:
    """The account that acts in a role."""
    return APPOINTED.get(Role(role)) or f"program-{role.lower().replace('_', '-')}"


def secret_of(account: str) -> str:
    """What an account holds besides the public id of its key. A secret of a county that does not exist."""
    return hashlib.sha256(account.encode()).hexdigest()


def key_id(account: str) -> str:
    """The public id of an account's key."""
    return hashlib.sha256(f"{account}-key".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Operation:
    """An operation of the document."""

    name: str
    method: str
    path: str
    told: dict[str, Any]

    @property
    def begins_or_continues(self) -> bool:
        """Is it an act, which needs a key of its own?"""
        return any(p["name"] == "Idempotency-Key" for p in self.told.get("parameters", ()))

    @property
    def needs_version(self) -> bool:
        """Must its sender say which version was seen?"""
        return any(p["name"] == "If-Match" for p in self.told.get("parameters", ()))


@cache
def operations() -> dict[str, Operation]:
    """Every operation, by its name."""
    return {
        told["operationId"]: Operation(told["operationId"], method.upper(), path, told)
        for path, methods in document()["paths"].items()
        for method, told in methods.items()
    }


@dataclass
class County:
    """A service, who asks it, and what happens in the county besides what is asked for."""

    liuhen: Liuhen
    http: TestClient
    receiver: Receiver
    witness: Signer
    _behind: bool = True
    """Are views and log perhaps behind the record?"""

    def ask(
        self,
        who: str,
        operation: Operation,
        path: dict[str, str],
        query: dict[str, str],
        headers: dict[str, str],
        body: Any,
    ) -> Any:
        """Send a request as a role, or as `nobody`. `body`: as its media type has it, JSON and forms decoded."""
        if self._behind:
            self.keep_up()
        self._behind = operation.method != "GET"
        told = dict(headers)
        if who != "nobody":
            account = account_of(who)
            told["Authorization"] = f"Bearer {PREFIX}{key_id(account)}_{secret_of(account)}"
        address = operation.path.format_map(path)
        sent: dict[str, Any] = {}
        if isinstance(body, str):
            sent = {"content": body.encode()}
        elif headers.get("Content-Type") == "application/x-www-form-urlencoded":
            sent = {"data": body}
        elif body is not None:
            sent = {"content": json.dumps(body, ensure_ascii=False).encode()}
        return self.http.request(operation.method, address, params=query, headers=told, **sent)

    def keep_up(self) -> None:
        """Views and log are as far as the record."""
        self.liuhen.engine.catch_up()
        self.liuhen.sequencer.catch_up()

    def cosigned(self) -> str:
        """The newest checkpoint with the signature of the witness: it is over the log of the day, so made for each."""
        self.keep_up()
        checkpoint = self.liuhen.tree.checkpoint(None)
        text = Checkpoint(self.liuhen.settings.origin, checkpoint.size, checkpoint.root).text()
        return f"{text}\n{self.witness.sign(text, 1_800_000_000).line()}"

    def happen(self, what: str) -> None:
        """Something that nobody asks for over the API."""
        happenings: dict[str, Callable[[], object]] = {
            "the files are recorded": Runner(self.http.app).run_due,  # type: ignore[arg-type]
            "an event of an unknown kind": partial(record_unknown_event, self.liuhen.conninfo, UUID(int=1), like=1),
            "the receiver refuses": self._deliver,
        }
        happenings[what]()
        self._behind = True

    def _deliver(self) -> None:
        for _ in range(40):
            with self.liuhen.pool.connection() as conn:
                conn.execute("UPDATE liuhen.webhooks SET next_try = 'epoch'")
            self.liuhen.webhooks.deliver_due(partial(messages_for, self.liuhen))


@contextmanager
def county(database: str, folder: Path) -> Iterator[County]:
    """The county before anything is recorded but its accounts: the three administrators, and one for each role."""
    (witness,) = witness_signers("witness.example/yiyuan", SHA256_ED25519)[:1]
    with ExitStack() as stack:
        receiver, authority = stack.enter_context(receiving(folder))
        receiver.answer = lambda number, got: 400
        settings = Settings(
            data_dir=folder / "data",
            database_url=database,
            rate_limit=0,
            witnesses=str(witness.verifier),
            webhook_hosts=f"localhost:{receiver.port}",
            webhook_networks="127.0.0.0/8 ::1/128",
            webhook_ca_file=authority,
        )
        liuhen = stack.enter_context(wired(settings, database))
        numbers = itertools.count(1)
        desk = replace(liuhen.desk, today=lambda: DAY, new_id=lambda: uuid5(NAMESPACE, f"example/{next(numbers)}"))
        liuhen = replace(liuhen, desk=desk, directory=AccountDirectory(desk))
        app = create_app(liuhen, Issuer(settings.data_dir))
        app.state.ending = lambda: True  # a stream ends with what there is, so that it can be kept
        _appoint(liuhen)
        http = stack.enter_context(TestClient(app, raise_server_exceptions=False))
        it = County(liuhen, http, receiver, witness)
        for role in sorted(EVERY_ROLE - ADMINISTRATORS):
            _open(it, role)
        yield it


def _appoint(liuhen: Liuhen) -> None:
    three = [
        Appointee(
            account=name,
            person=uuid5(NAMESPACE, f"example/{name}"),
            organisation="沂源县大数据局",
            key_id=key_id(name),
            key_sha256=digest_of(secret_of(name)),
        )
        for name in APPOINTED.values()
    ]
    command = AppointAdministrators(
        system=three[0],
        security=three[1],
        audit=three[2],
        keys_expire_on=_KEYS_EXPIRE,
        document_no="源政任〔2022〕1号",
    )
    actor = Actor(account="liuhen-cli", organisation="本机", role=Role.SYS_ADMIN)
    appoint_administrators(liuhen.desk, command, Act(actor=actor, happened_on=CivilDate.on(DAY)))


def _open(county: County, role: Role) -> None:
    """The account of a role's program, with its key."""
    account = account_of(role)
    organisation, uscc = _OF_UNITS.get(role, (f"沂源县{role}", None))
    opened = {"account": account, "kind": "PROGRAM", "organisation": organisation, "uscc": uscc}
    granted = {"role": role, "since": "2018-10-01", "document_no": "源数授〔2022〕1号"}
    key = {"key_id": key_id(account), "key_sha256": digest_of(secret_of(account)), "expires_on": str(_KEYS_EXPIRE)}
    for who, name, path, act in (
        (Role.SYS_ADMIN, "OpenAccount", {}, opened),
        (Role.SEC_ADMIN, "GrantRole", {"account": account}, granted),
        (Role.SEC_ADMIN, "RegisterKey", {"account": account}, key),
    ):
        headers = {"Idempotency-Key": f"{account}-{name}", "Content-Type": "application/json"}
        body = {"happened_on": str(DAY), "act": act}
        answer = county.ask(who, operations()[name], path, {}, headers, body)
        assert answer.status_code == 201, answer.text
