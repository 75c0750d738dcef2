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


def schema() -> Mapping[str, Any]:
    """Return the language of generator.yaml as JSON Schema."""
    return schemas.language()


@dataclass(frozen=True, slots=True)
class UpgradeRequest:
    """The repository whose generator.yaml is brought to the newest version of its language."""

    directory: Path = Path()


@dataclass(frozen=True, slots=True)
class UpgradeResult:
    """The versions `before` and `after`, and the files that were `written`.

    `respelled` tells whether former spellings of fields were replaced by those of today.
    """

    before: int
    after: int
    written: tuple[str, ...]
    respelled: bool


def upgrade(request: UpgradeRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> UpgradeResult:
    """Bring generator.yaml to the newest version of its language, comments and all, and its schema for editors."""
    with calling(credentials, request.directory):
        progress(f"reading {loader.FILE_NAME}")
        text = loader.read(request.directory)
        migrated = upgrades.migrate(text)
        loader.parse(migrated.text)
        now = upgrades.respelled(migrated.text)
        files = {loader.FILE_NAME: loader.encoded(request.directory, now)} if now != text else {}
        files |= _schema_for_editors(request.directory)
        if files:
            loader.parse(now)
            with work_tree.locked(request.directory):
                work_tree.write(request.directory, files)
        return UpgradeResult(migrated.before, migrated.after, tuple(files), now != migrated.text)


def _schema_for_editors(directory: Path) -> dict[str, bytes]:
    """Return the file for editors where there is one, and it is not of today."""
    path, today = directory / schemas.FILE, schemas.text()
    return {schemas.FILE: today} if path.is_file() and path.read_bytes() != today else {}
