"""删除演练 The erasure drill: what was proven before still is, and nothing that is made afterwards shows the data.

Done on a real PostgreSQL through the real routes; `tests.tlog.drill` prints the section of docs/tampering-drill.md.
Every search is shown to find what it looks for where that is to be found.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from starlette.testclient import TestClient

from api.main import create_app
from domain.dates import civil_day
from domain.recorded import Role
from infrastructure.bootstrap import Liuhen, wired
from infrastructure.embedded_postgres import _binaries
from infrastructure.issuer import Holder, Issuer
from infrastructure.logging import configure_logging
from infrastructure.sealing import SUITES, MasterKeys, StoredPersonKeys
from infrastructure.settings import Settings
from infrastructure.tlog.audit import Brought, audit
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.cosignature import Policy
from infrastructure.tlog.evidence import Standing, verify, verify_proof_file
from infrastructure.tlog.leaves import LeafReader
from infrastructure.tlog.operator_key import operator_verifiers
from infrastructure.tlog.proof_file import ProofFile
from infrastructure.tlog.tree import verify_consistency
from tests.api.conftest import Client
from tests.stages import OTHER, OWNER
from verifier import liuhen_verify

PERSON = {"name": "欧阳待删", "phone": "13912345678", "note": "其配偶任职于承建单位"}
ERASURE = {"reason": "本人申请", "document_no": "源智慧办〔2024〕9号"}
TODAY = str(civil_day(datetime.now(UTC)))

Forms = dict[str, list[bytes]]
"""What is looked for, by what it is, in each form that it could be written in."""


def _forms_of_text(text: str) -> list[bytes]:
    return [
        text.encode(),
        json.dumps(text)[1:-1].encode(),
        text.encode().hex().encode(),
        base64.b64encode(text.encode()),
    ]


def _forms_of_key(key: bytes) -> list[bytes]:
    return [key, key.hex().encode(), key.hex().upper().encode(), base64.b64encode(key)]


def found(data: bytes, forms: Forms) -> set[str]:
    """Which of the forms stand in some bytes."""
    return {what for what, written in forms.items() if any(form in data for form in written)}


@dataclass
class Drill:
    """What came out: a line of the page for each check, and what was found where nothing may be."""

    rows: list[tuple[str, str]] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)

    def check(self, where: str, before: set[str], expected: set[str], after: set[str]) -> None:
        """One place: the search found there before what was to be found, and finds nothing now."""
        if before != expected:
            self.leaks.append(f"{where}: before {before}, expected {expected}")
        if after:
            self.leaks.append(f"{where}: after {after}")
        told = "、".join(sorted(expected)) or "无 nothing"
        self.rows.append((where, f"删除前 before: {told}；删除后 after: {'、'.join(sorted(after)) or '无 nothing'}"))

    def proven(self, what: str, good: bool, said: str) -> None:
        """One statement that must hold."""
        if not good:
            self.leaks.append(f"{what}: does not hold")
        self.rows.append((what, said))


@contextmanager
def logged() -> Iterator[Callable[[], bytes]]:
    """Everything that is logged, at the finest level, while the block runs."""
    root, config = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    buffer = io.BytesIO()
    text = io.TextIOWrapper(buffer, encoding="utf-8", write_through=True)
    try:
        with redirect_stderr(text):
            configure_logging("DEBUG")
            yield buffer.getvalue
    finally:
        structlog.configure(**config)
        root.handlers[:], root.level = handlers, level


def answers(client: Client, app: Any, known: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """Every answer that reading gives: all GET routes of the document, with identities of the record put in."""
    for path, methods in app.openapi()["paths"].items():
        operation = methods.get("get")
        if operation is None or "text/event-stream" in operation["responses"]["200"].get("content", {}):
            continue
        concrete, query = path, {}
        for parameter in operation.get("parameters", []):
            name = parameter["name"]
            if parameter["in"] == "path":
                concrete = concrete.replace("{" + name + "}", known.get(f"{path}:{name}", known.get(name, "1")))
            elif parameter.get("required"):
                query[name] = known.get(name, "1")
        yield path, client.http.get(concrete, params=query, headers=client.headers).content


def dump(conninfo: str) -> bytes:
    """A dump of the whole database, as a backup would be made."""
    made = subprocess.run([_binaries() / "pg_dump", "-d", conninfo], capture_output=True, check=True, cwd="/")
    return made.stdout


def _recorded(office: Client) -> tuple[str, str]:
    """Four events that name one person, in three streams. Gives the person's identity and the project's."""
    office.enrol()
    project = str(office.file()["subject"])
    contacts = f"/units/{OWNER}/contacts"
    told = office.done(contacts, "2024-03-01", {"office": "信息科", "since": "2024-03-01", "person": PERSON})
    person = str(told["persons"][0])
    same = {"id": person, **PERSON}
    office.done(f"/units/{OWNER}/heads", "2024-03-02", {"post": "局长", "since": "2024-03-02", "person": same})
    office.done(
        "/county/experts", "2024-03-03", {"number": "ZJ-001", "field": "法律", "organisation": "某所", "person": same}
    )
    office.done("/evaluators", "2024-03-01", {"uscc": OTHER, "name": "评价所", "qualification": "甲级"})
    conflict = {"unit": OWNER, "nature": "PERSONNEL", "from_on": "2024-01-01", "person": same}
    office.done(f"/evaluators/{OTHER}/conflicts", "2024-03-04", conflict)
    return person, project


def _key_of(liuhen: Liuhen, person: UUID) -> Forms:
    """The person's key, and its row under the master key."""
    row = StoredPersonKeys(liuhen.pool, liuhen.settings.division).find([person])[person]
    master = MasterKeys(liuhen.settings).named(row.master_key)
    assert row.wrapped is not None
    key = master.unwrap(SUITES[row.suite], liuhen.settings.division, person, row.wrapped)
    return {"密钥 key": _forms_of_key(key), "包裹的密钥 wrapped key": _forms_of_key(row.wrapped)}


@dataclass(frozen=True)
class Proofs:
    """What somebody kept before the erasure."""

    checkpoint: Checkpoint
    receipts: list[bytes]

    @classmethod
    def taken(cls, liuhen: Liuhen, client: Client) -> Proofs:
        kept = liuhen.tree.checkpoint()
        receipts = [client.http.get(f"/v1/log/receipts/{n}").content for n in range(1, kept.size + 1)]
        return cls(Checkpoint(liuhen.tree.tree().origin, kept.size, kept.root), receipts)

    def still_hold(self, liuhen: Liuhen, policy: Policy) -> bool:
        """Are entries and proofs made now the same, and do those that were kept verify?"""
        size, suite = self.checkpoint.size, liuhen.tree.tree().suite
        with liuhen.pool.connection() as conn:
            entries = LeafReader(conn, suite, liuhen.settings.division).read(0, size).entries
        parsed = [ProofFile.parse(data) for data in self.receipts]
        now = liuhen.tree.inclusions(list(range(1, size + 1)), size)
        newest = liuhen.tree.checkpoint()
        verify_consistency(
            suite, size, newest.size, liuhen.tree.consistency(size).hashes, self.checkpoint.root, newest.root
        )
        return (
            newest.size > size
            and [p.extra for p in parsed] == entries
            and [list(p.hashes) for p in parsed] == now
            and all(verify_proof_file(data, policy).ok for data in self.receipts)
        )


def run(conninfo: str, folder: Path) -> Drill:
    """Record, prove, erase, and look everywhere."""
    drill = Drill()
    settings = Settings(data_dir=folder, database_url=conninfo)
    with logged() as log, wired(settings, conninfo) as liuhen:
        issuer = Issuer(folder)
        app = create_app(liuhen, issuer)
        with TestClient(app, raise_server_exceptions=False) as http:

            def of(*roles: Role) -> Client:
                return Client(http, issuer.issue(Holder("a", "单位", frozenset(roles)), days=1))

            _erase_and_look(drill, liuhen, of(Role.SMART_OFFICE, Role.SYS_ADMIN), of(Role.THIRD_PARTY), log)
    return drill


def _erase_and_look(drill: Drill, liuhen: Liuhen, office: Client, outsider: Client, log: Callable[[], bytes]) -> None:
    plain: Forms = {"明文 plain words": [form for text in PERSON.values() for form in _forms_of_text(text)]}
    person, project = _recorded(office)
    known = {"project_id": project, "subject": project, "uscc": OWNER, "person": person, "stream": project,
             "/v1/evaluators/{uscc}:uscc": OTHER, "from": "2018-01-01", "until": TODAY}  # fmt: skip
    liuhen.sequencer.catch_up()
    liuhen.engine.catch_up()
    everything = plain | _key_of(liuhen, UUID(person))
    app = office.http.app

    def everywhere() -> list[tuple[str, set[str], set[str]]]:
        """Place, what is found there, and what is to be found there before the erasure."""
        of_office = dict(answers(office, app, known))
        of_outsider = dict(answers(outsider, app, known))
        bundles = b"".join(body for path, body in of_office.items() if path.endswith("/evidence"))
        assert bundles.count(b"PK\x05\x06") >= 4, "bundles were made"
        return [
            (
                "有权者的答复与视图 answers and views, to who may see",
                found(b"".join(of_office.values()), everything),
                set(plain),
            ),
            (
                "无权者的答复与视图 answers and views, to others",
                found(b"".join(of_outsider.values()), everything),
                set(),
            ),
            ("证据包与回执 evidence bundles and receipts", found(bundles, everything), set()),
            (
                "全库转储 pg_dump of the whole database",
                found(dump(liuhen.conninfo), everything),
                {"包裹的密钥 wrapped key"},
            ),
            ("日志行（DEBUG） log lines, at DEBUG", found(log(), everything), set()),
        ]

    before = everywhere()
    assert b"request.answered" in log(), "what is logged was seen"
    policy = Policy(tuple(operator_verifiers(liuhen.settings.data_dir, liuhen.settings.division)))
    kept = Proofs.taken(liuhen, office)
    office.done(f"/persons/{person}/erasure", "2024-05-01", ERASURE)
    liuhen.sequencer.catch_up()
    liuhen.engine.catch_up()
    for (where, was, expected), (_, now, _) in zip(before, everywhere(), strict=True):
        drill.check(where, was, expected, now)
    drill.proven(
        "此前的条目摘要与包含证明 entry digests and inclusion proofs from before",
        kept.still_hold(liuhen, policy),
        "逐一相同，并仍验证成立 all equal, and still verify",
    )
    brought = Brought("kept.checkpoint", kept.checkpoint)
    log_id = liuhen.settings.division
    report = audit(liuhen.conninfo, log_id, list(policy.log), brought=[brought])
    drill.proven(
        "带删除前检查点的全面审计 full audit with a checkpoint from before",
        not report.findings and report.size > kept.checkpoint.size,
        "相符 agrees",
    )
    for name, path in (("unit", f"/units/{OWNER}/evidence"), ("decision", "/log/events/4/evidence")):
        data = office.get(path).content
        said = verify(data, policy)
        told = [s.en for s in said.statements if s.standing is Standing.PROVEN and "were erased" in s.en]
        second = liuhen_verify.check(data, [liuhen_verify.parse_key(str(v)) for v in policy.log], [], 0)
        summary = f"The data of person {person} were erased"
        drill.proven(
            f"证据包（{name}）含被删除者 an evidence bundle ({name}) with the person",
            said.ok and len(told) == 1 and person in told[0] and summary.encode() in data
            and any("data of a person were erased" in line for line in second),
            "两个检验程序均成立，并言明已删除 verifies with both verifiers, and both say that the data were erased",
        )  # fmt: skip


HEAD = """
## 个人信息删除演练 the erasure drill

经真实接口记录四个涉及同一人的事件并签署，取得全部回执；删除后在各处查找明文、人员密钥、包裹的密钥（原样、十六进制、base64）。每种查找都先在应有之处找到过。

*Four events that name one person are recorded through the real routes and signed, and all receipts taken; after the erasure
plain words, the person's key and its wrapped form (as they are, in hexadecimal, in base64) are looked for everywhere. Each
search was seen to find what it looks for where that was to be found.*

| 何处 where | 结果 result |
| --- | --- |
"""


def section(drill: Drill) -> str:
    """The section of the page. Raises AssertionError when anything leaked."""
    assert not drill.leaks, drill.leaks
    return HEAD + "".join(f"| {where} | {said} |\n" for where, said in drill.rows)
