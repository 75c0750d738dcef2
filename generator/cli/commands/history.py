"""``history``: what an app has run, since when, by whom, from which build."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator.delivery.deployments import Entry
    from generator.git.history import History
    from generator.spec.model import Spec

HELP: Final = "list every release of an app: when, where, what, by whom, from which build"
EXAMPLE: Final = """\
  python -m generator history web
  python -m generator history web --env prod --limit 5
  python -m generator history web --fetch --output json | jq '.history[] | select(.action == "rolled back")'

It is read from the overlays' commits, by whatever they were made: builds, merged promotions, rollbacks,
pins, reverts and edits by hand. `rolled back` is also what git reverted; `promoted` is what `promote` made,
pushed or merged, of images and of bases. A merged pull request counts once, as the branch got it; its build
and author are those of the commit that it brought.

--fetch reads the remote's branch, and not what is checked out here: for a shallow or an old clone."""
_SHORT: Final = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
    parser.add_argument("app", help="the app's name in the spec")
    parser.add_argument("--env", metavar="ENV", help="one environment; all if left out")
    parser.add_argument("--limit", type=_count, metavar="N", help="the newest N; all if left out")
    parser.add_argument("--fetch", action="store_true", help="read the remote's branch")
    parser.add_argument(
        "--remote", metavar="URL", help="the remote to read, with --fetch; the spec's repository if left out"
    )
    parser.add_argument("--branch", help="the branch to read, with --fetch; the spec's branch if left out")


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    from generator.delivery import deployments, image
    from generator.errors import UsageError
    from generator.spec import loader

    if (options.remote or options.branch) and not options.fetch:
        raise UsageError("--remote and --branch go with --fetch")
    spec = loader.load(options.directory)
    app = image.app_named(spec, options.app).name
    names = [image.environment_named(spec, options.env).name] if options.env else list(spec.environments)
    places = [image.slot(spec, app, name) for name in names]
    with console.progress(f"reading the history of {app}"), _history(options, spec) as found:
        entries = deployments.entries(found, places)
        complete = found.complete
    if options.json:
        console.emit({"app": app, "complete": complete, "history": [_described(e) for e in entries[: options.limit]]})
        return 0
    if not entries:
        console.say(f"{app}: nothing is committed yet")
        return 0
    head = ("when (UTC)", "environment", "tag", "what", "who", "build", "commit")
    console.table(head, [_row(entry) for entry in entries[: options.limit]])
    if not complete:
        console.note("note: older commits are not here, so the first entries may be older than they seem")
        console.note("hint: history --fetch, or git fetch --unshallow")
    return 0


@contextmanager
def _history(options: argparse.Namespace, spec: Spec) -> Iterator[History]:
    from generator.errors import RepositoryError
    from generator.git import history

    if options.fetch:
        with history.clone(options.remote or spec.repository, options.branch or spec.branch) as clone:
            clone.fetch()
            while clone.deepen():
                pass
            yield clone
        return
    here = history.here(options.directory)
    if here is None:
        raise RepositoryError("no commits here", "commit what was generated, or read the remote: history --fetch")
    yield here


def _row(entry: Entry) -> tuple[str, ...]:
    image = entry.after.image
    what: str = entry.action
    if entry.base:
        what = "promoted, with its base" if entry.image_changed else "promoted: its base"
    if entry.action == "rolled back" and entry.before.image:
        what = f"rolled back from {entry.before.image.tag or '-'}"
    elif entry.after.pin and entry.after.pin != entry.before.pin and entry.action != "unpinned":
        what = f"pinned: {entry.after.pin.reason}"
    row = (
        time.strftime("%Y-%m-%d %H:%M", time.gmtime(entry.seconds)),
        entry.environment,
        (image.tag or (image.digest or "")[:19] or "-") if image else "-",
        what,
        entry.origin.author,
        " ".join((entry.build or "").split()[:2]) or (f"of {entry.source[:_SHORT]}" if entry.source else "-"),
        entry.commit[:_SHORT],
    )
    # Names and reasons are anybody's words, and a terminal obeys some.
    return tuple("".join(letter if letter.isprintable() else "?" for letter in cell) for cell in row)


def _described(entry: Entry) -> dict[str, object]:
    before, after = entry.before.image, entry.after.image
    system, _, rest = (entry.build or "").partition(" ")
    number, _, url = rest.partition(" ")
    return {
        "environment": entry.environment,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(entry.seconds)),
        "action": entry.action,
        "base": entry.base,
        "tag": after.tag if after else None,
        "digest": after.digest if after else None,
        "from": {"tag": before.tag, "digest": before.digest} if before else None,
        "pin": str(entry.after.pin) if entry.after.pin else None,
        "author": entry.origin.author,
        "merged_by": entry.author if entry.origin.id != entry.commit else None,
        "commit": entry.commit,
        "subject": entry.subject,
        "build": {"system": system, "number": number, "url": url or None} if entry.build else None,
        "source": entry.source,
    }
