"""``generate``: regenerate the repository."""

from __future__ import annotations

import argparse
from typing import Final

from generator import console

HELP: Final = "regenerate the repository from generator.yaml; hand edits and pipeline tags are kept"
EXAMPLE: Final = """\
  python -m generator generate
  python -m generator -C ../shop-gitops generate --prune"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
    parser.add_argument("--prune", action="store_true", help="remove what is no longer in the spec")
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing unless something is wrong")


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    from generator import regenerate, tree

    directory = options.directory
    regenerate.check_spec_exists(directory)
    regenerate.check_repository(directory)
    with tree.locked(directory), console.progress("regenerating"):
        planned = regenerate.plan(directory)
        changes = regenerate.apply(directory, planned, prune=options.prune)
    written = [outcome.path for outcome in changes if outcome.content is not None]
    removed = [outcome.path for outcome in changes if outcome.content is None]
    total = len(planned.outcomes)
    if options.json:
        console.emit({"files": total, "written": written, "removed": removed})
    elif not options.quiet:
        for path in written:
            console.say(f"{console.paint('wrote', 'green')}    {path}")
        for path in removed:
            console.say(f"{console.paint('removed', 'yellow')}  {path}")
        done = f"{len(written)} written" + (f", {len(removed)} removed" if removed else "")
        console.say(f"{total} files: {done if changes else 'nothing to do'}")
    return 0
