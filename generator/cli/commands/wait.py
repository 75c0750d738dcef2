"""``wait``: wait until an app's newest image runs."""

from __future__ import annotations

import argparse
import time
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "wait until an app's newest image runs, healthy; exit 1 with the reason if it cannot"
EXAMPLE: Final = """\
  python -m generator wait web --env dev
  python -m generator wait web --env dev --tag 1.4.2 --timeout 10m
  python -m generator wait web --env prod --commit 3f9c2ab --output json

The command ends with exit 0 when Argo CD has synced this commit, or a later one that contains it, and
every pod runs this tag and digest and is ready. "Synced and Healthy" at an older commit does not count.
It fails as soon as it is clear that this will not happen: the image cannot be pulled, the container
crashes, a hook such as the migration fails, the sync is refused, or the rollout is overdue. If a failure
may disappear by itself, the command waits for --patience first. If a newer release has replaced this one,
it says so and exits 1.

ARGOCD_SERVER and ARGOCD_AUTH_TOKEN name Argo CD and a token that may `get` applications, as for
argocd itself. Without trusted TLS, write http:// before the server, or set ARGOCD_INSECURE=true.

For an app on ECS, the command asks AWS, and ends when each service runs the task definition in git."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.app(parser)
    shared.environment(parser, required=True)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--tag", help="the tag that the branch must have; any tag if left out")
    what.add_argument("--commit", help="a commit of the branch; the one that set the image if left out")
    shared.time(parser, "--timeout", "10m", "how long to wait")
    shared.time(parser, "--patience", "30s", "how long to wait for a failure to disappear by itself")
    parser.add_argument(
        "--notify", action="store_true", help="send those `notifications` of generator.yaml that no controller sends"
    )
    shared.remote(parser, "that is deployed")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import wait as output

    started = time.monotonic()
    request = generator.WaitRequest(
        options.app, options.env, options.directory, tag=options.tag, commit=options.commit, timeout=options.timeout,
        patience=options.patience, remote=options.remote, branch=options.branch, notify=options.notify,
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
