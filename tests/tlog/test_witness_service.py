"""The witness over HTTP on the loopback: the protocol's answers, a fork drill, catching up after time offline."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli_witness import ALARM_STANDS, app
from infrastructure.tlog.cosignature import open_checkpoint
from infrastructure.tlog.log_client import LogClient, LogUnreachableError, ask
from infrastructure.tlog.witness import RefusedError, Witness, log_id
from infrastructure.tlog.witness_service import MOST_BODY, Watch, WitnessServer, serving, write_request
from tests.tlog.small_log import ORIGIN, SmallLog, served
from tests.tlog.test_witness import LEAVES, SIGNERS, trusted, witness_of


@pytest.fixture
def log() -> SmallLog:
    return SmallLog(LEAVES)


@pytest.fixture
def witness(tmp_path: Path, log: SmallLog) -> Iterator[Witness]:
    with witness_of(tmp_path, log) as witness:
        yield witness


@pytest.fixture
def server(witness: Witness) -> Iterator[WitnessServer]:
    with serving(WitnessServer(witness, "127.0.0.1", 0)) as server:
        yield server


def test_the_protocol_over_http(server: WitnessServer, log: SmallLog) -> None:
    add = f"{server.address}/add-checkpoint"
    status, lines, _ = ask(add, write_request(0, [], log.checkpoint(4)))
    assert status == 200
    assert open_checkpoint(
        log.checkpoint(4) + lines, trusted(log).verifiers, [s.verifier for s in SIGNERS]
    ).witnesses == ("shenji.example/witness",)
    status, size, headers = ask(add, write_request(0, [], log.checkpoint()))
    assert (status, size, headers["Content-Type"]) == (409, b"4\n", "text/x.tlog.size")
    assert ask(add, write_request(4, log.consistency(4), log.checkpoint()))[0] == 200
    assert ask(add, b"nonsense")[0] == 400
    assert ask(add, write_request(12, [b"x" * 32] * 64, log.checkpoint()))[0] == 400
    assert ask(add, b"x" * (MOST_BODY + 1))[0] == 413
    assert ask(f"{server.address}/elsewhere", b"x")[0] == 404
    assert ask(f"{server.address}/log/{log_id(ORIGIN)}/checkpoint")[1] == log.checkpoint()
    assert ask(f"{server.address}/log/nothing/checkpoint")[0] == 404
    assert ask(f"{server.address}/key")[1].decode().splitlines() == [str(s.verifier) for s in SIGNERS]


def test_a_request_without_a_length_is_refused(server: WitnessServer) -> None:
    with socket.create_connection(server.server_address[:2]) as line:  # type: ignore[arg-type]
        line.sendall(b"POST /add-checkpoint HTTP/1.0\r\n\r\n")
        assert b" 411 " in line.recv(100)


def test_fork_drill_over_http(server: WitnessServer, log: SmallLog) -> None:
    """The operator shows this witness one history and then another."""
    add = f"{server.address}/add-checkpoint"
    ask(add, write_request(0, [], log.checkpoint()))
    forged = log.fork(11, [b"another twelfth event"])
    assert ask(add, write_request(12, [], forged.checkpoint()))[0] == 422
    told = json.loads(ask(f"{server.address}/status")[1])
    assert "PROVEN" in told["alarm"]
    assert told["logs"][0]["size"] == 12
    assert told["logs"][0]["forks"][0]["kind"] == "PROVEN"


def test_a_witness_that_was_offline_catches_up_and_brings_its_cosignature(witness: Witness, log: SmallLog) -> None:
    with served([log]) as address:
        watch = Watch(witness, LogClient(address))
        assert watch.look()
        assert not watch.look()
        log.grow([b"%d" % n for n in range(600)])  # past two full tiles
        assert watch.look()
    seen = witness.latest(ORIGIN)
    assert seen is not None
    assert seen.size == 612
    text, _, lines = log.brought[-1].decode().partition("\n\n")
    assert text.splitlines()[1] == "612"
    open_checkpoint(log.checkpoint() + lines.encode(), trusted(log).verifiers, [s.verifier for s in SIGNERS])


def test_a_cosignature_that_could_not_be_brought_is_brought_the_next_time(
    witness: Witness, log: SmallLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served([log]) as address:
        watch = Watch(witness, LogClient(address))
        with monkeypatch.context() as patch:
            patch.setattr(LogClient, "bring", lambda *_: (_ for _ in ()).throw(LogUnreachableError("away")))
            with pytest.raises(LogUnreachableError):
                watch.look()
        assert not watch.look()
    assert len(log.brought) == 1


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('{"detail":"没有所列见证的附署"}'.encode(), "HTTP 422 没有所列见证的附署"),
        (b"no such witness", "HTTP 422 no such witness"),
        (b"\xff[", "HTTP 422 \ufffd["),
    ],
)
def test_why_a_cosignature_was_not_taken_is_told_in_words(
    witness: Witness, log: SmallLog, said: bytes, told: str
) -> None:
    log.refuses = said
    with served([log]) as address, pytest.raises(LogUnreachableError, match=re.escape(told) + "$"):
        Watch(witness, LogClient(address)).look()


def test_a_witness_that_asks_itself_finds_the_fork(witness: Witness, log: SmallLog) -> None:
    """The operator rewrote events and tree, and goes on signing: the tiles do not lead on from what was seen."""
    shown = [log]
    with served(shown) as address:
        watch = Watch(witness, LogClient(address))
        watch.look()
        shown[0] = log.fork(5, [b"rewritten"] * 30)
        with pytest.raises(RefusedError, match="consistency"):
            watch.look()
        assert witness.alarm.exists()
        assert witness.forks(ORIGIN)[0]["source"] == address
        # Rolled back and signed again at a size that was cosigned: proven.
        shown[0] = log.fork(5, [b"rewritten"] * 7)
        with pytest.raises(RefusedError, match="root"):
            watch.look()
    assert {f["kind"] for f in witness.forks(ORIGIN)} == {"PROVEN", "SUSPECTED"}


def test_a_log_that_went_back_is_not_cosigned(witness: Witness, log: SmallLog) -> None:
    shown = [log]
    with served(shown) as address:
        watch = Watch(witness, LogClient(address))
        watch.look()
        shown[0] = log.fork(8, [])
        with pytest.raises(RefusedError) as caught:
            watch.look()
    assert (caught.value.status, caught.value.size) == (409, 12)


def test_a_log_that_answers_nonsense_is_tried_again(witness: Witness) -> None:
    with served([SmallLog()]) as address, pytest.raises(LogUnreachableError):
        Watch(witness, LogClient(f"{address}/tile/0/000.p/12")).look()
    with pytest.raises(ValueError, match="http"):
        LogClient("file:///etc/passwd")


class TestCommand:
    def run(self, folder: Path, *words: str) -> tuple[int, str]:
        answer = CliRunner().invoke(app, ["--state", str(folder), *words])
        return answer.exit_code, answer.output

    def test_a_bureau_sets_its_witness_up(self, tmp_path: Path, log: SmallLog) -> None:
        folder = tmp_path / "w"
        assert self.run(folder, "init", "shenji.example/w")[0] == 0
        assert (folder / "key").stat().st_mode & 0o777 == 0o600
        assert self.run(folder, "init", "shenji.example/w")[0] == 2  # never overwritten
        assert self.run(folder)[0] == 2  # no log yet
        assert self.run(folder, "trust", "nonsense")[0] == 2
        assert self.run(folder, "trust", str(log.signers[0].verifier))[0] == 0
        code, told = self.run(folder, "status")
        assert code == 0
        assert json.loads(told)["logs"][0]["origin"] == ORIGIN

    def test_an_alarm_is_the_exit_code_until_it_is_acknowledged(self, tmp_path: Path, log: SmallLog) -> None:
        folder = tmp_path / "w"
        self.run(folder, "init", "shenji.example/w")
        self.run(folder, "trust", str(log.signers[0].verifier))
        with witness_of(folder, log) as witness:
            witness.add_checkpoint(0, [], log.checkpoint())
            with pytest.raises(RefusedError):
                witness.add_checkpoint(12, [], log.fork(3, [b"x"] * 9).checkpoint())
        code, told = self.run(folder, "status")
        assert code == ALARM_STANDS
        assert "PROVEN" in told
        assert self.run(folder, "acknowledge", "审计局")[0] == 0
        assert self.run(folder, "status")[0] == 0
