"""``promote``: what runs in one environment goes to the next."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator import console

if TYPE_CHECKING:
    from generator.argo_cd import ArgoCd
    from generator.forges import Forge, PullRequest
    from generator.history import Clone
    from generator.merge import Conflict
    from generator.release.promotion.checks import Health
    from generator.release.promotion.proposal import Proposal, Wish
    from generator.release.promotion.request import Done
    from generator.spec.model import Spec

ATTEMPTS: Final = 5
HELP: Final = "open or update the pull request that brings what runs in one environment to the next"
EXAMPLE: Final = """\
  python -m generator promote --to staging               every app, from the environment before
  python -m generator promote web --to prod              one app
  python -m generator promote web --from dev --to prod   not from the one before, but from dev
  python -m generator promote --to prod --dry-run        the request's text, and nothing is done

All is read from the newest commit of the remote's branch, and not from this work tree. There is
one request for each environment and set of apps: running it again updates that one, and one for
more apps takes the place of those for fewer. What is pinned stays, and is named; so does what
would be a step back, unless its app is named and --force is given. A request that a person has
closed stays closed until there is something else to promote, or --force.

Checks (health, soak, windows, freezes: `environments:` and `promotion:` in generator.yaml) are
shown in the request. One that fails keeps --push and --merge from landing it (exit 1; with --merge
the request stays open); one that is unknown does not. --force lands it nonetheless.

The forge's credentials come from the environment: GITHUB_TOKEN, GITLAB_TOKEN, GITEA_TOKEN or AWS's
own; git's are GIT_USERNAME and GIT_TOKEN, or its own."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
    parser.add_argument("apps", nargs="*", metavar="APP", help="the apps; all of them if none is named")
    parser.add_argument("--to", required=True, metavar="ENV", help="the environment to promote to")
    parser.add_argument(
        "--from", dest="source", metavar="ENV", help="the environment to promote from; the one before if left out"
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--push", action="store_true", help="commit it on the branch itself, without a request")
    how.add_argument("--merge", action="store_true", help="merge the request at once if all checks pass")
    how.add_argument("--dry-run", action="store_true", help="print the request's text; change nothing")
    parser.add_argument(
        "--force", action="store_true",
        help="although a check fails, a person closed it, or committed to its branch; "
        "an APP that is named also goes back to an older build",
    )  # fmt: skip
    parser.add_argument("--remote", metavar="URL", help="the repository; the spec's if left out")
    parser.add_argument("--branch", help="the branch to promote on; the spec's if left out")


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    from generator import history
    from generator.release.promotion.proposal import Outdated, Wish, prefix
    from generator.spec import loader

    spec = loader.load(options.directory)
    wish = Wish(tuple(options.apps), options.source, options.to, options.force)
    url, branch = options.remote or spec.repository, options.branch or spec.branch
    for attempt in range(1, ATTEMPTS + 1):
        with history.clone(url, branch, partial=False) as found:
            with console.progress(f"reading {branch}"):
                found.fetch(prefix(spec.project, options.to))
            if options.dry_run:
                return _dry_run(options, _proposal(found, wish))
            try:
                return _promote(options, found, spec, wish)
            except Outdated:  # somebody else was faster, and with the same files
                if attempt == ATTEMPTS:
                    raise
    raise AssertionError


def _promote(options: argparse.Namespace, found: Clone, spec: Spec, wish: Wish) -> int:
    from generator.errors import RepositoryError
    from generator.release.promotion import request

    if options.push:
        proposed = _proposal(found, wish, render=False)
        with console.progress(f"pushing to {found.branch}"):
            done = request.push(found, proposed, force=options.force)
        _report(options, proposed, done)
        return 0
    forge = _forge(found.url, spec)
    proposed = _proposal(found, wish, forge=forge)
    with console.progress("talking to the forge"):
        done = request.open_request(found, forge, proposed, _teller(proposed), force=options.force)
        if options.merge:
            try:
                done = request.merge(found, forge, proposed, done, force=options.force)
            except RepositoryError:
                if not options.json:
                    _report(options, proposed, done)
                raise
    _report(options, proposed, done)
    return 0


class _Generator:
    """Regeneration, for a promotion of the base."""

    def stale(self, directory: Path) -> list[str]:
        """See ``Generate``."""
        from generator import regenerate

        planned = regenerate.plan(directory)
        return sorted({*(outcome.path for outcome in planned.changes), *planned.record})

    def write(self, directory: Path) -> list[Conflict]:
        """See ``Generate``."""
        from generator import regenerate
        from generator.merge import Side

        kept: list[Conflict] = []

        def keep(conflict: Conflict) -> Side:
            kept.append(conflict)
            return Side.LOCAL

        regenerate.write(directory, regenerate.plan(directory, keep))
        return kept


def _proposal(found: Clone, wish: Wish, *, forge: Forge | None = None, render: bool = True) -> Proposal:
    from datetime import UTC, datetime

    from generator.release.promotion import body, proposal

    limit = min(forge.body_limit, body.LIMIT) if forge else body.LIMIT
    asked = proposal.Asked(_Health(), _Generator(), datetime.now(UTC), limit)
    with console.progress("building overlays before and after" if render else "reading overlays"):
        return proposal.propose(found, wish, asked, render=render)


def _forge(url: str, spec: Spec) -> Forge:
    from generator import forges

    return forges.connect(url, spec.forge.kind, spec.forge.url)


class _Health:
    """The health of apps, as the Argo CD tells that the environment names, if it names one and it can be reached."""

    def __init__(self) -> None:
        self._api: ArgoCd | None = None
        self._asked = False

    def __call__(self, spec: Spec, app: str, environment: str) -> Health | None:
        """See ``AskHealth``."""
        from generator import argo_cd
        from generator.errors import ArgoCdError
        from generator.outputs.argocd import application_name
        from generator.release.promotion.checks import Health

        if not self._asked:
            self._asked, self._api = True, argo_cd.connect()
        if self._api is None:
            return None
        name = application_name(spec, environment, app)
        try:
            found = self._api.application(name)
        except ArgoCdError as exc:
            console.note(f"{name}: its health is not known: {exc.message}")
            return None
        if found is None:  # or the token may not see it
            return None
        return Health(found.health, "; ".join(found.errors), found.images, healthy=found.health == "Healthy")


def _teller(found: Proposal) -> Callable[[PullRequest], None] | None:
    topic = found.spec.promotion.notify
    if topic is None:
        return None

    def tell(request: PullRequest) -> None:
        from generator.release import notice

        lines = [f"{move.app}: {' -> '.join(move.names)}{' (step back)' if move.back else ''}" for move in found.going]
        lines += ["", *(f"{check.name}: {check.state} ({check.detail})" for check in found.checks), "", request.url]
        notice.send(topic, found.title, "\n".join(lines))

    return tell


def _dry_run(options: argparse.Namespace, found: Proposal) -> int:
    if options.json:
        console.emit({**_as_json(found), "action": "nothing", "title": found.title, "body": found.body})
    elif found.content:
        console.say(f"# {found.title}\n\n{found.body}")
    else:
        _say_left_out(found)
    return 0


def _report(options: argparse.Namespace, found: Proposal, done: Done) -> None:
    from generator.release import redaction

    if options.json:
        request = done.request
        shown = {"number": request.number, "url": request.url, "state": request.state} if request else None
        console.emit(
            {
                **_as_json(found), "action": done.action, "commit": done.commit, "request": shown,
                "closed": [closed.number for closed in done.closed],
            }
        )  # fmt: skip
        return
    if found.going:
        head = ("app", f"in {found.target}", "new", "state")
        console.table(head, [(m.app, *m.names, f"{done.action}{', a step back' * bool(m.back)}") for m in found.going])
    for base in found.bases:
        console.say(f"the base of {base.app}: {done.action}")
        for conflict in map(redaction.conflict, base.conflicts):
            where = f"{conflict.path}:{conflict.line} {conflict.field or 'the file'}"
            console.say(f"  {where}: keeps {conflict.local}, not {conflict.updated}")
    _say_left_out(found)
    for check in found.checks:
        console.say(f"{check.state}: {check.name}: {check.detail}")
    console.say(_said(found, done))
    for closed in done.closed:
        if closed is not done.request:
            console.say(f"closed {closed.url}: {found.head} stands in for it")


def _said(found: Proposal, done: Done) -> str:
    from generator.release.promotion.request import Action

    url = done.request.url if done.request else ""
    match done.action:
        case Action.OPENED | Action.UPDATED | Action.MERGED:
            return f"{done.action} {url}"
        case Action.UNCHANGED:
            return f"{url} is open and says all of this already; nothing to do"
        case Action.DECLINED:
            return f"{url} has asked for exactly this and was closed; --force asks again"
        case Action.CLOSED:
            return f"closed {url}: nothing is left to promote"
        case Action.PUSHED:
            return f"pushed {(done.commit or '')[:12]}"
    return f"nothing to promote from {found.source} to {found.target}"


def _say_left_out(found: Proposal) -> None:
    for item in found.left_out:
        console.say(f"{item.app} is left out: {item.reason}")


def _as_json(found: Proposal) -> dict[str, object]:
    return {
        "from": found.source,
        "to": found.target,
        "branch": found.head,
        "moves": [
            {
                "app": move.app,
                "before": {"tag": move.before.tag, "digest": move.before.digest},
                "after": {"tag": move.after.tag, "digest": move.after.digest},
                **({"step_back": move.back} if move.back else {}),
            }
            for move in found.going
        ],
        "bases": [
            {"app": base.app, "conflicts": [f"{c.path}:{c.line} {c.field}" for c in base.conflicts]}
            for base in found.bases
        ],
        "left_out": [{"app": item.app, "why": item.why, "reason": item.reason} for item in found.left_out],
        "checks": [{"name": check.name, "state": check.state, "detail": check.detail} for check in found.checks],
    }
