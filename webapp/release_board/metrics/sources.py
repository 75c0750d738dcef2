"""The source commit of each image: a source that one environment's commit names holds for the image everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from release_board.metrics.records import Change, Image, Key


def with_sources(changes: Iterable[Change], images: Iterable[Image] = ()) -> tuple[Change, ...]:
    """Fill in sources that a commit does not name, as a rollback's does not, from other commits with the same image.

    What is ambiguous, such as a tag without a digest that was built twice, stays unknown.
    """
    ordered = sorted(changes, key=lambda one: (one.position, one.landed, one.commit, one.path))
    known = _Sources([*ordered, *images])
    last: dict[tuple[str, str], Change] = {}
    befores: dict[Key, Change | None] = {}  # the same for each report of one change
    found: list[Change] = []
    for change in ordered:
        source = change.source or known.of(change.app, change.tag, change.digest)
        before_source = change.before_source
        before = befores.setdefault(change.key, last.get((change.app, change.environment)))
        if before_source is None and (change.before_tag or change.before_digest):
            same = before and (before.tag, before.digest) == (change.before_tag, change.before_digest)
            before_source = before.source if before and same else None
            before_source = before_source or known.of(change.app, change.before_tag, change.before_digest)
        filled = change
        if (source, before_source) != (change.source, change.before_source):
            filled = replace(change, source=source, before_source=before_source)
        if change.image_changed:
            last[(change.app, change.environment)] = filled
        found.append(filled)
    return tuple(found)


class _Sources:
    """The sources that commits name for an image."""

    def __init__(self, changes: Iterable[Change | Image]) -> None:
        self._digests: dict[tuple[str, str], set[str]] = {}
        self._tags: dict[tuple[str, str], set[str]] = {}
        self._bare: dict[tuple[str, str], set[str]] = {}  # of tags that came without a digest
        for one in changes:
            if one.source and one.digest:
                self._digests.setdefault((one.app, one.digest), set()).add(one.source)
            if one.source and one.tag:
                self._tags.setdefault((one.app, one.tag), set()).add(one.source)
                if not one.digest:
                    self._bare.setdefault((one.app, one.tag), set()).add(one.source)

    def of(self, app: str, tag: str | None, digest: str | None) -> str | None:
        """Return the source of an image; `None` if none or several are known."""
        found = self._digests.get((app, digest), set()) if digest else set()
        if not found and tag:
            found = (self._bare if digest else self._tags).get((app, tag), set())
        return next(iter(found)) if len(found) == 1 else None
