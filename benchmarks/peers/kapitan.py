"""kapitan: a target for each app, each compiling the same Jinja templates. It wipes and writes everything."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks.peers import work

_TARGET = """\
parameters:
  name: {name}
  number: "{number}"
  target_name: {name}
  kapitan:
    vars: {{target: {name}}}
    compile:
    - output_path: .
      input_type: jinja2
      input_paths: [templates]
"""


def prepare(folder: Path, templates: Mapping[str, str], numbers: range) -> None:
    """Prepare as ``peers`` says.

    Names of files cannot be templates there, so each app's files lie in its own folder.
    """
    parameters = "{{ inventory.parameters.%s }}"
    for path, text in templates.items():
        target = folder / "templates" / path.replace(work.NAME, "app")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace(work.NAME, parameters % "name").replace(work.NUMBER, parameters % "number"))
    targets = folder / "inventory" / "targets"
    targets.mkdir(parents=True)
    (folder / "inventory" / "classes").mkdir()
    for number in numbers:
        name = work.app(number)
        (targets / f"{name}.yml").write_text(_TARGET.format(name=name, number=number))


def first(folder: Path) -> None:
    """Generate as ``peers`` says."""
    import os
    import sys

    from kapitan.cli import main

    os.chdir(folder)
    sys.argv = ["kapitan", "compile", "--output-path", str(folder / "out")]
    raise SystemExit(main())


again = first
