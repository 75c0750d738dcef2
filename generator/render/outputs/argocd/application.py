"""Application: an app in one environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.render import namespace
from generator.render.kinds import progressive_rollout, workloads
from generator.render.names import application_name, labels, project_name
from generator.render.outputs import charts
from generator.render.outputs.argocd.objects import API, GENERATE_PATHS, metadata, retry
from generator.spec import sync_windows
from generator.spec.adopted import AdoptedApp
from generator.spec.argocd import NOTICES
from generator.spec.chart import ChartApp
from generator.spec.clusters import Cluster
from generator.spec.instance import Instance
from generator.spec.layout import base_path, given_path, overlay_path

if TYPE_CHECKING:
    from generator.spec.environment import Environment
    from generator.spec.model import AnyApp, Spec

_NOTICE: Final = "notice.argocd.argoproj.io/content"
_LONGEST_NOTICE: Final = 500


def render(spec: Spec, environment: Environment, app: AnyApp, cluster: Cluster) -> dict[str, Any]:
    """Return the Application of an app in one cluster of an environment."""
    name = application_name(spec, environment.name, app.name, cluster.name)
    where = {f"{spec.project}/cluster": cluster.name} if cluster.name else {}
    return {
        "apiVersion": API,
        "kind": "Application",
        "metadata": metadata(
            spec, name, notes(spec, environment, app), {**labels(spec, environment.name, app.name), **where}
        ),
        "spec": specification(spec, environment, app, cluster.destination),
    }


def notes(spec: Spec, environment: Environment, app: AnyApp) -> dict[str, str]:
    """Return the annotations of an Application."""
    shown = spec.argocd.sync_windows and spec.argocd.has(NOTICES)
    notice = sync_windows.notice(environment.gates) if shown else ""
    return {
        # With this annotation, Argo CD does not render the app again after commits to other folders.
        GENERATE_PATHS: ";".join([*_folders(app, environment.name), *_given(spec, app, environment.name)]),
        **({_NOTICE: notice[:_LONGEST_NOTICE]} if notice else {}),
    }


def specification(spec: Spec, environment: Environment, app: AnyApp, cluster: dict[str, str]) -> dict[str, Any]:
    """Return the ``spec`` of an Application; ``cluster`` is the cluster's part of the destination."""
    automated = {"automated": {"prune": True, "selfHeal": True}} if environment.sync == "auto" else {}
    ignored = [] if isinstance(app, ChartApp | AdoptedApp) else _ignored(app.instances[environment.name])
    return {
        "project": project_name(spec, environment.name),
        **_source(spec, app, environment.name),
        "destination": {**cluster, "namespace": _namespace(environment, app)},
        "revisionHistoryLimit": 20,
        "syncPolicy": {
            **automated,
            # PruneLast: a former ConfigMap stays until no pod uses it.
            "syncOptions": [
                "CreateNamespace=true",
                "PruneLast=true",
                "FailOnSharedResource=true",
                *(charts.SYNC_OPTIONS if isinstance(app, ChartApp) else ()),
                *(["RespectIgnoreDifferences=true"] if ignored else []),
            ],
            "managedNamespaceMetadata": namespace.metadata(environment, spec.project),
            "retry": retry(spec),
        },
        **({"ignoreDifferences": ignored} if ignored else {}),
    }


def _namespace(environment: Environment, app: AnyApp) -> str:
    return environment.namespace if isinstance(app, ChartApp) else app.namespace_in(environment)


def _folders(app: AnyApp, environment: str) -> list[str]:
    """Return the folders from which the app's manifests are built."""
    if isinstance(app, ChartApp):
        return [f"/{folder}" for folder in charts.folders(app, environment)]
    is_shared = isinstance(app, AdoptedApp) or app.bases[environment] is app.base
    shared = [f"/{base_path(app.name)}"] if is_shared else []
    components = () if isinstance(app, AdoptedApp) else app.instances[environment].hatches.components
    return [*shared, f"/{overlay_path(environment, app.name)}", *(f"/{folder}" for folder in components)]


def _given(spec: Spec, app: AnyApp, environment: str) -> list[str]:
    """Return the folder with Terraform's outputs, if the app refers to any."""
    if spec.infra is None or isinstance(app, ChartApp | AdoptedApp):
        return []
    from generator.spec import infra_reference

    return [f"/{given_path(environment)}"] if infra_reference.names(app.instances[environment]) else []


def _source(spec: Spec, app: AnyApp, environment: str) -> dict[str, Any]:
    if isinstance(app, ChartApp):
        return {"sources": charts.sources(spec, app, environment)}
    overlay = overlay_path(environment, app.name)
    return {"source": {"repoURL": spec.repository, "targetRevision": spec.branch, "path": overlay}}


def _ignored(app: Instance) -> list[dict[str, Any]]:
    """Return the differences to ignore: numbers of pods that controllers set, even if git just removed them."""
    found: list[tuple[str, str, str, tuple[str, ...]]] = []
    for one in app.workloads.values():
        kind, rolled = workloads.of(one), bool(one.settings.get(progressive_rollout.FIELD))
        if kind.REPLICAS_PATH is not None and (rolled or one.scaled):
            found.append((kind.GROUP, kind.KIND, one.name, kind.REPLICAS_PATH))
        if rolled and one.scaled:
            found.append((progressive_rollout.GROUP, progressive_rollout.KIND, one.name, ("spec", "replicas")))
    return [
        {"group": group, "kind": kind, "name": name, "jsonPointers": ["/" + "/".join(path)]}
        for group, kind, name, path in found
    ]
