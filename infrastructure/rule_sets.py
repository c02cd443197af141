"""规则集 Loading rule sets from TOML files: those that ship, and those of the site."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from domain.rule import NormStrength, RuleSet, RuleSets
from domain.rules import GATES
from domain.steps import BY_TOPIC

Tables = dict[str, Any]
_NEVER_BLOCKS = {NormStrength.PRIORITY, NormStrength.TRACK_ONLY}


class RuleSetError(Exception):
    """A rule-set file cannot be used. The text names the file, the place and what is wrong."""


def load_rule_sets(folder: Path | None = None) -> RuleSets:
    """The sets that ship with the product and those of a folder. Raises RuleSetError."""
    if folder is None:
        return _shipped_sets()
    return read_rule_sets(_shipped() | {str(p): p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.toml"))})


def check_rule_sets(paths: Sequence[Path]) -> RuleSets:
    """The sets of these files, as they would be loaded beside the shipped ones. Raises RuleSetError."""
    own = {str(p): p.read_text(encoding="utf-8") for p in paths}
    shipped = _shipped()
    loaded = read_rule_sets(shipped | own)
    ids = {s.id for s in _shipped_sets().all}
    return RuleSets(s for s in loaded.all if s.id not in ids)


def _shipped() -> dict[str, str]:
    folder = files("domain.rules").joinpath("sets")
    return {p.name: p.read_text(encoding="utf-8") for p in folder.iterdir() if p.name.endswith(".toml")}


@cache
def _shipped_sets() -> RuleSets:
    return read_rule_sets(_shipped())


def read_rule_sets(texts: dict[str, str]) -> RuleSets:
    """Read files by name; a set may extend another of them. Raises RuleSetError that names each place at fault."""
    read = {name: _tables(text, name) for name, text in texts.items()}
    by_id = {str(tables.get("id")): tables for tables in read.values()}
    try:
        return RuleSets(_rule_set(_extended(tables, by_id, name, ()), name) for name, tables in read.items())
    except ValueError as error:
        raise RuleSetError(str(error)) from error


def _tables(text: str, name: str) -> Tables:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleSetError(f"{name}: {error}") from error


def _extended(tables: Tables, by_id: dict[str, Tables], name: str, seen: tuple[str, ...]) -> Tables:
    """A set with what it takes over from the one that it extends.

    Clauses of the same rule and parameters of the same name replace those taken over; `without` leaves rules out.
    """
    if "extends" not in tables:
        return tables
    ground = str(tables["extends"])
    if ground not in by_id or ground in seen:
        why = "循环引用 is extended in a circle" if ground in seen else "没有此规则集 is not there"
        raise RuleSetError(f"{name}: extends: {ground}: {why}")
    base = _extended(by_id[ground], by_id, name, (*seen, ground))
    without = set(tables.get("without", ()))
    changed = {c.get("rule"): c for c in tables.get("clauses", ())}
    unknown = sorted(without - {c["rule"] for c in base["clauses"]})
    if unknown:
        raise RuleSetError(f"{name}: without: {', '.join(unknown)}: {ground}没有这些规则 does not state these rules")
    kept = [changed.pop(c["rule"], c) for c in base["clauses"] if c["rule"] not in without]
    own = {k: v for k, v in tables.items() if k not in {"extends", "without"}}
    cited = [{**b, "cited_by": [r for r in b["cited_by"] if r not in without]} for b in base.get("bases", ())]
    return {
        **{k: v for k, v in base.items() if k in {"task_groups", "leads", "duties", "separated"}},
        **own,
        "clauses": [*kept, *changed.values()],
        "bases": [*(b for b in cited if b["cited_by"]), *tables.get("bases", ())],
        "parameters": _merged(base["parameters"], tables.get("parameters", {})),
        "sources": {**base.get("sources", {}), **tables.get("sources", {})},
    }


def _merged(base: Tables, changes: Tables) -> Tables:
    """Tables merged key by key; anything else is replaced."""
    return {
        **base,
        **{
            k: _merged(base[k], v) if isinstance(v, dict) and isinstance(base.get(k), dict) else v
            for k, v in changes.items()
        },
    }


def _rule_set(tables: Tables, name: str) -> RuleSet:
    try:
        read = RuleSet.model_validate(tables)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or '-'}: {e['msg']}" for e in error.errors())
        raise RuleSetError(f"{name}: {faults}") from error
    unknown = sorted({act for duty in read.duties for act in duty.acts} - BY_TOPIC.keys())
    if unknown:
        raise RuleSetError(f"{name}: duties: {', '.join(unknown)}: 没有此类事件 there are no events of this name")
    if bool(read.separated) != (read.clause("S01") is not None):
        raise RuleSetError(
            f"{name}: separated: 条款S01与不相容职责须同时写明 rule S01 and the separated duties are stated together"
        )
    enforced = {rule.id for guards in GATES.values() for rule in guards}
    idle = [c.rule for c in read.clauses if c.strength not in _NEVER_BLOCKS and c.rule not in enforced]
    if idle:
        # A clause that is said to bind and that nothing checks would be trusted for nothing.
        raise RuleSetError(
            f"{name}: clauses: {', '.join(idle)}: 没有关口检查该规则，不能设为有约束力 "
            "no gate checks this rule, so it cannot be binding: state it as TRACK_ONLY or PRIORITY"
        )
    return read
