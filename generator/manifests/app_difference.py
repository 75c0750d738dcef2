"""Compare an app at two commits, each in an environment: rendered manifests, and field by field."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generator import tools
from generator.errors import RepositoryError
from generator.manifests import comparison, diff, rendered, sources
from generator.manifests.comparison import Allowed
from generator.spec import loader
from generator.spec.layout import GITOPS, base_path, overlay_path

if TYPE_CHECKING:
    from generator.git.history import History
    from generator.manifests.comparison import Difference
    from generator.manifests.diff import Change, Manifests
    from generator.spec.environment import Environment
    from generator.spec.model import Spec


@dataclass(frozen=True, slots=True)
class AppDifference:
    """The difference: `manifests` are diffs of rendered objects, `fields` ignore effects of the environment's name.

    Secrets are hidden in both. `problem` is why one of the sides cannot be rendered.
    """

    manifests: tuple[Change, ...] = ()
    fields: tuple[Difference, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """An app's environment at the tip of a history."""

    history: History
    spec: Spec
    environment: Environment


def find(app: str, before: Version, after: Version) -> AppDifference:
    """Render both in temporary folders. Raises ``ToolError`` without kustomize."""
    kustomize = tools.find("kustomize")
    with ThreadPoolExecutor(max_workers=2) as pool:
        sides = list(pool.map(lambda version: _rendered(app, version, kustomize), (before, after)))
    for side in sides:
        if isinstance(side, RepositoryError):
            return AppDifference(problem=side.message)
    was, now = (side for side in sides if not isinstance(side, RepositoryError))
    both = (comparison.Side(before.environment, was), comparison.Side(after.environment, now))
    fields = comparison.compare(app, *both, Allowed(list(after.spec.may_differ)))
    if before.environment.name != after.environment.name:
        was, now = _anywhere(was), _anywhere(now)
    return AppDifference(tuple(diff.compare(after.environment.name, was, now)), tuple(fields))


def _rendered(app: str, version: Version, kustomize: Path) -> dict[str, str] | RepositoryError:
    """Render with what most overlays need; with all that is there where that is not enough."""
    folder = overlay_path(version.environment.name, app)
    rules = sources.rules(version.spec, loader.written)
    charts = [GITOPS] if app in version.spec.charts else []
    with tempfile.TemporaryDirectory(prefix="gitops-generator-") as place:
        version.history.check_out(version.history.tip, Path(place), folder, base_path(app), *charts)
        found = rendered.attempt(Path(place), folder, kustomize, rules)
        if isinstance(found, RepositoryError):
            version.history.check_out(version.history.tip, Path(place))
            found = rendered.attempt(Path(place), folder, kustomize, rules)
    return found


def _anywhere(manifests: Manifests) -> dict[str, str]:
    """Name manifests by kind and name alone, where that is enough, so that two environments' are one pair each."""
    short = {name: "/".join([*name.split("/")[:1], *name.split("/")[-1:]]) for name in manifests}
    names = list(short.values())
    return {short[name] if names.count(short[name]) == 1 else name: text for name, text in manifests.items()}
