"""Parts that several objects of Argo CD share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.spec.argocd import RETRY_REFRESH

if TYPE_CHECKING:
    from generator.spec.model import Spec

API: Final = "argoproj.io/v1alpha1"
SYNC_OPTIONS: Final = "argocd.argoproj.io/sync-options"
GENERATE_PATHS: Final = "argocd.argoproj.io/manifest-generate-paths"


def metadata(
    spec: Spec, name: str, notes: Mapping[str, str] | None = None, labels: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the metadata of an object in Argo CD's namespace; ``notes`` are its annotations."""
    return {
        "name": name,
        "namespace": spec.argocd.namespace,
        "labels": {"app.kubernetes.io/part-of": spec.project, **(labels or {})},
        **({"annotations": dict(notes)} if notes else {}),
    }


def sources(spec: Spec, *others: str) -> dict[str, list[str]]:
    """Return the permitted sources of a project's Applications: this repository and ``others``.

    The managed Argo CD also needs the namespace of Applications, although it has only one.
    """
    namespaces = {"sourceNamespaces": [spec.argocd.namespace]} if spec.argocd.managed else {}
    return {"sourceRepos": [spec.repository, *others], **namespaces}


def retry(spec: Spec) -> dict[str, Any]:
    """Return the rules for retries of a failed sync.

    With `refresh`, a retry uses the newest commit, so a commit that fixes the problem need not wait for the last retry.
    """
    refresh = {"refresh": True} if spec.argocd.has(RETRY_REFRESH) else {}
    return {"limit": 5, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"}, **refresh}
