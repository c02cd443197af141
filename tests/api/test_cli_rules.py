"""The commands on rule sets: check a site's file, compare two sets, judge recorded decisions again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from infrastructure.bootstrap import Liuhen
from infrastructure.rule_sets import RuleSetError, read_rule_sets
from tests.api.conftest import APPROVAL, Client
from tests.contract.proofs import ROOT

EXAMPLE = re.search(r"```toml\n(.*?)```", (ROOT / "docs/rule-sets.md").read_text(encoding="utf-8"), re.DOTALL)


def liuhen_rules(*words: str) -> Result:
    return CliRunner().invoke(app, ["rules", *words])


@pytest.fixture
def on_this_database(liuhen: Liuhen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIUHEN_DATABASE_URL", liuhen.conninfo)
    monkeypatch.setenv("LIUHEN_DATA_DIR", str(tmp_path))


def test_the_example_of_the_docs_is_a_rule_set(tmp_path: Path) -> None:
    assert EXAMPLE is not None
    site = tmp_path / "site.toml"
    site.write_text(EXAMPLE[1], encoding="utf-8")
    told = liuhen_rules("check", str(site))
    assert told.exit_code == 0
    assert "mouxian-2026: 70" in told.stdout
    site.write_text(EXAMPLE[1].replace('strength = "REQUIRED"', 'strength = "STRICT"'), encoding="utf-8")
    faulty = liuhen_rules("check", str(site))
    assert isinstance(faulty.exception, RuleSetError)
    assert "strength" in str(faulty.exception)
    with pytest.raises(RuleSetError, match="nowhere"):
        read_rule_sets({"site": EXAMPLE[1].replace("yuanzhengfa-2018-16", "nowhere")})


def test_two_sets_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIUHEN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    differing = liuhen_rules("diff", "yuanzhengfa-2018-16", "data-regulation-2025-draft")
    assert differing.exit_code == 1
    assert "clauses.O18.strength" in differing.stdout
    assert liuhen_rules("diff", "yuanzhengfa-2018-16", "yuanzhengfa-2018-16").exit_code == 0
    assert liuhen_rules("diff", "yuanzhengfa-2018-16", "nothing").exit_code == 2


@pytest.mark.usefixtures("on_this_database")
def test_decisions_are_judged_again(client: Client) -> None:
    client.enrol()
    project = client.file()["subject"]
    client.post(f"/projects/{project}/approval", "2019-01-10", APPROVAL)
    everything = liuhen_rules("rejudge")
    assert (everything.exit_code, "2个决定 decisions, 0个不同" in everything.stdout) == (0, True)
    one = liuhen_rules("rejudge", "--project", project)
    assert "拒绝 refused (G03, G06, G07) = 拒绝 refused (G03, G06, G07)" in one.stdout
    client.done(f"/projects/{project}/sharing", "2019-01-20", {"needs": [{"provider": "公安局", "resource": "户籍"}]})
    later = liuhen_rules("rejudge", "--project", project, "--as-of", "2019-02-01")
    assert later.exit_code == 1
    assert "≠ 准予 allowed" in later.stdout
    assert liuhen_rules("rejudge", "--as-of", "2019-02-01").exit_code == 2
    assert liuhen_rules("rejudge", "--project", "00000000-0000-0000-0000-000000000001").exit_code == 2
