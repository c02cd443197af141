"""导入的行 How a row of a sender's table becomes an act, and how the answer is told in the sender's columns."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from infrastructure.importing.tables import Table, TableError

DEFAULT_PLAN: dict[str, Any] = {
    "path": "{path}",
    "idempotency_key": "{idempotency_key}",
    "if_match": "{if_match}",
    "happened_on": "{happened_on}",
    "act": "{act:json}",
    "authority": "{authority:json}",
    "evidence": "{evidence:json}",
    "acting_as": "{acting_as}",
}
"""How rows are read where nothing else is said: each has the members of a row of a batch."""
LONGEST_PLAN = 4000
ATTEMPT = "次数 attempt"
APPENDED = (
    "结果 result",
    "编号 number",
    "位置 position",
    "事件 event",
    "问题 problem",
    "说明 detail",
    "条款 clause",
    "补救 cure",
    ATTEMPT,
)
"""Columns that the report adds behind the sender's. They are passed over when a report is sent again."""
RESULTS = {
    "recorded": "已记录 recorded",
    "repeated": "已有，未重复记录 recorded before",
    "refused": "依规则被拒（已留痕） refused by rule",
    "faulty": "有误，未记录 faulty, not recorded",
    "waiting": "未办理 not reached",
}
_PLACE = re.compile(r"\{([^{}]+)\}")
_LEFT_OUT = object()


def plan_of(written: str | None) -> dict[str, Any]:
    """How the sender's columns make acts. Raises TableError."""
    if written is None:
        return DEFAULT_PLAN
    try:
        plan = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise TableError("plan不是JSON", "the plan is no JSON") from error
    if not isinstance(plan, dict) or "path" not in plan or "act" not in plan:
        raise TableError("plan须为含path与act的JSON对象", "the plan is a JSON object with path and act")
    return plan


def own_columns(table: Table, plan: Mapping[str, Any]) -> Table:
    """The table without what an earlier report added, but for the attempts. Raises TableError.

    Every column that the sender's plan names must be there.
    """
    if plan is not DEFAULT_PLAN:
        missing = [name for name, _ in _places(plan) if name not in table.columns]
        if missing:
            raise TableError(f"文件缺少列：{'、'.join(missing)}", f"the file lacks the columns: {', '.join(missing)}")
    kept = [n for n, column in enumerate(table.columns) if column not in APPENDED or column == ATTEMPT]
    return Table(tuple(table.columns[n] for n in kept), tuple(tuple(row[n] for n in kept) for row in table.rows))


def _places(part: Any) -> list[tuple[str, str]]:
    if isinstance(part, str):
        return [_named(found) for found in _PLACE.findall(part)]
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return [place for item in inner for place in _places(item)]


def _named(place: str) -> tuple[str, str]:
    name, _, kind = place.rpartition(":")
    return (name, kind) if name and kind in _KINDS else (place, "text")


def line_of_row(columns: Sequence[str], row: Sequence[str], plan: Mapping[str, Any]) -> bytes:
    """A row as a line of a batch: with a key, which is the same whenever the same row is sent."""
    cells = dict(zip(columns, row, strict=True))
    made = {name: value for name, part in plan.items() if (value := _filled(part, cells)) is not _LEFT_OUT}
    made.setdefault("act", {})
    made.setdefault("if_match", "*")
    key = made.get("idempotency_key")
    if key is None:
        # Of what the row says and of nothing else: so a row that was recorded is known again in any file.
        canonical = json.dumps(made, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        key = f"import-{hashlib.sha256(canonical.encode('utf-8', 'surrogatepass')).hexdigest()}"
    attempt = attempt_of(columns, row)
    made["idempotency_key"] = key if attempt == 1 else f"{key}#{attempt}"
    return json.dumps(made, ensure_ascii=False).encode("utf-8", "surrogatepass")


def attempt_of(columns: Sequence[str], row: Sequence[str]) -> int:
    """The how-manieth time it is that a row asks to be decided on."""
    cell = row[list(columns).index(ATTEMPT)].strip() if ATTEMPT in columns else ""
    return int(cell) if cell.isascii() and cell.isdigit() and 0 < len(cell) < 5 else 1


def _filled(part: Any, cells: Mapping[str, str]) -> Any:
    """A part of the plan with the cells in it. What names an empty cell is left out."""
    if isinstance(part, dict):
        filled = {name: value for name, item in part.items() if (value := _filled(item, cells)) is not _LEFT_OUT}
        return filled if filled or not part else _LEFT_OUT
    if isinstance(part, list):
        listed = [value for item in part if (value := _filled(item, cells)) is not _LEFT_OUT]
        return listed if listed or not part else _LEFT_OUT
    if not isinstance(part, str) or not (places := _PLACE.findall(part)):
        return part
    if len(places) == 1 and part == f"{{{places[0]}}}":
        name, kind = _named(places[0])
        cell = cells.get(name, "").strip()
        return _KINDS[kind](cell) if cell else _LEFT_OUT
    return _PLACE.sub(lambda found: cells.get(_named(found[1])[0], "").strip(), part)


def _integer(cell: str) -> Any:
    digits = cell.removeprefix("-")
    return int(cell) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else cell


def _json(cell: str) -> Any:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell  # which the form of the act does not take, and says so


_YES = {"是": True, "true": True, "yes": True, "否": False, "false": False, "no": False}
_KINDS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "integer": _integer,
    "json": _json,
    "yes": lambda cell: _YES.get(cell.lower(), cell),
    "list": lambda cell: [item.strip() for item in re.split("[、,，;；\n]", cell) if item.strip()],
}
"""How a cell is read: `{column}` as text, `{column:integer}`, `{column:yes}`, `{column:list}`, `{column:json}`."""


def told_of(status: int, answer: Mapping[str, Any], before: int) -> dict[str, Any]:
    """What became of a row, from its answer. `before`: where the log stood when the file was sent."""
    receipt = answer if status == 201 else answer.get("receipt") or {}
    events = receipt.get("events") or [{}]
    position = events[-1].get("position")
    findings = answer.get("findings") or ()
    if status == 201:
        result = "recorded" if position is not None and position > before else "repeated"
    else:
        result = "refused" if receipt else "faulty"
    faults = [f"{e.get('pointer', '')}: {e.get('detail', '')}" for e in answer.get("errors") or ()]
    return {
        "result": result,
        "number": receipt.get("number") or "",
        "position": position,
        "event": str(events[-1].get("id") or ""),
        "problem": str(answer.get("type") or "") if status != 201 else "",
        "detail": "; ".join([str(answer.get("detail") or ""), *faults]) if status != 201 else "",
        "clause": "\n".join(_clause(f["clause"]) for f in findings),
        "cure": "\n".join(f"{f['cure']['zh']} {f['cure']['en']}" for f in findings),
    }


def _clause(clause: Mapping[str, Any]) -> str:
    return " ".join(str(part) for name, part in clause.items() if isinstance(part, str) and part and name != "text")


def report(table: Table, answers: Sequence[Mapping[str, Any]]) -> list[list[str | int | None]]:
    """The sender's rows in their order and columns, each with what became of it."""
    own = [n for n, column in enumerate(table.columns) if column != ATTEMPT]
    rows: list[list[str | int | None]] = [[*(table.columns[n] for n in own), *APPENDED]]
    for n, row in enumerate(table.rows):
        told = answers[n] if n < len(answers) else {"result": "waiting"}
        attempt = attempt_of(table.columns, row) + (told["result"] == "refused")
        appended = [told.get(name) for name in ("number", "position", "event", "problem", "detail", "clause", "cure")]
        rows.append([*(row[n] for n in own), RESULTS[told["result"]], *appended, attempt])
    return rows
