"""报告 What is printed: figures for programs, notes and a table for people."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace

from rich.console import Console
from rich.table import Column, Table

from bench.measuring import Figure, Settings


class Report:
    """Figures as JSON lines on standard output as they come; notes, and a table at the end, on standard error."""

    _WIDTH = 150
    """Columns of the table where nobody's terminal says how many there are."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._told = Console(stderr=True)
        if not self._told.is_terminal:
            self._told.width = self._WIDTH
        self.figures: list[Figure] = []

    def add(self, made: Figure) -> None:
        """Report a figure."""
        made = replace(made, settings={**self._settings, **made.settings})
        self.figures.append(made)
        told = {name: _rounded(value) for name, value in asdict(made).items()}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    def note(self, told: str) -> None:
        """Tell a person something."""
        self._told.print(told, highlight=False)

    @property
    def floors_held(self) -> bool:
        """Is no figure under its floor?"""
        return all(f.met is not False for f in self.figures)

    def table(self) -> None:
        """Show all figures to a person."""
        heads = (
            "数值 figure",
            "中位 median",
            "对照 baseline",
            "中位 median",
            "倍 ratio",
            "下限 floor",
            "目标 aim",
            "散布 spread",
            "",
        )
        table = Table(*(Column(head, no_wrap=True) for head in heads))
        for f in self.figures:
            table.add_row(
                f.name,
                f"{_short(f.median)} {f.unit}",
                f.baseline or "",
                _short(f.baseline_median),
                _short(f.ratio),
                _short(f.floor),
                _short(f.aim),
                f"{f.spread:.2f}" + (f" / {f.baseline_spread:.2f}" if f.baseline_spread else ""),
                {True: "合 met", False: "不合 missed", None: ""}[f.met],
            )
        self._told.print(table)


def _rounded(value: object) -> object:
    """Four digits of a measured figure: the others are noise."""
    return float(f"{value:.4g}") if isinstance(value, float) else value


def _short(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
