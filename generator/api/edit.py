"""`add` and `rename`: a new app or environment in generator.yaml, and a new name for one."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from generator.api import generate as generation
from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.errors import Conflicts, SpecError, UsageError, reason
from generator.files import work_tree
from generator.regenerate import planning, renames
from generator.spec import edits, loader
from generator.spec.findings import did_you_mean

# The section of generator.yaml for each kind of name.
KINDS: Final[Mapping[str, str]] = {"app": "apps", "environment": "environments"}


@dataclass(frozen=True, slots=True)
class AddRequest:
    """A new app or environment (`kind`) of generator.yaml, with some of its `fields`: dotted name → value as YAML.

    The order of environments is that of promotion: a new one is the last, or stands `before` or `after` another.
    With `generate`, the repository is regenerated along with it, all or nothing.
    """

    name: str
    directory: Path = Path()
    kind: str = "app"
    fields: Mapping[str, str] = field(default_factory=dict)
    before: str | None = None
    after: str | None = None
    generate: bool = False


@dataclass(frozen=True, slots=True)
class RenameRequest:
    """A new name for an app or environment (`kind`), wherever generator.yaml says it.

    `generate` is as for `AddRequest`.
    """

    old: str
    new: str
    directory: Path = Path()
    kind: str = "app"
    generate: bool = False


@dataclass(frozen=True, slots=True)
class EditResult:
    """The change of generator.yaml, as a unified diff in `lines`, and what regenerating does with it.

    `generated` tells whether that was done or would be. `conflicts` are those that it would stop at.
    """

    lines: tuple[str, ...]
    regeneration: generation.GenerateResult
    generated: bool
    conflicts: Conflicts | None = None


def add(request: AddRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> EditResult:
    """Add an app or an environment to generator.yaml; every other line stays as it is.

    Raises SpecError, and writes nothing, where the spec would not be right then.
    """
    section = _section(request.kind)
    with calling(credentials, request.directory):
        text = _read(request.directory)
        data = loader.data(text)
        names = list(data[section])
        if request.name in names:
            hint = f"change it in {loader.FILE_NAME}, or choose another name"
            raise UsageError(f"there is an {request.kind} {request.name!r} already", hint)
        fields = _fields(request.fields)
        if request.kind == "app":
            fields = {"image": f"{data['project']}/{request.name}", **fields}
        edited = edits.added(text, section, request.name, fields, _position(request, names))
        return _done(request, text, edited, progress)


def rename(request: RenameRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> EditResult:
    """Rename an app or an environment in generator.yaml; hand edits and tags follow once it is regenerated.

    Raises SpecError, and writes nothing, where the spec would not be right then.
    """
    section = _section(request.kind)
    with calling(credentials, request.directory):
        text = _read(request.directory)
        known: dict[str, Any] = loader.data(text)[section]
        if request.old not in known:
            raise UsageError(f"no {request.kind} {request.old!r} in the spec", did_you_mean(request.old, tuple(known)))
        if request.new in known:
            raise UsageError(f"there is an {request.kind} {request.new!r} already", "choose another name")
        former = (known[request.old] or {}).get(edits.FORMER, "")
        former = renames.former(request.directory, section, request.old, former)
        edited = edits.renamed(text, section, request.old, request.new, former if former != request.new else "")
        return _done(request, text, edited, progress)


def _section(kind: str) -> str:
    if kind not in KINDS:
        raise UsageError(f"{kind!r} is neither app nor environment", did_you_mean(kind, tuple(KINDS)))
    return KINDS[kind]


def _read(directory: Path) -> str:
    """Return a spec that is right, so that faults that are told later come from the edit."""
    text = loader.read(directory)
    loader.parse(text)
    return text


def _fields(given: Mapping[str, str]) -> dict[str, Any]:
    """Return plain data for dotted names and their values as YAML."""
    fields: dict[str, Any] = {}
    for name, text in given.items():
        try:
            value = loader.data(f"value: {text}")["value"]
        except SpecError as error:
            raise UsageError(f"{name}={text}: {reason(error)}", "write the value as in generator.yaml") from error
        *above, last = name.split(".")
        into = fields
        for part in above:
            into = into.setdefault(part, {})
            if not isinstance(into, dict):
                raise UsageError(f"{name}={text}: {part} has a value already", "give each field once")
        into[last] = value
    return fields


def _position(request: AddRequest, names: list[str]) -> int | None:
    beside = request.before or request.after
    if beside is None:
        return None
    if beside not in names:
        raise UsageError(f"no {request.kind} {beside!r} in the spec", did_you_mean(beside, tuple(names)))
    return names.index(beside) + (request.before is None)


def _done(request: AddRequest | RenameRequest, text: str, edited: str, progress: Progress) -> EditResult:
    """Write the spec, and the repository with it where that is asked for; find out what is to be done otherwise."""
    directory = request.directory
    loader.parse(edited)
    planning.check_repository(directory)
    progress("regenerating" if request.generate else "comparing with the spec")
    with work_tree.locked(directory):
        if request.generate:
            planned, conflicts = planning.plan(directory, text=edited), None
            changes = planning.apply(directory, planned, prune=False, text=edited)
        else:
            planned, conflicts = planning.preview(directory, edited)
            changes = planned.changes
            work_tree.write(directory, {loader.FILE_NAME: loader.encoded(directory, edited)})
    name = loader.FILE_NAME
    lines = difflib.unified_diff(text.splitlines(True), edited.splitlines(True), f"a/{name}", f"b/{name}", n=1)
    result = generation.result(directory, planned, changes)
    return EditResult(tuple(lines), result, request.generate, conflicts)
