"""Any references of a remote, without a work tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from generator.errors import GitError
from generator.git import bare_repository
from generator.git.bare_repository import NETWORK_SECONDS

if TYPE_CHECKING:
    from generator.git.bare_repository import Scratch


class References:
    """Any references of a remote, read and moved without a work tree or a branch of our own.

    Objects are in the bare repository ``scratch``. References only move from their known commit, and all or none.
    """

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch

    def listed(self, *patterns: str) -> dict[str, str]:
        """Return what the remote's references point to right now, those that match full names or globs."""
        return self._scratch.listed(*patterns)

    def fetch(self, *refs: str, history: bool = False) -> None:
        """Fetch the targets of these references (or globs), with their history only if requested."""
        depth = [] if history else ["--depth=1"]
        specs = [f"+{ref}:refs/fetched/{ref}" for ref in refs]
        self._git("fetch", "--quiet", *depth, "--no-tags", "--no-write-fetch-head", "origin", *specs, network=True)

    def read(self, commit_id: str, path: str) -> bytes:
        """Return the bytes of a file in a commit."""
        return self._scratch.begin("cat-file", "blob", f"{commit_id}:{path}").result()

    def note(self, path: str, content: bytes, message: str, parent: str | None) -> str:
        """Make a commit that holds this file and nothing else."""
        blob = self._git("hash-object", "-w", "--stdin", stdin=content)
        self._git("read-tree", "--empty")
        self._git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
        return self._commit(self._git("write-tree"), message, *([parent] if parent else []))

    def merge(self, ours: str, theirs: str, message: str) -> str:
        """Merge ``theirs`` into ``ours``; ``GitError`` with the paths where they conflict."""
        try:
            tree = self._git("merge-tree", "--write-tree", "--no-messages", "--name-only", ours, theirs)
        except GitError as exc:
            # The tree with conflict markers comes first, then the paths.
            paths = [line for line in exc.stderr.splitlines()[1:] if line]
            raise GitError(f"conflicts in {', '.join(paths)}" if paths else exc.message, stderr=exc.stderr) from exc
        return self._commit(tree.splitlines()[0], message, ours, theirs)

    def push(self, moves: Mapping[str, tuple[str | None, str | None]]) -> None:
        """Move references from one commit to another, ``None`` where there is none; together or not at all."""
        leases = [f"--force-with-lease={ref}:{old or ''}" for ref, (old, _) in moves.items()]
        specs = [f"{new or ''}:{ref}" for ref, (_, new) in moves.items()]
        self._git("push", "--porcelain", "--atomic", *leases, "origin", *specs, network=True)

    def _commit(self, tree: str, message: str, *parents: str) -> str:
        with_parents = [word for parent in parents for word in ("-p", parent)]
        return self._git(
            "commit-tree", tree, *with_parents, "-F", "-", stdin=message.encode(), env=self._scratch.persons()
        )

    def _git(
        self, *arguments: str, env: Mapping[str, str] | None = None, network: bool = False, stdin: bytes = b""
    ) -> str:
        return self._scratch.run(*arguments, env=env, network=network, stdin=stdin)


@contextmanager
def references(url: str) -> Iterator[References]:
    """Yield a remote's ``References``, whose scratch folder is gone afterwards."""
    with bare_repository.make(url, NETWORK_SECONDS, partial=False) as place:
        yield References(place)
