"""Read the progress of a rollout from a live object, for `wait` and `status`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_ON_DELETE: Final = "OnDelete"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rollout:
    """The progress of a rollout, as numbers of pods.

    Attributes:
        wanted: The number of pods that the object asks for.
        updated: The number of pods with the newest template.
        existing: The number of pods with any template.
        available: The number of pods that serve; for pods that run to an end, the number that succeeded.
        current: Whether the numbers are about the present object, and not about a former version of it.
        ends: Whether the pods run to an end.
    """

    wanted: int
    updated: int
    existing: int
    available: int
    current: bool = True
    ends: bool = False

    @property
    def lack(self) -> str:
        """Return what is missing until all pods have the newest template and are available; empty if nothing is."""
        if not self.current:
            return "its controller has not seen the change yet"
        if self.ends:
            return "" if self.available >= self.wanted else f"{self.available} of {self.wanted} pods have succeeded"
        if self.updated < self.wanted:
            return f"{self.updated} of {self.wanted} pods are new"
        if self.existing > self.updated:
            return f"{self.existing - self.updated} old pods are still there"
        if self.available < self.updated:
            return f"{self.available} of {self.updated} new pods are available"
        return ""


def by_replicas(manifest: Mapping[str, Any]) -> Rollout:
    """Return the progress of an object with a number of replicas."""
    spec, status = _part(manifest, "spec"), _part(manifest, "status")
    return Rollout(
        wanted=int(spec.get("replicas", 1)),
        updated=int(status.get("updatedReplicas") or 0),
        existing=int(status.get("replicas") or 0),
        available=int(status.get("availableReplicas", status.get("readyReplicas", 0)) or 0),
        current=_is_current(manifest),
    )


def by_ordinals(manifest: Mapping[str, Any]) -> Rollout:
    """Return the progress of a StatefulSet. Pods with a number below its partition are not updated."""
    whole = by_replicas(manifest)
    strategy = _part(_part(manifest, "spec"), "updateStrategy")
    partition = int(_part(strategy, "rollingUpdate").get("partition") or 0)
    # With OnDelete, a pod is updated only after a user deletes it, so `wait` does not wait for that.
    staying = whole.wanted if strategy.get("type") == _ON_DELETE else min(partition, whole.wanted)
    return Rollout(
        wanted=whole.wanted - staying,
        updated=whole.updated,
        existing=max(whole.existing - staying, whole.updated),
        available=max(whole.available - staying, 0) if whole.updated <= whole.wanted - staying else whole.available,
        current=whole.current,
    )


def by_nodes(manifest: Mapping[str, Any]) -> Rollout:
    """Return the progress of an object with one pod on each node. Its status counts nodes, so no pod is left over."""
    status = _part(manifest, "status")
    number = int(status.get("desiredNumberScheduled") or 0)
    updated = int(status.get("updatedNumberScheduled") or 0)
    waits = _part(_part(manifest, "spec"), "updateStrategy").get("type") == _ON_DELETE
    return Rollout(
        wanted=min(updated, number) if waits else number,
        updated=updated if waits else min(updated, number),
        existing=updated if waits else number,
        available=int(status.get("numberAvailable") or 0),
        current=_is_current(manifest),
    )


def by_runs(manifest: Mapping[str, Any]) -> Rollout:
    """Return the progress of a Job, whose pods run to an end once."""
    spec, status = _part(manifest, "spec"), _part(manifest, "status")
    succeeded = int(status.get("succeeded") or 0)
    number = 0 if spec.get("suspend") else int(spec.get("completions") or 1)
    there = succeeded + int(status.get("active") or 0)
    return Rollout(wanted=number, updated=there, existing=there, available=succeeded, ends=True)


def by_schedule(_manifest: Mapping[str, Any]) -> Rollout:
    """Return the progress of a CronJob: complete as soon as the object has the new version."""
    return Rollout(wanted=0, updated=0, existing=0, available=0, ends=True)


def _part(about: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return about.get(name) or {}


def _is_current(manifest: Mapping[str, Any]) -> bool:
    """Tell whether the status is about the object's present ``spec``."""
    generation = _part(manifest, "metadata").get("generation") or 0
    # Argo Rollouts writes it as text.
    observed = str(_part(manifest, "status").get("observedGeneration") or 0)
    return not observed.isdigit() or int(observed) >= int(generation)
