"""``diff``: what ``generate`` would change."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from generator.cli import console, pager
from generator.cli import options as shared

HELP: Final = "show what regenerating would change, as a unified diff; exit 1 if anything, 4 at conflicts"
EXAMPLE: Final = """\
  python -m generator diff
  python -m generator diff | git apply --check
  python -m generator diff --rendered          what that means for the cluster
  python -m generator diff --rendered --against origin/main
  python -m generator diff --rendered --against refs/heads/main --comment 12

Where you and the spec have changed one field differently, your side is shown, and then each conflict,
as `generate` tells it.

--against shows how this checkout differs from where it left a commit or a branch, as it would be
applied; refs/heads/… is fetched from origin first. --comment puts that on a pull request, in place
of a former such comment, with credentials from the environment (GITHUB_TOKEN and the like). An overlay
that kustomize cannot build here is named with the reason, in place of its diff. With
--markdown or --comment, the exit code is 0 whether there are changes or not."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--rendered", action="store_true", help="as manifests by environment, built by kustomize")
    parser.add_argument(
        "--against", metavar="COMMIT", help="compare with a commit, and not with what would be generated"
    )
    parser.add_argument("--markdown", metavar="FILE", help="add it to a file as Markdown")
    parser.add_argument("--comment", metavar="NUMBER", help="put it on this pull request")
    shared.pager(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import diff as output
    from generator.errors import UsageError

    if options.markdown is not None and not options.rendered:
        raise UsageError("--markdown needs --rendered", "python -m generator diff --rendered …")
    request = generator.DiffRequest(
        options.directory, rendered=options.rendered, against=options.against, comment=options.comment
    )
    with console.progress() as progress:
        result = generator.diff(request, progress=progress, credentials=options.credentials)
    elsewhere = bool(options.markdown or options.comment)
    if options.json:
        console.emit(output.record(result, rendered=options.rendered))
    elif not elsewhere:
        with pager.paging(off=options.no_pager):
            output.show(result)
    if options.markdown:
        with Path(options.markdown).open("a", encoding="utf-8") as file:
            file.write(result.markdown)
    if result.commented_on:
        console.note(f"commented on {result.commented_on}")
    if result.conflicts is None:
        return int(not elsewhere and bool(result.files or result.manifests))
    if not options.json:
        console.report(result.conflicts)
    return result.conflicts.exit_code
