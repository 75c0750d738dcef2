"""Convert resources of Terraform to CloudFormation, by the schemas of both and a table of different names. Pure.

Names match if they only differ in case and hyphens; the others are in ``names``. Fields without a match are
reported, never dropped: within a document, where every field is AWS' own, they are an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from generator.infra.cloudformation import names
from generator.infra.plan import Resource

Schema = Mapping[str, Any]
# Terraform's schema of a block: its attributes with how they are set, and the blocks within.
_COMPUTED: Final = "c"
_REQUIRED: Final = "r"


@dataclass(slots=True)
class Converted:
    """One resource as CloudFormation has it.

    Attributes:
        parameters: Values that are unknown before an apply, by invented names. unmapped: Attributes of Terraform
        without a counterpart.
        unknown_fields: Fields of documents that AWS does not know.
    """

    kind: str
    properties: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    unmapped: set[str] = field(default_factory=set)
    unknown_fields: set[str] = field(default_factory=set)


def convert(resource: Resource, block: Schema, schema: Schema) -> Converted:
    """Convert a resource, by Terraform's schema of its kind and by CloudFormation's."""
    about = names.KINDS[resource.kind]
    writing = _Writing(Converted(about.to), schema)
    inner = writing.inner(schema, about.within) if about.within else schema
    found = writing.block(resource.values, resource.unknown, block, inner, resource.kind)
    about.finish(resource, found)
    writing.done.properties = {about.within: found} if about.within else found
    return writing.done


@dataclass(slots=True)
class _Writing:
    done: Converted
    root: Schema

    def inner(self, schema: Schema, name: str) -> Schema:
        """Return the schema of a property."""
        return self._resolved(schema["properties"][name])

    def block(self, values: Mapping[str, Any], unknown: Any, block: Schema, schema: Schema, at: str) -> dict[str, Any]:
        """Convert the attributes and blocks of one block."""
        found: dict[str, Any] = {}
        marks = unknown if isinstance(unknown, Mapping) else {}
        for name, value in values.items():
            if name in block.get("a", {}):
                how = block["a"][name][1]
                # A block may have an id of its own.
                own = name in names.OF_TERRAFORM and (name != "id" or "." not in at)
                if how == _COMPUTED or value is None or own:
                    continue
                self._attribute(found, value, schema, f"{at}.{name}")
            elif name in block.get("b", {}) and value:
                self._nested(found, value, marks.get(name), block["b"][name][3], schema, f"{at}.{name}")
        for name, (_, how) in block.get("a", {}).items():
            if (how == _REQUIRED or f"{at}.{name}" in names.INSTEAD) and marks.get(name) is True:
                self._unknown(found, schema, f"{at}.{name}")
        return found

    def _attribute(self, found: dict[str, Any], value: Any, schema: Schema, at: str) -> None:
        if at in names.LEFT_OUT:
            return
        path, target = self._place(schema, at)
        if target is None:
            self.done.unmapped.add(at)
            return
        change = names.VALUES.get(at)
        _put(found, path, change(value) if change else self._value(value, target, at))

    def _nested(
        self, found: dict[str, Any], items: Sequence[Any], unknown: Any, block: Schema, schema: Schema, at: str
    ) -> None:
        if at in names.LEFT_OUT:
            return
        if at in names.FLAT:
            for item in items:
                _merge(found, self.block(item, None, block, schema, at))
            return
        path, target = self._place(schema, at)
        if target is None:
            self.done.unmapped.add(at)
            return
        many = target.get("type") == "array" or "items" in target
        inner = self._resolved(target.get("items") or {}) if many else target
        marks = unknown if isinstance(unknown, list) else [None] * len(items)
        made = [self.block(item, mark, block, inner, at) for item, mark in zip(items, marks, strict=False)]
        _put(found, path, made if many else made[0])

    def _unknown(self, found: dict[str, Any], schema: Schema, at: str) -> None:
        path, target = self._place(schema, at)
        if target is not None and at not in names.LEFT_OUT:
            name = f"Unknown{len(self.done.parameters)}"
            self.done.parameters[name] = "CommaDelimitedList" if target.get("type") == "array" else "String"
            _put(found, path, {"Ref": name})

    def _place(self, schema: Schema, at: str) -> tuple[tuple[str, ...], Schema | None]:
        """Return where something goes, below the schema that it is in, and that place's schema."""
        name = at.rpartition(".")[2]
        asked = names.RENAMED.get(at, name)
        path: tuple[str, ...] = ()
        here: Schema | None = schema
        for step in asked.split("/"):
            found = self._property(here, step) if here is not None else None
            if found is None:
                return (), None
            path, here = (*path, found[0]), found[1]
        return path, here

    def _property(self, schema: Schema, name: str) -> tuple[str, Schema] | None:
        known = self._resolved(schema).get("properties") or {}
        plain = name.replace("_", "").lower()
        by_case = {one.lower(): one for one in known}
        for wanted in (plain, f"{plain}s"):
            if wanted in by_case:
                return by_case[wanted], self._resolved(known[by_case[wanted]])
        return None

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            target: Any = self.root
            for step in schema["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            schema = target
        return schema

    def _value(self, value: Any, schema: Schema, at: str) -> Any:
        """Return a value as the schema has it: numbers that Terraform keeps as texts, and documents."""
        if at in names.DOCUMENTS:
            return self._document(value, schema, at)
        kind = schema.get("type")
        if isinstance(value, str) and kind in ("integer", "number") and value.lstrip("-").isdigit():
            return int(value)
        if isinstance(value, list) and schema.get("items"):
            inner = self._resolved(schema["items"])
            return [self._value(one, inner, at) for one in value]
        if isinstance(value, list) and kind == "string" and len(value) == 1:
            return value[0]
        return value

    def _document(self, text: Any, schema: Schema, at: str) -> Any:
        import json

        try:
            value = json.loads(text)
        except (TypeError, ValueError):
            return text
        return self._fields(value, schema, at) if names.DOCUMENTS[at] else value

    def _fields(self, value: Any, schema: Schema, at: str) -> Any:
        """Return a document of AWS' own fields with their names as CloudFormation has them."""
        schema = self._resolved(schema)
        if isinstance(value, list):
            return [self._fields(one, schema.get("items") or {}, at) for one in value]
        if not isinstance(value, Mapping) or not schema.get("properties"):
            return value
        made = {}
        for name, one in value.items():
            found = self._property(schema, name)
            if found is None or found[0].lower() != name.lower():
                self.done.unknown_fields.add(f"{at}: {name}")
            else:
                made[found[0]] = self._fields(one, found[1], at)
        return made


def _put(found: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for step in path[:-1]:
        found = found.setdefault(step, {})
    if isinstance(value, dict) and isinstance(found.get(path[-1]), dict):
        _merge(found[path[-1]], value)
    else:
        found[path[-1]] = value


def _merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        _put(into, (name,), value)
