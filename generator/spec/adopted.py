"""An app of a user's own manifests. The spec says only which image it releases, and how Argo CD deploys it.

Built from data that has passed every check, so nothing here reports faults.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from generator.spec import layout, placeholder
from generator.spec.app_type import GivenApp
from generator.spec.image_reference import UNRELEASED

if TYPE_CHECKING:
    from generator.spec.environment import Environment
    from generator.spec.plain_data import Data


class AdoptedApp(GivenApp):
    """A user's manifests as an app."""

    @cached_property
    def kinds(self) -> tuple[tuple[str, str], ...]:
        """Return the kinds of the manifests that projects do not permit by default, as (group, kind)."""
        found = (text.rpartition("/") for text in self._about.get("kinds") or ())
        return tuple((group, kind) for group, _, kind in found)

    @property
    def upstream(self) -> str:
        """Return where the manifests come from; empty if the spec does not say."""
        return str(self._about.get("upstream") or "")

    @property
    def _about(self) -> Data:
        about = self.given["adopted"]
        return about if isinstance(about, dict) else {}

    def application(self, environment: str) -> str | None:
        """Return the name that the Application had before the adoption; ``None`` if it has the generator's name."""
        own: Data = self._override(environment).get("adopted") or {}
        name = own.get("application") or self._about.get("application")
        return placeholder.filled({"name": name}, environment)["name"] if name else None

    def namespace_in(self, environment: Environment) -> str:
        """Return the namespace for objects that do not name one."""
        own = self.given.get("namespace")
        return placeholder.filled(own, environment.name) if own else environment.namespace

    # -- what apps of every type have

    @property
    def general(self) -> dict[str, Any]:
        """Return the app's data for all environments."""
        return {name: self.given[name] for name in ("adopted", "image")}

    @property
    def tag(self) -> str:
        """Return the tag of an app without a release: the overlays have the real one."""
        return UNRELEASED

    @property
    def build(self) -> None:
        """Return None, because the image is built elsewhere."""

    @property
    def image(self) -> str:
        """Return the name of the entry under ``images`` that a release sets, as the overlays write it."""
        return str(self.given["image"])

    def image_in(self, environment: str) -> str:
        """Return the name of that entry in one environment."""
        return str(self._override(environment).get("image") or self.image)

    def entry_path(self, environment: str) -> str:
        """Return the file of that entry in one environment: the overlay's kustomization."""
        return layout.overlay_file(environment, self.name)


def names(apps: Iterable[object]) -> dict[tuple[str, str], str]:
    """Return the names that Applications had before they were adopted, by environment and app."""
    return {
        (environment, app.name): name
        for app in apps
        if isinstance(app, AdoptedApp)
        for environment in app.environments
        if (name := app.application(environment))
    }
