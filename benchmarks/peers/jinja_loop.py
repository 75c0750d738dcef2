"""A loop over Jinja templates, as people write it by hand. It merges nothing and overwrites everything."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks.peers import work


def prepare(folder: Path, templates: Mapping[str, str], numbers: range) -> None:
    """Prepare as ``peers`` says."""
    work.write(folder / "templates", templates, "{{ name }}", "{{ number }}")
    work.keep(folder, numbers)


def first(folder: Path) -> None:
    """Generate as ``peers`` says."""
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(loader=FileSystemLoader(folder / "templates"), keep_trailing_newline=True)
    templates = {name: environment.get_template(name) for name in environment.list_templates()}
    for app in work.kept(folder):
        for name, template in templates.items():
            target = folder / "out" / name.replace("{{ name }}", app["name"])
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(template.render(app))


again = first
