"""Whatever is sent to any operation by whomever, the answer is one that the document states (schemathesis).

Two kinds of requests, both the same on every run: those that schemathesis derives from the schemas (each boundary,
wrong type, missing and unknown part, each other method), and a few random ones from a fixed seed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import hypothesis
import pytest
from schemathesis.generation.modes import GenerationMode

from api import authority_table
from infrastructure.bootstrap import wired
from infrastructure.settings import Settings
from tests.api.conftest import PROJECT
from tests.conftest import NewDatabase
from tests.contract.fuzzing import ENDLESS, Service, check, described, fuzzed_service, held, on_what_is_there, settled
from tests.described import published

SEED = 20181600
RANDOM_CASES = 1
"""Per operation with a body, of data that fits the schema. The derived ones hold all that does not."""
WALKS, STEPS = 5, 12

DOCUMENT = published()
ALLOWED = {f"{m} {p}": roles for m, p, roles, _ in authority_table.allowed(DOCUMENT)}
OPERATIONS = [label for label in ALLOWED if not label.endswith(ENDLESS)]


@pytest.fixture(scope="module")
def service(embedded: str, new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    database, folder = new_database(embedded), tmp_path_factory.mktemp("fuzzing")
    with wired(Settings(data_dir=folder, database_url=database), database) as liuhen, fuzzed_service(liuhen) as service:
        yield service


@pytest.fixture(scope="module")
def operations(service: Service) -> dict[str, Any]:
    return {found.ok().label: found.ok() for found in described(service.app).get_all_operations()}


@pytest.mark.parametrize("label", OPERATIONS)
def test_an_operation_answers_as_the_document_says(label: str, service: Service, operations: dict[str, Any]) -> None:
    operation = operations[label]
    for who, case in _derived(operation, ALLOWED[label]):
        check(case, service, who)
    if not operation.body:
        return  # of a query and a path, the derived cases are all that there is to try

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=RANDOM_CASES,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(GenerationMode.POSITIVE))
    def random(case: Any) -> None:
        check(on_what_is_there(case, service), service, "everyone")

    random()


def _derived(operation: Any, roles: Any) -> Iterator[tuple[str, Any]]:
    """One case of each kind for each part of a request, by who may ask in turns; one that fits by everybody."""
    able = cycle(["everyone", *sorted(roles or ())])
    config = operation.schema.config.generation
    seen: Counter[Any] = Counter()
    fitting = False
    for case in operation.schema.iter_coverage_cases(
        operation, generation_modes=list(GenerationMode), generation_config=config
    ):
        told = case.meta.phase.data
        kind = (told.scenario, told.parameter_location)
        seen[kind] += 1
        if seen[kind] == 1:
            yield next(able), case
        if not fitting and case.meta.generation.mode is GenerationMode.POSITIVE:
            fitting = True
            for role in authority_table.ORDER:
                if role not in (roles or ()):
                    yield str(role), case
            yield "nobody", case


LINKED = r"^/v1/projects(/\{\w+\}(/(systems|sharing|approval|history|next|progress))?)?$"
"""Where the walk goes: with all operations at hand it would hardly ever come upon an act that begins something."""
BEGINNINGS = {
    "POST /v1/projects": {"happened_on": "2019-01-05", "act": PROJECT},
    "POST /v1/projects/{subject}/systems": {"happened_on": "2019-03-01", "act": {"name": "测试系统"}},
}
"""Bodies of the acts that links start from: at random, none would ever be recorded."""


def test_what_the_links_lead_to_answers_as_the_document_says(service: Service) -> None:
    """Walks along the links: what an act began is acted on and read, under the version that it left."""
    answers: Counter[tuple[str, int]] = Counter()

    class Walk(described(service.app).include(path_regex=LINKED).as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            settled(case)
            if case.operation.label in BEGINNINGS:
                case.body, case.query = BEGINNINGS[case.operation.label], {}
                case.headers.pop("Prefer", None)
            return {"session": service.session, "headers": service.headers["everyone"]}

        def validate_response(self, response: Any, case: Any, **extra: Any) -> None:
            del extra
            answers[case.operation.label, response.status_code] += 1
            held(case, response, service, "everyone", self.recorder)

    hypothesis.seed(SEED)(Walk)
    Walk.run(
        settings=hypothesis.settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
    )
    assert answers["POST /v1/projects", 201], answers
    assert any(status < 300 for label, status in answers if label.startswith("GET /v1/projects/{")), answers
