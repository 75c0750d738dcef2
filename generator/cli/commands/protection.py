"""``protection``: how to protect the branch that Argo CD follows."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "print how to protect the branch on its forge, as a script; it changes nothing by itself"
EXAMPLE: Final = """\
  python -m generator protection                         read it …
  python -m generator protection --pusher 123456 | bash  … and do it, with gh, glab, curl or aws

All changes go through pull requests, the approvers of an environment approve what changes in it
(`approvers:` in generator.yaml makes CODEOWNERS), and no user can rewrite or delete the branch.
--pusher is who may still push, to bring the builds' tags: the id of a GitHub App, the id of a
GitLab user, or the name of a Gitea user. On CodeCommit that is a matter of IAM, and the notes say how.
Without it no account may push: a generated pipeline then needs `ci: {pullRequest: true}`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--pusher", metavar="WHO", help="who may push builds' tags: an App, or a user")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    from dataclasses import asdict

    import generator

    advice, script = generator.protection(options.directory, options.pusher)
    if options.json:
        console.emit(asdict(advice))
    else:
        console.say(script.rstrip("\n"))
    return 0
