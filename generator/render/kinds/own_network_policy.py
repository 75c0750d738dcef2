"""NetworkPolicy: who may connect to a workload with its own ``network``."""

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
    """Return the NetworkPolicy if the workload's ``network`` differs from its app's."""
    if not workload.own_network or workload.network is None:
        return None
    found = network_policy.manifest(workload, {"matchLabels": selector(workload)}, workload.ports)
    # The workload may have the app's name, and the app's policy has that name already.
    return {**found, "metadata": {**found["metadata"], "name": f"{workload.app}-{workload.key}"}}
