"""cdk8s: a Python program that makes every object, with a chart for each file. It wipes and writes everything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from benchmarks.peers import work


def prepare(folder: Path, templates: Mapping[str, str], numbers: range) -> None:
    """Prepare as ``peers`` says. The program gets plain data, as it would from a spec."""
    import yaml

    (folder / "templates.json").write_text(json.dumps({path: yaml.safe_load(text) for path, text in templates.items()}))
    work.keep(folder, numbers)


def first(folder: Path) -> None:
    """Generate as ``peers`` says."""
    import cdk8s

    text = (folder / "templates.json").read_text()
    program = cdk8s.App(outdir=str(folder / "out"))
    for app in work.kept(folder):
        files = json.loads(text.replace(work.NAME, app["name"]).replace(work.NUMBER, app["number"]))
        for path, manifest in files.items():
            chart = cdk8s.Chart(program, path.removesuffix(".yaml").replace("/", "-"))
            thing = cdk8s.ApiObject(chart, "object", api_version=manifest.pop("apiVersion"), kind=manifest.pop("kind"))
            for field, value in manifest.items():
                thing.add_json_patch(cdk8s.JsonPatch.add(f"/{field}", value))
    program.synth()


again = first
