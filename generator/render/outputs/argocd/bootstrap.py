"""The root: the Application that applies all others, and its AppProject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator.render.names import root_name
from generator.render.outputs.argocd.objects import API, GENERATE_PATHS, SYNC_OPTIONS, metadata, retry, sources
from generator.spec.layout import GITOPS

if TYPE_CHECKING:
    from generator.spec.model import Spec


def project(spec: Spec) -> dict[str, Any]:
    """Return the project of the root; no other Application is in it."""
    return {
        "apiVersion": API,
        "kind": "AppProject",
        "metadata": metadata(spec, root_name(spec), _kept()),
        "spec": {
            "description": f"The Applications of {spec.project}, and nothing else",
            **sources(spec),
            "destinations": [_destination(spec)],
            "clusterResourceWhitelist": [],
            "namespaceResourceWhitelist": [{"group": "argoproj.io", "kind": kind} for kind in _kinds(spec)],
        },
    }


def application(spec: Spec) -> dict[str, Any]:
    """Return the root Application."""
    annotations = {**_kept(), GENERATE_PATHS: f"/{GITOPS}"}
    return {
        "apiVersion": API,
        "kind": "Application",
        "metadata": metadata(spec, root_name(spec), annotations),
        "spec": {
            "project": root_name(spec),
            "source": {
                "repoURL": spec.repository,
                "targetRevision": spec.branch,
                "path": GITOPS,
                "directory": {"recurse": True},
            },
            "destination": _destination(spec),
            "syncPolicy": {
                "automated": {"prune": True, "selfHeal": True},
                # The root applies only objects that differ, so the next commit does not undo a rollback in the UI. It
                # does not change another project's Application of the same name; the sync reports that.
                "syncOptions": ["ApplyOutOfSyncOnly=true", "FailOnSharedResource=true"],
                "retry": retry(spec),
            },
            # A rollback in the UI turns automated sync off; the root must not turn it on again.
            "ignoreDifferences": [
                {"group": "argoproj.io", "kind": "Application", "jsonPointers": ["/spec/syncPolicy/automated"]}
            ],
        },
    }


def _kinds(spec: Spec) -> list[str]:
    """Return the kinds that the root may apply."""
    sets = ["ApplicationSet"] if any(one.selector or one.pull_requests for one in spec.environments.values()) else []
    return ["AppProject", "Application", *sets]


def _kept() -> dict[str, str]:
    """Return the annotations that protect the root from its own pruning."""
    return {SYNC_OPTIONS: "Prune=false,Delete=false"}


def _destination(spec: Spec) -> dict[str, str]:
    return {**spec.argocd.destination, "namespace": spec.argocd.namespace}
