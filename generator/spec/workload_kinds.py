"""The kinds of object that run the pods of a workload, and the fields that only some of them take.

To add one: write its module in ``render/kinds/workloads/`` (``stateful_set.py``
for ``StatefulSet``), and its row here. It is a value of a workload's `kind` then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

T = TypeVar("T")

# What only those say whose pods run until they are replaced, and take requests.
SERVES: Final = frozenset({
    "port", "ports", "health", "ready", "startupProbe", "livenessProbe", "readinessProbe", "service", "services",
    "ingress", "gateway", "minReadySeconds", "revisionHistoryLimit", "metrics",
})  # fmt: skip
# What only those say of which there are as many as they are asked for.
SCALES: Final = SERVES | {"replicas", "autoscale", "keda", "disruption"}
# What only those say whose pods run to an end.
ENDS: Final = frozenset({"backoffLimit", "activeDeadlineSeconds", "completions", "parallelism", "suspend"})

# Each kind, with the fields that it takes and not every kind does.
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
# What a workload is that says nothing about it.
DEFAULT: Final = NAMES[0]
_PARTICULAR: Final = frozenset().union(*KINDS.values())


def takes(kind: str, field: str) -> bool:
    """Tell whether a workload of this kind may say a field."""
    return field not in _PARTICULAR or field in KINDS.get(kind, _PARTICULAR)


def taken(kind: str, fields: Mapping[str, T]) -> dict[str, T]:
    """Return what a workload of this kind may say of ``fields``; asked for every app, in each environment."""
    own = KINDS.get(kind, _PARTICULAR)
    return {name: value for name, value in fields.items() if name not in _PARTICULAR or name in own}


def that_take(field: str) -> tuple[str, ...]:
    """Return the kinds that take a field."""
    return tuple(kind for kind in NAMES if takes(kind, field))


def ends(kind: str) -> bool:
    """Tell whether the pods of this kind run to an end, and are not replaced by ones that run on."""
    return takes(kind, "backoffLimit")
