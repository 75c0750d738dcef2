"""``previews``: list, comment and end the previews of pull requests."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "list the previews of open pull requests, comment their addresses, or end old ones"
EXAMPLE: Final = """\
  python -m generator previews                        list them; change nothing
  python -m generator previews --comment              comment on each request where its preview is
  python -m generator previews --comment --expire     also remove the label from requests older than `timeToLive`

Environments with `pullRequests` have previews. Argo CD keeps a preview as long as the request has the label, and
deletes it when the label is removed. Each request gets one comment, which later runs update. The forge's token must
be allowed to write comments and labels."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "-e", "-n", "--env", action="append", default=[], dest="environments", metavar="ENV",
        help="an environment with previews; repeatable; all of them if left out",
    )  # fmt: skip
    parser.add_argument("--comment", action="store_true", help="comment on each request where its preview is")
    parser.add_argument(
        "--expire",
        action="store_true",
        help="remove the label from requests that are too old, which ends their previews",
    )


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
