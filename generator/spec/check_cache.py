"""Remember which specs were found right, in the clone's own git folder; never committed.

A fact is one digest over the code that checks, and what it has checked: the whole spec, or one app with all that its
check sees of the rest. A known fact means that this code has found no fault there, and would find none again. Types
are checked in each run, since that also makes texts of numbers. Where the whole spec is known, nothing more is
checked, and what checks is not even loaded; of one that has changed, an app that has not is checked only against the
others.

Facts are about contents, as those of `regenerate.render_cache` are: a cache that is old, damaged, lost or another
repository's can make a run slower, but never wrong. Of a spec with a fault nothing is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from generator.files import package_digest
from generator.files.digest_cache import DigestCache
from generator.git import plumbing

PLACE: Final = "gitops-generator/checked"
_SIZE: Final = 32
# Apps of one repository.
_MOST: Final = 100_000


class CheckCache:
    """The facts known about the specs of one clone; none where there is no git folder."""

    def __init__(self, directory: Path) -> None:
        folder = plumbing.folder(directory)
        # A `.git` file may name any place: nothing is made where no git folder is.
        self._cache = DigestCache(folder / PLACE if folder and folder.is_dir() else None, _MOST)

    def about(self, data: Mapping[str, Any], *, placeholders: bool) -> Known:
        """Return what is known about a spec's plain data; ``placeholders`` tells whether it may have any."""
        return Known(self._cache, data, placeholders)


class Known:
    """Known facts about one spec."""

    def __init__(self, cache: DigestCache, data: Mapping[str, Any], placeholders: bool) -> None:
        self._cache, self._data, self._placeholders = cache, data, placeholders

    @cached_property
    def whole(self) -> bool:
        """Tell whether all of it is known to be right."""
        return bool(self._cache.known) and self._whole in self._cache.known

    @cached_property
    def apps(self) -> frozenset[str]:
        """Return the names of the apps that are known to be right by themselves, in this project."""
        return frozenset(name for name, fact in self._apps.items() if fact in self._cache.known)

    def learn(self) -> None:
        """Keep that the spec is right, in place of all former facts. No fault if that cannot be written."""
        self._cache.keep(dict.fromkeys(sorted({self._whole, *self._apps.values()}), ""), instead=True)

    @cached_property
    def _whole(self) -> str:
        return _digest(self._placeholders, self._data).hexdigest()

    @cached_property
    def _apps(self) -> dict[str, str]:
        """Return the fact of each app: all of the project may matter to it, and the names of the other apps."""
        apps = self._data.get("apps")
        if not isinstance(apps, Mapping):
            return {}
        project = {name: value for name, value in self._data.items() if name != "apps"}
        start = _digest(self._placeholders, project, list(apps))
        facts = {}
        for name, given in apps.items():
            digest = start.copy()
            digest.update(repr((name, given)).encode())
            facts[name] = digest.hexdigest()
        return facts


def _digest(*values: object) -> hashlib.blake2b:
    # `repr` tells apart whatever the loader can make of a file, and where a tuple of it ends.
    return hashlib.blake2b(package_digest.package() + repr(values).encode(), digest_size=_SIZE)
