"""``rollback``: put back what ran before, and hold it there."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator.delivery.deployments import Entry
    from generator.delivery.image import Slot
    from generator.delivery.open_requests import Promotions
    from generator.delivery.rollback import Goal
    from generator.git.history import History
    from generator.spec.model import Spec
    from generator.yaml.edit import Image

HELP: Final = "put back the image that an environment ran before, and pin it until --unpin"
EXAMPLE: Final = """\
  python -m generator rollback web --env prod --push            to what ran before
  python -m generator rollback web --env prod --to 1.4.2 --push --reason "1.5.0 loses orders"
  python -m generator rollback web --env prod --to 3f9c2ab --pull-request
  python -m generator rollback web --env prod --unpin --push    let builds and promotions in again

It is a commit, and not a rollback in Argo CD: with automated sync on, Argo CD refuses to roll back,
and whatever it rolls back by itself is undone by the next sync, since the branch still says otherwise.
A commit is what everybody sees, and the pin in it keeps the next build from undoing it.

--to takes a tag that this environment has had (its digest is put back with it; any other tag needs
--digest), a commit of the branch (the image as it was there), or `previous`. Without --push and
--pull-request the overlay here is changed, as by bump. A rollback repeated changes nothing more.
Open promotion requests that would undo it are closed with --push and --pull-request, else named.

The image goes back, and nothing else. Database migrations are not undone: the former version must be
able to work with the newer schema. Neither is a base that was promoted with the image, or after it
(`promotion: {base: true}`): a note names the commit; git revert takes that back, and the image with it."""
_SHORT_DIGEST: Final = len("sha256:") + 12
_NOT_UNDONE: Final = "a rollback does not undo database migrations: {tag} will run on the schema "


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
    parser.add_argument("app", help="the app's name in the spec")
    parser.add_argument("--env", required=True, metavar="ENV", help="the environment")
    parser.add_argument("--to", metavar="TAG|COMMIT", help="a tag, a commit or `previous`, which is the default")
    parser.add_argument("--digest", help="the digest of a tag that this environment has never had, sha256:…")
    parser.add_argument("--reason", help="why, for the pin and the commit")
    pin = parser.add_mutually_exclusive_group()
    pin.add_argument("--no-pin", action="store_true", help="hold it with no pin, nor with one that is there")
    pin.add_argument("--unpin", action="store_true", help="take the pin out, and leave the image as it is")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--commit", action="store_true", help="commit the change here")
    how.add_argument("--push", action="store_true", help="commit it on the remote's branch instead, and push")
    how.add_argument("--pull-request", action="store_true", help="propose it on a branch of its own")
    parser.add_argument("--remote", metavar="URL", help="where to push; the spec's repository if left out")
    parser.add_argument("--branch", help="the branch to push to; the spec's branch if left out")


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    from dataclasses import replace

    from generator.delivery import image
    from generator.errors import UsageError
    from generator.spec import loader

    if options.unpin and (options.to is not None or options.digest):
        raise UsageError("--unpin changes no image: leave --to and --digest out")
    if options.digest and options.to in (None, "previous"):
        raise UsageError("--digest goes with --to TAG")
    spec = loader.load(options.directory)
    place = image.slot(spec, options.app, options.env)
    goal = replace(_goal(options, spec, place), form=spec.subject)
    done = _apply(options, spec, place, goal)
    found = _promotions(options, spec, place, goal, changed=bool(done["changed"]))
    if options.json:
        console.emit({**_described(spec, place, goal, found), **done})
    else:
        _say(place, goal, done)
    _warn(place, found)
    if done["changed"] and goal.wanted and not goal.stays:
        _advise(options, spec, place, goal)
    return 0


def _promotions(options: argparse.Namespace, spec: Spec, place: Slot, goal: Goal, *, changed: bool) -> Promotions:
    """The open promotions that would undo it; of one that was done before, as long as it is held by its pin."""
    from generator.clients import forges
    from generator.delivery import open_requests
    from generator.errors import GeneratorError

    if goal.target is None or not (changed or goal.held) or (goal.settled and not goal.target.pinned):
        return open_requests.Promotions()
    url, branch = options.remote or spec.repository, options.branch or spec.branch
    try:
        forge = forges.connect(url, spec.forge.kind, spec.forge.url)
    except GeneratorError as exc:
        return open_requests.Promotions(unknown=exc.message)
    close = options.push or options.pull_request
    with console.progress("asking the forge for open promotions"):
        return open_requests.withdraw(forge, spec, branch, place.app, place.environment, close=close)


def _warn(place: Slot, found: Promotions) -> None:
    """A promotion that was proposed before goes through a pin when people merge it."""
    where = f"{place.app} into {place.environment}"
    for request in found.closed:
        console.note(f"note: {request.url} is closed: merging it would have undone this rollback")
    for request in found.found:
        if request not in found.closed:
            console.note(f"note: {request.url} promotes {where}: merging it undoes this rollback; close it")
    if found.unknown:
        console.note(f"note: whether promotions of {where} are still open is not known: {found.unknown}")
        console.note("hint: merging one that was proposed before undoes this rollback")


def _advise(options: argparse.Namespace, spec: Spec, place: Slot, goal: Goal) -> None:
    """What a commit alone does not do."""
    from generator.render.outputs.argocd import application_name

    assert goal.wanted is not None
    assert goal.target is not None
    if options.push and spec.environments[place.environment].sync == "manual":
        name = application_name(spec, place.environment, place.app)
        console.note(f"note: {place.environment} is synced by hand: argocd app sync {name}")
    if spec.apps[place.app].workloads[place.environment].migration:
        former = goal.former.tag if goal.former and goal.former.tag else "the newer version"
        schema = f"that {former} has migrated to" if goal.target.older else "as it is now"
        console.note(f"note: {_NOT_UNDONE.format(tag=goal.wanted.tag or goal.wanted.digest)}{schema}")
    for entry in _bases(spec, goal):
        console.note(f"note: the base stays as {entry.commit[:12]} has promoted it ({entry.subject})")


def _bases(spec: Spec, goal: Goal) -> Sequence[Entry]:
    """The promotions whose base stays."""
    return goal.target.bases if goal.target and not goal.stays and spec.promotion.base else ()


def _goal(options: argparse.Namespace, spec: Spec, place: Slot) -> Goal:
    from dataclasses import replace

    from generator.delivery import rollback

    if options.unpin:
        return rollback.Goal(None, None, None)
    with console.progress(f"reading the history of {place.path}"), _history(options, spec) as history:
        found = rollback.target(history, place, _to(options), options.digest)
    if options.no_pin:
        # Where all else was done before, the pin is what is left to do.
        left = found.done and found.pinned
        return rollback.Goal(replace(found, former=found.image, done=False) if left else found, None, options.reason)
    return rollback.Goal(
        found, rollback.pinned(rollback.person(options.directory), options.reason, found), options.reason
    )


def _to(options: argparse.Namespace) -> str:
    return "previous" if options.to is None else str(options.to)


@contextmanager
def _history(options: argparse.Namespace, spec: Spec) -> Iterator[History]:
    """The history here where all of it is here and the change is made here, otherwise that of the remote."""
    from generator.git import history

    found = None if options.push or options.pull_request else history.here(options.directory)
    if found is not None and found.complete:
        yield found
        return
    with history.clone(options.remote or spec.repository, options.branch or spec.branch) as clone:
        clone.fetch()
        yield clone


def _apply(options: argparse.Namespace, spec: Spec, place: Slot, goal: Goal) -> dict[str, object]:
    """Make the change; ``changed``, ``commit`` and ``pull_request`` for the output."""
    from generator.clients import forges
    from generator.delivery import rollback
    from generator.git import history

    url, branch = options.remote or spec.repository, options.branch or spec.branch
    nothing: dict[str, object] = {"changed": False, "commit": None, "pull_request": None}
    if goal.settled:
        return nothing
    if options.push:
        with console.progress(f"pushing to {branch}"):
            commit = rollback.push(url, branch, place, goal)
        return {**nothing, "changed": commit is not None, "commit": commit}
    if options.pull_request:
        with console.progress(f"proposing it for {branch}"):
            forge = forges.connect(url, spec.forge.kind, spec.forge.url)
            made = rollback.propose(forge, url, branch, place, goal)
        return {"changed": made.changed, "commit": made.commit, "pull_request": made.url}
    changed, commit = rollback.in_work_tree(options.directory, place, goal, commit=options.commit)
    if commit and history.branch(options.directory) is None:
        console.note(f"note: HEAD is detached, so {commit[:12]} is on no branch: git branch NAME {commit[:12]}")
    return {**nothing, "changed": changed, "commit": commit}


def _described(spec: Spec, place: Slot, goal: Goal, found: Promotions) -> dict[str, object]:
    wanted, former = goal.wanted, goal.former
    return {
        "app": place.app,
        "environment": place.environment,
        "path": place.path,
        "tag": wanted.tag if wanted else None,
        "digest": wanted.digest if wanted else None,
        "from": {"tag": former.tag, "digest": former.digest} if former else None,
        "pinned": str(goal.held) if goal.held and not goal.settled else None,
        "bases": [{"commit": entry.commit, "subject": entry.subject} for entry in _bases(spec, goal)],
        "promotions": [{"url": one.url, "closed": one in found.closed} for one in found.found],
    }


def _say(place: Slot, goal: Goal, done: Mapping[str, object]) -> None:
    where = f"{place.app} in {place.environment}"
    commit, request = done["commit"], done["pull_request"]
    how = f" in {str(commit)[:12]}" if commit else f" in {place.path}"
    how += f", {request}" if request else ""
    if goal.wanted is None:
        if done["changed"] or request:
            console.say(
                f"{where}: unpinned{how}" if done["changed"] else f"{where}: proposed already; nothing to do{how}"
            )
        else:
            console.say(f"{where}: no pin; nothing to do")
        return
    tag, former = _names(goal.wanted, goal.former)
    if goal.settled:
        console.say(f"{where}: rolled back to {tag} from {former} already; nothing to do")
        console.note("hint: to go back further, name where to: --to TAG")
    elif not done["changed"]:
        what = f"proposed already; nothing to do{how}" if request else "already; nothing to do"
        console.say(f"{where}: {tag} {what}")
    elif goal.stays:
        console.say(f"{where}: {tag} stays, {'pinned' if goal.held else 'unpinned'}{how}")
    else:
        console.say(f"{where}: back to {tag} from {former}{', pinned' if goal.held else ''}{how}")


def _names(wanted: Image, former: Image | None) -> tuple[str, str]:
    """What to call the two: by their tags, and by their digests, too, where they have one tag."""
    same = former is not None and former.tag == wanted.tag and former.digest != wanted.digest
    names = []
    for one in (wanted, former):
        digest = one.digest[:_SHORT_DIGEST] if one and one.digest and (same or not one.tag) else ""
        names.append("@".join(part for part in (one.tag if one else "", digest) if part) or "-")
    return names[0], names[1]
