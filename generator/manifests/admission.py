"""Decide whether Argo CD would apply manifests, and whether Kubernetes' admission would take their pods.

Pure. The input is ``gitops/`` as it stands: an Application's project, its
destination, and the labels that it sets on its namespace.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.manifests import api_rules, pod_security, projects, stream
from generator.manifests.projects import Destination

if TYPE_CHECKING:
    from generator.manifests.applications import Application, Ground
    from generator.manifests.stream import Document, Identity

_LEVELS: Final = ("baseline", "privileged")


class Place(NamedTuple):
    """The identity of an object in the cluster: two manifests with the same one overwrite each other."""

    cluster: str
    object: Identity

    @property
    def digest(self) -> str:
        """Return a digest for a cache."""
        return hashlib.blake2b(repr(self).encode(), digest_size=8).hexdigest()


class Unit(NamedTuple):
    """A folder that is applied: its Applications, and the permitted destinations (``None``: any)."""

    path: str
    environment: str | None
    applications: tuple[Application, ...]
    own: frozenset[Destination] | None
    ground: Ground

    @property
    def facts(self) -> str:
        """Serialise all inputs of the result except the manifests."""
        known = self.ground.projects
        lists = [known[one.project].spec for one in self.applications if one.project in known]
        levels = [self.ground.levels.get(one.destination) for one in self.applications]
        return repr((self.environment, [one.facts for one in self.applications], sorted(self.own or ()), lists, levels))


def places(unit: Unit, documents: Iterable[Document]) -> Iterator[tuple[Place, Document]]:
    """Yield the place of each object, once for each Application that applies the folder."""
    for document in documents:
        found = stream.identity(document.data)
        if not found.name or "generateName" in (document.data.get("metadata") or {}):
            continue
        for application in unit.applications:
            resolved = _resolved(found, application.destination.namespace)
            yield Place(application.destination.cluster, resolved), document


def problems(unit: Unit, documents: Sequence[Document]) -> Iterator[str]:
    """Yield what is wrong with a folder's manifests as a whole."""
    yield from _twice(documents)
    for document in documents:
        yield from (f"{stream.title(document.data)}: {about}" for about in api_rules.problems(document.data))
        for application in unit.applications:
            yield from _refused(unit, application, document)
        if not unit.applications and unit.own:
            yield from _astray(unit, document)


def _resolved(found: Identity, namespace: str) -> Identity:
    if not projects.has_namespace(found):
        return found._replace(namespace="")
    return found if found.namespace else found._replace(namespace=namespace)


def _twice(documents: Sequence[Document]) -> Iterator[str]:
    """Yield objects of one name within a folder: one of them would be lost."""
    seen: dict[Identity, Document] = {}
    for document in documents:
        found = stream.identity(document.data)
        if "generateName" in (document.data.get("metadata") or {}):
            continue
        other = seen.setdefault(found, document)
        if other is not document:
            where = f" ({other.file}:{other.line} and {document.file}:{document.line})" if document.file else ""
            yield f"{stream.title(document.data)}: is there twice{where}; only the last would be applied, so keep one"


def _refused(unit: Unit, application: Application, document: Document) -> Iterator[str]:
    title = stream.title(document.data)
    found = _resolved(stream.identity(document.data), application.destination.namespace)
    project = unit.ground.projects.get(application.project)
    place = Destination(application.destination.cluster, found.namespace)
    if project is not None and not project.permits_kind(found):
        yield f"{title}: the project {project.name} does not permit it; {_permit(found, project)}"
    if found.namespace:
        yield from _away(unit, project, place, title)
    yield from _pods(unit, place, document)


def _permit(found: Identity, project: projects.Project) -> str:
    """Return what to write so that a kind is permitted."""
    if found.namespace:
        kind = f"{found.group}/{found.kind}" if found.group else found.kind
        return f"add `allow: {{kinds: [{kind}]}}` to generator.yaml"
    item = f"{{group: '{found.group}', kind: {found.kind}}}"
    return f"add {item} to spec.clusterResourceWhitelist in {project.file}"


def _away(unit: Unit, project: projects.Project | None, place: Destination, title: str) -> Iterator[str]:
    if unit.own is not None and place not in unit.own:
        whose = f"of {unit.environment}" if unit.environment else "that this may use"
        further = f"environments.{unit.environment}.namespaces" if unit.environment else "allow.destinations"
        about = f"{title}: would be put into {place}, which is none {whose}"
        yield f"{about}; mend it, or add it to {further} in generator.yaml"
    elif project is not None and not project.permits_destination(place):
        about = f"{title}: the project {project.name} does not permit {place}"
        yield f"{about}; add it to spec.destinations in {project.file}"


def _astray(unit: Unit, document: Document) -> Iterator[str]:
    """Yield objects that name a namespace of another environment, for a folder that no Application deploys yet."""
    found = stream.identity(document.data)
    own = unit.own or frozenset()
    if found.namespace and projects.has_namespace(found) and found.namespace not in {place.namespace for place in own}:
        yield from _away(unit, None, Destination(next(iter(own)).cluster, found.namespace), stream.title(document.data))


def _pods(unit: Unit, place: Destination, document: Document) -> Iterator[str]:
    """Yield what the namespace's Pod Security Standard forbids, with the level that would allow it."""
    level, version = unit.ground.levels.get(place, ("", ""))
    template = pod_security.template_of(document.data)
    if template is None or level not in ("baseline", "restricted"):
        return
    found = pod_security.violations(level, version, template)
    if not found:
        return
    enough = next(one for one in _LEVELS if not pod_security.violations(one, version, template))
    where = f"environments.{unit.environment}" if unit.environment else "its environment"
    yield (
        f"{stream.title(document.data)}: its pods are refused in {place} by the {level} Pod Security Standard: "
        f"{'; '.join(found)}; mend that, or say `podSecurity: {enough}` in {where} of generator.yaml"
    )
