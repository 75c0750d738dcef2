"""Publish a proposal: on a branch of its own with a request, or directly on the branch.

A run can be killed after any step. The order is branch, request, superseded requests, notifications. Each step looks
at what exists, so the next run continues where this one stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from generator.clients.forges.forge import PullRequest
from generator.delivery import branches, pull_request, push_errors
from generator.delivery.promotion import checks, description, marker
from generator.delivery.pull_request import PROMOTED_SEAL, Wanted
from generator.delivery.push import publish
from generator.errors import ForgeError, GeneratorError, GitError, RepositoryError

if TYPE_CHECKING:
    from generator.clients.forges.forge import Forge
    from generator.delivery.promotion.proposal import Proposal
    from generator.git.history import Clone


class Action(StrEnum):
    """Action of a run."""

    NOTHING = "nothing"
    UNCHANGED = "unchanged"
    OPENED = "opened"
    UPDATED = "updated"
    DECLINED = "declined"
    PUSHED = "pushed"
    MERGED = "merged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Done:
    """Outcome of a run.

    ``closed`` are requests that this one replaces, or that have no change left. ``kept`` are replaced requests that
    stay open, because reviewers have committed to their branches.
    """

    action: Action
    request: PullRequest | None = None
    commit: str | None = None
    closed: tuple[PullRequest, ...] = ()
    kept: tuple[PullRequest, ...] = ()


Tell = Callable[[PullRequest], None]


def open_request(clone: Clone, forge: Forge, found: Proposal, tell: Tell | None, *, force: bool) -> Done:
    """Update branch and request to the proposal. ``tell`` is called once for each content of a request."""
    requests = forge.requests(clone.branch, branches.promotions(found.spec.project, found.target))
    mine = next((request for request in requests if request.head == found.head), None)
    wanted = _wanted(found, mine)
    if not force:
        _require_ours(clone, wanted)
    if not found.content:
        return _withdraw(clone, forge, found, mine, requests)
    if mine is None and not force:
        declined = _declined(clone, forge, found)
        if declined is not None:
            return Done(Action.DECLINED, declined)
    commit, pushed = pull_request.publish(clone, wanted, force=force)
    if commit is None:
        return Done(Action.NOTHING)
    request, action = _request(clone, forge, found, mine, moved=pushed)
    covered = [other for other in requests if other.head != found.head and _covers(found, other)]
    kept = tuple(other for other in covered if not force and pull_request.reviewers(clone, other.head))
    closed = _supersede(clone, forge, request, [other for other in covered if other not in kept])
    _tidy(clone, forge, found, requests)
    if tell is not None:
        request = _tell(forge, found, request, tell)
    return Done(action, request, commit, closed, kept)


def merge(clone: Clone, forge: Forge, found: Proposal, done: Done, *, force: bool) -> Done:
    """Merge the request that ``open_request`` has left.

    ``RepositoryError`` while a check fails, unless forced, and if a user has closed the request.
    """
    if done.action is Action.DECLINED and done.request:
        what = f"{done.request.url} has asked for exactly this and was closed; nothing was merged"
        raise RepositoryError(what, "--force asks again, and merges it")
    if done.request is None or done.commit is None:
        return done
    require_passed(found, f"{done.request.url} stays open", force=force)
    try:
        merged = forge.merge(done.request, done.commit)
    except (GitError, ForgeError) as exc:
        raise _unmerged(clone, done.request, exc) from exc
    with suppress(GitError):  # many forges remove it themselves
        clone.delete(found.head, done.commit)
    return replace(done, action=Action.MERGED, request=merged)


def _unmerged(clone: Clone, request: PullRequest, exc: GeneratorError) -> ForgeError:
    """Return what has become of the request, and the reason in words, where it is one of a push."""
    cause = exc if isinstance(exc, GitError) else exc.__cause__
    pushed = isinstance(cause, GitError) and ("rejected" in cause.stderr or "remote:" in cause.stderr)
    reason = push_errors.reason(cause) if pushed and isinstance(cause, GitError) else exc.message
    hint = exc.hint or f"ask who guards {clone.branch}, or let a reviewer merge the request"
    return ForgeError(f"{request.url} is open, and was not merged: {reason}", hint)


def require_allowed(found: Proposal, done: Done | None = None) -> None:
    """Raise ``RepositoryError`` where an app that was named is pinned."""
    if found.refusal:
        closed = f"; {done.request.url} was closed" if done and done.action is Action.CLOSED and done.request else ""
        hint = f"once it may go: python -m generator unpin APP --env {found.target} --push"
        raise RepositoryError(f"{found.refusal}; nothing was promoted{closed}", hint)


def spent(clone: Clone, found: Proposal, heads: Iterable[str]) -> list[str]:
    """Return the branches of requests without a change left, now that the proposal is on the branch."""
    return [head for head in heads if head in clone.branches and _is_spent(clone, found, head)]


def _is_spent(clone: Clone, found: Proposal, head: str) -> bool:
    tip, own = clone.branches[head], clone.beyond(head)
    if not all(clone.is_plain_merge(commit) for commit in own if len(commit.parents) > 1):
        return False
    paths = {path for commit in own for path in commit.blobs}
    return all(clone.read(tip, path) == found.files.get(path, clone.read(clone.tip, path)) for path in paths)


def close_spent(clone: Clone, forge: Forge, found: Proposal, heads: Iterable[str]) -> tuple[PullRequest, ...]:
    """Close the requests of these branches: the branch has all their changes."""
    requests = forge.requests(clone.branch, branches.promotions(found.spec.project, found.target))
    wanted = set(heads)
    closed = tuple(request for request in requests if request.head in wanted and marker.read(request.body))
    for request in closed:
        _close(clone, forge, request, f"Nothing is left in it: {clone.branch} has all of this.")
    return closed


def push(clone: Clone, found: Proposal, *, force: bool) -> Done:
    """Push it to the branch itself."""
    require_allowed(found)
    if not found.content:
        return Done(Action.NOTHING)
    require_passed(found, "nothing was pushed", force=force)
    published = publish(clone.url, clone.branch, found.edit, found.message, author=found.author)
    return Done(Action.PUSHED if published.commit else Action.NOTHING, commit=published.commit)


def require_passed(found: Proposal, meanwhile: str, *, force: bool) -> None:
    """Raise ``RepositoryError`` with the checks that fail, unless forced."""
    failing = checks.failed(found.checks)
    if failing and not force:
        lines = "\n".join(f"  {check.sentence}" for check in failing)
        raise RepositoryError(f"not promoted to {found.target}; {meanwhile}:\n{lines}", "wait, or --force")


def _wanted(found: Proposal, mine: PullRequest | None) -> Wanted:
    without = f"no request is open for them: git push origin --delete {found.head}, or --force to replace them"
    hint = f"merge {mine.url}, or delete its branch, or --force to replace them" if mine else without
    return Wanted(
        found.head, found.edit, lambda: found.message, "promote", hint,
        seal=PROMOTED_SEAL, expected=lambda _: found.files, author=found.author,
    )  # fmt: skip


def _require_ours(clone: Clone, wanted: Wanted) -> None:
    pull_request.require_ours(clone, wanted.head, wanted.command, wanted.hint)


def _withdraw(
    clone: Clone, forge: Forge, found: Proposal, mine: PullRequest | None, others: Sequence[PullRequest]
) -> Done:
    """Close the request and remove the branch, since nothing is left to promote."""
    covered = [other.head for other in others if other != mine and _covers(found, other)]
    heads = spent(clone, found, covered)
    closed = close_spent(clone, forge, found, heads) if heads else ()
    if mine is not None:
        why = found.why_nothing
        _close(clone, forge, mine, description.plain(f"{why[0].upper()}{why[1:]}."))
        return Done(Action.CLOSED, mine, closed=(mine, *closed))
    if tip := clone.branches.get(found.head):
        with suppress(GitError):
            clone.delete(found.head, tip)
    return Done(Action.NOTHING, closed=closed)


def _declined(clone: Clone, forge: Forge, found: Proposal) -> PullRequest | None:
    """Return the request for exactly this that a person has closed, if that was the last one of its branch."""
    closed = forge.requests(clone.branch, found.head, "closed", exact=True)
    last = marker.read(closed[0].body) if closed else None
    if last is None or last.content != found.content:
        return None
    merged = forge.requests(clone.branch, found.head, "merged", exact=True)
    since = any(int(request.number) > int(closed[0].number) for request in merged)
    return None if since else closed[0]


def _request(
    clone: Clone, forge: Forge, found: Proposal, mine: PullRequest | None, *, moved: bool
) -> tuple[PullRequest, Action]:
    if mine is None:
        reviewers = found.spec.environments[found.target].approvers
        return forge.open(found.head, clone.branch, found.title, found.body, reviewers), Action.OPENED
    title, wanted = _text(found, mine)
    if _says(mine, title, wanted):
        return mine, Action.UPDATED if moved else Action.UNCHANGED
    return forge.update(mine, title, wanted), Action.UPDATED


def _text(found: Proposal, mine: PullRequest) -> tuple[str, str]:
    """Return what the request is to say: a title and words that a person has written stay."""
    former = marker.read(mine.body)
    ours = former is None or former.title in ("", marker.digest(mine.title))
    mark = replace(found.marker, told=former.told if former else "")
    generated = found.text(mark, sum(map(len, marker.outside(mine.body))))
    return found.title if ours else mine.title, marker.joined(mine.body, generated)


def _says(mine: PullRequest, title: str, text: str) -> bool:
    return (mine.title, mine.body.strip().replace("\r\n", "\n")) == (title, text.strip())


def foresee(clone: Clone, forge: Forge, found: Proposal, *, force: bool) -> str:
    """Return what ``open_request`` would do, in a sentence."""
    requests = forge.requests(clone.branch, branches.promotions(found.spec.project, found.target))
    mine = next((request for request in requests if request.head == found.head), None)
    wanted = _wanted(found, mine)
    if not force:
        try:
            _require_ours(clone, wanted)
        except RepositoryError as exc:
            return f"this would fail: {exc.message}"
    if not found.content:
        return f"this would close {mine.url}: {found.why_nothing}" if mine else found.why_nothing
    if mine is None:
        declined = None if force else _declined(clone, forge, found)
        if declined is not None:
            return f"this would do nothing: {declined.url} has asked for exactly this and was closed"
        return "this would open a request"
    if pull_request.holds(clone, wanted) and _says(mine, *_text(found, mine)):
        return f"this would do nothing: {mine.url} is open and says all of this already"
    return f"this would update {mine.url}"


def _supersede(
    clone: Clone, forge: Forge, request: PullRequest, others: Sequence[PullRequest]
) -> tuple[PullRequest, ...]:
    """Close the other requests into this environment all of whose apps are in this one, too."""
    for other in others:
        _close(clone, forge, other, f"Superseded by {request.url}.")
    return tuple(others)


def _covers(found: Proposal, other: PullRequest) -> bool:
    """Tell whether all apps of a request are among those that were asked for."""
    mark = marker.read(other.body)
    return mark is not None and (not found.apps or bool(mark.apps and set(mark.apps) <= set(found.apps)))


def _tidy(clone: Clone, forge: Forge, found: Proposal, requests: Sequence[PullRequest]) -> None:
    """Remove the branches of requests that we have closed ourselves, where a run died in between."""
    left = set(clone.branches) - {found.head} - {request.head for request in requests}
    if not left:
        return
    last: dict[str, PullRequest] = {}
    for request in forge.requests(clone.branch, branches.promotions(found.spec.project, found.target), "closed"):
        last.setdefault(request.head, request)
    for branch in left & set(last):
        mark = marker.read(last[branch].body)
        if mark is not None and mark.content == marker.WITHDRAWN and not pull_request.reviewers(clone, branch):
            with suppress(GitError):
                clone.delete(branch, clone.branches[branch])


def _close(clone: Clone, forge: Forge, request: PullRequest, reason: str) -> None:
    forge.close(forge.update(request, request.title, marker.withdrawn(request.body)), reason)
    with suppress(GitError):  # a user may have removed it
        if tip := clone.branches.get(request.head):
            clone.delete(request.head, tip)


def _tell(forge: Forge, found: Proposal, request: PullRequest, tell: Tell) -> PullRequest:
    """Tell the approvers once; where a run dies in between, they are told twice rather than never."""
    mark = marker.read(request.body)
    if mark is None or mark.told == found.content:
        return request
    tell(request)
    return forge.update(request, request.title, marker.marked(request.body, replace(mark, told=found.content)))
