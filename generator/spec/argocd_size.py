"""Calculate settings of Argo CD from the number of Applications and clusters in a spec.

Argo CD's own guide gives two rates: 50 status processors and 25 operation processors for 1,000 Applications. It gives
no rates for the other settings; those here are a starting point.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from generator.spec.model import Spec

PARAMETERS: Final = "argocd-cmd-params-cm"
STATUS: Final = "controller.status.processors"
OPERATION: Final = "controller.operation.processors"
RENDERING: Final = "reposerver.parallelism.limit"
# Argo CD's defaults; it has no limit for parallel rendering by default.
USUAL: Final = {STATUS: 20, OPERATION: 10, RENDERING: 0}
# From this number of Applications on, parallel rendering needs a limit, so that it does not run out of memory.
_MANY: Final = 200


class Size(NamedTuple):
    """The numbers of Applications and clusters that Argo CD has to manage."""

    applications: int
    clusters: int

    @property
    def parameters(self) -> dict[str, int]:
        """Return the values of ``argocd-cmd-params-cm`` that must differ from the defaults."""
        wanted = {
            STATUS: math.ceil(self.applications / 20),
            OPERATION: math.ceil(self.applications / 40),
        }
        found = {name: value for name, value in wanted.items() if value > USUAL[name]}
        return {**found, **({RENDERING: 10} if self.applications >= _MANY else {})}

    @property
    def shards(self) -> int:
        """Return the number of controllers: at most the number of clusters, since each manages whole clusters."""
        return max(1, min(self.clusters, math.ceil(self.applications / 1000)))

    @property
    def repo_servers(self) -> int:
        """Return the number of repo servers, the processes that render manifests."""
        return 1 if self.applications < _MANY else max(2, math.ceil(self.applications / 500))


def of(spec: Spec) -> Size:
    """Return the size of a spec. A ``clusterSelector`` counts as one cluster; previews do not count."""
    clusters = {one.address for place in spec.environments.values() for one in place.clusters if not place.selector}
    chosen = sum(1 for place in spec.environments.values() if place.selector)
    each = [
        1 if place.selector else len(place.clusters)
        for place in spec.environments.values()
        if place.pull_requests is None
    ]
    return Size(len(spec.apps) * sum(each), max(1, len(clusters) + chosen))


def lacking(size: Size, there: dict[str, str]) -> list[str]:
    """Return the settings to change, given the present ones in ``there``; empty if they are sufficient."""
    found = []
    for name, wanted in size.parameters.items():
        said = there.get(name, "")
        now = int(said) if said.isdigit() else USUAL[name]
        # For rendering, 0 means no limit, which is wrong here; any limit is accepted.
        if now == 0 if name == RENDERING else now < wanted:
            found.append(f'{name}: "{wanted}"')
    return found
