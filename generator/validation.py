"""Prove the manifests: ``kustomize build`` and strict kubeconform over every overlay and all of ``gitops/``.

Offline, with the schemas of Kubernetes, Argo CD and External Secrets that come
with this package. Nothing may be skipped: kubeconform skips what it has no
schema for, and would call that success.

What was found valid, and has not changed, is not looked at again (see ``validity``).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from generator import process, schemas, tools
from generator.errors import ProcessError, RepositoryError, ToolError
from generator.spec.model import Spec
from generator.spec.paths import overlay_path
from generator.validity import Validity

# A misspelled field that a strict check must refuse; if it passes, the check itself is broken.
CONTROL: Final = b"apiVersion: v1\nkind: Service\nmetadata:\n  name: control\nspec:\n  prots: []\n"
GITOPS: Final = "gitops"
_CONTROL_FILE: Final = "control.yaml"
_SECONDS: Final = 1800


@dataclass(frozen=True, slots=True)
class Result:
    """One overlay (or ``gitops``): how many manifests it holds, and what is wrong with them."""

    path: str
    manifests: int
    problems: tuple[str, ...]


def validate(directory: Path, spec: Spec) -> list[Result]:
    """A result for each overlay and for ``gitops``, in that order. ``ToolError`` if a tool is missing."""
    kustomize, kubeconform = tools.find("kustomize"), tools.find("kubeconform")
    if not any((directory / GITOPS).rglob("*.yaml")):
        raise RepositoryError("gitops: no files", "generate them: python -m generator")
    overlays = [overlay_path(environment, app) for environment in spec.environments for app in spec.apps]
    validity = Validity(directory, overlays, [GITOPS], (kustomize, kubeconform))
    results = {path: Result(path, manifests, ()) for path, manifests in validity.valid().items()}
    paths = [*overlays, GITOPS]
    results |= _checked(directory, [path for path in paths if path not in results], kustomize, kubeconform)
    validity.keep({path: result.manifests for path, result in results.items() if not result.problems})
    return [results[path] for path in paths]


def _checked(directory: Path, paths: list[str], kustomize: Path, kubeconform: Path) -> dict[str, Result]:
    """Build in parallel, then check everything with one kubeconform: it reads each schema once."""
    if not paths:
        return {}
    with TemporaryDirectory(prefix="gitops-generator-") as name:
        folder = Path(name)
        files = {path: folder / f"{number}.yaml" for number, path in enumerate(paths)}

        def build(path: str) -> Result | None:
            return _built(directory, path, kustomize, files[path])

        with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
            failed = {result.path: result for result in pool.map(build, paths) if result}
        (folder / _CONTROL_FILE).write_bytes(CONTROL)
        answers = _conform(kubeconform, folder)
        return {path: failed.get(path) or _result(path, file, answers.get(file.name)) for path, file in files.items()}


def _built(directory: Path, path: str, kustomize: Path, into: Path) -> Result | None:
    """Write what is to be checked; a result if already that fails."""
    if path == GITOPS:
        files = sorted((directory / GITOPS).rglob("*.yaml"))
        into.write_bytes(b"\n---\n".join(file.read_bytes() for file in files))
        return None
    try:
        process.run([kustomize, "build", directory / path, "--output", into], timeout=120)
    except ProcessError as exc:
        into.unlink(missing_ok=True)
        return Result(path, 0, (exc.stderr.strip() or exc.message,))
    return None


def _conform(kubeconform: Path, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """What kubeconform says of each manifest, by file name."""
    arguments = [*schemas.kubeconform_arguments(), "-verbose", "-output", "json", "-n", str(os.cpu_count() or 2)]
    done = process.run([kubeconform, *arguments, folder], ok=(0, 1), timeout=_SECONDS)
    try:
        resources = json.loads(done.stdout)["resources"]
    except (json.JSONDecodeError, KeyError) as exc:
        raise ToolError(f"kubeconform gave no answer: {done.stderr.strip()}", "see what it says of its own") from exc
    answers: dict[str, list[dict[str, Any]]] = {}
    for resource in resources:
        answers.setdefault(Path(resource["filename"]).name, []).append(resource)
    if [resource["status"] for resource in answers.get(_CONTROL_FILE, [])] != ["statusInvalid"]:
        raise ToolError("kubeconform accepts a misspelled field", "its schemas are damaged; clear the cache folder")
    return answers


def _result(path: str, file: Path, answer: list[dict[str, Any]] | None) -> Result:
    if answer is None:
        return Result(path, 0, ("kubeconform said nothing about it",))
    manifests = [resource for resource in answer if resource["status"]]  # an empty document has none
    bad = [resource for resource in manifests if resource["status"] != "statusValid"]
    return Result(path, len(manifests), (*sorted(map(_problem, bad)), *_plaintext_secrets(file.read_bytes())))


def _problem(resource: dict[str, Any]) -> str:
    details = [f"{error.get('path', '')}: {error.get('msg', '')}" for error in resource.get("validationErrors") or []]
    if resource["status"] == "statusSkipped":
        details = ["was skipped, having no schema"]
    return f"{resource.get('kind')}/{resource.get('name')}: " + ("; ".join(details) or resource.get("msg", "invalid"))


def _items(manifest: dict[str, Any]) -> list[object]:
    """What a ``List`` holds."""
    items = manifest.get("items")
    return items if isinstance(items, list) else []


def _plaintext_secrets(manifests: bytes) -> Iterable[str]:
    """Secrets with data: git is no place for them."""
    if b"Secret" not in manifests:
        return
    import yaml

    try:
        found = list(yaml.safe_load_all(manifests))
    except (yaml.YAMLError, ValueError) as exc:
        yield f"cannot be read: {exc}"
        return
    lists = [item for one in found if isinstance(one, dict) for item in _items(one)]
    for manifest in [*found, *lists]:
        if not isinstance(manifest, dict) or manifest.get("kind") != "Secret":
            continue
        if manifest.get("data") or manifest.get("stringData"):
            metadata = manifest.get("metadata")
            name = metadata.get("name") if isinstance(metadata, dict) else None
            yield f"Secret/{name}: has data in git; use `secrets:` in the spec, and AWS Secrets Manager"
