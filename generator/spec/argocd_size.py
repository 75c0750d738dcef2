"""Size Argo CD for a spec: its settings, from the number of Applications and clusters.

The rates are those of Argo CD's own guide: 50 processors of status and 25 of operations for 1,000 Applications. It
gives none for the rest; ours are a place to start from.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from generator.spec.model import Spec

PARAMETERS: Final = "argocd-cmd-params-cm"
STATUS: Final = "controller.status.processors"
OPERATION: Final = "controller.operation.processors"
RENDERING: Final = "reposerver.parallelism.limit"
# What Argo CD takes where nothing is said; of rendering, there is no limit.
USUAL: Final = {STATUS: 20, OPERATION: 10, RENDERING: 0}
# From so many Applications on, several are rendered at once often enough to need memory for it.
_MANY: Final = 200


class Size(NamedTuple):
    """Work that there is for Argo CD."""

    applications: int
    clusters: int

    @property
    def parameters(self) -> dict[str, int]:
        """Return the values of ``argocd-cmd-params-cm`` that differ from the usual ones."""
        wanted = {
            STATUS: math.ceil(self.applications / 20),
            OPERATION: math.ceil(self.applications / 40),
        }
        found = {name: value for name, value in wanted.items() if value > USUAL[name]}
        return {**found, **({RENDERING: 10} if self.applications >= _MANY else {})}

    @property
    def shards(self) -> int:
        """Return the number of controllers; each has whole clusters, so that there are at most as many."""
        return max(1, min(self.clusters, math.ceil(self.applications / 1000)))

    @property
    def repo_servers(self) -> int:
        """Return the number of repo servers, which render."""
        return 1 if self.applications < _MANY else max(2, math.ceil(self.applications / 500))


def of(spec: Spec) -> Size:
    """Return how much a spec is; of clusters that only Argo CD knows, one is counted, and of previews none."""
    clusters = {one.address for place in spec.environments.values() for one in place.clusters if not place.selector}
    chosen = sum(1 for place in spec.environments.values() if place.selector)
    each = [
        1 if place.selector else len(place.clusters)
        for place in spec.environments.values()
        if place.pull_requests is None
    ]
    return Size(len(spec.apps) * sum(each), max(1, len(clusters) + chosen))


def lacking(size: Size, there: dict[str, str]) -> list[str]:
    """Return what to set, by what Argo CD is told now; empty where it is enough."""
    found = []
    for name, wanted in size.parameters.items():
        said = there.get(name, "")
        now = int(said) if said.isdigit() else USUAL[name]
        # No limit at all, where there is much to render, is too much; any limit will do.
        if now == 0 if name == RENDERING else now < wanted:
            found.append(f'{name}: "{wanted}"')
    return found
