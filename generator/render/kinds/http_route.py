"""HTTPRoute: access from a Gateway for HTTP requests."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds import route
from generator.render.kinds.kind import Role, Scope
from generator.spec.workload import Workload

FILE: Final = "http-route.yaml"
GROUP: Final = route.GROUP
KIND: Final = "HTTPRoute"
ROLE: Final = Role.TRAFFIC
SCOPE: Final = Scope.WORKLOAD


def render(workload: Workload) -> dict[str, Any] | None:
    """Return the HTTPRoute if the app has ``gateway``."""
    return route.manifest(workload, KIND)
