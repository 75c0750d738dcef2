"""Which image each environment has, since when, and how far it is behind the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator import git
from generator.release import image
from generator.spec.model import UNRELEASED, Spec


@dataclass(frozen=True, slots=True)
class Row:
    """One app in one environment. ``since`` is the time of the last commit to its overlay, in epoch seconds.

    ``behind`` names the environment before this one where that one has another image.
    """

    app: str
    environment: str
    tag: str | None
    digest: str | None
    commit: str | None
    since: int | None
    behind: str | None

    @property
    def released(self) -> bool:
        """Whether any build has set the tag yet."""
        return self.tag not in (None, UNRELEASED)


def rows(directory: Path, spec: Spec) -> list[Row]:
    """A row for each app and environment, by app, in promotion order."""
    result: list[Row] = []
    for app in spec.apps:
        before: Row | None = None
        for environment in spec.environments:
            place = image.slot(spec, app, environment)
            now = image.current(directory, place)
            change = git.last_change(directory, place.path)
            differs = before is not None and (before.tag, before.digest) != (now.tag, now.digest)
            row = Row(
                app=app,
                environment=environment,
                tag=now.tag,
                digest=now.digest,
                commit=change[0] if change else None,
                since=change[1] if change else None,
                behind=before.environment if before is not None and differs else None,
            )
            result.append(row)
            before = row
    return result
