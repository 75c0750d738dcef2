"""The language as JSON Schema (draft 2020-12), for editors. A test holds it to what the loader takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from generator.spec import spelling
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


def of(accepts: Type) -> JsonSchema:
    """Return the schema of a type."""
    return _MAKERS[type(accepts)](accepts)


def nullable(accepts: Type) -> JsonSchema:
    """Return the schema of a type with ``null``, which means "not set"; without it for a record that needs a field."""
    schema = of(accepts)
    if "required" in schema:
        return schema
    if "oneOf" in schema:
        # Of what is not there, nothing is missing: it would satisfy each of them, and so not one.
        return {"anyOf": [schema, {"type": "null"}]}
    if isinstance(kind := schema.get("type"), str):
        return {**schema, "type": [kind, "null"]}
    if isinstance(kind, list):
        return {**schema, "type": [*kind, "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _text(accepts: Text) -> JsonSchema:
    if not accepts.pattern:
        return {**_FREE, "maxLength": accepts.longest}
    pattern = rf"{accepts.pattern}|.*\{{environment\}}.*" if accepts.filled else accepts.pattern
    # `$` alone would let a final line end pass in some dialects.
    return {"type": "string", "maxLength": accepts.longest, "pattern": f"^({pattern})$(?!\\n)"}


def _list(accepts: ListOf) -> JsonSchema:
    return {"type": "array", "items": of(accepts.item), **({"minItems": accepts.least} if accepts.least else {})}


def _map(accepts: MapOf) -> JsonSchema:
    return {
        "type": "object",
        "propertyNames": of(accepts.key),
        "additionalProperties": nullable(accepts.value),
        **({"minProperties": accepts.least} if accepts.least else {}),
    }


def _record(accepts: Record) -> JsonSchema:
    properties = {name: _field(known) for name, known in accepts.fields.items()}
    required = [name for name, known in accepts.fields.items() if known.required]
    former = [(name, old) for name, old in spelling.FORMER.items() if name in properties]
    for name, old in former:
        properties[old] = {**properties[name], "deprecated": True, "description": f"Former spelling of `{name}`."}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        **({"required": required} if required else {}),
        **({"oneOf": [_only(name) for name in accepts.exactly_one]} if accepts.exactly_one else {}),
        **({"allOf": [{"not": {"type": "object", "required": list(pair)}} for pair in former]} if former else {}),
    }


def _field(known: Field) -> JsonSchema:
    return {**(of(known.type) if known.required else nullable(known.type)), "description": known.about}


def _only(name: str) -> JsonSchema:
    """Return the schema of a map that has this field."""
    return {"required": [name], "properties": {name: {"not": {"type": "null"}}}}


_MAKERS: Final[Mapping[type, Callable[[Any], JsonSchema]]] = {
    Text: _text,
    Scalar: lambda _: _FREE,
    Integer: lambda accepts: {"type": "integer", "minimum": accepts.least, "maximum": accepts.most},
    Decimal: lambda _: {"type": "number", "minimum": 0},
    Boolean: lambda _: {"type": "boolean"},
    Choice: lambda accepts: {"enum": list(accepts.words)},
    ListOf: _list,
    MapOf: _map,
    Anything: lambda accepts: {"type": "array" if accepts.kind is list else "object"},
    Either: lambda accepts: {"anyOf": [of(inner) for _, inner in accepts.shapes]},
    Record: _record,
}
