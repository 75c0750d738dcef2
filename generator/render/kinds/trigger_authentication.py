"""TriggerAuthentication of KEDA: the credentials that a workload's scalers use to read their sources."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata
from generator.spec import placeholder
from generator.spec.plain_data import without_nulls
from generator.spec.workload import Workload

FILE: Final = "trigger-authentication.yaml"
GROUP: Final = "keda.sh"
API: Final = f"{GROUP}/v1alpha1"
KIND: Final = "TriggerAuthentication"
ROLE: Final = Role.SUPPORT
SCOPE: Final = Scope.WORKLOAD
# The field of the spec that asks for this kind.
FIELD: Final = "keda"


def render(workload: Workload) -> dict[str, Any] | None:
    """Return the TriggerAuthentication if ``keda`` has ``authentication``."""
    about = (workload.keda or {}).get("authentication")
    if not about or placeholder.has(about):
        return None
    return {"apiVersion": API, "kind": KIND, "metadata": metadata(workload), "spec": without_nulls(about)}
