"""Who reaches what: another unit's project is answered like one that does not exist, and it is noted (A1, A6)."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from api.authority import named_in
from application.scope import Scope
from domain.project import Commission, Project
from domain.recorded import Role
from infrastructure.bootstrap import Liuhen
from tests.api.conftest import APPROVAL, CONNECTION, OPERATION, PROJECT, SHARING, SUPPLY, TEST, Client
from tests.api.test_closed import concrete
from tests.described import published
from tests.identity.conftest import Office
from tests.stages import CERTIFICATE, OTHER, OWNER

PROGRESS = {"percent": 10}
DOCUMENT = published()
OF_OBJECTS = sorted(path for path, o in DOCUMENT["paths"].items() if "get" in o and named_in(concrete(path)))


@pytest.fixture
def county(office: Office) -> Office:
    """Two units with a project each, and the office that enrolled them."""
    clerk = office.working("office-1", Role.SMART_OFFICE)
    office.working("mine", Role.OWNER_UNIT, uscc=OWNER)
    office.working("theirs", Role.OWNER_UNIT, uscc=OTHER)
    for uscc in (OWNER, OTHER):
        clerk.enrol(uscc)
    return office


def filed(office: Office, who: str, uscc: str) -> tuple[str, str]:
    """A project and its system."""
    client = office.as_(who)
    project = client.file(owner_units=[uscc])["subject"]
    system = client.done(f"/projects/{project}/systems", "2019-03-01", {"name": "系统"})
    return project, str(system["events"][1]["stream_id"])


def same_but_for_the_request(one: Any, other: Any) -> bool:
    a, b = one.json(), other.json()
    for name in ("request_id", "trace_id"):
        a.pop(name), b.pop(name)
    return (one.status_code, a) == (other.status_code, b)


def test_every_route_of_an_object_is_closed_to_other_units(county: Office, capfd: pytest.CaptureFixture[str]) -> None:
    assert len(OF_OBJECTS) > 12
    project, system = filed(county, "mine", OWNER)
    mine, theirs = county.as_("mine"), county.as_("theirs")
    for path in OF_OBJECTS:
        identity = system if path.startswith("/v1/systems") else project
        own = path.replace("{project_id}", identity).replace("{system_id}", identity).replace("{subject}", identity)
        none = path.replace("{project_id}", str(uuid4())).replace("{system_id}", str(uuid4()))
        own, none = (
            own.replace("{uscc}", OWNER),
            none.replace("{uscc}", "91370323MA3C8XYZ0R").replace("{subject}", str(uuid4())),
        )
        if "{" in own:
            continue
        capfd.readouterr()
        hidden = theirs.get(own.removeprefix("/v1"))
        noted = [json.loads(line) for line in capfd.readouterr().err.splitlines() if "security." in line]
        assert [n["event"] for n in noted] == ["security.out_of_scope"], path
        unknown = theirs.get(none.removeprefix("/v1"))
        assert hidden.status_code == 404, path
        assert same_but_for_the_request(hidden, unknown), path
        seen = mine.get(own.removeprefix("/v1"))
        assert seen.status_code in {200, 503}, path  # evidence that is not signed yet


ACTS: list[tuple[str, dict[str, Any]]] = [
    ("/projects/{project}/sharing", SHARING),
    ("/projects/{project}/progress", PROGRESS),
    ("/projects/{project}/systems", {"name": "另一系统"}),
    ("/systems/{system}/level-filings", {"level": 3, "certificate_no": CERTIFICATE}),
]


@pytest.mark.parametrize(("path", "act"), ACTS, ids=[a[0] for a in ACTS])
def test_no_act_reaches_another_units_project_or_system(
    county: Office, liuhen: Liuhen, path: str, act: dict[str, Any]
) -> None:
    project, system = filed(county, "mine", OWNER)
    own, none = path.format(project=project, system=system), path.format(project=uuid4(), system=uuid4())
    before = liuhen.ledger.position()
    theirs = county.as_("theirs")
    for dry_run in (False, True):
        hidden = theirs.post(own, "2019-03-02", act, params={"dry_run": dry_run})
        unknown = theirs.post(none, "2019-03-02", act, params={"dry_run": dry_run})
        assert hidden.status_code == 404
        assert same_but_for_the_request(hidden, unknown)
    row = {
        "path": f"/v1{own}",
        "idempotency_key": "k",
        "if_match": "*",
        "happened_on": "2019-03-02",
        "act": act,
    }
    batch = theirs.http.post(
        "/v1/batch",
        content=json.dumps(row) + "\n",
        headers={**theirs.headers, "Content-Type": "application/x-ndjson"},
    )
    assert json.loads(batch.text)["status"] == 404
    assert liuhen.ledger.position() == before
    assert county.as_("mine").post(own, "2019-03-02", act).status_code == 201


def test_nobody_files_for_others_alone(county: Office) -> None:
    answer = county.as_("theirs").post("/projects", "2019-01-05", {**PROJECT, "owner_units": [OWNER]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/act/owner_units")
    both = county.as_("theirs").file(owner_units=[OWNER, OTHER])["subject"]
    for who in ("mine", "theirs"):
        assert county.as_(who).get(f"/projects/{both}").status_code == 200


def test_a_unit_that_was_given_up_is_out_of_reach_at_once(county: Office) -> None:
    project, _ = filed(county, "mine", OWNER)
    mine = county.as_("mine")
    assert mine.get(f"/projects/{project}").status_code == 200
    filing = {"filing": {**PROJECT, "owner_units": [OTHER]}, "reason": "移交"}
    given_away = mine.post(f"/projects/{project}/filing/amendment", "2019-02-01", filing)
    assert given_away.status_code == 422  # by the office only
    county.as_("office-1").done(f"/projects/{project}/filing/amendment", "2019-02-01", filing)
    assert mine.get(f"/projects/{project}").status_code == 404
    assert mine.post(f"/projects/{project}/progress", "2019-03-02", PROGRESS).status_code == 404
    assert county.as_("theirs").get(f"/projects/{project}").status_code == 200


def test_the_feed_tells_a_unit_its_own(county: Office) -> None:
    project, system = filed(county, "mine", OWNER)
    for who, seen in (("mine", True), ("theirs", False), ("office-1", True)):
        told = county.as_(who).get("/feed", limit=200).text
        assert (project in told) == (system in told) == seen, who
        assert "accounts." not in told


def test_an_office_reaches_its_divisions(county: Office) -> None:
    project, system = filed(county, "mine", OWNER)
    for name, division, reached in (("town", "370303", 404), ("same", "370323", 200), ("city", "3703", 200)):
        county.open(name)
        county.grant(name, Role.SMART_OFFICE, division=division)
        client = Client(county.http, county.key(name))
        for path in (f"/projects/{project}", f"/systems/{system}", f"/units/{OWNER}"):
            assert client.get(path).status_code == reached, (division, path)
        amended = client.post(
            f"/projects/{project}/filing/amendment",
            "2019-02-01",
            {"filing": PROJECT, "reason": "x"},
            params={"dry_run": True},
        )
        assert amended.status_code == (200 if reached == 200 else 422), amended.text  # the body names the division


def test_an_evaluator_reaches_what_it_is_commissioned_for() -> None:
    commission = Commission.made_of(number=1, evaluator_uscc=OTHER)
    commissioned = Project(id=uuid4()).but(commissions=(commission,))
    for evaluator, project, reached in ((OTHER, commissioned, True), (OWNER, commissioned, False)):
        assert Scope(Role.THIRD_PARTY, evaluator).reaches_project(project) is reached
    assert not Scope(Role.THIRD_PARTY, OTHER).reaches_project(Project(id=uuid4()))
    assert not Scope(Role.OWNER_UNIT, OTHER).reaches_project(commissioned)


def test_a_lost_grant_ends_what_a_webhook_is_sent(county: Office, liuhen: Liuhen) -> None:
    holder = liuhen.directory.of_key(county.keys["mine"])
    present = liuhen.directory.present(holder)
    assert present is not None
    assert present.roles == {Role.OWNER_UNIT}
    county.do("sec-1", "/mine/grants-revoked", {"number": 1, "reason": "调离"})
    present = liuhen.directory.present(holder)
    assert present is not None
    assert present.roles == frozenset()
    county.do("sys-1", "/mine/disabled", {"reason": "调离"})
    assert liuhen.directory.present(holder) is None


def test_recorded_accounts_carry_a_project_to_operation_money_and_those_of_elsewhere_none_of_it(
    county: Office, liuhen: Liuhen
) -> None:
    """Each role by an account of its own unit or division; each act is first tried by the same role from elsewhere."""
    offices = {"authority": Role.PROJECT_AUTHORITY, "finance": Role.FINANCE, "platform": Role.PLATFORM_OPERATOR}
    for name, role in offices.items():
        for where, division in (("here", "370323"), ("elsewhere", "370303")):
            account = f"{name}-{where}"
            county.open(account)
            county.grant(account, role, division=division)
            county.key(account)
    county.working("mine-2", Role.OWNER_UNIT, uscc=OWNER)  # who builds does not test (S01)

    def here_only(who: str, stranger: str, path: str, on: str, act: dict[str, Any] | None = None) -> Any:
        position = liuhen.ledger.position()
        assert county.as_(stranger).post(path, on, act).status_code == 404, path
        assert liuhen.ledger.position() == position
        return county.as_(who).done(path, on, act)

    def owner(path: str, on: str, act: dict[str, Any]) -> Any:
        return here_only("mine", "theirs", path, on, act)

    def office(name: str, path: str, on: str, act: dict[str, Any] | None = None) -> Any:
        return here_only(f"{name}-here", f"{name}-elsewhere", path, on, act)

    project = county.as_("mine").file()["subject"]
    owner(f"/projects/{project}/sharing", "2019-01-20", SHARING)
    office("authority", f"/projects/{project}/approval", "2019-02-20", APPROVAL)
    listed = owner(f"/projects/{project}/systems", "2019-03-01", {"name": "系统"})
    system = listed["events"][1]["stream_id"]
    owner(f"/systems/{system}/level-filings", "2019-03-10", {"level": 3, "certificate_no": CERTIFICATE})
    owner(f"/projects/{project}/security-marks", "2019-04-20", {"phase": "BUILD"})
    owner(f"/projects/{project}/progress", "2019-04-21", PROGRESS)
    here_only("mine-2", "theirs", f"/systems/{system}/security-tests", "2019-05-01", TEST)
    office("platform", f"/systems/{system}/interconnections", "2019-05-02", CONNECTION)
    office("platform", f"/systems/{system}/platform-supplies", "2019-05-03", SUPPLY)
    county.working("authority-2", Role.PROJECT_AUTHORITY)  # who approved does not accept (S01)
    here_only("authority-2", "authority-elsewhere", f"/projects/{project}/acceptance", "2019-06-01")
    office("finance", f"/projects/{project}/funds/arrangements", "2020-03-11", OPERATION)
    assert county.as_("mine").get(f"/projects/{project}").json()["stage"] == "IN_OPERATION"
    assert county.as_("theirs").get(f"/projects/{project}").status_code == 404
