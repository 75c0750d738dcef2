"""The root: the Application that brings all others, and the AppProject that it is in."""

from __future__ import annotations

from typing import Any

from generator.render.outputs.argocd.names import root_name
from generator.render.outputs.argocd.objects import API, GENERATE_PATHS, SYNC_OPTIONS, metadata, retry, sources
from generator.spec.layout import GITOPS
from generator.spec.model import Spec


def project(spec: Spec) -> dict[str, Any]:
    """Render the project that the root alone is in."""
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
    """Render the root."""
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
                # Only what differs is applied, so that a rollback in the UI is not undone by the next commit. Another
                # project's Application of the same name is left alone, and the sync says so.
                "syncOptions": ["ApplyOutOfSyncOnly=true", "FailOnSharedResource=true"],
                "retry": retry(spec),
            },
            # A rollback in the UI needs automated sync to be off; the root must not turn it on again.
            "ignoreDifferences": [
                {"group": "argoproj.io", "kind": "Application", "jsonPointers": ["/spec/syncPolicy/automated"]}
            ],
        },
    }


def _kinds(spec: Spec) -> list[str]:
    """Return the kinds that the root may bring."""
    sets = ["ApplicationSet"] if any(one.selector or one.pull_requests for one in spec.environments.values()) else []
    return ["AppProject", "Application", *sets]


def _kept() -> dict[str, str]:
    """Return what keeps the root from pruning itself."""
    return {SYNC_OPTIONS: "Prune=false,Delete=false"}


def _destination(spec: Spec) -> dict[str, str]:
    return {**spec.argocd.destination, "namespace": spec.argocd.namespace}
