"""Personal data from the request to the erasure: who reads them, where they never are, and what stays provable."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from starlette.testclient import TestClient

from application.ports import SealingError
from domain.recorded import Role
from infrastructure.bootstrap import Liuhen, wired
from infrastructure.issuer import Holder, Issuer
from infrastructure.sealing import MasterKeys, StoredPersonKeys, retire, rotate
from tests.api.conftest import Client
from tests.described import document
from tests.stages import OTHER, OWNER

NAME, PHONE, NOTE = "欧阳待删", "13912345678", "其配偶任职于承建单位"
PLAIN = (NAME, PHONE, NOTE)
PERSON = {"name": NAME, "phone": PHONE, "note": NOTE}
CONTACT = {"office": "信息科", "since": "2024-03-01", "person": PERSON}
ERASURE = {"reason": "本人申请", "document_no": "源智慧办〔2024〕9号"}
CONTACTS = f"/units/{OWNER}/contacts"


def seen(database: str) -> str:
    """Everything that a dump of the database would hold: each column of each table, as text, bytes decoded too."""
    found = []
    with psycopg.connect(database) as conn:
        tables = conn.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_|^information_schema$'"
        ).fetchall()
        for schema, table in tables:
            query = sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, table))
            for row in conn.execute(query):
                found += [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in row]
    assert len(tables) > 20
    return "\n".join(found)


def plain_in(text: str) -> list[str]:
    """Which of the personal data stand in a text, whether written out or escaped as JSON does."""
    return [p for p in PLAIN if p in text or json.dumps(p)[1:-1] in text]


def stored(database: str) -> list[tuple[Any, ...]]:
    """The record, with a digest of the exact bytes: what the verifiable log commits to."""
    with psycopg.connect(database) as conn:
        rows = conn.execute(
            "SELECT position, stream_id, stream_version, topic, recorded_at, state FROM liuhen.events ORDER BY position"
        ).fetchall()
    return [(*row[:-1], hashlib.sha256(row[-1]).hexdigest()) for row in rows]


@pytest.fixture
def office(http: TestClient, issuer: Issuer) -> Client:
    roles = frozenset({Role.SMART_OFFICE, Role.SYS_ADMIN})
    return Client(http, issuer.issue(Holder("office", "智慧办", roles), days=1))


def paths_of(client: Client) -> dict[str, Any]:
    """Every answer of the service that tells of units, the county or evaluators, by path."""
    paths = [
        f"/units/{OWNER}",
        f"/units/{OWNER}/history",
        f"/units/{OWNER}/responsibility",
        "/county",
        "/county/history",
        "/county/duties",
        f"/evaluators/{OTHER}",
    ]
    return {path: client.get(path) for path in paths}


def test_the_erasure_drill(
    liuhen: Liuhen,
    database: str,
    office: Client,
    auditor: Client,
    evaluator: Client,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    office.enrol()
    project = office.file()["subject"]
    receipt = office.done(CONTACTS, "2024-03-01", CONTACT)
    person = receipt["persons"][0]
    same = {"id": person, **PERSON}
    office.done(f"/units/{OWNER}/heads", "2024-03-02", {"post": "局长", "since": "2024-03-02", "person": same})
    expert = {"number": "ZJ-001", "field": "法律", "organisation": "某所", "person": same}
    office.done("/county/experts", "2024-03-03", expert)
    office.done("/evaluators", "2024-03-01", {"uscc": OTHER, "name": "评价所", "qualification": "甲级"})
    conflict = {"unit": OWNER, "nature": "PERSONNEL", "from_on": "2024-01-01", "person": same}
    office.done(f"/evaluators/{OTHER}/conflicts", "2024-03-04", conflict)
    liuhen.engine.catch_up()

    # Before: those who may see them do, others are told that they are sealed; they are nowhere in the database.
    told = auditor.get(f"/units/{OWNER}/responsibility", on="2024-04-01").json()["contact"]["person"]
    assert {k: told[k] for k in PERSON} == PERSON
    assert told["state"] == "OPEN"
    for path, answer in paths_of(auditor).items():
        if answer.status_code == 200:
            assert plain_in(answer.text) == list(PLAIN), path
    for path, answer in paths_of(evaluator).items():
        assert plain_in(answer.text) == [], path
        if answer.status_code == 200:
            assert "已密封 sealed" in answer.text, path
            assert "ciphertext" not in answer.text
    assert plain_in(office.get(f"/projects/{project}").text) == list(PLAIN)
    assert plain_in(evaluator.get(f"/projects/{project}").text) == []
    assert plain_in(seen(database)) == []
    before = stored(database)

    erased = office.done(f"/persons/{person}/erasure", "2024-05-01", ERASURE)
    again = office.done(f"/persons/{person}/erasure", "2024-05-02", {**ERASURE, "reason": "再次申请"})
    assert again == erased

    # After: nowhere at all, and what was recorded is what it was, byte for byte.
    liuhen.engine.catch_up()
    for reader_of in (auditor, office, evaluator):
        for path, answer in paths_of(reader_of).items():
            assert plain_in(answer.text) == [], path
            if answer.status_code == 200:
                assert "已删除 erased" in answer.text, path
    everything = seen(database)
    assert plain_in(everything) == []
    assert person in everything
    assert stored(database)[: len(before)] == before
    assert [row[3] for row in stored(database)[len(before) :]] == ["county.personal_data_erased"]
    with psycopg.connect(database) as conn:
        kept = conn.execute("SELECT suite, wrapped FROM liuhen.person_keys WHERE person = %s", (person,)).fetchone()
    assert kept == ("AES-256-GCM", None)
    assert plain_in(caplog.text + "".join(capfd.readouterr())) == []
    status = auditor.get(f"/persons/{person}").json()
    assert (status["state"], status["in_older_backups"]) == ("ERASED", True)
    assert status["erasure"]["document_no"] == ERASURE["document_no"]

    # Nothing new goes under the identity, and there is no other way to the data than a new one.
    refused = office.post(CONTACTS, "2024-06-01", {**CONTACT, "person": same})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (409, "/act/person/id")
    assert plain_in(refused.text) == []


def test_a_repeated_request_is_known_again_and_another_is_not(office: Client, database: str) -> None:
    office.enrol()
    key = {"headers": {"Idempotency-Key": "k-1"}}
    first = office.done(CONTACTS, "2024-03-01", CONTACT, **key)
    assert office.done(CONTACTS, "2024-03-01", CONTACT, **key) == first
    other = office.post(CONTACTS, "2024-03-01", {**CONTACT, "person": {**PERSON, "phone": "1"}}, **key)
    assert other.json()["type"] == "/problems/key-reused"
    with psycopg.connect(database) as conn:
        prints = [row[0] for row in conn.execute("SELECT fingerprint FROM liuhen.requests WHERE key = 'k-1'")]
        assert conn.execute("SELECT count(*) FROM liuhen.person_keys").fetchone() == (1,)
    # What the fingerprint is made of is under the key of the person: without it, trying names leads nowhere.
    office.done(f"/persons/{first['persons'][0]}/erasure", "2024-05-01", ERASURE)
    assert office.post(CONTACTS, "2024-03-01", CONTACT, **key).status_code == 409
    assert len(prints) == 1


@pytest.mark.parametrize(
    ("act", "pointer"),
    [
        ({**CONTACT, "person": {**PERSON, "phone": [PHONE]}}, "/act/person/phone"),
        ({**CONTACT, "person": {**PERSON, "note": f"{NOTE}\x07"}}, "/act/person/note"),
        ({**CONTACT, "person": {**PERSON, "name": NAME * 40}}, "/act/person/name"),
        ({**CONTACT, "person": {**PERSON, "id": NAME}}, "/act/person/id"),
        ({**CONTACT, "person": {**PERSON, "id": str(uuid4())}}, "/act/person/id"),
        ({**CONTACT, "person": {"phone": PHONE}}, "/act/person/name"),
        ({**CONTACT, "person": NAME}, "/act/person"),
        ({**CONTACT, "since": NAME}, "/act/since"),
        ({"since": "2024-03-01", "person": PERSON}, "/act/office"),
    ],
)
def test_a_refused_request_neither_repeats_nor_keeps_them(
    office: Client, database: str, capfd: pytest.CaptureFixture[str], act: dict[str, Any], pointer: str
) -> None:
    office.enrol()
    answer = office.post(CONTACTS, "2024-03-01", act, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, [e["pointer"] for e in answer.json()["errors"]]) == (422, [pointer])
    assert plain_in(answer.text) == []
    assert plain_in(seen(database) + "".join(capfd.readouterr())) == []


def test_a_dry_run_makes_no_key(office: Client, database: str) -> None:
    office.enrol()
    assert office.post(CONTACTS, "2024-03-01", CONTACT, params={"dry_run": "true"}).status_code == 200
    with psycopg.connect(database) as conn:
        assert conn.execute("SELECT count(*) FROM liuhen.person_keys").fetchone() == (0,)


def test_a_correction_is_sealed_too_and_may_leave_the_person_as_it_was(office: Client, database: str) -> None:
    office.enrol()
    receipt = office.done(CONTACTS, "2024-03-01", CONTACT)
    person, version = receipt["persons"][0], receipt["events"][0]["version"]
    path = f"/units/{OWNER}/corrections"

    def contact() -> Any:
        return office.get(f"/units/{OWNER}/responsibility", on="2024-04-01").json()["contact"]

    body = {"office": "数据科", "post": "", "since": "2024-03-01"}
    kept = {"version": version, "reason": "科室有误", "replacement": {**body, "person": {"id": person}}}
    assert office.done(path, "2024-04-01", kept)["persons"] == [person]
    assert (contact()["office"], contact()["person"]["name"]) == ("数据科", NAME)
    changed = {"id": person, "name": NAME, "phone": "0533-1"}
    office.done(path, "2024-04-02", {**kept, "replacement": {**body, "person": changed}})
    assert contact()["person"]["phone"] == "0533-1"
    assert "0533-1" in office.get(f"/units/{OWNER}/history").text
    for wrong in (NAME, {"id": person, "namen": NAME}, [PERSON]):
        answer = office.post(path, "2024-04-03", {**kept, "replacement": {**body, "person": wrong}})
        assert (answer.status_code, plain_in(answer.text)) == (422, [])
    assert plain_in(seen(database)) == []
    office.done(f"/persons/{person}/erasure", "2024-05-01", ERASURE)
    assert contact()["person"]["state"] == "ERASED"


def test_only_some_may_erase_and_only_whom_there_is(office: Client, auditor: Client, evaluator: Client) -> None:
    for other in (auditor, evaluator):
        assert other.post(f"/persons/{uuid4()}/erasure", "2024-05-01", ERASURE).status_code == 403
    assert office.post(f"/persons/{uuid4()}/erasure", "2024-05-01", ERASURE).status_code == 404
    assert auditor.get(f"/persons/{uuid4()}").status_code == 404


def test_without_the_master_key_the_record_serves_and_personal_data_wait(
    liuhen: Liuhen, office: Client, evaluator: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    office.enrol()
    office.done(CONTACTS, "2024-03-01", CONTACT)
    file = MasterKeys(liuhen.settings).file
    file.rename(file.with_suffix(".away"))
    answer = office.get(f"/units/{OWNER}")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/sealing")
    assert evaluator.get(f"/units/{OWNER}").status_code == 200
    assert office.post(CONTACTS, "2024-03-02", CONTACT).json()["type"] == "/problems/sealing"
    office.done(CONTACTS, "2024-03-02", {**CONTACT, "person": None})
    assert not file.exists()
    assert "恢复原主密钥" in capsys.readouterr().err


def test_a_new_master_key_ends_what_older_copies_of_the_keys_open(
    liuhen: Liuhen, office: Client, database: str
) -> None:
    office.enrol()
    person = UUID(office.done(CONTACTS, "2024-03-01", CONTACT)["persons"][0])
    stays = office.done(
        f"/units/{OWNER}/heads", "2024-03-01", {"post": "局长", "since": "2024-03-01", "person": PERSON}
    )
    keys, master_keys = StoredPersonKeys(liuhen.pool, 370323), MasterKeys(liuhen.settings)
    backup = keys.living()
    office.done(f"/persons/{person}/erasure", "2024-05-01", ERASURE)
    master_keys.named(backup[person].master_key)  # until now a copy from before still opens

    before, after, persons = rotate(keys, master_keys, 370323)
    assert rotate(keys, master_keys, 370323) == (before, after, persons)  # cut off here, it is taken up again
    retire(keys, master_keys)
    assert (persons, [k.id for k in master_keys.load()]) == (1, [after])
    with pytest.raises(SealingError, match=before):
        master_keys.named(backup[person].master_key)
    assert set(keys.living()) == {UUID(stays["persons"][0])}
    assert office.get(f"/units/{OWNER}").json()["heads"][0]["person"]["name"] == NAME
    assert office.done(CONTACTS, "2024-03-02", CONTACT)["persons"]

    # The table of keys comes back from an old copy: whose erasure is recorded is erased again at the next start.
    with psycopg.connect(database) as conn:
        row = backup[person]
        conn.execute(
            "UPDATE liuhen.person_keys SET wrapped = %s, destroyed_at = NULL WHERE person = %s", (row.wrapped, person)
        )
    with wired(liuhen.settings, database):
        assert person not in keys.living()


def test_no_request_takes_what_is_sealed_already() -> None:
    schemas = document()["components"]["schemas"]
    asked = [n for n in ("NameContact", "AppointHead", "ListExpert", "StateConflict") if "Sealed" in str(schemas[n])]
    assert asked == []
    assert all("Person" in str(schemas[n]) for n in ("NameContact", "AppointHead", "ListExpert", "StateConflict"))
