"""The Kubernetes kinds that the generator renders, one module each.

A kind is a module with ``FILE``, ``GROUP``, ``KIND``, ``ROLE``, ``SCOPE`` and ``render``. To
add a kind, write the module, add it to ``KINDS``, and add a golden case. AppProjects
and diffs read these constants, and need no change.
"""

from __future__ import annotations

from typing import Final

from generator.render.kinds import (
    analysis_template,
    claim,
    external_secret,
    further_service,
    grpc_route,
    headless_service,
    horizontal_pod_autoscaler,
    http_route,
    ingress,
    job,
    needs_policy,
    network_policy,
    own_external_secret,
    own_network_policy,
    pod_disruption_budget,
    pod_monitor,
    progressive_rollout,
    role,
    role_binding,
    scaled_object,
    sealed_secret,
    service,
    service_account,
    sops_secret,
    trigger_authentication,
)
from generator.render.kinds.databases import cluster, object_store, pooler, scheduled_backup
from generator.render.kinds.kind import Kind, Manifest, Role, Scope
from generator.render.kinds.workloads import WORKLOADS, by_hand
from generator.spec.instance import Instance
from generator.spec.workload import Workload

__all__ = ["DATABASES", "KINDS", "OF_DATABASES", "Kind", "Manifest", "Role", "Scope", "file_of", "manifests", "role_of"]

# The kinds for each database of an app; a kind comes before those that refer to it.
DATABASES: Final[tuple[Kind, ...]] = (object_store, cluster, scheduled_backup, pooler)
# The kinds that the operator makes from them, as far as Argo CD shows them.
OF_DATABASES: Final = cluster.CREATES | object_store.CREATES | scheduled_backup.CREATES | pooler.CREATES

# In the order of kustomizations: a kind comes before those that refer to it.
KINDS: Final[tuple[Kind, ...]] = (
    service_account,
    role,
    role_binding,
    external_secret,
    own_external_secret,
    sealed_secret,
    sops_secret,
    claim,
    *DATABASES,
    job,
    *WORKLOADS,
    analysis_template,
    progressive_rollout,
    headless_service,
    service,
    further_service,
    horizontal_pod_autoscaler,
    trigger_authentication,
    scaled_object,
    pod_disruption_budget,
    pod_monitor,
    network_policy,
    own_network_policy,
    needs_policy,
    ingress,
    http_route,
    grpc_route,
)


def manifests(app: Instance) -> dict[str, Manifest]:
    """Return the manifests of an app by file name, in the order of kustomizations."""
    found: dict[str, Manifest] = {}
    for kind in KINDS:
        if kind.SCOPE is Scope.PARTS:
            found.update(kind.render(app) or {})
            continue
        if kind.SCOPE is Scope.APP:
            rendered = [(kind.FILE, kind.render(app))]
        else:
            rendered = [(file_of(one, kind), kind.render(one)) for one in app.workloads.values()]
        found.update((file, manifest) for file, manifest in rendered if manifest is not None)
    return found


def file_of(workload: Workload, kind: Kind) -> str:
    """Return the name of the file for a workload's object of a kind."""
    return kind.FILE if workload.main else f"{workload.key}-{kind.FILE}"


def role_of(kind: str) -> Role:
    """Return the role of a kind's objects; unknown kinds have the role of supporting objects."""
    return next((one.ROLE for one in KINDS if kind == one.KIND), by_hand.ROLES.get(kind, Role.SUPPORT))
