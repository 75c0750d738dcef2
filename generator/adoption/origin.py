"""Keep the last adopted files unchanged in ``.generator/adopted/``: the original of the next merge."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from generator.errors import RepositoryError
from generator.files import work_tree
from generator.regenerate import record
from generator.spec import layout

_HEADER: Final = b"# What was adopted last; not for editing, and nothing to review.\n"


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return the content of the record; each line is indented by a space, because it may be any text."""
    parts = [
        b"~~ %s ~~\n" % path.encode() + b"".join(b" " + line + b"\n" for line in content.split(b"\n"))
        for path, content in sorted(files.items())
    ]
    return record.FORMAT + _HEADER + b"".join(parts)


def read(directory: Path, app: str) -> dict[str, bytes] | None:
    """Read the last adopted files, by path; ``None`` if there is no record.

    Raises:
        RepositoryError: The record is damaged.
    """
    path = layout.adopted_path(app)
    content = work_tree.read(directory, [path]).get(path)
    if content is None:
        return None
    found = record.unpack({path: content})
    if any(layout.Location.parse(name).app != app for name in found):
        raise RepositoryError(f"{path}: names files of another app", f"get it back: git checkout HEAD -- {path}")
    return found
