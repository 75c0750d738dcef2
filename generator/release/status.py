"""Which image each environment has, since when, whether it is held there, and how far it is behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from generator import argo_cd, forges, git, history, tree
from generator.argo_cd import ArgoCd
from generator.errors import GeneratorError, GitError
from generator.history import Commit, History
from generator.outputs.argocd import application_name
from generator.release import image, ledger, rollback
from generator.release.image import Slot
from generator.release.pin import Pin
from generator.release.promotion import proposal
from generator.spec.model import UNRELEASED, Spec
from generator.yaml_edit import Image

OVERLAYS: Final = "overlays"
# How many commits are looked at for all overlays together; what is older is asked for one by one.
WINDOW: Final = 2000

Key = tuple[str, str]
"""An app and an environment."""


@dataclass(frozen=True, slots=True)
class Row:
    """One app in one environment. ``since`` is the time of the last commit to its overlay, in epoch seconds.

    ``behind`` names the environment before this one where that one has another image, and ``behind_by`` how many
    releases it has had since it had this one, where it ever did.
    """

    app: str
    environment: str
    tag: str | None
    digest: str | None
    commit: str | None
    since: int | None
    behind: str | None
    behind_by: int | None
    pinned: Pin | None

    @property
    def released(self) -> bool:
        """Whether any build has set the tag yet."""
        return self.tag not in (None, UNRELEASED)


@dataclass(frozen=True, slots=True)
class Running:
    """What Argo CD says of one of them; ``images`` are those of all that the Application runs."""

    sync: str
    health: str
    revision: str
    images: tuple[str, ...]


def rows(directory: Path, spec: Spec) -> list[Row]:
    """A row for each app and environment, by app, in promotion order."""
    here = history.here(directory)
    commits = _commits(here)
    result: list[Row] = []
    for app in spec.apps:
        places = [image.slot(spec, app, environment) for environment in spec.environments]
        now = [_state(directory, place) for place in places]
        ahead = [None, *(_ahead(here, commits, *two) for two in pairwise(zip(places, now, strict=True)))]
        for place, (current, pin), behind in zip(places, now, ahead, strict=True):
            commit, since = _changed(directory, commits, place.path)
            result.append(
                Row(
                    app=app,
                    environment=place.environment,
                    tag=current.tag,
                    digest=current.digest,
                    commit=commit,
                    since=since,
                    behind=behind[0] if behind else None,
                    behind_by=behind[1] if behind else None,
                    pinned=pin,
                )
            )
    return result


def requests(spec: Spec) -> Mapping[Key, str]:
    """The URLs of open pull requests that promote or roll back, where the forge can be asked; otherwise none."""
    try:
        forge = forges.connect(spec.repository, spec.forge.kind, spec.forge.url)
        mark = "/".join(proposal.prefix(spec.project, "").split("/")[:2]) + "/"
        found = [*forge.requests(spec.branch, mark), *forge.requests(spec.branch, rollback.HEAD)]
    except GeneratorError:
        return {}
    result: dict[Key, str] = {}
    for request in found:
        environment, _, name = request.head.removeprefix(mark).removeprefix(rollback.HEAD).partition("/")
        apps = [app for app in spec.apps if name in ("_all", app) or app in name.split("_")]
        result |= {(app, environment): request.url for app in apps}
    return result


def running(spec: Spec, api: ArgoCd) -> Mapping[Key, Running]:
    """What Argo CD says of all of them."""
    names = {
        application_name(spec, environment, app): (app, environment)
        for app in spec.apps
        for environment in spec.environments
    }
    return {
        names[one.name]: Running(one.sync, one.health, one.revision, one.images)
        for one in api.applications(spec.project)
        if one.name in names
    }


def reachable() -> ArgoCd | None:
    """The Argo CD to ask, if the environment names one."""
    return argo_cd.connect()


def _state(directory: Path, place: Slot) -> tuple[Image, Pin | None]:
    found = image.current(directory, place)
    return found, ledger.state(tree.read(directory, [place.path])[place.path], place).pin


def _commits(here: History | None) -> Mapping[str, list[Commit]]:
    """By overlay, the newest first."""
    found: dict[str, list[Commit]] = {}
    try:
        known: Sequence[Commit] = here.log(here.tip, [OVERLAYS], first_parent=True, limit=WINDOW) if here else ()
    except GitError:
        known = ()
    for commit in known:
        for path in commit.blobs:
            found.setdefault(path, []).append(commit)
    return found


def _changed(directory: Path, commits: Mapping[str, list[Commit]], path: str) -> tuple[str | None, int | None]:
    """The last commit to an overlay, and its time."""
    if path in commits:
        return commits[path][0].id, commits[path][0].seconds
    change = git.last_change(directory, path)
    return (change[0], change[1]) if change else (None, None)


def _ahead(
    here: History | None,
    commits: Mapping[str, list[Commit]],
    former: tuple[Slot, tuple[Image, Pin | None]],
    later: tuple[Slot, tuple[Image, Pin | None]],
) -> tuple[str, int | None] | None:
    """The environment before, and how many releases it is ahead, where it has another image."""
    place, (theirs, _) = former
    _, (ours, _) = later
    if (theirs.tag, theirs.digest) == (ours.tag, ours.digest):
        return None
    return place.environment, _releases_since(here, commits.get(place.path, []), place, theirs, ours)


def _releases_since(
    here: History | None, commits: Sequence[Commit], place: Slot, theirs: Image, ours: Image
) -> int | None:
    """How many other images a slot has had after it had ``ours``; the work tree's, ``theirs``, is the newest."""
    blobs = [commit.blobs[place.path] for commit in commits]
    contents = here.contents(blobs) if here else {}
    count, newer = 1, theirs
    for blob in blobs:
        found = ledger.state(contents[blob] if blob else None, place).image
        if found is None or found == newer:
            continue
        if found == ours:
            return count
        count, newer = count + 1, found
    return None
