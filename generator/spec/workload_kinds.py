"""The kinds of objects that run the pods of a workload, and the fields that only some of them have.

To add a kind, write its module in ``render/kinds/workloads/`` (``stateful_set.py``
for ``StatefulSet``), and add a row here. A workload's `kind` then accepts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

T = TypeVar("T")

# Fields of kinds whose pods run until they are replaced, and serve requests.
SERVES: Final = frozenset({
    "port", "ports", "health", "ready", "startupProbe", "livenessProbe", "readinessProbe", "service", "services",
    "ingress", "gateway", "minReadySeconds", "revisionHistoryLimit", "metrics",
})  # fmt: skip
# Fields of kinds with a number of pods.
SCALES: Final = SERVES | {"replicas", "autoscale", "keda", "disruption"}
# Fields of kinds whose pods run to an end.
ENDS: Final = frozenset({"backoffLimit", "activeDeadlineSeconds", "completions", "parallelism", "suspend"})

# Each kind, with the fields that it has and that not all kinds have.
KINDS: Final[Mapping[str, frozenset[str]]] = {
    "Deployment": SCALES | {"strategy", "progressDeadlineSeconds", "rollout"},
    "StatefulSet": SCALES
    | {"updateStrategy", "podManagementPolicy", "volumeClaimTemplates", "persistentVolumeClaimRetentionPolicy"},
    "DaemonSet": SERVES | {"updateStrategy"},
    "CronJob": ENDS
    | {
        "schedule", "timeZone", "concurrencyPolicy", "startingDeadlineSeconds", "successfulJobsHistoryLimit",
        "failedJobsHistoryLimit", "ttlSecondsAfterFinished",
    },
    "Job": ENDS,
}  # fmt: skip
NAMES: Final[tuple[str, ...]] = tuple(KINDS)
# The default kind.
DEFAULT: Final = NAMES[0]
# The kind whose pods have names of their own.
OF_PEERS: Final = "StatefulSet"
_PARTICULAR: Final = frozenset().union(*KINDS.values())


def headless_name(workload: str) -> str:
    """Return the name of the headless Service that gives a StatefulSet's pods their names."""
    return f"{workload}-headless"


def takes(kind: str, field: str) -> bool:
    """Tell whether a workload of this kind may have a field."""
    return field not in _PARTICULAR or field in KINDS.get(kind, _PARTICULAR)


def taken(kind: str, fields: Mapping[str, T]) -> dict[str, T]:
    """Return the ``fields`` that a workload of this kind may have."""
    own = KINDS.get(kind, _PARTICULAR)
    return {name: value for name, value in fields.items() if name not in _PARTICULAR or name in own}


def that_take(field: str) -> tuple[str, ...]:
    """Return the kinds that have a field."""
    return tuple(kind for kind in NAMES if takes(kind, field))


def ends(kind: str) -> bool:
    """Tell whether the pods of this kind run to an end and are not restarted, as in a Job."""
    return takes(kind, "backoffLimit")
