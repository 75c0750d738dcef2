"""Golden cases: a folder for each shape of app, with its spec and all that is generated from it.

Of an app that is adopted, its files lie there, too. To add one: write ``tests/golden/cases/SHAPE/generator.yaml``, run ``pytest tests/golden --update-golden``, and read
what it wrote.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

import yaml

from generator import process
from generator.render import render
from generator.spec import layout, loader, said
from generator.spec.model import Spec
from testing import ROOT
from testing.programs import tool

CASES: Final = ROOT / "tests" / "golden" / "cases"
# What a spec names in its repository.
GIVEN: Final = "given"
NAMES: Final = sorted(path.name for path in CASES.iterdir() if (path / layout.SPEC).is_file())


def spec(name: str) -> Spec:
    """Return the spec of a case."""
    return loader.load(CASES / name)


def rendered(name: str) -> dict[str, str]:
    """Return the generated files, by path."""
    return {path: file.text for path, file in render(spec(name)).items()}


def stored(name: str) -> dict[str, str]:
    """Return the stored files of the case, by path."""
    folder = CASES / name
    files = (path for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(folder).as_posix(): path.read_text() for path in files}
    known = spec(name)
    return {path: text for path, text in found.items() if path != layout.SPEC and not _is_given(known, path)}


def _is_given(known: Spec, path: str) -> bool:
    """Tell whether a file is the user's own: one that a spec names, or in a folder of an app that is adopted."""
    place = layout.Location.parse(path)
    return (
        path.startswith(f"{GIVEN}/")
        or path in known.data.get(said.INCLUDED, {})
        or (place.is_folder and place.app in known.adopted)
    )


def update(name: str) -> None:
    """Replace the stored files by the generated ones."""
    folder = CASES / name
    for path in stored(name):
        (folder / path).unlink()
    shutil.rmtree(folder / layout.RECORDS, ignore_errors=True)
    for path, text in rendered(name).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def built(name: str) -> dict[str, list[dict[str, Any]]]:
    """Return what the cluster gets, by the folder that Argo CD applies: as kustomize builds it, and ``gitops/``."""
    found: dict[str, list[dict[str, Any]]] = {}
    folder = CASES / name
    for path in sorted(folder.glob(f"{layout.OVERLAYS}/*/*/{layout.KUSTOMIZATION}")):
        text = process.run([tool("kustomize"), "build", path.parent]).stdout
        found[path.parent.relative_to(folder).as_posix()] = [*yaml.safe_load_all(text)]
    gitops = [one for path in sorted(folder.glob(f"{layout.GITOPS}/**/*.yaml")) for one in _documents(path)]
    return {**found, **({layout.GITOPS: gitops} if gitops else {})}


def _documents(path: Path) -> list[dict[str, Any]]:
    return [*yaml.safe_load_all(path.read_text())]
