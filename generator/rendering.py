"""What a regeneration would change in the cluster: the manifests before and after, by real ``kustomize build``.

*After* is built from a copy of the work tree, in a temporary folder, with the
plan applied. The data of Secrets is never shown.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from generator import process, regenerate, tools, yaml_emit
from generator.errors import ProcessError, RepositoryError
from generator.regenerate import Plan

GITOPS: Final = "gitops"
# What kustomize puts after the names of generated ConfigMaps and Secrets.
_HASH: Final = re.compile(r"-[0-9a-z]{10}\Z")
_HASHED: Final = ("ConfigMap", "Secret")
_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_SECRET_FIELDS: Final = ("data", "stringData")


@dataclass(frozen=True, slots=True)
class Change:
    """One object of one environment (or of ``gitops``), as a unified diff of its manifest."""

    environment: str
    object: str
    lines: tuple[str, ...]


def changes(directory: Path, planned: Plan) -> list[Change]:
    """What would change, by environment and object. ``ToolError`` without kustomize."""
    places = sorted(_touched(directory, planned))
    if not places:
        return []
    kustomize = tools.find("kustomize")
    with tempfile.TemporaryDirectory(prefix="gitops-generator-") as folder:
        copy = Path(folder) / "after"
        shutil.copytree(directory, copy, symlinks=True, ignore=_hidden, copy_function=_linked)
        regenerate.write(copy, planned)
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
            before = pool.map(lambda place: _objects(directory, place, kustomize), places)
            after = list(pool.map(lambda place: _objects(copy, place, kustomize), places))
            pairs = zip(places, before, after, strict=True)
            return [change for place, old, new in pairs for change in _compared(place, old, new)]


def _hidden(_folder: str, names: list[str]) -> list[str]:
    """What no overlay refers to: git's folder, virtual environments, caches."""
    return [name for name in names if name.startswith(".") and name != ".generator"]


def _linked(source: str, target: str) -> None:
    """A second name for a file costs nothing; nothing is ever written into a file that is there."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # another file system
        shutil.copy2(source, target)


def _touched(directory: Path, planned: Plan) -> set[tuple[str, str]]:
    """(environment, folder) of the overlays that would be built differently, and of ``gitops``."""
    paths = {outcome.path for outcome in planned.changes}
    paths |= {*planned.vacated, *planned.carried, *planned.carried.values()}
    apps = {path.split("/")[1] for path in paths if path.startswith("base/")}
    found = {(path.split("/")[1], "/".join(path.split("/")[:3])) for path in paths if path.startswith("overlays/")}
    existing = (folder.relative_to(directory).as_posix() for folder in (directory / "overlays").glob("*/*"))
    known = {*existing, *(f"overlays/{env}/{app}" for env in planned.spec.environments for app in planned.spec.apps)}
    found |= {(path.split("/")[1], path) for path in known if path.split("/")[2] in apps}
    return found | ({(GITOPS, GITOPS)} if any(path.startswith(f"{GITOPS}/") for path in paths) else set())


def _objects(directory: Path, place: tuple[str, str], kustomize: Path) -> dict[str, str]:
    """The manifests of an overlay by kind, namespace and name; none where there is no overlay."""
    folder = directory / place[1]
    if place[0] == GITOPS:
        texts = [file.read_text(errors="replace") for file in sorted(folder.rglob("*.yaml"))]
        return dict(_split("\n---\n".join(texts)))
    if not folder.is_dir():
        return {}
    try:
        return dict(_split(process.run([kustomize, "build", folder]).stdout))
    except ProcessError as exc:
        said = (exc.stderr.strip() or exc.message).replace(str(directory), "")
        raise RepositoryError(f"{place[1]}: kustomize cannot build it\n{said}", "python -m generator validate") from exc


def _split(text: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^---\n", text, flags=re.MULTILINE):
        manifest = yaml.load(part, yaml.CSafeLoader)
        if isinstance(manifest, dict):
            yield _name(manifest), part.rstrip("\n") + "\n"


def _name(manifest: dict[str, Any]) -> str:
    metadata = manifest.get("metadata") or {}
    kind, name = str(manifest.get("kind")), str(metadata.get("name"))
    plain = _HASH.sub("", name) if kind in _HASHED else name
    return "/".join(str(part) for part in (kind, metadata.get("namespace"), plain) if part)


def _compared(place: tuple[str, str], before: dict[str, str], after: dict[str, str]) -> Iterable[Change]:
    for name in sorted({*before, *after}):
        old, new = before.get(name, ""), after.get(name, "")
        if old == new:
            continue
        if name.startswith("Secret/"):
            old, new = _redacted(old, ""), _redacted(new, old)
        sides = [f"{side}/{place[0]}/{name}" if text else "/dev/null" for side, text in (("a", old), ("b", new))]
        lines = difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), sides[0], sides[1])
        yield Change(place[0], name, tuple(lines))


def _redacted(text: str, former: str) -> str:
    """A Secret without its values, and without the annotation in which ``kubectl apply`` repeats them."""
    if not text:
        return ""
    manifest = yaml.load(text, yaml.CSafeLoader)
    known = yaml.load(former, yaml.CSafeLoader) if former else manifest
    for name in _SECRET_FIELDS:
        values, others = manifest.get(name) or {}, known.get(name) or {}
        if values:
            same = {key: values[key] == others.get(key, values[key]) for key in values}
            manifest[name] = {key: "(hidden)" if same[key] else "(hidden, changed)" for key in values}
    annotations = (manifest.get("metadata") or {}).get("annotations") or {}
    annotations.pop(_APPLIED, None)
    return yaml_emit.dump(manifest)
