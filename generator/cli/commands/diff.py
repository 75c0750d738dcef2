"""``diff``: what ``generate`` would change."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from generator.cli import console, pager
from generator.cli import options as shared

HELP: Final = "show what `generate` would change, as a unified diff; exit 1 if anything would change, 4 at conflicts"
EXAMPLE: Final = """\
  python -m generator diff
  python -m generator diff | git apply --check
  python -m generator diff --rendered          show the changes of manifests
  python -m generator diff --rendered --against origin/main
  python -m generator diff --rendered --against refs/heads/main --comment 12

If you and the spec changed one field differently, the diff shows your side. Below the diff comes each
conflict, as in `generate`.

--against compares the manifests of this checkout with those of the commit where it branched off from
a commit or a branch; refs/heads/… is fetched from origin first. --comment writes that comparison to a
pull request and replaces the former comment; it takes credentials from the environment (GITHUB_TOKEN
and the like). If kustomize cannot build an overlay here, the output has the reason in place of its
diff. With --markdown or --comment, the exit code is 0 even if there are changes."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--rendered", action="store_true", help="compare the manifests that kustomize builds, by environment"
    )
    parser.add_argument("--against", metavar="COMMIT", help="compare with a commit instead of what would be generated")
    parser.add_argument("--markdown", metavar="FILE", help="append the result to a file as Markdown")
    parser.add_argument("--comment", metavar="NUMBER", help="write the result as a comment to this pull request")
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
        if options.rendered and not result.manifests and result.conflicts is None:
            console.note("no difference")
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
