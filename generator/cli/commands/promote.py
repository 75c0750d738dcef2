"""``promote``: what runs in one environment goes to the next."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator.clients.argocd import ArgoCd
    from generator.clients.forges import Forge, PullRequest
    from generator.delivery.promotion.checks import Health
    from generator.delivery.promotion.proposal import Proposal, Wish
    from generator.delivery.promotion.request import Done
    from generator.errors import GeneratorError
    from generator.git.history import Clone
    from generator.regenerate.merge import Conflict
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
more apps takes the place of those for fewer. What is pinned stays, and so does what would be a step
back, and an app whose overlay cannot be read; all are named. An APP that is named and cannot move is
an error (exit 1), and nothing moves; with --force, one that is named takes a step back. A request
that a person has closed stays closed until there is something else to promote, or --force; with
--merge that is an error.

Checks (health, soak, windows, freezes: `environments:` and `promotion:` in generator.yaml) are
shown in the request. One that fails keeps --push and --merge from landing it (exit 1; with --merge
the request stays open); one that is unknown does not. --force lands it nonetheless.

An overlay that kustomize cannot build here (Helm charts, plugins, remote bases) stops nothing: the
request says why, in the place of its diff.

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
    from generator.delivery.promotion.proposal import Outdated, Wish, prefix
    from generator.git import history

    spec = _spec(options.directory)
    wish = Wish(tuple(options.apps), options.source, options.to, options.force)
    url, branch = options.remote or spec.repository, options.branch or spec.branch
    for attempt in range(1, ATTEMPTS + 1):
        with history.clone(url, branch, partial=False) as found:
            with console.progress(f"reading {branch}"):
                found.fetch(prefix(spec.project, options.to))
            if options.dry_run:
                return _dry_run(options, found, spec, wish)
            try:
                return _promote(options, found, spec, wish)
            except Outdated:  # somebody else was faster, and with the same files
                if attempt == ATTEMPTS:
                    raise
    raise AssertionError


def _spec(directory: Path) -> Spec:
    """Where to look, as the work tree says, or as its last commit does where that is broken."""
    from generator.errors import RepositoryError, SpecError
    from generator.git import history
    from generator.spec import loader

    try:
        return loader.load(directory)
    except (RepositoryError, SpecError):
        here = history.here(directory)
        content = here.read(here.tip, loader.FILE_NAME) if here else None
        if content is None:
            raise
        try:
            return loader.parse(content.decode())
        except (SpecError, UnicodeDecodeError):
            pass
        raise


def _promote(options: argparse.Namespace, found: Clone, spec: Spec, wish: Wish) -> int:
    from generator.delivery.promotion import request
    from generator.errors import GeneratorError

    if options.push:
        proposed = _proposal(found, wish, render=False)
        with console.progress(f"pushing to {found.branch}"):
            done = request.push(found, proposed, force=options.force)
        done = _with_spent(found, spec, proposed, done)
        _report(options, proposed, done)
        return 0
    forge = _forge(found.url, spec)
    proposed = _proposal(found, wish, forge=forge)
    with console.progress("talking to the forge"):
        done = request.open_request(found, forge, proposed, _teller(proposed), force=options.force)
        try:
            request.require_allowed(proposed, done)
            if options.merge:
                done = request.merge(found, forge, proposed, done, force=options.force)
        except GeneratorError as error:  # what has been done nonetheless is to be known
            _report(options, proposed, done, error)
            console.report(error)
            return error.exit_code
    _report(options, proposed, done)
    return 0


def _with_spent(found: Clone, spec: Spec, proposed: Proposal, done: Done) -> Done:
    """After a push, with the requests closed that have nothing left in them; that needs the forge, if there is one."""
    from dataclasses import replace

    from generator.delivery.promotion import request
    from generator.errors import GeneratorError

    heads = request.spent(found, proposed, found.branches)
    if not heads:
        return done
    try:
        closed = request.close_spent(found, _forge(found.url, spec), proposed, heads)
    except GeneratorError as error:
        console.note(f"nothing is left in the requests of {', '.join(heads)}, but they stay open: {error.message}")
        return done
    return replace(done, closed=(*done.closed, *closed))


class _Generator:
    """Regeneration, for a promotion of the base."""

    def stale(self, directory: Path) -> list[str]:
        """See ``Generate``."""
        from generator.regenerate import planning

        planned = planning.plan(directory)
        disputed = (conflict.path for conflict in planned.conflicts)
        return sorted({*(outcome.path for outcome in planned.changes), *disputed, *planned.record})

    def write(self, directory: Path) -> list[Conflict]:
        """See ``Generate``."""
        from generator.regenerate import planning
        from generator.regenerate.merge import Side

        kept: list[Conflict] = []

        def keep(conflict: Conflict) -> Side:
            kept.append(conflict)
            return Side.LOCAL

        planning.write(directory, planning.plan(directory, keep))
        return kept


def _proposal(found: Clone, wish: Wish, *, forge: Forge | None = None, render: bool = True) -> Proposal:
    from datetime import UTC, datetime

    from generator.delivery.promotion import description, proposal

    limit = min(forge.body_limit, description.LIMIT) if forge else description.LIMIT
    asked = proposal.Asked(_Health(), _Generator(), datetime.now(UTC), limit)
    with console.progress("building overlays before and after" if render else "reading overlays"):
        return proposal.propose(found, wish, asked, render=render)


def _forge(url: str, spec: Spec) -> Forge:
    from generator.clients import forges

    return forges.connect(url, spec.forge.kind, spec.forge.url)


class _Health:
    """The health of apps, as the Argo CD tells that the environment names, if it names one and it can be reached."""

    def __init__(self) -> None:
        self._api: ArgoCd | None = None
        self._asked = False

    def __call__(self, spec: Spec, app: str, environment: str) -> Health | None:
        """See ``AskHealth``."""
        from generator.clients import argocd
        from generator.delivery.promotion.checks import Health
        from generator.errors import ArgoCdError
        from generator.render.outputs.argocd import application_name

        if not self._asked:
            self._asked, self._api = True, argocd.connect()
        if self._api is None:
            return None
        name = application_name(spec, environment, app)
        try:
            with argocd.understood():
                found = self._api.application(name)
                if found is None:  # or the token may not see it
                    return None
                return Health(found.health, "; ".join(found.errors), found.images, healthy=found.health == "Healthy")
        except ArgoCdError as exc:
            console.note(f"{name}: its health is not known: {exc.message}")
            return None


def _teller(found: Proposal) -> Callable[[PullRequest], None] | None:
    topic = found.spec.promotion.notify
    if topic is None:
        return None

    def tell(request: PullRequest) -> None:
        from generator.clients.aws import sns

        lines = [f"{move.app}: {' -> '.join(move.names)}{' (step back)' if move.back else ''}" for move in found.going]
        lines += ["", *(f"{check.said}: {check.state} ({check.detail})" for check in found.checks), "", request.url]
        sns.send(topic, found.title, "\n".join(lines))

    return tell


def _dry_run(options: argparse.Namespace, clone: Clone, spec: Spec, wish: Wish) -> int:
    from generator.delivery.promotion import request

    forge, reason = _forge_if_any(clone.url, spec)
    found = _proposal(clone, wish, forge=forge)
    request.require_allowed(found)
    would = _foreseen(clone, forge, found, reason, force=options.force)
    if options.json:
        texts = {"title": found.title, "body": found.body, "would": would}
        console.emit({**_as_json(found), "action": "nothing", **texts})
        return 0
    if found.content:
        console.say(f"# {found.title}\n\n{found.body}")
    else:
        _say_left_out(found)
    console.say(would)
    return 0


def _forge_if_any(url: str, spec: Spec) -> tuple[Forge | None, str]:
    """The forge, or why it cannot be asked."""
    from generator.errors import GeneratorError

    try:
        return _forge(url, spec), ""
    except GeneratorError as error:
        return None, error.message


def _foreseen(clone: Clone, forge: Forge | None, found: Proposal, reason: str, *, force: bool) -> str:
    from generator.delivery.promotion import request
    from generator.errors import GeneratorError

    try:
        if forge is not None:
            return request.foresee(clone, forge, found, force=force)
    except GeneratorError as error:
        reason = error.message
    return f"whether there is a request already is not known: {reason}"


def _report(options: argparse.Namespace, found: Proposal, done: Done, error: GeneratorError | None = None) -> None:
    from generator.delivery.promotion.request import Action
    from generator.manifests import redact

    if options.json:
        request = done.request
        shown = {"number": request.number, "url": request.url, "state": request.state} if request else None
        console.emit(
            {
                **_as_json(found), "action": done.action, "commit": done.commit, "request": shown,
                "closed": [closed.number for closed in done.closed],
                **({"kept": [kept.number for kept in done.kept]} if done.kept else {}),
                **({"error": error.message, "hint": error.hint} if error else {}),
            }
        )  # fmt: skip
        return
    if found.going:
        head = ("app", f"in {found.target}", "new", "state")
        console.table(head, [(m.app, *m.names, f"{done.action}{', a step back' * bool(m.back)}") for m in found.going])
    for base in found.bases:
        console.say(f"the base of {base.app}: {done.action}")
        for conflict in map(redact.conflict, base.conflicts):
            where = f"{conflict.path}:{conflict.line} {conflict.field or 'the file'}"
            console.say(f"  {where}: keeps {conflict.local}, not {conflict.updated}")
    _say_left_out(found)
    for change in found.story.changes if found.story else ():
        if change.reason:
            console.note(f"note: what changes in {change.object} is not shown: {change.reason}")
    for check in found.checks:
        console.say(f"{check.state}: {check.said}: {check.detail}")
    console.say(_said(found, done))
    for closed in done.closed:
        if closed is not done.request:
            superseded = done.action in (Action.OPENED, Action.UPDATED, Action.MERGED, Action.UNCHANGED)
            why = f"{found.head} stands in for it" if superseded else "nothing is left in it"
            console.say(f"closed {closed.url}: {why}")
    for kept in done.kept:
        console.say(f"{kept.url} stays open beside it, since people have committed to {kept.head}")


def _said(found: Proposal, done: Done) -> str:
    from generator.delivery.promotion.request import Action, why_nothing

    url = done.request.url if done.request else ""
    match done.action:
        case Action.OPENED | Action.UPDATED | Action.MERGED:
            return f"{done.action} {url}"
        case Action.UNCHANGED:
            return f"{url} is open and says all of this already; nothing to do"
        case Action.DECLINED:
            return f"{url} has asked for exactly this and was closed; --force asks again"
        case Action.CLOSED:
            return f"closed {url}: {why_nothing(found)}"
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
