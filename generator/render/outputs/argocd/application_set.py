"""ApplicationSet: Applications that Argo CD makes by itself, where only it knows how many there are."""

from __future__ import annotations

from typing import Any, Final

from generator.render.outputs.argocd import application
from generator.render.outputs.argocd.names import application_name, labels
from generator.render.outputs.argocd.objects import API, metadata
from generator.spec.model import AnyApp, Environment, Spec

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
        "annotations": application.notes(environment, app),
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
