"""NetworkPolicy: who may connect to one of several workloads that says it for itself."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds import network_policy
from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import selector
from generator.spec.workload import Workload

FILE: Final = "network.yaml"
GROUP: Final = network_policy.GROUP
KIND: Final = network_policy.KIND
ROLE: Final = Role.TRAFFIC
SCOPE: Final = Scope.WORKLOAD


def render(workload: Workload) -> dict[str, Any] | None:
    """Return one where the workload says another ``network`` than its app."""
    if not workload.own_network or workload.network is None:
        return None
    found = network_policy.manifest(workload, {"matchLabels": selector(workload)}, workload.ports)
    # The app's own policy may have the name of the workload that is called like the app.
    return {**found, "metadata": {**found["metadata"], "name": f"{workload.app}-{workload.key}"}}
