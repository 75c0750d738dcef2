"""``completion``: tab completion for shells."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "print a completion script for a shell"
EXAMPLE: Final = """\
  gitops-generator completion bash > ~/.local/share/bash-completion/completions/gitops-generator"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"), help="the shell")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import shtab

    from generator.cli.main import parser

    top = parser(completing=True)
    top.prog = "gitops-generator"
    script = shtab.complete(top, shell=options.shell)
    if options.json:
        console.emit({"shell": options.shell, "script": script})
    else:
        console.say(script)
    return 0
