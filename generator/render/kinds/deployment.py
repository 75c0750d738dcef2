"""Deployment: the pods, and how a new version replaces the old one."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.ingress import deregistration
from generator.render.kinds.metadata import labels, metadata, selector
from generator.render.kinds.pod import container, pod_spec
from generator.render.kinds.ports import container_ports
from generator.spec.workload import Workload

FILE: Final = "deployment.yaml"
GROUP: Final = "apps"
KIND: Final = "Deployment"

# A pod that is told to end takes connections for this long, until every node and load balancer knows that it leaves.
DRAIN_SECONDS: Final = 5


def render(workload: Workload) -> dict[str, Any]:
    """Every workload has one. No ``replicas`` where an autoscaler owns the number."""
    main = container(workload)
    if workload.ports:
        security, mounts = main.pop("securityContext"), main.pop("volumeMounts", None)
        main["ports"] = container_ports(workload.ports)
        main.update(workload.probes)
        if "lifecycle" not in workload.container and (seconds := drain_seconds(workload)):
            main["lifecycle"] = {"preStop": {"sleep": {"seconds": seconds}}}
        main["securityContext"] = security
        if mounts:
            main["volumeMounts"] = mounts
    else:
        main.update(workload.probes)
    deadline = workload.progress_deadline
    return {
        "apiVersion": "apps/v1",
        "kind": KIND,
        "metadata": _labelled(metadata(workload), workload),
        "spec": {
            **({"replicas": workload.replicas} if workload.replicas is not None else {}),
            "selector": {"matchLabels": selector(workload)},
            # The old pods go on serving until the new ones are ready.
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            **({"progressDeadlineSeconds": deadline} if deadline else {}),
            "template": {
                "metadata": {
                    "labels": {**labels(workload), **workload.labels},
                    **({"annotations": dict(workload.annotations)} if workload.annotations else {}),
                },
                "spec": pod_spec(workload, main, _grace(workload)),
            },
        },
    }


def drain_seconds(workload: Workload) -> int:
    """For how long a pod that leaves still takes requests: longer than a balancer sends it any, if there is time.

    The grace period begins with it, and the process needs some of that to end: at least half.
    """
    wanted = deregistration(workload) + DRAIN_SECONDS
    grace = workload.pod.get("terminationGracePeriodSeconds")
    return min(wanted, grace // 2) if isinstance(grace, int) else wanted


def _grace(workload: Workload) -> dict[str, int]:
    """Kubernetes' 30 seconds begin when the drain does; where that takes long, they are added to it."""
    return {"terminationGracePeriodSeconds": drain_seconds(workload) + 30} if deregistration(workload) else {}


def _labelled(data: dict[str, Any], workload: Workload) -> dict[str, Any]:
    return {**data, "labels": {**data["labels"], **workload.labels}}
