"""疑点规则 Loading the flag rules from TOML: those that ship, each of which a file of the site may replace."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from domain.red_flags import FlagRules
from domain.red_flags.flag import FlagRule

_FILE: TypeAdapter[dict[str, list[FlagRule]]] = TypeAdapter(dict[str, list[FlagRule]])


class FlagRulesError(Exception):
    """A file of flag rules cannot be used. The text names the file, the place and what is wrong."""


def load_flag_rules(file: Path | None = None) -> FlagRules:
    """The rules that ship; one that the site's file states replaces that of the same id. Raises FlagRulesError."""
    if file is None:
        return _shipped()
    rules = {rule.id: rule for rule in (*_shipped().all, *_read(file.read_text(encoding="utf-8"), str(file)))}
    try:
        return FlagRules(rules.values())
    except ValueError as error:
        raise FlagRulesError(f"{file}: {error}") from error


@cache
def _shipped() -> FlagRules:
    return FlagRules(_read(files("domain.red_flags").joinpath("flags.toml").read_text(encoding="utf-8"), "flags.toml"))


def _read(content: str, name: str) -> list[FlagRule]:
    try:
        rules = _FILE.validate_python(tomllib.loads(content)).get("flags", [])
        FlagRules(rules)  # also finds what is stated twice
    except tomllib.TOMLDecodeError as error:
        raise FlagRulesError(f"{name}: {error}") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise FlagRulesError(f"{name}: {faults}") from error
    except ValueError as error:
        raise FlagRulesError(f"{name}: {error}") from error
    return rules
