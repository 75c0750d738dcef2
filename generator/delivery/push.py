"""Publish an edit: fetch, edit, commit and push until it succeeds; then read it back.

When another push was faster, the *edit* is applied again to the new tip. No text is rebased, so two builds that
change the same file do not conflict. If many builds push at once, one of them pushes the edits of all: see
``push_queue``.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.backoff import Backoff
from generator.delivery import push_errors, push_queue
from generator.delivery.change import Change, commit_on
from generator.delivery.push_errors import Verdict
from generator.delivery.push_queue import Unusable
from generator.errors import GeneratorError, GitError, PushRefused, RepositoryError, SpecError
from generator.git import remote_branch as remotes

if TYPE_CHECKING:
    from generator.delivery.change import Edit
    from generator.delivery.push_queue import Intent, Queue
    from generator.git.remote_branch import Remote

# How often a push is tried again that the server calls too late while the branch stands still.
ATTEMPTS: Final = 12
# How often a server that is down for a moment is asked again.
DOWN: Final = 4
# However it goes: no bump waits longer for others, or for a server.
PATIENCE_SECONDS: Final = 300.0
# With chance in full, so that losers of one race do not meet again.
BACKOFF: Final = Backoff(first=0.4, longest=5.0, least=0.0)


class Published(NamedTuple):
    """``commit`` is the commit that brought the edit to the branch; ``None`` if there was nothing to change."""

    commit: str | None
    attempts: int


def publish(
    url: str,
    branch: str,
    edit: Edit,
    message: str,
    *,
    paths: Sequence[str] = (),
    sign: bool = False,
    author: str | None = None,
) -> Published:
    """Push an edit to a branch. ``edit`` gets a reader of the tip's files and returns the changed ones.

    ``edit`` may be called more than once. ``PushRefused`` if the server refuses for good, or the branch moved before
    each attempt for ``PATIENCE_SECONDS``.
    """
    with remotes.connect(url, branch) as remote:
        return land(remote, Change(edit, lambda: message, paths, sign, author=author))


def land(remote: Remote, change: Change) -> Published:
    """Publish a whole ``Change`` on a remote that is connected."""
    landing = _Landing(
        remote, change, push_queue.joined(remote, sign=change.sign) if change.data or change.sign else None
    )
    try:
        return landing.run()
    finally:
        if landing.queue:
            landing.queue.leave()


def moved(said: str) -> bool:
    """Tell whether a refusal means that the branch has moved, so that the next attempt may succeed."""
    return push_errors.verdict(said) is Verdict.MOVED


class _Landing:
    """One edit on its way to the branch."""

    def __init__(self, remote: Remote, change: Change, queue: Queue | None) -> None:
        self.remote = remote
        self.change = change
        self.queue = queue
        self.deadline = time.monotonic() + PATIENCE_SECONDS
        # Pushes, and how many of them were of no use though the branch stood still.
        self.attempts = self.idle = 0
        self.down = 0
        self.pushed: list[str] = []
        # The first tip that was seen, since our commit can only be after it; and the last one that we built on.
        self.first = self.built_on = ""
        # How many of those who wait may come along, and whether the last push was for them, too.
        self.others: int | None = None
        self.together = False

    def run(self) -> Published:
        while self.idle < ATTEMPTS and time.monotonic() < self.deadline:
            try:
                if self._goes() and (published := self._round()):
                    return published
            except Unusable:
                self._alone()
            except GitError as exc:
                if published := self._after(exc):
                    return published
            else:
                self._wait()
        raise PushRefused(
            f"{self.remote.branch}: moved before each of {self.attempts} tries",
            "run it again when fewer builds are pushing",
        )

    @property
    def _waits(self) -> bool:
        return self.queue is not None and self.queue.name is not None

    def _goes(self) -> bool:
        """Tell whether there is something for us to do, since we do not wait, or no longer."""
        if self.queue is None or self.queue.name is None:
            return True
        if not self.queue.turn.stays:
            self.queue.look()
        return self.queue.name not in self.queue.names or self.queue.turn.comes(time.monotonic())

    def _wait(self) -> None:
        if self.queue:
            time.sleep(self.queue.turn.pause(self.queue.seconds, time.monotonic()))

    def _alone(self) -> None:
        """Wait in no queue from now on."""
        if self.queue:
            self.queue.leave()
        self.queue, self.together = None, False

    def _round(self) -> Published | None:
        """Look at the tip, and push once; return None where this build has to wait from now on."""
        tip = self._fetch()
        self.first = self.first or tip
        self.idle += tip == self.built_on
        # A push that broke off may have landed, and so may one that was reported as refused.
        if landed := self._landed(tip):
            return Published(landed, self.attempts)
        if self.queue and self.queue.name is None and self.pushed:
            if self._nothing(tip):
                return Published(None, self.attempts)
            self._enter(self.queue)
            return None
        if self.queue and self.queue.name and self.queue.name not in self.queue.names:
            return self._done_by_others(tip)
        return self._push(tip, self.queue.waiting() if self.queue and self.queue.name else [])

    def _landed(self, tip: str) -> str | None:
        """Return the commit of ours that is in the history of a tip."""
        return next(iter(self.remote.commits(self.first, tip) & set(self.pushed)), None) if self.pushed else None

    def _fetch(self) -> str:
        """Return the tip, and the intents that are not known yet; if those cannot be had, we are on our own."""
        wanted = self.queue.contents() if self.queue and self.queue.name else []
        try:
            return self.remote.fetch(*wanted)
        except GitError as exc:
            if not wanted or push_errors.verdict(exc.stderr) is Verdict.DOWN:
                raise
        self._alone()
        return self.remote.fetch()

    def _push(self, tip: str, waiting: Sequence[Intent]) -> Published:
        self.attempts += 1
        self.built_on = tip
        batch = self._batch(waiting)
        held = self._held(tip, batch)
        commits, ours = self._commits(tip, [intent for intent in batch if intent.name not in held])
        removals = self.queue.removals(intent.name for intent in batch) if self.queue else []
        if not commits and not removals:
            return Published(None, self.attempts)
        self.pushed += [ours] if ours else []
        newest = [f"{commits[-1]}:refs/heads/{self.remote.branch}"] if commits else []
        self.together = bool(removals)
        began = time.monotonic()
        try:
            self.remote.push(*newest, *removals, atomic=self.together)
        finally:
            if self.queue:
                self.queue.turn.slow = time.monotonic() - began
        if self.queue:
            self.queue.name = None
        if commits:
            self._read_back(commits[-1])
        return Published(ours, self.attempts)

    def _batch(self, waiting: Sequence[Intent]) -> list[Intent]:
        """Choose of those who wait ours and as many others as may come along.

        Each makes the push longer where a server runs hooks for every reference, so after each one that users were
        faster than, half as many do: else their short pushes would keep us out for good.
        """
        own = self.queue.name if self.queue else None
        others = [intent.name for intent in waiting if intent.name != own][: self.others]
        if others:
            self.others = len(others) // 2
        return [intent for intent in waiting if intent.name == own or intent.name in others]

    def _held(self, tip: str, batch: Sequence[Intent]) -> set[str]:
        """Return of the others those that we do not land: see ``queue.landed_since``.

        Where that cannot be known, all.
        """
        own = self.queue.name if self.queue else None
        others = {
            intent.name: (intent, change.touches)
            for intent in batch
            if intent.name != own and (change := self._decode(intent))
        }
        if not others:
            return set()
        try:
            since = push_queue.oldest([intent for intent, _ in others.values()])
            return push_queue.landed_since(others, self.remote.since(since, tip))
        except GitError:
            return set(others)

    def _commits(self, tip: str, waiting: Sequence[Intent]) -> tuple[list[str], str | None]:
        """Return a commit for each of those who wait, as far as it changes anything, and ours."""
        own = self.queue.name if self.queue else None
        # In the order of the queue, so that whoever lands them gets the same.
        changes: list[tuple[str | None, Change | None]] = [
            (None, self.change) if intent.name == own else (intent.author, self._decode(intent)) for intent in waiting
        ]
        if own not in [intent.name for intent in waiting]:
            changes.append((None, self.change))
        commits: list[str] = []
        ours = None
        with self.remote.editing(tip) as editing:
            editing.want([path for _, change in changes if change for path in change.paths])
            for author, change in changes:
                if change is self.change:
                    ours = commit_on(editing, change)
                    commits += [ours] if ours else []
                elif change:
                    with suppress(RepositoryError, SpecError):  # its owner will hear of it
                        commits += [commit] if (commit := commit_on(editing, change, author)) else []
        if ours and self.change.sign:
            ours = self.remote.signed(ours, tip, self.change.message())
            commits = [ours]  # signed ones never combine
        return commits, ours

    def _decode(self, intent: Intent) -> Change | None:
        try:
            return self.change.decode(intent.data) if self.change.decode else None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, GeneratorError):  # of another version
            return None

    def _enter(self, queue: Queue) -> None:
        """Wait from now on; where the server refuses that, go on without."""
        try:
            queue.enter(self.change.data() if self.change.data else b"", self.remote.author)
        except GitError as exc:
            if push_errors.verdict(exc.stderr) is Verdict.DOWN:
                raise
            self.queue = None

    def _done_by_others(self, tip: str) -> Published | None:
        """Find our commit, since our reference is gone, or go on without.

        There is none if nothing is left to change.
        """
        assert self.queue is not None
        for commit, author, message in self.remote.history(self.first, tip):
            if author == self.remote.author and self.change.landed(message):
                self.queue.name = None
                return Published(commit, self.attempts)
        self._alone()
        return Published(None, self.attempts) if self._nothing(tip) else None

    def _nothing(self, tip: str) -> bool:
        """Tell whether our edit changes nothing there."""
        with self.remote.editing(tip) as editing:
            editing.want(self.change.paths)
            return not self.change.edit(editing.read)

    def _after(self, exc: GitError) -> Published | None:
        """Wait for the next attempt, or raise what no attempt will change."""
        if self.pushed and push_errors.unanswered(exc):
            return self._late(exc)
        verdict = push_errors.verdict(exc.stderr)
        if self.queue and self.together and verdict is Verdict.FINAL:
            # No atomic pushes, or an edit of another build that the server does not take: each lands its own, then.
            self._alone()
            return None
        if self.queue and "does not exist" in exc.stderr:  # another build has taken our reference away
            self.queue.turn.stays = False
        self.down += verdict is Verdict.DOWN
        if verdict is Verdict.FINAL or self.down > DOWN:
            raise self._given_up(exc, verdict)
        if self.queue is None or verdict is Verdict.DOWN:
            time.sleep(BACKOFF.pause(max(self.attempts, self.down)))
        return None

    def _given_up(self, exc: GitError, verdict: Verdict) -> GitError:
        branch = self.remote.branch
        if self.pushed:
            return push_errors.refused(branch, exc, self.down)
        return push_errors.unreachable(branch, exc, self.down) if verdict is Verdict.DOWN else exc

    def _late(self, exc: GitError) -> Published:
        """Look once more after a push that had no answer: it may have landed all the same."""
        refused = push_errors.refused(self.remote.branch, exc)
        try:
            tip = self.remote.fetch()
        except GitError:
            raise refused from exc
        landed = self._landed(tip)
        if landed is None:
            raise refused from exc
        if self.queue and self.together:  # our intent went with it
            self.queue.name = None
        return Published(landed, self.attempts)

    def _read_back(self, commit: str) -> None:
        """Trust the remote, not the push's exit status. A later commit on top of ours is fine."""
        branch = self.remote.branch
        tip = self.remote.tip()
        if tip is None:
            raise PushRefused(f"{branch}: is gone from the remote after the push", "look at the remote's log")
        if tip != commit and not self.remote.contains(self.remote.fetch(), commit):
            raise PushRefused(f"{branch}: does not hold {commit[:12]} after the push", "look at the remote's log")
