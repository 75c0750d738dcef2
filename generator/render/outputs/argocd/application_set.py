"""ApplicationSet: Argo CD makes the Applications, because only Argo CD knows how many there must be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.render.names import application_name, labels
from generator.render.outputs import previews
from generator.render.outputs.argocd import application
from generator.render.outputs.argocd.objects import API, metadata
from generator.spec import forge_kinds, pull_requests

if TYPE_CHECKING:
    from generator.spec.environment import Environment
    from generator.spec.model import AnyApp, App, Spec

# Without this, a deletion of the set would delete its Applications, whatever its policy says.
_FINALIZER: Final = "resources-finalizer.argocd.argoproj.io"
# With this option, a missing field of a generator is an error instead of an empty text.
_TEMPLATES: Final = {"goTemplate": True, "goTemplateOptions": ["missingkey=error"]}


def of_clusters(spec: Spec, environment: Environment, app: AnyApp) -> dict[str, Any]:
    """Return the set of an app's Applications, with one for each cluster that has the labels.

    Three settings protect what runs: the set never deletes an Application (a label may be lost by mistake), a
    deletion of the set keeps its Applications, and a deletion of an Application keeps its pods.
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
            # A rollback in the UI turns automated sync off; the set must not turn it on again.
            "ignoreApplicationDifferences": [{"jsonPointers": ["/spec/syncPolicy/automated"]}],
            "template": {
                "metadata": {"name": f"{name}-{{{{.nameNormalized}}}}", **found},
                "spec": application.specification(spec, environment, app, {"server": "{{.server}}"}),
            },
        },
    }


def of_pull_requests(spec: Spec, environment: Environment, app: App) -> dict[str, Any]:
    """Return the set of an app's previews, with one Application for each pull request with the label.

    Previews must end with their requests, so nothing protects them, and each deletes its namespace.
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
            "generators": [_of_requests(about, spec.forge.kind, spec.forge.url)],
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
    """Return the ``spec`` of a preview's Application."""
    given = application.specification(spec, environment, app, environment.clusters[0].destination)
    policy = {name: value for name, value in given["syncPolicy"].items() if name != "managedNamespaceMetadata"}
    # The overlay contains the namespace. If Argo CD made it, Argo CD would not delete it.
    options = [option for option in policy["syncOptions"] if option != "CreateNamespace=true"]
    return {
        **given,
        "source": {**given["source"], "kustomize": previews.kustomize(environment, app)},
        "destination": {**given["destination"], "namespace": previews.namespace(environment, app.name)},
        "syncPolicy": {**policy, "automated": {"prune": True, "selfHeal": True}, "syncOptions": options},
    }


def _of_requests(wanted: pull_requests.PullRequests, kind: str | None, url: str | None) -> dict[str, Any]:
    """Return the generator of an ApplicationSet. Without a ``kind``, the repository's URL tells the kind of forge."""
    forge = forge_kinds.find(wanted.repository, kind).name
    place = forge_kinds.page(wanted.repository)
    host, _, path = place.removeprefix("https://").removeprefix("http://").partition("/")
    owner, _, name = path.rpartition("/")
    base = (url or f"{place.partition('://')[0]}://{host}").rstrip("/")
    token = {"tokenRef": {"secretName": wanted.token[0], "key": wanted.token[1]}} if wanted.token else {}
    labels = {"labels": [wanted.label]}
    match forge:
        case "github":
            # github.com needs no address; a company's server has its API at a path of the server.
            api = {} if host == "github.com" and not url else {"api": f"{base}/api/v3/"}
            about: dict[str, Any] = {"owner": owner, "repo": name, **api, **labels, **token}
        case "gitlab":
            api = {} if host == "gitlab.com" and not url else {"api": base}
            about = {"project": path, **api, "pullRequestState": "opened", **labels, **token}
        case _:
            about = {"owner": owner, "repo": name, "api": base, **labels, **token}
    return {"pullRequest": {forge: about, "requeueAfterSeconds": wanted.poll_seconds}}
