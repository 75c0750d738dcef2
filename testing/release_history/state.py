"""What a history is at while it is told: each app's overlays, its builds, and the requests that are open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from generator.delivery.build_order import Order
from generator.delivery.commit_message import Build
from generator.delivery.image import Slot
from generator.delivery.pin import Pin
from generator.yaml import kustomization
from testing.release_history.rendering import Overlay
from testing.release_history.truth import Evidence, Image


class Built(NamedTuple):
    """An image, its build, and the commit that was built; ``number`` counts the builds of an app."""

    image: Image
    build: Build | None
    source: Mapping[str, str]
    order: Order | None
    number: int


@dataclass(frozen=True)
class State:
    """What an overlay says. ``content`` is its bytes; without it, there is none."""

    content: bytes | None
    built: Built | None = None
    pin: Pin | None = None

    @property
    def image(self) -> Image | None:
        return self.built.image if self.built else None

    @property
    def number(self) -> int:
        return self.built.number if self.built else 0

    @property
    def released(self) -> bool:
        return self.number > 0


class Landed(NamedTuple):
    """The last change of an overlay: its commit's mark and the one before, and what was there before."""

    mark: int
    former: int
    seconds: int
    subject: str
    before: State
    after: State
    merge: bool
    alone: bool


class Pending(NamedTuple):
    """A failed deployment that waits for its fix."""

    mark: int
    seconds: int
    tag: str
    evidence: Evidence


@dataclass
class Place:
    """One app in one environment. ``odd``: a person has written it in a way of their own."""

    app: str
    environment: str
    overlays: list[Overlay]
    state: State
    level: int = 0
    odd: bool = False
    landed: Landed | None = None
    pending: Pending | None = None
    origins: dict[Image, str] = field(default_factory=dict)
    """The message of the commit that brought an image first."""
    had: list[Built] = field(default_factory=list)
    """What it has had, each where it came first; the oldest first."""
    bad: set[Image] = field(default_factory=set)

    @property
    def overlay(self) -> Overlay:
        return self.overlays[self.level]

    @property
    def path(self) -> str:
        return self.overlay.path

    @property
    def slot(self) -> Slot:
        """Return the generator's own word for it."""
        return Slot(self.app, self.environment, self.path, self.overlay.name)

    def image(self, image: Image) -> kustomization.Image:
        """Return an image as the generator has it."""
        return kustomization.Image(self.overlay.name, image.tag, image.digest)

    def with_built(self, built: Built, pin: Pin | None = None) -> State:
        """Return it with another image, as a delivery writes it."""
        content = self.overlay.with_image(built.image, built.order, pin)
        if self.odd and self.state.content is not None:
            content = self.overlay.after(self.state.content, built.image, built.order)
        return State(content, built, pin)

    def with_level(self, level: int) -> State:
        """Return it with another configuration, and all else as it is."""
        built = self.state.built
        if built is None or not built.number:
            raise ValueError("no build yet")
        content = self.overlays[level].with_image(built.image, built.order, self.state.pin)
        return replace(self.state, content=content)
