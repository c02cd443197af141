"""Real records of several years over HTTP: the views count what their publishers' files hold, and trace it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.main import create_app
from domain.recorded import Role
from infrastructure.bootstrap import wired
from infrastructure.issuer import Holder, Issuer
from infrastructure.settings import Settings
from tests.api.conftest import RECORDING, Client
from tests.api.test_board import follow
from tests.conftest import NewDatabase

FILES = (
    ("united-kingdom", "uk-gmpp/uk_gmpp_2014_2023_union.csv"),
    ("australia", "au-digital-projects/au_digital_projects_2024-02.csv"),
    ("australia", "au-digital-projects/au_mdpr_2025-03.csv"),
    ("australia", "au-digital-projects/au_mdpr_2026-02.csv"),
)


@pytest.fixture(scope="module")
def records(
    embedded: str, new_database: NewDatabase, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    conninfo, folder = new_database(embedded), tmp_path_factory.mktemp("records")
    with wired(Settings(data_dir=folder, database_url=conninfo), conninfo) as liuhen:
        issuer = Issuer(folder)
        with TestClient(create_app(liuhen, issuer)) as http:
            client = Client(http, issuer.issue(Holder("c", "测试", RECORDING | {Role.AUDITOR}), days=1))
            for mapping, name in FILES:
                headers = {**client.headers, "Content-Type": "text/csv"}
                data = (shared / "data" / name).read_bytes()
                answer = http.post(f"/v1/imports/{mapping}", content=data, headers=headers)
                assert (answer.status_code, answer.json()["faults"]) == (200, []), answer.text
            liuhen.engine.catch_up()
            yield client


def editions(client: Client, **asked: Any) -> list[Any]:
    found: list[Any] = client.get("/performance/editions", limit=100, **asked).json()["items"]
    return found


class TestTheBritishPortfolio:
    """1,727 projects and years."""

    def test_projects_of_each_year(self, records: Client) -> None:
        found = {e["period"]: e["projects"] for e in editions(records, source="uk-gmpp")}
        assert [found[str(y)] for y in range(2014, 2024)] == [199, 188, 143, 143, 133, 133, 125, 184, 235, 244]
        every = records.every("/performance/appearances", source="uk-gmpp", limit=500)
        seen = Counter(a["project_id"] for a in every if a["source"] == "uk-gmpp")
        assert (len(seen), sum(n > 1 for n in seen.values()), sum(n == 4 for n in seen.values())) == (342, 241, 56)

    def test_what_changed_from_year_to_year(self, records: Client) -> None:
        found = editions(records, source="uk-gmpp")
        sums = {k: sum(e[k] for e in found) for k in found[0] if k not in {"source", "period", "trace"}}
        assert (sums["rating_changes"], sums["end_changes"], sums["cost_changes"]) == (181, 143, 276)
        assert (sums["withheld_by_law"], sums["ends_before_start"]) == (221, 1)
        of = {e["period"]: e for e in found if e["source"] == "uk-gmpp"}
        # The scale changed in 2022: what changed then is counted, and said to be across scales.
        assert {y: (e["rating_changes"], e["across_scales"]) for y, e in of.items()} == {
            "2020": (0, 0),
            "2021": (39, 0),
            "2022": (86, 86),
            "2023": (56, 0),
        }
        assert of["2023"]["left"] == 0
        assert all(e["end_changes"] == e["ends_later"] + e["ends_earlier"] for e in found)
        assert all(e["cost_changes"] == e["costs_more"] + e["costs_less"] for e in found)

    def test_of_a_category(self, records: Client) -> None:
        ict = editions(records, source="uk-gmpp", area="ICT")
        assert sum(e["projects"] for e in ict) == 142
        of_services = editions(records, source="uk-gmpp", area="Government Transformation and Service Delivery")
        assert sum(e["projects"] for e in of_services) == 319

    def test_each_change_is_listed_and_traced_to_both_editions(self, records: Client) -> None:
        for changed, count in (("RATING", 181), ("END", 143), ("COST", 276)):
            assert records.get("/performance/appearances", source="uk-gmpp", changed=changed).json()["total"] == count
        row = appearances(records, changed="END", limit=1)[0]
        assert row["ends_on"] != row["earlier_ends_on"]
        behind = follow(records, row["trace"]).json()["items"]
        assert [e["happened_on"] for e in behind] == [row["earlier_period"], row["period"]]
        edition = next(e for e in editions(records, source="uk-gmpp") if e["period"] == "2021")
        assert follow(records, edition["trace"]).json()["total"] == 2 * 184 - edition["first_seen"]

    def test_ratings_stand_beside_the_scale_they_are_of(self, records: Client) -> None:
        rows = records.get("/performance/projects", source="uk-gmpp", limit=500).json()["items"]
        scales = {e["scale"] for r in rows for e in r["evaluations"]}
        assert scales == {"uk-dca-5", "uk-dca-3"}


def appearances(client: Client, **asked: Any) -> list[Any]:
    wanted = {"limit": 500, **asked}
    found = client.get("/performance/appearances", source="uk-gmpp", **wanted).json()["items"]
    return [a for a in found if a["source"] == "uk-gmpp"]


class TestTheAustralianEditions:
    """Three editions without identities."""

    def test_projects_of_each_edition(self, records: Client) -> None:
        found = {e["period"]: e["projects"] for e in editions(records, source="au-dta") if e["projects"]}
        assert found == {"2024": 91, "2025": 136, "2026": 124}

    def test_ratings_that_changed_within_the_newest_edition(self, records: Client) -> None:
        newest = next(e for e in editions(records, source="au-dta-2026") if e["period"] == "2026")
        assert newest["rating_changes"] == 35

    def test_names_in_common_and_budgets_that_changed(self, records: Client) -> None:
        """A line break in a cell is a space. Without that, two brackets that break over lines would hide two names."""
        pairs = records.get("/performance/edition-pairs", source="au-dta").json()["items"]
        assert [(p["earlier"], p["later"], p["matched"], p["matched_by_name"]) for p in pairs] == [
            ("2024", "2025", 38, 38),
            ("2025", "2026", 49, 49),
        ]
        # Thirty cells differ; three of them only in how they are written (26 and 26.0).
        assert pairs[1]["cost_changes"] == 27
        assert follow(records, pairs[1]["trace"]).json()["total"] == 98
        assert records.get("/performance/names", source="au-dta", editions=3).json()["total"] == 18
