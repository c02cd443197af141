"""评价方案 Loading evaluation schemes from TOML files: those that ship, and those of the site."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from domain.scheme import EvaluationScheme, Schemes


class SchemeError(Exception):
    """A scheme file cannot be used. The text names the file, the place and what is wrong."""


def load_schemes(folder: Path | None = None) -> Schemes:
    """The schemes that ship with the product and those of a folder. Raises SchemeError."""
    if folder is None:
        return _shipped()
    of_site = [read_scheme(p.read_text(encoding="utf-8"), str(p)) for p in sorted(folder.glob("*.toml"))]
    try:
        return Schemes([*_shipped().all, *of_site])
    except ValueError as error:
        raise SchemeError(str(error)) from error


@cache
def _shipped() -> Schemes:
    shipped = files("domain").joinpath("schemes")
    return Schemes(
        read_scheme(p.read_text(encoding="utf-8"), p.name) for p in shipped.iterdir() if p.name.endswith(".toml")
    )


def read_scheme(text: str, name: str) -> EvaluationScheme:
    """Read one file. Raises SchemeError that names each place at fault."""
    try:
        return EvaluationScheme.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SchemeError(f"{name}: {error}") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SchemeError(f"{name}: {faults}") from error
