"""How far a rollout is, read from a live object: what `wait` and `status` tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rollout:
    """Numbers of pods.

    Attributes:
        wanted: How many there should be.
        updated: How many are of the newest template.
        existing: How many there are of any template.
        available: How many serve.
    """

    wanted: int
    updated: int
    existing: int
    available: int


def by_replicas(manifest: Mapping[str, Any]) -> Rollout:
    """Read an object that asks for a number of pods."""
    spec, status = manifest.get("spec") or {}, manifest.get("status") or {}
    return Rollout(
        wanted=int(spec.get("replicas", 1)),
        updated=int(status.get("updatedReplicas") or 0),
        existing=int(status.get("replicas") or 0),
        available=int(status.get("availableReplicas", status.get("readyReplicas", 0)) or 0),
    )


def by_nodes(manifest: Mapping[str, Any]) -> Rollout:
    """Read an object that puts one pod on each node. It tells only of nodes, so that no pod is one too many."""
    status = manifest.get("status") or {}
    wanted = int(status.get("desiredNumberScheduled") or 0)
    return Rollout(
        wanted=wanted,
        updated=int(status.get("updatedNumberScheduled") or 0),
        existing=wanted,
        available=int(status.get("numberAvailable") or 0),
    )
