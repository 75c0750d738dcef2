"""Ask the targets on which apps run, for `status`, `wait` and `open`; each target has a module.

The module of a target has the functions of ``Target``, and the name from the registry ``spec/targets``. It is loaded
if an app runs there.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol

from generator.spec import targets

if TYPE_CHECKING:
    from generator.delivery.diagnosis import Wanted
    from generator.delivery.image import Slot
    from generator.delivery.live_state import Answer, Read
    from generator.delivery.rollout import Looking
    from generator.git.history import Clone
    from generator.spec.model import Spec

# Where a controller of notifications runs, if there is one.
WITH_CONTROLLER: Final = frozenset({targets.EKS})


class Target(Protocol):
    """A place where apps run."""

    def running(self, spec: Spec, read: Read) -> Answer:
        """Ask what each app runs in each environment; ``read`` returns a file of git."""

    def connect(self) -> Any:
        """Return the client for a wait; raise ``UsageError`` if there is none."""

    def watch(
        self, api: Any, spec: Spec, clone: Clone, place: Slot, wanted: Wanted, patience: float
    ) -> tuple[Looking, str]:
        """Return the observer of an app, and the app's name there."""

    def page(self, spec: Spec, app: str, environment: str | None) -> str:
        """Return the URL of an app's page there; raise ``UsageError`` where it has none."""


def find(name: str) -> Target:
    """Return a target by its name."""
    module: Any = import_module(f"{__name__}.{name}")
    target: Target = module
    return target


def of(spec: Spec, place: Slot) -> str:
    """Return the name of the target that an app runs on in an environment."""
    return where(spec, place.app, place.environment)


def where(spec: Spec, app: str, environment: str) -> str:
    """Return the name of the target of an app, by its name and its environment's."""
    found = spec.described.get(app)
    return found.target_in(environment) if found else targets.EKS


def known_by(names: Iterable[str]) -> str:
    """Return the services that know what runs on these targets, as words of a sentence."""
    return " and ".join(targets.KNOWN_BY[name] for name in names)


def used(spec: Spec) -> list[str]:
    """Return the targets that any app runs on in any environment; of a spec without apps, that of Argo CD."""
    if targets.used(spec.data) <= {targets.EKS}:
        return [targets.EKS]
    found = {app.target_in(environment) for app in spec.described.values() for environment in app.environments} | (
        {targets.EKS} if len(spec.described) < len(spec.apps) else set()
    )
    return [name for name in targets.NAMES if name in found]
