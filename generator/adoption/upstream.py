"""Open the folder to adopt, which is here, or is copied from another repository."""

from __future__ import annotations

import os
import posixpath
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generator.adoption.source import MOST_BYTES, MOST_FILES, Source, local
from generator.errors import UsageError
from generator.git import snapshot


@contextmanager
def opened(directory: Path, path: str) -> Iterator[tuple[Source, str]]:
    """Yield the source at a path or at ``URL//FOLDER@REF``, which is copied, and where it is from: empty for a path.

    Raises:
        UsageError: There is no such folder, or the URL names no revision.
    """
    if not snapshot.URL.match(path):
        yield local(directory, path), ""
        return
    url, mark, revision = path.rpartition("@")
    if not mark or not snapshot.URL.fullmatch(url):
        raise UsageError(f"{path}: no revision", "name a tag or a commit: URL@v1.2.0, or URL//FOLDER@v1.2.0")
    scheme, colon, rest = url.partition("://")
    rest, _, folder = rest.partition("//") if colon else ("", "", "")
    url, folder = (f"{scheme}://{rest}", folder) if colon else (url.partition("//")[0], url.partition("//")[2])
    folder = posixpath.normpath(folder.strip("/") or ".")
    if folder.startswith(".."):
        raise UsageError(f"{path}: a folder outside of the repository", "write URL//FOLDER@REF")
    with tempfile.TemporaryDirectory(prefix="gitops-generator-") as place:
        root = Path(os.path.realpath(place))
        snapshot.take(url, revision, folder, root, snapshot.Limits(MOST_FILES, MOST_BYTES))
        yield Source(root, folder, inside=False), path
