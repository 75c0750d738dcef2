"""What was generated last time, as text files in ``.generator/``.

One file for each app and one for everything else, so that two branches that
change different apps do not touch the same file. Each holds the generated
files one after the other, under lines that name them::

    -- base/web/service.yaml --
    apiVersion: v1
    …

It is stored in the repository itself, so it survives shallow clones, squash
merges and rebases. It never holds a tag or a digest that the pipeline set.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from generator.errors import RepositoryError
from generator.outputs.file import File

FOLDER: Final = ".generator"
FORMAT: Final = b"gitops-generator original, format 1\n"
_PROJECT: Final = f"{FOLDER}/project"
_HEADER: Final = re.compile(rb"^-- ([^\n]+) --\n", re.MULTILINE)
_PART: Final = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9_.-]+")
_NEVER: Final = ("", ".git", FOLDER, "generator.yaml")
_ATTRIBUTES: Final = (
    "# What was generated last; not for editing, and nothing to review.\n* linguist-generated=true -diff\n"
)


def pack(files: Mapping[str, File]) -> dict[str, bytes]:
    """The files of ``.generator/`` for what is generated now, by path."""
    groups: dict[str, list[File]] = {_PROJECT: []}
    for file in files.values():
        groups.setdefault(f"{FOLDER}/apps/{file.app}" if file.app else _PROJECT, []).append(file)
    packed = {
        path: FORMAT + b"".join(f"-- {file.path} --\n{file.text}".encode() for file in sorted(group, key=_by_path))
        for path, group in groups.items()
    }
    return {f"{FOLDER}/.gitattributes": _ATTRIBUTES.encode(), **packed}


def _by_path(file: File) -> str:
    return file.path


def stored(directory: Path) -> dict[str, bytes]:
    """The files of ``.generator/`` as they are now, by path; empty if nothing was generated yet."""
    folder = directory / FOLDER
    paths = [folder / ".gitattributes", folder / "project", *sorted((folder / "apps").glob("*"))]
    try:
        return {path.relative_to(directory).as_posix(): path.read_bytes() for path in paths if path.is_file()}
    except OSError as exc:
        raise RepositoryError(f"{exc.filename}: {exc.strerror}", "make it readable") from exc


def unpack(packed: Mapping[str, bytes]) -> dict[str, bytes]:
    """What was generated last time, by path; ``RepositoryError`` if ``.generator/`` is damaged."""
    files: dict[str, bytes] = {}
    for path, content in packed.items():
        if path.endswith(".gitattributes"):
            continue
        if not content.startswith(FORMAT):
            raise RepositoryError(f"{path}: cannot be read", f"restore it: git checkout HEAD -- {FOLDER}")
        pieces = _HEADER.split(content[len(FORMAT) :])
        if pieces[0]:
            raise RepositoryError(f"{path}: damaged", f"restore it: git checkout HEAD -- {FOLDER}")
        for name, body in zip(pieces[1::2], pieces[2::2], strict=True):
            files[_safe(name.decode(errors="replace"), path)] = body
    return files


def _safe(name: str, path: str) -> str:
    """A path that we could have written: ``.generator/`` may come from a stranger's branch."""
    parts = name.split("/")
    if parts[0].lower() in _NEVER or not all(_PART.fullmatch(part) for part in parts):
        raise RepositoryError(f"{path}: names {name!r}", f"restore it: git checkout HEAD -- {FOLDER}")
    return name
