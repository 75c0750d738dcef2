"""The templates of pods: one for pods that run until they are replaced, and one for pods that run to an end."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.ingress import deregistration
from generator.render.kinds.metadata import labels
from generator.render.kinds.pod import container, pod_spec, spread
from generator.render.kinds.ports import container_ports
from generator.spec import observed
from generator.spec.plain_data import without_nulls
from generator.spec.workload import Workload

# For how many seconds a pod that must end still accepts connections, until all nodes and load balancers know about it.
DRAIN_SECONDS: Final = 5
# Kubernetes' default for the seconds that a pod has to end.
_GRACE_SECONDS: Final = 30


def template(workload: Workload) -> dict[str, Any]:
    """Return the template of pods that are replaced: with ports, probes, and a hook that waits before the end."""
    annotations = {**observed.of_pods(workload), **workload.annotations}
    return {
        "metadata": {
            "labels": {**labels(workload), **workload.labels},
            **({"annotations": annotations} if annotations else {}),
        },
        "spec": spread(pod_spec(workload, _container(workload), _grace(workload)), workload),
    }


def ending(workload: Workload) -> dict[str, Any]:
    """Return the template of pods that run to an end: without ports and probes, and not restarted after a success."""
    found = template(workload)
    return {**found, "spec": {"restartPolicy": "Never", **found["spec"]}}


def settings(workload: Workload, *names: str) -> dict[str, Any]:
    """Return the fields among ``names`` that a workload sets, by name; the names are Kubernetes' own."""
    return {name: workload.settings[name] for name in names if name in workload.settings}


def replaced(workload: Workload, name: str) -> dict[str, Any]:
    """Return the workload's strategy of updates, if it has one. A type without a rate gets no rate of another type."""
    given = without_nulls(workload.settings.get(name) or {})
    if given.get("type", "RollingUpdate") != "RollingUpdate":
        return {name: {"type": given["type"]}}
    return {name: {"type": "RollingUpdate", **given}} if given else {}


def _container(workload: Workload) -> dict[str, Any]:
    main = container(workload)
    if not workload.ports:
        return {**main, **workload.probes}
    # This keeps the order of fields in files that were generated before, so that they do not change.
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
    """Return for how many seconds a pod that must end still accepts requests.

    This is longer than a load balancer sends requests to it, if there is time: the grace period starts
    at the same moment, and the process needs at least half of it to end.
    """
    wanted = deregistration(workload) + DRAIN_SECONDS
    grace = workload.pod.get("terminationGracePeriodSeconds")
    return min(wanted, grace // 2) if isinstance(grace, int) else wanted


def _grace(workload: Workload) -> dict[str, int]:
    # The grace period starts together with the drain. A long drain is added to Kubernetes' default.
    if not deregistration(workload):
        return {}
    return {"terminationGracePeriodSeconds": drain_seconds(workload) + _GRACE_SECONDS}
