"""`add` and `rename`: a new app or environment in generator.yaml, and a new name for one."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from generator.api import generated
from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.api.generated import GenerateResult
from generator.errors import Conflicts, SpecError, UsageError, reason
from generator.files import work_tree
from generator.regenerate import planning, record, record_files, renames
from generator.spec import edits, loader, yaml_data
from generator.spec.findings import Findings, did_you_mean
from generator.spec.language.names import INCLUDE
from generator.spec.loader import Texts
from generator.spec.places import Written
from generator.spec.reference import schema

# The section of generator.yaml for each kind of name.
KINDS: Final[Mapping[str, str]] = {"app": "apps", "environment": "environments"}


@dataclass(frozen=True, slots=True)
class AddRequest:
    """A new app or environment (`kind`) of generator.yaml, with some of its `fields`: dotted name → value as YAML.

    Environments are in promotion order: a new one is the last, or comes `before` or `after` another one. An app is
    written into generator.yaml, or into another `file`, which is then included. With `generate`, the repository is
    regenerated as well, all or nothing.
    """

    name: str
    directory: Path = Path()
    kind: str = "app"
    fields: Mapping[str, str] = field(default_factory=dict)
    before: str | None = None
    after: str | None = None
    generate: bool = False
    file: str | None = None


@dataclass(frozen=True, slots=True)
class RenameRequest:
    """A new name for an app or environment (`kind`), in all places of generator.yaml.

    `generate` is as for `AddRequest`.
    """

    old: str
    new: str
    directory: Path = Path()
    kind: str = "app"
    generate: bool = False


@dataclass(frozen=True, slots=True)
class EditResult:
    """The change of generator.yaml, as a unified diff in `lines`, and the changes of generated files.

    `generated` tells whether the files were changed or would be. `conflicts` would stop the regeneration.
    """

    lines: tuple[str, ...]
    regeneration: GenerateResult
    generated: bool
    conflicts: Conflicts | None = None


def add(request: AddRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> EditResult:
    """Add an app or an environment to generator.yaml; every other line stays as it is.

    Raises SpecError, and writes nothing, where the spec would not be right then.
    """
    section = _section(request.kind)
    with calling(credentials, request.directory):
        spec = _read(request.directory)
        data = yaml_data.of_written(spec)
        if request.name in (data[section] or {}):
            hint = f"change it in {spec.file_of((section, request.name))}, or choose another name"
            raise UsageError(f"there is an {request.kind} {request.name!r} already", hint)
        fields = _fields(request.fields)
        if request.kind == "app":
            fields = {"image": f"{data['project']}/{request.name}", **fields}
        file, position = _place(request, spec, tuple(data[section] or {}))
        edited = edits.added(spec, section, request.name, fields, position, file)
        if file not in spec.texts:
            edited |= _for_editors(request.directory, file, edited[file])
        return _done(request, spec, edited, progress)


def rename(request: RenameRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> EditResult:
    """Rename an app or an environment in generator.yaml; hand edits and tags follow once it is regenerated.

    Raises SpecError, and writes nothing, where the spec would not be right then.
    """
    section = _section(request.kind)
    with calling(credentials, request.directory):
        spec = _read(request.directory)
        known: dict[str, Any] = yaml_data.of_written(spec)[section]
        if request.old not in known:
            raise UsageError(f"no {request.kind} {request.old!r} in the spec", did_you_mean(request.old, tuple(known)))
        if request.new in known:
            raise UsageError(f"there is an {request.kind} {request.new!r} already", "choose another name")
        former = (known[request.old] or {}).get(edits.FORMER, "")
        generated = record.unpack(record_files.stored(request.directory))
        former = renames.former(generated, section, request.old, former)
        edited = edits.renamed(spec, section, request.old, request.new, former if former != request.new else "")
        return _done(request, spec, edited, progress)


def _section(kind: str) -> str:
    if kind not in KINDS:
        raise UsageError(f"{kind!r} is neither app nor environment", did_you_mean(kind, tuple(KINDS)))
    return KINDS[kind]


def _read(directory: Path) -> Written:
    """Return a spec that is right, so that faults that are told later come from the edit."""
    found = loader.written(directory)
    loader.parsed(found)
    return found


def _fields(given: Mapping[str, str]) -> dict[str, Any]:
    """Return plain data for dotted names and their values as YAML."""
    fields: dict[str, Any] = {}
    for name, text in given.items():
        try:
            value = yaml_data.of_text(f"value: {text}")["value"]
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


def _place(request: AddRequest, spec: Written, names: tuple[str, ...]) -> tuple[str, int | None]:
    """Return the file that the new one goes into, and its position there."""
    section, beside = _section(request.kind), request.before or request.after
    file = _file(request)
    if beside is None:
        return file or spec.file, None
    if beside not in names:
        raise UsageError(f"no {request.kind} {beside!r} in the spec", did_you_mean(beside, names))
    there = spec.file_of((section, beside))
    if file not in (None, there):
        raise UsageError(f"{beside} is in {there}, and not in {file}", f"name an app of that file, or --file {there}")
    names = tuple(name for name in names if spec.file_of((section, name)) == there)
    return there, names.index(beside) + (request.before is None)


def _file(request: AddRequest) -> str | None:
    """Return the file that was asked for, as the spec would include it."""
    if request.file is None or request.file == loader.FILE_NAME:
        return request.file
    if request.kind != "app":
        raise UsageError("--file is for apps: environments are of the whole project", "leave it out")
    file, findings = request.file.removeprefix("./"), Findings()
    INCLUDE.check(file, (), findings)
    if findings.items or "*" in file:
        hint = findings.items[0].hint if findings.items else "one file, and no pattern"
        raise UsageError(f"--file {request.file}: no file of apps", hint)
    return file


def _for_editors(directory: Path, file: str, text: str) -> dict[str, str]:
    """Return a new file of apps that names its schema in its first line, where the spec has one, and that schema."""
    if not (directory / schema.FILE).is_file():
        return {}
    place = f"{'../' * file.count('/')}{schema.INCLUDED_FILE}"
    found = {file: f"# yaml-language-server: $schema={place}\n{text}"}
    return found if (directory / schema.INCLUDED_FILE).exists() else {**found, **_schema_of_apps()}


def _schema_of_apps() -> dict[str, str]:
    return {schema.INCLUDED_FILE: schema.text_of_included().decode()}


def _done(request: AddRequest | RenameRequest, spec: Written, edited: Texts, progress: Progress) -> EditResult:
    """Write the spec, and the repository with it where that is asked for; find out what is to be done otherwise."""
    directory = request.directory
    loader.parsed(loader.written(directory, edited))
    planning.check_repository(directory)
    progress("regenerating" if request.generate else "comparing with the spec")
    with work_tree.locked(directory):
        if request.generate:
            planned, conflicts = planning.plan(directory, texts=edited), None
            changes = planning.apply(directory, planned, prune=False, texts=edited)
        else:
            planned, conflicts = planning.preview(directory, edited)
            changes = planned.changes
            work_tree.write(directory, loader.encoded(directory, edited))
    shown = [file for file in sorted(edited) if file != schema.INCLUDED_FILE]
    lines = [line for file in shown for line in _difference(file, spec.texts.get(file), edited[file])]
    result = generated.result(directory, planned, changes)
    return EditResult(tuple(lines), result, request.generate, conflicts)


def _difference(file: str, before: str | None, after: str) -> Iterator[str]:
    names = ("/dev/null" if before is None else f"a/{file}", f"b/{file}")
    yield from difflib.unified_diff((before or "").splitlines(True), after.splitlines(True), *names, n=1)
