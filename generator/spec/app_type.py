"""Define what apps of every type have: a name, and in a file of each environment an entry that releases set.

Delivery sees no more of an app than this, so that an app may be a workload that the spec describes, or a chart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from generator.spec.builds import Build
    from generator.spec.workload import Data


@dataclass(frozen=True)
class GivenApp:
    """An app as it is in the spec, of any type.

    Attributes:
        given: Its plain data.
        environments: The environments that it runs in, in promotion order.
        shared: What the project gives to each of its apps.
    """

    name: str
    given: Data
    environments: tuple[str, ...]
    shared: Data

    @property
    def renamed_from(self) -> str | None:
        """Return the former name, if the spec gives one."""
        return self.given.get("renamedFrom")

    def _override(self, environment: str) -> Data:
        return (self.given.get("environments") or {}).get(environment) or {}


class AppType(Protocol):
    """An app of any type.

    Attributes:
        given: Its plain data.
        environments: The environments that it runs in, in promotion order.
    """

    @property
    def name(self) -> str:
        """Return its name."""

    @property
    def environments(self) -> tuple[str, ...]:
        """Return the environments that it is in."""

    @property
    def given(self) -> Data:
        """Return its plain data."""

    @property
    def general(self) -> dict[str, Any]:
        """Return what it says for all environments: what a promotion of the base brings."""

    @property
    def build(self) -> Build | None:
        """Return how it is built from this repository; ``None`` if that is done elsewhere."""

    @property
    def renamed_from(self) -> str | None:
        """Return its former name, if the spec gives one."""

    @property
    def tag(self) -> str:
        """Return the tag or version to start with."""

    @property
    def image(self) -> str:
        """Return the name of the entry that a release sets: an image, or a chart."""

    def image_in(self, environment: str) -> str:
        """Return the name of that entry in one environment."""

    def entry_path(self, environment: str) -> str:
        """Return the file of that entry in one environment."""
