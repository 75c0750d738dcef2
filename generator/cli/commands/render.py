"""``render``: the manifests of one app in one environment."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, Final

from generator.cli import console

HELP: Final = "print the manifests of an app in an environment, as Argo CD would apply them"
EXAMPLE: Final = """\
  python -m generator render web -e prod
  python -m generator render web -e prod -o name
  python -m generator render web -e prod | kubectl diff -f -

It builds the overlay as it is here, hand edits and all, with the kustomize of `tools install`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
    parser.add_argument("app", metavar="APP", help="an app of the spec")
    parser.add_argument("-e", "-n", "--env", required=True, metavar="ENV", help="the environment")


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    from generator import tools
    from generator.delivery.image import slot
    from generator.git import sparse
    from generator.manifests import rendered, sources
    from generator.spec import loader
    from generator.spec.layout import BASES, OVERLAYS

    spec = loader.load(options.directory)
    place = slot(spec, options.app, options.env)
    sparse.require(options.directory, (BASES, OVERLAYS))
    with console.progress(f"building {options.app} in {options.env}"):
        folder = place.path.rpartition("/")[0]
        found = rendered.build(options.directory, folder, tools.find("kustomize"), sources.rules(spec))
    if options.json:
        console.emit({"app": options.app, "environment": options.env, "manifests": _parsed(found)})
    elif options.form == "name":
        console.table(("object",), [(name,) for name in found])
    else:
        console.say("---\n".join(found.values()).rstrip("\n"))
    return 0


def _parsed(found: Mapping[str, str]) -> list[dict[str, Any]]:
    from generator.manifests import stream

    return [document.data for text in found.values() for document in stream.split(text.encode(), "manifests")[0]]
