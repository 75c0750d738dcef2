"""Ask the places where apps run, a module each, for `status` and `wait`; this is their registry.

A target is a module with ``running`` and ``watch``. To add one: its name in ``spec/targets``, the module, and its
line in ``MODULES``. A module is loaded once an app runs there.
"""

from __future__ import annotations

from collections.abc import Mapping
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

MODULES: Final[Mapping[str, str]] = {targets.EKS: "eks", targets.ECS: "ecs"}


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


def find(name: str) -> Target:
    """Return a target by its name."""
    module: Any = import_module(f"{__name__}.{MODULES[name]}")
    target: Target = module
    return target


def of(spec: Spec, place: Slot) -> str:
    """Return the name of the target that an app runs on in an environment."""
    app = spec.described.get(place.app)
    return app.target_in(place.environment) if app else targets.EKS


def used(spec: Spec) -> list[str]:
    """Return the targets that any app runs on in any environment; of a spec without apps, that of Argo CD."""
    if not spec.aws:
        return [targets.EKS]
    found = {app.target_in(environment) for app in spec.described.values() for environment in app.environments} | (
        {targets.EKS} if len(spec.described) < len(spec.apps) else set()
    )
    return [name for name in MODULES if name in found]
