"""An app that is a Helm chart, with its data for all environments and for each.

Built from data that has passed every check, so nothing here reports faults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast

from generator.spec import layout, placeholder
from generator.spec.app_type import GivenApp
from generator.spec.override import overridden

if TYPE_CHECKING:
    from generator.spec.plain_data import Data

OCI: Final = "oci://"
# Data that was promoted when the app had another chart.
PROMOTED: Final = "promoted"


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, without its version.

    Attributes:
        kinds: Kinds that the chart may create and that projects do not permit by default, as (group, kind).
        secrets: Names of Secrets that may contain data.
    """

    repository: str
    name: str
    release: str
    kinds: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()

    @property
    def is_oci(self) -> bool:
        """Tell whether the chart is in an OCI registry, where it has a digest."""
        return self.repository.startswith(OCI)

    @property
    def reference(self) -> str:
        """Return the repository and the name in one text: the name of the entry that a release sets."""
        return f"{self.repository}/{self.name}"


class ChartApp(GivenApp):
    """A chart as an app."""

    @cached_property
    def chart(self) -> Chart:
        """Return the chart."""
        about: Data = self.given["chart"]
        return Chart(
            repository=about["repository"].rstrip("/"),
            name=about.get("name") or self.name,
            release=about.get("releaseName") or self.name,
            kinds=tuple(_kind(text) for text in about.get("kinds") or ()),
            secrets=tuple(about.get("secrets") or ()),
        )

    @cached_property
    def general(self) -> dict[str, Any]:
        """Return the app's data for all environments."""
        return {name: self.given[name] for name in ("chart", "values") if self.given.get(name) is not None}

    @property
    def values(self) -> Data:
        """Return the values of all environments."""
        return _plain(_values(self.general))

    def base_values(self, environment: str) -> Data:
        """Return the base values of an environment: those for all environments, or those that were promoted there."""
        return _plain(_values(self._general_in(environment)))

    def has_copy(self, environment: str) -> bool:
        """Tell whether an environment has its own copy of the base values, which promotions change."""
        return environment in (self.given.get(PROMOTED) or {})

    def overlay_values(self, environment: str) -> Data:
        """Return the values of one environment only. Helm merges them over the base values."""
        general = _values(self._general_in(environment))
        filled = _varying(general, environment)
        own = placeholder.filled(self._override(environment).get("values") or {}, environment)
        return _laid(filled, own)

    def version(self, environment: str) -> str:
        """Return the version of an environment before the first release."""
        return str(self._released(environment)["version"])

    def digest(self, environment: str) -> str | None:
        """Return the digest of that version, if the spec has one."""
        return self._released(environment).get("digest")

    def _released(self, environment: str) -> Data:
        own: Data = self._override(environment).get("chart") or {}
        # If both differed, the digest would count, not the version.
        general = {**self.given["chart"], **({"digest": None} if own.get("version") else {})}
        return overridden(general, own)

    def _general_in(self, environment: str) -> Data:
        return (self.given.get(PROMOTED) or {}).get(environment) or self.general

    # -- what apps of every type have

    @property
    def tag(self) -> str:
        """Return the version before the first release."""
        return str(self.given["chart"]["version"])

    @property
    def build(self) -> None:
        """Return None, because charts are built elsewhere."""

    @property
    def image(self) -> str:
        """Return the name of the entry that a release sets."""
        return self.chart.reference

    def image_in(self, environment: str) -> str:  # noqa: ARG002 (the same in each)
        """Return the name of the entry in one environment."""
        return self.image

    def entry_path(self, environment: str) -> str:
        """Return the path of the file with the entry: the Application, where Argo CD reads the version."""
        return layout.application_path(environment, self.name)


def _kind(text: str) -> tuple[str, str]:
    group, _, kind = text.rpartition("/")
    return group, kind


def _values(general: Data) -> Data:
    return cast("Data", general.get("values") or {})


def _plain(values: Data) -> Data:
    """Return the values without those that have a placeholder."""
    if not placeholder.has(values):
        return values
    found = {name: _plain(value) if isinstance(value, Mapping) else value for name, value in values.items()}
    return {name: value for name, value in found.items() if isinstance(value, Mapping) or not placeholder.has(value)}


def _varying(values: Data, environment: str) -> dict[str, Any]:
    """Return the values that have a placeholder, filled in; a list is one value."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if placeholder.has(value):
            found[name] = (
                _varying(value, environment) if isinstance(value, Mapping) else placeholder.filled(value, environment)
            )
    return found


def _laid(base: Data, override: Data) -> dict[str, Any]:
    """Merge values over others as Helm does. ``null`` stays, because it removes a default of the chart."""
    result = dict(base)
    for name, value in override.items():
        there = result.get(name)
        result[name] = _laid(there, value) if isinstance(value, Mapping) and isinstance(there, Mapping) else value
    return result
