"""Read an app's additions to its kustomizations: patches, components, replacements and manifests.

Built from data that has passed every check, so nothing here reports faults.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from generator.spec import placeholder, read_file

Data = Mapping[str, Any]
Manifest = Mapping[str, Any]

# Fields where an environment adds items instead of replacing them.
ADDED: Final = ("patches", "components", "replacements")
NAMES: Final = (*ADDED, "manifests")
# The loader replaces the name of a file by these: its path, its bytes, and their parsed content.
CONTENT: Final = read_file.CONTENT
MEANING: Final = read_file.MEANING


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch: its content, or its text if it comes from a file; and its target, if the content does not name it."""

    said: Any
    text: str | None
    target: Data


@dataclass(frozen=True, slots=True)
class Manifests:
    """The manifests of one file, with its text if the user wrote the file."""

    documents: tuple[Manifest, ...]
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Hatches:
    """Additions of an app, in general or in one environment."""

    patches: tuple[Patch, ...] = ()
    components: tuple[str, ...] = ()
    replacements: tuple[Data, ...] = ()
    manifests: Mapping[str, Manifests] | None = None

    def over(self, below: Hatches) -> Hatches:
        """Return the additions of an environment that its base does not have; manifests are compared one by one."""
        return Hatches(
            tuple(one for one in self.patches if one not in below.patches),
            tuple(one for one in self.components if one not in below.components),
            tuple(one for one in self.replacements if one not in below.replacements),
            self.manifests,
        )


NONE: Final = Hatches()


def with_more(given: Data, more: Data) -> dict[str, Any]:
    """Return the fields with additions: those of ``given``, followed by those of an environment."""
    found = {name: [*(given.get(name) or ()), *(more.get(name) or ())] for name in ADDED if more.get(name)}
    return {**given, **found}


def build(given: Data, *, base: bool) -> Hatches:
    """Build an app's additions. A base leaves additions with a placeholder to its overlays."""
    if not any(given.get(name) for name in NAMES):
        return NONE

    def fitting(one: object) -> bool:
        return not (base and placeholder.has(one))

    return Hatches(
        tuple(_patch(one) for one in given.get("patches") or () if fitting(one)),
        tuple(given.get("components") or ()),
        tuple(one for one in given.get("replacements") or () if fitting(one)),
        {
            name: _manifests(one)
            for name, one in (given.get("manifests") or {}).items()
            if one is not None and fitting(one)
        },
    )


def _patch(given: Data) -> Patch:
    target = {name: value for name, value in (given.get("target") or {}).items() if value is not None}
    if CONTENT in given:
        return Patch(given[MEANING], given[CONTENT].decode(), target)
    said = given.get("patch")
    return Patch(said, said if isinstance(said, str) else None, target)


def _manifests(given: Any) -> Manifests:
    if isinstance(given, Mapping) and CONTENT in given:
        return Manifests(tuple(given[MEANING]), given[CONTENT].decode())
    if isinstance(given, str):  # The file was not read, because the spec comes from a text and not from a folder.
        return Manifests(())
    return Manifests(tuple(given) if isinstance(given, list) else (given,))


def documents(given: Data) -> Iterator[Manifest]:
    """Yield all manifests of an app, from the spec and from files, in any environment."""
    for place in (given, *(one for one in (given.get("environments") or {}).values() if isinstance(one, Mapping))):
        for one in (place.get("manifests") or {}).values():
            if one is not None:
                yield from _manifests(one).documents


def kinds(given: Data) -> set[tuple[str, str]]:
    """Return the kinds of an app's own manifests, as (group, kind)."""
    return {kind_of(one) for one in documents(given)}


def kind_of(manifest: Manifest) -> tuple[str, str]:
    """Return the group and the kind of a manifest."""
    return read_file.kind_of(manifest)


def named(patches: tuple[Patch, ...]) -> dict[str, Patch]:
    """Return patches by the names of their generated files, which contain the kind and the name of the target."""
    found: dict[str, Patch] = {}
    seen: Counter[str] = Counter()
    for one in patches:
        about = one.target or (one.said if isinstance(one.said, Mapping) else {})
        words = (about.get("kind"), about.get("name") or (about.get("metadata") or {}).get("name"))
        plain = "-".join("".join(c if c.isalnum() else "-" for c in str(word).lower()) for word in words if word)
        name = plain.strip("-") or "patch"
        seen[name] += 1
        found[name if seen[name] == 1 else f"{name}-{seen[name]}"] = one
    return found
