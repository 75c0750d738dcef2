"""The Kubernetes kinds that we render, one module each.

A kind is a module with ``FILE``, ``GROUP``, ``KIND``, ``ROLE`` and ``render``. To
add one: write the module, put it into ``KINDS``, and add a golden case. AppProjects
allow it and diffs place it by what the module names.
"""

from __future__ import annotations

from typing import Final

from generator.render.kinds import (
    external_secret,
    horizontal_pod_autoscaler,
    ingress,
    job,
    network_policy,
    pod_disruption_budget,
    service,
    service_account,
)
from generator.render.kinds.kind import Kind, Manifest, Role
from generator.render.kinds.workloads import WORKLOADS, by_hand

__all__ = ["KINDS", "Kind", "Manifest", "Role", "role_of"]

# In the order in which kustomizations list them: what others refer to comes first.
KINDS: Final[tuple[Kind, ...]] = (
    service_account,
    external_secret,
    job,
    *WORKLOADS,
    service,
    horizontal_pod_autoscaler,
    pod_disruption_budget,
    network_policy,
    ingress,
)


def role_of(kind: str) -> Role:
    """Return what objects of a kind are for; kinds that are not known support others."""
    return next((one.ROLE for one in KINDS if kind == one.KIND), by_hand.ROLES.get(kind, Role.SUPPORT))
