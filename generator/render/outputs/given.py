"""Replace references to Terraform's outputs, such as ``{infra.certificate}``, in overlays.

The manifest has the text of the spec, with the reference. Beside the overlays
of an environment is a ConfigMap with a key for each referenced output; it is
not part of any build's result. Its values are placeholders until `outputs`
writes its file, which is a patch of the ConfigMap. The `replacements` of an
overlay copy the values to the manifests.

kustomize can only replace a whole text, or put a value before or after a text
with a delimiter. So a text with a reference in the middle is built in steps:
the first value, the text before it, the next value with the text between, and
the text after the last value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from generator.render.file import File, yaml_file
from generator.spec import infra_reference
from generator.spec.layout import KUSTOMIZATION, given_path, outputs_file

if TYPE_CHECKING:
    from generator.spec.model import Spec

NAME: Final = "infra-outputs"
_DECLARED: Final = "declared.yaml"
_LOCAL: Final = {"config.kubernetes.io/local-config": "true"}
# A key with an empty value, to put a text before or after another one.
_EMPTY: Final = "_"
# An index that means: after the last part.
_LAST: Final = 1000
_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]+")
_SEED: Final = "# `python -m generator outputs` writes this file after each apply of Terraform.\n"


class Named(NamedTuple):
    """An object of an overlay, with its texts as in the spec."""

    kind: str
    name: str
    content: Any


def files(spec: Spec) -> Iterator[File]:
    """Yield the files with the ConfigMap of each environment's outputs, if apps refer to any."""
    for name in spec.environments:
        there = (app.instances[name] for app in spec.described.values() if name in app.environments)
        found = sorted({one for app in there for one in infra_reference.names(app)})
        if found:
            yield from _kept(name, found)


def replacements(objects: Iterable[Named]) -> list[dict[str, Any]]:
    """Return the replacements that put values into the texts of an overlay's objects."""
    first: dict[str, list[dict[str, Any]]] = {}
    then: list[dict[str, Any]] = []
    for one in objects:
        for path, text in _texts(one.content, ()):
            between, outputs = infra_reference.pieces(text)
            target = {"select": {"kind": one.kind, "name": one.name}, "fieldPaths": [_written(path)]}
            _add(first.setdefault(outputs[0], []), target)
            then += _built_up(target, between, outputs[1:])
    return [*(_replacement(name, targets) for name, targets in first.items()), *then]


def _kept(environment: str, names: list[str]) -> Iterator[File]:
    folder = given_path(environment)
    head = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    values = {_EMPTY: "", **{name: f"{{infra.{name}}}" for name in names}}
    content = {**head, "resources": [_DECLARED], "patches": [{"path": outputs_file(environment).rpartition("/")[2]}]}
    yield yaml_file(f"{folder}/{KUSTOMIZATION}", content)
    yield yaml_file(f"{folder}/{_DECLARED}", _map(values))
    yield yaml_file(outputs_file(environment), _map({}), header=_SEED)


def _map(values: Mapping[str, str]) -> dict[str, Any]:
    about = {"name": NAME, "annotations": _LOCAL}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": about, "data": dict(values)}


def _texts(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield (path in kustomize's notation, text) for each text with a reference."""
    if isinstance(value, str):
        if infra_reference.names(value):
            yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*path, f"[{key}]" if "." in key else str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, _item(index, item)))


def _item(index: int, item: Any) -> str:
    """Return the part of a path for an item of a list: its name, or else its index.

    kustomize reads a name as a pattern, and compares the pattern with the name
    as written, including quotes. So only names of safe characters are used.
    """
    name = item.get("name") if isinstance(item, Mapping) else None
    return rf"[name=^\W?{name}\W?$]" if isinstance(name, str) and _PLAIN.fullmatch(name) else str(index)


def _written(path: tuple[str, ...]) -> str:
    return ".".join(path)


def _add(targets: list[dict[str, Any]], target: dict[str, Any]) -> None:
    """Add a target; if the last target is the same object, add only the field to it."""
    if targets and targets[-1]["select"] == target["select"]:
        targets[-1] = {**targets[-1], "fieldPaths": [*targets[-1]["fieldPaths"], *target["fieldPaths"]]}
    else:
        targets.append(target)


def _built_up(target: dict[str, Any], between: list[str], others: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the replacements that add the rest of a text around its first value."""
    if between[0]:
        yield _replacement(_EMPTY, [{**target, "options": {"delimiter": between[0], "index": -1}}])
    for name, text in zip([*others, _EMPTY], between[1:], strict=True):
        if text:
            yield _replacement(name, [{**target, "options": {"delimiter": text, "index": _LAST}}])


def _replacement(name: str, targets: list[dict[str, Any]]) -> dict[str, Any]:
    return {"source": {"kind": "ConfigMap", "name": NAME, "fieldPath": f"data.{name}"}, "targets": targets}
