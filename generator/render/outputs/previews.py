"""Previews: the namespace of a pull request, with its quota, as a part of the app's overlay.

It is applied with the app and deleted with it. A namespace that Argo CD makes by itself would not be deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.render.kinds.metadata import SYNC_WAVE
from generator.render.namespace import metadata as namespace_metadata
from generator.spec import pull_requests

if TYPE_CHECKING:
    from generator.spec.environment import Environment
    from generator.spec.model import App

NAMESPACE: Final = "namespace.yaml"
QUOTA: Final = "quota.yaml"
# The namespace must be applied before the objects in it.
_FIRST: Final = "-10"


def has(environment: Environment, app: App) -> bool:
    """Tell whether an app has previews: if the environment names it or, without names, if it is built here."""
    about = environment.pull_requests
    return about is not None and (app.name in about.apps if about.apps else app.build is not None)


def manifests(project: str, environment: Environment) -> dict[str, dict[str, Any]]:
    """Return the additional manifests in an app's overlay, by file name."""
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
    """Return the namespace of an app's preview; it contains placeholders for the request."""
    return f"{environment.namespace}-{{{{.number}}}}-{app}"


def kustomize(environment: Environment, app: App) -> dict[str, Any]:
    """Return the kustomize options of a preview in addition to its overlay: its own namespace, image and host."""
    about = environment.pull_requests
    assert about is not None
    below, here = app.bases[environment.name], app.instances[environment.name]
    image = f"{below.image}={here.image}:{pull_requests.filled(about.tag, app.name)}"
    hosts = [one.name for one in here.workloads.values() if one.ingress] if about.host else []
    patches = [_host(pull_requests.filled(about.host, app.name), name) for name in hosts[:1]]
    return {
        "namespace": namespace(environment, app.name),
        "images": [image],
        **({"patches": patches} if patches else {}),
    }


def _host(host: str, name: str) -> dict[str, Any]:
    operation = f"- op: replace\n  path: /spec/rules/0/host\n  value: {host}\n"
    return {"target": {"kind": "Ingress", "name": name}, "patch": operation}
