"""The service that the document is held against, who asks it, and the one place where an answer is let pass."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import uuid4

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.python import asgi
from starlette.testclient import TestClient

from api.api_document import operations
from api.authority import EVERY_ROLE
from api.main import create_app
from domain.recorded import RECORDING_ROLES, Role
from infrastructure.bootstrap import Liuhen
from infrastructure.issuer import Holder, Issuer
from tests.api.conftest import Client
from tests.described import document
from tests.schemes import EVALUATOR
from tests.stages import OWNER

ENDLESS = "/v1/feed/stream"
"""Answers for as long as it is listened to, so no case of it ends: tests/api/test_feed.py has it."""

_CONFIG = schemathesis.Config.from_dict(
    {
        "checks": {
            # 503 is the documented answer to too much, and to what is not signed or not shown yet; 500 never is.
            "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]},
            # 412: as right as a request may be, its sender has seen an older version.
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "3xx", "401", "403", "404", "409", "412", "429", "5xx"]
            },
        }
    }
)

_BEYOND = (
    "发生日期在未来|没有这一天|日期须为今天",  # the calendar, and today
    "统一社会信用代码|字符不在字符集内|行政区划代码|备案证明编号|发文字号|项目代码|资源代码",  # check digits, and lists of codes
    "不是数额|/amount/unit缺少此字段",  # amounts as papers write them: with the unit in the text, or beside it
    "/owner_units至少1项",  # told besides when each of them is unfit
    "应为整数$",  # 1.0 is an integer to a schema; here numbers are written as what they are
    r"/origin格式应为",  # white space of all scripts, which patterns read differently
    "过短，至少1个字符",  # white space around a text is taken away
    "控制字符",
    "内容的SHA-256",  # of a body that the path names
    "没有此事件类型",  # the list is at /v1/event-types
    "须为https地址",
    "签名文本",
)
_BEYOND_SCHEMAS = re.compile("|".join(_BEYOND))
"""Faults of meaning that no JSON schema can state. A request that fits the document is refused for nothing else."""


_WELL_FORMED = {"/problems/bad-field", "/problems/bad-cursor", "/problems/bad-file"}
"""Of the right form, and not acceptable as things stand. A cursor is signed, and a file is a table with a plan of its
columns: no schema can state good ones."""


@schemathesis.serializer("application/x-ndjson")
def _as_lines(context: Any, value: Any) -> Any:
    """A batch of one row."""
    del context
    return {"data": value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"}


@dataclass(frozen=True)
class Service:
    """An application over a prepared record, and a token for each kind of asker."""

    app: Any
    session: Any
    headers: dict[str, dict[str, str]]
    """By who asks: a role, `everyone` who holds all roles, or `nobody` without a token."""
    known: dict[str, str]
    """What there is in the record, by the name of the parameter that names it."""


@contextmanager
def fuzzed_service(liuhen: Liuhen) -> Iterator[Service]:
    """A service with one project that has come as far as acceptance, its unit and its system; signed and viewed."""
    issuer = Issuer(liuhen.settings.data_dir)
    unlimited = liuhen.settings.model_copy(update={"rate_limit": 0})
    app = create_app(replace(liuhen, settings=unlimited), issuer)

    def token(name: str, roles: frozenset[Role], uscc: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {issuer.issue(Holder(name, '某单位', roles, uscc=uscc), days=1)}"}

    units = {Role.OWNER_UNIT: OWNER, Role.THIRD_PARTY: EVALUATOR}
    headers = {str(role): token(f"one-{role}", frozenset({role}), units.get(role)) for role in sorted(EVERY_ROLE)}
    with TestClient(app, raise_server_exceptions=False) as http:
        writer = Client(http, issuer.issue(Holder("client", "测试对接单位", RECORDING_ROLES), days=1))
        writer.enrol()
        project = writer.file()["subject"]
        system = writer.ready(project)
    liuhen.engine.catch_up()
    liuhen.sequencer.catch_up()
    known = {"project_id": project, "system_id": system, "uscc": OWNER, "name": "register", "size": "1", "rule": "G01"}
    with asgi.get_client(cast("Any", app)) as session:
        yield Service(app, session, {**headers, "everyone": token("all", EVERY_ROLE), "nobody": {}}, known)


def described(app: Any) -> Any:
    """The operations of the document, with the checks as they are set here."""
    told = deepcopy(document())  # it writes its own links into it
    for _, operation in operations(told):
        _forget_examples(operation)
    schema = schemathesis.openapi.from_dict(told, config=_CONFIG)
    schema.app = app
    return schema


def _forget_examples(operation: dict[str, Any]) -> None:
    """What is sent comes from the schemas. Examples are sent by a test of their own."""
    contents = operation.get("requestBody", {}).get("content", {}).values()
    for holder in (*operation.get("parameters", ()), *contents):
        holder.pop("example", None)


def settled(case: Any) -> Any:
    """The case as it is sent: under a key of its own, and without waiting for what will not come."""
    for name in ("wait", "min_position"):
        if case.query and _positive(case.query.get(name)):
            case.query[name] = 0
    if case.headers and len(str(case.headers.get("Idempotency-Key", ""))) in range(1, 201):
        case.headers["Idempotency-Key"] = str(uuid4())
    return case


def _positive(value: object) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float) and 0 < value < 1 << 63


def on_what_is_there(case: Any, service: Service) -> Any:
    """The case with what its path names replaced by something that is in the record."""
    subject = "system_id" if case.operation.path.startswith("/v1/systems/") else "project_id"
    for name in case.path_parameters or {}:
        there = service.known.get(subject if name == "subject" else name)
        if there is not None:
            case.path_parameters[name] = there
    return case


def check(case: Any, service: Service, who: str) -> None:
    """Send the case, and hold the answer to the document. Raises FailureGroup."""
    held(settled(case), case.call(session=service.session, headers=service.headers[who]), service, who)


def held(case: Any, response: Any, service: Service, who: str, recorder: Any = None) -> None:
    """Hold an answer to the document. Raises FailureGroup."""
    sent = {"session": service.session, "headers": service.headers[who]}
    try:
        case.validate_response(response, headers=sent["headers"], transport_kwargs=sent, recorder=recorder)
    except FailureGroup as group:
        left = [f for f in group.exceptions if not _of_meaning_only(f, response) and not _of_a_row(f, case)]
        if left:
            told = f"{case.operation.label} as {who}: {response.status_code} {response.text[:1000]}"
            raise FailureGroup(left, f"{told}\n{case.as_curl_command()[:2000]}") from None


def _of_meaning_only(failure: BaseException, response: Any) -> bool:
    """Is it a refusal of what fits the schema, every fault of which is one that a schema cannot state?"""
    if not isinstance(failure, RejectedPositiveData) or response.status_code not in {400, 422}:
        return False
    told = response.json()
    if told["type"] in _WELL_FORMED:
        return True
    return all(
        _BEYOND_SCHEMAS.search(e["pointer"] + e["detail"]) for e in told.get("errors", [{"pointer": "", **told}])
    )


def _of_a_row(failure: BaseException, case: Any) -> bool:
    """Is it that a batch was taken of which a row is unfit? Each row has an answer of its own (docs/batch.md)."""
    return isinstance(failure, AcceptedNegativeData) and case.operation.path == "/v1/batch"
