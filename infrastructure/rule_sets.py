"""规则集 Loading rule sets from TOML files: those that ship, and those of the site."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from domain.rule import RuleSet, RuleSets


class RuleSetError(Exception):
    """A rule-set file cannot be used. The text names the file, the place and what is wrong."""


def load_rule_sets(folder: Path | None = None) -> RuleSets:
    """The sets that ship with the product and those of a folder. Raises RuleSetError."""
    shipped = files("domain.rules").joinpath("sets")
    texts = {p.name: p.read_text(encoding="utf-8") for p in shipped.iterdir() if p.name.endswith(".toml")}
    if folder is not None:
        texts |= {str(p): p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.toml"))}
    try:
        return RuleSets(read_rule_set(text, name) for name, text in texts.items())
    except ValueError as error:
        raise RuleSetError(str(error)) from error


def read_rule_set(text: str, name: str) -> RuleSet:
    """Read one file. Raises RuleSetError that names each place at fault."""
    try:
        return RuleSet.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RuleSetError(f"{name}: {error}") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise RuleSetError(f"{name}: {faults}") from error
