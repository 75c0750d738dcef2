"""The three sides of a regeneration, and the spec's renames applied to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from generator.errors import RepositoryError

if TYPE_CHECKING:
    from generator.regenerate.merge import Outcome

_T = TypeVar("_T")


class Sides(NamedTuple):
    """Files by path: generated last (*original*), in the work tree (*local*), and generated now (*updated*)."""

    original: dict[str, bytes]
    local: dict[str, bytes]
    updated: dict[str, bytes]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Renaming:
    """A rename of apps and environments by the spec, applied to the sides.

    ``renames`` has old path → new path, ``links`` the part of them that are users'
    symbolic links. ``before`` has the files under their old paths, ``sides`` under the
    new ones. ``vacated`` has the old paths with a local file; ``occupied`` has the
    content of the work tree at each new path, ``None`` if there is no file.
    """

    renames: Mapping[str, str]
    links: Mapping[str, str]
    before: Sides
    sides: Sides
    vacated: tuple[str, ...]
    occupied: Mapping[str, bytes | None]

    @classmethod
    def of(cls, before: Sides, renames: Mapping[str, str], links: Mapping[str, str]) -> Renaming:
        """Return the renaming, with the original and the local side moved to new paths."""
        vacated = tuple(path for path in renames if path in before.local)
        occupied = {renames[path]: before.local.get(renames[path]) for path in vacated}
        local = {path: content for path, content in before.local.items() if path not in occupied}
        original, local = moved(before.original, renames), moved(local, renames)
        return cls(renames, links, before, Sides(original, local, before.updated), vacated, occupied)

    def carried(self, outcomes: Iterable[Outcome]) -> dict[str, str]:
        """Return old path → new path of files that no outcome writes: users' own files, moved without changes.

        Raise RepositoryError if a new path already has another file.
        """
        written = {outcome.path: outcome.content for outcome in outcomes}
        carried = {old: self.renames[old] for old in self.vacated if self.renames[old] not in written}
        for old in self.vacated:
            new = self.renames[old]
            content = written[new] if new in written else self.sides.local[new]
            if self.occupied[new] not in (None, content):
                raise RepositoryError(
                    f"{new}: is there already, and {old} would move there", "move one of the two away"
                )
        return {**carried, **self.links}


def moved(files: Mapping[str, _T], renames: Mapping[str, str]) -> dict[str, _T]:
    """Return the files under their new paths."""
    if not renames:
        return dict(files)
    return {renames.get(path, path): content for path, content in files.items()}
