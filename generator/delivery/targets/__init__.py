"""Ask the places where apps run, a module each, for `status`, `wait` and `open`.

A target is a module with what ``Target`` has, under the name that ``spec/targets``, which is the registry, has for it.
It is loaded once an app runs there.
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
        """Ask what runs there of each app in each environment; ``read`` returns a file as git has it."""

    def connect(self) -> Any:
        """Return what is asked while something is waited for; raise ``UsageError`` where nothing can be."""

    def watch(
        self, api: Any, spec: Spec, clone: Clone, place: Slot, wanted: Wanted, patience: float
    ) -> tuple[Looking, str]:
        """Return what looks at an app again and again, and what it is called there."""

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
    """Return who knows what runs on these targets, as words of a sentence."""
    return " and ".join(targets.KNOWN_BY[name] for name in names)


def used(spec: Spec) -> list[str]:
    """Return the targets that any app runs on in any environment; of a spec without apps, that of Argo CD."""
    if targets.used(spec.data) <= {targets.EKS}:
        return [targets.EKS]
    found = {app.target_in(environment) for app in spec.described.values() for environment in app.environments} | (
        {targets.EKS} if len(spec.described) < len(spec.apps) else set()
    )
    return [name for name in targets.NAMES if name in found]
