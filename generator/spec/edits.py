"""Edit generator.yaml: add an app or environment, or rename one everywhere in the spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from generator.errors import Fault, SpecError
from generator.spec import language, yaml_data
from generator.spec.findings import Path, dotted
from generator.spec.language.names import APP_NAME, ENVIRONMENT_NAME
from generator.spec.loader import FILE_NAME
from generator.spec.places import Places, Written
from generator.spec.types import Either, ListOf, MapOf, Record, Type
from generator.yaml import emit as yaml_emit

if TYPE_CHECKING:
    from generator.yaml.structure import Edit

FORMER: Final = "renamedFrom"
# The type of names in each section.
NAMES: Final = {"apps": APP_NAME, "environments": ENVIRONMENT_NAME}


def added(
    spec: Written, section: str, name: str, fields: Mapping[str, object], at: int | None = None, file: str = FILE_NAME
) -> dict[str, str]:
    """Return the new texts of the spec's files, by path, with a new app or environment at a position, or as the last.

    An app can go into another `file`; the spec then includes that file. Raise SpecError, with the lines to write by
    hand, if the text cannot be edited without changes of other lines.
    """
    wanted = {section: {name: dict(fields)}}
    by_hand = f"write {_flow(wanted)} yourself"
    if file not in spec.texts:
        return {**_including(spec, file), file: yaml_emit.dump(wanted)}
    return {
        file: _edited(spec, file, [_entering(spec.texts[file], section, name, fields, at)], (section, name), by_hand)
    }


def _entering(text: str, section: str, name: str, fields: Mapping[str, object], at: int | None) -> Edit:
    from generator.yaml.structure import Enter, Put

    known = yaml_data.of_text(text)
    if section not in known:
        return Enter((), section, {name: dict(fields)})
    if known[section] is None:
        return Put((section,), {name: dict(fields)})
    return Enter((section,), name, dict(fields), at)


def _including(spec: Written, file: str) -> dict[str, str]:
    """Return the new text of generator.yaml that includes a file; nothing if a pattern already includes it."""
    from generator.spec import included
    from generator.yaml.structure import Enter, Put

    given = [pattern for pattern, _ in included.patterns(spec.root)]
    if any(included.matcher(pattern)(file) for pattern in given):
        return {}
    value = [*given, file]
    edit = Put((included.FIELD,), value) if given else Enter((), included.FIELD, value)
    by_hand = f"write {_flow({included.FIELD: value})} yourself"
    return {spec.file: _edited(spec, spec.file, [edit], (included.FIELD,), by_hand)}


def put(spec: Written, path: Path, value: object) -> dict[str, str]:
    """Return the new text, by path, in which an existing field has another value.

    Raise SpecError, with the lines to write by hand, if the text cannot be edited without changes of other lines.
    """
    from generator.yaml.structure import Put

    file = spec.file_of(path)
    return {file: _edited(spec, file, [Put(path, value)], path, f"write {_flow({path[-1]: value})} there yourself")}


def renamed(spec: Written, section: str, old: str, new: str, former: str) -> dict[str, str]:
    """Return the new texts, by path, in which an app or environment has a new name.

    `former` is written into its `renamedFrom`; an empty one writes none.
    """
    from generator.yaml.structure import Enter, Put, Remove, Rename

    data = yaml_data.of_written(spec)
    edits: list[Edit] = [
        Rename(path[:-1], old, new) if is_key else Put(path, new) for path, is_key in references(data, section, old)
    ]
    edits += [Rename(path, old, new) for path in _namesakes(data[section][old], (section, old), old)]
    edits.append(Rename((section,), old, new))
    under, known = (section, new), data[section][old]
    if FORMER in (known or {}):
        edits.append(Put((*under, FORMER), former) if former else Remove((*under, FORMER)))
    elif former:
        edits.append(Put(under, {FORMER: former}) if known is None else Enter(under, FORMER, former, 0))
    by_hand = f"write {_flow({section: {new: {FORMER: former}}})} in its place yourself"
    files: dict[str, list[Edit]] = {}
    for edit in edits:
        files.setdefault(_file(spec, edit, (section, new), old), []).append(edit)
    return {file: _edited(spec, file, some, (section, old), by_hand) for file, some in files.items()}


def _file(spec: Written, edit: Edit, new: Path, old: str) -> str:
    """Return the path of the file that an edit changes; a renamed app stays in its file."""
    path = (*edit.path, getattr(edit, "old", "")) if edit.path == new[:1] else edit.path
    return spec.file_of((new[0], old) if path[:2] == new else path)


def _namesakes(entry: Any, path: Path, name: str) -> Iterator[Path]:
    """Yield the path of the workload with the app's name. It is renamed, too, since its objects have the app's name."""
    known = entry if isinstance(entry, Mapping) else {}
    if isinstance(workloads := known.get("workloads"), Mapping) and name in workloads:
        yield (*path, "workloads")
    environments = known.get("environments")
    for environment, override in environments.items() if isinstance(environments, Mapping) else ():
        yield from _namesakes(override, (*path, "environments", environment), name)


def references(data: Mapping[str, object], section: str, name: str) -> list[tuple[Path, bool]]:
    """Return the paths outside of ``section`` that name an app or an environment; True if the key is the name."""
    found = _named(language.SPEC, data, (), NAMES[section], name)
    return [(path, is_key) for path, is_key in found if path[-1] != FORMER and path != (section, name)]


def _named(accepts: Type, value: object, path: Path, wanted: Type, name: str) -> Iterator[tuple[Path, bool]]:
    """Yield the references in a value; its type tells which texts are names. A key follows its value."""
    if accepts is wanted and value == name:
        yield path, False
    elif isinstance(accepts, Either):
        for shape, one in accepts.shapes:
            if isinstance(value, shape):
                yield from _named(one, value, path, wanted, name)
    elif isinstance(accepts, ListOf) and isinstance(value, Sequence):
        for index, item in enumerate(value):
            yield from _named(accepts.item, item, (*path, index), wanted, name)
    elif isinstance(accepts, Record | MapOf) and isinstance(value, Mapping):
        for key, item in value.items():
            below = accepts.value if isinstance(accepts, MapOf) else _field(accepts, key)
            if below is not None:
                yield from _named(below, item, (*path, key), wanted, name)
        if isinstance(accepts, MapOf) and accepts.key is wanted and name in value:
            yield (*path, name), True


def _field(record: Record, name: str) -> Type | None:
    known = record.fields.get(name)
    return known.type if known else None


def _edited(spec: Written, file: str, edits: Sequence[Edit], path: Path, by_hand: str) -> str:
    from generator.yaml import structure
    from generator.yaml.edit import Unspliceable

    try:
        return structure.edited(spec.texts[file], edits, file)
    except Unspliceable as exc:
        line, column = Places(yaml_data.composed(spec.texts[file])).of(path, at_key=True)
        about = f"cannot be edited without changing other lines: {exc}; nothing was written"
        raise SpecError([Fault(file, line, column, dotted(path), about, by_hand)]) from exc


def _flow(value: object) -> str:
    return f"`{yaml_emit.flow(value)[1:-1]}`"
