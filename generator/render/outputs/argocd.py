"""Argo CD: an AppProject per environment that allows what its apps need and no more, their Applications, the root.

``kubectl apply -f gitops/bootstrap.yaml`` is all that a person ever applies.
Applications carry no finalizer: deleting one leaves its pods running.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from generator.render.file import File, yaml_file
from generator.render.kinds import KINDS, workloads
from generator.render.kinds.metadata import SYNC_WAVE
from generator.render.kinds.workloads import WORKLOADS
from generator.spec.layout import APPLICATION, GITOPS, Location, application_path, base_path, overlay_path
from generator.spec.model import IN_CLUSTER, App, Environment, Spec
from generator.spec.workload import Workload

_API: Final = "argoproj.io/v1alpha1"
# With `refresh`, a retry takes the newest commit: what mends a failing sync need not wait for its last retry.
_RETRY: Final = {"limit": 5, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"}, "refresh": True}

# What controllers make of ours. Argo CD shows below an Application only what its project permits: without these, a pod
# that does not start would be seen neither in the UI nor with `wait`. They permit nothing that a workload does not.
_BELOW: Final = frozenset().union(*(kind.CREATES for kind in WORKLOADS))


def application_name(spec: Spec, environment: str, app: str) -> str:
    """Return the name of an Application; unique in Argo CD, since projects share its namespace."""
    return f"{spec.project}-{environment}-{app}"


def project_name(spec: Spec, environment: str) -> str:
    """Return the name of an environment's AppProject.

    Neither part can hold a dot, so no two projects that share an Argo CD can have one name.
    """
    return f"{spec.project}.{environment}"


def root_name(spec: Spec) -> str:
    """Return the name of the root and of its AppProject."""
    return f"{spec.project}-bootstrap"


def _project_path(name: str) -> str:
    return f"{GITOPS}/projects/{name}.yaml"


def former_project_name(spec: Spec) -> str:
    """Return the name of the one AppProject that all environments once had."""
    return spec.project


def project_names(spec: Spec) -> list[str]:
    """Return every AppProject that Applications of ours may be in, the former one included, until all have moved."""
    return [*(project_name(spec, environment) for environment in spec.environments), former_project_name(spec)]


def former_project(spec: Spec, former: Mapping[str, bytes]) -> str | None:
    """Return the file of that project, while there are Applications in it; by what was generated last.

    Argo CD prunes before it applies. So the file stays for the commit that moves the
    Applications to the projects of their environments, and goes with a later one.
    """
    path = _project_path(former_project_name(spec))
    inside = f"\n  project: {former_project_name(spec)}\n".encode()
    applications = (content for name, content in former.items() if Location.parse(name).kind == APPLICATION)
    return path if path in former and any(inside in content for content in applications) else None


def render_project(spec: Spec) -> Iterator[File]:
    """Render the root and the projects."""
    yield yaml_file(f"{GITOPS}/bootstrap.yaml", _root_project(spec), _root(spec))
    for environment in spec.environments.values():
        yield yaml_file(_project_path(project_name(spec, environment.name)), _project(spec, environment))


def render_app(spec: Spec, app: App) -> Iterator[File]:
    """Render the app's Applications, by environment."""
    for environment in spec.environments.values():
        path = application_path(environment.name, app.name)
        yield yaml_file(path, _application(spec, environment, app), app=app.name)


def _metadata(spec: Spec, name: str, annotations: dict[str, str] | None = None, **labels: str) -> dict[str, Any]:
    return {
        "name": name,
        "namespace": spec.argocd_namespace,
        "labels": {"app.kubernetes.io/part-of": spec.project, **labels},
        **({"annotations": annotations} if annotations else {}),
    }


def _project(spec: Spec, environment: Environment) -> dict[str, Any]:
    kinds = sorted({(kind.GROUP, kind.KIND) for kind in KINDS} | {("", "ConfigMap")} | _BELOW)
    return {
        "apiVersion": _API,
        "kind": "AppProject",
        # Before the Applications that are in it.
        "metadata": _metadata(spec, project_name(spec, environment.name), {SYNC_WAVE: "-1"}),
        "spec": {
            "description": f"The apps of {spec.project} in {environment.name}",
            "sourceRepos": [spec.repository],
            "destinations": environment.destinations,
            # CreateNamespace makes it, with its labels; nothing else may be cluster-wide.
            "clusterResourceWhitelist": [{"group": "", "kind": "Namespace", "name": environment.namespace}],
            "namespaceResourceWhitelist": [{"group": group, "kind": kind} for group, kind in kinds],
        },
    }


def _root_project(spec: Spec) -> dict[str, Any]:
    return {
        "apiVersion": _API,
        "kind": "AppProject",
        "metadata": _metadata(spec, root_name(spec), _kept()),
        "spec": {
            "description": f"The Applications of {spec.project}, and nothing else",
            "sourceRepos": [spec.repository],
            "destinations": [{"server": IN_CLUSTER, "namespace": spec.argocd_namespace}],
            "clusterResourceWhitelist": [],
            "namespaceResourceWhitelist": [
                {"group": "argoproj.io", "kind": "AppProject"},
                {"group": "argoproj.io", "kind": "Application"},
            ],
        },
    }


def _kept() -> dict[str, str]:
    """Return the annotation that keeps the root from ever pruning itself."""
    return {"argocd.argoproj.io/sync-options": "Prune=false,Delete=false"}


def _root(spec: Spec) -> dict[str, Any]:
    annotations = {**_kept(), "argocd.argoproj.io/manifest-generate-paths": f"/{GITOPS}"}
    return {
        "apiVersion": _API,
        "kind": "Application",
        "metadata": _metadata(spec, root_name(spec), annotations),
        "spec": {
            "project": root_name(spec),
            "source": {
                "repoURL": spec.repository,
                "targetRevision": spec.branch,
                "path": GITOPS,
                "directory": {"recurse": True},
            },
            "destination": {"server": IN_CLUSTER, "namespace": spec.argocd_namespace},
            "syncPolicy": {
                "automated": {"prune": True, "selfHeal": True},
                # Only what differs is applied, so that a rollback in the UI is not undone by the next commit. Another
                # project's Application of the same name is left alone, and the sync says so.
                "syncOptions": ["ApplyOutOfSyncOnly=true", "FailOnSharedResource=true"],
                "retry": _RETRY,
            },
            # A rollback in the UI needs automated sync to be off; the root must not turn it on again.
            "ignoreDifferences": [
                {"group": "argoproj.io", "kind": "Application", "jsonPointers": ["/spec/syncPolicy/automated"]}
            ],
        },
    }


def _application(spec: Spec, environment: Environment, app: App) -> dict[str, Any]:
    overlay = overlay_path(environment.name, app.name)
    # A commit elsewhere in the repository does not make Argo CD render this app again.
    shared = f"/{base_path(app.name)};" if app.bases[environment.name] is app.base else ""
    annotations = {"argocd.argoproj.io/manifest-generate-paths": f"{shared}/{overlay}"}
    automated = {"automated": {"prune": True, "selfHeal": True}} if environment.sync == "auto" else {}
    labels = {"app.kubernetes.io/name": app.name, f"{spec.project}/environment": environment.name}
    ignored = _ignored(app.workloads[environment.name])
    return {
        "apiVersion": _API,
        "kind": "Application",
        "metadata": _metadata(spec, application_name(spec, environment.name, app.name), annotations, **labels),
        "spec": {
            "project": project_name(spec, environment.name),
            "source": {"repoURL": spec.repository, "targetRevision": spec.branch, "path": overlay},
            "destination": environment.destination,
            "revisionHistoryLimit": 20,
            "syncPolicy": {
                **automated,
                # PruneLast: a former ConfigMap stays until no pod uses it any more.
                "syncOptions": [
                    "CreateNamespace=true",
                    "PruneLast=true",
                    "FailOnSharedResource=true",
                    *(["RespectIgnoreDifferences=true"] if ignored else []),
                ],
                "managedNamespaceMetadata": {
                    "labels": {**_namespace_labels(environment), "app.kubernetes.io/part-of": spec.project}
                },
                "retry": _RETRY,
            },
            **({"ignoreDifferences": ignored} if ignored else {}),
        },
    }


def _ignored(workload: Workload) -> list[dict[str, Any]]:
    """Return the number of pods that an autoscaler owns: a sync leaves it, also when it has just gone from git."""
    kind = workloads.of(workload)
    if workload.autoscale is None or kind.REPLICAS_PATH is None:
        return []
    pointer = "/" + "/".join(kind.REPLICAS_PATH)
    return [{"group": kind.GROUP, "kind": kind.KIND, "name": workload.name, "jsonPointers": [pointer]}]


def _namespace_labels(environment: Environment) -> dict[str, str]:
    """Return the same labels for all apps of an environment, which share its namespace."""
    prefix, level = "pod-security.kubernetes.io", environment.pod_security
    security = {f"{prefix}/enforce": level, f"{prefix}/enforce-version": "latest", f"{prefix}/warn": level}
    # Its controller's webhook adds a gate to pods that are targets of a load balancer, and to no others.
    gate = {"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"} if environment.readiness_gate else {}
    return {**security, **gate}
