"""A plain git remote, by path, ssh or HTTP: requests are references of the remote itself.

``refs/gitops/requests/<number>`` is a commit whose one file, ``request.json``, contains the request. Its parents are
the request's earlier states, so ``git log`` shows who did what when. Every change is an atomic push on the state
that was read; if another push was faster, the change is made again on the new state.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from generator.backoff import Backoff
from generator.clients.forges.forge import TIMEOUT_SECONDS, PullRequest, Review, chosen, clipped
from generator.errors import ForgeError, GitError
from generator.git import plumbing, refs

if TYPE_CHECKING:
    from generator.clients.forges.forge import State
    from generator.git.refs import References

PREFIX: Final = "refs/gitops/requests/"
FILE: Final = "request.json"
ATTEMPTS: Final = 8
BACKOFF: Final = Backoff(first=0.05, longest=1.0, factor=1.5, least=0.5)
_NUMBERED: Final = re.compile(re.escape(PREFIX) + r"[1-9][0-9]*")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Record:
    """A request as its reference holds it; ``comments`` are texts, the oldest first."""

    title: str
    body: str
    head: str
    base: str
    state: State = "open"
    merge_commit: str | None = None
    reviewers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()

    def encoded(self) -> bytes:
        fields = {name: getattr(self, name) for name in self.__slots__}
        return (json.dumps(fields, indent=2, ensure_ascii=False) + "\n").encode()

    @classmethod
    def decoded(cls, content: bytes) -> _Record:
        data: dict[str, Any] = json.loads(content)
        fields: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
        }
        return cls(**{name: value for name, value in fields.items() if name in cls.__slots__})


class Local:
    """The requests of one remote."""

    body_limit = 1_048_576

    def __init__(self, url: str) -> None:
        self.url = url

    def requests(
        self,
        base: str,
        prefix: str = "",
        state: State = "open",
        *,
        exact: bool = False,
        forks: bool = False,  # noqa: ARG002
    ) -> list[PullRequest]:
        """Implement ``Forge.requests``."""
        with self._remote() as remote:
            found = _all(remote)
            records = {ref: _Record.decoded(remote.read(commit, FILE)) for ref, commit in found.items()}
        return [
            self._request(ref, record)
            for ref, record in sorted(records.items(), key=lambda item: -_number(item[0]))
            if record.base == base and chosen(record.head, prefix, exact=exact) and record.state == state
        ]

    def open(
        self, head: str, base: str, title: str, body: str, reviewers: Sequence[str] = (), labels: Sequence[str] = ()
    ) -> PullRequest:
        """Implement ``Forge.open``."""
        record = _Record(
            title, clipped(body, self.body_limit), head, base, reviewers=tuple(reviewers), labels=tuple(labels)
        )

        def attempt(remote: References) -> PullRequest:
            branches = [f"refs/heads/{head}", f"refs/heads/{base}"]
            there = remote.listed(*branches, f"{PREFIX}*")
            for branch in branches:
                if branch not in there:
                    raise ForgeError(
                        f"no branch {branch.removeprefix('refs/heads/')} on {self._shown}", "push it first"
                    )
            number = max((_number(ref) for ref in there if _NUMBERED.fullmatch(ref)), default=0) + 1
            ref = f"{PREFIX}{number}"
            commit = remote.note(FILE, record.encoded(), f"Open: {title}\n", None)
            remote.push({ref: (None, commit)})
            return self._request(ref, record)

        return self._retried(attempt)

    def update(self, request: PullRequest, title: str, body: str) -> PullRequest:
        """Implement ``Forge.update``."""
        said = clipped(body, self.body_limit)
        return self._changed(request, f"Update: {title}", lambda record: replace(record, title=title, body=said))

    def comment(self, request: PullRequest, text: str, marker: str) -> None:
        """Implement ``Forge.comment``."""

        def said(record: _Record) -> _Record:
            others = [comment for comment in record.comments if marker not in comment]
            kept = next((comment for comment in record.comments if comment == text), None)
            return record if kept else replace(record, comments=(*others, text))

        self._changed(request, "Comment", said)

    def close(self, request: PullRequest, reason: str) -> None:
        """Implement ``Forge.close``."""

        def closed(record: _Record) -> _Record:
            if record.state != "open":
                return record
            return replace(record, state="closed", comments=(*record.comments, reason))

        self._changed(request, f"Close: {reason}", closed)

    def merge(self, request: PullRequest, commit: str) -> PullRequest:
        """Implement ``Forge.merge``."""
        ref = f"{PREFIX}{request.number}"
        head, base = f"refs/heads/{request.head}", f"refs/heads/{request.base}"

        def attempt(remote: References) -> PullRequest:
            there = remote.listed(ref, head, base)
            before, record = self._read(remote, there, ref)
            if record.state == "merged":
                return self._request(ref, record)
            if record.state == "closed":
                raise ForgeError(f"request {request.number} is closed", "open a new one")
            if there.get(head) != commit:
                raise ForgeError(
                    f"{request.head} is at {there.get(head, 'nothing')[:12]}, not at {commit[:12]}; nothing was merged",
                    "look at what was pushed, and run it again",
                )
            remote.fetch(head, base, history=True)
            try:
                # The title comes first: it has the form that the server may ask of commits.
                message = f"{record.title}\n\nMerge request {request.number}.\n"
                merged = remote.merge(there[base], commit, message)
            except GitError as exc:
                raise ForgeError(
                    f"request {request.number} cannot be merged into {request.base}: {exc.message}", "propose it again"
                ) from exc
            done = replace(record, state="merged", merge_commit=merged)
            note = remote.note(FILE, done.encoded(), f"Merge: {merged}\n", before)
            remote.push({base: (there[base], merged), ref: (before, note)})
            return self._request(ref, done)

        return self._retried(attempt)

    def _changed(self, request: PullRequest, message: str, change: Callable[[_Record], _Record]) -> PullRequest:
        ref = f"{PREFIX}{request.number}"

        def attempt(remote: References) -> PullRequest:
            before, record = self._read(remote, remote.listed(ref), ref)
            after = change(record)
            if after != record:
                remote.push({ref: (before, remote.note(FILE, after.encoded(), f"{message}\n", before))})
            return self._request(ref, after)

        return self._retried(attempt)

    def _read(self, remote: References, there: Mapping[str, str], ref: str) -> tuple[str, _Record]:
        if ref not in there:
            raise ForgeError(f"no request {ref.removeprefix(PREFIX)} on {self._shown}", "it may have been removed")
        remote.fetch(ref)
        return there[ref], _Record.decoded(remote.read(there[ref], FILE))

    def _retried(self, attempt: Callable[[References], T]) -> T:
        """Try again as long as another one is faster."""
        with self._remote() as remote:
            for count in range(1, ATTEMPTS):
                try:
                    return attempt(remote)
                except GitError as exc:
                    if not _outrun(exc.stderr):
                        raise
                    time.sleep(BACKOFF.pause(count))
            return attempt(remote)

    @contextmanager
    def _remote(self) -> Iterator[References]:
        try:
            with refs.references(self.url) as remote:
                yield remote
        except GitError as exc:
            raise ForgeError(exc.message, exc.hint) from exc

    def _request(self, ref: str, record: _Record) -> PullRequest:
        return PullRequest(
            number=ref.removeprefix(PREFIX),
            url=f"{self._shown}#{ref.removeprefix('refs/')}",
            title=record.title,
            body=record.body,
            head=record.head,
            base=record.base,
            state=record.state,
            merge_commit=record.merge_commit,
            review=Review(reviewers=record.reviewers),
        )

    @property
    def _shown(self) -> str:
        return plumbing.without_passwords(self.url)


def connect(url: str, _api: str | None = None, _timeout: int = TIMEOUT_SECONDS) -> Local:
    """Return the requests of the remote at this URL or path."""
    return Local(url)


def _all(remote: References) -> dict[str, str]:
    found = {ref: commit for ref, commit in remote.listed(f"{PREFIX}*").items() if _NUMBERED.fullmatch(ref)}
    if found:
        remote.fetch(f"{PREFIX}*")
    return found


def _number(ref: str) -> int:
    return int(ref.removeprefix(PREFIX)) if _NUMBERED.fullmatch(ref) else 0


def _outrun(said: str) -> bool:
    """Tell whether a push was refused because a reference is no longer where it was seen."""
    return any(
        words in said for words in ("stale info", "cannot lock ref", "failed to lock", "fetch first", "remote ref")
    )
