"""演练 Every way of tampering with a signed log, done for real on PostgreSQL, and what finds it.

`python -m tests.tlog.drill` prints docs/tampering-drill.md; test_drill.py holds the page to what happens.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg.conninfo import make_conninfo

from domain.texts import Text
from infrastructure.bootstrap import wired
from infrastructure.doctor import State, examine
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.logging import configure_logging
from infrastructure.migrations import migrate
from infrastructure.settings import Settings
from infrastructure.tlog.agreement import TreeDisagreesError
from infrastructure.tlog.audit import Brought, audit
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.keys import witness_signers
from infrastructure.tlog.note import Note
from infrastructure.tlog.store import NotInTreeError, TreeStore
from infrastructure.tlog.suite import SHA256_ED25519
from infrastructure.tlog.witness import RefusedError, TrustedLog, Witness
from tests.infrastructure.test_ledger import LOG, opened
from tests.tlog import erasure
from tests.tlog.sequencing import ORIGIN, as_superuser, keys_of, record, sequencer

KEPT, ALL = 300, 600
"""Events of the checkpoint that the auditor kept, and of the one that the witness cosigned."""


@dataclass
class County:
    """A signed log under attack: the database, the service's folder, the witness's, the auditor's checkpoint."""

    conninfo: str
    folder: Path
    kept: Brought
    edge: str
    """The right edge as it stood at KEPT, as SQL: what an old backup holds."""

    def attack(self, *statements: str) -> None:
        """As superuser, with all triggers off."""
        as_superuser(self.conninfo, *statements)

    def sign_anew(self) -> None:
        """Throw the tree away and sign what stands there now, with the operator's key, forgetting what was signed."""
        self.attack(
            "DELETE FROM liuhen.cosignatures",
            "DELETE FROM liuhen.checkpoints",
            "DELETE FROM liuhen.tiles",
            "DELETE FROM liuhen.right_edges",
            "DELETE FROM liuhen.trees",
        )
        with tempfile.TemporaryDirectory() as other:
            shutil.copytree(self.folder / "keys", Path(other) / "keys")
            sequencer(self.conninfo, Path(other)).catch_up()


@dataclass(frozen=True)
class Attack:
    """What an administrator does, and the detectors that must find it."""

    name: str
    title: Text
    do: Callable[[County], None]
    found_by: frozenset[str]


BYTE = "UPDATE liuhen.events SET state = set_byte(state, octet_length(state) - 35, 33) WHERE position = {}"


def _move(first: int, by: int) -> tuple[str, str]:
    """Renumber what stands from a position on, in two steps, for positions are unique."""
    return (
        f"UPDATE liuhen.events SET position = -position WHERE position >= {first}",
        f"UPDATE liuhen.events SET position = -position + ({by}) WHERE position < 0",
    )


def _swap(county: County) -> None:
    # The times stay where they were, as a careful attacker would leave them.
    county.attack(
        "CREATE TEMP TABLE t AS SELECT position, recorded_at FROM liuhen.events WHERE position IN (100, 140);"
        "UPDATE liuhen.events SET position = -position WHERE position IN (100, 140);"
        "UPDATE liuhen.events e SET position = t.position, recorded_at = t.recorded_at FROM t"
        " WHERE e.position < 0 AND t.position = 240 + e.position"
    )


def _rewrite(county: County) -> None:
    county.attack(BYTE.format(100))
    county.sign_anew()


def _roll_back(county: County) -> None:
    county.attack(
        f"DELETE FROM liuhen.events WHERE position > {KEPT}",
        f"UPDATE liuhen.logs SET position = {KEPT}",
        f"DELETE FROM liuhen.checkpoints WHERE size > {KEPT}",
        f"DELETE FROM liuhen.tiles WHERE index >= {KEPT // 256}",
        county.edge,
    )


def _two_histories(county: County) -> None:
    """The second reader is shown a copy of the record in which one of the last events is another."""
    county.attack(BYTE.format(450))
    county.sign_anew()


def _t(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


ATTACKS = (
    Attack("byte", _t("改动一个字节", "change a byte"), lambda c: c.attack(BYTE.format(100)), frozenset({"audit"})),
    Attack("swap", _t("互换两个事件", "swap two events"), _swap, frozenset({"audit"})),
    Attack("last", _t("删去最后一个事件", "delete the last event"),
           lambda c: c.attack(f"DELETE FROM liuhen.events WHERE position = {ALL}",
                              f"UPDATE liuhen.logs SET position = {ALL - 1}"),
           frozenset({"sequencer", "audit", "doctor"})),
    Attack("middle", _t("从中间删去一个，其后前移", "delete one from the middle and move up the rest"),
           lambda c: c.attack("DELETE FROM liuhen.events WHERE position = 100", *_move(101, -1),
                              f"UPDATE liuhen.logs SET position = {ALL - 1}"),
           frozenset({"sequencer", "audit", "doctor"})),
    Attack("insert", _t("插入一个事件，其后后移", "insert an event and move down the rest"),
           lambda c: c.attack(*_move(100, 1),
                              "INSERT INTO liuhen.events SELECT log_id, 100, '00000000-0000-4000-8000-000000000001', 1,"
                              " stream_kind, topic, state, recorded_at FROM liuhen.events WHERE position = 99",
                              "INSERT INTO liuhen.stream_heads SELECT log_id, stream_id, 1, stream_kind FROM liuhen.events"
                              " WHERE position = 100",
                              f"UPDATE liuhen.logs SET position = {ALL + 1}"),
           frozenset({"sequencer", "audit"})),
    Attack("time", _t("改动记录时间", "change recorded_at"),
           lambda c: c.attack("UPDATE liuhen.events SET recorded_at = (SELECT recorded_at FROM liuhen.events"
                              " WHERE position = 101) WHERE position = 100"),
           frozenset({"audit"})),
    Attack("tree", _t("改动事件，并以运营方密钥重建整棵树与之相配",
                      "change an event and make the whole tree anew to match, with the operator's key"),
           _rewrite, frozenset({"sequencer", "audit --since", "witness", "doctor"})),
    Attack("backup", _t("恢复到旧备份", "go back to an older backup"), _roll_back,
           frozenset({"sequencer", "audit --checkpoint", "witness", "doctor"})),
    Attack("fork", _t("给两个读者看两份历史", "show two readers different histories"), _two_histories,
           frozenset({"sequencer", "audit --checkpoint", "witness", "doctor"})),
)  # fmt: skip

WHEN = {
    "sequencer": Text(zh="启动时及运行中每30秒，签署之前", en="at its start and every 30 s, before it signs"),
    "audit": Text(zh="下一次liuhen audit", en="at the next liuhen audit"),
    "audit --checkpoint": Text(zh="带自留检查点审计时", en="at an audit with the last checkpoint that somebody kept"),
    "audit --since": Text(zh="带较早的自留检查点审计时", en="at an audit since an earlier checkpoint that was kept"),
    "witness": Text(zh="下一次附署时，立即", en="at once, when it is asked to cosign"),
    "doctor": Text(zh="下一次liuhen doctor", en="at the next liuhen doctor"),
}


def run(attack: Attack, conninfo: str, folder: Path) -> dict[str, str]:
    """Record and sign a county, attack it, and ask every detector: what each of those that noticed said."""
    service, at = folder / "service", dict[object, int]()
    migrate(conninfo)  # A copied database lacks the grants that belong to a database.
    with opened(conninfo) as ledger:
        record(ledger, [n % 9 for n in range(KEPT)], at)
        sequencer(conninfo, service).catch_up()
        edge = _edge(conninfo)
        kept = _brought(ledger.recorder_pool, "300.checkpoint")
        record(ledger, [n % 9 for n in range(ALL - KEPT)], at)
        sequencer(conninfo, service).catch_up()
        last = TreeStore(ledger.recorder_pool, LOG).checkpoint()
        cosigned = _brought(ledger.recorder_pool, "600.checkpoint")
    county = County(conninfo, service, kept, edge)
    trusted = TrustedLog(ORIGIN, tuple(keys_of(service)))
    (folder / "witness").mkdir()
    with Witness(folder / "witness", witness_signers("audit.example", SHA256_ED25519), [trusted]) as witness:
        witness.add_checkpoint(0, [], last.note.encode())
        attack.do(county)
        said: dict[str, str] = {}
        _ask_sequencer(county, said)
        for name, brought, since in (("audit", [], None), ("audit --checkpoint", [cosigned], None), ("audit --since", [], kept)):  # fmt: skip
            found = audit(conninfo, LOG, keys_of(service), brought=brought, since=since).findings
            if found:
                place = f"{found[0].position}: " if found[0].position else ""
                said[name] = f"{place}{found[0].detail.zh} / {found[0].detail.en}"
        _ask_witness(county, witness, said)
        _ask_doctor(county, said)
    return said


def _edge(conninfo: str) -> str:
    with psycopg.connect(conninfo) as conn:
        row = conn.execute("SELECT hashes::text FROM liuhen.right_edges").fetchone()
    assert row is not None
    return f"UPDATE liuhen.right_edges SET size = {KEPT}, hashes = '{row[0]}'"


def _brought(pool: object, called: str) -> Brought:
    note = TreeStore(pool, LOG).checkpoint().note  # type: ignore[arg-type]
    return Brought(called, Checkpoint.parse(Note.parse(note.encode()).text))


def _ask_sequencer(county: County, said: dict[str, str]) -> None:
    try:
        sequencer(county.conninfo, county.folder).catch_up()
    except TreeDisagreesError as error:
        place = f"{error.position}: " if error.position else ""
        said["sequencer"] = f"{place}{error.text.zh} / {error.text.en}"


def _ask_witness(county: County, witness: Witness, said: dict[str, str]) -> None:
    """As the service would: with a proof from what the witness has seen, if there is one."""
    with opened(county.conninfo) as ledger:
        store = TreeStore(ledger.recorder_pool, LOG)
        note = store.checkpoint()
        try:
            proof = store.consistency(ALL, note.size).hashes if note.size >= ALL else []
            witness.add_checkpoint(min(ALL, note.size), proof, note.note.encode())
        except RefusedError as error:
            said["witness"] = f"{error.status}: {error}"
        except NotInTreeError as error:
            said["witness"] = str(error)


def _ask_doctor(county: County, said: dict[str, str]) -> None:
    findings = examine(Settings(database_url=county.conninfo, data_dir=county.folder), county.conninfo)
    failing = [f for f in findings if f.state is State.FAILURE]
    if failing:
        # What is told of an object by its name is in both languages already.
        details = [" / ".join(dict.fromkeys((f.detail.zh, f.detail.en))) for f in failing]
        said["doctor"] = "<br>".join(f"`{f.name}`: {told}" for f, told in zip(failing, details, strict=True))


HEAD = """# 篡改演练 The tampering drill

由`make docs`生成：每种篡改都在真实的PostgreSQL上以超级用户身份、停用触发器后实施，表中是实际答复。日志有600个事件，审计员自留了第300个时的检查点，
见证方附署了第600个时的检查点，服务自己留存了最后签署的检查点。

*Written by `make docs`: every tampering is done on a real PostgreSQL, as superuser with the triggers off, and the table
holds what was really answered. The log has 600 events; the auditor kept the checkpoint of 300, a witness cosigned that of
600, and the service keeps the last one that it signed. What is not in a row did not notice.*

谁能删去服务留存的检查点并持有运营方密钥，只能由审计员与见证方发现：所以二者须由别的单位掌握。

*Who can also remove what the service kept, and holds the operator's key, is found by auditors and witnesses alone: that
is why others must hold those.*
"""


def page(server: str) -> str:
    """The page, from a drill on a server."""
    lines = [HEAD]
    for attack in ATTACKS:
        lines += [f"\n## {attack.title.zh} {attack.title.en}\n", "| 谁发现 found by | 何时 when | 答复 message |", "| --- | --- | --- |"]  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            said = run(attack, _fresh(server), Path(folder))
        lines += [f"| {name} | {WHEN[name].zh} {WHEN[name].en} | {said[name]} |" for name in WHEN if name in said]
    with tempfile.TemporaryDirectory() as folder:
        erased = erasure.section(erasure.run(_fresh(server), Path(folder)))
    return "\n".join(lines) + "\n" + erased


def _fresh(server: str) -> str:
    name = f"drill_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name}".encode())
    conninfo = make_conninfo(server, dbname=name)
    with (
        tempfile.TemporaryDirectory() as folder,
        wired(Settings(data_dir=Path(folder), database_url=conninfo), conninfo),
    ):
        pass
    return conninfo


if __name__ == "__main__":
    configure_logging("CRITICAL")
    with tempfile.TemporaryDirectory(prefix="liuhen-") as data, EmbeddedPostgres(Path(data)) as own:
        sys.stdout.write(page(own.conninfo))
