"""Compute a digest of the generator's own code, for caches of its results."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Container, Iterator
from functools import cache
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parent.parent
# Reading and rendering stand below these and import none of them (tests/meta/test_architecture.py); they are half of
# the package.
LEFT_OUT: Final = frozenset({"adoption", "api", "cli", "clients", "cluster", "delivery", "infra", "manifests", "tools"})
# The data among them that a spec is checked against.
_DATA: Final = "tools/schemas"


def package() -> bytes:
    """Compute a digest of Python and of the files that reading and rendering depend on."""
    return _digest(_PACKAGE)


@cache
def _digest(package: Path) -> bytes:
    digest = hashlib.blake2b(sys.version.encode(), digest_size=32)
    data = _files(os.fspath(package / _DATA)) if (package / _DATA).is_dir() else ()
    for path in sorted((*_files(os.fspath(package), LEFT_OUT), *data)):
        # Hundreds of files, in each run.
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            content = file.read()
        digest.update(f"{path} {len(content)} ".encode())
        digest.update(content)
    return digest.digest()


def _files(folder: str, without: Container[str] = ()) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name not in without and entry.name != "__pycache__":
                    yield from _files(entry.path)
            else:
                yield entry.path
