"""Remember which specs passed their checks, in the clone's own git folder; never committed.

A fact is a digest of the code of the checks and of the checked data: the whole spec, or one app with the parts of the
spec that its check reads. A known fact means that this code found no fault in this data, and would find none again.
Types are checked in each run, because this check also converts numbers to texts. If the whole spec is known, the
other checks do not run, and their modules are not loaded. If a spec has changed, its unchanged apps are checked only
against the others.

Facts depend on contents only, like those of `regenerate.render_cache`: an old, damaged or lost cache, or one of
another repository, can make a run slower, but never wrong. Nothing is kept of a spec with a fault.
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
    """The known facts about the specs of one clone; none if there is no git folder."""

    def __init__(self, directory: Path) -> None:
        folder = plumbing.folder(directory)
        # A `.git` file may name any place, so a folder is only made inside of an existing git folder.
        self._cache = DigestCache(folder / PLACE if folder and folder.is_dir() else None, _MOST)

    def about(self, data: Mapping[str, Any], *, placeholders: bool) -> Known:
        """Return the known facts about a spec's plain data; ``placeholders`` tells whether it may contain any."""
        return Known(self._cache, data, placeholders)


class Known:
    """Known facts about one spec."""

    def __init__(self, cache: DigestCache, data: Mapping[str, Any], placeholders: bool) -> None:
        self._cache, self._data, self._placeholders = cache, data, placeholders

    @cached_property
    def whole(self) -> bool:
        """Tell whether the whole spec is known to be right."""
        return bool(self._cache.known) and self._whole in self._cache.known

    @cached_property
    def apps(self) -> frozenset[str]:
        """Return the names of the apps that are known to be right by themselves, in this project."""
        return frozenset(name for name, fact in self._apps.items() if fact in self._cache.known)

    def learn(self) -> None:
        """Replace all former facts by those of this spec. A cache that cannot be written is not an error."""
        self._cache.keep(dict.fromkeys(sorted({self._whole, *self._apps.values()}), ""), instead=True)

    @cached_property
    def _whole(self) -> str:
        return _digest(self._placeholders, self._data).hexdigest()

    @cached_property
    def _apps(self) -> dict[str, str]:
        """Return the fact of each app. It covers the project's own data and the names of the other apps."""
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
    # `repr` differs for all values that the loader can return, and marks where a tuple ends.
    return hashlib.blake2b(package_digest.package() + repr(values).encode(), digest_size=_SIZE)
