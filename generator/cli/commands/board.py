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

The board shows which build of which app runs where and since when, what waits, and how fast changes reach production.
It reads git. It also asks the forge and Argo CD if this shell has credentials for them (see `status --help`). It
changes nothing, and only this machine can connect to it. Ctrl-C ends it; the next start reuses what it has read."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--port", type=int, default=8080, metavar="N", help="the port that the board listens on (default: 8080)"
    )
    parser.add_argument("--remote", action="store_true", help="show the remote's branch instead of this checkout")
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
