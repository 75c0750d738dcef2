"""Manifests as Argo CD would apply them, by real ``kustomize build``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from generator import process, tools
from generator.closure import Closures, Unknown
from generator.errors import ProcessError, RepositoryError
from generator.release import rendered_diff
from generator.release.rendered_diff import Change

# The folder of Applications and projects, which no kustomization lists.
GITOPS: Final = "gitops"

Place = tuple[str, str]
"""What is shown as the environment, and a folder: ``("dev", "overlays/dev/web")``."""


def build(directory: Path, folder: str, kustomize: Path) -> dict[str, str]:
    """The manifests of a folder by kind, namespace and name; none where there is no such folder.

    ``RepositoryError`` where kustomize cannot build it.
    """
    path = directory / folder
    if folder == GITOPS:
        texts = [file.read_text(errors="replace") for file in sorted(path.rglob("*.yaml"))]
        return rendered_diff.split("\n---\n".join(texts))
    if not path.is_dir():
        return {}
    try:
        return rendered_diff.split(process.run([kustomize, "build", path]).stdout)
    except ProcessError as exc:
        said = (exc.stderr.strip() or exc.message).replace(str(directory), "")
        raise RepositoryError(f"{folder}: kustomize cannot build it\n{said}", "python -m generator validate") from exc


def places(before: Path, after: Path) -> list[Place]:
    """The overlays that are, or may be, built differently in two copies of a repository, and ``gitops``."""
    one, other = Closures(str(before)), Closures(str(after))
    overlays = {
        folder.relative_to(copy).as_posix()
        for copy in (before, after)
        for folder in (copy / "overlays").glob("*/*")
        if folder.is_dir()
    }
    found = [(path.split("/")[1], path) for path in sorted(overlays) if _read(one.of, path) != _read(other.of, path)]
    same = _read(one.all_in, GITOPS) == _read(other.all_in, GITOPS)
    return found if same else [*found, (GITOPS, GITOPS)]


def _read(closure: Callable[[str], dict[str, bytes]], path: str) -> object:
    """What a build reads; something that equals nothing where that cannot be said."""
    try:
        return closure(path)
    except Unknown:
        return object()


def compare(before: Path, after: Path, places: Iterable[Place]) -> list[Change]:
    """What differs between two copies of a repository, place by place. ``ToolError`` without kustomize."""
    wanted = list(places)
    if not wanted:
        return []
    kustomize = tools.find("kustomize")
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        old = pool.map(lambda place: build(before, place[1], kustomize), wanted)
        new = list(pool.map(lambda place: build(after, place[1], kustomize), wanted))
        pairs = zip(wanted, old, new, strict=True)
        return [change for place, was, now in pairs for change in rendered_diff.compare(place[0], was, now)]
