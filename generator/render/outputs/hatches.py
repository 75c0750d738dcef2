"""Render an app's additions to its kustomizations: its own patches, components, replacements and manifests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from generator.render.file import File, yaml_file
from generator.render.outputs.operations import operations
from generator.render.outputs.overlay_patch import deletion, patch
from generator.spec import hatches, scopes
from generator.spec.hatches import Hatches, Manifest, Manifests, Patch

MANIFESTS: Final = "manifests"
# A separate folder: `patches/` has the generated differences of an environment.
PATCHES: Final = "own-patches"


def resources(own: Hatches) -> list[str]:
    """Return the paths of an app's own manifests."""
    return [_file(name) for name in own.manifests or {}]


def added(own: Hatches, folder: str) -> dict[str, Any]:
    """Return the fields of a kustomization in ``folder`` for components and replacements."""
    up = "../" * (folder.count("/") + 1)
    found: dict[str, Any] = {}
    if own.components:
        found["components"] = [f"{up}{one}" for one in own.components]
    if own.replacements:
        found["replacements"] = [_plain(one) for one in own.replacements]
    return found


def patches(own: Hatches) -> list[dict[str, Any]]:
    """Return an app's own patches for a kustomization."""
    return [
        {"path": f"{PATCHES}/{name}.yaml", **({"target": dict(one.target)} if one.target else {})}
        for name, one in hatches.named(own.patches).items()
    ]


def files(own: Hatches, folder: str, app: str) -> Iterator[File]:
    """Yield the files of an app's own manifests and patches."""
    for name, manifests in (own.manifests or {}).items():
        yield _written(f"{folder}/{_file(name)}", manifests, app)
    for name, one in hatches.named(own.patches).items():
        yield _patch_file(f"{folder}/{PATCHES}/{name}.yaml", one, app)


class Overlay(NamedTuple):
    """The additions of an environment, and the patches of the base's manifests by file, with their targets."""

    added: Hatches
    changes: Mapping[str, Any]
    changed: Mapping[str, Manifest]


def overlay(below: Hatches, here: Hatches) -> Overlay:
    """Return the additions of an environment, and the patches that change the base's manifests there."""
    more = here.over(below)
    before, after = below.manifests or {}, here.manifests or {}
    extra = {name: one for name, one in after.items() if name not in before}
    changes: dict[str, Any] = {}
    changed: dict[str, Manifest] = {}
    for name, old in before.items():
        new = after.get(name, Manifests(()))
        wanted = {_identity(one): one for one in new.documents}
        for index, one in enumerate(old.documents):
            change = _change(one, wanted.pop(_identity(one), None))
            if change is not None:
                changes[_own(name, index)], changed[_own(name, index)] = change, one
        if wanted:
            extra[name] = Manifests(tuple(wanted.values()))
    return Overlay(replace(more, manifests=extra), changes, changed)


def _change(before: Manifest, after: Manifest | None) -> Any:
    if after is None:
        return deletion(before)
    # kustomize replaces lists in kinds without a schema, so the change must be written as operations.
    known = scopes.is_known(hatches.kind_of(before)[0])
    return patch(before, after) if known else list(operations(before, after)) or None


def _own(name: str, index: int) -> str:
    return f"{MANIFESTS}-{name}{f'-{index + 1}' if index else ''}.yaml"


def _identity(manifest: Manifest) -> tuple[Any, ...]:
    return *hatches.kind_of(manifest), (manifest.get("metadata") or {}).get("name")


def _written(path: str, manifests: Manifests, app: str) -> File:
    if manifests.text is not None:
        return File(path, manifests.text, app, verbatim=True)
    return yaml_file(path, *manifests.documents, app=app)


def _patch_file(path: str, one: Patch, app: str) -> File:
    if one.text is not None:
        return File(path, one.text, app, verbatim=True)
    return yaml_file(path, _whole(one) if isinstance(one.said, Mapping) else one.said, app=app)


def _whole(one: Patch) -> dict[str, Any]:
    """Return a patch with the fields that kustomize requires, even if it has a separate target."""
    said = dict(one.said)
    name = (said.get("metadata") or {}).get("name") or one.target.get("name") or "any"
    return {
        "apiVersion": said.pop("apiVersion", None) or "v1",
        "kind": said.pop("kind", None) or one.target.get("kind") or "Any",
        **said,
        "metadata": {"name": name, **(said.get("metadata") or {})},
    }


def _file(name: str) -> str:
    return f"{MANIFESTS}/{name}.yaml"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items() if item is not None}
    return [_plain(item) for item in value] if isinstance(value, list) else value
