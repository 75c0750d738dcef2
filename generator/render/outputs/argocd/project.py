"""AppProject: what the Applications of one environment may do, and no more."""

from __future__ import annotations

import re
from typing import Any, Final

from generator.render.kinds import (
    DATABASES,
    KINDS,
    OF_DATABASES,
    analysis_template,
    claim,
    grpc_route,
    http_route,
    pod_monitor,
    progressive_rollout,
    role,
    role_binding,
    route,
    scaled_object,
    sealed_secret,
    sops_secret,
    trigger_authentication,
)
from generator.render.kinds.metadata import SYNC_WAVE
from generator.render.kinds.workloads import WORKLOADS
from generator.render.outputs import charts
from generator.render.outputs.argocd import notifications
from generator.render.outputs.argocd.names import project_name
from generator.render.outputs.argocd.objects import API, metadata, sources
from generator.spec import scopes, sync_windows
from generator.spec.argocd import NAMED_CLUSTER_KINDS
from generator.spec.model import Environment, Spec
from generator.spec.workload_kinds import DEFAULT

_KINDS: Final = frozenset((kind.GROUP, kind.KIND) for kind in KINDS)
_LISTED: Final = re.compile(r'^  - group: "?([^"\n]*)"?\n    kind: (\S+)$', re.MULTILINE)


def no_longer(spec: Spec, environment: Environment, former: bytes) -> frozenset[tuple[str, str]]:
    """Return the kinds of ours that the project permitted when it was generated last, and that no app has any more.

    Without them, Argo CD would lose sight of the objects that are to go: it would neither delete a CronJob, nor ask
    whether a database may go.
    """
    listed = former.decode().partition("\n  namespaceResourceWhitelist:\n")[2]
    return frozenset(_LISTED.findall(listed)) & _KINDS - set(_permitted(spec, environment))


def render(spec: Spec, environment: Environment, leaving: frozenset[tuple[str, str]] = frozenset()) -> dict[str, Any]:
    """Render the project of an environment; ``leaving`` are kinds that no app has any more."""
    windows = sync_windows.windows(environment.gates, spec.argocd) if spec.argocd.sync_windows else []
    named = spec.argocd.has(NAMED_CLUSTER_KINDS)
    namespaces = [{"name": name} for name in environment.own_namespaces] if named else [{}]
    return {
        "apiVersion": API,
        "kind": "AppProject",
        "metadata": metadata(
            spec,
            project_name(spec, environment.name),
            # Before the Applications that are in it.
            {SYNC_WAVE: "-1", **notifications.subscriptions(spec, environment)},
        ),
        "spec": {
            "description": f"The apps of {spec.project} in {environment.name}",
            **sources(spec, *charts.repositories(spec)),
            "destinations": environment.destinations,
            # CreateNamespace makes it, with its labels; nothing else may be cluster-wide, but for what charts say.
            "clusterResourceWhitelist": [
                *({"group": "", "kind": "Namespace", **one} for one in namespaces),
                *({"group": group, "kind": kind} for group, kind in charts.cluster_wide(spec)),
                *({"group": group, "kind": kind} for group, kind in _own_cluster_wide(spec)),
            ],
            "namespaceResourceWhitelist": [
                {"group": group, "kind": kind} for group, kind in sorted({*_permitted(spec, environment), *leaving})
            ],
            **({"syncWindows": windows} if windows else {}),
        },
    }


def _permitted(spec: Spec, environment: Environment) -> list[tuple[str, str]]:
    """Return the groups and kinds of what apps have in a namespace.

    Argo CD shows below an Application only what its project permits: without what controllers make of ours, a pod that
    does not start would be seen neither in the UI nor with `wait`. That permits nothing that a workload does not.
    """
    used = {DEFAULT}.union(*(app.kinds for app in spec.described.values()))
    running = [kind for kind in WORKLOADS if kind.KIND in used]
    said = frozenset[str]().union(*(app.fields for app in spec.described.values()))
    claimed = claim.FIELD in said
    stored = "databases" in said
    rolled = progressive_rollout.FIELD in said
    routed = route.FIELD in said
    driven = trigger_authentication.FIELD in said
    entitled = role.FIELD in said
    asked = {
        claim.KIND: claimed,
        progressive_rollout.KIND: rolled,
        analysis_template.KIND: rolled,
        pod_monitor.KIND: pod_monitor.FIELD in said,
        **{kind.KIND: kind.FIELD in said for kind in (sealed_secret, sops_secret)},
        **{kind.KIND: entitled for kind in (role, role_binding)},
        **{kind.KIND: driven for kind in (scaled_object, trigger_authentication)},
        **{kind.KIND: routed for kind in (http_route, grpc_route)},
        **{kind.KIND: stored for kind in DATABASES},
    }
    others = [kind for kind in KINDS if kind not in WORKLOADS and asked.get(kind.KIND, True)]
    below = frozenset[tuple[str, str]]().union(*(kind.CREATES for kind in running))
    below |= OF_DATABASES if stored else frozenset()
    below |= progressive_rollout.CREATES if rolled else frozenset()
    quota = {("", "ResourceQuota")} if environment.pull_requests else set()
    own = quota | {(kind.GROUP, kind.KIND) for kind in (*others, *running)}
    mine = {kind for kind in _own(spec) if not scopes.is_cluster_wide(*kind)}
    return sorted(own | mine | {("", "ConfigMap"), *spec.allow.kinds} | below | charts.namespaced(spec))


def _own(spec: Spec) -> set[tuple[str, str]]:
    return {kind for app in spec.described.values() for kind in app.own_kinds}


def _own_cluster_wide(spec: Spec) -> list[tuple[str, str]]:
    """Return the kinds without a namespace that apps have manifests of, which `allow` has to name."""
    return sorted(kind for kind in _own(spec) if scopes.is_cluster_wide(*kind) and kind in spec.allow.kinds)
