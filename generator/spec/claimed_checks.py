"""Check that no two workloads have a Service, or a PersistentVolumeClaim, of the same name in a namespace.

Each environment is checked by itself, because it may leave out an app, a workload, or one of these objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.spec import database, layers, placeholder, said, service_checks, workload_kinds, workload_names
from generator.spec.plain_data import as_map as _map

if TYPE_CHECKING:
    from generator.spec.findings import Findings
    from generator.spec.findings import Path as FieldPath
    from generator.spec.layers import Layer

_App = Mapping[str, object]
_SERVICES: Final = "services"
_CLAIMS: Final = "claims"
_TEMPLATES: Final = "volumeClaimTemplates"
_DATABASES: Final = "databases"
_VOLUME: Final = "PersistentVolumeClaim"
_OF_WORKLOADS: Final = ("kind", "port", "ports", "service", _SERVICES, _TEMPLATES)


class _Claim(NamedTuple):
    """An object: its kind and name, what it belongs to, and its path in the spec."""

    kind: str
    name: str
    owner: str
    path: FieldPath


def check(data: Mapping[str, object], findings: Findings) -> None:
    """Add findings about objects that two workloads have, in one app or in two."""
    apps = _map(data.get("apps"))
    if not any(_says(_map(app)) for app in apps.values()):
        return
    told: set[FieldPath] = set()
    for environment, about in _map(data.get("environments")).items():
        usual = str(_map(about).get("namespace") or f"{data.get('project')}-{environment}")
        previews = _map(about).get("pullRequests")
        taken: dict[tuple[str, str, str], _Claim] = {}
        for name, given in said.apps_in(apps, environment, _map(about)).items():
            own = str(_map(given).get("namespace") or usual)
            # Each app of a preview has a namespace of its own.
            namespace = name if previews else placeholder.filled(own, environment)
            for one in _of_app(name, _map(given), environment):
                other = taken.setdefault((one.kind, one.name, namespace), one)
                if other.owner != one.owner:
                    _tell(one, other, told, findings)


def _tell(one: _Claim, other: _Claim, told: set[FieldPath], findings: Findings) -> None:
    # The name of an app's own object is fixed, so the hint is to rename the other one.
    at, rival = (other, one) if len(one.path) == 2 else (one, other)
    if at.path not in told:
        told.add(at.path)
        findings.add(at.path, f"{one.kind} {one.name} is also claimed by {rival.owner}", "another name", at_key=True)


def _says(app: _App) -> bool:
    """Tell whether an app has a field for such objects; most apps have none, and need no check."""
    inner = (one for section in ("environments", "workloads") for one in _map(app.get(section)).values())
    found = any(app.get(name) for name in (_SERVICES, _CLAIMS, _TEMPLATES, _DATABASES))
    return found or app.get("kind") == workload_kinds.OF_PEERS or any(map(_says, map(_map, inner)))


def _of_app(name: str, app: dict[str, object], environment: str) -> Iterator[_Claim]:
    """Yield the objects of an app in an environment."""
    path: FieldPath = ("apps", name)
    given = layers.of(path, app, environment, "", (_CLAIMS, _DATABASES))
    whole = layers.whole(given)
    for key in _map(whole.get(_CLAIMS)):
        yield _Claim(_VOLUME, f"{name}-{key}", name, _first_said(given, (_CLAIMS, key)))
    for key, about in _map(whole.get(_DATABASES)).items():
        if _map(about).get("in") != database.RDS:
            owner, at = f"the database {key} of {name}", _first_said(given, (_DATABASES, key))
            yield from (_Claim("Service", one, owner, at) for one in _of_database(f"{name}-{key}", _map(about)))
    several = _map(app.get("workloads"))
    for key in said.workloads_in(app, environment):
        own = _map(several.get(key))
        called = workload_names.object_name(name, key or name, own)
        given = layers.of(path, app, environment, key, _OF_WORKLOADS)
        kind = str(own.get("kind") or app.get("kind") or workload_kinds.DEFAULT)
        if workload_kinds.takes(kind, "service"):
            yield from _of_workload(f"{key} of {name}" if key else name, called, kind, given)


def _of_database(name: str, about: _App) -> Iterator[str]:
    """Yield the names of the Services that CloudNativePG makes for a database."""
    yield from (f"{name}-{one}" for one in ("rw", "ro", "r"))
    if about.get("pooler") is not None:
        yield f"{name}-pooler"


def _of_workload(owner: str, called: str, kind: str, given: list[Layer]) -> Iterator[_Claim]:
    whole = {**layers.whole(given), "kind": kind}
    app: FieldPath = given[0].path
    for template in _map(whole.get(_TEMPLATES)) if workload_kinds.takes(kind, _TEMPLATES) else ():
        # The claim of the first pod.
        yield _Claim(_VOLUME, f"{template}-{called}-0", owner, _first_said(given, (_TEMPLATES, template)))
    if service_checks.has_own(whole):
        yield _Claim("Service", called, owner, app)
    if service_checks.has_headless(whole):
        yield _Claim("Service", workload_kinds.headless_name(called), owner, app)
    for key, about in _map(whole.get(_SERVICES)).items():
        named = _map(about).get("name")
        at = layers.said_at(given, (_SERVICES, key, "name"))[:-1] if named else _first_said(given, (_SERVICES, key))
        yield _Claim("Service", workload_names.service_name(called, key, _map(about)), owner, at)


def _first_said(given: list[Layer], inner: FieldPath) -> FieldPath:
    """Return the path of a value in the most general layer that has it."""
    return layers.said_at(given[::-1], inner)
