"""Build the overlays of two environments, and compare them app by app."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from generator import tools
from generator.errors import RepositoryError
from generator.manifests import comparison, rendered, sources
from generator.spec.layout import overlay_path

if TYPE_CHECKING:
    from generator.manifests.comparison import Allowed, Difference
    from generator.spec.environment import Environment
    from generator.spec.model import Spec


def differences(
    directory: Path, spec: Spec, environments: tuple[Environment, Environment], apps: Sequence[str], allowed: Allowed
) -> tuple[list[Difference], dict[str, str]]:
    """Return the differences, and the reason for each app that cannot be compared."""
    kustomize, rules = tools.find("kustomize"), sources.rules(spec)
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
