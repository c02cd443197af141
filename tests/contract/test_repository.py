"""What people are asked to remember, a test remembers: words, topics, clauses, settings, imports."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

import pytest

import domain
from api.cli_rules import rule_table
from api.red_flag_page import red_flag_page
from domain.event import Event, Value
from domain.evolve import evolve
from domain.recorded import Circumstances
from domain.rule import Gate
from domain.rules import GATES
from domain.steps import BY_TOPIC, EVENTS
from domain.streams import StreamAt
from infrastructure.rule_sets import load_rule_sets
from infrastructure.settings import Settings
from infrastructure.store.mapper import check_upcasters
from projections.timeline import Timeline
from projections.timeline.sentences import sentence
from tests.described import document

ROOT = Path(__file__).parents[2]
RULE_SET = load_rule_sets().all[0]


def test_the_packages_are_ours() -> None:
    assert Path(domain.__file__).is_relative_to(ROOT)


def test_topics_are_unique_and_every_event_has_its_own() -> None:
    assert len(BY_TOPIC) == len(EVENTS)
    assert all("TOPIC" in e.__dict__ for e in EVENTS)
    with pytest.raises(TypeError, match="TOPIC"):
        type("Nameless", (Event,), {"__module__": __name__})


def test_every_event_is_evolved_and_told() -> None:
    for event in EVENTS:
        assert evolve.dispatch(event) is not evolve.dispatch(object), event
        told = sentence.dispatch(event) is not sentence.dispatch(object)
        assert told or event.TOPIC in Timeline.IGNORES, event


def test_the_upcaster_chain_is_whole() -> None:
    check_upcasters()


def test_events_hold_nothing_that_can_change() -> None:
    """Frozen is shallow, and sets have no stable order: only tuples and values. The one exception is a raw body."""
    for event in EVENTS:
        for name, field in event.model_fields.items():
            written = str(field.annotation)
            if (event.TOPIC, name) == ("record.fact_corrected", "replacement"):
                continue
            assert not re.search(r"\b(list|dict|set|frozenset)\b", written), (event.TOPIC, name)


STEP_WORDS = sorted(p.stem for p in (ROOT / "domain/steps").glob("*.py") if p.stem != "__init__")


@pytest.mark.parametrize("word", STEP_WORDS)
def test_a_step_has_the_same_name_in_every_layer(word: str) -> None:
    assert (ROOT / "application" / f"{word}.py").exists()
    if word != "history":  # brought in by files: api/routes/importing.py
        assert (ROOT / "api/routes" / f"{word}.py").exists()


def test_every_rule_file_names_its_clause_and_is_in_a_gate() -> None:
    used = {rule.id for rules in GATES.values() for rule in rules}
    assert set(GATES) == set(Gate)
    stated = {clause.rule for rule_set in load_rule_sets().all for clause in rule_set.clauses}
    assert used <= stated
    written = set()
    for path in (ROOT / "domain/rules").glob("*.py"):
        if path.stem == "__init__":
            continue
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        rule = docstring[:3]
        written.add(rule)
        clause = RULE_SET.clause(rule)
        assert rule in used, path
        assert clause is None or clause.section in docstring, path
    assert written == used


def test_every_clause_is_quoted_from_the_document(shared: Path) -> None:
    document = (shared / "domain/yuanzhengfa-2018-16.txt").read_text(encoding="utf-8")
    document = re.sub(r"\s", "", document)
    for clause in RULE_SET.clauses:
        assert re.sub(r"\s", "", clause.quote) in document, clause.rule


def test_the_central_sentence_is_found_at_once() -> None:
    """不共享，不立项，不拨款"""
    found = [p for p in (ROOT / "domain").rglob("*.py") if "不共享，不立项，不拨款" in p.read_text(encoding="utf-8")]
    assert [p.name for p in found] == ["no_sharing_no_money.py"]


def test_the_domain_imports_only_the_standard_library_and_pydantic() -> None:
    allowed = {"domain", "pydantic", *sys.stdlib_module_names}
    for path in (ROOT / "domain").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {n.split(".")[0] for n in names} <= allowed, path


@pytest.mark.parametrize("layer", ["domain", "application"])
def test_no_clock_no_chance_no_environment_within(layer: str) -> None:
    """Time, identities and settings are arguments: an old decision must be judged again just as it was."""
    forbidden = re.compile(r"\bdatetime\.now\(|\bdate\.today\(|\buuid4\(|\bos\.environ\b|\brandom\.|\btime\.time\(")
    for path in (ROOT / layer).rglob("*.py"):
        assert not forbidden.search(path.read_text(encoding="utf-8")), path


def test_every_setting_is_documented() -> None:
    documented = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert f"`LIUHEN_{name.upper()}`" in documented
        assert field.description is not None
        assert field.description in documented


def test_the_rule_table_in_the_docs_is_what_the_code_says() -> None:
    assert (ROOT / "docs/rules.md").read_text(encoding="utf-8") == rule_table()


def test_the_released_api_document_is_what_the_code_says() -> None:
    released = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
    assert released == json.loads(json.dumps(document()))
    assert released["openapi"].startswith("3.1")


def test_no_file_names_a_package_registry_or_a_home() -> None:
    for path in [*ROOT.glob("requirements/*.lock"), ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / ".ci/run"]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://(?!www\.apache\.org|127\.0\.0\.1)", text), path
        assert "--index-url" not in text
        assert "/root" not in text


def test_the_locks_carry_hashes() -> None:
    for path in ROOT.glob("requirements/*.lock"):
        names = re.findall(r"^[A-Za-z0-9_.-]+==", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(names) > 20
        for block in re.split(r"\n(?=[A-Za-z0-9])", path.read_text(encoding="utf-8").strip()):
            assert "--hash=sha256:" in block, block[:60]


def test_values_refuse_unknown_fields() -> None:
    models: tuple[type[Value], ...] = (Circumstances, StreamAt, *EVENTS)
    for model in models:
        assert model.model_config["extra"] == "forbid"


def test_the_page_of_red_flags_is_that_of_the_code() -> None:
    assert (ROOT / "docs/red-flags.md").read_text(encoding="utf-8") == red_flag_page()
