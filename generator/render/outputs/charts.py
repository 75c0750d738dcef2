"""Helm charts: ``base/<app>/values.yaml`` for all environments, ``overlays/<environment>/<app>/values.yaml`` for each.

Helm merges the second over the first. The Application has the version, because Argo CD reads it there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.render.file import HEADER, File, yaml_file
from generator.spec import scopes
from generator.spec.chart import Chart, ChartApp
from generator.spec.layout import VALUES, base_path, copy_path, overlay_path

if TYPE_CHECKING:
    from generator.spec.model import AnyApp, Spec

# CustomResourceDefinitions of charts are too large for the annotation of a client-side apply. Charts also contain
# objects of the kinds that they define.
SYNC_OPTIONS: Final = ("ServerSideApply=true", "SkipDryRunOnMissingResource=true")
# Kinds that nearly all charts have. The spec must name kinds without a namespace, and kinds of custom resources.
USUAL: Final = frozenset(
    {
        ("", "ConfigMap"), ("", "PersistentVolumeClaim"), ("", "Pod"), ("", "Secret"), ("", "Service"),
        ("", "ServiceAccount"), ("apps", "DaemonSet"), ("apps", "Deployment"), ("apps", "ReplicaSet"),
        ("apps", "StatefulSet"), ("autoscaling", "HorizontalPodAutoscaler"), ("batch", "CronJob"), ("batch", "Job"),
        ("networking.k8s.io", "Ingress"), ("networking.k8s.io", "NetworkPolicy"), ("policy", "PodDisruptionBudget"),
        ("rbac.authorization.k8s.io", "Role"), ("rbac.authorization.k8s.io", "RoleBinding"),
    }
)  # fmt: skip
# The name of this repository in the Application's sources; the chart's values refer to it.
_REF: Final = "values"


def render_project(_spec: Spec) -> Iterator[File]:
    """Yield nothing: all files belong to an app."""
    yield from ()


def render_app(_spec: Spec, app: AnyApp) -> Iterator[File]:
    """Yield the files with the values of a chart: first those of all environments."""
    if not isinstance(app, ChartApp):
        return
    yield _file(app, base_path(app.name), app.values)
    for environment in app.environments:
        yield _file(app, overlay_path(environment, app.name), app.overlay_values(environment))
        if app.has_copy(environment):
            yield _file(app, copy_path(environment, app.name), app.base_values(environment))


def _file(app: ChartApp, folder: str, values: Mapping[str, Any]) -> File:
    path = f"{folder}/{VALUES}"
    # Users would have to remove `{}` before they add a value by hand.
    return yaml_file(path, values, app=app.name) if values else File(path, HEADER, app.name)


def folders(app: ChartApp, environment: str) -> list[str]:
    """Return the folders with a chart's values in an environment; later ones take precedence."""
    base = copy_path(environment, app.name) if app.has_copy(environment) else base_path(app.name)
    return [base, overlay_path(environment, app.name)]


def sources(spec: Spec, app: ChartApp, environment: str) -> list[dict[str, Any]]:
    """Return the sources of the Application: the chart, and this repository for the values."""
    chart, version = app.chart, app.version(environment)
    digest = app.digest(environment)
    files = [f"${_REF}/{folder}/{VALUES}" for folder in folders(app, environment)]
    where: dict[str, Any] = (
        # Argo CD uses the digest; the version is for users.
        {"repoURL": _repository(chart), "targetRevision": f"{version}@{digest}" if digest else version, "path": "."}
        if chart.is_oci
        else {"repoURL": _repository(chart), "chart": chart.name, "targetRevision": version}
    )
    return [
        {**where, "helm": {"releaseName": chart.release, "valueFiles": files}},
        {"repoURL": spec.repository, "targetRevision": spec.branch, "ref": _REF},
    ]


def repositories(spec: Spec) -> list[str]:
    """Return the repositories of charts, in the notation of Applications."""
    return sorted({_repository(app.chart) for app in spec.charts.values()})


def _repository(chart: Chart) -> str:
    return chart.reference if chart.is_oci else chart.repository


def namespaced(spec: Spec) -> frozenset[tuple[str, str]]:
    """Return the kinds with a namespace, as (group, kind), that charts and adopted manifests may contain."""
    named = {kind for kind in _named(spec) if not scopes.is_cluster_wide(*kind)}
    return frozenset(USUAL | named if spec.charts or spec.adopted else ())


def cluster_wide(spec: Spec) -> list[tuple[str, str]]:
    """Return their kinds without a namespace. An unknown kind is in both lists, because it may be either."""
    return sorted(kind for kind in _named(spec) if scopes.is_cluster_wide(*kind) or not scopes.is_known(kind[0]))


def _named(spec: Spec) -> set[tuple[str, str]]:
    ours = {kind for app in spec.charts.values() for kind in app.chart.kinds}
    return ours | {kind for app in spec.adopted.values() for kind in app.kinds}
