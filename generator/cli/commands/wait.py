"""``wait``: until Argo CD runs it."""

from __future__ import annotations

import argparse
import re
import time
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator.delivery.diagnosis import Wanted
    from generator.delivery.rollout import Verdict

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
    """Seconds: ``90``, ``90s``, ``10m``, ``1h``."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: 90s, 10m or 1h")
    return float(found[1]) * _UNITS[found[2]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
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
    """See ``Command``."""
    from generator.clients import argocd
    from generator.delivery import image, rollout
    from generator.errors import UsageError
    from generator.git import history
    from generator.spec import loader

    spec = loader.load(options.directory)
    place = image.slot(spec, options.app, options.env)
    api = argocd.connect()
    if api is None:
        raise UsageError("no Argo CD to ask", "set ARGOCD_SERVER and ARGOCD_AUTH_TOKEN")
    started = time.monotonic()
    with history.clone(options.remote or spec.repository, options.branch or spec.branch) as clone:
        clone.fetch()
        wanted = rollout.wanted(clone, spec, place, options.tag, options.commit)
        watch = rollout.Watch(api, clone, place, wanted, options.patience)
        with console.progress(f"waiting for {wanted.application}"):
            verdict = rollout.wait(watch, options.timeout, lambda text: _tell(started, text))
    return _end(options, wanted, verdict, time.monotonic() - started)


def _hint(wanted: Wanted, verdict: Verdict) -> str:
    """What to do where Argo CD has answered, and what it runs is not well."""
    if verdict.result == "superseded":
        return ""
    return f"argocd app get {wanted.application}; rollback puts back what ran before"


def _tell(started: float, text: str) -> None:
    console.note(f"{time.monotonic() - started:4.0f} s  {text}")


def _end(options: argparse.Namespace, wanted: Wanted, verdict: Verdict, seconds: float) -> int:
    from generator.delivery.deployments import shown
    from generator.errors import ArgoCdError

    done = verdict.result == "healthy"
    if options.json:
        console.emit(
            {
                "app": options.app, "environment": options.env, "application": wanted.application,
                "tag": wanted.image.tag, "digest": wanted.image.digest, "commit": wanted.commit,
                "result": verdict.result, "reason": None if done else verdict.said,
                "revision": verdict.revision or None, "seconds": round(seconds, 1),
            }
        )  # fmt: skip
        return int(not done)
    where = f"{options.app} in {options.env}"
    if not done:
        late = f"not healthy after {seconds:.0f} s: " if verdict.result == "timeout" else ""
        raise ArgoCdError(f"{where}: {late}{verdict.said}", verdict.hint or _hint(wanted, verdict))
    console.say(f"{where}: {shown(wanted.image)} runs, {verdict.said} at {verdict.revision[:12]} ({seconds:.0f} s)")
    return 0
