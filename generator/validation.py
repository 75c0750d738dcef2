"""Prove the manifests: ``kustomize build`` and strict kubeconform over every overlay and all of ``gitops/``.

Offline, with the schemas of Kubernetes, Argo CD and External Secrets that come
with this package. Nothing may be skipped: kubeconform skips what it has no
schema for, and would call that success.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from generator import process, schemas, tools
from generator.errors import ProcessError, RepositoryError, ToolError
from generator.outputs.kustomization import overlay_path
from generator.spec.model import Spec

# A misspelled field that a strict check must refuse; if it passes, the check itself is broken.
CONTROL: Final = b"apiVersion: v1\nkind: Service\nmetadata:\n  name: control\nspec:\n  prots: []\n"


@dataclass(frozen=True, slots=True)
class Result:
    """One overlay (or ``gitops``): how many manifests it holds, and what is wrong with them."""

    path: str
    manifests: int
    problems: tuple[str, ...]


def validate(directory: Path, spec: Spec) -> list[Result]:
    """A result for each overlay and for ``gitops``, in that order. ``ToolError`` if a tool is missing."""
    kustomize, kubeconform = tools.find("kustomize"), tools.find("kubeconform")
    check = [str(kubeconform), *schemas.kubeconform_arguments(), "-strict", "-summary", "-output", "json"]
    _control(check)
    overlays = [overlay_path(environment, app) for environment in spec.environments for app in spec.apps]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        results = list(pool.map(lambda overlay: _overlay(directory, overlay, kustomize, check), overlays))
    return [*results, _gitops(directory, check)]


def _control(check: list[str]) -> None:
    done = process.run([*check, "-"], stdin=CONTROL, ok=(0, 1))
    if done.returncode == 0:
        raise ToolError("kubeconform accepts a misspelled field", "its schemas are damaged; clear the cache folder")


def _overlay(directory: Path, overlay: str, kustomize: Path, check: list[str]) -> Result:
    try:
        # kustomize is kept from the network: a remote base would make yesterday's result a guess.
        built = process.run([kustomize, "build", str(directory / overlay)], timeout=120)
    except ProcessError as exc:
        return Result(overlay, 0, (exc.stderr.strip() or exc.message,))
    return _checked(overlay, built.stdout.encode(), check)


def _gitops(directory: Path, check: list[str]) -> Result:
    files = sorted((directory / "gitops").rglob("*.yaml"))
    if not files:
        raise RepositoryError("gitops: no files", "generate them: python -m generator")
    return _checked("gitops", b"\n---\n".join(file.read_bytes() for file in files), check)


def _checked(path: str, manifests: bytes, check: list[str]) -> Result:
    done = process.run([*check, "-"], stdin=manifests, ok=(0, 1))
    try:
        answer = json.loads(done.stdout)
    except json.JSONDecodeError:
        return Result(path, 0, (done.stderr.strip() or "kubeconform gave no answer",))
    summary: dict[str, int] = answer["summary"]
    problems = [_problem(resource) for resource in answer.get("resources") or []]
    if summary["skipped"]:
        problems.append(f"{summary['skipped']} manifests were skipped, having no schema")
    return Result(path, sum(summary.values()), (*problems, *_plaintext_secrets(manifests)))


def _problem(resource: dict[str, Any]) -> str:
    details = [f"{error.get('path', '')}: {error.get('msg', '')}" for error in resource.get("validationErrors") or []]
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
