"""``open``: open a page of an app in the browser."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "open an app's page in the browser: where it runs, on the forge, or its pull request"
EXAMPLE: Final = """\
  python -m generator open web -e prod                in Argo CD, if ARGOCD_SERVER is set; for an app on
                                                     ECS, in AWS' console; else on the forge
  python -m generator open web -e prod --repo         the overlay on the forge
  python -m generator open web --request              the open promotion or rollback
  python -m generator open web -e prod --print | xclip

On a terminal, the command opens the browser ($BROWSER, or the system's default). In a pipe, with --print, or without a
browser, it prints the address."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.app(parser)
    shared.environment(parser)
    page = parser.add_mutually_exclusive_group()
    for name, about in (
        ("argocd", "its Application in Argo CD"),
        ("ecs", "its service in AWS' console"),
        ("repo", "its overlay on the forge, or its base without -e"),
        ("request", "the open pull request that moves it"),
    ):
        page.add_argument(f"--{name}", dest="page", action="store_const", const=name, help=about)
    parser.add_argument("--print", action="store_true", help="print the address, and open nothing")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator

    request = generator.LinkRequest(options.app, options.env, options.page, options.directory)
    with console.progress() as progress:
        result = generator.link(request, progress=progress, credentials=options.credentials)
    if options.json:
        console.emit({name: getattr(result, name) for name in ("app", "environment", "page", "url")})
    elif options.print or not sys.stdout.isatty() or not _opened(result.url):
        console.say(result.url)
    return 0


def _opened(url: str) -> bool:
    """Open a page in a browser; return False without a browser, or if ``url`` (a forge's word) is not HTTP or HTTPS."""
    import webbrowser

    if not url.startswith(("https://", "http://")):
        return False
    console.note(f"opening {url}")
    return webbrowser.open(url)
