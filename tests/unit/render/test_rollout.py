"""What is left to do of a rollout, read from live objects of each kind that runs pods."""

from __future__ import annotations

from typing import Any

import pytest

from generator.render.kinds import workloads

REPLICAS = {"updatedReplicas": 3, "replicas": 3, "availableReplicas": 3}
PARTITION = {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}}
ON_DELETE = {"updateStrategy": {"type": "OnDelete"}}
NODES = {"desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberAvailable": 3}

# Kind, what is asked for, what is there, and what is said of it.
LACKS: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    "a Deployment": ("Deployment", {"replicas": 3}, REPLICAS, ""),
    "a Deployment with an old pod": ("Deployment", {"replicas": 3}, {**REPLICAS, "replicas": 4}, "1 old pods are still there"),
    "a StatefulSet": ("StatefulSet", {"replicas": 3}, REPLICAS, ""),
    "a StatefulSet half way": ("StatefulSet", {"replicas": 3}, {**REPLICAS, "updatedReplicas": 1}, "1 of 3 pods are new"),
    "a StatefulSet whose new pod is not there yet": ("StatefulSet", {"replicas": 3}, {**REPLICAS, "availableReplicas": 2}, "2 of 3 new pods are available"),
    "a StatefulSet down to its partition": ("StatefulSet", {"replicas": 3, **PARTITION}, {**REPLICAS, "updatedReplicas": 2}, ""),
    "a StatefulSet not down to its partition": ("StatefulSet", {"replicas": 3, **PARTITION}, {**REPLICAS, "updatedReplicas": 1}, "1 of 2 pods are new"),
    "a StatefulSet above its partition, not available": ("StatefulSet", {"replicas": 3, **PARTITION}, {**REPLICAS, "updatedReplicas": 2, "availableReplicas": 2}, "1 of 2 new pods are available"),
    "a StatefulSet that waits until pods are deleted": ("StatefulSet", {"replicas": 3, **ON_DELETE}, {**REPLICAS, "updatedReplicas": 0}, ""),
    "a DaemonSet": ("DaemonSet", {}, NODES, ""),
    "a DaemonSet half way": ("DaemonSet", {}, {**NODES, "updatedNumberScheduled": 1}, "1 of 3 pods are new"),
    "a DaemonSet whose new pods are not there yet": ("DaemonSet", {}, {**NODES, "numberAvailable": 1}, "1 of 3 new pods are available"),
    "a DaemonSet that waits until pods are deleted": ("DaemonSet", ON_DELETE, {**NODES, "updatedNumberScheduled": 0}, ""),
    "a Job that has not begun": ("Job", {}, {}, "0 of 1 pods have succeeded"),
    "a Job that runs": ("Job", {"completions": 2}, {"active": 1, "succeeded": 1}, "1 of 2 pods have succeeded"),
    "a Job that has ended": ("Job", {"completions": 2}, {"succeeded": 2}, ""),
    "a Job that is suspended": ("Job", {"suspend": True}, {}, ""),
    "a CronJob that never ran": ("CronJob", {}, {}, ""),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "spec", "status", "lack"), LACKS.values(), ids=LACKS)
def test_what_is_left_to_do(kind: str, spec: dict[str, Any], status: dict[str, Any], lack: str) -> None:
    group = "batch" if kind.endswith("Job") else "apps"
    observed = {} if group == "batch" else {"observedGeneration": 3}
    read = workloads.rollout_of(group, kind)
    assert read
    assert read({"metadata": {"generation": 3}, "spec": spec, "status": {**observed, **status}}).lack == lack


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_a_status_of_before_the_change_tells_nothing(kind: str) -> None:
    read = workloads.rollout_of("apps", kind)
    assert read
    status = {"observedGeneration": 2, **REPLICAS, **NODES}
    lack = read({"metadata": {"generation": 3}, "spec": {"replicas": 3}, "status": status}).lack
    assert lack == "its controller has not seen the change yet"
