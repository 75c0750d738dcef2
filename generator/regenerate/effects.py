"""Tell what a change of generated files does to what runs in the cluster already. Pure.

Compares what was generated last with what is generated now, so that only files
that differ are read, and a first generation has no effects. To add a rule: write
a function of two versions of one object, and add its kind to ``_RULES``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from generator.errors import SpecError
from generator.render.kinds import KINDS
from generator.render.kinds.workloads import WORKLOADS
from generator.spec.layout import APPLICATION, BASE, KUSTOMIZATION, OVERLAY, Location, base_path, overlay_file
from generator.yaml import kustomization as yaml_kustomization
from generator.yaml.reader import Parsed
from generator.yaml.tree import Scalar, Value

# How many apps a line names.
_MOST: Final = 5
# What `kubectl delete` names of an app, in kubectl's short words; pods go with their workload.
_SHORT: Final = {
    "Deployment": "deploy",
    "Service": "svc",
    "Ingress": "ingress",
    "HorizontalPodAutoscaler": "hpa",
    "PodDisruptionBudget": "pdb",
    "ServiceAccount": "sa",
    "Job": "job",
    "NetworkPolicy": "networkpolicy",
    "ExternalSecret": "externalsecret",
}
_KINDS: Final = ",".join([*_SHORT.values(), *(kind.KIND.lower() for kind in KINDS if kind.KIND not in _SHORT)])
_AUTOSCALER: Final = "hpa.yaml"
# What the API server lets no client change; the object must be deleted first.
_FIXED: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "Deployment": (("spec", "selector"),),
    "StatefulSet": (("spec", "selector"), ("spec", "serviceName"), ("spec", "volumeClaimTemplates")),
    "DaemonSet": (("spec", "selector"),),
    "Service": (("spec", "clusterIP"),),
    "PersistentVolumeClaim": (("spec", "storageClassName"), ("spec", "accessModes")),
}


class Effect(NamedTuple):
    """What happens to an app, and what to do.

    No ``environment``: in all. ``replaces``: an object must be deleted in the cluster first.
    """

    app: str
    environment: str
    what: str
    todo: str
    replaces: bool = False

    @staticmethod
    def lines(effects: Iterable[Effect]) -> list[str]:
        """Return a line for each effect, with all the apps that it concerns."""
        groups: dict[tuple[str, str, str], list[str]] = {}
        for effect in effects:
            groups.setdefault((effect.environment, effect.what, effect.todo), []).append(effect.app)
        return [
            f"{_named(apps)} in {environment or 'every environment'}: {what}" + (f"; {todo}" if todo else "")
            for (environment, what, todo), apps in groups.items()
        ]


def _named(apps: Sequence[str]) -> str:
    return ", ".join(apps) if len(apps) <= _MOST else f"{', '.join(apps[:_MOST])} and {len(apps) - _MOST} more"


def of(
    original: Mapping[str, bytes], updated: Mapping[str, bytes], local: Collection[str], renamed: Collection[str] = ()
) -> list[Effect]:
    """List the effects of generating ``updated`` after ``original``, both by path.

    ``local`` are the paths that exist now, and ``renamed`` those that had another name before.
    """
    found: list[Effect] = []
    for path in [*original, *(path for path in updated if _is_patch(path) and path not in original)]:
        before, after = original.get(path), updated.get(path)
        if after == before or path in renamed or not (_stands(path, original) and _stands(path, updated)):
            continue
        found += _of_file(path, original, updated)
        if before is not None and after is not None and path not in local and (place := _place(path)):
            what = f"{path} was deleted by hand, so what the spec changes in it goes nowhere"
            found.append(Effect(*place, what, f"change it where it is now, or put the file back: git log -- {path}"))
    for path in updated:
        if path.endswith(f"/{_AUTOSCALER}") and path not in original and _ran(path, original):
            found.append(_autoscaled(path))
    return list(dict.fromkeys(found))


def of_renames(renames: Mapping[str, str], original: Mapping[str, bytes]) -> list[Effect]:
    """List what stays in the cluster when apps or environments are renamed. ``original`` is by old paths."""
    found = []
    for old, new in renames.items():
        place = Location.parse(old)
        if place.kind != APPLICATION or old not in original:
            continue
        app, environment = place.app, place.environment
        target = _first(original[old], old)
        name, namespace = _text(target, "metadata", "name"), _text(target, "spec", "destination", "namespace")
        after = Location.parse(new)
        anew = f"{after.environment}/{after.app}"
        found.append(
            Effect(
                app,
                environment,
                f"starts anew as {anew}; what runs by the former name stays, with its Service and Ingress, "
                f"when Argo CD drops the Application {name}",
                f"once the new pods serve: kubectl -n {namespace} delete {_KINDS} -l app.kubernetes.io/name={app}",
            )
        )
    return found


def of_images(original: Mapping[str, bytes], updated: Mapping[str, bytes], merged: Mapping[str, bytes]) -> list[Effect]:
    """Return images that come from another repository now, and keep the tag that the pipeline set for the former."""
    found = []
    for path, content in merged.items():
        if path not in original or original[path] == updated.get(path, b""):
            continue
        place = Location.parse(path)
        if not place.is_overlay:
            continue
        before, after = _image_names(original[path], path), _image_names(updated[path], path)
        tags = [image.tag for image in yaml_kustomization.images(content, path) if image.tag]
        seeds = [image.tag for image in yaml_kustomization.images(updated[path], path)]
        if before and after and before != after and tags and tags != seeds:
            what = f"the image is {after} in place of {before}, still with the tag {tags[0]}"
            todo = (
                f"push that tag there, or bump: python -m generator bump {place.app} --env {place.environment} --tag …"
            )
            found.append(Effect(place.app, place.environment, what, todo))
    return found


def _stands(path: str, files: Mapping[str, bytes]) -> bool:
    """Tell whether a file's base or overlay exists; what goes as a whole is reported with its Application."""
    if path in files:
        return True
    place = Location.parse(path)
    return place.is_folder and f"{place.folder}/{KUSTOMIZATION}" in files


def _of_file(path: str, original: Mapping[str, bytes], updated: Mapping[str, bytes]) -> Iterator[Effect]:
    """Yield the effects of a change to one file, by the rules of its kind."""
    place = _place(path)
    if place is None:
        return
    if path.endswith(f"/{KUSTOMIZATION}"):
        yield from (Effect(*place, what, "") for what in _scaled(original[path], updated.get(path, b""), path))
        return
    old, new = _object(path, original), _object(path, updated)
    kind = _text(new, "kind")
    if not new and (gone := _GONE.get(_text(old, "kind"))):
        yield from (Effect(*place, what, todo) for what, todo in gone(old))
    if _text(old, "kind") != kind or _text(old, "metadata", "name") != _text(new, "metadata", "name"):
        return
    for field in _FIXED.get(kind, ()):
        if _at(old, *field) != _at(new, *field) and not _is_patch(path):
            name = _text(new, "metadata", "name")
            yield Effect(
                *place,
                f"{'.'.join(field)} of the {kind} {name} cannot be changed while it is there",
                f"delete it when you sync, which interrupts what it serves: kubectl delete {kind.lower()} {name}",
                replaces=True,
            )
    if rule := _RULES.get(kind):
        yield from (Effect(*place, what, todo) for what, todo in rule(old, new))


def _object(path: str, files: Mapping[str, bytes]) -> Value:
    """Return the object in a file; for a patch, the base's object with the patch applied.

    An empty map stands for none.
    """
    own = _first(files[path], path) if path in files else {}
    place = _place(path)
    if place is None or not _is_patch(path):
        return own
    base = f"{base_path(place[0])}/{path.rpartition('/')[2]}"
    return _patched(_first(files[base], base), own) if base in files else own


def _patched(base: Value, patch: Value) -> Value:
    """Apply a strategic merge as far as the rules here look: maps by field, ports by number, other lists replaced."""
    if not isinstance(base, dict) or not isinstance(patch, dict):
        return patch
    merged = {**base, **{name: _patched(base[name], value) if name in base else value for name, value in patch.items()}}
    ports = base.get("ports"), patch.get("ports")
    if isinstance(ports[0], list) and isinstance(ports[1], list):
        named = {_text(port, "port"): port for port in (*ports[0], *ports[1])}
        merged["ports"] = [port for port in named.values() if not _text(port, "$patch")]
    return merged


def _scaled(before: bytes, after: bytes, path: str) -> Iterator[str]:
    """Yield the workloads that a kustomization scales to zero."""
    if b"count: 0\n" not in after:  # nearly always, and not to be parsed for it
        return
    stopped = [
        {_text(one, "name") for one in _items(_first(content, path), "replicas") if _text(one, "count") == "0"}
        for content in (before, after)
    ]
    if stopped[1] - stopped[0]:
        yield "all pods are stopped (replicas: 0)"


def _no_ingress(old: Value) -> Iterator[tuple[str, str]]:
    hosts = [host for rule in _items(old, "spec", "rules") if (host := _text(rule, "host"))]
    yield (
        f"the Ingress goes, and {', '.join(hosts) or 'what it serves'} is answered no longer",
        "move DNS records first",
    )


def _no_service(old: Value) -> Iterator[tuple[str, str]]:
    yield (f"the Service {_text(old, 'metadata', 'name')} goes, and its address with it", "change what calls it first")


def _no_autoscaler(old: Value) -> Iterator[tuple[str, str]]:
    most = _text(old, "spec", "maxReplicas")
    yield (
        f"the autoscaler goes: what it has scaled, up to {most} pods, falls to `replicas` at once",
        "set `replicas` to what is needed",
    )


_GONE: Final[dict[str, Callable[[Value], Iterator[tuple[str, str]]]]] = {
    "HorizontalPodAutoscaler": _no_autoscaler,
    "Ingress": _no_ingress,
    "Service": _no_service,
}


def _workload(old: Value, new: Value) -> Iterator[tuple[str, str]]:
    if _text(new, "spec", "replicas") == "0" != _text(old, "spec", "replicas"):
        yield ("all pods are stopped (replicas: 0)", "")


def _service(old: Value, new: Value) -> Iterator[tuple[str, str]]:
    before, after = _text(old, "spec", "type") or "ClusterIP", _text(new, "spec", "type") or "ClusterIP"
    if before == "LoadBalancer" != after:
        yield ("the Service's load balancer goes, and its address with it", "point clients elsewhere first")
    ports = {_text(port, "port") for port in _items(new, "spec", "ports")}
    gone = [port for item in _items(old, "spec", "ports") if (port := _text(item, "port")) not in ports]
    if gone:
        yield (f"the Service answers on port {', '.join(gone)} no longer", "change what calls it first")


def _ingress(old: Value, new: Value) -> Iterator[tuple[str, str]]:
    hosts = {_text(rule, "host") for rule in _items(new, "spec", "rules")}
    gone = [host for rule in _items(old, "spec", "rules") if (host := _text(rule, "host")) and host not in hosts]
    if gone and hosts:
        yield (f"{', '.join(gone)} is answered no longer", "move its DNS record when the new host answers")


def _application(old: Value, new: Value) -> Iterator[tuple[str, str]]:
    before, after = _destination(old), _destination(new)
    if before != after:
        namespace = _text(old, "spec", "destination", "namespace")
        project = _text(new, "metadata", "labels", "app.kubernetes.io/part-of")
        yield (
            f"starts anew in {after}; what runs in {before} stays, and Argo CD no longer looks after it",
            "move its data first, and once the new pods serve: "
            f"kubectl -n {namespace} delete {_KINDS} -l app.kubernetes.io/part-of={project}",
        )
    automated = _at(old, "spec", "syncPolicy", "automated"), _at(new, "spec", "syncPolicy", "automated")
    if automated[0] is None and automated[1] is not None:
        yield ("Argo CD syncs by itself from now on, and at once what waits there", "look at `status` first")
    labels = ("spec", "syncPolicy", "managedNamespaceMetadata", "labels", "pod-security.kubernetes.io/enforce")
    levels = ("privileged", "baseline", "restricted")
    was, becomes = _text(old, *labels), _text(new, *labels)
    if was in levels and becomes in levels and levels.index(becomes) > levels.index(was):
        todo = "python -m generator validate tells which pods"
        yield (f"the namespace becomes {becomes}: pods that break its rules do not start again", todo)


_RULES: Final[dict[str, Callable[[Value, Value], Iterator[tuple[str, str]]]]] = {
    "Application": _application,
    **{kind.KIND: _workload for kind in WORKLOADS},
    "Ingress": _ingress,
    "Service": _service,
}


def _ran(path: str, original: Mapping[str, bytes]) -> bool:
    """Tell whether an autoscaled app ran already, with a number of replicas of its own."""
    app, environment = _place(path) or ("", "")
    there = any(f"{base_path(app)}/{kind.FILE}" in original for kind in WORKLOADS)
    return there and (not environment or overlay_file(environment, app) in original)


def _autoscaled(path: str) -> Effect:
    app, environment = _place(path) or ("", "")
    return Effect(
        app,
        environment,
        "the autoscaler takes over from `replicas`, and the running number stays as it is",
        "where sync is manual, sync the root (gitops/) before the app, or it falls to 1 for a moment",
    )


def _place(path: str) -> tuple[str, str] | None:
    """Return app and environment of a generated file; no environment for a base.

    None for files of the whole project.
    """
    place = Location.parse(path)
    return (place.app, place.environment) if place.kind in (BASE, OVERLAY, APPLICATION) else None


def _is_patch(path: str) -> bool:
    return "/patches/" in path


def _first(content: bytes, path: str) -> Value:
    """Parse the first document of a generated file; an empty map where it cannot be read."""
    try:
        return next(iter(Parsed(content.decode(), path).value), {})
    except (SpecError, UnicodeDecodeError):
        return {}


def _at(value: Value | None, *fields: str) -> Value | None:
    for field in fields:
        value = value.get(field) if isinstance(value, dict) else None
    return value


def _text(value: Value | None, *fields: str) -> str:
    found = _at(value, *fields)
    return found.text if isinstance(found, Scalar) else ""


def _items(value: Value, *fields: str) -> list[Value]:
    found = _at(value, *fields)
    return found if isinstance(found, list) else []


def _destination(application: Value) -> str:
    about = _at(application, "spec", "destination")
    cluster = _text(about, "server") or _text(about, "name")
    return f"{_text(about, 'namespace')} on {cluster}"


def _image_names(content: bytes, path: str) -> str:
    """Return the name that the first image of an overlay is pulled by."""
    image = next(iter(_items(_first(content, path), "images")), None)
    return _text(image, "newName") or _text(image, "name")
