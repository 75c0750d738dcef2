"""Write the record of the last generation as text files in ``.generator/``, and read these texts.

There is one file for each app and one for everything else, so that two branches
that change different apps do not change the same file. Each contains the
generated files one after the other, each below a line with its path. Most
generated files start with the same comment, which is written once, at the top::

    gitops-generator original, format 1
    # Generated from generator.yaml. …
    -- base/web/service.yaml --
    apiVersion: v1
    …

The record is stored in the repository itself, so shallow clones, squash merges
and rebases keep it. It never contains a tag or a digest that the pipeline set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from generator.errors import RepositoryError
from generator.render.file import HEADER
from generator.spec import layout
from generator.spec.layout import Location

if TYPE_CHECKING:
    from generator.render.file import File

FOLDER: Final = layout.RECORDS
FORMAT: Final = b"gitops-generator original, format 1\n"
_FORMAT_CRLF: Final = FORMAT.replace(b"\n", b"\r\n")
_MARKER: Final = b"<<<<<<< "
_LEFT: Final = (b"\n<<<<<<< ", b"\n>>>>>>> ")
PROJECT: Final = f"{FOLDER}/project"
ATTRIBUTES_PATH: Final = f"{FOLDER}/.gitattributes"
_PART: Final = r"(?!(?:\.{1,2}|\.git)(?:/|\Z))[A-Za-z0-9_.-]+"
_PATH: Final = re.compile(
    rf"(?!(?:{re.escape(FOLDER)}|{re.escape(layout.SPEC)})(?:/|\Z)){_PART}(?:/{_PART})*", re.IGNORECASE | re.ASCII
)
_ATTRIBUTES: Final = (
    b"# What was generated last; not for editing, and nothing to review.\n* linguist-generated=true -diff -text\n"
)
# `--` comes before a file that starts with the comment at the top, `==` before one that does not, `~~` before a user's
# own text. Lines of such a text start with a space, because it may contain any line, and may end without a newline.
_NAME: Final = re.compile(rb"^(--|==|~~) ([^\n]+) \1\n", re.MULTILINE)
_OURS: Final = re.compile(rb"^<<<<<<< [^\n]*\n(.*?)(?:^\|{7} [^\n]*\n.*?)?^=======\n.*?^>>>>>>> [^\n]*\n", re.M | re.S)
_THEIRS: Final = re.compile(rb"^<<<<<<< [^\n]*\n.*?^=======\n(.*?)^>>>>>>> [^\n]*\n", re.M | re.S)


def app_record(app: str) -> str:
    """Return the path of the record of an app."""
    return layout.record_path(app)


def app_of(path: str) -> str:
    """Return the app of a record's path."""
    return Location.parse(path).app


def pack(files: Mapping[str, File]) -> dict[str, bytes]:
    """Return the files of ``.generator/`` for generated files, by path."""
    groups: dict[str, list[File]] = {PROJECT: []}
    for file in files.values():
        groups.setdefault(app_record(file.app) if file.app else PROJECT, []).append(file)
    start = FORMAT + HEADER.encode()
    packed = {path: start + "".join(map(_packed, sorted(group, key=_path))).encode() for path, group in groups.items()}
    return {ATTRIBUTES_PATH: _ATTRIBUTES, **packed}


def record_of(path: str) -> str:
    """Return the path of the record that contains a generated file."""
    app = Location.parse(path).app
    return app_record(app) if app else PROJECT


def _path(file: File) -> str:
    return file.path


def _packed(file: File) -> str:
    if file.verbatim:
        return f"~~ {file.path} ~~\n" + "".join(f" {line}\n" for line in file.text.split("\n"))
    if file.text.startswith(HEADER):
        return f"-- {file.path} --\n{file.text[len(HEADER) :]}"
    return f"== {file.path} ==\n{file.text}"


def unpack(packed: Mapping[str, bytes], *, adopt: bool = False) -> dict[str, bytes]:
    """Return the files that were generated last time, by path.

    Conflict markers of git mean that two branches both regenerated: this returns our
    branch's version, and ``rivals`` the other one. Raise RepositoryError if a file is
    damaged in another way; with ``adopt`` it counts as missing.
    """
    files: dict[str, bytes] = {}
    for ours, theirs in _sides(packed, adopt=adopt):
        files.update({**theirs, **ours})
    return files


def rivals(packed: Mapping[str, bytes], *, adopt: bool = False) -> dict[str, bytes | None]:
    """Return the other branch's generated files that differ from ours, by path, if git left conflict markers.

    ``None`` means that only one of the two branches generated the file.
    """
    found: dict[str, bytes | None] = {}
    for ours, theirs in _sides({path: content for path, content in packed.items() if _MARKER in content}, adopt=adopt):
        differing = [path for path in {**theirs, **ours} if ours.get(path) != theirs.get(path)]
        found.update({path: theirs.get(path) if path in ours else None for path in differing})
    return found


def _sides(packed: Mapping[str, bytes], *, adopt: bool) -> Iterator[tuple[dict[str, bytes], dict[str, bytes]]]:
    """Yield the content of each record: our branch's side, and the other one (empty without a conflict)."""
    for path, stored_as in packed.items():
        if path == ATTRIBUTES_PATH:
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
        files[_safe(name, path)] = _body(mark, header, body)
    return files


def _body(mark: bytes, header: bytes, body: bytes) -> bytes:
    if mark == b"~~":
        return b"\n".join(line[1:] for line in body[:-1].split(b"\n"))
    return header + body if mark == b"--" else body


def _split(content: bytes) -> list[bytes]:
    """Split like ``_NAME.split``, but much faster if all files start with the comment at the top."""
    if b"\n== " in content or b"\n~~ " in content:
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
    """Return a path if the generator could have written it; ``.generator/`` may come from a hostile branch."""
    text = name.decode(errors="replace")
    if not _PATH.fullmatch(text):
        raise _damaged(path, f"names {text!r}")
    return text


def _damaged(path: str, how: str = "damaged") -> RepositoryError:
    return RepositoryError(
        f"{path}: {how}; nothing was written",
        f"get it back: git checkout HEAD -- {FOLDER}; "
        "or keep this app's files as edits: python -m generator generate --adopt",
    )
