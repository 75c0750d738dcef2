"""Helm charts: ``base/<app>/values.yaml`` for all environments, ``overlays/<environment>/<app>/values.yaml`` for each.

Helm lays the second over the first. The version stands in the Application, where Argo CD reads it.
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

# Charts' own resource definitions are too large for the annotation of a client-side apply, and come with objects of
# the kinds that they define.
SYNC_OPTIONS: Final = ("ServerSideApply=true", "SkipDryRunOnMissingResource=true")
# What nearly every chart is made of. Cluster-wide kinds, and those of custom resources, are named in the spec.
USUAL: Final = frozenset(
    {
        ("", "ConfigMap"), ("", "PersistentVolumeClaim"), ("", "Pod"), ("", "Secret"), ("", "Service"),
        ("", "ServiceAccount"), ("apps", "DaemonSet"), ("apps", "Deployment"), ("apps", "ReplicaSet"),
        ("apps", "StatefulSet"), ("autoscaling", "HorizontalPodAutoscaler"), ("batch", "CronJob"), ("batch", "Job"),
        ("networking.k8s.io", "Ingress"), ("networking.k8s.io", "NetworkPolicy"), ("policy", "PodDisruptionBudget"),
        ("rbac.authorization.k8s.io", "Role"), ("rbac.authorization.k8s.io", "RoleBinding"),
    }
)  # fmt: skip
# The name that the Application gives this repository, whose values the chart gets.
_REF: Final = "values"


def render_project(_spec: Spec) -> Iterator[File]:
    """Yield nothing: values belong to some app."""
    yield from ()


def render_app(_spec: Spec, app: AnyApp) -> Iterator[File]:
    """Yield the values of an app that is a chart: those of all environments first."""
    if not isinstance(app, ChartApp):
        return
    yield _file(app, base_path(app.name), app.values)
    for environment in app.environments:
        yield _file(app, overlay_path(environment, app.name), app.overlay_values(environment))
        if app.has_copy(environment):
            yield _file(app, copy_path(environment, app.name), app.base_values(environment))


def _file(app: ChartApp, folder: str, values: Mapping[str, Any]) -> File:
    path = f"{folder}/{VALUES}"
    # `{}` would have to go before a value could be added by hand.
    return yaml_file(path, values, app=app.name) if values else File(path, HEADER, app.name)


def folders(app: ChartApp, environment: str) -> list[str]:
    """Return the folders whose values a chart gets in one environment, in the order in which they are laid."""
    base = copy_path(environment, app.name) if app.has_copy(environment) else base_path(app.name)
    return [base, overlay_path(environment, app.name)]


def sources(spec: Spec, app: ChartApp, environment: str) -> list[dict[str, Any]]:
    """Return the sources of the Application: the chart, and this repository for its values."""
    chart, version = app.chart, app.version(environment)
    digest = app.digest(environment)
    files = [f"${_REF}/{folder}/{VALUES}" for folder in folders(app, environment)]
    where: dict[str, Any] = (
        # Argo CD takes the digest, and users read the version.
        {"repoURL": _repository(chart), "targetRevision": f"{version}@{digest}" if digest else version, "path": "."}
        if chart.is_oci
        else {"repoURL": _repository(chart), "chart": chart.name, "targetRevision": version}
    )
    return [
        {**where, "helm": {"releaseName": chart.release, "valueFiles": files}},
        {"repoURL": spec.repository, "targetRevision": spec.branch, "ref": _REF},
    ]


def repositories(spec: Spec) -> list[str]:
    """Return where charts come from, as their Applications name it."""
    return sorted({_repository(app.chart) for app in spec.charts.values()})


def _repository(chart: Chart) -> str:
    return chart.reference if chart.is_oci else chart.repository


def namespaced(spec: Spec) -> frozenset[tuple[str, str]]:
    """Return the kinds with a namespace that charts and adopted manifests may have, as (group, kind)."""
    named = {kind for kind in _named(spec) if not scopes.is_cluster_wide(*kind)}
    return frozenset(USUAL | named if spec.charts or spec.adopted else ())


def cluster_wide(spec: Spec) -> list[tuple[str, str]]:
    """Return the kinds without one; a kind that is not known here may be either, and is in both lists."""
    return sorted(kind for kind in _named(spec) if scopes.is_cluster_wide(*kind) or not scopes.is_known(kind[0]))


def _named(spec: Spec) -> set[tuple[str, str]]:
    ours = {kind for app in spec.charts.values() for kind in app.chart.kinds}
    return ours | {kind for app in spec.adopted.values() for kind in app.kinds}
