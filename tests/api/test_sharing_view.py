"""Who provides and needs what, by name; what a need or a demand rests on is traced, also where it stands elsewhere."""

from __future__ import annotations

from typing import Any

from infrastructure.bootstrap import Liuhen
from tests.api.conftest import PROJECT, SHARING, SUPPLY, Client
from tests.api.test_board import traced
from tests.stages import OTHER, OWNER


def one(auditor: Client, name: str, **asked: Any) -> Any:
    (row,) = auditor.every(f"/sharing/{name}", **asked)
    return row


def test_a_need_names_who_provides_it_and_leads_to_the_supply(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    client.enrol(OTHER)
    provider, needing = client.file()["subject"], client.file(name="用数项目", owner_units=[OTHER])["subject"]
    client.ready(provider)
    wish = {"needs": [{"provider": "测试局", "resource": SUPPLY["resource"]}]}
    client.done(f"/projects/{needing}/sharing", "2019-06-01", wish)
    client.done(
        f"/units/{OWNER}/names", "2019-07-01", {"name": "改名局", "since": "2019-07-01", "document_no": "源编1号"}
    )
    liuhen.engine.catch_up()

    need = one(auditor, "needs", unit=OTHER)
    assert [need["owner_names"], need["provided_by"], need["providers"]] == [["测试局"], [provider], ["改名局"]]
    assert need["supplied"]
    supplied = "system.platform_supply_verified"
    assert traced(auditor, need["trace"]) == ["project.sharing_declared", supplied, "project.sharing_declared"]
    resource = one(auditor, "resources")
    assert [resource["owner_names"], resource["needed_by"]] == [["改名局"], 1]
    assert traced(auditor, resource["trace"]) == ["project.sharing_declared", supplied, "project.sharing_declared"]

    lapsed = {"resource": SUPPLY["resource"], "reason": "停止更新"}
    client.done(f"/projects/{provider}/sharing/lapse", "2019-08-01", lapsed)
    liuhen.engine.catch_up()
    need = one(auditor, "needs", unit=OTHER)
    assert not need["supplied"]
    assert "project.sharing_lapsed" in traced(auditor, need["trace"])


def test_what_a_classified_project_needs_or_provides_is_not_told(
    client: Client, auditor: Client, evaluator: Client, liuhen: Liuhen
) -> None:
    """A project may turn out to be classified after it declared what it shares."""
    client.enrol()
    hidden, shown = client.file()["subject"], client.file(name="公开项目")["subject"]
    client.done(f"/projects/{hidden}/sharing", "2019-01-20", SHARING)
    wanted, needed = SHARING["provides"][0], SHARING["needs"][0]
    shares = {
        "needs": [{"provider": "测试局", "resource": wanted["name"]}],
        "provides": [{**wanted, "name": needed["resource"]}],
    }
    client.done(f"/projects/{shown}/sharing", "2019-02-01", shares)
    placeholder = {**PROJECT, "name": "", "estimate": None, "plan_item": "", "classified": True}
    filing = {**placeholder, "secrecy_document_no": "保密〔2019〕1号"}
    client.done(f"/projects/{hidden}/filing/amendment", "2019-07-01", {"filing": filing})
    liuhen.engine.catch_up()

    def told(reader: Client) -> list[Any]:
        needs, resources = reader.every("/sharing/needs"), reader.every("/sharing/resources")
        need = next(n for n in needs if n["project_id"] == shown)
        resource = next(r for r in resources if r["project_id"] == shown)
        return [len(needs), len(resources), need["provided_by"], need["providers"], resource["needed_by"]]

    assert told(auditor) == [2, 2, [hidden], ["测试局"], 1]
    assert told(evaluator) == [1, 1, [], [], 0]
