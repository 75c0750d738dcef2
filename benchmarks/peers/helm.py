"""helm template: a chart, and a release of it for each app. It overwrites everything."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from benchmarks.peers import work


def prepare(folder: Path, templates: Mapping[str, str], numbers: range) -> None:
    """Prepare as ``peers`` says.

    Names of files cannot be templates there, so each app's files lie in its own folder.
    """
    chart = folder / "chart"
    for path, text in templates.items():
        target = chart / "templates" / path.replace(work.NAME, "app")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace(work.NAME, "{{ .Values.name }}").replace(work.NUMBER, "{{ .Values.number }}"))
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: app\nversion: 1.0.0\n")
    work.keep(folder, numbers)


def first(folder: Path) -> None:
    """Generate as ``peers`` says."""
    for app in work.kept(folder):
        values = [word for name, value in app.items() for word in ("--set-string", f"{name}={value}")]
        where = ["--output-dir", str(folder / "out" / app["name"])]
        command = [os.environ["HELM"], "template", app["name"], str(folder / "chart"), *where, *values]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


again = first
