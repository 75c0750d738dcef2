"""cookiecutter: a run for each app, all in one process. It overwrites everything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from benchmarks.peers import work


def prepare(folder: Path, templates: Mapping[str, str], numbers: range) -> None:
    """Prepare as ``peers`` says."""
    template = folder / "template"
    work.write(template / "{{cookiecutter.out}}", templates, "{{cookiecutter.name}}", "{{cookiecutter.number}}")
    (template / "cookiecutter.json").write_text(json.dumps({"out": "out", "name": "", "number": ""}))
    work.keep(folder, numbers)


def first(folder: Path) -> None:
    """Generate as ``peers`` says."""
    from cookiecutter.main import cookiecutter

    for app in work.kept(folder):
        cookiecutter(
            str(folder / "template"), no_input=True, extra_context=app, output_dir=str(folder), overwrite_if_exists=True
        )


again = first
