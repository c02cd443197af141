"""The views over HTTP: every answer says how fresh it is, and the counts are those of the events."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.main import create_app
from application.rejudging import rejudge_all
from domain.recorded import Role
from domain.rule import Gate
from infrastructure import demo
from infrastructure.bootstrap import Liuhen, wired
from infrastructure.issuer import Holder, Issuer
from infrastructure.projecting.follower import Trouble
from infrastructure.settings import Settings
from projections.tracing import LISTS
from tests.api.conftest import APPROVAL, OBLIGATION, RECORDING, SHARING, Client
from tests.conftest import NewDatabase
from tests.projections.test_tracing import SUBJECTS, asked_of, walk
from tests.stages import OWNER


def test_an_answer_waits_for_a_position_and_says_how_fresh_it_is(
    client: Client, auditor: Client, liuhen: Liuhen
) -> None:
    client.enrol()
    position = client.file()["events"][-1]["position"]
    liuhen.engine.start()
    answer = auditor.get("/register/projects", min_position=position).json()
    assert answer["total"] == 1
    fresh = answer["freshness"]
    assert (fresh["position"], fresh["log_position"], fresh["lag_events"], fresh["lag_seconds"]) == (
        position,
        position,
        0,
        0,
    )
    liuhen.engine.stop()
    later = client.file("2019-01-06")["events"][-1]["position"]
    asked = auditor.http.get(
        "/v1/register/projects", params={"min_position": later}, headers={**auditor.headers, "Prefer": "wait=0"}
    )
    assert (asked.status_code, asked.json()["type"]) == (503, "/problems/view-behind")
    assert asked.headers["retry-after"] == "1"
    stale = asked.json()["freshness"]
    assert (stale["position"], stale["lag_events"]) == (position, 2)
    assert stale["lag_seconds"] > 0
    assert auditor.get("/register/projects").json()["freshness"]["lag_events"] == 2


def test_readiness_names_a_failing_view(client: Client, liuhen: Liuhen) -> None:
    assert client.http.get("/livez").json() == {"status": "alive"}
    assert client.http.get("/readyz").status_code == 200
    liuhen.engine.follower._troubles["timeline"] = Trouble("RuntimeError: x")
    answer = client.http.get("/readyz")
    assert (answer.status_code, answer.json()["failing"]) == (503, ["timeline"])


def test_the_register_is_searched_literally(client: Client, evaluator: Client, liuhen: Liuhen) -> None:
    client.enrol()
    for name in ("100%共享平台", "一百共享平台", "a_b", "axb"):
        client.file(name=name)
    liuhen.engine.catch_up()

    def found(**query: Any) -> list[str]:
        return [p["name"] for p in evaluator.get("/register/projects", **query).json()["items"]]

    assert found(q="100%") == ["100%共享平台"]
    assert found(q="a_b") == ["a_b"]
    assert found(q="共享平台", limit=1, sort="-name") == ["一百共享平台"]
    assert found(q="ZH-370323-2019-000003") == ["a_b"]
    assert len(found(unit=OWNER)) == 4
    assert found(unit="91350100M000100Y43") == []
    assert len(found(stage="FILED", category="OTHER")) == 4
    assert evaluator.get("/register/units").json()["items"][0]["projects"] == 4
    assert evaluator.get("/register/projects", limit=0).status_code == 422


def test_the_board_says_what_is_blocked_and_why(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    project = client.file()["subject"]
    client.post(f"/projects/{project}/approval", "2019-01-10", APPROVAL)
    client.post(f"/projects/{project}/approval", "2019-01-12", APPROVAL)
    client.done(f"/units/{OWNER}/connection-obligations", "2019-02-01", OBLIGATION)
    liuhen.engine.catch_up()
    board = auditor.get("/supervision", on="2020-01-01").json()
    blocked = board["lists"]["blocked"]
    assert blocked["total"] == 1
    assert (blocked["items"][0]["rules"], blocked["items"][0]["attempts"]) == (["G03", "G06", "G07"], 2)
    assert board["lists"]["refusals"]["total"] == 2
    assert board["lists"]["sanctioned_units"]["total"] == 1
    assert auditor.get("/supervision/sanctioned-units", on="2019-12-31").json()["total"] == 0
    # Everything here is entered years later, and the board says so.
    assert board["lists"]["late_entries"]["total"] == liuhen.ledger.position()

    client.done(f"/projects/{project}/sharing", "2019-01-20", SHARING)
    client.done(f"/projects/{project}/approval", "2019-02-20", APPROVAL)
    liuhen.engine.catch_up()
    board = auditor.get("/supervision", on="2020-01-01").json()
    assert board["lists"]["blocked"]["total"] == 0, "a passed gate still shows as blocked"
    assert board["lists"]["refusals"]["total"] == 2, "a refused attempt vanished"
    overdue = board["lists"]["overdue"]["items"][0]
    assert (overdue["acceptance_due"], overdue["days_overdue"]) == ("2019-12-31", 1)
    assert auditor.get("/supervision/overdue", on="2019-12-31").json()["total"] == 0


def test_steps_out_of_order_are_listed(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    client.enrol()
    project = client.file()["subject"]
    client.done(f"/projects/{project}/sharing", "2019-01-20", SHARING)
    contract = {"contract_no": "H1", "supplier": "承建", "amount": {"text": "8万元"}}
    client.done(f"/projects/{project}/contracts", "2019-02-01", contract)
    client.done(f"/projects/{project}/approval", "2019-02-20", APPROVAL)
    liuhen.engine.catch_up()
    listed = auditor.get("/supervision/out-of-order").json()["items"]
    assert listed[0]["disorders"] == [
        {"earlier": "approved", "earlier_on": "2019-02-20", "later": "contract", "later_on": "2019-02-01"}
    ]


def test_scores_stand_beside_indicators_and_scales_are_not_mixed(
    client: Client, evaluator: Client, liuhen: Liuhen
) -> None:
    client.enrol()
    project = client.file()["subject"]
    client.ready(project)
    client.done(f"/projects/{project}/acceptance", "2020-01-10")

    def evaluate(channel: str, grade: str, scale: str = "财预〔2020〕10号", period: str = "2019") -> None:
        body = {"channel": channel, "evaluator": channel, "scale": scale, "grade": grade, "period": period}
        client.done(f"/projects/{project}/evaluations", "2020-05-01", body)

    evaluate("SELF_EVALUATION", "优")
    evaluate("THIRD_PARTY_ASSESSMENT", "良", scale="别的量表")
    evaluate("THIRD_PARTY_ASSESSMENT", "良", period="2020")
    liuhen.engine.catch_up()
    assert evaluator.get("/performance/disagreements").json()["total"] == 0
    evaluate("EXPERT_REVIEW", "中")
    liuhen.engine.catch_up()
    found = evaluator.get("/performance/disagreements").json()["items"]
    assert [(d["own_grade"], d["independent_grade"]) for d in found] == [("优", "中")]
    row = evaluator.get("/performance/projects", unit=OWNER).json()["items"][0]
    assert (row["deviation_days"], row["end_basis"], row["days_filed_to_approved"]) == (10, "ACTUAL", 46)
    assert len(row["evaluations"]) == 4
    assert row["execution_rate"] is None
    unit = evaluator.get("/performance/units").json()["items"][0]
    assert (unit["projects"], unit["accepted"], unit["accepted_late"]) == (1, 1, 1)
    grades = {(g["scale"], g["own"], g["grade"]): g["evaluations"] for g in unit["grades"]}
    assert grades == {
        ("别的量表", False, "良"): 1,
        ("财预〔2020〕10号", True, "优"): 1,
        ("财预〔2020〕10号", False, "中"): 1,
        ("财预〔2020〕10号", False, "良"): 1,
    }


@pytest.fixture(scope="module")
def county(
    embedded: str, new_database: NewDatabase, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    """The demo county, and over HTTP the World Bank's file beside it."""
    conninfo, folder = new_database(embedded), tmp_path_factory.mktemp("county")
    with wired(Settings(data_dir=folder, database_url=conninfo), conninfo) as liuhen:
        issuer = Issuer(folder)
        with TestClient(create_app(liuhen, issuer)) as http:
            client = Client(http, issuer.issue(Holder("c", "测试", RECORDING | {Role.AUDITOR}), days=1))
            counts = demo.record_demo_county(liuhen.desk, lambda _done, _total: None)
            assert counts.events == liuhen.ledger.position()
            client.counts = counts  # type: ignore[attr-defined]
            data = (shared / "data/wb-digital-governance/wb_digital_governance_projects_2022-10.csv").read_bytes()
            headers = {**client.headers, "Content-Type": "text/csv"}
            for expected in ({"new": 1449, "unchanged": 0}, {"new": 0, "unchanged": 1449}):
                answer = http.post("/v1/imports/world-bank", content=data, headers=headers)
                assert answer.status_code == 200, answer.text
                assert answer.json() | expected == answer.json()
            liuhen.engine.catch_up()
            yield client


class TestTheWorldBanksFile:
    """Real history: 1,449 projects, and the views say about it what is known of it."""

    SOURCE = "world-bank-dg"

    def test_all_projects_are_there(self, county: Client) -> None:
        assert county.get("/register/projects", source=self.SOURCE).json()["total"] == 1449

    def test_the_eleven_out_of_order_and_no_others(self, county: Client) -> None:
        found = county.get("/supervision/out-of-order", limit=500).json()["items"]
        keys = set()
        for item in found:
            origin = county.get(f"/projects/{item['project_id']}").json()["project"]["origin"]
            if origin is not None:
                keys.add(origin["key"])
        assert keys == {
            "P117248",
            "P116860",
            "P133554",
            "P148130",
            "P118895",
            "P109775",
            "P131687",
            "P165000",
            "P105403",
            "P108787",
            "P143774",
        }

    def test_late_and_early_ends(self, county: Client) -> None:
        figures = county.get("/performance/summary", source=self.SOURCE).json()["figures"]
        assert (figures["projects"], figures["ended_late"], figures["ended_early"]) == (1449, 914, 29)

    def test_disagreements(self, county: Client) -> None:
        assert county.get("/performance/disagreements", source=self.SOURCE).json()["total"] == 313

    def test_nothing_of_it_passed_a_gate(self, county: Client) -> None:
        stages = {p["stage"] for p in county.get("/register/projects", source=self.SOURCE, limit=500).json()["items"]}
        assert stages == {"HISTORICAL"}


class TestTheDemoCounty:
    """At least 120 projects of 25 units, with everything that goes wrong in a county."""

    def test_its_size(self, county: Client) -> None:
        counts = county.counts  # type: ignore[attr-defined]
        assert counts.units == 25
        assert counts.projects >= 120
        assert county.get("/register/units").json()["total"] == 25

    def test_every_name_is_marked_as_demo(self, county: Client) -> None:
        units = county.get("/register/units", limit=100).json()["items"]
        projects = county.get("/register/projects", q="ZH-370323", limit=500).json()["items"]
        assert all("演示" in u["name"] for u in units)
        assert all("演示" in p["name"] or p["classified"] for p in projects)

    def test_everything_that_goes_wrong_is_in_it(self, county: Client) -> None:
        board = county.get("/supervision", limit=100).json()["lists"]
        for name in ("blocked", "overdue", "out_of_order", "refusals", "sanctioned_units"):
            assert board[name]["total"] > 0, name
        refused = {rule for r in county.get("/supervision/refusals", limit=500).json()["items"] for rule in r["rules"]}
        assert refused >= {"G01", "G02", "G03", "G04", "G05", "G06", "G07", "G08", "G09", "G10"}
        assert refused >= {"G12", "G13", "G14", "G15", "G17", "G18", "G21", "G22", "G23", "F01", "F12"}
        rows = county.get("/performance/projects", limit=500).json()["items"]
        assert sum(1 for r in rows if r["end_basis"] == "ACTUAL" and (r["deviation_days"] or 0) > 0 and r["number"]) > 5
        own = [d for d in county.get("/performance/disagreements", limit=500).json()["items"] if d["number"]]
        assert own

    def test_flags_of_many_kinds_are_in_it_some_answered_and_lifted(self, county: Client) -> None:
        rules = {r["rule"]["id"]: r["by_status"] for r in county.get("/red-flags/rules").json()["rules"]}
        raised = {rule for rule, by_status in rules.items() if sum(by_status.values())}
        assert raised >= {"R03", "R04", "R05", "R06", "R07", "R08", "R09", "R10"}
        for status in ("OPEN", "ANSWERED", "STANDS", "LIFTED"):
            assert sum(by_status[status] for by_status in rules.values()) > 0, status
        split = county.get("/red-flags", rule="R04").json()["items"]
        assert {f["status"] for f in split} == {"OPEN", "STANDS", "LIFTED"}

    def test_its_stages_and_tests_can_be_counted(self, county: Client) -> None:
        durations = county.get("/stages/durations", limit=500).json()["items"]
        assert all(d["passed"] > 20 and d["median_days"] <= d["p90_days"] for d in durations if d["ends"] != "TESTED")
        steps = [s["projects"] for s in county.get("/stages/funnel").json()["items"]]
        assert steps == sorted(steps, reverse=True)
        assert steps[-1] > 10
        assert county.get("/security/tests", state="LAPSED").json()["total"] > 0
        assert county.get("/security/tests", state="INVALIDATED").json()["total"] == 1

    def test_every_figure_is_traced_to_the_events_behind_it(self, county: Client) -> None:
        """Every row of every list, and every total; of imported projects some."""
        liuhen = county.http.app.state.liuhen  # type: ignore[attr-defined]
        lists = [(rows, asked_of(rows)) for rows in LISTS.values() if rows.view not in {*SUBJECTS, "red_flags"}]
        followed = {f"{rows.view}/{rows.name}": walk(liuhen, rows, asked, most_imported=5) for rows, asked in lists}
        assert {name for name, n in followed.items() if not n} <= {"performance/edition-pairs", "performance/names"}
        # Over HTTP the links are the same: the board's counts, and the first rows of its lists.
        board = county.get("/supervision", limit=1).json()["lists"]
        summary = county.get("/performance/summary").json()["traces"]
        links = [part["trace"] for part in board.values() if part["total"]] + [summary["refusals"], summary["projects"]]
        links += [row["trace"] for part in board.values() for row in part["items"]]
        for link in links:
            answer = county.http.get(link, headers=county.headers).json()
            assert answer["total"] > 0, link
            assert all(e["position"] <= answer["freshness"]["position"] for e in answer["items"])
            assert all(e["zh"] and e["en"] for e in answer["items"])

    def test_corrections_are_in_it(self, county: Client) -> None:
        with county.http.app.state.liuhen.pool.connection() as conn:  # type: ignore[attr-defined]
            found = conn.execute("SELECT count(*) FROM liuhen.events WHERE topic = 'record.fact_corrected'").fetchone()
        assert found[0] > 0

    def test_again_it_records_nothing_twice(self, county: Client) -> None:
        liuhen = county.http.app.state.liuhen  # type: ignore[attr-defined]
        before = liuhen.ledger.position()
        demo.record_demo_county(liuhen.desk, lambda _done, _total: None)
        assert liuhen.ledger.position() == before

    def test_every_decision_judged_again_comes_out_the_same(self, county: Client) -> None:
        """Under its own rule set, on what it read: the same outcome, findings and reasons."""
        liuhen = county.http.app.state.liuhen  # type: ignore[attr-defined]
        again = list(rejudge_all(liuhen.desk))
        assert len(again) > 1000
        assert [r for r in again if not r.is_same()] == []
        assert {r.recorded.gate for r in again} == set(Gate) - {Gate.RECORD}


def test_rows_and_stated_position_are_of_one_moment(client: Client, auditor: Client, liuhen: Liuhen) -> None:
    """While others write, an answer's rows are exactly those of the events up to the position that it states."""
    client.enrol()
    liuhen.engine.start()
    answers = []
    with ThreadPoolExecutor(1) as writer:
        writing = writer.submit(lambda: [client.file()["events"][0]["position"] for _ in range(100)])
        while not writing.done():
            answers.append(auditor.get("/register/projects", limit=1).json())
        filed = writing.result()
    for answer in answers:
        assert answer["total"] == sum(position <= answer["freshness"]["position"] for position in filed)
    assert len({answer["total"] for answer in answers}) > 3
