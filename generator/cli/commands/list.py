"""``list``: the apps and environments of the spec."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator import Spec

HELP: Final = "list the apps or the environments of generator.yaml"
EXAMPLE: Final = """\
  python -m generator list
  python -m generator list environments
  python -m generator list -o name            for scripts and completions"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("what", nargs="?", choices=("apps", "environments"), default="apps", help="apps if left out")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator

    spec = generator.load_spec(options.directory)
    found = _apps(spec, json=options.json) if options.what == "apps" else _environments(spec)
    if options.json:
        console.emit({options.what: found})
        return 0
    head = list(found[0]) if found else ["name"]
    console.table(head, [[_cell(value) for value in row.values()] for row in found])
    return 0


def _apps(spec: Spec, *, json: bool) -> list[dict[str, object]]:
    return [
        {
            "app": app.name,
            "image": app.image,
            "source": app.build.source if app.build else None,
            "replicas": _replicas(spec, app.name, "replicas" if json else "pods"),
        }
        for app in spec.apps.values()
    ]


def _replicas(spec: Spec, name: str, written: str) -> dict[str, object]:
    """Return the number of pods in each environment; of a chart, its values tell."""
    app = spec.described.get(name)
    return {environment: getattr(here, written) for environment, here in app.instances.items()} if app else {}


def _environments(spec: Spec) -> list[dict[str, object]]:
    return [
        {
            "environment": one.name,
            "namespace": one.namespace,
            "cluster": one.told_clusters,
            "sync": one.sync,
            "approvers": list(one.approvers),
        }
        for one in spec.environments.values()
    ]


def _cell(value: object) -> str:
    if not value:
        return "-"
    match value:
        case dict():
            return " ".join(f"{name}={'auto' if count is None else count}" for name, count in value.items())
        case list():
            return ", ".join(str(item) for item in value)
    return str(value)
