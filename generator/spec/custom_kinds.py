"""Check values of the spec that have the shape of a custom kind (a route, a Rollout, an ExternalSecret).

The schemas come from the CustomResourceDefinitions; ``validate`` checks the output with the same ones. A fault found
here has the line in the spec. A schema is read when the first value needs it. Rules between fields (CEL) are not
checked: only an API server evaluates them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from generator.spec.findings import Findings, Held, did_you_mean, shown
from generator.spec.findings import Path as FieldPath
from generator.spec.placeholder import PLACEHOLDER

Schema = Mapping[str, Any]

# Data of the package ``tools``. Its code is not imported, because ``render`` may not depend on it.
_PACKED: Final = Path(__file__).parents[1] / "tools" / "schemas" / "schemas.zip"
# The generator renders the other fields of these, so no field at their top level is required.
_RENDERED: Final = frozenset({"argoproj.io/v1alpha1/Rollout:spec.strategy.blueGreen"})
# The largest number of field names in a hint.
_FEW: Final = 12
_TYPES: Final[Mapping[str, tuple[tuple[type, ...], str, str]]] = {
    "object": ((dict,), "a map", 'write "name: value" lines'),
    "array": ((list,), "a list", 'start each item with "- "'),
    "string": ((str,), "text", "put it in quotes"),
    "integer": ((int,), "a whole number", "without quotes and without a fraction"),
    "number": ((int, float), "a number", "without quotes"),
    "boolean": ((bool,), "true or false", "write true or false, without quotes"),
}
# The keywords of a schema for sizes, and the hints for them.
_SIZES: Final[tuple[tuple[str, Callable[[Any, Any], bool], str], ...]] = (
    ("minItems", lambda value, least: len(value) >= least, "at least {} items are needed"),
    ("maxItems", lambda value, most: len(value) <= most, "at most {} items are possible"),
    ("minLength", lambda value, least: len(value) >= least, "at least {} characters are needed"),
    ("maxLength", lambda value, most: len(value) <= most, "at most {} characters are possible"),
    ("minProperties", lambda value, least: len(value) >= least, "at least {} fields are needed"),
    ("maxProperties", lambda value, most: len(value) <= most, "at most {} fields are possible"),
    ("minimum", lambda value, least: value >= least, "at least {}"),
    ("maximum", lambda value, most: value <= most, "at most {}"),
)


def check(held: Iterable[Held], findings: Findings) -> None:
    """Add findings about values in the shape of custom kinds."""
    for one in held:
        schema = _schema(one.of)
        if one.of in _RENDERED:
            schema = {**schema, "required": ()}
        _Check(one.partial, findings).value(schema, one.value, one.path)


@cache
def _schema(of: str) -> Schema:
    """Return the schema for a name like ``GROUP/VERSION/KIND:PATH``."""
    import zipfile

    kind, _, path = of.partition(":")
    group, version, name = kind.split("/")
    with zipfile.ZipFile(_PACKED) as packed:
        found: Schema = json.loads(packed.read(f"{group}/{name.lower()}_{version}.json"))
    for word in path.split("."):
        found = found["properties"][word]
    return found


class _Check(NamedTuple):
    """One pass over a value.

    Attributes:
        partial: Whether the value is merged over another one, so no field in it is required.
        findings: Faults are added here.
    """

    partial: bool
    findings: Findings

    def value(self, schema: Schema, value: object, path: FieldPath) -> None:
        """Check a value against a schema. A value that is None, or has a placeholder, passes."""
        if value is None or (isinstance(value, str) and PLACEHOLDER in value):
            return
        if not self._is_of_type(schema, value, path):
            return
        self._plain(schema, value, path)
        if isinstance(value, dict):
            self._object(schema, value, path)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self._item(schema.get("items") or {}, item, (*path, index))
        self._combined(schema, value, path)

    def _is_of_type(self, schema: Schema, value: object, path: FieldPath) -> bool:
        named = schema.get("type") or ()
        known = [_TYPES[name] for name in ([named] if isinstance(named, str) else named) if name in _TYPES]
        if not known or any(_is(value, accepts) for accepts, _, _ in known):
            return True
        what = " or ".join(words for _, words, _ in known)
        self.findings.add(path, f"expected {what}, got {shown(value)}", known[0][2])
        return False

    def _plain(self, schema: Schema, value: object, path: FieldPath) -> None:
        if "enum" in schema and value not in schema["enum"]:
            words = [str(word) for word in schema["enum"] if word is not None]
            self.findings.add(path, f"{shown(value)} is not one of {', '.join(words)}", did_you_mean(value, words))
        if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
            self.findings.add(path, f"{shown(value)} cannot stand here", f"it has to match {schema['pattern']}")
        for name, fits, told in _SIZES:
            if name in schema and _measured(name, value) and not fits(value, schema[name]):
                self.findings.add(path, f"{shown(value)} is too {_odd(name)}", told.format(schema[name]))

    def _item(self, schema: Schema, item: object, path: FieldPath) -> None:
        if item is None:
            self.findings.add(path, "nothing there", "take the item out, or write what it is")
        else:
            self.value(schema, item, path)

    def _object(self, schema: Schema, value: dict[str, object], path: FieldPath) -> None:
        known: Mapping[str, Schema] = schema.get("properties") or {}
        further = schema.get("additionalProperties")
        for name, item in value.items():
            if name in known:
                self.value(known[name], item, (*path, name))
            elif isinstance(further, Mapping):
                self.value(further, item, (*path, name))
            elif further is False:
                hint = did_you_mean(name, tuple(known), _listed(known))
                self.findings.add((*path, name), f"unknown field {shown(name)}", hint, at_key=True)
        for name in () if self.partial else schema.get("required") or ():
            if value.get(name) is None:
                self.findings.add(path, f"{name} is missing", f"add `{name}:`", at_key=True)

    def _combined(self, schema: Schema, value: object, path: FieldPath) -> None:
        """Check allOf, anyOf, oneOf and not of a schema. A partial value is incomplete, so only allOf applies to it."""
        for part in schema.get("allOf") or ():
            self.value(part, value, path)
        if self.partial:
            return
        for word, most in (("anyOf", None), ("oneOf", 1)):
            parts = schema.get(word) or ()
            fitting = sum(self._fits(part, value) for part in parts)
            if parts and (fitting == 0 or (most and fitting > most)):
                wanted = ", ".join(name for part in parts for name in part.get("required") or ())
                hint = f"write one of {wanted}" if wanted else "write it as the kind has it"
                self.findings.add(path, "does not fit", hint, at_key=True)
        if "not" in schema and self._fits(schema["not"], value):
            self.findings.add(path, "cannot be set together", "take one of its fields out", at_key=True)

    def _fits(self, schema: Schema, value: object) -> bool:
        tried = Findings()
        _Check(self.partial, tried).value(schema, value, ())
        return not tried.items


def _is(value: object, accepts: tuple[type, ...]) -> bool:
    return isinstance(value, accepts) and (bool in accepts or not isinstance(value, bool))


def _measured(name: str, value: object) -> bool:
    """Tell whether a keyword for sizes applies to the type of a value."""
    if name.endswith("Items"):
        return isinstance(value, list)
    if name.endswith("Length"):
        return isinstance(value, str)
    if name.endswith("Properties"):
        return isinstance(value, dict)
    return _is(value, (int, float))


def _odd(name: str) -> str:
    if name.endswith("imum"):
        return "small" if name.startswith("min") else "great"
    return "short" if name.startswith("min") else "long"


def _listed(known: Iterable[str]) -> str:
    names = sorted(known)
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return f"known here: {', '.join(names[:_FEW])}{more}"
