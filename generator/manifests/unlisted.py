"""Find things without effect: generated files that no kustomization lists, and objects that select no pods.

Users edit kustomizations, and ``--adopt`` keeps whole ones. The generated lists are compared with the present ones;
nothing is parsed if all entries are there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from generator.errors import Fault, RepositoryError, SpecError
from generator.files import reader
from generator.manifests.build_inputs import NAMES
from generator.spec.layout import KUSTOMIZATION, OVERLAY, Location, base_path, overlay_path

if TYPE_CHECKING:
    # Imported where they are used, as what parses manifests is: most runs find nothing to look into.
    from generator.manifests.stream import Document

# As we write it: an entry of `resources`, or of `patches`.
_ENTRY: Final = re.compile(rb"^- (?:path: )?([A-Za-z0-9._/-]+)$", re.MULTILINE)
# Labels that controllers give to the pods that they make: no template has them.
_OF_CONTROLLERS: Final = frozenset(
    {
        "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index", "pod-template-hash",
        "controller-revision-hash", "batch.kubernetes.io/job-name", "batch.kubernetes.io/job-completion-index",
    }
)  # fmt: skip
_FIELD: Final = re.compile(rb"^([A-Za-z]+):", re.MULTILINE)


def faults(directory: Path, versions: Iterable[tuple[str, bytes, bytes]]) -> list[Fault]:
    """Return a fault for each file or folder that was generated into a list, still exists, and is listed nowhere.

    ``versions`` are path, generated content and local content of the files that differ.
    """
    found: list[Fault] = []
    for path, content, local in versions:
        if path.endswith(f"/{KUSTOMIZATION}") and Location.parse(path).is_folder:
            gone = [entry for entry in _ENTRY.findall(content) if not _lists(local, entry)]
            found += _unlisted(directory, path, gone) if gone else ()
    return found


def on_disk(directory: Path, generated: Mapping[str, bytes]) -> Iterator[tuple[str, bytes, bytes]]:
    """Yield the kustomizations that differ from what was generated, as ``faults`` takes them."""
    for path, content in generated.items():
        if not path.endswith(f"/{KUSTOMIZATION}"):
            continue
        try:
            local = reader.content(os.fspath(directory / path))
        except OSError:  # deleted, or no plain file: others tell
            continue
        if local != content:
            yield path, content, local


def _lists(content: bytes, entry: bytes) -> bool:
    """Tell whether an entry stands in a kustomization outside of a comment."""
    return bool(
        re.search(rb"^[^#\n]*(?<![A-Za-z0-9._/-])(?:\./)?%s/?(?![A-Za-z0-9._/-])" % re.escape(entry), content, re.M)
    )


def _unlisted(directory: Path, path: str, entries: Iterable[bytes]) -> Iterator[Fault]:
    folder = path.rpartition("/")[0]
    listed = _listed(directory, _app_folders(directory, folder))
    for entry in entries:
        name = os.path.normpath(f"{folder}/{entry.decode()}")
        if name in listed or not (directory / name).exists():
            continue
        if (directory / name).is_dir():
            what, hint = "is not built on here, so nothing of it is applied", "add it to `resources`"
        else:
            what, hint = "is listed nowhere, so it does nothing", "list it here, or delete it"
        yield Fault(path, 1, 1, name, what, hint)


def _app_folders(directory: Path, folder: str) -> list[str]:
    """List the folders whose kustomizations may list a file of ``folder``: an overlay its own, a base its app's."""
    place = Location.parse(folder)
    if place.kind == OVERLAY:
        return [place.folder]
    overlays = directory.glob(overlay_path("*", place.app))
    return [folder, *(overlay.relative_to(directory).as_posix() for overlay in overlays)]


def _listed(directory: Path, folders: Iterable[str]) -> set[str]:
    """Return every path that some kustomization in these folders names."""
    found: set[str] = set()
    for folder in folders:
        for name, plain in reader.under(directory, folder):
            if plain and name.rpartition("/")[2] in NAMES:
                found |= {os.path.normpath(f"{name.rpartition('/')[0]}/{text}") for text in _names(directory, name)}
    return found


def _names(directory: Path, name: str) -> list[str]:
    from generator.manifests import sources

    try:
        return [reference.text for reference in sources.references(directory, name)]
    except (RepositoryError, SpecError):  # others tell
        return []


def without_effect(path: str, generated: bytes, local: bytes) -> list[str]:
    """Describe the generated fields of a kustomization that a user took out."""
    if not path.endswith(f"/{KUSTOMIZATION}"):
        return []
    there = {b"apiVersion", b"kind", b"metadata", b"resources", *_FIELD.findall(local)}
    gone = [field.decode() for field in _FIELD.findall(generated) if field not in there]
    return [f"{path}: has no `{field}`, so what the spec says of it has no effect here" for field in gone]


def in_base(directory: Path, app: str, idle: Collection[str]) -> list[Fault]:
    """Find objects of an app's base that select no pods, as far as its files tell.

    The ``idle`` ones are not applied.
    """
    from generator.manifests import stream

    documents: list[Document] = []
    for name, plain in reader.under(directory, base_path(app)):
        if name in idle:
            continue
        if plain and name.endswith((".yaml", ".yml")) and name.rpartition("/")[2] not in NAMES:
            try:
                documents += stream.split(reader.read(directory, name), name)[0]
            except RepositoryError:
                continue
    return [document.fault("", message, hint) for document, message, hint in without_pods(documents, ())]


def without_pods(documents: Sequence[Document], apps: Collection[str]) -> Iterator[tuple[Document, str, str]]:
    """Yield Services, budgets and autoscalers that select nothing among ``documents``: name, problem, and a hint.

    Objects that select the pods of another one of the ``apps`` are left out.
    """
    labels = [found for document in documents if (found := _pod_labels(document.data)) is not None]
    names = {(document.data.get("kind"), (document.data.get("metadata") or {}).get("name")) for document in documents}
    for document in documents:
        kind, spec = document.data.get("kind"), document.data.get("spec")
        if not isinstance(spec, dict):
            continue
        wanted = _selector(kind, spec)
        if (
            wanted
            and wanted.get("app.kubernetes.io/name") not in apps
            and not any(wanted.items() <= found.items() for found in labels)
        ):
            shown = ", ".join(f"{key}={value}" for key, value in wanted.items())
            yield document, f"selects {shown}, and no pod here has that", "give it the labels of the pods"
        target = spec.get("scaleTargetRef") if kind in ("HorizontalPodAutoscaler", "ScaledObject") else None
        if isinstance(target, dict) and (target.get("kind", "Deployment"), target.get("name")) not in names:
            about = f"scales {target.get('kind', 'Deployment')} {target.get('name')}, which is not here"
            yield document, about, "give it the name of the workload"


def _selector(kind: object, spec: dict[str, Any]) -> dict[str, Any]:
    found = spec.get("selector")
    if kind == "PodDisruptionBudget" and isinstance(found, dict):
        found = found.get("matchLabels")
    elif kind != "Service":
        return {}
    given = found if isinstance(found, dict) else {}
    return {name: value for name, value in given.items() if name not in _OF_CONTROLLERS}


def _pod_labels(manifest: dict[str, Any]) -> dict[str, Any] | None:
    """Return the labels of the pods that a workload makes; ``None`` for other kinds."""
    from generator.render.kinds import workloads

    place = workloads.pod_path(str(manifest.get("kind")))
    if place is None:
        return None
    value: Any = manifest
    for field in (*place, "metadata", "labels"):
        value = value.get(field) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
