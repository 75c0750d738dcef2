"""``protection``: print a script that protects the branch that Argo CD follows."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "print a script that protects the branch on its forge; printing it changes nothing"
EXAMPLE: Final = """\
  python -m generator protection                         read the script
  python -m generator protection --pusher 123456 | bash  run it; it uses gh, glab, curl or aws

After the script, all changes need a pull request, the approvers of an environment must approve its
changes (`approvers:` in generator.yaml makes CODEOWNERS), and no user can rewrite or delete the branch.
--pusher names the account that may still push, for the tags of builds: the id of a GitHub App, the id
of a GitLab user, or the name of a Gitea user. On CodeCommit, IAM decides this; the notes say how.
Without --pusher, no account may push: a generated pipeline then needs `ci: {pullRequest: true}`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--pusher", metavar="WHO", help="the App or user that may push the tags of builds")


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
