"""Describe a change of a branch by the edit that makes it, and make its commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from generator.git.remote_branch import Editing, Remote

Read = Callable[[str], bytes | None]
Edit = Callable[[Read], Mapping[str, bytes | None]]


class Change(NamedTuple):
    """Change to publish.

    ``paths`` are the files that ``edit`` will read, as far as they are known; they are fetched in one request.
    ``message`` is called when there is something to commit. ``data`` describes the edit, so that another build can
    push it, with ``decode``; without ``data``, no other build does. ``landed`` tells from a commit's message whether
    it is this edit, and ``touches`` whether it releases the same images. ``author`` (name and address) is set if it
    is not the committer.
    """

    edit: Edit
    message: Callable[[], str]
    paths: Sequence[str] = ()
    sign: bool = False
    data: Callable[[], bytes] | None = None
    decode: Callable[[bytes], Change] | None = None
    landed: Callable[[str], bool] = lambda _: False
    touches: Callable[[str], bool] = lambda _: True
    author: str | None = None


def commit_on(editing: Editing, change: Change, author: str | None = None) -> str | None:
    """Return a commit of a change on the newest one; ``None`` where there is nothing to change."""
    editing.want(change.paths)
    files = change.edit(editing.read)
    return editing.commit(files, change.message(), author or editing.dated(change.author)) if files else None


def commit(remote: Remote, tip: str, change: Change) -> str | None:
    """Return a commit of a change on a tip, signed if that is wanted; ``None`` where there is nothing to change."""
    with remote.editing(tip) as editing:
        made = commit_on(editing, change)
    return remote.signed(made, tip, change.message()) if made and change.sign else made
