"""Remember valid folders as digests of all inputs, in the user's cache folder.

A digest covers the files that were read (see ``build_inputs``), the tools, the schemas and this package's own rules.
Keys depend on contents only. So a cache that is old, damaged or shared by many repositories can make a run slower,
but never accept an unchecked folder. Failures are not remembered.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from generator.errors import Fault
from generator.files.digest_cache import DigestCache
from generator.manifests import stream
from generator.manifests.build_inputs import Closures, Unknown
from generator.manifests.stream import Document
from generator.tools import cache, schemas

_FILE: Final = "proven"
_READ: Final = "manifests"
_MOST: Final = 20_000
_JUDGES: Final = (
    "files/reader.py",
    "yaml/plain.py",
    "yaml/reader.py",
    "yaml/tree.py",
    "tools/schemas/__init__.py",
    "spec/argocd.py",
    "spec/findings.py",
    "spec/quantity.py",
    "spec/shapes.py",
    "spec/types.py",
)
_JUDGING: Final = "manifests"


class Known(NamedTuple):
    """A valid path: its number of manifests, and the digests of its objects in the cluster."""

    manifests: int
    places: tuple[str, ...] = ()


class Validity:
    """Known results of some ``overlays`` (kustomizations) and ``folders`` (read whole, as they are).

    Both are by path, with the other inputs of the result, as text.
    """

    def __init__(
        self, directory: Path, overlays: Mapping[str, str], folders: Mapping[str, str], executables: Iterable[Path]
    ) -> None:
        self._directory, self._overlays, self._folders = directory, overlays, folders
        self._start = _judges(executables)
        self._keys = self._present()
        self._cache = DigestCache(cache.folder() / _FILE, _MOST)
        self._all = {key: known for key, text in self._cache.known.items() if (known := _known(text))}

    def valid(self) -> dict[str, Known]:
        """Return the known valid results, by path."""
        return {path: self._all[key] for path, key in self._keys.items() if key in self._all}

    def keep(self, valid: Mapping[str, Known]) -> None:
        """Remember valid results, the newest last. A failure to write is no fault."""
        if all(self._keys.get(path, "") in ("", *self._all) for path in valid):
            return
        # What was changed meanwhile may have been read before or after.
        now = self._present()
        new = {key: valid[path] for path, key in now.items() if path in valid and self._keys.get(path) == key}
        self._cache.keep({key: f"{known.manifests} {','.join(known.places)}" for key, known in new.items()})

    def _present(self) -> dict[str, str]:
        """Compute the key of each path as it is now; paths whose inputs cannot be listed have none."""
        closures = Closures(os.fspath(self._directory))
        keys: dict[str, str] = {}
        for path, more in {**self._overlays, **self._folders}.items():
            with suppress(Unknown):
                files = closures.all_in(path) if path in self._folders else closures.of(path)
                keys[path] = self._key(f"{path}\0{more}", files)
        return keys

    def _key(self, path: str, files: Mapping[str, bytes]) -> str:
        digest = hashlib.blake2b(self._start + os.fsencode(path), digest_size=32)
        for name, content in sorted(files.items()):
            digest.update(b" %d %d " % (len(os.fsencode(name)), len(content)))
            digest.update(os.fsencode(name))
            digest.update(content)
        return digest.hexdigest()


def _judges(executables: Iterable[Path]) -> bytes:
    """Compute a digest of the tools (by path, size and time), the schemas, and this package's rules."""
    digest = hashlib.blake2b(str(schemas.location()).encode())
    for path in executables:
        stat = path.resolve().stat()
        digest.update(f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns} ".encode())
    here = Path(__file__).parent.parent
    for file in (*(here / name for name in _JUDGES), *sorted((here / _JUDGING).glob("*.py"))):
        digest.update(file.read_bytes())
    return digest.digest()


class Reader:
    """Reader of manifests. Known ones come from the user's cache, because parsing takes the longest."""

    def __init__(self) -> None:
        self._start = _judges(())
        self._cache = DigestCache(cache.folder() / _READ, _MOST)
        self._used: dict[str, str] = {}

    def split(self, content: bytes, name: str) -> tuple[list[Document], list[Fault]]:
        """Split as ``stream.split`` does, from the cache for a known text; a faulty text is read anew each time."""
        key = hashlib.blake2b(self._start + content, digest_size=32).hexdigest()
        if (known := self._cache.known.get(key)) is not None:
            with suppress(ValueError):
                found = [Document(text, data, name, line) for text, data, line in json.loads(known)]
                self._used[key] = known
                return found, []
        documents, faults = stream.split(content, name)
        if not faults:
            with suppress(TypeError, ValueError):  # a date is no JSON
                self._used[key] = json.dumps([(one.text, one.data, one.line) for one in documents])
        return documents, faults

    def keep(self) -> None:
        """Remember what was read in this run, and some earlier texts. A failure to write is no fault."""
        self._cache.keep(self._used)


def _known(text: str) -> Known | None:
    count, _, places = text.partition(" ")
    return (
        Known(int(count), tuple(filter(None, places.split(",")))) if count.isdecimal() and " " not in places else None
    )
