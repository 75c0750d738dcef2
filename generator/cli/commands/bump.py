"""``bump``: set the tags and digests of apps in environments."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from generator.cli import console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.delivery.bump import Bump, Outcome, Wanted
    from generator.errors import GitError
    from generator.spec.model import Spec

# As git has it: no part that begins with a dot or ends in .lock, none of the characters that mean something to git.
_BRANCH: Final = re.compile(
    r"(?!-|@$|refs/)(?!.*(?:\.\.|@\{|//))(?!(?:.*/)?\.)(?!.*\.lock(?:/|$))[^\x00-\x20\x7f~^:?*\[\\/]"
    r"(?:[^\x00-\x20\x7f~^:?*\[\\]*[^\x00-\x20\x7f~^:?*\[\\/.])?"
)
_GUARDED: Final = (
    "let it open a pull request: --pull-request (`ci: {pullRequest: true}` in the spec);"
    " or let it push: protection --pusher WHO"
)
HELP: Final = "set apps' image tags and digests in environments; no other byte of the files changes"
EXAMPLE: Final = """\
  python -m generator bump web --env dev --tag 1.4.2
  python -m generator bump web --env dev --tag 1.4.2 --digest sha256:… --push
  python -m generator bump web api worker --env dev --env staging --tag 1.4.2 --push
  python -m generator bump web=1.4.2@sha256:… api=2.0.1 --env dev --push
  python -m generator bump web --env dev --tag 1.4.2 --push --remote https://git.example.com/acme/shop-gitops.git

All of it is one commit. --push needs no clone that is up to date, and with --remote none at all:
it edits the newest commit of the branch, tries again when somebody else was faster, and reads the
result back. It takes GIT_USERNAME and GIT_TOKEN from the environment, or git's own credentials.

It exits 0 without a change where the image is there already, where a person has pinned what is
there (`rollback APP --env E --unpin` takes the pin out), and where a newer build has set it:
builds are ordered by their number in CodeBuild or GitHub Actions (or --build), and by their
commits where the numbers are of different systems or the commits say the contrary, as those of a
build of an older commit that was retried: which commit holds the other, as far as this checkout
knows, or else which one is later. --force sets it all the same."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
    parser.add_argument("apps", nargs="+", metavar="APP[=TAG[@DIGEST]]", help="the app's name in the spec")
    parser.add_argument(
        "--env", required=True, action="append", dest="environments", metavar="ENV", help="the environment; repeatable"
    )
    parser.add_argument("--tag", help="the new tag of each app that is given without one")
    parser.add_argument("--digest", help="its digest, sha256:…; without one a former digest is taken out")
    parser.add_argument(
        "--verify", action="store_true", help="prove first that ECR has the image, and take its digest from there"
    )
    parser.add_argument(
        "--build",
        metavar="BUILD",
        help="the build that made it: NUMBER or 'SYSTEM NUMBER'; as CodeBuild or GitHub Actions say if left out",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="even if a newer build, or one of a newer commit, has set it; also a tag like latest",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--commit", action="store_true", help="commit the change here")
    how.add_argument("--push", action="store_true", help="commit it on the remote's branch instead, and push")
    parser.add_argument("--remote", metavar="URL", help="where to push; the spec's repository if left out")
    parser.add_argument("--branch", help="the branch to push to; the spec's branch if left out")
    parser.add_argument(
        "--pull-request", action="store_true",
        help="where the branch takes no pushes, open or update a pull request for these images (with --push)",
    )  # fmt: skip
    parser.add_argument(
        "--subject", metavar="FORM",
        help="the form of the commit's first line, 'chore: {subject}' say; the spec's `commits:` if left out",
    )  # fmt: skip
    parser.add_argument(
        "--sign", action="store_true", help="sign the commit, as git's gpg.format and user.signingkey say (with --push)"
    )
    parser.add_argument(
        "--timeout", type=float, metavar="SECONDS", default=60.0,
        help="how long each git may wait for the server (60); all tries together end after five minutes",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    _check(options)
    bump, commit, request = _push(options) if options.push else (*_edit(options), None)
    _note_unknown(options.directory, bump)
    if options.json:
        console.emit(_report(bump, commit) | ({"request": request} if request else {}))
        return 0
    for outcome in bump.outcomes:
        console.say(_line(outcome, commit))
    if request:
        console.say(f"the branch takes no pushes; merge the pull request: {request}")
    return 0


def _note_unknown(directory: Path, bump: Bump) -> None:
    """Where git does not read the checkout, the commit that was built is in no trailer, and orders no builds."""
    from generator.errors import GitError
    from generator.git import plumbing

    if bump.source() or plumbing.around(directory) is None:
        return
    try:
        plumbing.begin("rev-parse", "HEAD", directory=directory).result()
    except GitError as exc:
        if plumbing.FOREIGN_OWNER in exc.stderr:
            console.note(f"note: the commit that was built is not known: {exc.message}\nhint: {exc.hint}")


def _check(options: argparse.Namespace) -> None:
    """``UsageError`` for options that would do nothing, or be taken for others: most often an empty variable of CI."""
    from generator.errors import UsageError

    pushing = {
        "--sign": options.sign, "--pull-request": options.pull_request,
        "--remote": options.remote is not None, "--branch": options.branch is not None,
    }  # fmt: skip
    idle = [name for name, given in pushing.items() if given]
    if idle and not options.push:
        raise UsageError(f"{idle[0]}: nothing is pushed", "add --push, or leave it out")
    if not 0 < options.timeout < float("inf"):
        raise UsageError(f"--timeout {options.timeout:g}: no number of seconds", "a positive number: --timeout 60")
    if options.remote == "":
        raise UsageError("--remote: is empty", "a URL or a path, or leave it out")
    if options.branch is not None and not _BRANCH.fullmatch(options.branch):
        raise UsageError(f"--branch {options.branch!r}: no name of a branch", "as in `git branch`, without refs/heads/")
    for name, given in (("--tag", options.tag), ("--digest", options.digest)):
        if given is not None and all("=" in word for word in options.apps):
            raise UsageError(f"{name}: each app has its own image", "APP=TAG@DIGEST for all, or none of them")


def _push(options: argparse.Namespace) -> tuple[Bump, str | None, str | None]:
    """The bump, its commit, and the URL of the pull request where it took one."""
    from generator.errors import GitError, PushRefused
    from generator.git import remote_branch as remotes

    spec = _spec(options)
    url = options.remote or (spec.repository if spec else "")
    branch = options.branch or (spec.branch if spec else "main")
    # It fetches while the rest of us is loaded.
    with console.progress(f"pushing to {branch}"), remotes.connect(url, branch, options.timeout) as remote:
        from generator.delivery import bump as bumps

        bump = _bump(options, spec)
        try:
            return bump, bumps.on_remote(remote, bump, sign=options.sign).commit, None
        except GitError as exc:
            from generator.delivery import push_errors

            guarded = isinstance(exc, PushRefused) and push_errors.guarded(exc)
            if not (guarded and options.pull_request):
                exc.hint = (_GUARDED if guarded else _absent(options, spec, exc)) or exc.hint
                raise
        from generator.delivery import bump_request
        from generator.spec.model import Forge

        commit, request = bump_request.propose(
            url, branch, bump, where=spec.forge if spec else Forge(), sign=options.sign
        )
        return bump, commit, request.url if request else None


def _absent(options: argparse.Namespace, spec: Spec | None, exc: GitError) -> str:
    """A hint where the branch is not there, by where its name is from."""
    if "couldn't find remote ref" not in exc.stderr:
        return ""
    if options.branch:
        return "check --branch, or push that branch once"
    return "" if spec else "name the branch: --branch"


def _edit(options: argparse.Namespace) -> tuple[Bump, str | None]:
    from generator.delivery import bump as bumps

    directory: Path = options.directory
    bump = _bump(options, _spec(options))
    if options.commit:
        return bump, bumps.committed_here(directory, bump)
    bumps.in_work_tree(directory, bump)
    return bump, None


def _bump(options: argparse.Namespace, spec: Spec | None) -> Bump:
    from generator.delivery import build_order
    from generator.delivery import bump as bumps

    source = bumps.source_of(options.directory)
    bump = bumps.Bump(
        _wanted(options, spec), source, build_order.build(options.build),
        force=options.force, contains=bumps.history_of(options.directory), form=_form(options, spec),
    )  # fmt: skip
    if options.verify:
        from generator.clients.aws import ecr

        bump.verify = ecr.verified
    return bump


def _form(options: argparse.Namespace, spec: Spec | None) -> str:
    from generator.errors import UsageError
    from generator.spec import subject

    if options.subject is None:
        return spec.subject if spec else subject.AS_IT_IS
    if not subject.is_form(options.subject):
        raise UsageError(f"--subject {options.subject!r}: no form of a subject", subject.HINT)
    form: str = options.subject
    return form


def _spec(options: argparse.Namespace) -> Spec | None:
    """The spec here; none is needed where the remote is given and nothing is written here."""
    from generator.spec import paths

    directory: Path = options.directory
    if options.push and options.remote and not (directory / paths.SPEC).exists():
        return None
    from generator.spec import loader  # it costs as much as half a fetch, which may begin without it

    return loader.load(directory)


def _wanted(options: argparse.Namespace, spec: Spec | None) -> Sequence[Wanted]:
    from generator.delivery import image
    from generator.delivery.bump import Wanted
    from generator.errors import UsageError

    result = []
    for word in options.apps:
        app, given, rest = word.partition("=")
        tag, at, own = rest.partition("@") if given else (options.tag, "", "")
        digest = (own if at else None) if given else options.digest
        if tag is None:
            raise UsageError(f"{app}: no tag", f"give one: --tag TAG, or {app}=TAG")
        for environment in options.environments:
            place = image.slot(spec, app, environment) if spec else image.slot_without_spec(app, environment)
            result.append(Wanted(place, image.image(place, tag, digest)))
            if image.moves(result[-1].image) and not (options.verify or options.force):
                hint = "give the tag of one build, or the digest with it (--digest, --verify); or --force"
                raise UsageError(
                    f"{app}: {tag} names another image with each build, so nobody can tell what runs", hint
                )
    if len({one.place for one in result}) < len(result):
        raise UsageError("an app or an environment is given twice", "name each once")
    if options.digest and sum("=" not in word for word in options.apps) > 1:
        raise UsageError("one digest for several apps", "give each its own: APP=TAG@DIGEST")
    return result


def _report(bump: Bump, commit: str | None) -> dict[str, Any]:
    """One record, or with several images a list of them under ``images``."""
    from generator.delivery.bump import State

    records = []
    for outcome in bump.outcomes:
        place, image = outcome.wanted.place, outcome.wanted.image
        changed = outcome.state is State.CHANGED
        record: dict[str, Any] = {
            "app": place.app, "environment": place.environment, "path": place.path,
            "tag": image.tag, "digest": image.digest, "changed": changed, "commit": commit if changed else None,
        }  # fmt: skip
        if outcome.why:
            record |= {"held": outcome.state, "why": outcome.why}
        records.append(record)
    return records[0] if len(records) == 1 else {"commit": commit, "images": records}


def _line(outcome: Outcome, commit: str | None) -> str:
    from generator.delivery.bump import State

    place, tag = outcome.wanted.place, outcome.wanted.image.tag
    match outcome.state:
        case State.CHANGED:
            said = f"{tag} in {commit[:12] if commit else place.path}"
        case State.SAME:
            said = f"{tag} already; nothing to do"
        case State.PINNED:
            said = (
                f"{tag} is held back, the image is pinned: {outcome.why}"
                f" (take the pin out: rollback {place.app} --env {place.environment} --unpin)"
            )
        case State.SUPERSEDED:
            said = f"{tag} is superseded by a newer build: {outcome.why} (set it all the same: --force)"
    return f"{place.app} in {place.environment}: {said}"
