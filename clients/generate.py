"""生成 Writes the typed operations of the Python client from the API document: `python -m clients.generate`.

One method per operation and one TypedDict per schema; how a request is sent is not here but in `liuhen_client.client`.
"""

from __future__ import annotations

import json
import keyword
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parents[1] / "docs" / "openapi.json"
_SENT_BY_THE_CLIENT = {
    "idempotency-key",
    "if-match",
    "prefer",
    "accept",
    "content-type",
    "if-none-match",
    "liuhen-purpose",
}
"""Headers that the client's own layer sets."""
_JSON = "application/json"
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_HEAD = '''"""接口的全部操作 Every operation of the API. Written by `python -m clients.generate`: do not edit."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, Protocol, TypedDict
from urllib.parse import quote


class Sender(Protocol):
    """What sends a request, and gives the decoded answer. Raises the errors of `liuhen_client.errors`."""

    def send(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        query: dict[str, Any],
        headers: dict[str, Any],
        body: Any = None,
        act: bool = False,
        versioned: bool = False,
        key: str | None = None,
        if_match: str | None = None,
    ) -> Any:
        """Send a request. `act`: needs a key; `versioned`: names the version that was seen."""
        ...

'''


def generated(document: Mapping[str, Any]) -> str:
    """The module's text."""
    schemas = document["components"]["schemas"]
    parts = [_HEAD, *(_typed(name, schema) for name, schema in schemas.items())]
    parts.append(
        '\nclass Operations(Sender):\n    """Every operation, by the name that the API document gives it."""\n'
    )
    parts += list(_methods(document))
    return "\n".join(parts)


def _typed(name: str, schema: Mapping[str, Any]) -> str:
    told = _told(schema.get("description"))
    if schema.get("type") != "object" or not schema.get("properties"):
        return f"{_name(name)} = {_type(schema, quoted=True)}\n" + (f'"""{told}"""\n' if told else "")
    required = set(schema.get("required", ()))
    lines = [
        f"    {_quoted(field)}: {kind if field in required else f'NotRequired[{kind}]'},"
        for field, kind in ((f, _type(s, quoted=True)) for f, s in schema["properties"].items())
    ]
    if all(field.isidentifier() and not keyword.iskeyword(field) for field in schema["properties"]):
        body = "\n".join(
            line.replace(_quoted(f), f, 1).rstrip(",") for f, line in zip(schema["properties"], lines, strict=True)
        )
        doc = f'    """{told}"""\n\n' if told else ""
        return f"\nclass {_name(name)}(TypedDict):\n{doc}{body}\n"
    fields = "\n".join(lines)
    return f'{_name(name)} = TypedDict("{_name(name)}", {{\n{fields}\n}})\n'


def _type(schema: Mapping[str, Any], *, quoted: bool = False) -> str:
    """A schema as a type. Texts of a form (dates, identities, amounts) are texts here: that is what is sent."""
    if "$ref" in schema:
        named = _name(schema["$ref"].rsplit("/", 1)[1])
        return f'"{named}"' if quoted else named
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        return f"Literal[{', '.join(map(repr, schema['enum']))}]"
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        inner = dict.fromkeys(_type(c) for c in choices)
        joined = " | ".join(sorted(inner, key=lambda kind: kind == "None"))
        return f'"{joined}"' if quoted and "$ref" in json.dumps(choices) else joined
    match schema.get("type"):
        case "array":
            inner_type = _type(schema.get("items") or {})
            return f'"list[{inner_type}]"' if quoted and "$ref" in json.dumps(schema) else f"list[{inner_type}]"
        case "object":
            held = schema.get("additionalProperties")
            kind = _type(held) if isinstance(held, dict) and held else "Any"
            return f'"dict[str, {kind}]"' if quoted and "$ref" in json.dumps(schema) else f"dict[str, {kind}]"
        case list() as kinds:
            return " | ".join(_PLAIN[k] for k in kinds)
        case str() as kind:
            return _PLAIN[kind]
    return "Any"


def _methods(document: Mapping[str, Any]) -> Iterator[str]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield _method(document, path, method, operation)


def _method(document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> str:
    parameters = operation.get("parameters", [])
    in_path = [p for p in parameters if p["in"] == "path"]
    in_query = [p for p in parameters if p["in"] == "query"]
    in_header = [p for p in parameters if p["in"] == "header" and p["name"].lower() not in _SENT_BY_THE_CLIENT]
    known = {p["name"]: p for p in parameters if p["in"] == "header"}
    body, fields = _body(document, operation)
    kinds = list(operation["requestBody"]["content"]) if body == "bytes" else []
    act, versioned = "Idempotency-Key" in known, "If-Match" in known
    takes = [f"{_argument(p['name'])}: {_type(p['schema'])}" for p in in_path]
    named = [f"{_argument(p['name'])}: {_optional(_type(p['schema']))} = None" for p in (*in_query, *in_header)]
    if fields is not None:
        takes += [f"{f}: {kind}" for f, (kind, needed) in fields.items() if needed and f == "act"]
        named = [
            *(f"{f}: {kind}" for f, (kind, needed) in fields.items() if needed and f != "act"),
            *(f"{f}: {_optional(kind)} = None" for f, (kind, needed) in fields.items() if not needed),
            *named,
        ]
    elif body is not None:
        takes.append(f"body: {body}")
    sent = {p["name"]: _argument(p["name"]) for p in in_header}
    if kinds:
        told_by_caller = len(kinds) > 1 or "*" in kinds[0]
        sent["Content-Type"] = "content_type" if told_by_caller else repr(kinds[0])
        named += ["content_type: str | None = None"] if told_by_caller else []
    if act:
        named.append("key: str | None = None")
    if versioned:
        named.append("if_match: str | None = None")
    signature = ", ".join(["self", *takes, *(["*", *named] if named else [])])
    told = " ".join(part for part in (operation.get("summary", ""), _roles(operation), _ending(operation)) if part)
    return "\n".join(
        [
            f"    def {_snake(operation['operationId'])}({signature}) -> {_answer(operation)}:",
            f'        """{_told(told)}"""',
            "        return self.send(  # type: ignore[no-any-return]"
            if _answer(operation) not in {"Any", "None"}
            else "        return self.send("
            if _answer(operation) == "Any"
            else "        self.send(",
            f"            {method.upper()!r},",
            f"            {_address(path, in_path)},",
            f"            operation={operation['operationId']!r},",
            f"            query={_pairs({p['name']: _argument(p['name']) for p in in_query})},",
            f"            headers={_pairs(sent)},",
            *(
                [f"            body={_pairs({f: f for f in fields})},"]
                if fields is not None
                else ["            body=body,"]
                if body
                else []
            ),
            *(["            act=True,", "            key=key,"] if act else []),
            *(["            versioned=True,", "            if_match=if_match,"] if versioned else []),
            "        )",
            "",
        ]
    )


def _body(
    document: Mapping[str, Any], operation: Mapping[str, Any]
) -> tuple[str | None, dict[str, tuple[str, bool]] | None]:
    """The type of a body; for an act its fields, which become arguments."""
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return None, None
    schema = content.get(_JSON, {}).get("schema")
    if schema is None:
        return "bytes", None
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    if not name.startswith("Submission_"):
        return _type(schema), None
    submission = document["components"]["schemas"][name]
    required = set(submission.get("required", ()))
    return None, {f: (_type(s), f in required) for f, s in submission["properties"].items()}


def _answer(operation: Mapping[str, Any]) -> str:
    """The type of what a request that succeeds is answered with."""
    answers = [a for status, a in operation["responses"].items() if status.startswith("2")]
    kinds = [
        _type(a["content"][_JSON]["schema"])
        for a in answers
        if _JSON in a.get("content", {}) and a["content"][_JSON].get("schema")
    ]
    if kinds:
        return " | ".join(dict.fromkeys(kinds))
    return "bytes" if any(a.get("content") for a in answers) else "None"


def _address(path: str, in_path: list[Any]) -> str:
    if not in_path:
        return repr(path)
    text = path
    for p in in_path:
        text = text.replace("{" + p["name"] + "}", "{quote(str(" + _argument(p["name"]) + "), safe='')}")
    return f'f"{text}"'


def _pairs(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f'"{name}": {value}' for name, value in values.items()) + "}"


def _ending(operation: Mapping[str, Any]) -> str:
    if not operation.get("deprecated"):
        return ""
    instead = operation.get("x-instead", {})
    return f"停用 ends {operation.get('x-sunset', '?')}: {instead.get('zh', '')} {instead.get('en', '')}"


def _roles(operation: Mapping[str, Any]) -> str:
    roles = operation.get("x-roles")
    return f"[{'、'.join(roles)}]" if roles else ""


def _optional(kind: str) -> str:
    return kind if kind == "Any" or kind.endswith("None") else f"{kind} | None"


def _quoted(field: str) -> str:
    return json.dumps(field)


def _name(schema: str) -> str:
    return re.sub(r"\W+", "_", schema).strip("_")


def _argument(name: str) -> str:
    made = re.sub(r"\W", "_", name).lower()
    return f"{made}_" if keyword.iskeyword(made) else made


def _snake(operation: str) -> str:
    made = re.sub(r"\W", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation)).lower()
    return f"{made}_" if keyword.iskeyword(made) else made


def _told(text: str | None) -> str:
    return " ".join((text or "").split()).replace("\\", "\\\\").replace('"', "'")[:600]


if __name__ == "__main__":
    sys.stdout.write(generated(json.loads(DOCUMENT.read_text(encoding="utf-8"))))
