"""Compute a promotion: the changed files and the texts. Changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from generator.delivery import commit_message, image, requester
from generator.delivery.promotion import checks, commits, description, image_changes, marker, workspace
from generator.delivery.promotion.base_changes import Bases
from generator.delivery.promotion.description import Story
from generator.delivery.promotion.marker import Marker
from generator.delivery.promotion.moves import Why
from generator.delivery.promotion.proposal import Proposal, moving, names, title
from generator.errors import RepositoryError, SpecError
from generator.manifests import rendered, sources
from generator.regenerate import planning
from generator.regenerate.merge import Side
from generator.spec import loader
from generator.spec.layout import GITOPS, base_path, overlay_path

if TYPE_CHECKING:
    from pathlib import Path

    from generator.delivery.promotion.check import Check
    from generator.delivery.promotion.moves import BaseMove, LeftOut, Move, Moves, Release
    from generator.delivery.promotion.proposal import PromotionRequest, Services
    from generator.delivery.promotion.workspace import Workspace
    from generator.git.history import History
    from generator.manifests.diff import Change
    from generator.regenerate.merge import Conflict
    from generator.spec.model import Spec


def propose(
    clone: History, wanted: PromotionRequest, services: Services, *, render: bool = True, known: Spec | None = None
) -> Proposal:
    """Compute it on the tip of a fetched clone. ``UsageError`` and ``RepositoryError`` if it is impossible.

    With a ``known`` spec, named apps that cannot be promoted are left out instead of refused.
    """
    with workspace.prepare(clone, known) as place:
        spec = place.spec()
        wanted = replace(wanted, apps=image.apps_named(spec, wanted.apps))
        insists = bool(wanted.apps) and known is None
        source, target = image_changes.route(spec, wanted.source, wanted.target, force=wanted.force)
        apps = image_changes.chosen(spec, wanted.apps)
        found = image_changes.find(
            spec, apps, source, target, place.read, _older(place, spec, services.now), wanted.back, wanted.tag
        )
        if not wanted.apps:
            found = image_changes.hold_products(spec, found)
        refusal = _pinned(found) if insists else ""
        if refusal:
            found = replace(found, going=())
        images = image_changes.edit(found.going, place.read)
        if spec.promotion.base:
            place.write(images)
        way = Bases(clone, place.after, spec, source, target, _spec_files(clone, spec))
        based, older = _bases(place, way, found, wanted.back) if not refusal else ([], [])
        if insists:
            _insist(
                found, older, {move.app for move in based},
                lambda app: image_changes.release_hint(spec, app, source, place.read),
            )  # fmt: skip
        found = _told(found, older, {move.app for move in based})
        files = place.changed() if based else images
        about = _About(spec, apps if wanted.apps else (), source, target, found, tuple(based))
        verdict = _checks(clone, about, services, way)
        changes = _rendered(place, about, images) if render else []
    content = about.content
    story = _story(clone, about, verdict, changes) if content and render else None
    return Proposal(
        spec=spec, apps=about.apps, source=source, target=target, going=found.going, bases=about.bases,
        left_out=found.left_out, checks=tuple(verdict), files=files,
        former={path: place.read(path) for path in files}, content=content, title=about.title,
        body=description.text(story, about.marker, services.limit) if story else "", story=story, limit=services.limit,
        message=requester.added(_message(clone, about), wanted.by) if content else "", refusal=refusal,
        author=requester.author(wanted.by),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _About:
    """Subject of a promotion."""

    spec: Spec
    apps: tuple[str, ...]
    source: str
    target: str
    found: Moves
    bases: tuple[BaseMove, ...]

    @property
    def content(self) -> str:
        """Return a digest of what moves; empty where nothing does."""
        images = [f"{move.app} {move.after.tag}@{move.after.digest}\n".encode() for move in self.found.going]
        parts = [*images, *(move.app.encode() + move.record for move in self.bases)]
        return hashlib.blake2b(b"".join(parts), digest_size=8).hexdigest() if parts else ""

    @property
    def marker(self) -> Marker:
        """Return what the request says of itself."""
        moves = moving(self.found.going, self.bases)
        return Marker(self.apps, self.content, title=marker.digest(self.title), moves=moves)

    @property
    def title(self) -> str:
        """Return the title, in one line."""
        return title(self.spec, names(self.found.going, self.bases), self.source, self.target)


def _older(place: Workspace, spec: Spec, now: datetime) -> Callable[[Move], str | None]:
    """Compare by the order of builds, where both have left it; by the history of environments otherwise."""

    def contains(newer: str, older: str) -> bool:
        return bool(newer and older) and place.clone.is_ancestor(older, newer)

    def older(move: Move) -> str | None:
        newer = image_changes.newer(move, place.read, now, contains)
        if newer:
            return None
        if newer is False:
            before, after = move.names
            return f"{after} is of an older build than {before}, which {move.target.environment} has"
        return commits.older(place.clone, spec, move)

    return older


def _bases(place: Workspace, way: Bases, found: Moves, back: Sequence[str]) -> tuple[list[BaseMove], list[LeftOut]]:
    """Return the bases of the apps that are not held back, and those that are older."""
    if not way.spec.promotion.base:
        return [], []
    _require_current(place.before, place.clone.branch)
    held = {item.app for item in found.left_out if item.why not in (Why.SAME, Why.UNRELEASED)}
    asked = {move.app for move in found.going} | {item.app for item in found.left_out} - held
    steps, older = way.steps([app for app in way.spec.apps if app in asked], back)
    moves = way.update(steps)
    try:
        conflicts = _regenerate(place.after) if moves else []
    except SpecError as exc:
        raise way.blamed(steps, exc) from exc
    return way.told(moves, conflicts), older


def _spec_files(clone: History, spec: Spec) -> tuple[str, ...]:
    """Return the files that the spec is in, where what it says of bases is promoted."""
    return tuple(loader.committed(clone).texts) if spec.promotion.base else ()


def _require_current(directory: Path, branch: str) -> None:
    """Raise ``RepositoryError`` unless the tip is generated from its spec: other changes would be promoted, too."""
    planned = planning.plan(directory)
    disputed = (conflict.path for conflict in planned.conflicts)
    stale = sorted({*(outcome.path for outcome in planned.changes), *disputed, *planned.record})
    if stale:
        names = "\n".join(f"  {path}" for path in stale[:10])
        raise RepositoryError(
            f"{branch} is not what its spec says, so its base cannot be promoted:\n{names}",
            "python -m generator, and push",
        )


def _regenerate(directory: Path) -> list[Conflict]:
    """Regenerate; where a hand edit and the spec disagree, the local side stays, and the conflict is returned."""
    kept: list[Conflict] = []

    def keep(conflict: Conflict) -> Side:
        kept.append(conflict)
        return Side.LOCAL

    planning.write(directory, planning.plan(directory, keep))
    return kept


def _checks(clone: History, about: _About, services: Services, way: Bases) -> list[Check]:
    if not about.content:
        return []
    spec, target = about.spec, about.spec.environments[about.target]
    with_image = {move.app for move in about.found.going}
    found = checks.all_of(
        spec, about.found.going, target, lambda move: commits.since(clone, move.source), services.health, services.now,
        [(move.app, about.source) for move in about.bases if move.app not in with_image],
    )  # fmt: skip
    required = checks.soak(spec, target)
    soaks = [
        replace(
            checks.soaked(
                f"the base of {move.app} has soaked in {about.source}", way.since(move.app), required, services.now
            ),
            app=move.app,
        )
        for move in about.bases
        if required
    ]
    return [*soaks, *found]


def _story(clone: History, about: _About, verdict: Sequence[Check], changes: Sequence[Change]) -> Story:
    going = about.found.going
    return Story(
        source=about.source, target=about.target, going=going, left_out=about.found.left_out,
        since={move.app: _when(commits.since(clone, move.source)) for move in going},
        checks=verdict, between=[commits.between(clone, about.spec, move) for move in going],
        changes=changes, bases=about.bases,
    )  # fmt: skip


def _told(found: Moves, older: Sequence[LeftOut], based: set[str]) -> Moves:
    """Leave out no app that moves with its base alone, and every one whose base is older."""
    alone = (Why.UNRELEASED, Why.SAME, Why.ABSENT)
    kept = [item for item in found.left_out if item.app not in based or item.why not in alone]
    return replace(found, left_out=(*kept, *older))


def _insist(found: Moves, older: Sequence[LeftOut], based: set[str], release_hint: Callable[[str], str]) -> None:
    """Raise where an app that was named cannot move; nothing else moves then either.

    ``release_hint`` returns how an app gets to the environment to promote from.
    """
    with_image = {move.app for move in found.going}
    for item in [*found.left_out, *(item for item in older if item.app not in with_image)]:
        if item.why is Why.UNREADABLE:
            raise RepositoryError(f"{item.app}: {item.reason}; nothing was done", "mend that file, and push it")
        if item.why is Why.OLDER:
            raise RepositoryError(f"{item.app}: {item.reason}; nothing was done", "--force moves it back nonetheless")
        if item.why is Why.ANOTHER:
            hint = f"promote what it has without --tag, or bump {item.app} there first"
            raise RepositoryError(f"{item.app}: {item.reason}; nothing was done", hint)
        if item.why is Why.UNRELEASED and item.app not in based:
            raise RepositoryError(f"{item.app}: {item.reason}; nothing was done", release_hint(item.app))


def _pinned(found: Moves) -> str:
    """Say which apps are held by a pin, and by which one."""
    return "\n".join(f"{item.app}: {item.reason}" for item in found.left_out if item.why is Why.PINNED)


def _when(release: Release | None) -> str:
    if release is None:
        return "-"
    start = datetime.fromtimestamp(release.commit.seconds, UTC).strftime(checks.SHOWN)
    return start if release.exact else f"{start} or before"


def _message(clone: History, about: _About) -> str:
    """Return the commit's message, with where it comes from; see ``pull_request`` for how our own commits are known."""
    going = about.found.going
    # A commit has one reference, so it is given where there is one image.
    origin = commits.released(clone, about.spec, going[0]) if len(going) == 1 else None
    based = ", ".join(move.app for move in about.bases)
    text = commit_message.compose(
        about.title,
        [commit_message.release(move.target, move.after) for move in going],
        body=f"With the base of {based}." if based else "",
        build=commit_message.build(origin.message) if origin else None,
        source=commit_message.source(origin.message) if origin else None,
    )
    return f"{text}{'' if going else chr(10)}{commit_message.PROMOTED}: {about.source}\n"


def _rendered(place: Workspace, about: _About, images: Mapping[str, bytes]) -> list[Change]:
    """Return what the manifests of the target are before and after."""
    apps = dict.fromkeys([*(move.app for move in about.found.going), *(move.app for move in about.bases)])
    places = [(about.target, overlay_path(about.target, app)) for app in apps]
    rules = sources.rules(about.spec, loader.written)
    if not apps or about.spec.promotion.base:
        return rendered.compare(place.before, place.after, places, rules)
    # Most overlays need nothing but their base; a large repository is written out for the others only.
    charts = [GITOPS] if any(app in about.spec.charts for app in apps) else []
    place.fill(*(folder for _, folder in places), *(base_path(app) for app in apps), *charts)
    place.write(images)
    found = rendered.compare(place.before, place.after, places, rules)
    if any(change.reason for change in found):
        place.fill()
        place.write(images)
        return rendered.compare(place.before, place.after, places, rules)
    return found
