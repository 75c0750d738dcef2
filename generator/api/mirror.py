"""`update_mirror`: keep a bare copy of a repository's branch, for `Repository.mirror` to read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.errors import GeneratorError, UsageError
from generator.git import mirror as mirrors
from generator.spec import included, layout, yaml_data


@dataclass(frozen=True, slots=True)
class MirrorRequest:
    """A folder for the mirror, made if it does not exist, and the branch to mirror.

    `paths` are files and folders to mirror besides the spec, bases, overlays and Argo CD's objects.
    """

    directory: Path
    url: str
    branch: str = "main"
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MirrorResult:
    """Newest commit of the branch."""

    tip: str


def update_mirror(
    request: MirrorRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> MirrorResult:
    """Fetch the branch's new commits, and the files that say what runs where.

    If the update is interrupted, the mirror stays valid, and the next update continues. Several processes take
    turns.
    """
    if request.url.startswith("-") or request.branch.startswith("-"):
        raise UsageError(f"{request.url} {request.branch}: no URL or branch", "neither begins with a hyphen")
    with calling(credentials, request.directory, request.url):
        progress(f"fetching {request.branch}")
        paths = (*layout.MIRRORED, *request.paths)
        return MirrorResult(mirrors.update(request.directory, request.url, request.branch, paths, further=_included))


def _included(read: Callable[[str], str]) -> list[str]:
    """Return what the spec includes, as git has patterns; nothing for a spec that cannot be read."""
    try:
        text = read(layout.SPEC)
        root = yaml_data.composed(text) if included.FIELD in text else None
    except GeneratorError:  # who reads the mirror is told
        return []
    return [f":(glob){pattern}" for pattern, _ in included.patterns(root)] if root else []
