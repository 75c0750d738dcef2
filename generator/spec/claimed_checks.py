"""Check that no two workloads have a Service, or a PersistentVolumeClaim, of the same name in a namespace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from generator.spec import placeholder, workload, workload_kinds
from generator.spec.findings import Findings
from generator.spec.findings import Path as FieldPath
from generator.spec.override import overridden
from generator.spec.types import as_map as _map

_App = Mapping[str, object]
_SERVICES: Final = "services"
_CLAIMS: Final = "claims"
_TEMPLATES: Final = "volumeClaimTemplates"
_VOLUME: Final = "PersistentVolumeClaim"


class _Claim(NamedTuple):
    """A workload's object: its kind, name and namespace; the namespace is empty for the environment's own.

    ``path`` is its path in the spec, ``environments`` those that it is in.
    """

    kind: str
    name: str
    namespace: str
    owner: str
    path: FieldPath
    environments: frozenset[str]

    def meets(self, other: _Claim, usual: Mapping[str, str]) -> bool:
        """Tell whether both are in one namespace in any environment; ``usual`` has the environments' own namespaces."""
        return any(self._in(one, usual) == other._in(one, usual) for one in self.environments & other.environments)

    def _in(self, environment: str, usual: Mapping[str, str]) -> str:
        return placeholder.filled(self.namespace, environment) or usual[environment]


def check(data: Mapping[str, object], findings: Findings) -> None:
    """Add findings about objects that two workloads have, in one app or in two."""
    apps, environments = _map(data.get("apps")), _map(data.get("environments"))
    if not any(_says(_map(app)) for app in apps.values()):
        return
    usual = {
        name: str(_map(one).get("namespace") or f"{data.get('project')}-{name}") for name, one in environments.items()
    }
    taken: dict[tuple[str, str], list[_Claim]] = {}
    for name, given in apps.items():
        for one in _of_app(name, _map(given), tuple(environments)):
            known = taken.setdefault((one.kind, one.name), [])
            other = next((it for it in known if it.owner != one.owner and it.meets(one, usual)), None)
            known.append(one)
            # The name of an app's own object is fixed, so the hint is to rename the other one.
            told, rival = (other, one) if other and len(one.path) == 2 else (one, other)
            if told and rival:
                message = f"{one.kind} {one.name} is also claimed by {rival.owner}"
                findings.add(told.path, message, "another name", at_key=True)


def _says(app: _App) -> bool:
    """Tell whether an app has a field for such objects; most apps have none, and need no check."""
    inner = (one for section in ("environments", "workloads") for one in _map(app.get(section)).values())
    return any(app.get(name) for name in (_SERVICES, _CLAIMS, _TEMPLATES)) or any(map(_says, map(_map, inner)))


def _of_app(name: str, app: dict[str, object], environments: tuple[str, ...]) -> Iterator[_Claim]:
    """Yield the objects of an app, in general and in each environment."""
    there = _map(app.get("environments"))
    present = frozenset(one for one in environments if there.get(one) is not False)
    yield from _of_place(name, app, app, (), present)
    for environment in present & there.keys():
        yield from _of_place(
            name, app, _map(there[environment]), ("environments", environment), frozenset({environment})
        )


def _of_place(
    name: str, app: dict[str, object], said: dict[str, object], place: FieldPath, where: frozenset[str]
) -> Iterator[_Claim]:
    """Yield the objects from the data at one place of the spec, of an app or of its workloads."""
    path: FieldPath = ("apps", name, *place)
    namespace = str(app.get("namespace") or "")
    for key in _map(said.get(_CLAIMS)):
        yield _Claim(_VOLUME, f"{name}-{key}", namespace, name, (*path, _CLAIMS, key), where)
    several = _map(app.get("workloads"))
    for key in several or {name: None}:
        general, own = _map(several.get(key)), _map(_map(said.get("workloads")).get(key))
        kind = str(general.get("kind") or app.get("kind") or workload_kinds.DEFAULT)
        if not workload_kinds.takes(kind, "service"):
            continue
        whole = overridden(app, general)
        called = workload.object_name(name, key, general)
        one = _Workload(f"{key} of {name}" if several else name, called, namespace, where)
        for template in _map(overridden(said, own).get(_TEMPLATES)) if workload_kinds.takes(kind, _TEMPLATES) else ():
            # The claim of the first pod.
            at = (*path, *(("workloads", key) if template in _map(own.get(_TEMPLATES)) else ()), _TEMPLATES, template)
            yield one.claim(_VOLUME, f"{template}-{called}-0", at)
        if not place and (whole.get("port") or whole.get("ports")) and whole.get("service") is not False:
            yield one.claim("Service", called, path)
        yield from _of_services(one, path, (*path, "workloads", key), overridden(said, own), own)


class _Workload(NamedTuple):
    """A workload: its name in messages, the name of its object, and its namespace and environments."""

    owner: str
    called: str
    namespace: str
    environments: frozenset[str]

    def claim(self, kind: str, name: str, path: FieldPath) -> _Claim:
        return _Claim(kind, name, self.namespace, self.owner, path, self.environments)


def _of_services(one: _Workload, path: FieldPath, inner: FieldPath, whole: _App, own: _App) -> Iterator[_Claim]:
    """Yield the Services of a workload. The ``own`` data of the workload is at ``inner``, other data at ``path``."""
    for key, given in _map(whole.get(_SERVICES)).items():
        if given is None:
            continue
        about = _map(given)
        place = (*(inner if key in _map(own.get(_SERVICES)) else path), _SERVICES, key)
        yield one.claim("Service", workload.service_name(one.called, key, about), place)
