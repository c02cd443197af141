"""The program as a person starts it: killed between any two steps it loses nothing, and Ctrl-C leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from domain.recorded import Role
from infrastructure.embedded_postgres import EmbeddedPostgres
from tests.api.conftest import APPROVAL, CONNECTION, OPERATION, PROJECT, SHARING, SUPPLY, TEST
from tests.stages import CERTIFICATE, OWNER

LIUHEN = [sys.executable, "-c", "from api.cli import main; main()"]


class Program:
    """The `liuhen` command on a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "LIUHEN_DATA_DIR": str(folder), "LIUHEN_PORT": "0", "PYTHONUNBUFFERED": "1"}
        self.process: subprocess.Popen[str] | None = None
        self.address = ""
        roles = [part for role in Role for part in ("--role", role)]
        self.token = self.run("token", *roles, "--account", "c", "--organisation", "测试").stdout.strip()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*LIUHEN, *arguments], env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )

    def start(self, command: str = "serve") -> None:
        self.process = subprocess.Popen(
            [*LIUHEN, command], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+$", line.strip()):
                self.address = found[0]
                return
        raise AssertionError("the service did not start")

    def end(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(timeout=60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        return code

    def ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> httpx2.Response:
        headers = {
            "Authorization": f"Bearer {self.token}",
            **({"Idempotency-Key": key, "If-Match": "*"} if key else {}),
        }
        return httpx2.request(method, f"{self.address}/v1{path}", json=body, headers=headers, timeout=30)

    def database_pid(self) -> int | None:
        return EmbeddedPostgres(self.folder)._server_pid()


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path / "data")
    yield program
    if program.process is not None:
        program.end(signal.SIGKILL)
    if (pid := program.database_pid()) is not None:
        os.kill(pid, signal.SIGQUIT)


def test_killed_between_any_two_steps_nothing_that_was_answered_is_lost(program: Program) -> None:
    """SIGKILL of the service after each answer, and now and then of the database too; then each act sent again."""
    unit = {"uscc": OWNER, "name": "测试局", "kind": "COUNTY_DEPT", "division": "370323"}
    names = {"project": "", "system": ""}
    steps: list[tuple[str, str, dict[str, Any], int]] = [
        ("/units", "2018-10-01", unit, 201),
        ("/projects", "2019-01-05", PROJECT, 201),
        ("/projects/{project}/approval", "2019-01-10", APPROVAL, 409),
        ("/projects/{project}/sharing", "2019-01-20", SHARING, 201),
        ("/projects/{project}/approval", "2019-02-20", APPROVAL, 201),
        ("/projects/{project}/systems", "2019-03-01", {"name": "系统"}, 201),
        ("/systems/{system}/level-filings", "2019-03-10", {"level": 3, "certificate_no": CERTIFICATE}, 201),
        ("/systems/{system}/security-tests", "2019-05-01", TEST, 201),
        ("/systems/{system}/interconnections", "2019-05-02", CONNECTION, 201),
        ("/systems/{system}/platform-supplies", "2019-05-03", SUPPLY, 201),
        ("/projects/{project}/security-marks", "2019-05-04", {"phase": "BUILD"}, 201),
        ("/projects/{project}/acceptance", "2019-06-01", {}, 201),
        ("/projects/{project}/funds/arrangements", "2020-03-01", OPERATION, 201),
    ]
    answers: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = []
    for number, (path, on, act, status) in enumerate(steps):
        program.start()
        body, key = {"happened_on": on, "act": act}, f"step-{number}"
        answer = program.ask("POST", path.format(**names), body, key)
        assert answer.status_code == status, answer.text
        receipt = answer.json() if status == 201 else answer.json()["receipt"]
        answers.append((path.format(**names), body, key, receipt))
        if path == "/projects":
            names["project"] = receipt["subject"]
        if path.endswith("/systems"):
            names["system"] = receipt["events"][1]["stream_id"]
        program.end(signal.SIGKILL)
        if number % 5 == 2:
            pid = program.database_pid()
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
    program.start()
    history = program.ask("GET", f"/projects/{names['project']}/history").json()["events"]
    kept = {(e["position"], e["topic"]) for e in history}
    for path, body, key, receipt in answers:
        again = program.ask("POST", path, body, key).json()
        again = again.get("receipt", again)
        assert again["events"] == receipt["events"], "sent again with its key, an act was answered otherwise"
        if path != "/units":
            shown = {(e["position"], e["topic"]) for e in receipt["events"] if e["stream"] != "register"}
            assert shown <= kept
    positions = [e["position"] for *_, receipt in answers for e in receipt["events"]]
    assert positions == list(range(1, len(positions) + 1))
    assert program.end(signal.SIGINT) == 0
    assert program.database_pid() is None


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_everything_that_it_started(program: Program, how: signal.Signals) -> None:
    program.start()
    assert httpx2.get(f"{program.address}/readyz", timeout=30).json()["ready"]
    assert program.database_pid() is not None
    assert program.end(how) == 0
    assert program.database_pid() is None


def test_import_show_and_faults_on_the_command_line(program: Program, shared: Path, tmp_path: Path) -> None:
    file = shared / "data/au-digital-projects/au_mdpr_2026-02.csv"
    tried = program.run("import", str(file), "--mapping", "australia", "--dry-run", "--json")
    assert tried.returncode == 0, tried.stderr
    assert (json.loads(tried.stdout)["new"], json.loads(tried.stdout)["dry_run"]) == (124, True)
    for new, unchanged in ((124, 0), (0, 124)):
        done = json.loads(program.run("import", str(file), "--mapping", "australia", "--json").stdout)
        assert (done["new"], done["unchanged"]) == (new, unchanged)
    bad = tmp_path / "bad.csv"
    bad.write_text("Agency,Tier,Project name,DCA 2026\nA,1,N,Great\nA,1,M,High\n", encoding="utf-8")
    faulty = program.run("import", str(bad), "--mapping", "australia")
    assert faulty.returncode == 1
    assert all(word in faulty.stderr for word in ("第2行", "DCA 2026", "Great"))
    other = program.run("import", str(file), "--mapping", "world-bank")
    assert (other.returncode, "Project ID" in other.stderr) == (2, True)
    assert program.run("import", str(file), "--mapping", "none").returncode == 2
    unknown = program.run("show", "00000000-0000-0000-0000-000000000001")
    assert (unknown.returncode, "nothing is recorded" in unknown.stderr) == (1, True)


def test_a_wrong_setting_is_named(program: Program) -> None:
    program.environment["LIUHEN_PORT"] = "high"
    wrong = program.run("serve")
    assert (wrong.returncode, "LIUHEN_PORT" in wrong.stderr) == (2, True)
