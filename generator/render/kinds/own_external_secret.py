"""ExternalSecret: the own secrets of one of several workloads."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds import external_secret
from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import own_secret_name
from generator.spec.workload import Workload

FILE: Final = "secrets.yaml"
GROUP: Final = external_secret.GROUP
KIND: Final = external_secret.KIND
ROLE: Final = Role.CONFIGURATION
SCOPE: Final = Scope.WORKLOAD


def render(workload: Workload) -> dict[str, Any] | None:
    """Return the ExternalSecret if the workload has ``secrets`` that its app does not have."""
    return external_secret.manifest(workload, workload.own_secrets, own_secret_name(workload))
