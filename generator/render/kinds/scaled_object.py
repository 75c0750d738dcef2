"""ScaledObject of KEDA: sets the number of pods by the amount of waiting work. KEDA makes an autoscaler from it."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds import horizontal_pod_autoscaler, trigger_authentication, workloads
from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata
from generator.spec import placeholder
from generator.spec.plain_data import Data, text
from generator.spec.workload import Workload

FILE: Final = "scaled-object.yaml"
GROUP: Final = trigger_authentication.GROUP
KIND: Final = "ScaledObject"
ROLE: Final = Role.SUPPORT
SCOPE: Final = Scope.WORKLOAD
# The kinds that KEDA makes from it.
CREATES: Final = frozenset({("autoscaling", "HorizontalPodAutoscaler")})
# KEDA's default is no pods, which would stop an app without load.
DEFAULT_LEAST: Final = 1


def render(workload: Workload) -> dict[str, Any] | None:
    """Return the ScaledObject if the app has ``keda``. A base has none with ``{environment}``; the overlays have it."""
    about, scaled = workload.keda, workloads.of(workload)
    if not about or scaled.REPLICAS_PATH is None or placeholder.has(about):
        return None
    return {
        "apiVersion": trigger_authentication.API,
        "kind": KIND,
        "metadata": metadata(workload),
        "spec": {
            "scaleTargetRef": horizontal_pod_autoscaler.target(workload),
            "minReplicaCount": about.get("min", DEFAULT_LEAST),
            "maxReplicaCount": about["max"],
            **{name: about[name] for name in ("pollingInterval", "cooldownPeriod") if name in about},
            **{name: about[name] for name in ("fallback", "advanced") if about.get(name)},
            "triggers": [_trigger(workload, about, one) for one in about["triggers"]],
        },
    }


def _trigger(workload: Workload, about: Data, given: Data) -> dict[str, Any]:
    own = {"name": workload.name} if about.get("authentication") else None
    reference = given.get("authenticationRef") or own
    return {
        **{name: given[name] for name in ("type", "name", "metricType", "useCachedMetrics") if given.get(name)},
        "metadata": {name: text(value) for name, value in given["metadata"].items() if value is not None},
        **({"authenticationRef": reference} if reference else {}),
    }
