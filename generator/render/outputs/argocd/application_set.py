"""ApplicationSet: Applications that Argo CD makes by itself, where only it knows how many there are."""

from __future__ import annotations

from typing import Any, Final

from generator.render.outputs import previews
from generator.render.outputs.argocd import application
from generator.render.outputs.argocd.names import application_name, labels
from generator.render.outputs.argocd.objects import API, metadata
from generator.spec import pull_requests
from generator.spec.model import AnyApp, App, Environment, Spec

# Without it, the Applications of a set would go with it, whatever its policy says.
_FINALIZER: Final = "resources-finalizer.argocd.argoproj.io"
# A field of a generator that is not there is an error, and no empty text.
_TEMPLATES: Final = {"goTemplate": True, "goTemplateOptions": ["missingkey=error"]}


def of_clusters(spec: Spec, environment: Environment, app: AnyApp) -> dict[str, Any]:
    """Render the set of an app's Applications, one in each cluster whose labels are asked for.

    Three guards keep what runs: an Application is never deleted by the set (a label that is lost by mistake), nor with
    it, and it would leave its pods if it were.
    """
    name = application_name(spec, environment.name, app.name)
    found = {
        "labels": {
            "app.kubernetes.io/part-of": spec.project,
            **labels(spec, environment.name, app.name),
            f"{spec.project}/cluster": "{{.nameNormalized}}",
        },
        "annotations": application.notes(spec, environment, app),
    }
    return {
        "apiVersion": API,
        "kind": "ApplicationSet",
        "metadata": {
            **metadata(spec, name, None, labels(spec, environment.name, app.name)),
            "finalizers": [_FINALIZER],
        },
        "spec": {
            **_TEMPLATES,
            "generators": [{"clusters": {"selector": environment.selector.data}}],
            "syncPolicy": {"applicationsSync": "create-update", "preserveResourcesOnDeletion": True},
            # So that a rollback in the UI stands, for which automated sync is turned off.
            "ignoreApplicationDifferences": [{"jsonPointers": ["/spec/syncPolicy/automated"]}],
            "template": {
                "metadata": {"name": f"{name}-{{{{.nameNormalized}}}}", **found},
                "spec": application.specification(spec, environment, app, {"server": "{{.server}}"}),
            },
        },
    }


def of_pull_requests(spec: Spec, environment: Environment, app: App) -> dict[str, Any]:
    """Render the set of an app's previews, one for each pull request with the label.

    They are to go with their requests, so there is no guard here, and each takes its namespace along.
    """
    about = environment.pull_requests
    assert about is not None
    name = application_name(spec, environment.name, app.name)
    own = {"app.kubernetes.io/part-of": spec.project, **labels(spec, environment.name, app.name)}
    host = pull_requests.filled(about.host, app.name) if about.host else ""
    return {
        "apiVersion": API,
        "kind": "ApplicationSet",
        "metadata": metadata(spec, name, None, labels(spec, environment.name, app.name)),
        "spec": {
            **_TEMPLATES,
            "generators": [pull_requests.generator(about, spec.forge.kind, spec.forge.url)],
            "template": {
                "metadata": {
                    "name": f"{name}-{{{{.number}}}}",
                    "labels": {**own, f"{spec.project}/pull-request": "{{.number}}"},
                    "annotations": {
                        **application.notes(spec, environment, app),
                        **({"link.argocd.argoproj.io/preview": f"https://{host}"} if host else {}),
                    },
                    "finalizers": [_FINALIZER],
                },
                "spec": _preview(spec, environment, app),
            },
        },
    }


def _preview(spec: Spec, environment: Environment, app: App) -> dict[str, Any]:
    """Return what the Application of a preview is to do."""
    given = application.specification(spec, environment, app, environment.clusters[0].destination)
    policy = {name: value for name, value in given["syncPolicy"].items() if name != "managedNamespaceMetadata"}
    # The overlay has the namespace, which Argo CD would otherwise make and leave behind.
    options = [option for option in policy["syncOptions"] if option != "CreateNamespace=true"]
    return {
        **given,
        "source": {**given["source"], "kustomize": kustomize(environment, app)},
        "destination": {**given["destination"], "namespace": previews.namespace(environment, app.name)},
        "syncPolicy": {**policy, "automated": {"prune": True, "selfHeal": True}, "syncOptions": options},
    }


def kustomize(environment: Environment, app: App) -> dict[str, Any]:
    """Return what a preview has beside its overlay: a namespace, an image and a host of its own."""
    about = environment.pull_requests
    assert about is not None
    below, here = app.bases[environment.name], app.instances[environment.name]
    image = f"{below.image}={here.image}:{pull_requests.filled(about.tag, app.name)}"
    hosts = [one.name for one in here.workloads.values() if one.ingress] if about.host else []
    patches = [_host(pull_requests.filled(about.host, app.name), name) for name in hosts[:1]]
    return {
        "namespace": previews.namespace(environment, app.name),
        "images": [image],
        **({"patches": patches} if patches else {}),
    }


def _host(host: str, name: str) -> dict[str, Any]:
    operation = f"- op: replace\n  path: /spec/rules/0/host\n  value: {host}\n"
    return {"target": {"kind": "Ingress", "name": name}, "patch": operation}
