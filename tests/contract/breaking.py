"""接口变更 What a later API document takes away from those who rely on a released one: `make released` freezes that one.

Requests must be taken that were taken (nothing is narrowed), answers may hold no more kinds of values than they did
(nothing is widened), and nothing that has a name goes away before its announced end (docs/api-versions.md). What can
not be compared by its keywords has to stay as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

from domain.rule import text
from domain.texts import Text

Schema = Mapping[str, Any]

_REMOVE = text(
    "恢复它；要去掉，先在一个版本中标为弃用并写明停用日，过了停用日再去掉（docs/api-versions.md）",
    "restore it; to take it away, deprecate it in a release and name its sunset, and remove it after that day",
)
_BESIDE = text(
    "这一处保持原样；另设新的参数、字段或操作，旧的标为弃用（docs/api-versions.md）",
    "leave it as it was; add a new parameter, field or operation beside it, and deprecate the old one",
)


class Way(Enum):
    """Which way a value goes."""

    IN = text("请求", "request")
    OUT = text("答复", "answer")


@dataclass(frozen=True)
class Break:
    """One place where a client of the released document would fail."""

    pointer: str
    """JSON pointer (RFC 6901) into the released document; for what is new and needed, to where it was put."""
    told: Text
    cure: Text

    def __str__(self) -> str:
        return f"{self.pointer}\n    {self.told.zh}。{self.cure.zh}\n    {self.told.en}: {self.cure.en}"


def breaks(released: Mapping[str, Any], present: Mapping[str, Any], today: date) -> list[Break]:
    """Every break, by pointer. What the released document calls deprecated may be gone from its sunset on."""
    found = _Comparison(released, present, today).documents()
    return sorted({b.pointer + b.told.en: b for b in found}.values(), key=lambda b: (b.pointer, b.told.en))


_PROSE = frozenset({"description", "title", "summary", "examples", "example", "links", "tags", "externalDocs"})


def bare(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document without its prose, examples and links: what binds."""

    def without(value: Any, *, names: bool = False) -> Any:
        """`names`: the keys are names of things, and none of them is prose."""
        if isinstance(value, Mapping):
            kept = value.items() if names else ((k, v) for k, v in value.items() if k not in _PROSE)
            return {k: without(v, names=k in _NAMING and not names) for k, v in kept}
        return [without(v) for v in value] if isinstance(value, list) else value

    made: dict[str, Any] = without(document)
    made["components"].pop("links", None)
    return {**made, "info": {name: document["info"][name] for name in ("title", "version")}}


_NAMING = frozenset(
    {"properties", "paths", "schemas", "responses", "headers", "content", "securitySchemes", "$defs", "parameters"}
)
_LOWER = ("minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum")
_UPPER = ("maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum")
_AS_IT_IS = ("format", "pattern", "multipleOf", "uniqueItems", "contentEncoding", "contentMediaType")
_COMPARED = frozenset(
    {"$ref", "anyOf", "oneOf", "type", "enum", "const", "items", "prefixItems", "properties", "required", "default"}
    | {"additionalProperties", "propertyNames", *_LOWER, *_UPPER, *_AS_IT_IS}
)
_TOLD_ONLY = _PROSE | {"deprecated", "readOnly", "writeOnly", "discriminator", "$comment"}
_ABSENT = object()


@dataclass
class _Comparison:
    released: Mapping[str, Any]
    present: Mapping[str, Any]
    today: date
    begun: set[tuple[str, str, Way]] = field(default_factory=set)
    """Pairs of named schemas that are being compared, or were: a schema may hold itself."""

    def documents(self) -> Iterator[Break]:
        for path, item in self.released["paths"].items():
            now = self.present["paths"].get(path, {})
            for method, then in item.items():
                at = f"#/paths/{_escaped(path)}/{method}"
                if method in now:
                    yield from self._operation(then, now[method], at)
                elif not self._over(then):
                    yield _gone(at, "操作", "operation")
        schemes = self.present.get("components", {}).get("securitySchemes", {})
        for name, then in self.released.get("components", {}).get("securitySchemes", {}).items():
            at = f"#/components/securitySchemes/{_escaped(name)}"
            if {k: v for k, v in then.items() if k not in _PROSE} != {
                k: v for k, v in schemes.get(name, {}).items() if k not in _PROSE
            }:
                yield Break(at, text("认证方式变了", "the way to authenticate is another"), _BESIDE)

    def _over(self, then: Mapping[str, Any]) -> bool:
        """Was it announced that it ends, and is that day here?"""
        ends = then.get("x-sunset")
        return bool(then.get("deprecated")) and isinstance(ends, str) and date.fromisoformat(ends) <= self.today

    def _operation(self, then: Schema, now: Schema, at: str) -> Iterator[Break]:
        if then.get("operationId") != now.get("operationId"):
            told = text("操作改名，生成的客户端会断", "the operation has another name, which generated clients call")
            yield Break(f"{at}/operationId", told, _BESIDE)
        if lost := sorted(set(then.get("x-roles", ())) - set(now.get("x-roles", ()))):
            told = text(f"不再准许{'、'.join(lost)}办理", f"it is not open to {', '.join(lost)} any more")
            yield Break(f"{at}/x-roles", told, _BESIDE)
        yield from self._security(then, now, at)
        yield from self._parameters(then, now, at)
        yield from self._body(then.get("requestBody"), now.get("requestBody"), f"{at}/requestBody")
        for status, answer in then.get("responses", {}).items():
            if status not in now.get("responses", {}):
                yield _gone(f"{at}/responses/{status}", "答复码", "status")
                continue
            yield from self._answer(answer, now["responses"][status], f"{at}/responses/{status}")

    def _security(self, then: Schema, now: Schema, at: str) -> Iterator[Break]:
        asked = now.get("security", self.present.get("security", []))
        for way in then.get("security", self.released.get("security", [])) or [{}]:
            if asked and not any(all(set(a[s]) <= set(way.get(s, ("?",))) and s in way for s in a) for a in asked):
                named = "、".join(way) or "无令牌"
                told = text(f"以{named}不再可用", f"it cannot be used with {', '.join(way) or 'no token'} any more")
                yield Break(f"{at}/security", told, _BESIDE)

    def _parameters(self, then: Schema, now: Schema, at: str) -> Iterator[Break]:
        new = {_key(p): p for p in (_resolved(self.present, q)[0] for q in now.get("parameters", ()))}
        old = set()
        for number, given in enumerate(then.get("parameters", ())):
            parameter = _resolved(self.released, given)[0]
            key, where = _key(parameter), f"{at}/parameters/{number}"
            old.add(key)
            if key not in new:
                if not self._over(parameter):
                    yield _gone(where, f"参数{parameter['name']}", f"parameter {parameter['name']}")
                continue
            if new[key].get("required") and not parameter.get("required"):
                yield _needed(where, parameter["name"])
            yield from self._schema(parameter.get("schema", {}), new[key].get("schema", {}), Way.IN, f"{where}/schema")
        for key, parameter in new.items():
            if parameter.get("required") and key not in old:
                yield _needed(f"{at}/parameters", parameter["name"])

    def _body(self, then: Schema | None, now: Schema | None, at: str) -> Iterator[Break]:
        if then is None:
            if now is not None and _resolved(self.present, now)[0].get("required"):
                yield _needed(at, "正文 a body")
            return
        then = _resolved(self.released, then)[0]
        if now is None:
            yield _gone(at, "正文", "body")
            return
        now = _resolved(self.present, now)[0]
        if now.get("required") and not then.get("required"):
            yield _needed(at, "正文 a body")
        yield from self._content(then, now, Way.IN, at)

    def _answer(self, then: Schema, now: Schema, at: str) -> Iterator[Break]:
        then, at = _resolved(self.released, then, at)
        now = _resolved(self.present, now)[0]
        headers = {name.lower() for name in now.get("headers", {})}
        for name in then.get("headers", {}):
            if name.lower() not in headers:
                yield _gone(f"{at}/headers/{_escaped(name)}", f"答复头{name}", f"header {name}")
        yield from self._content(then, now, Way.OUT, at)

    def _content(self, then: Schema, now: Schema, way: Way, at: str) -> Iterator[Break]:
        for kind, media in then.get("content", {}).items():
            where = f"{at}/content/{_escaped(kind)}"
            if kind not in now.get("content", {}):
                yield _gone(where, f"媒体类型{kind}", f"media type {kind}")
                continue
            yield from self._schema(
                media.get("schema", {}), now["content"][kind].get("schema", {}), way, f"{where}/schema"
            )

    def _schema(self, then: Schema, now: Schema, way: Way, at: str) -> list[Break]:
        pair = (str(then.get("$ref", at)), str(now.get("$ref", at)), way)
        if "$ref" in then or "$ref" in now:
            if pair in self.begun:
                return []
            self.begun.add(pair)
        then, at = _resolved(self.released, then, at)
        now = _resolved(self.present, now)[0]
        found = []
        if way is Way.IN and "default" in then and then["default"] != now.get("default", _ABSENT):
            told = text("未写明时的值变了", "what is meant when it is left out is something else")
            found.append(Break(f"{at}/default", told, _BESIDE))
        olds, news = (list(_alternatives(s, where)) for s, where in ((then, at), (now, at)))
        if len(olds) == len(news) == 1:
            return found + self._plain(olds[0][0], news[0][0], way, at)
        subs, sups = (olds, news) if way is Way.IN else (news, olds)
        for sub, where in subs:
            fits = []
            for sup, elsewhere in sups:
                old, new, place = (sub, sup, where) if way is Way.IN else (sup, sub, elsewhere)
                fits.append((self._tried(old, new, way, place), _kind(sub) == _kind(sup)))
            if any(not wrong for wrong, _ in fits):
                continue
            alike = min((wrong for wrong, same in fits if same), key=len, default=None)
            found += [_changed(at, way, _kind(sub))] if alike is None else alike
        return found

    def _tried(self, then: Schema, now: Schema, way: Way, at: str) -> list[Break]:
        """As `_schema`, where the answer may be that it is another alternative: what was looked at is forgotten."""
        begun = set(self.begun)
        found = self._schema(then, now, way, at)
        if found:
            self.begun = begun
        return found

    def _plain(self, then: Schema, now: Schema, way: Way, at: str) -> list[Break]:
        """Two schemas that are no choice among others."""
        sub, sup = (then, now) if way is Way.IN else (now, then)
        found = [] if "properties" not in then else list(self._properties(then, now, way, at))
        if not _bound(sup):
            return found
        kinds = {"integer", "number"} if sup.get("type") == "number" else {sup.get("type")}
        if "type" in sup and sub.get("type", _type_of(_values(sub))) not in kinds:
            return [*found, _changed(f"{at}/type", way, _kind(sub))]
        values = _values(sub)
        if (allowed := _values(sup)) is not None:
            beyond = ["anything"] if values is None else [v for v in values if v not in allowed]
            if beyond:
                found.append(_changed(f"{at}/{'enum' if 'enum' in then else ''}".rstrip("/"), way, _listed(beyond)))
        elif values is None:
            found += _limits(sub, sup, way, at)
        found += self._items(then, now, way, at)
        for word in sorted((then.keys() | now.keys()) - _COMPARED - _TOLD_ONLY):
            if not word.startswith("x-") and then.get(word) != now.get(word):
                found.append(_changed(f"{at}/{word}", way, word))
        return found

    def _items(self, then: Schema, now: Schema, way: Way, at: str) -> Iterator[Break]:
        firsts, nows = then.get("prefixItems", []), now.get("prefixItems", [])
        if len(firsts) != len(nows):
            yield _changed(f"{at}/prefixItems", way, f"{len(nows)}")
        for number, (first, first_now) in enumerate(zip(firsts, nows, strict=False)):
            yield from self._schema(first, first_now, way, f"{at}/prefixItems/{number}")
        if "items" in (now if way is Way.IN else then):
            yield from self._schema(then.get("items", {}), now.get("items", {}), way, f"{at}/items")
        if "propertyNames" in (now if way is Way.IN else then):
            yield from self._schema(then.get("propertyNames", {}), now.get("propertyNames", {}), way, at)
        more, more_now = then.get("additionalProperties", True), now.get("additionalProperties", True)
        if way is Way.IN and more is not False and more_now is False:
            yield _changed(f"{at}/additionalProperties", way, "additionalProperties")
        elif more is not False and more_now is not False and isinstance(more_now if way is Way.IN else more, Mapping):
            some, some_now = (m if isinstance(m, Mapping) else {} for m in (more, more_now))
            yield from self._schema(some, some_now, way, f"{at}/additionalProperties")

    def _properties(self, then: Schema, now: Schema, way: Way, at: str) -> Iterator[Break]:
        needed, needed_now = (set(s.get("required", ())) for s in (then, now))
        fields = now.get("properties", {})
        for name, then_field in then["properties"].items():
            where = f"{at}/properties/{_escaped(name)}"
            if name not in fields:
                if not self._over(_resolved(self.released, then_field)[0]):
                    yield _gone(where, f"{way.value.zh}字段{name}", f"{way.value.en} field {name}")
            else:
                if way is Way.OUT and name in needed - needed_now:
                    told = text(f"{name}不再总在答复中", f"{name} is not always in the answer any more")
                    yield Break(where, told, _BESIDE)
                yield from self._schema(then_field, fields[name], way, where)
        if way is Way.IN:
            for name in sorted(needed_now - needed):
                yield _needed(f"{at}/properties/{_escaped(name)}", name)


def _limits(sub: Schema, sup: Schema, way: Way, at: str) -> Iterator[Break]:
    for words, worse in ((_LOWER, -1), (_UPPER, 1)):
        for word in words:
            bound = sup.get(word)
            if bound is None or (bound == 0 and word.startswith("min") and word != "minimum"):
                continue
            if word not in sub or (sub[word] - bound) * worse > 0:
                yield _changed(f"{at}/{word}", way, f"{word} {sub.get(word, '-')}")
    for word in _AS_IT_IS:
        if word in sup and sub.get(word) != sup[word]:
            yield _changed(f"{at}/{word}", way, f"{word} {sub.get(word, '-')}")


def _resolved(document: Mapping[str, Any], given: Schema, at: str = "") -> tuple[Schema, str]:
    """What a reference leads to, with what is said beside it, and where it stands."""
    while "$ref" in given:
        at = given["$ref"]
        target: Any = document
        for part in at.removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        given = {**target, **{k: v for k, v in given.items() if k != "$ref"}}
    return given, at


def _alternatives(schema: Schema, at: str) -> Iterator[tuple[Schema, str]]:
    """The plain schemas and references of which a value fits one."""
    for word in ("anyOf", "oneOf"):
        if word in schema:
            for number, choice in enumerate(schema[word]):
                yield from _alternatives(choice, f"{at}/{word}/{number}")
            return
    if isinstance(schema.get("type"), list):
        for kind in schema["type"]:
            yield {**schema, "type": kind}, at
        return
    yield schema, at


def _kind(schema: Schema) -> str:
    """What a schema is called where it is one of several."""
    return str(schema.get("$ref", "")).rsplit("/", 1)[-1] or str(schema.get("type", "anything"))


def _values(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _type_of(values: Iterable[Any] | None) -> str | None:
    names = {"str": "string", "int": "integer", "bool": "boolean", "float": "number", "NoneType": "null"}
    kinds = {names.get(type(v).__name__) for v in values or ()}
    return kinds.pop() if len(kinds) == 1 else None


def _bound(schema: Schema) -> bool:
    return any(word not in _TOLD_ONLY and word != "default" and not word.startswith("x-") for word in schema)


def _key(parameter: Schema) -> tuple[str, str]:
    name = parameter["name"]
    return parameter["in"], name.lower() if parameter["in"] == "header" else name


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _listed(values: Iterable[Any]) -> str:
    return "、".join(v if isinstance(v, str) else json.dumps(v) for v in values)


def _gone(at: str, zh: str, en: str) -> Break:
    return Break(at, text(f"{zh}没有了", f"the {en} is gone"), _REMOVE)


def _needed(at: str, name: str) -> Break:
    return Break(at, text(f"现在必须提供{name}", f"{name} must be sent now"), _BESIDE)


def _changed(at: str, way: Way, what: str) -> Break:
    if way is Way.IN:
        return Break(at, text(f"请求收窄：{what}不再接受", f"the request takes less: not {what} any more"), _BESIDE)
    return Break(at, text(f"答复放宽：现在可能是{what}", f"the answer may hold more: {what}"), _BESIDE)
