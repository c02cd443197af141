"""Whoever filed a project does not approve it: not by a second account, nor after the first one's role is gone (S01)."""

from __future__ import annotations

from uuid import uuid4

from api.authority import AUTHORITY
from domain.recorded import Role
from infrastructure.bootstrap import Liuhen
from tests.api.conftest import APPROVAL, SHARING
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
