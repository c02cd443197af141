"""The HTTP API in process, over a fresh database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.main import create_app
from api.rate_limits import Rates
from domain.recorded import RECORDING_ROLES, Role
from infrastructure.attempts import Attempts
from infrastructure.bootstrap import Liuhen, wired
from infrastructure.issuer import Holder, Issuer
from infrastructure.settings import Settings
from tests.conftest import NewDatabase
from tests.stages import CERTIFICATE, OTHER, OWNER

RECORDING = RECORDING_ROLES


class Client:
    """A department's program: posts acts and reads answers."""

    def __init__(self, http: TestClient, token: str | None) -> None:
        self.http = http
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def post(self, path: str, on: str, act: dict[str, Any] | None = None, **extra: Any) -> Any:
        """Under a key of its own, and on whatever version there is, unless the headers say otherwise."""
        usual = {"Idempotency-Key": str(uuid4()), "If-Match": "*"}
        query, headers = extra.pop("params", {}), {**usual, **self.headers, **extra.pop("headers", {})}
        body = {"happened_on": on, "act": act or {}, **extra}
        return self.http.post(f"/v1{path}", json=body, headers=headers, params=query)

    def get(self, path: str, **params: Any) -> Any:
        headers = {**self.headers, **params.pop("headers", {})}
        return self.http.get(f"/v1{path}", params=params, headers=headers)

    def pages(self, path: str, **params: Any) -> Iterator[Any]:
        """Every page of a list, by the links to the next one."""
        answer = self.get(path, **params)
        while True:
            assert answer.status_code == 200, answer.text
            yield answer.json()
            if (following := answer.links.get("next")) is None:
                return
            answer = self.http.get(following["url"], headers=self.headers)

    def every(self, path: str, **params: Any) -> list[Any]:
        """Every row of a list."""
        return [row for page in self.pages(path, **params) for row in page["items"]]

    def done(self, path: str, on: str, act: dict[str, Any] | None = None, **extra: Any) -> Any:
        answer = self.post(path, on, act, **extra)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def enrol(self, uscc: str = OWNER) -> None:
        self.done("/units", "2018-10-01", {"uscc": uscc, "name": "测试局", "kind": "COUNTY_DEPT", "division": "370323"})

    def file(self, on: str = "2019-01-05", **changes: Any) -> Any:
        return self.done("/projects", on, {**PROJECT, **changes})

    def ready(self, project: str) -> str:
        """Everything that acceptance asks for, but not the acceptance. Gives the system."""
        self.done(f"/projects/{project}/sharing", "2019-01-20", SHARING)
        self.done(f"/projects/{project}/approval", "2019-02-20", APPROVAL)
        answer = self.done(f"/projects/{project}/systems", "2019-03-01", {"name": "测试系统"})
        system = str(answer["events"][1]["stream_id"])
        self.done(f"/projects/{project}/security-marks", "2019-04-20", {"phase": "BUILD"})
        self.evidence(system)
        return system

    def evidence(self, system: str) -> None:
        self.done(f"/systems/{system}/level-filings", "2019-03-10", {"level": 3, "certificate_no": CERTIFICATE})
        self.done(f"/systems/{system}/security-tests", "2019-05-01", TEST)
        self.done(f"/systems/{system}/interconnections", "2019-05-02", CONNECTION)
        self.done(f"/systems/{system}/platform-supplies", "2019-05-03", SUPPLY)


PROJECT: dict[str, Any] = {
    "name": "测试项目",
    "owner_units": [OWNER],
    "division": "370323",
    "kind": "NEW",
    "categories": ["OTHER"],
    "build_mode": "STANDALONE",
    "estimate": {"text": "100", "unit": "WAN_YUAN"},
    "plan_item": "总体规划 3.2",
    "supports_city_platform": True,
    "security_planned": True,
}
SHARING: dict[str, Any] = {
    "needs": [{"provider": "公安局", "resource": "户籍信息"}],
    "provides": [{"name": "业务数据", "share_type": "UNCONDITIONAL"}],
}
APPROVAL = {"document_no": "源审[2019]1号", "approver": "主管部门", "acceptance_due": "2019-12-31"}
TEST = {
    "report_no": "T-1",
    "agency": "测评公司",
    "certificate_no": CERTIFICATE,
    "level": 3,
    "template": "2015",
    "conclusion": "符合",
}
CONNECTION = {"department": "公安局", "department_uscc": OTHER}
SUPPLY = {"resource": "业务数据", "platform_code": "ZB-1"}
OPERATION = {
    "purpose": "OPERATION",
    "year": 2020,
    "source": "DEPT_BUDGET",
    "amount": {"text": "10", "unit": "WAN_YUAN"},
}
OBLIGATION = {
    "system_name": "老系统",
    "requirement_document": "淄政办发〔2017〕45号",
    "issuer": "市政府办公厅",
    "due_on": "2019-12-31",
}


@pytest.fixture(scope="module")
def one_for_all(embedded: str, new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Liuhen]:
    """One deployment for all tests of a module: for those in which every act is refused, to save hundreds of databases."""
    database, folder = new_database(embedded), tmp_path_factory.mktemp("data")
    with wired(Settings(data_dir=folder, database_url=database, poll_seconds=0.2), database) as deployment:
        yield deployment


@pytest.fixture
def unwritten(one_for_all: Liuhen) -> Iterator[Liuhen]:
    """The module's deployment, in which nothing was recorded before the test, and nothing is by it."""
    yield one_for_all
    assert one_for_all.ledger.position() == 0


@pytest.fixture
def issuer(liuhen: Liuhen) -> Issuer:
    return Issuer(liuhen.settings.data_dir)


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """The application; each test gives it a service of its own."""
    return create_app(None, None)


@pytest.fixture
def http(app: FastAPI, liuhen: Liuhen, issuer: Issuer) -> Iterator[TestClient]:
    app.state.liuhen, app.state.issuer, app.state.rates, app.state.attempts = liuhen, issuer, Rates(), Attempts()
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(http: TestClient, issuer: Issuer) -> Client:
    """Holds every recording role."""
    return Client(http, issuer.issue(Holder("client", "测试对接单位", RECORDING), days=1))


@pytest.fixture
def auditor(http: TestClient, issuer: Issuer) -> Client:
    return Client(http, issuer.issue(Holder("auditor", "审计局", frozenset({Role.AUDITOR})), days=1))


@pytest.fixture
def evaluator(http: TestClient, issuer: Issuer) -> Client:
    return Client(http, issuer.issue(Holder("evaluator", "评价机构", frozenset({Role.THIRD_PARTY})), days=1))
