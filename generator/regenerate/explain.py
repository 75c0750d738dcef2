"""Tell who wrote each field of a generated file: a line of the spec, a build, or a user.

This module finds the line of the spec by experiment: it changes one value of the
spec, renders again, and compares the fields. So kinds and outputs need no code
for this, and derived fields are found, too (the probes that come from
``health``, the namespace that comes from the project's name). If a field depends
on several lines, the result is the line that changes the fewest fields; lines of
an environment take precedence over fields of the whole project.
"""

from __future__ import annotations

import copy
import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from generator.errors import UsageError
from generator.files import work_tree
from generator.git.blame import Blame
from generator.regenerate import record, record_files, renames
from generator.regenerate.merge import field_names, list_keys
from generator.render import render
from generator.spec import loader, model, said, yaml_data
from generator.spec.findings import did_you_mean, dotted
from generator.spec.layout import APPLICATION, OVERLAY, Location, outputs_file
from generator.spec.places import Written
from generator.yaml import kustomization as yaml_kustomization
from generator.yaml.reader import Parsed
from generator.yaml.tree import Node, Scalar, Value

_YAML: Final = (".yaml", ".yml")
_LIST: Final = "python -m generator check --all lists what is generated"
_OTHER: Final = "-other"
Field = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """A field, and who wrote it.

    ``by`` is ``spec``, ``default`` (the generator), ``build``, ``outputs`` or
    ``person``; ``where`` is the line and field of the spec, or the commit.
    """

    line: int
    field: str
    value: str
    by: str
    where: str


def explain(directory: Path, path: str) -> list[Origin]:
    """List all fields and added comments of a generated YAML file, by line, also if a user moved the file."""
    path = posixpath.normpath(path)
    written = loader.written(directory)
    spec = loader.load(directory)
    rendered = render(spec)
    original = record.unpack(record_files.stored(directory))
    renames.check_names(directory, rendered)
    content = None if (directory / path).is_dir() else _read(directory, path)
    place = path if path in rendered else _generated_at(directory, path, original, rendered)
    if place is None and content is not None and path == outputs_file(Location.parse(path).environment):
        return _of_outputs(directory, path, content)
    if place is None and content is not None and Location.parse(path).app in spec.adopted and path.endswith(_YAML):
        return _of_users(directory, path, content)
    if place is None:
        raise UsageError(*_not_generated(directory, path, rendered))
    if content is None:
        raise UsageError(f"{path}: not there", f"it was deleted or moved; by whom: git log -- {path}")
    local = Parsed(content, path)
    generated = Parsed(rendered[place].text, path)
    updated = _fields(generated)
    before = _fields(Parsed(original[place].decode(), path)) if place in original else {}
    causes = _causes(written, spec, place, {field: leaf.value for field, leaf in updated.items()})
    blame = Blame(directory, path)
    origins: list[Origin] = []
    for field, leaf in _fields(local).items():
        line, _ = local.place(leaf.start)
        if any(field in known and known[field].value == leaf.value for known in (updated, before)):
            by, where = causes.get(field, ("default", "the generator's own"))
        else:
            by, where = _writer(place, field), blame.line(line)
        origins.append(Origin(line, field_names.written(field), _text(leaf.value), by, where))
    origins += _comments(local, generated, blame)
    return sorted(origins, key=lambda origin: origin.line)


def _of_users(directory: Path, path: str, content: str) -> list[Origin]:
    """List the origins in a file of an adopted app: users wrote everything except what pipelines set."""
    local, blame = Parsed(content, path), Blame(directory, path)
    found: list[Origin] = []
    for field, leaf in _fields(local).items():
        line, _ = local.place(leaf.start)
        by = "build" if _is_pipeline(path, field) else "person"
        found.append(Origin(line, field_names.written(field), _text(leaf.value), by, blame.line(line)))
    return sorted(found, key=lambda origin: origin.line)


def _of_outputs(directory: Path, path: str, content: str) -> list[Origin]:
    """List the origins in a file of Terraform's outputs that no app refers to: `outputs` wrote all of it."""
    local, blame = Parsed(content, path), Blame(directory, path)
    found = ((field, local.place(leaf.start)[0], leaf) for field, leaf in _fields(local).items())
    origins = [
        Origin(line, field_names.written(field), _text(leaf.value), "outputs", blame.line(line))
        for field, line, leaf in found
    ]
    return sorted(origins, key=lambda origin: origin.line)


def _not_generated(directory: Path, path: str, rendered: Mapping[str, object]) -> tuple[str, str]:
    """Return what a path is that is no generated file, and what to do instead."""
    place = directory / path
    if place.is_dir():
        within = next((name for name in rendered if path == "." or name.startswith(f"{path}/")), "")
        return f"{path}: a folder", f"name one of its files: explain {within}" if within else "name a generated file"
    if path.startswith(("/", "../")):
        return f"{path}: not in this repository", "give the path from the repository's top"
    if path in loader.written(directory).texts:
        return f"{path}: the spec, which users write", f"who wrote its lines: git blame {path}"
    if path.startswith(f"{record.FOLDER}/"):
        return f"{path}: the record of what was generated last", "explain the file itself"
    if place.exists():
        return f"{path}: not a generated file; a user has added it", f"who wrote its lines: git blame {path}"
    return f"{path}: not a generated file, and not there", did_you_mean(path, tuple(rendered), _LIST)


def _read(directory: Path, path: str) -> str | None:
    """Return the file's text; None if there is none. Files that cannot be merged can still be explained."""
    content = work_tree.read(directory, [path]).get(path)
    return None if content is None else content.decode("utf-8-sig", errors="replace")


def _generated_at(
    directory: Path, path: str, original: Mapping[str, bytes], rendered: Mapping[str, object]
) -> str | None:
    """Return the generated path of a file that a user moved; None if it is no such file."""
    updated = dict.fromkeys(rendered, b"")
    moved = renames.moved_by_hand(directory, original, work_tree.read(directory, original), updated)
    return next((place for place, now in moved.items() if now == path), None)


def _comments(local: Parsed, generated: Parsed, blame: Blame) -> Iterator[Origin]:
    """Yield the origins of comments that the generator did not write."""
    known = Counter(comment.says for comment in generated.comments())
    for comment in local.comments():
        if known[comment.says] > 0:
            known[comment.says] -= 1
            continue
        line, _ = local.place(comment.start)
        yield Origin(line, "#", f"# {comment.says}", "person", blame.line(line))


def _writer(path: str, field: Field) -> str:
    """Return who wrote a field that differs from the generated file."""
    if path == outputs_file(Location.parse(path).environment):
        return "outputs"
    return "build" if _is_pipeline(path, field) else "person"


def _is_pipeline(path: str, field: Field) -> bool:
    place = Location.parse(path)
    if place.kind == APPLICATION:
        return field[:2] == ("spec", "sources") and field[-1] == "targetRevision"
    tag = field[:1] == ("images",) and field[-1] in ("newTag", "digest")
    return place.kind == OVERLAY and (tag or field == ("metadata", "annotations", yaml_kustomization.BUILT))


# -- fields ----------------------------------------------------------------


def _fields(parsed: Parsed) -> dict[Field, Node]:
    """Return the leaves of a file by path. Paths have names of list items, so that they are equal in all versions."""
    several = len(parsed.documents) > 1
    found: dict[Field, Node] = {}
    for document in parsed.documents:
        name = [part.text for part in list_keys.document(document.root.value) if isinstance(part, Scalar)]
        found.update(_leaves(document.root, ("/".join(name),) if several else ()))
    return found


def _leaves(node: Node, path: Field) -> Iterator[tuple[Field, Node]]:
    if node.kind == "map" and node.pairs:
        for key, child in node.pairs:
            yield from _leaves(child, (*path, key.text))
    elif node.kind == "seq" and node.items:
        labels = field_names.labels(path[-1] if path else "", [item.value for item in node.items])
        for name, child in zip(labels, node.items, strict=True):
            yield from _leaves(child, (*path, name))
    else:
        yield path, node


def _text(value: Value) -> str:
    if isinstance(value, Scalar):
        return value.text.replace("\n", "⏎")
    return "{}" if isinstance(value, dict) else "[]"


# -- causes ----------------------------------------------------------------


def _causes(
    written: Written, spec: model.Spec, path: str, fields: Mapping[Field, Value]
) -> dict[Field, tuple[str, str]]:
    """Return ("spec", line and field of the spec) by field."""
    app = render(spec)[path].app
    about = {said.INCLUDED: dict(written.about)} if written.about else {}
    data = _only_app({**yaml_data.of_written(written), **about}, app)
    own = written.file_of(("apps", app or ""))
    causes: dict[Field, list[_Cause]] = {}
    for file in dict.fromkeys((written.file, own)) if app else written.texts:
        parsed = Parsed(written.texts[file], file)
        for leaf, node in _spec_leaves(parsed.documents[0].root, ()) if parsed.documents else ():
            if written.file_of(leaf) != file and leaf[0] == "apps":
                continue
            place = leaf if file == written.file or leaf[0] == "apps" else (said.INCLUDED, file, *leaf)
            moved = _moved_by(data, place, path, fields)
            line, _ = parsed.place(node.start)
            where = f"{file}:{line} {dotted(leaf)}"
            for field in moved:
                causes.setdefault(field, []).append(_Cause(len(moved), -len(leaf), str(leaf[0]), where))
    return {field: ("spec", _most_specific(found).where) for field, found in causes.items()}


class _Cause(NamedTuple):
    """A line that changes a field: the number of fields that it changes, its negative depth, and its section."""

    moves: int
    depth: int
    section: str
    where: str


def _most_specific(causes: Sequence[_Cause]) -> _Cause:
    """Return the cause that changes the fewest fields; an environment takes precedence over ``project``'s fields."""
    found = min(causes, key=lambda cause: cause[:2])
    within = [cause for cause in causes if cause.section == "environments"] if found.depth == -1 else []
    return min(within, key=lambda cause: cause[:2], default=found)


def _only_app(data: Mapping[str, Any], app: str | None) -> dict[str, Any]:
    """Return the spec with one app only, because that makes experiments faster."""
    return {**data, "apps": {app: data["apps"][app]}} if app else dict(data)


def _spec_leaves(node: Node, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    """Yield all values of the spec, and the names of apps and environments."""
    if node.kind == "alias" and node.target:
        node = node.target
    if node.kind == "map" and node.pairs:
        for key, child in node.pairs:
            if path in (("apps",), ("environments",)):
                yield (*path, key.text), key
            yield from _spec_leaves(child, (*path, key.text))
    elif node.kind == "seq" and node.items:
        for index, child in enumerate(node.items):
            yield from _spec_leaves(child, (*path, index))
    elif path not in (("version",),):
        yield path, node


def _moved_by(
    data: Mapping[str, Any], leaf: tuple[str | int, ...], path: str, fields: Mapping[Field, Value]
) -> set[Field]:
    """Return the fields of a file that change if a value of the spec is changed or removed."""
    moved: set[Field] = set()
    for variant, place in _variants(data, leaf, path):
        try:
            file = render(model.build(variant)).get(place)
        except Exception:  # noqa: BLE001, S112 (a value that cannot be rendered teaches nothing)
            continue
        leaves = _fields(Parsed(file.text, path)) if file else {}
        # If a name changes, items of lists with this name are found by the new name,
        now = {tuple(part.replace(_OTHER, "") for part in field): node.value for field, node in leaves.items()}
        if len(now) == len(fields):  # or by their order, if the name is completely different
            pairs = zip(fields, leaves.items(), strict=True)
            now |= {field: node.value for field, (other, node) in pairs if field not in now and field[-1] == other[-1]}
        moved |= {field for field, value in fields.items() if now.get(field) != value}
    return moved


def _variants(data: Mapping[str, Any], leaf: tuple[str | int, ...], path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the spec with the value changed, and with it removed, each with the new path of the file."""
    parents, last = leaf[:-1], leaf[-1]
    if _at(data, leaf) is None and not _has(data, leaf):
        return
    if len(leaf) == 2 and leaf[0] in ("apps", "environments"):
        renamed = copy.deepcopy(dict(data))
        section = renamed[str(leaf[0])]
        for app in (renamed["apps"] or {}).values() if leaf[0] == "environments" else ():
            overrides = app.get("environments") or {}
            if last in overrides:  # they go along
                overrides[f"{last}{_OTHER}"] = overrides.pop(last)
        renamed[str(leaf[0])] = {(f"{last}{_OTHER}" if name == last else name): item for name, item in section.items()}
        names = {str(last): f"{last}{_OTHER}"}
        apps, environments = (names, {}) if leaf[0] == "apps" else ({}, names)
        yield renamed, renames.renamed(path, apps, environments)
        return
    changed = copy.deepcopy(dict(data))
    parent = _at(changed, parents)
    parent[last] = _different(parent[last])
    yield changed, path
    absent = copy.deepcopy(dict(data))
    del _at(absent, parents)[last]
    yield absent, path


def _has(data: Any, path: tuple[str | int, ...]) -> bool:
    parent = _at(data, path[:-1])
    return isinstance(parent, dict | list) and (path[-1] in parent if isinstance(parent, dict) else True)


def _at(data: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def _different(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}{_OTHER}" if isinstance(value, str) else value
