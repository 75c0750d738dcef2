"""``board``: the release board of a repository."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from generator.cli import console
from generator.errors import UsageError

HELP: Final = "serve the release board of this repository on this machine, and open it in the browser"
EXAMPLE: Final = """\
  pip install 'gitops-generator[board]'         once
  python -m generator board                     what is committed in this checkout
  python -m generator board --remote            the branch of the remote that the spec names, as it changes
  python -m generator board --port 9000 --no-browser

It shows which build of which app runs where, since when, what waits and how fast changes reach production. It reads
git, and asks the forge and Argo CD where this shell has credentials for them (`status` says which). It changes
nothing and answers this machine alone. Ctrl-C ends it; what it has read is kept for the next time."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--port", type=int, default=8080, metavar="N", help="where it answers (default: 8080)")
    parser.add_argument("--remote", action="store_true", help="show the remote's branch, and not this checkout")
    parser.add_argument("--no-browser", action="store_true", help="open nothing")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli import board_server

    if not 1 <= options.port <= 65535:
        raise UsageError(f"--port {options.port}: no port", "a number from 1 to 65535")
    spec = generator.load_spec(options.directory)
    board = board_server.board(
        options.directory, spec, options.port, remote=options.remote, browser=not options.no_browser
    )
    with console.progress() as progress:
        progress(f"reading {board.repository}")
        board.collect()
    if options.json:
        console.emit({"url": board.url, "repository": board.repository})
    else:
        console.say(f"{board.url} shows {board.repository}; Ctrl-C ends it")
    sys.stdout.flush()
    return board.serve()
