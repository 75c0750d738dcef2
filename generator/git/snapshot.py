"""Copy a folder of a revision of another, untrusted repository.

Nothing is checked out: only plain files are requested, which are counted and measured before their content is
fetched. So hooks, filters, links, submodules and file names of the repository have no effect here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from generator import credentials
from generator.errors import GitError, RepositoryError, UsageError
from generator.git import bare_repository, trusted_hosts

if TYPE_CHECKING:
    from generator.git.bare_repository import Scratch

URL: Final = re.compile(r"(?:(?:https?|ssh|file)://[^\s@]*(?:@[^\s/]+)?[^\s@]*|[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[^\s@]+)")
_REVISION: Final = re.compile(r"(?!-)(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/+-]{0,200}")
_PLAIN: Final = (b"100644", b"100755")
_NAME: Final = re.compile(r"(?!(?:\.{1,2}|\.git)(?:/|\Z))[^\0/\\:]+(?:/(?!(?:\.{1,2}|\.git)(?:/|\Z))[^\0/\\:]+)*", re.I)


class Limits(NamedTuple):
    """Limits of a snapshot: number of files, bytes in total, and seconds for each answer."""

    files: int
    size: int
    seconds: float = bare_repository.NETWORK_SECONDS


class _Blob(NamedTuple):
    id: str
    path: str


def take(url: str, revision: str, folder: str, into: Path, limits: Limits) -> str:
    """Write the plain files of a folder (``.``: all folders) into ``into``, and return their commit.

    Raises:
        UsageError: The revision is no name of one.
        RepositoryError: There is no such folder, or it is too large.
        GitError: git cannot get it.
    """
    if not _REVISION.fullmatch(revision):
        raise UsageError(f"{revision!r} is no name of a revision", "name a tag or a commit: URL@v1.2.0")
    with credentials.using(_fitting(url)), bare_repository.make(url, limits.seconds, partial=True) as scratch:
        scratch.run(
            "fetch", "--quiet", "--no-tags", "--depth=1", "--filter=blob:none", "--recurse-submodules=no",
            "origin", revision, network=True,
        )  # fmt: skip
        commit = scratch.run("rev-parse", "--verify", "FETCH_HEAD^{commit}")
        blobs = _listed(scratch, commit, folder, limits)
        if not blobs:
            raise RepositoryError(f"{url}: no folder {folder} in {revision}", "name one that is there: URL//FOLDER@REF")
        _write(scratch, blobs, into, limits)
        return commit


def _fitting(url: str) -> credentials.Credentials:
    """Return the credentials in force if their token may go to a URL, else none: what is public needs none."""
    try:
        if credentials.get("GIT_TOKEN"):
            trusted_hosts.require(url, "GIT_TOKEN")
    except RepositoryError:
        return credentials.NONE
    return credentials.current()


def _listed(scratch: Scratch, commit: str, folder: str, limits: Limits) -> list[_Blob]:
    """List the plain files of a folder; what is none is left out."""
    within = [] if folder == "." else ["--", f"{folder}/"]
    entries = scratch.begin("ls-tree", "-r", "-z", "--full-tree", commit, *within).result().split(b"\0")
    if len(entries) > limits.files:
        raise RepositoryError(
            f"{folder}: more than {limits.files:,} files, which are no app's", "name a smaller folder"
        )
    found: list[_Blob] = []
    for about, _, name in (entry.partition(b"\t") for entry in entries):
        path = name.decode(errors="surrogateescape")
        if about[:6] in _PLAIN and _NAME.fullmatch(path) and path.isprintable():
            found.append(_Blob(about.split(b" ")[2].decode(), path))
    return found


def _write(scratch: Scratch, blobs: Sequence[_Blob], into: Path, limits: Limits) -> None:
    wanted = list(dict.fromkeys(blob.id for blob in blobs))
    try:
        scratch.fetch_blobs(wanted)
    except GitError as exc:
        raise scratch.explained(exc) from exc
    asked = "".join(f"{blob}\n" for blob in wanted).encode()
    sizes = scratch.begin("cat-file", "--batch-check=%(objectsize)").result(asked).split()
    if sum(int(size) for size in sizes if size.isdigit()) > limits.size:
        raise RepositoryError(f"more than {limits.size:,} bytes, which are no app's", "name a smaller folder")
    contents = dict(zip(wanted, _contents(scratch.begin("cat-file", "--batch").result(asked)), strict=True))
    for blob in blobs:
        place = into / blob.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(contents[blob.id])


def _contents(said: bytes) -> list[bytes]:
    """Take apart what ``cat-file --batch`` prints: a line with the size, the content, and a newline, for each."""
    found: list[bytes] = []
    position = 0
    while position < len(said):
        line = said[position : said.index(b"\n", position)]
        size = int(line.rsplit(b" ", 1)[1])
        start = position + len(line) + 1
        found.append(said[start : start + size])
        position = start + size + 1
    return found
