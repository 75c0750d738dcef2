"""The Kubernetes kinds that the generator renders, one module each, and their registry.

A kind is a module with ``FILE``, ``GROUP``, ``KIND``, ``ROLE``, ``SCOPE`` and ``render``. To
add a kind, write the module, add a line to ``KINDS``, and add a golden case. AppProjects
and diffs read these constants, and need no change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from generator.render.kinds.kind import Kind, Manifest, Role, Scope
from generator.render.kinds.workloads import by_hand, module_name
from generator.spec import workload_kinds

if TYPE_CHECKING:
    from generator.spec.instance import Instance
    from generator.spec.model import App
    from generator.spec.workload import Workload

__all__ = ["KINDS", "Kind", "Manifest", "Role", "Scope", "asked", "every", "file_of", "manifests", "module", "role_of"]

# The kinds in the order of kustomizations: a kind comes before those that refer to it. Each has what an app says to
# get one, a field or the kind of a workload. Where this is empty, any app may have one. The module of a kind is loaded
# for no other app.
KINDS: Final[Mapping[str, str]] = {
    "service_account": "",
    "role": "role",
    "role_binding": "role",
    "external_secret": "",
    "own_external_secret": "",
    "sealed_secret": "encryptedSecret",
    "sops_secret": "encryptedSecret",
    "claim": "claims",
    "databases.object_store": "databases",
    "databases.cluster": "databases",
    "databases.scheduled_backup": "databases",
    "databases.pooler": "databases",
    "job": "",
    **{f"workloads.{module_name(kind)}": kind for kind in workload_kinds.NAMES},
    "analysis_template": "rollout",
    "progressive_rollout": "rollout",
    "headless_service": "",
    "service": "",
    "further_service": "",
    "horizontal_pod_autoscaler": "",
    "trigger_authentication": "keda",
    "scaled_object": "keda",
    "pod_disruption_budget": "",
    "pod_monitor": "metrics",
    "network_policy": "",
    "own_network_policy": "",
    "needs_policy": "",
    "ingress": "",
    "http_route": "gateway",
    "grpc_route": "gateway",
}
_ASKING: Final = frozenset(KINDS.values())


def module(name: str) -> Kind:
    """Return the module of a kind by its name in the registry."""
    loaded: Any = import_module(f"{__name__}.{name}")
    found: Kind = loaded
    return found


@cache
def every() -> tuple[Kind, ...]:
    """Return all kinds."""
    return tuple(map(module, KINDS))


def asked(apps: Iterable[App], more: frozenset[str] = frozenset()) -> tuple[Kind, ...]:
    """Return the kinds that apps may have; ``more`` are further fields, or kinds of workloads."""
    return _that_ask(more.union({""}, *(one for app in apps for one in (app.fields, app.kinds))) & _ASKING)


@cache
def _that_ask(said: frozenset[str]) -> tuple[Kind, ...]:
    return tuple(module(name) for name, what in KINDS.items() if what in said)


def manifests(app: Instance, among: Iterable[Kind] | None = None) -> dict[str, Manifest]:
    """Return the manifests of an app by file name, in the order of kustomizations; by default, of all kinds."""
    found: dict[str, Manifest] = {}
    for kind in every() if among is None else among:
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
    return next((one.ROLE for one in every() if kind == one.KIND), by_hand.ROLES.get(kind, Role.SUPPORT))
