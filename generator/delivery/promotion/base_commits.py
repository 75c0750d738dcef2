"""Find since when a base is as it is, and which commits lie between two states of it."""

from __future__ import annotations

from collections.abc import Collection, Container
from functools import lru_cache
from typing import TYPE_CHECKING

from generator.delivery.promotion.moves import LISTED, LOOKED_THROUGH, Between, Release
from generator.errors import SpecError
from generator.spec import yaml_data
from generator.spec.layout import base_path

if TYPE_CHECKING:
    from generator.git.history import Commit, History


def since_folder(clone: History, folder: str) -> Release | None:
    """Return since when a folder is as it is now."""
    found = clone.log(clone.tip, [folder], first_parent=True, limit=1)
    return Release((None, None), found[0], not found[0].shallow) if found else None


def before(clone: History, one: str, other: str) -> bool:
    """Tell whether one commit came before another; a commit beyond the local history counts as earlier."""
    if not one or one == other or not clone.has(other):
        return False
    return clone.is_ancestor(one, other) if clone.has(one) else not clone.complete


def between_bases(clone: History, app: str, old: str, new: str, *, gone: bool, spec_files: Collection[str]) -> Between:
    """Return the commits between two that changed an app's base, or what the spec says of the app in its files."""
    if not (clone.has(old) and clone.has(new)):
        return Between(app, reason="the commits are not known", gone=gone)
    found = clone.log(f"{old}..{new}", [base_path(app), *spec_files], limit=LOOKED_THROUGH)
    told = [(one.id, f"{one.author}: {one.subject}") for one in found if _concerns(clone, app, one, spec_files)]
    return Between(
        app, tuple(told[:LISTED]), more=max(len(told) - LISTED, len(found) - LOOKED_THROUGH + 1) > 0, gone=gone
    )


def _concerns(clone: History, app: str, commit: Commit, spec: Container[str]) -> bool:
    """Tell whether a commit changed the app's base, or its part of the spec, which are some files."""
    files = [path for path in commit.blobs if path in spec]
    if len(files) < len(commit.blobs) or len(commit.parents) != 1:
        return len(files) < len(commit.blobs)
    was, now = ([_said(clone, one, file, app) for file in files] for one in (commit.parents[0], commit.id))
    # An app that moves from one file to another says the same as before.
    return next(filter(None, was), None) != next(filter(None, now), None)


def _said(clone: History, commit: str, file: str, app: str) -> object:
    return _apps(clone.read(commit, file) or b"").get(app)


@lru_cache(maxsize=LOOKED_THROUGH)
def _apps(content: bytes) -> dict[str, object]:
    """Return what a spec says of its apps, as far as it can be read."""
    try:
        return dict(yaml_data.of_text(content.decode())["apps"])
    except (SpecError, KeyError, TypeError, AssertionError, ValueError):
        return {}
