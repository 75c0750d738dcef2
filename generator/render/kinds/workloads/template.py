"""The template of pods: of those that run until they are replaced, and leave orderly, and of those that end."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.ingress import deregistration
from generator.render.kinds.metadata import labels
from generator.render.kinds.pod import container, pod_spec, spread
from generator.render.kinds.ports import container_ports
from generator.spec import observed
from generator.spec.override import without_nulls
from generator.spec.workload import Workload

# A pod that is told to end takes connections for this long, until every node and load balancer knows that it leaves.
DRAIN_SECONDS: Final = 5
# What Kubernetes gives a pod to end.
_GRACE_SECONDS: Final = 30


def template(workload: Workload) -> dict[str, Any]:
    """Return the template, with ports, probes and a drain."""
    annotations = {**observed.of_pods(workload), **workload.annotations}
    return {
        "metadata": {
            "labels": {**labels(workload), **workload.labels},
            **({"annotations": annotations} if annotations else {}),
        },
        "spec": spread(pod_spec(workload, _container(workload), _grace(workload)), workload),
    }


def ending(workload: Workload) -> dict[str, Any]:
    """Return the template of pods that run to an end: no ports, no probes, and not started again once they succeed."""
    found = template(workload)
    return {**found, "spec": {"restartPolicy": "Never", **found["spec"]}}


def settings(workload: Workload, *names: str) -> dict[str, Any]:
    """Return those of the fields that a workload sets, by their names, which are Kubernetes' own."""
    return {name: workload.settings[name] for name in names if name in workload.settings}


def replaced(workload: Workload, name: str) -> dict[str, Any]:
    """Return how pods are replaced, if the workload says so. A type that has no pace keeps none of another one."""
    given = without_nulls(workload.settings.get(name) or {})
    if given.get("type", "RollingUpdate") != "RollingUpdate":
        return {name: {"type": given["type"]}}
    return {name: {"type": "RollingUpdate", **given}} if given else {}


def _container(workload: Workload) -> dict[str, Any]:
    main = container(workload)
    if not workload.ports:
        return {**main, **workload.probes}
    # The order of the fields is that of the generated files: no file of a user changes for its sake.
    security, mounts = main.pop("securityContext"), main.pop("volumeMounts", None)
    main["ports"] = container_ports(workload.ports)
    main.update(workload.probes)
    if "lifecycle" not in workload.container and (seconds := drain_seconds(workload)):
        main["lifecycle"] = {"preStop": {"sleep": {"seconds": seconds}}}
    main["securityContext"] = security
    if mounts:
        main["volumeMounts"] = mounts
    return main


def drain_seconds(workload: Workload) -> int:
    """Return for how long a pod that leaves still takes requests.

    That is longer than a balancer sends it any, if there is time: the grace period begins with
    the drain, and the process needs at least half of it to end.
    """
    wanted = deregistration(workload) + DRAIN_SECONDS
    grace = workload.pod.get("terminationGracePeriodSeconds")
    return min(wanted, grace // 2) if isinstance(grace, int) else wanted


def _grace(workload: Workload) -> dict[str, int]:
    # The grace period begins when the drain does; where that takes long, it is added to what Kubernetes gives.
    if not deregistration(workload):
        return {}
    return {"terminationGracePeriodSeconds": drain_seconds(workload) + _GRACE_SECONDS}
