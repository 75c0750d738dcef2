"""Compare the Applications and AppProjects in ``gitops/`` with what the spec allows.

A contributor who can change ``gitops/`` or an overlay could have Argo CD deploy
from another repository, in another project, or into an environment that needs
an approval. What is not the repository's own is a fault, unless the spec allows it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from generator.errors import Fault
from generator.manifests import stream
from generator.manifests.charts import deployed
from generator.manifests.projects import Destination, Project, destination
from generator.render import names
from generator.render.outputs import charts, previews
from generator.spec import layout
from generator.spec.argocd import IN_CLUSTER

if TYPE_CHECKING:
    from generator.manifests.stream import Document
    from generator.spec.model import Spec

_GROUP: Final = "argoproj.io"
_SET: Final = "ApplicationSet"
# What Argo CD does to a folder beyond building it.
_BESIDE: Final = ("kustomize", "helm", "plugin")
_INSTEAD: Final = ("put it into the folder's kustomization", "put it into the overlay's values.yaml")
_LABEL: Final = "pod-security.kubernetes.io/enforce"


class Application(NamedTuple):
    """An Application of ``gitops/``: ``paths`` are the folders of this repository that it deploys, at ``revisions``.

    ``values`` are the files of its chart's values; ``paths`` has the folder of the last one. ``beside`` are fields
    of its sources that change the folder's output.
    """

    name: str
    project: str
    repositories: tuple[str, ...]
    revisions: tuple[str, ...]
    paths: tuple[str, ...]
    values: tuple[str, ...]
    destination: Destination
    pod_security: tuple[str, str]
    recurse: bool
    beside: tuple[str, ...]
    document: Document

    @property
    def automated(self) -> bool:
        """Tell whether Argo CD syncs it by itself."""
        policy = self.document.data["spec"].get("syncPolicy")
        return isinstance(policy, dict) and policy.get("automated") is not None

    @property
    def facts(self) -> tuple[object, ...]:
        """Return everything about the Application that decides how its manifests are judged."""
        return self.name, self.project, self.destination, self.pod_security, self.recurse


class Ground(NamedTuple):
    """All Applications, those by the folder of this repository that they deploy, and the projects by name."""

    everything: tuple[Application, ...]
    applications: Mapping[str, tuple[Application, ...]]
    projects: Mapping[str, Project]
    # The strictest level and version of the Pod Security Standards that an Application sets on a namespace.
    levels: Mapping[Destination, tuple[str, str]]


def ground(documents: Iterable[Document], repository: str) -> Ground:
    """Read all Applications and AppProjects of ``gitops/``."""
    everything: list[Application] = []
    applications: dict[str, tuple[Application, ...]] = {}
    projects: dict[str, Project] = {}
    levels: dict[Destination, tuple[str, str]] = {}
    for document in documents:
        found = stream.identity(document.data)
        if (found.group, found.kind) == (_GROUP, "AppProject"):
            projects.setdefault(found.name, Project(found.name, document.file, _map(document.data.get("spec"))))
        if (found.group, found.kind) in ((_GROUP, "Application"), (_GROUP, _SET)):
            one = _application(document, repository)
            everything.append(one)
            for path in one.paths:
                applications[path] = (*applications.get(path, ()), one)
            levels[one.destination] = max(levels.get(one.destination, ("", "")), one.pod_security, key=_strictness)
    return Ground(tuple(everything), applications, projects, levels)


def _strictness(level: tuple[str, str]) -> int:
    return ("", "privileged", "baseline", "restricted").index(level[0]) if level[0] in ("baseline", "restricted") else 0


def _application(document: Document, repository: str) -> Application:
    """Read an Application, or the one of which a set makes several."""
    spec = _map(document.data.get("spec"))
    if document.data.get("kind") == _SET:
        spec = _map(_map(spec.get("template")).get("spec"))
    sources = deployed.sources(spec)
    labels = _map(_map(_map(spec.get("syncPolicy")).get("managedNamespaceMetadata")).get("labels"))
    own = [source for source in sources if _same(str(source.get("repoURL")), repository)]
    return Application(
        name=stream.identity(document.data).name,
        project=str(spec.get("project") or "default"),
        repositories=tuple(str(source.get("repoURL") or "") for source in sources),
        revisions=tuple(str(source.get("targetRevision") or "HEAD") for source in own),
        paths=tuple(dict.fromkeys([*_paths(own), *(posixpath.dirname(file) for file in _values(sources)[-1:])])),
        values=_values(sources),
        destination=destination(_map(spec.get("destination"))),
        pod_security=(str(labels.get(_LABEL) or ""), str(labels.get(f"{_LABEL}-version") or "latest")),
        recurse=any(_map(source.get("directory")).get("recurse") is True for source in own),
        beside=(
            *_beside(sources, own),
            *(_overrides(_map(document.data.get("spec"))) if document.data.get("kind") == _SET else ()),
        ),
        document=document,
    )


def _overrides(given: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a set makes of its template beside filling it in: then the template says nothing of Applications."""
    if given.get("templatePatch"):
        yield "templatePatch"
    left: list[object] = [given.get("generators")]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            if "template" in one:
                yield "template of a generator"
            left += one.values()
        elif isinstance(one, list):
            left += one


def _paths(own: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the folders of this repository that Argo CD deploys; a mere reference to it deploys none."""
    for source in own:
        if source.get("path") or not source.get("ref"):
            yield posixpath.normpath(str(source.get("path") or ".").strip("/") or ".")


def _values(sources: list[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the files of values that charts get, by their path in the repository."""
    given = {"sources": sources}
    charts = [source for source in sources if deployed.is_chart(source)]
    return tuple(file for source in charts for file in deployed.value_files(given, source))


def _beside(sources: Iterable[Mapping[str, Any]], own: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the fields of sources that change what the files of this repository give."""
    yield from (f"source.{name}" for source in own for name in _BESIDE if set(_map(source.get(name))) - {"version"})
    charts = (source for source in sources if deployed.is_chart(source))
    yield from (
        f"source.helm.{name}" for source in charts for name in sorted(deployed.PARAMETERS & {*_map(source.get("helm"))})
    )


def _same(one: str, other: str) -> bool:
    return one.removesuffix("/").removesuffix(".git") == other.removesuffix("/").removesuffix(".git")


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


class Policy:
    """Permissions that the spec gives ``gitops/`` and overlays."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._allowed = {Destination(*item) for item in spec.allow.destinations}
        self._root = destination({**spec.argocd.destination, "namespace": spec.argocd.namespace})

    def faults(self, found: Ground) -> Iterator[Fault]:
        """Yield a fault for each foreign reference in ``gitops/`` that the spec does not allow."""
        for project in found.projects.values():
            yield from self._project(project)
        for application in found.everything:
            yield from self._application(application)

    def own(self, environment: str | None = None) -> set[Destination]:
        """Return where an environment's overlays may put objects; for ``None``, everywhere that the spec knows."""
        names = [environment] if environment else self._spec.environments
        return self._allowed.union(*(map(destination, self._spec.environments[name].destinations) for name in names))

    def environment(self, path: str) -> str | None:
        """Return the environment that an overlay's path belongs to."""
        place = layout.environment_of(path)
        return place if place in self._spec.environments else None

    def _of_project(self, name: str) -> set[Destination] | None:
        """Return where a project's Applications may deploy to; ``None`` for a foreign project."""
        if name == names.root_name(self._spec):
            return {self._root}
        for environment in self._spec.environments:
            if name == names.project_name(self._spec, environment):
                return self.own(environment)
        known = {names.former_project_name(self._spec), *self._spec.allow.projects}
        return self.own() if name in known else None

    def _project(self, project: Project) -> Iterator[Fault]:
        where = Fault(project.file, 1, 1, f"AppProject/{project.name}", "")
        places = self._of_project(project.name)
        if places is None:
            hint = f"take it out, or allow it in generator.yaml: `allow: {{projects: [{project.name}]}}`"
            yield where._replace(message="a project that is not this repository's", hint=hint)
            places = self.own()
        for url in project.repositories:
            if not self._knows(url):
                yield where._replace(message=f"permits the repository {url}", hint=_allow("repositories", url))
        for place in project.destinations:
            if place not in places:
                yield where._replace(message=f"permits {place}", hint=_allow_place(place))

    def _application(self, one: Application) -> Iterator[Fault]:
        where = Fault(one.document.file, one.document.line, 1, f"Application/{one.name}", "")
        if (places := self._of_project(one.project)) is None:
            hint = f"allow it in generator.yaml: `allow: {{projects: [{one.project}]}}`"
            yield where._replace(message=f"is in the project {one.project}, which is not this repository's", hint=hint)
            places = self.own()
        for url in one.repositories:
            if not self._knows(url):
                yield where._replace(message=f"deploys from the repository {url}", hint=_allow("repositories", url))
        for revision in one.revisions:
            if revision not in (self._spec.branch, *self._spec.allow.revisions):
                about = f"deploys {revision}, and not the branch {self._spec.branch}"
                yield where._replace(message=about, hint=_allow("revisions", revision))
        for field in one.beside if not self._is_preview(one) else ():
            about = f"{field} changes what the folder gives, which cannot be seen here"
            yield where._replace(message=about, hint=_INSTEAD[field.startswith("source.helm.")])
        for path in one.paths:
            yield from self._deployed(one, path, where)
        yield from self._foreign_values(one, where)
        if one.destination not in places:
            yield where._replace(message=f"deploys to {one.destination}", hint=_allow_place(one.destination))

    def _is_preview(self, one: Application) -> bool:
        """Tell whether a set changes its folder as the previews of its app do, and no further."""
        place = layout.Location.parse(f"{one.paths[0]}/{layout.KUSTOMIZATION}") if len(one.paths) == 1 else None
        app = self._spec.described.get(place.app) if place else None
        environment = self._spec.environments.get(place.environment) if place else None
        if app is None or environment is None or environment.pull_requests is None:
            return False
        template = _map(_map(_map(one.document.data.get("spec")).get("template")).get("spec"))
        return bool(
            _map(template.get("source")).get("kustomize") == previews.kustomize(environment, app)
        ) and one.beside == ("source.kustomize",)

    def _deployed(self, one: Application, path: str, where: Fault) -> Iterator[Fault]:
        """Check that an overlay deploys to its own environment, and a guarded environment from overlays only."""
        name = self.environment(path)
        if name is not None:
            wanted = names.project_name(self._spec, name)
            if one.project != wanted:
                hint = f"`project: {wanted}`; python -m generator writes it"
                yield where._replace(message=f"deploys {path} in the project {one.project}", hint=hint)
            return
        for environment in self._spec.environments.values():
            if one.destination in map(destination, environment.destinations) and environment.approvers:
                about = f"deploys {path} to {environment.name}, whose approvers would not be asked about it"
                yield where._replace(message=about, hint=f"move it below {layout.overlays_path(environment.name)}/")

    def _foreign_values(self, one: Application, where: Fault) -> Iterator[Fault]:
        """Check that a chart gets no values that another environment's approvers, or no reviewers, are asked about."""
        name = self.environment(one.paths[-1]) if one.values else None
        for file in one.values:
            place = layout.environment_of(file)
            if place != name and (place or not file.startswith(f"{layout.BASES}/")):
                about = f"gets values from {file}, which is not of {name or 'any environment'}"
                yield where._replace(message=about, hint="copy it into the app's overlay")

    def _knows(self, url: str) -> bool:
        known = (self._spec.repository, *self._spec.allow.repositories, *charts.repositories(self._spec))
        return any(_same(url, one) for one in known)


def _allow(field: str, value: str) -> str:
    return f"take it out, or allow it in generator.yaml: `allow: {{{field}: ['{value}']}}`"


def _allow_place(place: Destination) -> str:
    cluster = "" if place.cluster == IN_CLUSTER else f"cluster: '{place.cluster}', "
    allowed = f"allow: {{destinations: [{{{cluster}namespace: {place.namespace}}}]}}"
    return f"mend it, or allow it in generator.yaml: `{allowed}`"
