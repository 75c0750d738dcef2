"""Find the Applications that deploy a folder today, to keep their names and to plan the handover."""

from __future__ import annotations

import fnmatch
import json
import os
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from generator.errors import Fault, RepositoryError
from generator.files import reader
from generator.manifests import projects, stream
from generator.manifests.charts import deployed
from generator.manifests.stream import Document
from generator.spec.model import Spec
from generator.spec.plain_data import as_map as _map

if TYPE_CHECKING:
    from generator.adoption.source import Source

_FINALIZER: Final = "resources-finalizer.argocd.argoproj.io"
# argocd-autopilot's file beside an overlay, from which its ApplicationSet makes an Application.
_AUTOPILOT: Final = "config.json"
_LEFT_OUT: Final = frozenset({".git", "node_modules", ".generator"})


@dataclass(frozen=True, slots=True)
class Existing:
    """An Application that deploys an environment's folder; of a set, the name that the set gives it.

    Attributes:
        namespace: Where it puts objects that name none.
        set: The ApplicationSet that makes it.
        deletes: Whether its objects go with it.
    """

    environment: str
    name: str
    file: str
    line: int
    namespace: str
    cluster: str
    set: str = ""
    deletes: bool = False


def find(directory: Path, spec: Spec, places: Mapping[str, str], source: Source) -> list[Existing]:
    """List the Applications of this repository that deploy the folders of environments."""
    found: list[Existing] = []
    for document in _documents(directory) if source.inside else ():
        kind, data = document.data.get("kind"), document.data
        for environment, place in places.items():
            if kind == "Application" and _deploys(_map(data.get("spec")), place):
                found.append(_read(environment, document, _map(data.get("spec")), data))
            elif kind == "ApplicationSet" and _makes(data, place):
                found.append(_of_set(source, environment, place, document))
    ours = {f"{spec.project}-bootstrap"}
    return [one for one in dict.fromkeys(found) if one.name not in ours]


def _documents(directory: Path) -> Iterator[Document]:
    for path in files(directory):
        yield from _of_argo_cd(directory, path)


def files(directory: Path) -> Iterator[str]:
    """Yield the path of each YAML file of a repository."""
    for folder, folders, names in os.walk(directory):
        folders[:] = sorted(one for one in folders if one not in _LEFT_OUT and not one.startswith(".venv"))
        for name in sorted(names):
            if name.endswith((".yaml", ".yml")):
                yield posixpath.normpath(os.path.relpath(os.path.join(folder, name), directory))  # noqa: PTH118


def _of_argo_cd(directory: Path, path: str) -> list[Document]:
    try:
        content = reader.read(directory, path if "/" in path else f"./{path}")
    except RepositoryError:
        return []
    if b"argoproj.io/" not in content or b"Application" not in content:
        return []
    return [one for one in stream.split(content, path)[0] if stream.identity(one.data).group == "argoproj.io"]


def _deploys(spec: Mapping[str, Any], place: str) -> bool:
    return any(posixpath.normpath(str(one.get("path") or ".").strip("/")) == place for one in deployed.sources(spec))


def _makes(data: Mapping[str, Any], place: str) -> bool:
    """Tell whether a set finds a folder by git's folders or files, however deep its generators lie."""
    left: list[Any] = [_map(data.get("spec")).get("generators")]
    while left:
        one = left.pop()
        if isinstance(one, list):
            left += one
        elif isinstance(one, dict):
            left += one.values()
            git = _map(one.get("git"))
            if any(fnmatch.fnmatch(place, str(_map(item).get("path"))) for item in _list(git.get("directories"))):
                return True
            files = [str(_map(item).get("path")) for item in _list(git.get("files"))]
            if any(fnmatch.fnmatch(f"{place}/{posixpath.basename(path)}", path.replace("**", "*")) for path in files):
                return True
    return False


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _read(environment: str, document: Document, spec: Mapping[str, Any], data: Mapping[str, Any]) -> Existing:
    where = projects.destination(_map(spec.get("destination")))
    finalizers = _list(_map(data.get("metadata")).get("finalizers"))
    deletes = any(str(one).startswith(_FINALIZER) for one in finalizers)
    name = stream.identity(dict(data)).name
    return Existing(environment, name, document.file, document.line, where.namespace, where.cluster, deletes=deletes)


def _of_set(source: Source, environment: str, place: str, document: Document) -> Existing:
    """Read what a set makes, as far as it can be told: of argocd-autopilot's, all of it."""
    about = _autopilot(source, place)
    template = _map(_map(document.data.get("spec")).get("template"))
    name = str(_map(template.get("metadata")).get("name") or "")
    for field, value in {**_of_folder(place), **about}.items():
        for hole in (f"{{{{ {field} }}}}", f"{{{{{field}}}}}", f"{{{{.{field}}}}}", f"{{{{ .{field} }}}}"):
            name = name.replace(hole, str(value))
    where = projects.destination({"server": about["destServer"]} if about.get("destServer") else {})
    return Existing(
        environment, "" if "{{" in name else name, document.file, document.line, str(about.get("destNamespace") or ""),
        where.cluster if about.get("destServer") else "", stream.identity(document.data).name, deletes=True,
    )  # fmt: skip


def _of_folder(place: str) -> dict[str, str]:
    """Return what git's generators know of a folder, by the names that templates have for it."""
    last = posixpath.basename(place)
    parts = {f"path[{number}]": part for number, part in enumerate(place.split("/"))}
    return {"path.basename": last, "path.basenameNormalized": re.sub(r"[^a-z0-9.-]", "-", last.lower()), **parts}


def _autopilot(source: Source, place: str) -> dict[str, Any]:
    try:
        found = json.loads(source.read(f"{place}/{_AUTOPILOT}"))
    except (RepositoryError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def faults(spec: Spec, found: Sequence[Existing], namespace: str | None) -> list[Fault]:
    """List Applications whose cluster or namespace differs from the environment's: their objects would move."""
    wrong: list[Fault] = []
    for one in found:
        environment = spec.environments[one.environment]
        where = Fault(one.file, one.line, 1, f"Application/{one.name or one.set}", "")
        clusters = {projects.destination(place).cluster for place in environment.destinations}
        if one.cluster and one.cluster not in clusters:
            about = f"deploys to the cluster {one.cluster}, and {one.environment} is {', '.join(sorted(clusters))}"
            hint = f"say so in generator.yaml: `environments: {{{one.environment}: {{cluster: {one.cluster}}}}}`"
            wrong.append(where._replace(message=about, hint=hint))
        if one.namespace and namespace is None and one.namespace != environment.namespace:
            about = f"puts objects into {one.namespace}, and {one.environment} is {environment.namespace}"
            hint = f"say so in generator.yaml: `environments: {{{one.environment}: {{namespace: {one.namespace}}}}}`"
            wrong.append(where._replace(message=about, hint=hint))
    return wrong


def template(values: Mapping[str, str]) -> str | None:
    """Return one text for the values of all environments, with `{environment}` in place of the environment's name."""
    exact = set(values.values())
    if len(exact) == 1:
        return next(iter(exact))
    filled = {value.replace(environment, "{environment}", 1) for environment, value in values.items()}
    return next(iter(filled)) if len(filled) == 1 else None


def namespace(spec: Spec, found: Sequence[Existing]) -> str | None:
    """Return the app's own namespace; ``None`` if it is deployed to its environments' namespaces."""
    values = {one.environment: one.namespace for one in found if one.namespace}
    if all(spec.environments[name].namespace == value for name, value in values.items()):
        return None
    return template(values) if values else None


def names(found: Sequence[Existing]) -> dict[str, str]:
    """Return the names to keep, for each environment that exactly one Application deploys."""
    counts = [one.environment for one in found]
    return {one.environment: one.name for one in found if one.name and counts.count(one.environment) == 1}
