"""``previews``: what open pull requests have."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "list the previews of open pull requests, comment their addresses, end those that are too old"
EXAMPLE: Final = """\
  python -m generator previews                        list them; change nothing
  python -m generator previews --comment              tell each request where its preview is
  python -m generator previews --comment --expire     and take the label off requests older than `timeToLive`

Of environments with `pullRequests`. Argo CD makes a preview while its request has the label, so one that loses it
goes. The comment is one, and is brought up to date. The forge's token has to write comments and labels."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "-e", "-n", "--env", action="append", default=[], dest="environments", metavar="ENV",
        help="an environment with previews; repeatable; all of them if left out",
    )  # fmt: skip
    parser.add_argument("--comment", action="store_true", help="tell each request where its preview is")
    parser.add_argument("--expire", action="store_true", help="take the label off those that are too old")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import previews as output

    request = generator.PreviewsRequest(
        options.directory, tuple(options.environments), comment=options.comment, expire=options.expire
    )
    with console.progress() as progress:
        result = generator.previews(request, progress=progress, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result, ended=options.expire))
    else:
        output.show(result, ended=options.expire)
    return 0
