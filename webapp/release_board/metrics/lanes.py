"""The changes of one app in one environment, in order and without duplicates, and which of them went back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from functools import cached_property
from typing import Final, Literal

from release_board.metrics.records import Change, Key

DEPLOYED: Final = ("released", "promoted", "rolled back", "edited")
Back = Literal["rolled back", "returned"]


@dataclass(frozen=True, slots=True)
class Step:
    """A change of the image. `returns_to` is the index of the step that first brought its image; -1: it was there."""

    change: Change
    back: Back | None
    returns_to: int | None

    @property
    def deployed(self) -> bool:
        """Tell whether it is a deployment: it brought an image, after an earlier one or by a pipeline."""
        return self.change.action in DEPLOYED


@dataclass(frozen=True)
class Lane:
    """One app in one environment, the oldest change first."""

    app: str
    environment: str
    changes: tuple[Change, ...]
    steps: tuple[Step, ...]

    @cached_property
    def deployments(self) -> tuple[Change, ...]:
        """Return the changes of the image that are deployments."""
        return tuple(step.change for step in self.steps if step.deployed)

    @cached_property
    def back(self) -> dict[Key, Back]:
        """Return the deployments that went back to an earlier image, with the evidence."""
        return {step.change.key: step.back for step in self.steps if step.back}


def lane(changes: Iterable[Change], app: str, environment: str) -> Lane:
    """Put one app's changes in one environment in order; the same change, read again, counts once."""
    groups: dict[str, list[Change]] = {}
    for change in changes:
        if (change.app, change.environment) == (app, environment):
            groups.setdefault(change.commit, []).append(change)
    ordered = sorted(map(_one, groups.values()), key=lambda one: (one.position, one.landed, one.commit))
    return Lane(app, environment, tuple(ordered), tuple(_steps([one for one in ordered if one.image_changed])))


def _one(group: Sequence[Change]) -> Change:
    """Return one change of several reports of it: confirmed when it was first confirmed."""
    if len(group) == 1:
        return group[0]
    best = min(group, key=lambda one: (not one.image_changed, one.path, one.landed, repr(astuple(one))))
    return replace(best, running=min((one.running for one in group if one.running is not None), default=None))


class _Images:
    """The images that ran, and the index of the step that first brought each."""

    def __init__(self) -> None:
        self._digests: dict[str, int] = {}
        self._tags: dict[str, int] = {}
        self._bare: dict[str, int] = {}  # tags that came without a digest

    def add(self, tag: str | None, digest: str | None, index: int) -> None:
        if digest:
            self._digests.setdefault(digest, index)
        if tag:
            self._tags.setdefault(tag, index)
            if not digest:
                self._bare.setdefault(tag, index)

    def first(self, tag: str | None, digest: str | None) -> int | None:
        """Return when an image first came: by its digest, and by its tag where one of the two has no digest."""
        found = [self._digests.get(digest)] if digest else []
        found.append((self._bare if digest else self._tags).get(tag) if tag else None)
        return min((one for one in found if one is not None), default=None)


def same_image(one: Change, other: Change) -> bool:
    """Tell whether two changes brought the same image; if both have a digest, the digests decide."""
    if one.digest and other.digest:
        return one.digest == other.digest
    return one.tag is not None and one.tag == other.tag


def _steps(changes: Sequence[Change]) -> list[Step]:
    images = _Images()
    steps: list[Step] = []
    for index, change in enumerate(changes):
        if index == 0:
            images.add(change.before_tag, change.before_digest, -1)
        earlier = images.first(change.tag, change.digest)
        steps.append(Step(change, _back(steps, change, earlier), earlier))
        images.add(change.tag, change.digest, index)
    return steps


def _back(steps: Sequence[Step], change: Change, earlier: int | None) -> Back | None:
    if change.action == "rolled back":
        return "rolled back"
    if change.action not in DEPLOYED or earlier is None or not steps:
        return None
    last = steps[-1]
    if same_image(last.change, change):
        return None  # another tag of the same image
    if last.back and len(steps) > 1 and same_image(steps[-2].change, change):
        return None  # what the rollback took away is brought again
    return "returned"
