"""Read from an overlay's Application which chart it deploys, with which files of values."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from generator.errors import RepositoryError, SpecError
from generator.files import reader
from generator.spec.chart import OCI
from generator.spec.layout import OVERLAY, Location, application_path
from generator.yaml import plain as yaml_plain


class Deployed(NamedTuple):
    """A chart as an Application names it.

    Attributes:
        file: The Application's path.
        repository: Where the chart is, without its name.
        digest: The digest in the Application, if it has one. values: The files of values in this repository, in the
        order in which Helm merges them.
    """

    file: str
    repository: str
    name: str
    version: str
    digest: str | None
    release: str
    namespace: str
    values: tuple[str, ...]

    @property
    def reference(self) -> str:
        """Return repository and name as one."""
        return f"{self.repository}/{self.name}"

    @property
    def is_oci(self) -> bool:
        """Tell whether it is in an OCI registry."""
        return self.repository.startswith(OCI)


def find(directory: Path, folder: str) -> Deployed | None:
    """Return the chart of an overlay; ``None`` if its Application deploys none, or cannot be read."""
    place = Location.parse(folder)
    if place.kind != OVERLAY or place.rest:
        return None
    path = application_path(place.environment, place.app)
    try:
        content = reader.read(directory, path)
        # Most Applications are of no chart, and need not be parsed.
        if b"targetRevision" not in content or b"helm:" not in content:
            return None
        documents = yaml_plain.load(content.decode("utf-8-sig"), path)
    except (RepositoryError, SpecError, UnicodeDecodeError):  # others tell
        return None
    return next((found for document in documents for found in _deployed(path, document)), None)


def inputs(directory: Path, chart: Deployed) -> dict[str, bytes]:
    """Read the existing files of values of a chart, by path, if they are plain files."""
    found: dict[str, bytes] = {}
    for path in chart.values:
        try:
            found[path] = reader.read(directory, path)
        except RepositoryError:
            continue
    return found


def _deployed(path: str, document: object) -> Iterator[Deployed]:
    spec = as_map(as_map(document).get("spec"))
    # Of a set, what its Applications are made from.
    spec = as_map(as_map(spec.get("template")).get("spec")) or spec
    for source in sources(spec):
        revision, _, digest = str(source.get("targetRevision") or "").partition("@")
        repository, name = _named(source)
        if not name:
            continue
        helm = as_map(source.get("helm"))
        metadata = as_map(as_map(document).get("metadata"))
        yield Deployed(
            file=path,
            repository=repository,
            name=name,
            version=revision,
            digest=digest or None,
            release=str(helm.get("releaseName") or metadata.get("name") or ""),
            namespace=str(as_map(spec.get("destination")).get("namespace") or ""),
            values=value_files(spec, source),
        )


def sources(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the sources of an Application, which has one or a list."""
    given = spec.get("sources")
    return [as_map(source) for source in (given if isinstance(given, list) and given else [spec.get("source")])]


def is_chart(source: Mapping[str, Any]) -> bool:
    """Tell whether a source is a chart."""
    return bool(_named(source)[1])


def value_files(spec: Mapping[str, Any], source: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the files of values that a chart gets out of other sources, by their path there."""
    known = {str(other["ref"]): other for other in sources(spec) if other.get("ref")}
    given = as_map(source.get("helm")).get("valueFiles")
    found = []
    for file in given if isinstance(given, list) else []:
        name, _, rest = str(file).partition("/")
        if name.startswith("$") and name[1:] in known:
            found.append(posixpath.normpath(rest))
    return tuple(found)


def as_map(value: object) -> Mapping[str, Any]:
    """Return the value if it is a map, else an empty one."""
    return value if isinstance(value, dict) else {}


def _named(source: Mapping[str, Any]) -> tuple[str, str]:
    """Return repository and name of a chart; no name where the source is none."""
    repository, chart = str(source.get("repoURL") or "").rstrip("/"), str(source.get("chart") or "")
    if chart:
        return repository, chart
    if repository.startswith(OCI):
        above, _, name = repository.rpartition("/")
        return above, name
    return repository, ""


PARAMETERS: Final = frozenset({"parameters", "fileParameters", "values", "valuesObject", "postRenderers"})
"""What changes a rendering from within an Application, where nobody merges or promotes it."""
