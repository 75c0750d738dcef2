"""Read the files of the repository that apps name under `files`, when a spec is loaded.

The content of these files is part of the app's data, so a change of the content is a change of the app. It is kept as
bytes, in which no placeholder is replaced. Content in the spec itself is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from generator.errors import Fault, RepositoryError, SpecError
from generator.files import reader
from generator.spec.findings import Findings, did_you_mean
from generator.spec.findings import Path as FieldPath
from generator.spec.plain_data import Data

FIELD: Final = "files"
# The API's limit for the size of a ConfigMap.
_MARKER: Final = re.compile(rb"^<<<<<<< ", re.MULTILINE)
_MOST: Final = 1024 * 1024


def attached(directory: Path, data: Data, told: Callable[[Path, Findings], list[Fault]]) -> Data:
    """Return a spec's data with the content of each file of its apps.

    Raise SpecError with all files that cannot be read.

    ``told`` finds the places of findings in the spec.
    """
    apps: dict[str, Any] = {}
    findings = Findings()
    for name, given in (data["apps"] or {}).items():
        if any(True for _ in _named(given, ())):
            apps[name] = _read(directory, given, ("apps", name), findings)
    if findings.items:
        raise SpecError(told(directory, findings))
    return {**data, "apps": {**data["apps"], **apps}} if apps else data


def named(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the path of each file of the repository that apps of a spec name under `files`."""
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


def _read(directory: Path, given: Any, path: FieldPath, findings: Findings) -> Any:
    result = dict(given)
    for place, name in _named(given, ()):
        try:
            content = reader.read(directory, name)
            content.decode()
            if _MARKER.search(content):
                findings.add(
                    (*path, *place), f"{name} has a conflict marker of git", "resolve the conflict in this file"
                )
            if len(content) > _MOST:
                findings.add((*path, *place), f"{name} has {len(content):,} bytes", f"at most {_MOST:,} are possible")
            result = _with(result, place, name, content)
        except UnicodeDecodeError:
            findings.add((*path, *place), f"{name} is not UTF-8", "files of an app must be text")
        except RepositoryError as exc:
            there = (directory / name).exists()
            message, hint = (exc.message, exc.hint) if there else (f"there is no {name}", _near(directory, name))
            findings.add((*path, *place), message, hint)
    return result


def _with(given: Any, place: FieldPath, name: str, content: bytes) -> Any:
    """Return an app's data with the content of one file at ``place``."""
    first, *rest = place
    if first == FIELD:
        return {**given, FIELD: {**given[FIELD], rest[0]: {"path": name, "content": content}}}
    section = given[first]
    return {**given, first: {**section, rest[0]: _with(section[rest[0]], tuple(rest[1:]), name, content)}}


def _near(directory: Path, name: str) -> str:
    folder = (directory / name).parent
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return did_you_mean(Path(name).name, names, "a path from the top of the repository")
