"""Check values of a spec in Kubernetes' own shape against the OpenAPI schema of the spec's version.

``schema.json`` has the fields of a pod and of a few other objects for several versions; ``scripts/update-schemas``
makes it from Kubernetes' own schema. The file is read when the first value is checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from generator.spec import merge_keys, patterns
from generator.spec.findings import Findings, Held, did_you_mean, shown
from generator.spec.findings import Path as FieldPath
from generator.spec.kubernetes import NEWEST, VERSIONS, values
from generator.spec.kubernetes.words import WORDS
from generator.spec.placeholder import PLACEHOLDER

FILE: Final = Path(__file__).with_name("schema.json")
# The largest number of field names in a hint.
_FEW: Final = 12
# The generator renders the other fields of these types, so no field is required.
_RENDERED: Final = ("PodSpec", "Container")
# In these lists, the API refuses two items with the same key.
_UNIQUE: Final = frozenset(
    {
        "Container",
        "EphemeralContainer",
        "Volume",
        "VolumeMount",
        "VolumeDevice",
        "PodResourceClaim",
        "PodSchedulingGate",
    }
)
_FIELD: Final = re.compile(r"(?P<kind>[^!<>]+)(?P<required>!?)(?:>(?P<since>[0-9]+))?(?:<(?P<until>[0-9]+))?")
_SCALARS: Final[Mapping[str, tuple[tuple[type, ...], str, str]]] = {
    "string": ((str,), "text", "put it in quotes"),
    "time": ((str,), "a time", "like 2026-01-31T08:00:00Z"),
    "integer": ((int,), "a whole number", "without quotes and without a fraction"),
    "number": ((int, float), "a number", "without quotes"),
    "boolean": ((bool,), "true or false", "write true or false, without quotes"),
    "int-or-string": ((int, str), "a number or text", "like 8080, or a name or percentage"),
    "quantity": ((int, float, str), "a quantity", "like 250m, 1, 128Mi"),
}


class _Known(NamedTuple):
    """A field of a type: the type of its values, and the minor versions that have it."""

    kind: str
    required: bool
    since: int
    until: int


def check(held: Iterable[Held], version: str, findings: Findings) -> None:
    """Add findings about values in Kubernetes' own shape; an unknown ``version`` means the newest one."""
    minor = int((version if version in VERSIONS else NEWEST).partition(".")[2])
    for one in held:
        _Check(minor, one.partial, findings).value(one.of, one.value, one.path, top=one.of in _RENDERED)


@cache
def types() -> Mapping[str, Mapping[str, str]]:
    """Return the fields by type, in the notation of the file."""
    found: Mapping[str, Mapping[str, str]] = data()["types"]
    return found


@cache
def fields(kind: str) -> Mapping[str, _Known]:
    """Return the fields of one type by name."""
    return {field: _parsed(written) for field, written in types()[kind].items()}


def _parsed(written: str) -> _Known:
    found = _FIELD.fullmatch(written)
    assert found, written
    return _Known(found["kind"], bool(found["required"]), int(found["since"] or 0), int(found["until"] or 999))


class _Check(NamedTuple):
    """One pass over values of one version.

    Attributes:
        minor: The minor version of Kubernetes.
        partial: Whether the value is merged over another one, so that no field is required.
        findings: Faults are added here.
    """

    minor: int
    partial: bool
    findings: Findings

    def value(self, kind: str, value: object, path: FieldPath, *, top: bool = False) -> None:
        """Check a value of any kind. The generator renders the other fields of the object at the ``top``."""
        if value is None or (isinstance(value, str) and PLACEHOLDER in value):
            return
        if kind.startswith("["):
            item, _, keys = kind[1:-1].partition(":")
            self._list(item, keys, value, path)
        elif kind.startswith("{"):
            self._map(kind[1:-1], value, path)
        elif kind in _SCALARS:
            self._scalar(kind, value, path)
        elif kind in types():
            self._object(kind, value, path, top)
        elif not isinstance(value, dict):
            self.findings.add(path, f"expected a map, got {shown(value)}", "write it as in Kubernetes")

    def _scalar(self, kind: str, value: object, path: FieldPath) -> None:
        accepts, what, hint = _SCALARS[kind]
        wrong = not isinstance(value, accepts) or (isinstance(value, bool) and bool not in accepts)
        if wrong and kind == "integer" and isinstance(value, str) and value.isdecimal():
            hint = "take off the quotes"
        elif kind == "quantity" and isinstance(value, str) and not re.fullmatch(patterns.QUANTITY, value):
            wrong = True
        if wrong:
            self.findings.add(path, f"expected {what}, got {shown(value)}", hint)

    def _list(self, item: str, keys: str, value: object, path: FieldPath) -> None:
        if not isinstance(value, list):
            self.findings.add(path, f"expected a list, got {shown(value)}", 'start each item with "- "')
            return
        seen: set[object] = set()
        for index, one in enumerate(value):
            if one is None:
                self.findings.add((*path, index), "nothing there", "take the item out, or write what it is")
                continue
            self.value(item, self._merged_item(one, keys, (*path, index)), (*path, index))
            name = one.get(keys) if isinstance(one, dict) else None
            if item in _UNIQUE and isinstance(name, str) and name in seen:
                self.findings.add((*path, index, keys), f"{keys} {shown(name)} is there twice", "keep one of the two")
            seen.add(name if isinstance(name, str) else None)

    def _merged_item(self, item: object, keys: str, path: FieldPath) -> object:
        """Return an item without its ``$patch``, which only items of an environment may have."""
        if not isinstance(item, dict) or merge_keys.PATCH not in item or not (self.partial and keys):
            return item
        if item[merge_keys.PATCH] not in ("delete", "replace"):
            self.findings.add(
                (*path, merge_keys.PATCH), f"{shown(item[merge_keys.PATCH])} is no way to merge", "delete or replace"
            )
        return merge_keys.without_patch(item)

    def _map(self, kind: str, value: object, path: FieldPath) -> None:
        if not isinstance(value, dict):
            self.findings.add(path, f"expected a map, got {shown(value)}", 'write "name: value" lines')
            return
        for name, item in value.items():
            self.value(kind, item, (*path, name))

    def _object(self, kind: str, value: object, path: FieldPath, top: bool) -> None:
        if not isinstance(value, dict):
            hint = f"fields of {kind}: {_listed(self._known(kind))}"
            self.findings.add(path, f"expected a map, got {shown(value)}", hint)
            return
        known = self._known(kind)
        for name, item in value.items():
            if name not in known:
                self.findings.add((*path, name), *self._unknown(kind, name), at_key=True)
                continue
            self.value(known[name].kind, item, (*path, name))
            self._word(f"{kind}.{name}", item, (*path, name))
        if not (self.partial or top):
            self._needed(kind, value, known, path)

    def _word(self, place: str, value: object, path: FieldPath) -> None:
        """Check a text or a number by the API's rules, which are stricter than the schema."""
        if isinstance(value, str) and PLACEHOLDER in value:
            return
        words = WORDS.get(place, ())
        if words and isinstance(value, str) and value not in words:
            self.findings.add(path, f"{shown(value)} is not one of {', '.join(words)}", did_you_mean(value, words))
        for message, hint in values.of_field(place, value):
            self.findings.add(path, message, hint)

    def _needed(self, kind: str, value: dict[str, object], known: Mapping[str, _Known], path: FieldPath) -> None:
        missing = [name for name in known if known[name].required and value.get(name) is None]
        for name in missing:
            self.findings.add(path, f"{name} is missing", f"add `{name}:`, {_what(known[name].kind)}", at_key=True)
        for message, hint in values.of_object(kind, value):
            if message.partition(" ")[0] not in missing:
                self.findings.add(path, message, hint, at_key=True)

    def _known(self, kind: str) -> Mapping[str, _Known]:
        return {name: known for name, known in fields(kind).items() if known.since <= self.minor <= known.until}

    def _unknown(self, kind: str, name: str) -> tuple[str, str]:
        """Return (message, hint) for a field that a type does not have, or does not have in this version."""
        if name == merge_keys.PATCH:
            return "nothing is merged here", "take it out: it is for items of an environment's lists that have a key"
        other = fields(kind).get(name)
        if other is None:
            known = self._known(kind)
            return f"unknown field {shown(name)} of {kind}", did_you_mean(name, tuple(known), _listed(known))
        message = f"Kubernetes 1.{self.minor} has no {name} in {kind}"
        if other.since > self.minor:
            return message, f'it came with 1.{other.since}: say `kubernetes: {{version: "1.{other.since}"}}`'
        return message, f"1.{other.until} was the last that had it; take it out"


def _listed(known: Iterable[str]) -> str:
    names = sorted(known)
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return f"known here: {', '.join(names[:_FEW])}{more}"


def _what(kind: str) -> str:
    if kind.startswith("["):
        return "a list"
    return _SCALARS[kind][1] if kind in _SCALARS else "a map"


def data() -> dict[str, Any]:
    """Return the content of the file: its source, its versions and the types."""
    found: dict[str, Any] = json.loads(FILE.read_bytes())
    return found
