"""示例 Writes api/examples/: one life of the county, request by request, as the service answered it (`make docs`).

What is another value at each run, and says nothing by being that value, has a stand-in of the same form, the same
wherever it occurs: random identities, moments, digests of the log, signatures, secrets and cursors.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import psycopg

from api.examples import FOLDER, Example
from infrastructure.bootstrap import today
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.logging import configure_logging
from infrastructure.migrations import migrate
from tests.contract.county import DAY, County, Operation, county, operations
from tests.contract.life import CHAPTERS, KEY

RECEIVER = "https://receiver.example/in"
"""Stands for the address of whoever receives a webhook."""
LONGEST_LINES, LONGEST_LIST = 12, 3
"""Lines of a long text, and things of a long list, that are kept."""


class Teller:
    """Asks the county, and keeps what was asked and answered."""

    def __init__(self, of: County) -> None:
        self.county = of
        self.chapter = ""
        self.names: dict[str, str] = {}
        self.told: dict[str, list[Example]] = defaultdict(list)
        self._seen: dict[str, str] = {}
        self._before: str | None = None

    def happens(self, what: str) -> None:
        """What happens before the next request."""
        self.county.happen(what)
        self._before = what

    def act(self, name: str, who: str, on: str, act: dict[str, Any], /, *, status: int = 201, **path: Any) -> Any:
        """An act, on the version that was seen last."""
        extra = {k: path.pop(k) for k in ("evidence", "authority") if k in path}
        return self.ask(name, who, {"happened_on": on, **extra, "act": act}, status=status, **path)

    def ask(
        self,
        name: str,
        who: str,
        body: Any = None,
        /,
        *,
        status: int = 200,
        query: Mapping[str, Any] | None = None,
        media_type: str = "application/json",
        **path: Any,
    ) -> Any:
        """Ask, and give the answer. Raises AssertionError when it is not of the status."""
        operation = operations()[name]
        headers = self._headers(operation, path, body, media_type)
        asked = {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in (query or {}).items()}
        named = {k: str(v) for k, v in path.items()}
        answer = self.county.ask(who, operation, named, asked, headers, body)
        assert answer.status_code == status, f"{name}: {answer.status_code} {answer.text}"
        if (tag := answer.headers.get("etag")) and operation.method == "POST":
            self._seen[_history(operation, named) or _begun(answer)] = tag
        kind = answer.headers.get("content-type", "").partition(";")[0] if answer.content else None
        self.told[self.chapter].append(
            Example(
                operation=name,
                who=who,
                before=self._before,
                path=named,
                query=asked,
                headers=headers,
                body=body,
                status=status,
                media_type=kind,
                answer=_kept(answer, kind),
            )
        )
        self._before = None
        return answer.json() if kind is not None and "json" in kind and "x-ndjson" not in kind else answer

    def _headers(self, operation: Operation, path: Mapping[str, Any], body: Any, media_type: str) -> dict[str, str]:
        headers = {}
        if body is not None:
            headers["Content-Type"] = media_type
        if operation.begins_or_continues:
            number = sum(map(len, self.told.values())) + 1
            headers["Idempotency-Key"] = f"{operation.name}-{number}"
        if operation.needs_version:
            history = _history(operation, {k: str(v) for k, v in path.items()})
            headers["If-Match"] = self._seen.get(history, "*")
        return headers


def _history(operation: Operation, path: Mapping[str, str]) -> str:
    """The history that a path names; nothing when it names none."""
    return "/".join(operation.path.format_map(path).split("/")[2:4]) if path else ""


def _begun(answer: Any) -> str:
    told = answer.json()
    first = told["events"][0]
    return f"{first['stream']}s/{told['subject']}"


def _kept(answer: Any, kind: str | None) -> Any:
    """What is kept of an answer: JSON whole, of texts the beginning, of other bytes nothing."""
    if kind is None:
        return None
    if "x-ndjson" not in kind and "json" in kind:
        return _shortened(answer.json())
    if not kind.startswith("text/") and kind != "application/x-ndjson":
        return None
    lines = answer.text.split("\n")
    return "\n".join([*lines[:LONGEST_LINES], "…"] if len(lines) > LONGEST_LINES + 1 else lines)


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _shortened(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_shortened(v) for v in value[:LONGEST_LIST]]
    return value


def lived(of: County) -> dict[str, list[Example]]:
    """The whole life, by chapter."""
    teller = Teller(of)
    for number, chapter in enumerate(CHAPTERS, 1):
        teller.chapter = f"{number:02d}-{chapter.__name__.replace('_', '-')}"
        chapter(teller)
    return teller.told


_FIRST = datetime(2022, 11, 15, 1, 0, tzinfo=UTC)
_LETTERS = "A-Za-z0-9+/_-"
_MIXED = "".join(f"(?=[{_LETTERS}]*{kind})" for kind in ("[0-9]", "[A-Z]", "[a-z]"))


def _moment(found: str, number: int) -> str:
    moment = (_FIRST + timedelta(seconds=number)).isoformat().removesuffix("+00:00")
    return moment + ("Z" if found.endswith("Z") else "+00:00")


def _identity(found: str, number: int) -> str:
    del found
    return str(uuid5(NAMESPACE_URL, str(number)))


def _digest(found: str, number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()[: len(found)]


def _secret(found: str, number: int) -> str:
    made = base64.b64encode(hashlib.sha512(str(number).encode()).digest() * (len(found) // 64 + 2)).decode()
    letters = iter(made.translate(str.maketrans("+/", "Aa")))
    return "".join(c if c in ".=" else next(letters) for c in found)


_PASSING: tuple[tuple[re.Pattern[str], Callable[[str, int], str]], ...] = (
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+\d\d:\d\d)"), _moment),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b"), _identity),
    (re.compile(r"\b[0-9a-f]{64}\b|\b[0-9a-f]{32}\b"), _digest),
    (re.compile(r"\b1\.\d+e\+09\b"), lambda found, number: f"{_FIRST.timestamp():.6e}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+|\.?[\w-]{20,}\.[\w-]{6}\.[\w-]{20,}"), _secret),
    (re.compile(rf"(?<![{_LETTERS}]){_MIXED}[{_LETTERS}]{{40,}}={{0,2}}"), _secret),
)
"""Forms of what is another at each run, and what stands in for the nth of them."""


def _stand_in(found: str, number: int) -> str:
    """As long, and of the same letters."""
    made = base64.b64encode(hashlib.sha512(str(number).encode()).digest() * (len(found) // 64 + 2)).decode()
    letters = iter(made.translate(str.maketrans("+/", "Aa")))
    return "".join(c if c in ".=" else next(letters) for c in found)


def settled(told: Mapping[str, list[Example]], receiver: str) -> dict[str, list[Example]]:
    """The same with stand-ins for what passes. Digests and the key that requests bring along stay."""
    kept = {name: [e.as_json() for e in examples] for name, examples in told.items()}
    asked = json.dumps([[e.get("path"), e.get("body")] for examples in kept.values() for e in examples])
    brought = {KEY.partition(".")[2], *re.findall(r"\b[0-9a-f]{64}\b", asked)}
    seen: list[dict[str, str]] = [{} for _ in _PASSING]

    def text(value: str) -> str:
        value = value.replace(receiver, RECEIVER)
        for (pattern, make), known in zip(_PASSING, seen, strict=True):

            def instead(found: re.Match[str], known: dict[str, str] = known, make: Any = make) -> str:
                return found[0] if found[0] in brought else known.setdefault(found[0], make(found[0], len(known) + 1))

            value = pattern.sub(instead, value)
        return value

    def walked(value: Any) -> Any:
        if isinstance(value, dict):
            return {text(k): walked(v) for k, v in value.items()}
        if isinstance(value, list):
            return [walked(v) for v in value]
        return text(value) if isinstance(value, str) else value

    ago = (today() - DAY).days
    for examples in kept.values():
        for example in examples:
            _recorded_on_the_day(example.get("answer"), ago)
    return {name: [Example.of(walked(e)) for e in examples] for name, examples in kept.items()}


_LATE = re.compile(r"(?<=at most )\d+(?= days after)|(?<=最迟在发生)\d+(?=天)")


def _recorded_on_the_day(value: Any, ago: int) -> None:
    """The day of recording, and the days since what happened, as if it was the county's day: it was, so many days ago."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if key == "days_late":
            value[key] = part - ago
        elif key == "recorded_on":
            value[key] = DAY.isoformat()
        elif key in {"told_zh", "told_en"}:
            value[key] = _LATE.sub(lambda found: str(int(found[0]) - ago), part)
        else:
            _recorded_on_the_day(part, ago)


def write(told: Mapping[str, list[Example]], folder: Path = FOLDER) -> None:
    """One file by chapter, in the order of the life."""
    for left in folder.glob("*.json"):
        left.unlink()
    for name, examples in told.items():
        kept = json.dumps([e.as_json() for e in examples], ensure_ascii=False, indent=1)
        (folder / f"{name}.json").write_text(f"{kept}\n", encoding="utf-8")


def main() -> None:
    """Live it on an embedded server, and write it down."""
    configure_logging("ERROR")
    with tempfile.TemporaryDirectory(prefix="liuhen-") as folder, EmbeddedPostgres(Path(folder) / "pg") as server:
        name = f"examples_{uuid4().hex}"
        with psycopg.connect(server.conninfo, autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {name}".encode())
        database = server.conninfo.rsplit("dbname=", 1)[0] + f"dbname={name}"
        migrate(database)
        (Path(folder) / "county").mkdir()
        with county(database, Path(folder) / "county") as of:
            write(settled(lived(of), of.receiver.url))


if __name__ == "__main__":
    main()
