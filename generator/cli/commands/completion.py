"""``completion``: tab completion for shells."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "print a completion script for a shell; it also completes names of apps and environments"
EXAMPLE: Final = """\
  source <(python -m generator completion bash)         put this line into ~/.bashrc
  eval "$(python -m generator completion zsh)"          put this line into ~/.zshrc, below compinit

In bash and zsh, the script works for both names of the program. It completes the apps and environments of the
repository in the current folder, or in the folder of -C."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"), help="the shell")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    from generator.cli.main import parser
    from generator.cli.output import completion as output

    script = output.script(parser(completing=True), options.shell)
    if options.json:
        console.emit({"shell": options.shell, "script": script})
    else:
        console.say(script.rstrip("\n"))
    return 0
