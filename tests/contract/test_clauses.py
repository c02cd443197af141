"""Every clause of the document has its place and its proof, and the page that shows them is what the code says."""

from __future__ import annotations

import pytest

from domain.clauses import OUTSIDE, RECORDED, REPORTS, rules_of
from domain.rule import NormStrength
from domain.rules import GATES
from domain.steps import BY_TOPIC, EVENTS
from infrastructure.rule_sets import load_rule_sets
from tests.contract.proofs import ROOT, page, proofs
from tests.described import document

RULE_SET = load_rule_sets().all[0]
ALL = [f"{letter}{n:02d}" for letter, last in (("G", 23), ("F", 13), ("O", 35)) for n in range(1, last + 1)]
ENFORCED = {rule.id for guards in GATES.values() for rule in guards}


def test_the_rule_set_states_all_seventy_one() -> None:
    assert [c.rule for c in RULE_SET.clauses] == ALL
    assert all(c.quote and c.reading.zh and c.reading.en for c in RULE_SET.clauses)


@pytest.mark.parametrize("rule", ALL)
def test_a_clause_has_its_place(rule: str) -> None:
    assert rule in ENFORCED or rule in RECORDED or rule in REPORTS, f"{rule} acts nowhere"


@pytest.mark.parametrize("rule", ALL)
def test_a_clause_has_its_proof(rule: str) -> None:
    assert proofs().get(rule), f"no test is marked with {rule}"


def test_what_binds_is_enforced_at_a_gate() -> None:
    binding = {
        NormStrength.PROHIBITION,
        NormStrength.REQUIRED,
        NormStrength.DEFAULT_DENY,
        NormStrength.REQUIRED_EVIDENCE,
    }
    for rule_set in load_rule_sets().all:
        assert {c.rule for c in rule_set.clauses if c.strength in binding} <= ENFORCED, rule_set.id


def test_the_places_are_real() -> None:
    named = {topic for topics in RECORDED.values() for topic in topics}
    assert named <= set(BY_TOPIC)
    paths = set(document()["paths"])
    assert {path for lists in REPORTS.values() for path in lists} <= paths
    assert set(OUTSIDE) <= set(ALL)
    assert set(proofs()) <= {c.rule for s in load_rule_sets().all for c in s.clauses}


def test_every_event_keeps_track_of_a_clause_or_is_of_the_record_itself() -> None:
    without = {e.TOPIC for e in EVENTS if not rules_of(e) and not e.TOPIC.endswith("_refused")}
    of_the_accounts = {t for t in without if t.startswith("accounts.")}
    assert without - of_the_accounts == OF_THE_RECORD


OF_THE_RECORD = {
    "county.log_key_changed",
    "county.log_restarted",
    "county.administrators_rescued",
    "record.fact_corrected",
    "county.personal_data_erased",
    "county.master_key_rotated",
    "unit.enrolled",
    "unit.renamed",
    "unit.succeeded",
    "project.imported",
    "project.filing_amended",
    "project.system_listed",
    "project.no_system_stated",
    "project.approval_revoked",
    "project.progress_reported",
    "project.accepted",
    "system.registered",
    "system.retired",
}


def test_the_page_of_clauses_is_what_the_code_says() -> None:
    assert (ROOT / "docs/clauses.md").read_text(encoding="utf-8") == page()
