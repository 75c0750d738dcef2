"""``wait``: until Argo CD runs it."""

from __future__ import annotations

import argparse
import re
import time
from typing import Final

from generator.cli import console

HELP: Final = "wait until Argo CD runs an app's newest image, healthy; exit 1 with the reason if it cannot"
EXAMPLE: Final = """\
  python -m generator wait web --env dev
  python -m generator wait web --env dev --tag 1.4.2 --timeout 10m
  python -m generator wait web --env prod --commit 3f9c2ab --output json

It is done when Argo CD has synced this commit, or a later one that contains it, and every pod runs
this tag and digest and is ready; "Synced and Healthy" of an older commit does not count. It fails
as soon as it is clear that this will not happen: the image cannot be pulled, the container crashes,
a hook such as the migration fails, the sync is refused, the roll-out is overdue. What may mend itself
has --patience. Superseded by a newer release: exit 1, and it is said.

ARGOCD_SERVER and ARGOCD_AUTH_TOKEN name Argo CD and a token that may `get` applications, as for
argocd itself; http:// before the server, or ARGOCD_INSECURE=true, where there is no TLS to trust."""
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(s|m|h)?")
_UNITS: Final = {None: 1, "s": 1, "m": 60, "h": 3600}


def duration(text: str) -> float:
    """Return seconds: ``90``, ``90s``, ``10m``, ``1h``."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: 90s, 10m or 1h")
    return float(found[1]) * _UNITS[found[2]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("app", help="the app's name in the spec")
    parser.add_argument("--env", required=True, metavar="ENV", help="the environment")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--tag", help="the tag that the branch must have; whichever it has if left out")
    what.add_argument("--commit", help="a commit of the branch; the one that set the image if left out")
    parser.add_argument("--timeout", type=duration, default="10m", metavar="TIME", help="90s, 10m, 1h; 10m if left out")
    parser.add_argument(
        "--patience", type=duration, default="30s", metavar="TIME", help="for what may mend itself; 30s if left out"
    )
    parser.add_argument("--remote", metavar="URL", help="the repository; the spec's if left out")
    parser.add_argument("--branch", help="the branch that Argo CD follows; the spec's if left out")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import wait as output

    started = time.monotonic()
    request = generator.WaitRequest(
        options.app, options.env, options.directory, tag=options.tag, commit=options.commit, timeout=options.timeout,
        patience=options.patience, remote=options.remote, branch=options.branch,
    )  # fmt: skip

    def tell(text: str) -> None:
        console.note(f"{time.monotonic() - started:4.0f} s  {text}")

    with console.progress(f"waiting for {options.app} in {options.env}"):
        result = generator.wait(request, progress=tell, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result))
    else:
        output.show(result)
    return int(not result.is_healthy)
