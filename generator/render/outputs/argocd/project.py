"""AppProject: the rights of the Applications of one environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from generator.render import kinds
from generator.render.kinds.metadata import SYNC_WAVE
from generator.render.names import project_name
from generator.render.outputs import charts
from generator.render.outputs.argocd import notifications
from generator.render.outputs.argocd.objects import API, metadata, sources
from generator.spec import scopes, sync_windows
from generator.spec.argocd import NAMED_CLUSTER_KINDS
from generator.spec.layout import GITOPS
from generator.spec.workload_kinds import DEFAULT

if TYPE_CHECKING:
    from generator.spec.environment import Environment
    from generator.spec.model import Spec

_LISTED: Final = re.compile(r'^  - group: "?([^"\n]*)"?\n    kind: (\S+)$', re.MULTILINE)


class Rights(NamedTuple):
    """The groups and kinds that a project permits: in namespaces, and those of apps' own manifests without one."""

    namespaced: frozenset[tuple[str, str]]
    cluster_wide: list[tuple[str, str]]


def path(spec: Spec, environment: str) -> str:
    """Return the path of the file of an environment's project."""
    return path_of(project_name(spec, environment))


def path_of(project: str) -> str:
    """Return the path of a project's file by the project's name."""
    return f"{GITOPS}/projects/{project}.yaml"


def no_longer(rights: Rights, environment: Environment, former: bytes) -> frozenset[tuple[str, str]]:
    """Return the generator's kinds that the last generated project permitted, and that no app has any more.

    The project must still permit them: otherwise, Argo CD would no longer see the objects to delete. It would neither
    delete a CronJob, nor ask a user whether it may delete a database.
    """
    listed = former.decode().partition("\n  namespaceResourceWhitelist:\n")[2]
    left = frozenset(_LISTED.findall(listed)).difference(_permitted(rights, environment))
    return left & {(kind.GROUP, kind.KIND) for kind in kinds.every()} if left else left


def render(
    spec: Spec, environment: Environment, rights: Rights, leaving: frozenset[tuple[str, str]] = frozenset()
) -> dict[str, Any]:
    """Return the project of an environment; ``leaving`` are kinds that no app has any more."""
    windows = sync_windows.windows(environment.gates, spec.argocd) if spec.argocd.sync_windows else []
    named = spec.argocd.has(NAMED_CLUSTER_KINDS)
    namespaces = [{"name": name} for name in environment.own_namespaces] if named else [{}]
    return {
        "apiVersion": API,
        "kind": "AppProject",
        "metadata": metadata(
            spec,
            project_name(spec, environment.name),
            # The project must be applied before its Applications.
            {SYNC_WAVE: "-1", **notifications.subscriptions(spec, environment)},
        ),
        "spec": {
            "description": f"The apps of {spec.project} in {environment.name}",
            **sources(spec, *charts.repositories(spec)),
            "destinations": environment.destinations,
            # The option CreateNamespace makes the namespace. Only charts may have other kinds without a namespace.
            "clusterResourceWhitelist": [
                *({"group": "", "kind": "Namespace", **one} for one in namespaces),
                *({"group": group, "kind": kind} for group, kind in charts.cluster_wide(spec)),
                *({"group": group, "kind": kind} for group, kind in rights.cluster_wide),
            ],
            "namespaceResourceWhitelist": [
                {"group": group, "kind": kind} for group, kind in sorted({*_permitted(rights, environment), *leaving})
            ],
            **({"syncWindows": windows} if windows else {}),
        },
    }


def rights(spec: Spec) -> Rights:
    """Return the groups and kinds of the apps' objects, which are the same in all environments.

    They include the kinds that controllers make, such as pods: Argo CD shows only permitted kinds, so otherwise
    neither the UI nor `wait` would show a pod that does not start. This gives no rights that a workload does not have.
    """
    asked = kinds.asked(spec.described.values(), more=frozenset({DEFAULT}))
    below = frozenset[tuple[str, str]]().union(*(getattr(kind, "CREATES", ()) for kind in asked))
    own = _own(spec)
    mine = {kind for kind in own if not scopes.is_cluster_wide(*kind)}
    ours = {(kind.GROUP, kind.KIND) for kind in asked} | {("", "ConfigMap"), *spec.allow.kinds}
    return Rights(frozenset(ours | mine | below | charts.namespaced(spec)), _own_cluster_wide(spec, own))


def _permitted(rights: Rights, environment: Environment) -> frozenset[tuple[str, str]]:
    """Return the groups and kinds of objects in an environment's namespaces."""
    return rights.namespaced | ({("", "ResourceQuota")} if environment.pull_requests else set())


def _own(spec: Spec) -> set[tuple[str, str]]:
    return {kind for app in spec.described.values() for kind in app.own_kinds}


def _own_cluster_wide(spec: Spec, own: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the kinds without a namespace in apps' own manifests; `allow` must name them."""
    return sorted(kind for kind in own if scopes.is_cluster_wide(*kind) and kind in spec.allow.kinds)
