"""Find the effects of a spec that changes a workload's kind or volumes, or removes it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from generator.regenerate.effect import Effect, at, first, text
from generator.render.kinds.workloads import FILES
from generator.spec.layout import BASE, KUSTOMIZATION, Location
from generator.yaml.tree import Value

CLAIMS: Final = ("spec", "volumeClaimTemplates")
_LABEL: Final = ("metadata", "labels", "app.kubernetes.io/name")


class _Object(NamedTuple):
    app: str
    kind: str
    name: str
    value: Value


def of(original: Mapping[str, bytes], updated: Mapping[str, bytes]) -> Iterator[Effect]:
    """Yield the effects on workloads whose files are removed from a base."""
    gone = [found for path in original if path not in updated and (found := _workload(path, original))]
    if not gone:
        return
    new = [found for path in updated if path not in original and (found := _workload(path, updated))]
    for one in gone:
        if f"base/{one.app}/{KUSTOMIZATION}" in updated:
            others = [other for other in new if other.app == one.app]
            yield _changed(one, others) or _removed(one, others)


def _workload(path: str, files: Mapping[str, bytes]) -> _Object | None:
    """Return the object in a file of a base, if it runs pods."""
    place = Location.parse(path)
    file = place.rest
    if place.kind != BASE or not any(file == one or file.endswith(f"-{one}") for one in FILES.values()):
        return None
    value = first(files[path], path)
    return _Object(place.app, text(value, "kind"), text(value, "metadata", "name"), value)


def _changed(one: _Object, others: list[_Object]) -> Effect | None:
    """Return the effect on a workload that becomes another kind of object, or is removed."""
    kind = next((other.kind for other in others if other.name == one.name), None)
    if kind is None:
        return None
    volumes = "; its volumes stay, and the new pods do not have them" if at(one.value, *CLAIMS) else ""
    what = f"the {one.kind} {one.name} becomes a {kind}: Argo CD makes it, and then deletes the {one.kind}{volumes}"
    return Effect(one.app, "", what, "where both must not run at once, say `replicas: 0` and sync before")


def _removed(one: _Object, others: list[_Object]) -> Effect:
    what = f"the {one.kind} {one.name} goes, and its pods"
    if at(one.value, *CLAIMS):
        label = f"{_LABEL[-1]}={text(one.value, *_LABEL)}"
        return Effect(one.app, "", what, f"its volumes stay; once nothing needs them: kubectl delete pvc -l {label}")
    if one.name == one.app and others:
        keep = f"to keep it, call the workload that it is now {one.name}, or say `name: {one.name}` of it"
        return Effect(one.app, "", what, keep)
    return Effect(one.app, "", what, "")


def of_claims(place: tuple[str, str], name: str) -> Effect:
    """Return the effect of a change of a StatefulSet's volumes, with the steps to make it."""
    return Effect(
        *place,
        f"the volumeClaimTemplates of the StatefulSet {name} cannot be changed while it is there",
        "delete it without its pods, and Argo CD makes it anew: kubectl delete statefulset "
        f"{name} --cascade=orphan; volumes that are there stay as they are: kubectl edit pvc makes one larger",
        replaces=True,
    )


def labels(app: str, original: Mapping[str, bytes]) -> str:
    """Return kubectl's selector for all objects of an app; each workload has its own label."""
    found = {text(one.value, *_LABEL) for path in original if (one := _workload(path, original)) and one.app == app}
    several = sorted({app, *filter(None, found)})
    return f"{_LABEL[-1]}={app}" if several == [app] else f"'{_LABEL[-1]} in ({','.join(several)})'"
