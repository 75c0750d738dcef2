"""`schema` and `upgrade`: the language of generator.yaml, and its newest version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.files import work_tree
from generator.regenerate import upgrade as upgrades
from generator.spec import loader
from generator.spec.reference import schema as schemas


def schema(*, included: bool = False) -> Mapping[str, Any]:
    """Return the JSON Schema of generator.yaml, or of the included files with apps."""
    return schemas.included() if included else schemas.language()


@dataclass(frozen=True, slots=True)
class UpgradeRequest:
    """The repository whose generator.yaml is brought to the newest version of its language."""

    directory: Path = Path()


@dataclass(frozen=True, slots=True)
class UpgradeResult:
    """The versions `before` and `after`, and the files that were `written`.

    `respelled` tells whether former spellings of fields were replaced.
    """

    before: int
    after: int
    written: tuple[str, ...]
    respelled: bool


def upgrade(request: UpgradeRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> UpgradeResult:
    """Upgrade generator.yaml to the newest version of its language, with its comments, and its schema for editors."""
    with calling(credentials, request.directory):
        progress(f"reading {loader.FILE_NAME}")
        text = loader.read(request.directory)
        migrated = upgrades.migrate(text)
        spec = loader.written(request.directory, {loader.FILE_NAME: migrated.text})
        loader.parsed(spec)
        today = {file: upgrades.respelled(text, file) for file, text in spec.texts.items()}
        respelled = {file: now for file, now in today.items() if now != spec.texts[file]}
        changed = {**({loader.FILE_NAME: migrated.text} if migrated.text != text else {}), **respelled}
        files = {
            **loader.encoded(request.directory, changed),
            **_schemas_for_editors(request.directory, bool(spec.about)),
        }
        if files:
            loader.parsed(loader.written(request.directory, changed))
            with work_tree.locked(request.directory):
                work_tree.write(request.directory, files)
        return UpgradeResult(migrated.before, migrated.after, tuple(files), bool(respelled))


def _schemas_for_editors(directory: Path, includes: bool) -> dict[str, bytes]:
    """Return the files for editors that are not of today, where there is one of the spec."""
    if not (directory / schemas.FILE).is_file():
        return {}
    today = {schemas.FILE: schemas.text(), **({schemas.INCLUDED_FILE: schemas.text_of_included()} if includes else {})}
    known = work_tree.read(directory, list(today))
    return {file: content for file, content in today.items() if known.get(file) != content}
