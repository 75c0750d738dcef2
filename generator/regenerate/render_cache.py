"""Remember which outputs are up to date, in the clone's own git folder, which is never committed.

A fact is a digest of the code that renders, the project's part of the spec, an app's part, and the app's record
(its files under ``.generator/apps/``). A known fact means that rendering made this record from these inputs before,
and would make it again. Files without an app depend on the whole spec and have their own fact. If all facts are
known, nothing is rendered, and the renderer is not loaded.

Facts depend on contents only, never on names, times or sizes. So a lost, old or damaged cache, or one of another
repository, can make a run slower, but never wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.files import package_digest
from generator.files.digest_cache import DigestCache
from generator.git import plumbing
from generator.regenerate import record as generation_record
from generator.regenerate.record import PROJECT

if TYPE_CHECKING:
    from generator.spec.model import Spec

PLACE: Final = "gitops-generator/rendered"
_SIZE: Final = 32
# Apps of one repository.
_MOST: Final = 100_000


class RenderCache:
    """The known facts about one clone, and the facts of this run."""

    def __init__(self, directory: Path, spec: Spec) -> None:
        folder = plumbing.folder(directory)
        # A `.git` file may name any place, so a folder is only made inside of an existing git folder.
        self._cache = DigestCache(folder / PLACE if folder and folder.is_dir() else None, _MOST)
        self._facts: dict[str, str] = {}
        apps = (spec.data["apps"] or {}).items()
        self._apps = {generation_record.app_record(name): (name, given, spec.needs.get(name)) for name, given in apps}
        project = {name: value for name, value in spec.data.items() if name != "apps"}
        self._start = hashlib.blake2b(
            package_digest.package() + repr((project, spec.several, spec.apart)).encode(), digest_size=_SIZE
        )

    def current(self, stored: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the ``stored`` records that are known to be up to date."""
        if not self._cache.known:
            return {}
        facts = {path: self._fact(path, stored[path]) for path in stored if path in self._apps}
        self._facts = {path: fact for path, fact in facts.items() if fact in self._cache.known}
        if len(self._facts) == len(self._apps) and PROJECT in stored:
            whole = self._fact(PROJECT, stored[PROJECT])
            self._facts |= {PROJECT: whole} if whole in self._cache.known else {}
        return {path: stored[path] for path in self._facts}

    def learn(self, rendered: Mapping[str, bytes], *, project: bool) -> None:
        """Replace all former facts by those that are current, and those of the ``rendered`` records.

        A cache that cannot be written is not an error. ``project`` tells whether the record without an app depends on
        the spec only.
        """
        known = {*self._apps, PROJECT} if project else self._apps.keys()
        new = {path: self._fact(path, record) for path, record in rendered.items() if path in known}
        facts = sorted({*self._facts.values(), *new.values()})
        self._cache.keep(dict.fromkeys(facts, ""), instead=True)

    def _fact(self, path: str, record: bytes) -> str:
        digest = self._start.copy()
        # `repr` differs for all values that the loader can return. Its length separates it from the record.
        app = repr(self._apps if path == PROJECT else self._apps[path]).encode()
        digest.update(b"%d " % len(app))
        digest.update(app)
        digest.update(record)
        return digest.hexdigest()
