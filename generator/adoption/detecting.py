"""Find what cannot be adopted unchanged: each fault has its file, its line and a hint."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from generator.adoption.source import Shape, Source
from generator.errors import Fault, RepositoryError, SpecError
from generator.manifests import folder as applied
from generator.manifests import sources, stream
from generator.manifests.build_inputs import NAMES
from generator.manifests.stream import Document, Identity
from generator.yaml import plain as yaml_plain

_TEMPLATE: Final = re.compile(
    r"\{\{-?\s*(?:\.[A-Z]|\$|include\b|if\b|with\b|range\b|template\b|toYaml\b|define\b|end\b)"
)
_CHART: Final = "describe it as a chart: `chart: {repository: …, version: …}` and `values:`, or adopt what it renders"
_HELM: Final = ("helmcharts", "helmglobals", "helmchartinflationgenerator")
_PLUGINS: Final = ("generators", "transformers", "validators")
# A reference that stays what it is: a tag or a commit.
_PINNED: Final = re.compile(r"[?&](?:ref|version)=(?:v?[0-9]+(?:\.[0-9]+)+[A-Za-z0-9._+-]*|[0-9a-f]{40})(?:&|$)")


def faults(source: Source, shape: Shape) -> list[Fault]:
    """List what prevents the adoption of a source."""
    found = [*shape.faults]
    if (source.root / source.folder / "Chart.yaml").is_file():
        found.append(Fault(f"{source.folder}/Chart.yaml", 1, 1, "", "a Helm chart", _CHART))
    folders = [*shape.shared, *shape.own.values()]
    for folder in dict.fromkeys(folders):
        if file := source.kustomization(folder):
            found += _read(source, file, partial(_of_kustomization, source, folder))
    for name in _manifests(source, folders):
        found += _read(source, name, _of_manifests)
    for folder in folders:
        if source.kustomization(folder) is None:
            found += _twice(applied.documents(source.root, folder, recurse=False)[0])
    return list(dict.fromkeys(found))


def _read(source: Source, name: str, judge: Callable[[str, str], Iterable[Fault]]) -> list[Fault]:
    try:
        return list(judge(source.read(name).decode("utf-8-sig"), name))
    except UnicodeDecodeError:
        return [Fault(name, 1, 1, "", "is not UTF-8", "save it as UTF-8")]
    except SpecError as error:
        return error.faults
    except RepositoryError as error:
        return [Fault(name, 1, 1, "", error.message.partition(": ")[2], error.hint)]


def _manifests(source: Source, folders: Sequence[str]) -> list[str]:
    found: list[str] = []
    for folder in folders:
        found += [name.removeprefix("./") for name, plain in applied.names(source.root, folder, recurse=False) if plain]
    return [name for name in dict.fromkeys(found) if posixpath.basename(name) not in NAMES]


def _of_kustomization(source: Source, folder: str, text: str, file: str) -> Iterator[Fault]:
    for document in yaml_plain.compose(text, file, yaml_plain.MEND):
        for key, value in document.value if isinstance(document, yaml_plain.MappingNode) else ():
            where = Fault(file, key.start_mark.line + 1, key.start_mark.column + 1, str(key.value), "")
            field = str(key.value).lower()
            if field in _HELM:
                yield where._replace(message="renders a Helm chart", hint=_CHART)
            elif field == "secretgenerator":
                yield from _generated_secrets(document, where)
            elif field in _PLUGINS:
                yield from _plugins(source, folder, value, where)
    for reference in sources.references(source.root, file):
        if sources.is_remote(reference.text):
            mark = reference.node.start_mark
            yield Fault(file, mark.line + 1, mark.column + 1, reference.field, *_remote(reference.text))


def _generated_secrets(document: yaml_plain.Node, where: Fault) -> Iterator[Fault]:
    """Yield the Secrets that a kustomization makes of files and literals in git."""
    named: dict[str, list[str]] = {}
    for field, text in yaml_plain.strings(
        item for key, value in document.value if key.value == where.path for item in value.value
    ):
        if field == "name":
            named[text] = []
        elif field in ("literals", "files") and named:
            named[next(reversed(named))].append(text.partition("=")[0].rpartition("/")[2])
    for name, keys in named.items():
        yield where._replace(message=f"has the secret {name} in git", hint=_instead(name, keys or ["KEY"]))


def _remote(text: str) -> tuple[str, str]:
    hint = "adopt it from there: adopt URL@REF, or copy what it gives into this repository"
    if _PINNED.search(text):
        return f"{text} would be read from the network", hint
    return f"{text} is another one whenever its branch moves", f"name a version, and {hint}"


def _plugins(source: Source, folder: str, value: yaml_plain.Node, where: Fault) -> Iterator[Fault]:
    """Yield plugins that kustomize does not bring along; its own ones say `apiVersion: builtin`."""
    for item in value.value if isinstance(value, yaml_plain.SequenceNode) else ():
        text = str(item.value)
        if "\n" not in text:
            try:
                text = source.read(f"{folder}/{text}").decode("utf-8", errors="replace")
            except RepositoryError:
                continue  # a folder, or nothing: the build tells
        if not re.search(r"^\s*apiVersion:\s*['\"]?builtin\b", text, re.MULTILINE):
            hint = "write what it makes into files, or say it with patches; Argo CD runs no plugins"
            yield where._replace(
                line=item.start_mark.line + 1, message="a plugin, which is a program of its own", hint=hint
            )


def _of_manifests(text: str, file: str) -> Iterator[Fault]:
    if found := _TEMPLATE.search(text):
        yield Fault(file, text.count("\n", 0, found.start()) + 1, 1, "", "a template of a Helm chart", _CHART)
        return
    for document in stream.split(text.encode(), file)[0]:
        if secret := _secret(document.data):
            name = stream.identity(document.data).name
            yield document.fault("", "has data in git, where everybody can read it", _instead(name, secret))


def _secret(data: dict[str, Any]) -> list[str]:
    """Return the keys of a Secret with data."""
    if data.get("kind") != "Secret" or data.get("apiVersion") != "v1":
        return []
    maps = [data.get(name) for name in ("data", "stringData")]
    return sorted({str(key) for one in maps if isinstance(one, dict) for key in one})


def _instead(name: str, keys: Sequence[str]) -> str:
    """Return an ExternalSecret that takes the place of a Secret."""
    data = ", ".join(f"{{secretKey: {key}, remoteRef: {{key: {name}, property: {key}}}}}" for key in keys)
    return (
        "move the values to Secrets Manager, revoke them, and put this in its place: "
        f"{{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {{name: {name}}}, spec: "
        f"{{secretStoreRef: {{kind: ClusterSecretStore, name: aws-secrets-manager}}, target: {{name: {name}}}, "
        f"data: [{data}]}}}}"
    )


def _twice(documents: Sequence[Document]) -> Iterator[Fault]:
    """Yield objects that a folder has twice: the last one wins today, and kustomize takes neither."""
    seen: dict[Identity, Document] = {}
    for document in documents:
        found = stream.identity(document.data)
        other = seen.setdefault(found, document)
        if other is not document and found.name:
            about = f"is there twice, first in {other.file}:{other.line}"
            yield document.fault("", about, "keep the one that runs: Argo CD applies the last")
