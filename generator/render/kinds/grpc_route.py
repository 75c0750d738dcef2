"""GRPCRoute: access from a Gateway for gRPC requests."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds import route
from generator.render.kinds.kind import Role, Scope
from generator.spec.workload import Workload

FILE: Final = "grpc-route.yaml"
GROUP: Final = route.GROUP
KIND: Final = "GRPCRoute"
ROLE: Final = Role.TRAFFIC
SCOPE: Final = Scope.WORKLOAD


def render(workload: Workload) -> dict[str, Any] | None:
    """Return the GRPCRoute if the app has ``gateway`` with this kind."""
    return route.manifest(workload, KIND)
