"""Build and compare the manifests of two copies of a repository, by real ``kustomize build``."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator import tools
from generator.errors import RepositoryError
from generator.git import plumbing
from generator.manifests import diff, ecs, redact, sources
from generator.manifests import folder as applied
from generator.manifests.build_inputs import Closures, Unknown
from generator.manifests.charts import deployed
from generator.manifests.diff import Change
from generator.manifests.kustomize import BuildError
from generator.manifests.kustomize import build as kustomize_build
from generator.manifests.sources import Rules
from generator.spec.layout import GITOPS, OVERLAYS, Location

if TYPE_CHECKING:
    from generator.manifests.charts.deployed import Deployed

_STRICT: Final = Rules()

Place = tuple[str, str]
"""What is shown as the environment, and a folder: ``("dev", "overlays/dev/web")``."""


def build(directory: Path, folder: str, kustomize: Path, rules: Rules = _STRICT) -> dict[str, str]:
    """Build the manifests of a folder, by kind, namespace and name; empty if there is no such folder.

    Raises ``RepositoryError`` if kustomize cannot build it, or ``sources`` forbids it.
    """
    if folder == GITOPS:
        documents, faults = applied.documents(directory, GITOPS)
        # What is no manifest is shown by its name, and never by what it holds or leads to.
        return {**diff.named(documents), **{fault.file: f"unread: {fault.message}\n" for fault in faults}}
    if not (directory / folder).is_dir():
        return {}
    if ecs.is_overlay(directory, folder):
        return diff.split(ecs.build(directory, folder))
    if chart := deployed.find(directory, folder):
        return _chart(directory, folder, chart, rules)
    if faults := sources.faults(directory, folder, rules):
        reasons = "\n".join(f"{fault}; {fault.hint}" for fault in faults)
        raise RepositoryError(f"{folder}: kustomize must not build it\n{reasons}", "python -m generator validate")
    try:
        return diff.split(
            kustomize_build(directory, folder, kustomize, online=sources.reaches_out(directory, folder, rules))
        )
    except BuildError as exc:
        raise RepositoryError(
            f"{folder}: kustomize cannot build it\n{_said(exc.message)}", "python -m generator validate"
        ) from exc


def _chart(directory: Path, folder: str, chart: Deployed, rules: Rules) -> dict[str, str]:
    from generator.manifests.charts import building  # which most repositories never need

    try:
        return diff.split(building.build(directory, chart, rules))
    except BuildError as exc:
        hint = "python -m generator validate"
        raise RepositoryError(f"{folder}: the chart cannot be rendered\n{_said(exc.message)}", hint) from exc


def _said(words: str) -> str:
    """Return what kustomize printed, the same in each run and without secrets."""
    return redact.text(plumbing.words(re.sub(r"(kustomize-)\d+", r"\1…", words)))


def places(before: Path, after: Path) -> list[Place]:
    """List the overlays that may be built differently in two copies of a repository, and ``gitops``."""
    one, other = Closures(str(before)), Closures(str(after))
    overlays = {
        folder.relative_to(copy).as_posix()
        for copy in (before, after)
        for folder in (copy / OVERLAYS).glob("*/*")
        if folder.is_dir()
    }
    found = [
        (Location.parse(path).environment, path)
        for path in sorted(overlays)
        if _inputs(before, one, path) != _inputs(after, other, path)
    ]
    same = _read(one.all_in, GITOPS) == _read(other.all_in, GITOPS)
    return found if same else [*found, (GITOPS, GITOPS)]


def _inputs(directory: Path, closures: Closures, path: str) -> object:
    """Read what decides the manifests of an overlay: of a chart, which one it is, and the values."""
    if chart := deployed.find(directory, path):
        return chart, deployed.inputs(directory, chart)
    if ecs.is_overlay(directory, path):
        return _read(closures.all_in, path)
    return _read(closures.of, path)


def _read(closure: Callable[[str], dict[str, bytes]], path: str) -> object:
    """Read what a build reads; where that cannot be listed, return an object that equals nothing."""
    try:
        return closure(path)
    except Unknown:
        return object()


def compare(before: Path, after: Path, places: Iterable[Place], rules: Rules = _STRICT) -> list[Change]:
    """List the differences of two copies of a repository, place by place, or why a place cannot be built.

    Raises ``ToolError`` without kustomize.
    """
    wanted = list(places)
    if not wanted:
        return []
    kustomize = tools.find("kustomize")
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        old = pool.map(lambda place: attempt(before, place[1], kustomize, rules), wanted)
        new = list(pool.map(lambda place: attempt(after, place[1], kustomize, rules), wanted))
        pairs = zip(wanted, old, new, strict=True)
        return [change for place, was, now in pairs for change in _compared(place, was, now)]


def attempt(directory: Path, folder: str, kustomize: Path, rules: Rules = _STRICT) -> dict[str, str] | RepositoryError:
    """Build, or return the error: an overlay may need what only Argo CD has, such as Helm or a plugin."""
    try:
        return build(directory, folder, kustomize, rules)
    except RepositoryError as exc:
        return exc


def _compared(
    place: Place, was: dict[str, str] | RepositoryError, now: dict[str, str] | RepositoryError
) -> list[Change]:
    for side in (now, was):
        if isinstance(side, RepositoryError):
            return [Change(place[0], place[1], (), side.message)]
    assert not isinstance(was, RepositoryError)
    assert not isinstance(now, RepositoryError)
    return diff.compare(place[0], was, now)
