"""Build the overlays of two environments, and compare them app by app."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generator import tools
from generator.errors import RepositoryError, UsageError
from generator.manifests import comparison, rendered, sources
from generator.manifests.comparison import Allowed
from generator.spec import loader
from generator.spec.layout import overlay_path

if TYPE_CHECKING:
    from generator.manifests.comparison import Difference
    from generator.spec.environment import Environment
    from generator.spec.model import Spec


@dataclass(frozen=True, slots=True)
class CompareResult:
    """Differences. `problems` is why apps could not be compared, `unused` are patterns without a match."""

    environments: tuple[str, str]
    differences: tuple[Difference, ...]
    problems: dict[str, str]
    unused: tuple[str, ...]
    has_list: bool

    @property
    def is_refused(self) -> bool:
        """Tell whether anything differs that is not allowed."""
        return any(difference.allowed is None for difference in self.differences)


def compare(
    directory: Path, spec: Spec, pair: tuple[Environment, Environment], apps: Sequence[str], allow: Sequence[str]
) -> CompareResult:
    """Compare apps (none: all) in a folder with the files of this spec, which need not be a git work tree."""
    if not all(pattern.strip() for pattern in allow):
        raise UsageError("--allow: an empty pattern", "like spec.replicas, or ConfigMap/*.data.LOG_LEVEL")
    patterns = list(dict.fromkeys([*spec.may_differ, *allow]))
    allowed = Allowed(patterns)
    found, problems = differences(directory, spec, pair, apps or list(spec.apps), allowed)
    unused = () if apps else tuple(allowed.unused)
    return CompareResult((pair[0].name, pair[1].name), tuple(found), problems, unused, bool(patterns))


def differences(
    directory: Path, spec: Spec, environments: tuple[Environment, Environment], apps: Sequence[str], allowed: Allowed
) -> tuple[list[Difference], dict[str, str]]:
    """Return the differences, and the reason for each app that cannot be compared."""
    kustomize, rules = tools.find("kustomize"), sources.rules(spec, loader.written)
    folders = [overlay_path(environment.name, app) for app in apps for environment in environments]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        built = list(pool.map(lambda folder: rendered.attempt(directory, folder, kustomize, rules), folders))
    found: list[Difference] = []
    problems: dict[str, str] = {}
    for number, app in enumerate(apps):
        left, right = built[2 * number : 2 * number + 2]
        if isinstance(left, RepositoryError) or isinstance(right, RepositoryError):
            problems[app] = next(side.message for side in (left, right) if isinstance(side, RepositoryError))
            continue
        sides = [comparison.Side(*side) for side in zip(environments, (left, right), strict=True)]
        found += comparison.compare(app, sides[0], sides[1], allowed)
    return found, problems
