"""Find the Flux objects that deploy a folder today, and list the steps that remove them but keep what runs.

A Kustomization of Flux that is suspended removes nothing when it is deleted; one that is not removes all that it has
applied.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from generator.adoption import existing
from generator.errors import Fault, RepositoryError
from generator.files import reader
from generator.manifests import stream
from generator.manifests.stream import Document
from generator.spec.model import Spec
from generator.spec.plain_data import as_map as _map

GROUP: Final = "kustomize.toolkit.fluxcd.io"
HELM: Final = "helm.toolkit.fluxcd.io"
# With these, what Flux applies is not what the folder builds to.
_CHANGING: Final = ("patches", "images", "components", "postBuild", "namePrefix", "nameSuffix", "commonMetadata")
_SUSPEND: Final = '{"spec": {"suspend": true}}'

Deploying = Sequence[tuple[str, Document]]
"""The Kustomizations of Flux that deploy a folder, each with its environment."""


def find(directory: Path, places: Mapping[str, str]) -> list[tuple[str, Document]]:
    """List the Kustomizations of Flux in this repository that deploy the folders of environments."""
    documents = [one for path in existing.files(directory) for one in _of_flux(directory, path, GROUP)]
    return [(name, one) for one in documents for name, place in places.items() if _path(one) == place]


def releases(directory: Path, folder: str) -> Iterator[Fault]:
    """Yield the HelmReleases among the files of a folder: without Flux, they have no effect."""
    for path in existing.files(directory):
        for one in _of_flux(directory, path, HELM) if path.startswith(f"{folder}/") else ():
            chart = _map(_map(_map(one.data.get("spec")).get("chart")).get("spec"))
            said = f"name: {chart.get('chart') or '…'}, version: {chart.get('version') or '…'}"
            hint = f"make an app of its chart, and take it out here: `chart: {{repository: …, {said}}}` with `values`"
            yield Fault(one.file, one.line, 1, "", "a HelmRelease, which Flux alone makes anything of", hint)


def _of_flux(directory: Path, path: str, group: str) -> Iterator[Document]:
    try:
        content = reader.read(directory, path if "/" in path else f"./{path}")
    except RepositoryError:
        return
    if group.encode() in content:
        yield from (one for one in stream.split(content, path)[0] if stream.identity(one.data).group == group)


def _path(one: Document) -> str:
    return posixpath.normpath(str(_map(one.data.get("spec")).get("path") or ".").strip("/"))


def faults(spec: Spec, found: Deploying) -> Iterator[Fault]:
    """Yield the changes that only Flux makes to a folder's manifests."""
    for environment, one in found:
        said = _map(one.data.get("spec"))
        for name in _CHANGING:
            if said.get(name):
                hint = "write that into the folder's kustomization first, so that it builds to what runs"
                yield Fault(
                    one.file, one.line, 1, f"spec.{name}", "Flux changes by this what the folder builds to", hint
                )
        namespace, ours = said.get("targetNamespace"), spec.environments[environment].namespace
        if namespace and namespace != ours:
            about = f"Flux puts it into {namespace}, and {environment} is {ours} here"
            hint = f"say so in generator.yaml: `environments: {{{environment}: {{namespace: {namespace}}}}}`"
            yield Fault(one.file, one.line, 1, "spec.targetNamespace", about, hint)


def steps(found: Deploying) -> Iterator[str]:
    """Yield the steps of the handover in order: shell commands, with comments that say what to wait for."""
    for _, one in found:
        yield f"kubectl patch {_called(one)} --type merge --patch '{_SUSPEND}'   # say it in {one.file}, too, and push"
    for _, one in found:
        yield f"git rm {one.file}   # or take it out of it; in the commit that adopts it"
    for _, one in found:
        yield f"kubectl delete {_called(one)}   # suspended, it takes nothing along"


def _called(one: Document) -> str:
    metadata = _map(one.data.get("metadata"))
    return f"kustomization.{GROUP} {metadata.get('name')} --namespace {metadata.get('namespace') or 'flux-system'}"
