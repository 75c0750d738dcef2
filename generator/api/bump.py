"""`bump`: set the tags and digests of apps in environments.

No dataclass is in here, since a build starts this, and these cost as much as starting Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.api.call import NONE, Credentials, Progress, calling, silent

if TYPE_CHECKING:
    from generator.delivery.bump import Bump, BumpOutcome
    from generator.delivery.bump_push import Landed
    from generator.spec.model import Spec

# As git has it: no part that begins with a dot or ends in .lock, none of the characters that mean something to git.
_BRANCH: Final = re.compile(
    r"(?!-|@$|refs/)(?!.*(?:\.\.|@\{|//))(?!(?:.*/)?\.)(?!.*\.lock(?:/|$))[^\x00-\x20\x7f~^:?*\[\\/]"
    r"(?:[^\x00-\x20\x7f~^:?*\[\\]*[^\x00-\x20\x7f~^:?*\[\\/.])?"
)


class BumpRequest(NamedTuple):
    """Images for apps in environments, in one commit at most.

    An app is a name, for the common `tag` and `digest`, or `NAME=TAG@DIGEST`. Without `commit` and `push`, the
    overlays in `directory` are changed; `push` commits on the branch of the `remote` instead. `build` is `NUMBER` or
    `SYSTEM NUMBER`; by default it comes from `ci`, the variables of CodeBuild or GitHub Actions. `timeout` is how
    many seconds each git command may wait for the server.
    """

    apps: Sequence[str]
    environments: Sequence[str]
    directory: Path = Path()
    tag: str | None = None
    digest: str | None = None
    verify: bool = False
    build: str | None = None
    force: bool = False
    commit: bool = False
    push: bool = False
    remote: str | None = None
    branch: str | None = None
    pull_request: bool = False
    subject: str | None = None
    sign: bool = False
    timeout: float = 60.0
    ci: Mapping[str, str] = {}
    dry_run: bool = False


class BumpResult(NamedTuple):
    """Outcome for each image, the commit if there is one, and the URL of the pull request if there is one."""

    outcomes: Sequence[BumpOutcome]
    commit: str | None
    pull_request: str | None
    notes: Sequence[str] = ()
    dry_run: bool = False


def bump(request: BumpRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> BumpResult:
    """Set images; no other byte of the overlays changes."""
    _check(request)
    with calling(credentials, request.directory, request.remote):
        done, landed = _push(request, progress) if request.push else _edit(request)
        notes = _notes(request.directory, done)
        return BumpResult(done.outcomes, landed.commit, landed.pull_request, notes, request.dry_run)


def _check(request: BumpRequest) -> None:
    """Raise UsageError for options without effect, or taken for others: most often an empty variable of CI."""
    from generator.errors import UsageError

    pushing = {
        "--sign": request.sign, "--pull-request": request.pull_request,
        "--remote": request.remote is not None, "--branch": request.branch is not None,
    }  # fmt: skip
    idle = [name for name, given in pushing.items() if given]
    if idle and not request.push:
        raise UsageError(f"{idle[0]}: nothing is pushed", "add --push, or leave it out")
    if not 0 < request.timeout < float("inf"):
        raise UsageError(f"--timeout {request.timeout:g}: no number of seconds", "a positive number: --timeout 60")
    if request.remote == "":
        raise UsageError("--remote: is empty", "a URL or a path, or leave it out")
    if request.branch is not None and not _BRANCH.fullmatch(request.branch):
        raise UsageError(f"--branch {request.branch!r}: no name of a branch", "as in `git branch`, without refs/heads/")
    for name, given in (("--tag", request.tag), ("--digest", request.digest)):
        if given is not None and all("=" in word for word in request.apps):
            raise UsageError(f"{name}: each app has its own image", "APP=TAG@DIGEST for all, or none of them")


def _push(request: BumpRequest, progress: Progress) -> tuple[Bump, Landed]:
    from generator.git import remote_branch as remotes

    spec = _spec(request)
    url = request.remote or (spec.repository if spec else "")
    branch = request.branch or (spec.branch if spec else "main")
    progress(f"pushing to {branch}")
    # It fetches while the rest is loaded.
    with remotes.connect(url, branch, request.timeout) as remote:
        from generator.delivery import bump_push

        made = _bump(request, spec)
        if request.dry_run:
            bump_push.foresee(remote, made)
            return made, bump_push.Landed(None)
        return made, bump_push.land(
            remote, made, spec, named=request.branch, proposes=request.pull_request, sign=request.sign
        )


def _edit(request: BumpRequest) -> tuple[Bump, Landed]:
    from generator.delivery import bump as bumps
    from generator.delivery.bump_push import Landed

    made = _bump(request, _spec(request))
    if request.dry_run:
        bumps.foreseen_here(request.directory, made)
        return made, Landed(None)
    if request.commit:
        return made, Landed(bumps.committed_here(request.directory, made))
    bumps.in_work_tree(request.directory, made)
    return made, Landed(None)


def _bump(request: BumpRequest, spec: Spec | None) -> Bump:
    from generator.delivery import build_order, bump_images
    from generator.delivery import bump as bumps

    source = bumps.source_of(request.directory)
    wanted = bump_images.wanted(
        request.apps, request.environments, spec, request.tag, request.digest,
        takes_moving_tags=request.verify or request.force,
    )  # fmt: skip
    made = bumps.Bump(
        wanted, source, build_order.build(request.build, request.ci), force=request.force,
        contains=bumps.history_of(request.directory), form=_form(request, spec),
    )  # fmt: skip
    if request.verify:
        from generator.clients.aws import ecr

        made.verify = ecr.verified
    return made


def _form(request: BumpRequest, spec: Spec | None) -> str:
    from generator.errors import UsageError
    from generator.spec import subject

    if request.subject is None:
        return spec.subject if spec else subject.AS_IT_IS
    if not subject.is_form(request.subject):
        raise UsageError(f"--subject {request.subject!r}: no form of a subject", subject.HINT)
    return request.subject


def _spec(request: BumpRequest) -> Spec | None:
    """Load the spec here; none is needed where the remote is given and nothing is written here."""
    from generator.spec import layout

    if request.push and request.remote and not (request.directory / layout.SPEC).exists():
        return None
    from generator.spec import loader  # it costs as much as half a fetch, which may begin without it

    return loader.load(request.directory)


def _notes(directory: Path, made: Bump) -> list[str]:
    """Tell where git does not read the checkout: then no trailer names or orders the commit that was built."""
    from generator.errors import GitError
    from generator.git import plumbing

    if made.source() or plumbing.around(directory) is None:
        return []
    try:
        plumbing.begin("rev-parse", "HEAD", directory=directory).result()
    except GitError as exc:
        if plumbing.FOREIGN_OWNER in exc.stderr:
            return [f"the commit that was built is not known: {exc.message}\nhint: {exc.hint}"]
    return []
