"""Files that a sparse checkout leaves out: they are in git's index but not in the work tree, and were not deleted.

This is only checked if a file is missing or new, and the repository has a sparse checkout; so it costs nothing
otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from generator.errors import RepositoryError
from generator.git import plumbing


def possible(directory: Path) -> bool:
    """Tell whether files may be left out here, without running git."""
    place = plumbing.folder(directory)
    return place is not None and (place / "info/sparse-checkout").is_file()


def left_out(directory: Path) -> dict[str, str]:
    """Return the blobs of the files that are left out, by path."""
    said = plumbing.begin("ls-files", "-t", "-s", "-z", directory=directory).result().decode(errors="replace")
    found: dict[str, str] = {}
    for entry in said.split("\0"):
        about, _, path = entry.partition("\t")
        words = about.split()
        if words[:1] == ["S"] and not (directory / path).exists():
            found[path] = words[2]
    return found


def read(directory: Path, paths: Iterable[str]) -> dict[str, bytes]:
    """Return the content of those of ``paths`` that are left out, as git's index has it."""
    known = left_out(directory)
    wanted = {path: known[path] for path in paths if path in known}
    if not wanted:
        return {}
    asked = "".join(f"{blob}\n" for blob in wanted.values()).encode()
    said = plumbing.begin("cat-file", "--batch", directory=directory).result(asked)
    return dict(zip(wanted, _contents(said), strict=True))


def _contents(said: bytes) -> Iterator[bytes]:
    """Parse what ``cat-file --batch`` tells of each blob: a line that ends in its size, and its content."""
    start = 0
    while start < len(said):
        end = said.index(b"\n", start)
        size = int(said[start:end].split()[-1])
        yield said[end + 1 : end + 1 + size]
        start = end + size + 2


def refuse(directory: Path, paths: Iterable[str]) -> None:
    """Raise ``RepositoryError`` if any of ``paths`` is left out, or is in a folder that is left out."""
    known = left_out(directory)
    folders = {folder for path in known for folder in _folders(path) if not (directory / folder).exists()}
    outside = sorted(path for path in paths if path in known or not folders.isdisjoint(_folders(path)))
    if outside:
        raise _needed(outside, "would change; nothing was written")


def require(directory: Path, folders: Iterable[str]) -> None:
    """Raise ``RepositoryError`` if a file in ``folders`` is left out, for code that reads the files directly."""
    if not possible(directory):
        return
    wanted = set(folders)
    outside = sorted(path for path in left_out(directory) if path.split("/")[0] in wanted)
    if outside:
        raise _needed(outside, "must be here for this")


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _needed(outside: list[str], why: str) -> RepositoryError:
    names = "\n".join(f"  {path}" for path in outside[:10])
    more = f"\n  and {len(outside) - 10} more" if len(outside) > 10 else ""
    folders = " ".join(dict.fromkeys(path.split("/")[0] for path in outside if "/" in path))
    return RepositoryError(
        f"{len(outside)} files that this sparse checkout leaves out {why}:\n{names}{more}",
        f"git sparse-checkout add {folders}" if folders else "git sparse-checkout disable",
    )
