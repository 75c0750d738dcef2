"""Find the effects of changed generated files on running objects in the cluster. Pure.

This module compares the last generated files with the new ones. So it reads only
files that differ, and a first generation has no effects. To add a rule, write a
function of two versions of an object, and add its kind to ``_RULES``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from generator.regenerate import claim_effects, workload_effects
from generator.regenerate.effect import Effect, at, first, is_patch, items, place_of, text
from generator.regenerate.merge.outcome import State
from generator.render.kinds.workloads import FILES
from generator.spec.layout import KUSTOMIZATION, Location, base_path, overlay_file
from generator.yaml.tree import Value

if TYPE_CHECKING:
    from generator.regenerate.merge.outcome import Outcome
    from generator.regenerate.sides import Renaming, Sides

_AUTOSCALERS: Final = ("/hpa.yaml", "-hpa.yaml", "/scaled-object.yaml", "-scaled-object.yaml")
# Fields that the API server never changes; the object must be deleted first.
_FIXED: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "Deployment": (("spec", "selector"),),
    "StatefulSet": (("spec", "selector"), ("spec", "serviceName")),
    "DaemonSet": (("spec", "selector"),),
    "Service": (("spec", "clusterIP"),),
}


def of_regeneration(renaming: Renaming, sides: Sides, outcomes: Sequence[Outcome]) -> Iterator[Effect]:
    """Yield the effects of a regeneration, those of renames first."""
    there = {outcome.path for outcome in outcomes if outcome.state is not State.MISSING}
    merged = {outcome.path: outcome.content for outcome in outcomes if outcome.changes and outcome.content is not None}
    if renaming.renames:
        from generator.regenerate import former  # Imported here, because few runs rename anything.

        yield from former.of_renames(renaming.renames, renaming.before.original, workload_effects.labels)
    yield from of(sides.original, sides.updated, there, set(renaming.renames.values()))
    yield from of_images(sides.original, sides.updated, merged)


def of(
    original: Mapping[str, bytes], updated: Mapping[str, bytes], local: Collection[str], renamed: Collection[str] = ()
) -> list[Effect]:
    """List the effects of the change from ``original`` to ``updated``, both by path.

    ``local`` has the paths that exist now, ``renamed`` those that had another name before.
    """
    found: list[Effect] = []
    for path in [*original, *(path for path in updated if is_patch(path) and path not in original)]:
        before, after = original.get(path), updated.get(path)
        if after == before or path in renamed or not (_stands(path, original) and _stands(path, updated)):
            continue
        found += _of_file(path, original, updated)
        if before is not None and after is not None and path not in local and (place := place_of(path)):
            what = f"{path} was deleted by hand, so this change of the spec has no effect"
            found.append(Effect(*place, what, f"change it where it is now, or put the file back: git log -- {path}"))
    for path in updated:
        if path.endswith(_AUTOSCALERS) and path not in original and _ran(path, original):
            found.append(_autoscaled(path, updated[path]))
    return list(dict.fromkeys([*found, *workload_effects.of(original, updated)]))


def of_images(original: Mapping[str, bytes], updated: Mapping[str, bytes], merged: Mapping[str, bytes]) -> list[Effect]:
    """Return an effect for each image with a new repository, but a tag that the pipeline set for the former one."""
    found = []
    for path, content in merged.items():
        if path not in original or original[path] == updated.get(path, b""):
            continue
        place = Location.parse(path)
        if not place.is_overlay:
            continue
        before, after = _image_names(original[path], path), _image_names(updated[path], path)
        if not (before and after and before != after):
            continue
        from generator.yaml import kustomization as yaml_kustomization  # Few changes are of an image's repository.

        tags = [image.tag for image in yaml_kustomization.images(content, path) if image.tag]
        seeds = [image.tag for image in yaml_kustomization.images(updated[path], path)]
        if tags and tags != seeds:
            what = f"the image is {after} in place of {before}, still with the tag {tags[0]}"
            todo = (
                f"push that tag there, or bump: python -m generator bump {place.app} --env {place.environment} --tag …"
            )
            found.append(Effect(place.app, place.environment, what, todo))
    return found


def _stands(path: str, files: Mapping[str, bytes]) -> bool:
    """Tell whether a file's base or overlay still exists; its removal is reported with the Application."""
    if path in files:
        return True
    place = Location.parse(path)
    return place.is_folder and f"{place.folder}/{KUSTOMIZATION}" in files


def _of_file(path: str, original: Mapping[str, bytes], updated: Mapping[str, bytes]) -> Iterator[Effect]:
    """Yield the effects of a change to one file, by the rules of its kind."""
    place = place_of(path)
    if place is None:
        return
    if path.endswith(f"/{KUSTOMIZATION}"):
        changed = _scaled(original[path], updated.get(path, b""), path, place[0])
        yield from (Effect(*place, what, "") for what in changed)
        return
    old, new = _object(path, original), _object(path, updated)
    kind = text(new, "kind")
    if not new and (gone := _GONE.get(text(old, "kind"))):
        yield from (Effect(*place, what, todo) for what, todo in gone(old))
    if text(old, "kind") != kind or text(old, "metadata", "name") != text(new, "metadata", "name"):
        return
    name = text(new, "metadata", "name")
    if kind == "StatefulSet" and at(old, *workload_effects.CLAIMS) != at(new, *workload_effects.CLAIMS):
        yield workload_effects.of_claims(place, name)
    if kind == claim_effects.KIND:
        yield from claim_effects.of(place, old, new)
    for field in _FIXED.get(kind, ()):
        if at(old, *field) != at(new, *field) and not is_patch(path):
            yield Effect(
                *place,
                f"{'.'.join(field)} of the {kind} {name} cannot be changed while it is there",
                f"delete it when you sync, which interrupts what it serves: kubectl delete {kind.lower()} {name}",
                replaces=True,
            )
    if kind == "Application":
        from generator.regenerate import former

        moved = former.of_application(place, old, new, original)
        yield from (Effect(*place, what, todo) for what, todo in moved)
    if rule := _RULES.get(kind):
        yield from (Effect(*place, what, todo) for what, todo in rule(old, new))


def _object(path: str, files: Mapping[str, bytes]) -> Value:
    """Return the object in a file; for a patch, the base's object with the patch applied.

    Return an empty map if there is none.
    """
    own = first(files[path], path) if path in files else {}
    place = place_of(path)
    if place is None or not is_patch(path):
        return own
    base = f"{base_path(place[0])}/{path.rpartition('/')[2]}"
    return _patched(first(files[base], base), own) if base in files else own


def _patched(base: Value, patch: Value) -> Value:
    """Apply a strategic merge, as far as these rules need it: maps by field, ports by number, other lists replaced."""
    if not isinstance(base, dict) or not isinstance(patch, dict):
        return patch
    merged = {**base, **{name: _patched(base[name], value) if name in base else value for name, value in patch.items()}}
    ports = base.get("ports"), patch.get("ports")
    if isinstance(ports[0], list) and isinstance(ports[1], list):
        named = {text(port, "port"): port for port in (*ports[0], *ports[1])}
        merged["ports"] = [port for port in named.values() if not text(port, "$patch")]
    return merged


def _scaled(before: bytes, after: bytes, path: str, app: str) -> Iterator[str]:
    """Yield the workloads that a kustomization scales to zero."""
    if b"count: 0\n" not in after:  # This is the usual case, and saves parsing the file.
        return
    stopped = [
        {text(one, "name") for one in items(first(content, path), "replicas") if text(one, "count") == "0"}
        for content in (before, after)
    ]
    for name in sorted(stopped[1] - stopped[0]):
        yield f"all pods{'' if name == app else f' of {name}'} are stopped (replicas: 0)"


def _no_ingress(old: Value) -> Iterator[tuple[str, str]]:
    hosts = [host for rule in items(old, "spec", "rules") if (host := text(rule, "host"))]
    yield (
        f"the Ingress goes, and {', '.join(hosts) or 'what it serves'} is answered no longer",
        "move DNS records first",
    )


def _no_service(old: Value) -> Iterator[tuple[str, str]]:
    name = text(old, "metadata", "name")
    # The Service that only names the pods of a StatefulSet is removed with the StatefulSet.
    if not (name.endswith("-headless") and text(old, "spec", "clusterIP") == "None"):
        yield (f"the Service {name} goes, and its address with it", "change what calls it first")


def _no_autoscaler(old: Value) -> Iterator[tuple[str, str]]:
    most = text(old, "spec", "maxReplicas") or text(old, "spec", "maxReplicaCount")
    yield (
        f"the autoscaler goes: what it has scaled, up to {most} pods, falls to `replicas` at once",
        "set `replicas` to what is needed",
    )


_GONE: Final[dict[str, Callable[[Value], Iterator[tuple[str, str]]]]] = {
    "HorizontalPodAutoscaler": _no_autoscaler,
    "ScaledObject": _no_autoscaler,
    "Ingress": _no_ingress,
    "Service": _no_service,
}


def _workload(old: Value, new: Value) -> Iterator[tuple[str, str]]:
    if text(new, "spec", "replicas") == "0" != text(old, "spec", "replicas"):
        yield ("all pods are stopped (replicas: 0)", "")


def _service(old: Value, new: Value) -> Iterator[tuple[str, str]]:
    before, after = text(old, "spec", "type") or "ClusterIP", text(new, "spec", "type") or "ClusterIP"
    if before == "LoadBalancer" != after:
        yield ("the Service's load balancer goes, and its address with it", "point clients elsewhere first")
    ports = {text(port, "port") for port in items(new, "spec", "ports")}
    gone = [port for item in items(old, "spec", "ports") if (port := text(item, "port")) not in ports]
    if gone:
        yield (f"the Service answers on port {', '.join(gone)} no longer", "change what calls it first")


def _ingress(old: Value, new: Value) -> Iterator[tuple[str, str]]:
    hosts = {text(rule, "host") for rule in items(new, "spec", "rules")}
    gone = [host for rule in items(old, "spec", "rules") if (host := text(rule, "host")) and host not in hosts]
    if gone and hosts:
        yield (f"{', '.join(gone)} is answered no longer", "move its DNS record when the new host answers")


def _application(old: Value, new: Value) -> Iterator[tuple[str, str]]:
    automated = at(old, "spec", "syncPolicy", "automated"), at(new, "spec", "syncPolicy", "automated")
    if automated[0] is None and automated[1] is not None:
        yield ("Argo CD syncs by itself from now on, and at once what waits there", "look at `status` first")
    labels = ("spec", "syncPolicy", "managedNamespaceMetadata", "labels", "pod-security.kubernetes.io/enforce")
    levels = ("privileged", "baseline", "restricted")
    was, becomes = text(old, *labels), text(new, *labels)
    if was in levels and becomes in levels and levels.index(becomes) > levels.index(was):
        todo = "python -m generator validate tells which pods"
        yield (f"the namespace becomes {becomes}: pods that break its rules do not start again", todo)


_RULES: Final[dict[str, Callable[[Value, Value], Iterator[tuple[str, str]]]]] = {
    "Application": _application,
    **dict.fromkeys(FILES, _workload),
    "Ingress": _ingress,
    "Service": _service,
}


def _ran(path: str, original: Mapping[str, bytes]) -> bool:
    """Tell whether an autoscaled app was generated before with its own number of replicas."""
    app, environment = place_of(path) or ("", "")
    before = path.rpartition("/")[2].removesuffix("hpa.yaml").removesuffix("scaled-object.yaml")
    there = any(f"{base_path(app)}/{before}{file}" in original for file in FILES.values())
    return there and (not environment or overlay_file(environment, app) in original)


def _autoscaled(path: str, content: bytes) -> Effect:
    app, environment = place_of(path) or ("", "")
    project = text(first(content, path), "metadata", "labels", "app.kubernetes.io/part-of")
    return Effect(
        app,
        environment,
        "the autoscaler takes over from `replicas`, and the running number stays as it is",
        f"where sync is manual, sync {project}-bootstrap in Argo CD first and then the app; "
        "the other way round, the app has one pod for a moment",
    )


def _image_names(content: bytes, path: str) -> str:
    """Return the name with which the first image of an overlay is pulled."""
    image = next(iter(items(first(content, path), "images")), None)
    return text(image, "newName") or text(image, "name")
