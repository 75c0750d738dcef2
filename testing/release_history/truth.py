"""What really happened in a history that was made: each deployment, each failure, and what was built from what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, NamedTuple

# By which a person declares, in the commit of a fix, which release has failed: `APP ENVIRONMENT TAG`.
FAILURE_OF: Final = "Failure-of"

Evidence = Literal["observed", "declared", "none"]
"""How a failure shows: its environment went back to an older image; a commit says so; or not at all."""


class Image(NamedTuple):
    """A tag and its digest."""

    tag: str | None
    digest: str | None = None


class Change(NamedTuple):
    """One change of one overlay, with the fields that the public face has. ``origin`` is the commit that made it."""

    app: str
    environment: str
    seconds: int
    author: str
    action: str
    commit: str
    subject: str
    before: Image | None
    after: Image | None
    pin_before: str | None
    pin_after: str | None
    origin: str
    build: str | None
    source: str | None

    @property
    def image_changed(self) -> bool:
        """Tell whether it is more than a pin."""
        return self.before != self.after


class Failure(NamedTuple):
    """A deployment that failed. ``failed`` and ``recovered`` are commits of the branch, ``seconds`` the time between."""

    app: str
    environment: str
    tag: str
    failed: str
    recovered: str
    seconds: int
    evidence: Evidence


class SourceCommit(NamedTuple):
    """A commit to one app's sources. ``position`` counts the commits of the sources' branch, from 0."""

    id: str
    seconds: int
    position: int


@dataclass
class Truth:
    """Everything that is known of a history. Files and names of the folder are those of ``release_history.make``.

    ``changes`` are the newest first; those of one commit by app and environment, the spec's last ones first.
    ``apps`` are those that are there in the end, in the spec's order. ``built`` is the commit that an image was built
    from. ``open_requests`` are branches that nobody has merged.
    """

    gitops: Path
    sources: Path
    tip: str = ""
    commits: int = 0
    apps: Sequence[str] = ()
    removed: Sequence[str] = ()
    later: Sequence[str] = ()
    environments: Sequence[str] = ()
    changes: list[Change] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    commits_of: dict[str, list[SourceCommit]] = field(default_factory=dict)
    built: dict[tuple[str, Image], str] = field(default_factory=dict)
    open_requests: Sequence[str] = ()

    def of_present_apps(self) -> list[Change]:
        """Return the changes of the apps that are there in the end."""
        known = set(self.apps)
        return [change for change in self.changes if change.app in known]

    def brought(self, app: str, before: str, after: str) -> list[SourceCommit]:
        """Return the commits to an app's sources that one commit of the sources has and an older one has not."""
        positions: Mapping[str, int] = {one.id: one.position for some in self.commits_of.values() for one in some}
        return [one for one in self.commits_of[app] if positions[before] < one.position <= positions[after]]
