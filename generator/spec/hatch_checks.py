"""Check the additions to kustomizations: manifests must be complete, and patches must name their target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from generator.spec import hatches
from generator.spec.findings import Findings, shown
from generator.spec.findings import Path as FieldPath
from generator.spec.override import overridden
from generator.spec.plain_data import as_map as _map

_OPERATIONS: Final = frozenset({"add", "remove", "replace", "move", "copy", "test"})
_SECRET_DATA: Final = ("data", "stringData")
_LEAVES: Final = (
    "a manifest may not leave the app's namespace",
    "take it out: each environment has its own namespace, which its overlays set",
)
_WHOLE: Final = (("apiVersion", "apiVersion: v1"), ("kind", "kind: ConfigMap"))


def check(path: FieldPath, given: Mapping[str, Any], findings: Findings) -> None:
    """Add findings about an app's additions, in general and in each environment."""
    said: list[tuple[FieldPath, Mapping[str, Any]]] = [((), given)]
    said += [(("environments", name), _map(one)) for name, one in _map(given.get("environments")).items()]
    general = _map(given.get("manifests"))
    for place, about in said:
        check_added((*path, *place), about, findings)
        _check_manifests(path, place, general, _map(about.get("manifests")), findings)


def _check_manifests(
    path: FieldPath, place: FieldPath, general: dict[str, Any], own: dict[str, Any], findings: Findings
) -> None:
    """Check the manifests at one place of the spec, merged with the app's general manifests."""
    merged: dict[str, Any] = overridden({"manifests": general}, {"manifests": own})["manifests"] if place else general
    seen: dict[tuple[Any, ...], str] = {}
    for name, one in merged.items():
        where = (*path, *place, "manifests", name)
        changed = bool(place) and isinstance(general.get(name), dict) and isinstance(own.get(name), dict)
        for index, document in _documents(one):
            inner = (*where, *index) if name in own else (*path, "manifests", name, *index)
            if name in own and not (changed and _identity(document)[:2] == _identity(general[name])[:2]):
                check_manifest(inner, document, findings, "")
            elif changed and _map(own[name].get("metadata")).get("namespace"):
                findings.add((*inner, "metadata", "namespace"), *_LEAVES, at_key=True)
            _check_once(inner, document, seen, name, findings)
        if changed and _identity(one) != _identity(general[name]):
            hint = "give it another name under `manifests`, and this one `null`"
            findings.add(where, "it would be another object than in other environments", hint, at_key=True)


def _documents(given: object) -> Iterator[tuple[FieldPath, Mapping[str, Any]]]:
    if isinstance(given, dict):
        if hatches.MEANING in given:
            yield from (((), one) for one in given[hatches.MEANING])
        else:
            yield (), given
    elif isinstance(given, list):
        yield from (((index,), one) for index, one in enumerate(given) if isinstance(one, dict))


def _check_once(
    path: FieldPath, document: Mapping[str, Any], seen: dict[tuple[Any, ...], str], name: str, findings: Findings
) -> None:
    identity = _identity(document)
    if not all(identity[1:]):
        return
    if identity in seen:
        about = f"{identity[1]} {identity[2]} is there twice: in {seen[identity]}, too"
        findings.add(path, about, "keep one of the two", at_key=True)
    seen.setdefault(identity, name)


def _identity(document: Mapping[str, Any]) -> tuple[Any, ...]:
    group, kind = hatches.kind_of(document)
    return group, kind, _map(document.get("metadata")).get("name")


def check_manifest(path: FieldPath, document: Mapping[str, Any], findings: Findings, file: str) -> None:
    """Add findings about a manifest; ``file`` is its file, or empty if it is in the spec."""
    about = f"{file}: " if file else ""

    def add(field: FieldPath, message: str, hint: str) -> None:
        place = path if file else (*path, *field)
        findings.add(place, f"{about}{message}", hint, at_key=True)

    for field, example in _WHOLE:
        if not isinstance(document.get(field), str):
            add((), f"a manifest without {field}", f"say which, like `{example}`")
    metadata = _map(document.get("metadata"))
    if not isinstance(metadata.get("name"), str):
        add(("metadata",) if metadata else (), "a manifest without metadata.name", "name it: `metadata: {name: …}`")
    if metadata.get("namespace") is not None:
        add(("metadata", "namespace"), *_LEAVES)
    kind = hatches.kind_of(document)
    if kind == ("", "Secret") and any(document.get(field) for field in _SECRET_DATA):
        hint = "keep it in a store, and name it under `secrets`"
        add(("data",) if document.get("data") else ("stringData",), "a Secret with data does not belong into git", hint)


def check_added(path: FieldPath, given: Mapping[str, Any], findings: Findings) -> None:
    """Add findings about patches and components of an app or an environment."""
    patches = given.get("patches")
    for index, one in enumerate(patches if isinstance(patches, list) else ()):
        if isinstance(one, dict) and one.get("patch") is not None:
            place = (*path, "patches", index, "patch")
            check_patch(place, one["patch"], _map(one.get("target")), findings, "")
    components = given.get("components")
    folders = components if isinstance(components, list) else []
    for index, folder in enumerate(folders):
        if folder in folders[:index]:
            findings.add((*path, "components", index), f"{shown(folder)} is there twice", "keep one of the two")


def check_patch(path: FieldPath, said: object, target: Mapping[str, Any], findings: Findings, file: str) -> None:
    """Add findings about a patch. Operations need a target; a part of a manifest has a target or names its object."""
    about = f"{file}: " if file else ""
    if isinstance(said, list):
        if not target:
            findings.add(path, f"{about}operations without a target", "say what of: `target: {kind: …, name: …}`")
        for index, one in enumerate(said):
            place = path if file else (*path, index)
            if not isinstance(one, dict) or one.get("op") not in _OPERATIONS or not isinstance(one.get("path"), str):
                hint = f"like {{op: replace, path: /a/b, value: 2}}; op is one of {', '.join(sorted(_OPERATIONS))}"
                findings.add(place, f"{about}no operation of JSON Patch", hint)
    elif isinstance(said, dict):
        whole = all(_identity({"apiVersion": "", **said})[1:]) and said.get("apiVersion")
        if not whole and (file or not target):
            hint = "give it apiVersion, kind and metadata.name of its own" + (
                "" if file else ", or `target: {kind: …}`"
            )
            findings.add(path, f"{about}a patch without a target", hint)
    elif not isinstance(said, str):
        findings.add(path, f"{about}no patch", "a part of a manifest, or a list of operations")
