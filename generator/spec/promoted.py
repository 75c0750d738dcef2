"""Store what was promoted to each environment, if bases are promoted, too (``promotion: {base: true}``).

``.generator/promoted/`` has a file for each app in each environment but the
first. It contains two things from the last promotion: the app's general data,
and the files of the base, with hand edits. The environment's own copy of the
base is rendered from the data. The files are the common ancestor in the merge
of the next promotion.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from generator.errors import RepositoryError, SpecError
from generator.spec import encrypted_secrets, hatches, layout, yaml_data
from generator.spec.chart import PROMOTED
from generator.spec.findings import Findings

if TYPE_CHECKING:
    from generator.spec.model import Spec
    from generator.spec.types import Record

_HEADER: Final = "# What was promoted last; not for editing, and nothing to review.\n"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Promoted:
    """What was promoted last: ``app`` is the app's general data, ``base`` the files of the base by their paths in it.

    ``at`` is the commit that made this base, if known; it tells which of two bases is older.
    """

    app: Mapping[str, Any]
    base: Mapping[str, bytes]
    at: str = ""


class Stored(NamedTuple):
    """Where stored files are read from.

    Attributes:
        read: Reads those of the files with these paths that exist.
        type_of: Tells the type that an app's general data must have.
    """

    read: Callable[[list[str]], Mapping[str, bytes]]
    type_of: Callable[[Mapping[str, Any]], Record]


def path(environment: str, app: str) -> str:
    """Return the path of the stored file for an app in an environment."""
    return layout.promoted_path(environment, app)


def read(stored: Stored, environment: str, app: str) -> Promoted | None:
    """Read what was promoted; ``None`` if nothing was promoted yet. Raise RepositoryError if the file is damaged."""
    name = path(environment, app)
    content = stored.read([name]).get(name)
    if content is None:
        return None
    try:
        data = yaml_data.of_text(content.decode().replace("\r\n", "\n"))
        base = {file: _bytes(text) for file, text in (data["base"] or {}).items()}
        found = Promoted(_as_read(data["app"]), base, str(data.get("at", "")))
    except (SpecError, KeyError, AttributeError, AssertionError, ValueError) as exc:
        raise _damaged(name) from exc
    findings = Findings()
    stored.type_of(found.app).check(_as_said(found.app), (), findings)
    if findings.items:
        raise _damaged(name)
    return found


def dump(promoted: Promoted) -> bytes:
    """Return the content of the file for ``promoted``."""
    from generator.yaml import emit as yaml_emit

    base = {file: _text(content) for file, content in sorted(promoted.base.items())}
    at = {"at": promoted.at} if promoted.at else {}
    return (_HEADER + yaml_emit.dump({**at, "app": _as_text(promoted.app), "base": base})).encode()


def attached(stored: Stored, spec: Spec) -> Mapping[str, Any]:
    """Return the spec's data with what was promoted.

    An environment without a promotion gets the data of the one before.
    """
    apps: dict[str, Any] = {}
    adopted = spec.adopted
    for name, app in spec.apps.items():
        if name in adopted:
            apps[name] = app.given
            continue
        known: dict[str, Mapping[str, Any]] = {}
        last: Mapping[str, Any] = app.general
        for environment in later(spec):
            found = read(stored, environment, name) or moved(stored, spec, environment, name)
            known[environment] = last = found.app if found else last
        apps[name] = {**app.given, PROMOTED: known}
    return {**spec.data, "apps": apps}


def later(spec: Spec) -> tuple[str, ...]:
    """Return the environments that get the base by promotion: all except the first."""
    return tuple(spec.environments)[1:] if spec.promotion.base else ()


def on_disk(directory: Path) -> Iterator[str]:
    """Yield the paths of all stored files in ``directory``."""
    for root, _, files in os.walk(directory / layout.PROMOTED_BASES):
        for file in files:
            yield (Path(root) / file).relative_to(directory).as_posix()


def moved(stored: Stored, spec: Spec, environment: str, app: str) -> Promoted | None:
    """Read what was promoted under the former name of the app or the environment; ``None`` if there is nothing."""
    names = (app, spec.apps[app].renamed_from)
    places = (environment, spec.environments[environment].renamed_from)
    for place in filter(None, places):
        for name in filter(None, names):
            if (place, name) != (environment, app) and (found := read(stored, place, name)):
                return found
    return None


def _is_file(value: object) -> bool:
    """Tell whether a value is the name of a file together with its content."""
    return isinstance(value, Mapping) and "path" in value and hatches.CONTENT in value


def _as_text(value: Any) -> Any:
    """Return an app's data with the bytes of its files as text, for YAML."""
    if isinstance(value, bytes):
        return _text(value)
    if isinstance(value, Mapping):
        return {name: _as_text(item) for name, item in value.items()}
    return [_as_text(item) for item in value] if isinstance(value, list) else value


def _as_read(value: Any) -> Any:
    """Return an app's data with these texts as bytes again, in which no placeholder is replaced."""
    if isinstance(value, Mapping):
        found = {name: _as_read(item) for name, item in value.items()}
        return {**found, hatches.CONTENT: _bytes(value[hatches.CONTENT])} if _is_file(value) else found
    return [_as_read(item) for item in value] if isinstance(value, list) else value


def _as_said(value: Any) -> Any:
    """Return an app's data as in the spec: without the content of its files."""
    if isinstance(value, Mapping):
        left_out = (hatches.CONTENT, hatches.MEANING) if _is_file(value) else ()
        said = {name: _as_said(item) for name, item in value.items() if name not in left_out}
        own = said.get(encrypted_secrets.FIELD)
        return {**said, encrypted_secrets.FIELD: own["path"]} if isinstance(own, dict) else said
    return [_as_said(item) for item in value] if isinstance(value, list) else value


def _text(content: bytes) -> str:
    return content.decode(errors="surrogateescape")


def _bytes(text: object) -> bytes:
    return str(text).encode(errors="surrogateescape")


def _damaged(name: str) -> RepositoryError:
    return RepositoryError(f"{name}: damaged; nothing was written", f"get it back: git checkout HEAD -- {name}")
