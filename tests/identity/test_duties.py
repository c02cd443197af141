"""Whoever filed a project does not approve it: not by a second account, nor after the first one's role is gone (S01)."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from api.authority import AUTHORITY
from application.rejudging import rejudge_all
from domain.recorded import Role
from infrastructure.bootstrap import Liuhen
from tests.api.conftest import APPROVAL, SHARING, TEST
from tests.api.test_batch import line, rows, sent
from tests.identity.conftest import Office
from tests.stages import OWNER


def test_a_second_account_of_the_person_who_filed_does_not_approve(office: Office, liuhen: Liuhen) -> None:
    office.working("office-1", Role.SMART_OFFICE).enrol(OWNER)
    wang = str(uuid4())
    filer = office.working("wang-1", Role.OWNER_UNIT, uscc=OWNER, person=wang)
    project = filer.file()["subject"]
    filer.done(f"/projects/{project}/sharing", "2019-01-20", SHARING)
    # Both roles at once are refused to one person, so the first one ends before the second begins.
    office.do("sec-1", "/wang-1/grants-revoked", {"number": 1, "reason": "轮岗"})
    again = office.working("wang-2", AUTHORITY, person=wang)

    tried = again.post(f"/projects/{project}/approval", "2019-02-20", APPROVAL, params={"dry_run": True})
    assert tried.json()["outcome"] == "would_refuse"
    position = liuhen.ledger.position()
    refused = again.post(f"/projects/{project}/approval", "2019-02-20", APPROVAL)
    assert refused.status_code == 409
    assert [f["rule"] for f in refused.json()["findings"]] == ["S01"]
    assert wang not in refused.text
    assert liuhen.ledger.position() == position + 1, "the refusal is recorded"

    other = office.working("li-1", AUTHORITY)
    assert other.post(f"/projects/{project}/approval", "2019-02-20", APPROVAL).status_code == 201


@pytest.mark.parametrize("mode", ["each", "all"])
def test_the_acts_before_it_in_a_batch_count_against_an_act(office: Office, liuhen: Liuhen, mode: str) -> None:
    """Who builds does not test: also where both are sent at once, on two histories, or by two accounts (A7)."""
    office.working("office-1", Role.SMART_OFFICE).enrol(OWNER)
    wang = str(uuid4())
    wang_1 = office.working("wang-1", Role.OWNER_UNIT, uscc=OWNER, person=wang)
    wang_2 = office.working("wang-2", Role.OWNER_UNIT, uscc=OWNER, person=wang)
    li = office.working("li-1", Role.OWNER_UNIT, uscc=OWNER)
    project = wang_1.file()["subject"]
    system = wang_1.done(f"/projects/{project}/systems", "2019-03-01", {"name": "系统"})["events"][1]["stream_id"]

    def building(key: str) -> dict[str, Any]:
        return line(f"/projects/{project}/progress", key, "2019-03-02", {"percent": 10})

    def testing(key: str) -> dict[str, Any]:
        return line(f"/systems/{system}/security-tests", key, "2019-05-01", TEST)

    position = liuhen.ledger.position()
    answer = sent(wang_1, [building("b1"), testing("t1")], mode)
    _, (_, status, told) = rows(answer)
    assert (status, [f["rule"] for f in told["findings"]]) == (409, ["S01"])
    assert liuhen.ledger.position() == position + (2 if mode == "each" else 0), "together, nothing is recorded"
    if mode == "each":
        (finding,) = told["findings"]
        built = next(e for e in liuhen.ledger.after(position, 2) if e.event.TOPIC == "project.progress_reported")
        named = {f["name"]: f["value"] for f in finding["facts"]}
        assert (named["history"], named["version"]) == (f"project/{project}", str(built.stream.version))
    # What one batch recorded counts in the next, in whichever account; another person's acts do not.
    assert [s for _, s, _ in rows(sent(wang_1, [building("b2")], mode))] == [201]
    refused = rows(sent(wang_2, [testing("t2"), building("b3")], "each"))
    assert [(s, a.get("type")) for _, s, a in refused] == [(409, "/problems/gate-refused"), (201, None)]
    assert [s for _, s, _ in rows(sent(li, [testing("t3")], mode))] == [201]
    refused = rows(sent(li, [building("b4")], "each"))
    assert [(s, a["findings"][0]["rule"]) for _, s, a in refused] == [(409, "S01")]
    with_json = json.dumps([a for _, _, a in refused], ensure_ascii=False)
    assert wang not in with_json
    assert office.persons["li-1"] not in with_json
    decided = list(rejudge_all(liuhen.desk))
    assert all(r.is_same() for r in decided), "judged again from the record, it comes out as it was"
    assert any("S01" in r.recorded.blocking() for r in decided)
