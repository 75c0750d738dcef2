"""The interface of apps of all types: a name, and for each environment a file with an entry that releases set.

``delivery`` uses only this interface, so an app may be workloads in the spec, a Helm chart, or adopted manifests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from generator.spec.builds import Build
    from generator.spec.plain_data import Data


@dataclass(frozen=True)
class GivenApp:
    """The part that apps of all types have in common.

    Attributes:
        given: The app's plain data in the spec.
        environments: The environments that it runs in, in promotion order.
        shared: Data of the project that all apps need.
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
        given: The app's plain data in the spec.
        environments: The environments that it runs in, in promotion order.
    """

    @property
    def name(self) -> str:
        """Return the app's name."""

    @property
    def environments(self) -> tuple[str, ...]:
        """Return the environments that the app is in, in promotion order."""

    @property
    def given(self) -> Data:
        """Return the app's plain data in the spec."""

    @property
    def general(self) -> dict[str, Any]:
        """Return the app's data for all environments: the part that a promotion of the base copies."""

    @property
    def build(self) -> Build | None:
        """Return how the image is built from this repository; ``None`` if it is built elsewhere."""

    @property
    def renamed_from(self) -> str | None:
        """Return the app's former name, if the spec has one."""

    @property
    def tag(self) -> str:
        """Return the tag or version before the first release."""

    @property
    def image(self) -> str:
        """Return the name of the entry that a release sets: an image, or a chart."""

    def image_in(self, environment: str) -> str:
        """Return the name of the entry in one environment."""

    def entry_path(self, environment: str) -> str:
        """Return the path of the file with the entry in one environment."""
