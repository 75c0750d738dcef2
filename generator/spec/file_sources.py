"""Read the files of the repository that apps have as `files`, when a spec is loaded.

Their content is part of what an app is, so a change of it is a change of the app. It is kept as bytes, in which
nothing is filled in; content that the spec itself has is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from generator.errors import RepositoryError, SpecError
from generator.files import reader
from generator.spec import loader, model
from generator.spec.findings import Finding, did_you_mean
from generator.spec.findings import Path as FieldPath

FIELD: Final = "files"
# Of the API: what a ConfigMap holds.
_MARKER: Final = re.compile(rb"^<<<<<<< ", re.MULTILINE)
_MOST: Final = 1024 * 1024


def attached(directory: Path, spec: model.Spec) -> model.Spec:
    """Return the spec with the content of each file that an app has. ``SpecError`` names those that cannot be read."""
    apps: dict[str, Any] = {}
    wrong: list[tuple[FieldPath, str, str]] = []
    for name, given in (spec.data["apps"] or {}).items():
        if any(True for _ in _named(given, ())):
            apps[name] = _read(directory, given, ("apps", name), wrong)
    if wrong:
        raise SpecError(loader.written(directory).told(Finding(*about) for about in wrong))
    return model.build({**spec.data, "apps": {**spec.data["apps"], **apps}}) if apps else spec


def named(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the path of each file of the repository that an app of a spec has among its `files`."""
    for given in (data["apps"] or {}).values():
        yield from (name for _, name in _named(given or {}, ()))


def _named(given: Mapping[str, Any], path: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    """Yield the place and the path of each file of the repository that an app names."""
    for mount, about in (given.get(FIELD) or {}).items():
        if isinstance(about, str):
            yield (*path, FIELD, mount), about
        elif about and about.get("path"):
            yield (*path, FIELD, mount, "path"), about["path"]
    for section in ("environments", "workloads"):
        for name, one in (given.get(section) or {}).items():
            yield from _named(one or {}, (*path, section, name))


def _read(directory: Path, given: Any, path: FieldPath, wrong: list[tuple[FieldPath, str, str]]) -> Any:
    result = dict(given)
    for place, name in _named(given, ()):
        try:
            content = reader.read(directory, name)
            content.decode()
            if _MARKER.search(content):
                wrong.append(((*path, *place), f"{name} has a conflict marker of git", "keep what is right there"))
            if len(content) > _MOST:
                wrong.append(((*path, *place), f"{name} has {len(content):,} bytes", f"at most {_MOST:,} are possible"))
            result = _with(result, place, name, content)
        except UnicodeDecodeError:
            wrong.append(((*path, *place), f"{name} is not UTF-8", "only text can be a file of an app"))
        except RepositoryError as exc:
            there = (directory / name).exists()
            message, hint = (exc.message, exc.hint) if there else (f"there is no {name}", _near(directory, name))
            wrong.append(((*path, *place), message, hint))
    return result


def _with(given: Any, place: FieldPath, name: str, content: bytes) -> Any:
    """Return an app's data with the content of one file in it."""
    first, *rest = place
    if first == FIELD:
        return {**given, FIELD: {**given[FIELD], rest[0]: {"path": name, "content": content}}}
    section = given[first]
    return {**given, first: {**section, rest[0]: _with(section[rest[0]], tuple(rest[1:]), name, content)}}


def _near(directory: Path, name: str) -> str:
    folder = (directory / name).parent
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return did_you_mean(Path(name).name, names, "a path from the top of the repository")
