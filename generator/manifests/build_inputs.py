"""Find the files that ``kustomize build`` of a folder reads, so that an unchanged folder need not be built again.

Too many files cost time, too few would be wrong. So a kustomization's whole folder counts, with every folder that
any string in it names, recursively; a URL, a link or a missing resource raises ``Unknown``.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Final

from generator.errors import SpecError
from generator.files import reader
from generator.yaml import plain as yaml_plain

NAMES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
# What these name is a file or a folder, or else comes from the network.
_REFERENCES: Final = frozenset(
    {"resources", "bases", "components", "generators", "transformers", "validators", "configurations", "crds"}
)


class Unknown(Exception):
    """The files that are read cannot be determined."""


class Closures:
    """Answers for the folders of one repository. Each file is read once, so nothing may change meanwhile."""

    def __init__(self, directory: str) -> None:
        self._directory = os.path.realpath(directory)
        self._folder = cache(self._read)
        self._reached = cache(self._references)

    def of(self, path: str) -> dict[str, bytes]:
        """Read all files that a build of ``path`` may read, by path. Raises ``Unknown`` if they cannot be listed."""
        roots = [os.path.normpath(path)]
        for root in roots:
            roots += [place for place in self._reached(root) if place not in roots]
        return {name: content for root in roots for name, content in self._folder(root).items()}

    def all_in(self, path: str) -> dict[str, bytes]:
        """Read all files in a folder, by path. Raises ``Unknown`` where it holds anything but plain files."""
        return self._folder(os.path.normpath(path))

    def _read(self, root: str) -> dict[str, bytes]:
        full = os.path.normpath(os.path.join(self._directory, root))  # noqa: PTH118
        if os.path.realpath(full) != full:
            raise Unknown(f"{root} lies behind a link")
        found: dict[str, bytes] = {}
        try:
            for name, plain in reader.under(self._directory, root):
                place = os.path.normpath(name)
                if not plain:
                    raise Unknown(f"{place} is neither a file nor a folder")
                found[place] = reader.content(os.path.join(self._directory, place))  # noqa: PTH118
        except OSError as exc:
            raise Unknown(str(exc)) from exc
        return found

    def _references(self, root: str) -> list[str]:
        """List the folders that the kustomization in ``root`` names."""
        here = self._folder(root)
        places = [place for name in NAMES if (place := os.path.normpath(os.path.join(root, name))) in here]  # noqa: PTH118
        if len(places) != 1:
            raise Unknown(f"{root} has {len(places)} kustomizations")
        try:
            # Not resolved: what looks like a date or a boolean can be a folder's name.
            documents = yaml_plain.compose(here[places[0]].decode(), places[0], yaml_plain.MEND)
        except (SpecError, UnicodeDecodeError) as exc:
            raise Unknown(str(exc)) from exc
        found = (self._place(root, field, text) for field, text in yaml_plain.strings(documents))
        return [place for place in found if place is not None]

    def _place(self, root: str, field: str, text: str) -> str | None:
        """Return the folder that a string names, if it names one.

        kustomize takes neither an absolute path nor a folder above the repository.
        """
        if "://" in text and field != "literals":
            raise Unknown(f"{text} may be read from the network")
        place = os.path.normpath(os.path.join(root, text))  # noqa: PTH118
        if text and "\0" not in text and not text.startswith("/"):
            full = os.path.join(self._directory, place)  # noqa: PTH118
            if os.path.isdir(full):  # noqa: PTH112
                if os.path.commonpath([full, os.path.join(self._directory, root)]) == os.path.normpath(full):  # noqa: PTH118
                    raise Unknown(f"{root} names a folder above itself")
                return place
        if field in _REFERENCES and place not in self._folder(root):
            raise Unknown(f"{text} is not here")
        return None
