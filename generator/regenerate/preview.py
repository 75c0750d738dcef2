"""Show what a regeneration would change in the cluster: manifests before and after, by real ``kustomize build``.

*After* is built from a copy of the work tree, in a temporary folder, with the
plan applied. The data of Secrets is never shown.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import GeneratorError
from generator.git import checkout as git_checkout
from generator.git import ci_checkout, sparse
from generator.manifests import rendered, sources
from generator.manifests.sources import Rules
from generator.regenerate import planning
from generator.spec import loader
from generator.spec.layout import APPLIED, BASE, GITOPS, OVERLAY, OVERLAYS, Location, overlay_path

if TYPE_CHECKING:
    from generator.manifests.diff import Change
    from generator.regenerate.planning import Plan


def changes(directory: Path, planned: Plan) -> list[Change]:
    """List what would change, by environment and object. Raises ``ToolError`` without kustomize."""
    places = sorted(_touched(directory, planned))
    if not places:
        return []
    sparse.require(directory, APPLIED)
    with tempfile.TemporaryDirectory(prefix="gitops-generator-") as folder:
        copy = Path(folder) / "after"
        shutil.copytree(directory, copy, symlinks=True, ignore=_hidden, copy_function=_linked)
        planning.write(copy, planned)
        return rendered.compare(directory, copy, places, sources.rules(planned.spec, loader.written))


def against(directory: Path, reference: str) -> list[Change]:
    """List the differences between the work tree's manifests and those of the commit where it branched off.

    See ``ci_checkout.fork_point`` for that commit; ``reference`` is a branch or a commit.
    """
    commit_id = ci_checkout.fork_point(directory, reference)
    sparse.require(directory, APPLIED)
    with tempfile.TemporaryDirectory(prefix="gitops-generator-") as folder:
        copy = Path(folder) / "before"
        copy.mkdir()
        ci_checkout.export(git_checkout.root(directory), commit_id, copy)
        before = copy / directory.resolve().relative_to(git_checkout.root(directory).resolve())
        return rendered.compare(before, directory, rendered.places(before, directory), _rules(before))


def _rules(directory: Path) -> Rules:
    """Return the rules of the former commit, because a change must not relax the rules for itself."""
    try:
        return sources.rules(loader.load(directory), loader.written)
    except GeneratorError:
        return Rules()


def _hidden(_folder: str, names: list[str]) -> list[str]:
    """Return the names that no overlay refers to, such as ``.git``, virtual environments and caches."""
    return [name for name in names if name.startswith(".") and name != ".generator"]


def _linked(source: str, target: str) -> None:
    """Link a file instead of copying it. This is safe, because existing files are never changed here."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # The file is on another file system.
        if stat.S_ISREG(os.lstat(source).st_mode):
            shutil.copy2(source, target)


def _touched(directory: Path, planned: Plan) -> set[tuple[str, str]]:
    """Return (environment, folder) of the overlays that would be built differently, and of ``gitops``."""
    paths = {outcome.path for outcome in planned.changes}
    paths |= {*planned.vacated, *planned.carried, *planned.carried.values()}
    places = [*map(Location.parse, paths)]
    apps = {place.app for place in places if place.kind == BASE}
    found = {(place.environment, place.folder) for place in places if place.kind == OVERLAY}
    existing = (folder.relative_to(directory).as_posix() for folder in (directory / OVERLAYS).glob("*/*"))
    known = {*existing, *(overlay_path(env, app) for env in planned.spec.environments for app in planned.spec.apps)}
    found |= {(place.environment, place.path) for place in map(Location.parse, known) if place.app in apps}
    return found | ({(GITOPS, GITOPS)} if any(path.startswith(f"{GITOPS}/") for path in paths) else set())
