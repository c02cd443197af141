"""Feeding on a real database, with a real witness over loopback HTTP: what comes back, and what stops the signing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from api.main import create_app
from domain.streams import StreamKind
from infrastructure.bootstrap import Liuhen, wired
from infrastructure.issuer import Issuer
from infrastructure.settings import Settings
from infrastructure.tlog import feeding
from infrastructure.tlog.agreement import TreeDisagreesError
from infrastructure.tlog.checkpoint import Checkpoint
from infrastructure.tlog.cosignature import Policy, open_checkpoint, open_under, sign_checkpoint
from infrastructure.tlog.evidence import verify, verify_proof_file
from infrastructure.tlog.evidence_collection import stream_evidence
from infrastructure.tlog.feeding import NotCosignedError
from infrastructure.tlog.keys import log_signer, witness_signers
from infrastructure.tlog.log_client import LogClient, LogUnreachableError, ask
from infrastructure.tlog.note import Signer
from infrastructure.tlog.suite import SHA256_ED25519
from infrastructure.tlog.witness import TrustedLog, Witness
from infrastructure.tlog.witness_service import Watch, WitnessServer, serving
from tests.conftest import NewDatabase
from tests.infrastructure.test_ledger import LOG
from tests.serving import serving as service
from tests.tlog.bundles import parts_of
from tests.tlog.sequencing import ORIGIN, keys_of, record, stream
from tests.tlog.test_witness import SIGNERS

OTHER = witness_signers("jiwei.example/witness", SHA256_ED25519)


@contextmanager
def deployed(conninfo: str, folder: Path, listed: str = "", required: int = 0) -> Iterator[Liuhen]:
    settings = Settings(data_dir=folder, database_url=conninfo, witnesses=listed, witnesses_required=required)
    with wired(settings, conninfo) as it:
        yield it


class OneRound(threading.Event):
    """Set as soon as somebody waits for it."""

    def wait(self, timeout: float | None = None) -> bool:
        del timeout
        self.set()
        return True


class Site:
    """A log whose key is known before its database, a witness that trusts it, and one that only comes by itself."""

    def __init__(self, folder: Path, database: str, new_database: NewDatabase, server: str) -> None:
        self.folder, self.database = folder, database
        self.new_database, self.postgres = new_database, server
        self.stack = ExitStack()
        (folder / "keys").mkdir(parents=True)
        self.signer = log_signer(SHA256_ED25519, ORIGIN)
        key = folder / "keys" / f"log-{LOG}.key"
        key.write_text(f"{self.signer.secret()}\n", encoding="ascii")
        key.chmod(0o600)
        trusted = TrustedLog(ORIGIN, (self.signer.verifier,))
        self.witness = self.stack.enter_context(Witness(folder / "w", SIGNERS, [trusted]))
        self._running = self.stack.enter_context(ExitStack())
        self.server = self._running.enter_context(serving(WitnessServer(self.witness, "127.0.0.1", 0)))
        self.listed = " ".join([*(f"{s.verifier}={self.server.address}" for s in SIGNERS), str(OTHER[0].verifier)])

    def stop_witness(self) -> None:
        """It is offline; what it remembers stays."""
        self._running.close()


@pytest.fixture
def site(tmp_path: Path, database: str, new_database: NewDatabase, embedded: str) -> Iterator[Site]:
    it = Site(tmp_path, database, new_database, embedded)
    with it.stack:
        yield it


def grow(liuhen: Liuhen, at: dict[object, int], count: int, name: str = "s") -> None:
    record(liuhen.ledger, [name] * count, at)
    liuhen.sequencer.catch_up()


def http(liuhen: Liuhen) -> TestClient:
    return TestClient(create_app(liuhen, Issuer(liuhen.settings.data_dir)))


def brought(liuhen: Liuhen, signer: Signer, size: int | None = None) -> bytes:
    checkpoint = liuhen.tree.checkpoint(size)
    text = Checkpoint(ORIGIN, checkpoint.size, checkpoint.root).text()
    return f"{text}\n{signer.sign(text, 1_800_000_000).line()}".encode()


def test_cosignatures_arrive_and_the_policy_counts_witnesses(site: Site) -> None:
    at: dict[object, int] = {}
    with deployed(site.database, site.folder, site.listed, 2) as liuhen, http(liuhen) as log:
        grow(liuhen, at, 5)
        (feeder,) = liuhen.feeding.feeders
        assert feeder.feed()
        assert not feeder.feed()
        keys = [s.verifier for s in (*SIGNERS, *OTHER)]
        note = log.get("/v1/log/checkpoint").content
        # Two keys of one witness are one witness.
        assert len(open_checkpoint(note, keys_of(site.folder), keys).cosigned) == len(SIGNERS)
        assert log.get("/v1/log/checkpoint", params={"witnessed": True}).status_code == 404
        assert log.get("/v1/log/receipts/5").status_code == 503, "one witness of two is not enough for a receipt"
        told = log.get("/v1/log/status").json()
        assert (told["witnessed"], told["witnessed_size"], told["witnesses_required"]) == (False, None, 2)
        assert [(w["fed"], w["size"], w["lag_events"]) for w in told["witnesses"]] == [(True, 5, 0), (False, None, 5)]
        answer = log.post("/v1/log/cosignatures", content=brought(liuhen, OTHER[0]))
        assert answer.json() == {"size": 5, "kept": 1}
        assert log.post("/v1/log/cosignatures", content=brought(liuhen, OTHER[0])).json()["kept"] == 0
        assert log.get("/v1/log/status").json()["witnessed"] is True
        grow(liuhen, at, 3)
        witnessed = log.get("/v1/log/checkpoint", params={"witnessed": True}).content
        opened = open_checkpoint(witnessed, keys_of(site.folder), keys)
        assert (opened.checkpoint.size, len(opened.witnesses)) == (5, 2)
        policy = Policy(tuple(keys_of(site.folder)), tuple(keys), 2)
        assert verify_proof_file(log.get("/v1/log/receipts/5").content, policy).ok
        assert log.get("/v1/log/receipts/6").status_code == 503
        bundle = stream_evidence(liuhen, StreamKind.PROJECT, stream("s")).whole()
        report = verify(bundle, policy)
        assert (report.ok, report.facts["events"], len(report.facts["witnesses"])) == (True, 5, 2), report.statements
        listed = json.loads(parts_of(bundle)["keys.json"])
        assert listed["witnesses"] == [str(key) for key in keys], "the witnesses' keys are listed, for information"
        assert verify(bundle).facts["witnesses"] == report.facts["witnesses"]
        # After time away: from what the witness saw, not from what this process remembers.
        feeder._seen = 0
        assert feeder.feed()
        assert json.loads(json.dumps(log.get("/v1/log/status").json()))["witnesses"][0]["size"] == 8


def test_what_no_known_witness_signed_is_not_kept(site: Site) -> None:
    with deployed(site.database, site.folder, site.listed) as liuhen, http(liuhen) as log:
        grow(liuhen, {}, 4)
        good = brought(liuhen, OTHER[0])
        stranger = witness_signers(OTHER[0].name, SHA256_ED25519)[0]
        spoilt = good.replace(b"\n4\n", b"\n3\n")
        for body in (brought(liuhen, stranger), spoilt, b"nonsense", good[:-9] + b"AAAAAAA=\n"):
            assert log.post("/v1/log/cosignatures", content=body).status_code in {404, 409, 422}
        assert log.post("/v1/log/cosignatures", content=b"x" * 70_000).status_code == 413
        assert log.get("/v1/log/status").json()["witnesses"][1]["size"] is None


@pytest.mark.parametrize("more", [0, 30])
def test_a_database_that_went_back_or_was_rewritten_is_not_signed_on(site: Site, more: int) -> None:
    """The folder's kept checkpoint is lost with the database; the witness remembers what our own key signed."""
    with deployed(site.database, site.folder, site.listed) as liuhen:
        grow(liuhen, {}, 20)
        liuhen.feeding.feeders[0].feed()
    (site.folder / "tlog" / f"{LOG}.checkpoint").unlink()
    with deployed(site.new_database(site.postgres), site.folder, site.listed) as liuhen:
        at: dict[object, int] = {}
        grow(liuhen, at, 6 + more, "other")
        if more:
            liuhen.feeding.feeders[0]._seen = 20
        with pytest.raises(NotCosignedError, match="own key"):
            liuhen.feeding.feeders[0].feed()
        record(liuhen.ledger, ["other"], at)
        with pytest.raises(TreeDisagreesError) as caught:
            liuhen.sequencer.catch_up()
        assert caught.value.what == "kept"
    assert site.witness.alarm.exists() is bool(more)


def test_a_mere_claim_stops_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    forged = sign_checkpoint(Checkpoint(ORIGIN, 999, b"x" * 32), [log_signer(SHA256_ED25519, ORIGIN)])
    with deployed(site.database, site.folder, site.listed) as liuhen:
        at: dict[object, int] = {}
        grow(liuhen, at, 2)

        def claim(address: str, body: bytes | None = None) -> tuple[int, bytes, dict[str, str]]:
            return (409, b"999\n", {}) if body else (200, forged, {})

        monkeypatch.setattr(feeding, "ask", claim)
        with pytest.raises(NotCosignedError, match="409"):
            liuhen.feeding.feeders[0].feed()
        grow(liuhen, at, 1)
        assert liuhen.tree.checkpoint().size == 3


def test_the_threads_feed_and_tell_why_not(site: Site) -> None:
    with deployed(site.database, site.folder, site.listed) as liuhen, http(liuhen) as log:
        grow(liuhen, {}, 3)
        feeder = liuhen.feeding.feeders[0]
        feeder._address = "http://127.0.0.1:9"
        liuhen.sequencer.failure = "looking"
        feeder.run(OneRound())
        assert "127.0.0.1:9" in log.get("/v1/log/status").json()["witnesses"][0]["failure"]


@pytest.mark.parametrize(
    ("listed", "required", "field"),
    [("nonsense", 0, "witnesses"), (str(log_signer(SHA256_ED25519, ORIGIN).verifier), 0, "witnesses"),
     (f"{OTHER[0].verifier}=https://a/?q", 0, "witnesses"), (" ".join(str(s.verifier) for s in SIGNERS), 2, "witnesses_required")],
    ids=["no key", "a key of a log", "an address with a query", "more than there are"],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_named(listed: str, required: int, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(witnesses=listed, witnesses_required=required)
    assert [e["loc"] for e in caught.value.errors()] == [(field,)]


def test_a_witness_that_was_offline_is_fed_what_it_missed(site: Site) -> None:
    with deployed(site.database, site.folder, site.listed) as liuhen:
        at: dict[object, int] = {}
        grow(liuhen, at, 4)
        (feeder,) = liuhen.feeding.feeders
        assert feeder.feed()
        host, port = site.server.server_address[:2]
        site.stop_witness()
        for _ in range(3):
            grow(liuhen, at, 150)
            with pytest.raises(LogUnreachableError):
                feeder.feed()
        feeder._seen = 0  # another process of the service goes on meanwhile
        with serving(WitnessServer(site.witness, str(host), int(port))):
            assert feeder.feed()
            assert not feeder.feed()
        seen = site.witness.latest(ORIGIN)
        assert seen is not None
        assert seen.size == 454
        assert [e["size"] for e in site.witness.history(ORIGIN)] == [4, 454], "one proof over all that it missed"
        assert liuhen.tree.cosigned([s.verifier for s in SIGNERS])[SIGNERS[0].name][0] == 454


def test_a_witness_that_comes_by_itself_brings_its_cosignature_over_http(site: Site) -> None:
    """From the witness's look to the policy of the log: nothing in between is played."""
    with deployed(site.database, site.folder, str(OTHER[0].verifier), 1) as liuhen, service(liuhen) as address:
        at: dict[object, int] = {}
        grow(liuhen, at, 300)
        trusted = TrustedLog(ORIGIN, (site.signer.verifier,))
        with Witness(site.folder / "pulling", OTHER, [trusted]) as witness:
            watch = Watch(witness, LogClient(f"{address}/v1/log"))
            assert watch.look()
            grow(liuhen, at, 20)  # away for a while
            status, note, _ = ask(f"{address}/v1/log/checkpoint", query={"witnessed": "true"})
            policy = Policy(tuple(keys_of(site.folder)), (OTHER[0].verifier,), 1)
            assert (status, open_under(note, policy).checkpoint.size) == (200, 300)
            assert ask(f"{address}/v1/log/receipts/310")[0] == 503
            assert watch.look()
            assert not watch.look()
        status, proof, _ = ask(f"{address}/v1/log/receipts/310")
        assert status == 200
        assert verify_proof_file(proof, policy).ok
