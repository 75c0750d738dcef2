"""What was generated last time, as text files in ``.generator/``.

One file for each app and one for everything else, so that two branches that
change different apps do not touch the same file. Each holds the generated
files one after the other, under lines that name them; the comment that most of
them start with is written once, at the top::

    gitops-generator original, format 1
    # Generated from generator.yaml. …
    -- base/web/service.yaml --
    apiVersion: v1
    …

It is stored in the repository itself, so it survives shallow clones, squash
merges and rebases. It never holds a tag or a digest that the pipeline set.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from generator import tree
from generator.errors import RepositoryError
from generator.outputs.file import HEADER, File

FOLDER: Final = ".generator"
FORMAT: Final = b"gitops-generator original, format 1\n"
_FORMAT_CRLF: Final = FORMAT.replace(b"\n", b"\r\n")
_MARKER: Final = b"<<<<<<< "
_LEFT: Final = (b"\n<<<<<<< ", b"\n>>>>>>> ")
_PROJECT: Final = f"{FOLDER}/project"
_APPS: Final = f"{FOLDER}/apps/"
_ATTRIBUTES_PATH: Final = f"{FOLDER}/.gitattributes"
_PART: Final = r"(?!(?:\.{1,2}|\.git)(?:/|\Z))[A-Za-z0-9_.-]+"
_PATH: Final = re.compile(rf"(?!(?:\{FOLDER}|generator\.yaml)(?:/|\Z)){_PART}(?:/{_PART})*", re.IGNORECASE | re.ASCII)
_ATTRIBUTES: Final = (
    b"# What was generated last; not for editing, and nothing to review.\n* linguist-generated=true -diff -text\n"
)
# `--` names a file that starts with the comment at the top, `==` one that does not.
_NAME: Final = re.compile(rb"^(--|==) ([^\n]+) \1\n", re.MULTILINE)
_OURS: Final = re.compile(rb"^<<<<<<< [^\n]*\n(.*?)(?:^\|{7} [^\n]*\n.*?)?^=======\n.*?^>>>>>>> [^\n]*\n", re.M | re.S)
_THEIRS: Final = re.compile(rb"^<<<<<<< [^\n]*\n.*?^=======\n(.*?)^>>>>>>> [^\n]*\n", re.M | re.S)


def app_record(app: str) -> str:
    """The path of the file that holds what was generated for one app."""
    return f"{_APPS}{app}"


def app_of(path: str) -> str:
    """The app that a record belongs to."""
    return path.removeprefix(_APPS)


def pack(files: Mapping[str, File]) -> dict[str, bytes]:
    """The files of ``.generator/`` for what is generated now, by path."""
    groups: dict[str, list[File]] = {_PROJECT: []}
    for file in files.values():
        groups.setdefault(app_record(file.app) if file.app else _PROJECT, []).append(file)
    start = FORMAT + HEADER.encode()
    packed = {path: start + "".join(map(_packed, sorted(group, key=_path))).encode() for path, group in groups.items()}
    return {_ATTRIBUTES_PATH: _ATTRIBUTES, **packed}


def record_of(path: str) -> str:
    """The file of ``.generator/`` that a generated file belongs to."""
    match path.split("/"):
        case ["base", app, *_] | ["overlays", _, app, *_]:
            return f"{FOLDER}/apps/{app}"
        case ["gitops", "applications", _, file]:
            return f"{FOLDER}/apps/{file.removesuffix('.yaml')}"
    return _PROJECT


def _path(file: File) -> str:
    return file.path


def _packed(file: File) -> str:
    if file.text.startswith(HEADER):
        return f"-- {file.path} --\n{file.text[len(HEADER) :]}"
    return f"== {file.path} ==\n{file.text}"


def stored(directory: Path) -> dict[str, bytes]:
    """The files of ``.generator/`` as they are now, by path; empty if nothing was generated yet."""
    try:
        with os.scandir(directory / _APPS) as entries:
            apps = sorted(app_record(entry.name) for entry in entries if entry.is_file())
    except (FileNotFoundError, NotADirectoryError):
        apps = []
    paths = [path for path in (_ATTRIBUTES_PATH, _PROJECT) if (directory / path).is_file()]
    return tree.read(directory, [*paths, *apps])


def unpack(packed: Mapping[str, bytes], *, adopt: bool = False) -> dict[str, bytes]:
    """What was generated last time, by path.

    Where git left conflict markers, two branches have both regenerated: this
    gives our branch's version, and ``rivals`` the other's. ``RepositoryError`` if
    a file is damaged otherwise; with ``adopt`` it counts as missing.
    """
    files: dict[str, bytes] = {}
    for ours, theirs in _sides(packed, adopt=adopt):
        files.update({**theirs, **ours})
    return files


def rivals(packed: Mapping[str, bytes], *, adopt: bool = False) -> dict[str, bytes | None]:
    """What the other branch generated, by path, where git left conflict markers and it is not the same.

    ``None`` where only one of the two has generated the file.
    """
    found: dict[str, bytes | None] = {}
    for ours, theirs in _sides({path: content for path, content in packed.items() if _MARKER in content}, adopt=adopt):
        differing = [path for path in {**theirs, **ours} if ours.get(path) != theirs.get(path)]
        found.update({path: theirs.get(path) if path in ours else None for path in differing})
    return found


def _sides(packed: Mapping[str, bytes], *, adopt: bool) -> Iterator[tuple[dict[str, bytes], dict[str, bytes]]]:
    """Each file unpacked: our branch's side and the other's; the latter empty where there was no conflict."""
    for path, stored_as in packed.items():
        if path == _ATTRIBUTES_PATH:
            continue
        content = stored_as.replace(b"\r\n", b"\n") if stored_as.startswith(_FORMAT_CRLF) else stored_as
        try:
            if _MARKER in content and _OURS.search(content):
                yield _unpacked(path, _OURS.sub(rb"\1", content)), _unpacked(path, _THEIRS.sub(rb"\1", content))
            else:
                yield _unpacked(path, content), {}
        except RepositoryError:
            if not adopt:
                raise


def _unpacked(path: str, content: bytes) -> dict[str, bytes]:
    if not content.startswith(FORMAT):
        raise _damaged(path)
    header, *pieces = _split(content[len(FORMAT) :])
    if header.count(b"\n") != 1 or not header.startswith(b"#") or any(mark in content for mark in _LEFT):
        raise _damaged(path)
    files: dict[str, bytes] = {}
    for mark, name, body in zip(pieces[0::3], pieces[1::3], pieces[2::3], strict=True):
        files[_safe(name, path)] = header + body if mark == b"--" else body
    return files


def _split(content: bytes) -> list[bytes]:
    """As ``_NAME.split``, and many times as fast where every file starts with the comment at the top."""
    if b"\n== " in content:
        return _NAME.split(content)
    header, *parts = content.split(b"\n-- ")
    if b"\n== " in header:
        return _NAME.split(content)
    pieces = [header + b"\n"]
    for part in parts:
        name, end, body = part.partition(b" --\n")
        if not end or b"\n" in name:
            return _NAME.split(content)
        pieces += (b"--", name, body + b"\n")
    pieces[-1] = pieces[-1][:-1]
    return pieces


def _safe(name: bytes, path: str) -> str:
    """A path that we could have written: ``.generator/`` may come from a stranger's branch."""
    text = name.decode(errors="replace")
    if not _PATH.fullmatch(text):
        raise _damaged(path, f"names {text!r}")
    return text


def _damaged(path: str, how: str = "damaged") -> RepositoryError:
    return RepositoryError(
        f"{path}: {how}; nothing was written",
        f"get it back: git checkout HEAD -- {FOLDER}; or keep this app's files as edits: generate --adopt",
    )
