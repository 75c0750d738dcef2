"""Show what a field of `generator.yaml` renders to: the parts of generated files that are there because of it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from generator.errors import SpecError
from generator.render import render
from generator.spec import loader, yaml_data
from generator.spec.reference import examples, fields
from generator.yaml import emit, plain

_YAML: Final = (".yaml", ".yml")
_NOTHING: Final = object()


class Part(NamedTuple):
    """What of one file is there because of a field.

    Attributes:
        kind: Kind of the object, empty for a file that holds none.
        data: Its changed fields alone. Lists hold the items that are changed or new.
        lines: The new lines, where the file is no YAML.
        gone: It is not there because of the field, and would be without: the whole file where ``data`` is ``None``.
    """

    path: str
    kind: str = ""
    data: Any = None
    lines: tuple[str, ...] = ()
    gone: bool = False

    @property
    def text(self) -> str:
        """Return the changed fields as YAML, or the new lines."""
        return "\n".join(self.lines) if self.lines else emit.dump(self.data).rstrip("\n")


@cache
def parts(path: str) -> tuple[Part, ...]:
    """Return what a field renders to, in its example."""
    before, after = _files(_without(path)), _files(examples.spec(fields.shown_at(path)))
    found = [Part(name, gone=True) for name in before if name not in after]
    for name, text in after.items():
        if text != before.get(name):
            found += _changed(name, before.get(name, ""), text)
    return tuple(found)


def _files(spec: Mapping[str, Any]) -> dict[str, str]:
    return {path: file.text for path, file in render(loader.parse(json.dumps(spec))).items()}


def _without(path: str) -> Mapping[str, Any]:
    """Return the spec of the example without the field, or without one above where it is required there."""
    here = path
    while here:
        try:
            spec = examples.without(here, fields.shown_at(here))
            loader.parse(json.dumps(spec))
        except (SpecError, KeyError):
            here = fields.every()[here].parent
        else:
            return spec
    return yaml_data.of_text(examples.AROUND)


def _changed(name: str, before: str, after: str) -> Iterator[Part]:
    if not name.endswith(_YAML):
        known = before.splitlines()
        lines = [line[2:] for line in difflib.ndiff(known, after.splitlines()) if line.startswith("+ ")]
        yield Part(name, lines=tuple(line for line in lines if line))
        return
    former = {_identity(one): one for one in plain.load(before, name) if isinstance(one, dict)}
    for document in plain.load(after, name):
        if not isinstance(document, dict):
            yield Part(name, lines=tuple(after.splitlines()[1:]))
            continue
        old, kind = former.get(_identity(document), _NOTHING), str(document.get("kind", ""))
        data = difference(old, document)
        if data is not _NOTHING:
            yield Part(name, kind, data)
        elif (removed := difference(document, old)) is not _NOTHING:
            yield Part(name, kind, removed, gone=True)


def _identity(document: Mapping[str, Any]) -> tuple[object, ...]:
    return document.get("kind"), (document.get("metadata") or {}).get("name")


def difference(before: Any, after: Any) -> Any:
    """Return what of ``after`` is not in ``before``; ``_NOTHING`` where all of it is."""
    if before == after:
        return _NOTHING
    if isinstance(before, dict) and isinstance(after, dict):
        found = {name: difference(before.get(name, _NOTHING), value) for name, value in after.items()}
        return {name: value for name, value in found.items() if value is not _NOTHING} or _NOTHING
    if isinstance(before, list) and isinstance(after, list):
        return list(_items(before, after)) or _NOTHING
    return after


def _items(before: list[Any], after: list[Any]) -> Iterator[Any]:
    """Yield the items that are new, and of changed ones with a name what has changed."""
    named = {item["name"]: item for item in before if isinstance(item, dict) and "name" in item}
    for item in after:
        name = item.get("name") if isinstance(item, dict) else None
        if item in before:
            continue
        if name in named:
            changed = difference(named[name], item)
            yield {"name": name, **changed} if isinstance(changed, dict) else {"name": name}
        else:
            yield item


def changed_fields(path: str) -> set[str]:
    """Return kind and path of every field of Kubernetes that is there because of a field."""
    found: set[str] = set()
    for part in parts(path):
        found.update(f"{part.kind} {place}" for place in _places(part.data, ""))
    return found


def _places(data: Any, path: str) -> Iterator[str]:
    if path:
        yield path
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _places(value, f"{path}.{name}" if path else name)
    elif isinstance(data, list):
        yield f"{path}[]"
        for item in data:
            yield from _places(item, f"{path}[]")
