"""Preview: the namespace of a pull request, with its quota, as a part of the app's overlay.

It is applied with the app, and is removed with it. Argo CD makes namespaces, too, and leaves each behind.
"""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.metadata import SYNC_WAVE
from generator.render.namespace import metadata as namespace_metadata
from generator.spec.model import App, Environment

NAMESPACE: Final = "namespace.yaml"
QUOTA: Final = "quota.yaml"
# Before everything that is put into it.
_FIRST: Final = "-10"


def has(environment: Environment, app: App) -> bool:
    """Tell whether an app is in the previews of an environment: if it is named, or else if it is built here."""
    about = environment.pull_requests
    return about is not None and (app.name in about.apps if about.apps else app.build is not None)


def manifests(project: str, environment: Environment) -> dict[str, dict[str, Any]]:
    """Return what the overlay of an app has beside the app, by file."""
    about = environment.pull_requests
    assert about is not None
    first = {"annotations": {SYNC_WAVE: _FIRST}}
    about_it = namespace_metadata(environment, project)
    own = {"app.kubernetes.io/part-of": project}
    return {
        NAMESPACE: {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": environment.namespace,
                "labels": about_it["labels"],
                "annotations": {**about_it.get("annotations", {}), SYNC_WAVE: _FIRST},
            },
        },
        QUOTA: {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "preview", "labels": own, **first},
            "spec": {"hard": dict(about.quota)},
        },
    }


def namespace(environment: Environment, app: str) -> str:
    """Return the namespace of an app in the preview of a request."""
    return f"{environment.namespace}-{{{{.number}}}}-{app}"
