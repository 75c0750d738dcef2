"""Find objects that stay in the cluster under a former name or place, and how to delete them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from generator.regenerate.effect import Effect, at, first, items, text
from generator.render.kinds import every
from generator.spec.layout import APPLICATION, KUSTOMIZATION, Location, base_path, overlay_file
from generator.yaml.tree import Value

if TYPE_CHECKING:
    from generator.render.kinds import Kind

# Kinds of an app that all clusters know, in kubectl's short words. Pods are deleted with their workload.
_SHORT: Final = {
    "Deployment": "deploy",
    "StatefulSet": "sts",
    "DaemonSet": "ds",
    "CronJob": "cronjob",
    "Service": "svc",
    "Ingress": "ingress",
    "HorizontalPodAutoscaler": "hpa",
    "PodDisruptionBudget": "pdb",
    "ServiceAccount": "sa",
    "Job": "job",
    "NetworkPolicy": "networkpolicy",
}
# Kinds with data are named after the command, never in it.
_DATA: Final = {"PersistentVolumeClaim": "pvc", "Cluster": "cluster.postgresql.cnpg.io"}


def of_renames(
    renames: Mapping[str, str], original: Mapping[str, bytes], labels_of: Callable[[str, Mapping[str, bytes]], str]
) -> list[Effect]:
    """List the objects that stay in the cluster after renames of apps or environments. ``original`` has old paths.

    ``labels_of`` returns kubectl's selector for all objects of an app.
    """
    found = []
    for old, new in renames.items():
        place = Location.parse(old)
        if place.kind != APPLICATION or old not in original:
            continue
        target = first(original[old], old)
        name, namespace = text(target, "metadata", "name"), text(target, "spec", "destination", "namespace")
        after = Location.parse(new)
        what = (
            f"starts anew as {after.environment}/{after.app}; what runs by the former name stays, with its Service and "
            f"Ingress, when Argo CD drops the Application {name}"
        )
        command = _deletion((place.app, place.environment), namespace, original)
        labels = labels_of(place.app, original)
        found.append(Effect(place.app, place.environment, what, f"once the new pods serve: {command.format(labels)}"))
    return found


def of_application(
    place: tuple[str, str], old: Value, new: Value, original: Mapping[str, bytes]
) -> Iterator[tuple[str, str]]:
    """Yield (what stays in the former destination of an Application, what to do)."""
    before, after = _destination(old), _destination(new)
    if before != after:
        command = _deletion(place, text(old, "spec", "destination", "namespace"), original)
        project = text(new, "metadata", "labels", "app.kubernetes.io/part-of")
        yield (
            f"starts anew in {after}; what runs in {before} stays, and Argo CD no longer looks after it",
            "move its data first, and once the new pods serve: "
            + command.format(f"app.kubernetes.io/part-of={project}"),
        )


def _destination(application: Value) -> str:
    about = at(application, "spec", "destination")
    cluster = text(about, "server") or text(about, "name")
    return f"{text(about, 'namespace')} on {cluster}"


def _deletion(place: tuple[str, str], namespace: str, original: Mapping[str, bytes]) -> str:
    """Return the command that deletes an app, with ``{}`` in place of its labels.

    kubectl deletes nothing if the cluster does not know one of the kinds, so the command names kinds of
    operators only if the app has them.
    """
    kinds = _kinds(*place, original)
    own = [f"{kind.KIND.lower()}.{kind.GROUP}" for kind in kinds if _is_operators(kind) and kind.KIND not in _DATA]
    data = [_DATA[kind.KIND] for kind in kinds if kind.KIND in _DATA]
    words = ",".join(dict.fromkeys([*_SHORT.values(), *own]))
    command = f"kubectl -n {namespace} delete {words} -l {{}}"
    if not data:
        return command
    return f"{command}; data stays until you delete it, too: kubectl -n {namespace} get {','.join(dict.fromkeys(data))}"


def _is_operators(kind: Kind) -> bool:
    """Tell whether a cluster knows a kind only because of an operator."""
    return "." in kind.GROUP and not kind.GROUP.endswith(".k8s.io")


def _kinds(app: str, environment: str, original: Mapping[str, bytes]) -> list[Kind]:
    """Return the kinds of the files in an app's base and overlay."""
    paths = f"{base_path(app)}/{KUSTOMIZATION}", overlay_file(environment, app)
    files = [text(file) for path in paths for file in items(first(original.get(path, b""), path), "resources")]
    return [kind for kind in every() if any(file == kind.FILE or file.endswith(f"-{kind.FILE}") for file in files)]
