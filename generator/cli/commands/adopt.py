"""``adopt``: bring in your own manifests, unchanged, as an app."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "bring in your own manifests, unchanged, as an app"
EXAMPLE: Final = """\
  python -m generator adopt deploy/web                            report what would change; write nothing
  python -m generator adopt deploy/web --write                    do it
  python -m generator adopt deploy/web --env prod=overlays/live --env dev=.
  python -m generator adopt https://github.com/acme/web//deploy@v1.5.0 --app web --write
  python -m generator adopt ~/src/web/k8s --app web --image ghcr.io/acme/web

PATH is a folder of plain manifests, or a kustomization with overlays. The command changes nothing in the files but
the references and images that it reports. It builds the objects before and after, and writes nothing if any of them
differs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("path", metavar="PATH", help="the folder with the manifests, or URL//FOLDER@REF")
    parser.add_argument("--app", default="", metavar="NAME", help="the app's name; the folder's if left out")
    parser.add_argument(
        "-e", "-n", "--env", action="append", default=[], dest="environments", metavar="ENV=FOLDER",
        help="the folder below PATH for an environment, if it has another name than the environment; repeatable",
    )  # fmt: skip
    parser.add_argument("--image", metavar="NAME", help="the image that releases set, if the manifests have several")
    parser.add_argument(
        "--keep",
        choices=("local", "updated"),
        help="for an app that was adopted before: keep this side in each conflict",
    )
    parser.add_argument(
        "--write", action="store_true", help="write it; without this, only report what would be written"
    )


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import adopt as output

    request = generator.AdoptRequest(
        options.path,
        options.directory,
        options.app,
        _folders(options.environments),
        options.image,
        options.write,
        options.keep,
    )
    with console.progress() as progress:
        result = generator.adopt(request, progress=progress, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result))
    else:
        output.show(result)
    return 1 if result.adoption.faults else 0


def _folders(words: list[str]) -> dict[str, str]:
    from generator.errors import UsageError

    found: dict[str, str] = {}
    for word in words:
        name, mark, folder = word.partition("=")
        if not mark or not name or not folder:
            raise UsageError(f"--env {word}: no folder", "write --env ENV=FOLDER, like --env prod=overlays/live")
        if name in found:
            raise UsageError(f"--env {name} is there twice", "give each environment one folder")
        found[name] = folder
    return found
