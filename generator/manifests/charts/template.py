"""Run ``helm template`` on a chart that may be hostile: without credentials and without a network, and twice.

The result is cached under a digest of all its inputs.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from generator import process
from generator.errors import ProcessError
from generator.manifests import isolation, stream
from generator.manifests.charts import archive
from generator.manifests.kustomize import BuildError
from generator.tools import cache

if TYPE_CHECKING:
    from generator.manifests.charts.deployed import Deployed
    from generator.manifests.stream import Document

_SECONDS: Final = 120
_FOLDER: Final = f"{archive.FOLDER}/rendered"
# Of these, the oldest go.
_MOST: Final = 500
# Argo CD tells Helm what its cluster has: these come with what we generate for.
_VERSIONS: Final = ("argoproj.io/v1alpha1", "external-secrets.io/v1")
_VARYING: Final = (
    "give the value that the chart makes up in values.yaml, or the name of a Secret that exists; "
    "Argo CD would find it out of sync for ever"
)


class TemplateError(BuildError):
    """Helm cannot render a chart; each of ``problems`` has a hint."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class RefusedByHelm(TemplateError):
    """Helm refuses a chart; ``said`` are its words, with the repository's names of the files of values."""

    def __init__(self, wanted: Rendering, said: str) -> None:
        super().__init__(f"Helm cannot render it: {said.replace(str(wanted.archive), wanted.chart.name)}")
        self.said = said


@dataclass(frozen=True, slots=True)
class Rendering:
    """Input of a rendering.

    Attributes:
        archive: The chart's file in the cache, which has its digest in its name.
        contents: The files of values, by path.
        kubernetes: The Kubernetes version for Helm.
    """

    chart: Deployed
    archive: Path
    contents: Mapping[str, bytes]
    helm: Path
    kubernetes: str


def render(wanted: Rendering) -> str:
    """Render a chart; the same text each time. Raises ``TemplateError``."""
    kept = _place(wanted)
    if kept.is_file():
        return kept.read_text()
    for path in wanted.chart.values:
        if path not in wanted.contents:
            raise TemplateError(f"{path}: no such file, or none that can be read; regenerate it: python -m generator")
    once, again = (_rendered(wanted) for _ in range(2))
    if once != again and (problems := list(_varying(once, again))):
        raise TemplateError(*problems)
    _keep(kept, once)
    return once


def _place(wanted: Rendering) -> Path:
    """Return where a rendering is kept: under a digest of all that it follows from, the order of values included."""
    chart, digest, tool = wanted.chart, hashlib.blake2b(digest_size=32), wanted.helm.stat()
    about = (wanted.archive.name, wanted.kubernetes, chart.release, chart.namespace, *_VERSIONS)
    helm = f"{wanted.helm} {tool.st_size} {tool.st_mtime_ns}"
    parts = [text.encode() for text in (*about, helm)] + [wanted.contents.get(path, b"") for path in chart.values]
    for part in parts:
        digest.update(b"%d " % len(part))
        digest.update(part)
    return cache.folder() / _FOLDER / digest.hexdigest()


def _keep(place: Path, text: str) -> None:
    """Remember a rendering, and forget the oldest ones."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=place.parent, prefix=".partial-", delete=False) as scratch:
        scratch.write(text)
    Path(scratch.name).replace(place)
    known = sorted(place.parent.glob("[0-9a-f]*"), key=lambda path: path.stat().st_mtime_ns)
    for path in known[:-_MOST]:
        path.unlink(missing_ok=True)


def _rendered(wanted: Rendering) -> str:
    chart = wanted.chart
    with tempfile.TemporaryDirectory(prefix="gitops-generator-") as folder:
        home = Path(folder)
        words: list[str | Path] = [*isolation.words(), wanted.helm, "template", chart.release, wanted.archive]
        words += ["--namespace", chart.namespace, "--kube-version", wanted.kubernetes, "--include-crds", "--skip-tests"]
        words += [word for version in _VERSIONS for word in ("--api-versions", version)]
        for number, path in enumerate(chart.values):
            # A copy of what was read: a link in the repository leads Helm nowhere.
            (home / f"{number}.yaml").write_bytes(wanted.contents[path])
            words += ["--values", home / f"{number}.yaml"]
        try:
            setting = process.Setting(env=isolation.environment(folder), whole=True)
            return process.run(words, setting, timeout=_SECONDS).stdout
        except ProcessError as exc:
            raise _refused(wanted, exc, folder) from exc


def _refused(wanted: Rendering, exc: ProcessError, folder: str) -> RefusedByHelm:
    said = (exc.stderr.strip() or exc.message).removeprefix("Error: ")
    for number, path in enumerate(wanted.chart.values):
        said = said.replace(f"{folder}/{number}.yaml", path)
    return RefusedByHelm(wanted, said)


def _varying(once: str, again: str) -> Iterator[str]:
    """Yield the objects that two renderings made differently, with the fields; never what they hold."""
    before, after = _by_name(once), _by_name(again)
    for name in sorted({*before, *after}):
        fields = list(_differing(before.get(name), after.get(name), ""))
        if fields:
            yield f"{name}: differs each time that the chart is rendered, in {', '.join(fields[:5])}; {_VARYING}"


def _by_name(text: str) -> dict[str, Any]:
    documents: Sequence[Document] = stream.split(text.encode(), "")[0]
    return {stream.title(document.data): document.data for document in documents}


def _differing(one: object, other: object, path: str) -> Iterator[str]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in sorted({*one, *other}, key=str):
            yield from _differing(one.get(name), other.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from _differing(*pair, f"{path}[{index}]")
    elif one != other:
        yield path or "the whole of it"
