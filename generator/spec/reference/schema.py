"""The language as JSON Schema (draft 2020-12), for editors. A test compares it with the loader."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from generator.spec import spelling
from generator.spec.language import SPEC
from generator.spec.language.project import INCLUDED
from generator.spec.reference import defs, examples, fields
from generator.spec.types import (
    Anything,
    Boolean,
    Choice,
    Decimal,
    Either,
    Field,
    Integer,
    ListOf,
    MapOf,
    Record,
    Scalar,
    Text,
    Type,
)

JsonSchema = dict[str, Any]

_FREE: Final[JsonSchema] = {"type": ["string", "number", "boolean"], "pattern": r"^[^\u0000]*$"}


# The file beside generator.yaml that editors read, by the first line of generator.yaml.
FILE: Final = "generator.schema.json"
# The file beside it for files that a spec includes.
INCLUDED_FILE: Final = "apps.schema.json"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


@cache
def text() -> bytes:
    """Return the content of ``generator.schema.json``."""
    return (json.dumps(compact(), separators=(",", ":"), ensure_ascii=False) + "\n").encode()


@cache
def text_of_included() -> bytes:
    """Return the content of the schema file for included files; it refers to ``generator.schema.json``."""
    return (json.dumps(included(), indent=2, ensure_ascii=False) + "\n").encode()


def included() -> JsonSchema:
    """Return the schema of a file that a spec includes; it refers to the schema of the spec."""
    found = of(INCLUDED)
    apps = {"$ref": f"{FILE}#/properties/apps"}
    properties = {**found["properties"], "apps": apps}
    return {"$schema": _DIALECT, "title": "apps of generator.yaml", **found, "properties": properties}


def compact() -> JsonSchema:
    """Return the schema of the whole file, in which repeated parts are defined once."""
    return defs.compact(language())


def language() -> JsonSchema:
    """Return the schema of the whole file, with descriptions, defaults and examples."""
    return {"$schema": _DIALECT, "title": "generator.yaml", **of(SPEC)}


def of(accepts: Type, path: str = "") -> JsonSchema:
    """Return the schema of a type at a path of the language."""
    return _MAKERS[type(accepts)](accepts, path)


def nullable(accepts: Type, path: str) -> JsonSchema:
    """Return the schema of a type or ``null``, which means "not set". Records with required fields accept no null."""
    schema = of(accepts, path)
    if "required" in schema or (isinstance(accepts, Record) and accepts.instead):
        return schema
    if "oneOf" in schema:
        # null lacks no field, so it would match each alternative, and therefore not exactly one.
        return {"anyOf": [schema, {"type": "null"}]}
    if isinstance(kind := schema.get("type"), str):
        return {**schema, "type": [kind, "null"]}
    if isinstance(kind, list):
        return {**schema, "type": [*kind, "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _text(accepts: Text, _: str) -> JsonSchema:
    if not accepts.pattern:
        return {**_FREE, "maxLength": accepts.longest}
    pattern = rf"{accepts.pattern}|[^\u0000]*\{{environment\}}[^\u0000]*" if accepts.filled else accepts.pattern
    # In some dialects, `$` alone also matches before a line end at the end of the text.
    return {"type": "string", "maxLength": accepts.longest, "pattern": f"^({pattern})$(?!\\n)"}


def _list(accepts: ListOf, path: str) -> JsonSchema:
    return {
        "type": "array",
        "items": of(accepts.item, f"{path}[]"),
        **({"minItems": accepts.least} if accepts.least else {}),
    }


def _map(accepts: MapOf, path: str) -> JsonSchema:
    return {
        "type": "object",
        "propertyNames": of(accepts.key, path),
        "additionalProperties": nullable(accepts.value, fields.named(path)),
        **({"minProperties": accepts.least} if accepts.least else {}),
    }


def _record(accepts: Record, path: str) -> JsonSchema:
    properties = {name: _field(known, f"{path}.{name}" if path else name) for name, known in accepts.fields.items()}
    required = [name for name, known in accepts.fields.items() if known.required]
    former = [(name, old) for name, old in spelling.FORMER.items() if name in properties]
    for name, old in former:
        properties[old] = {**properties[name], "deprecated": True, "description": f"Former spelling of `{name}`."}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        **_required(required, accepts.instead),
        **({"oneOf": [_only(name) for name in accepts.exactly_one]} if accepts.exactly_one else {}),
        **({"allOf": [{"not": {"type": "object", "required": list(pair)}} for pair in former]} if former else {}),
    }


def _required(names: list[str], instead: tuple[str, ...]) -> JsonSchema:
    """Return the rule that requires these fields, or one of ``instead``."""
    if names and instead:
        return {"oneOf": [*map(_only, names), *map(_only, instead)]}
    return {"required": names} if names else {}


def _field(known: Field, path: str) -> JsonSchema:
    schema = of(known.type, path) if known.required else nullable(known.type, path)
    return {**schema, "description": known.about, **_more(path)}


def _more(path: str) -> JsonSchema:
    """Return default and example. In an environment, a field has no default, because the app's value is used."""
    place = fields.described_at(path)
    if place not in fields.every() and not any(
        place.startswith((f"{shared}.", f"{shared}[")) for shared in fields.shared()
    ):
        return {}  # This is only a part of the language.
    described = fields.described(place)
    entry = described.entry
    default = {"default": examples.plain(entry.default)} if entry.default and place == path else {}
    return {**default, "examples": [examples.value(described.path, fields.shown_at(described.path))]}


def _shape(shape: type | tuple[type, ...], accepts: Type, path: str) -> JsonSchema:
    """Return the schema of one of several types. Free text accepts no numbers there, so that the types differ."""
    found = of(accepts, path)
    return {**found, "type": "string"} if shape is str and isinstance(accepts, Text) else found


def _only(name: str) -> JsonSchema:
    """Return the schema of a map that contains this field."""
    return {"required": [name], "properties": {name: {"not": {"type": "null"}}}}


_MAKERS: Final[Mapping[type, Callable[[Any, str], JsonSchema]]] = {
    Text: _text,
    Scalar: lambda _, __: _FREE,
    Integer: lambda accepts, _: {"type": "integer", "minimum": accepts.least, "maximum": accepts.most},
    Decimal: lambda _, __: {"type": "number", "minimum": 0},
    Boolean: lambda _, __: {"type": "boolean"},
    Choice: lambda accepts, _: {"enum": list(accepts.words)},
    ListOf: _list,
    MapOf: _map,
    Anything: lambda accepts, _: {"type": "array" if accepts.kind is list else "object"},
    Either: lambda accepts, path: {"anyOf": [_shape(shape, inner, path) for shape, inner in accepts.shapes]},
    Record: _record,
}
