"""The kinds that run an app, one module each.

The module of such a kind also has the path of the pods' template, the path of
the number of pods, and a function that reads the progress of a rollout. Overlays,
the autoscaler, AppProjects, `validate` and `wait` use these. To add a kind, see
``spec.workload_kinds``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from generator.render.kinds.kind import Kind
from generator.render.kinds.workloads import by_hand
from generator.render.kinds.workloads.rollout import Rollout
from generator.spec import workload_kinds

if TYPE_CHECKING:
    from generator.spec.workload import Workload

_INNER: Final = re.compile(r"(?<!^)(?=[A-Z])")


class WorkloadKind(Kind, Protocol):
    """A kind that runs an app.

    Attributes:
        API: The ``apiVersion`` of its objects.
        POD_PATH: The path of the pods' template in the object.
        REPLICAS_PATH: The path of the number of pods; ``None`` if the kind has no such number.
        CREATES: The groups and kinds of the objects that its controller makes, including pods.
        rollout: Returns the progress of a live object's rollout; ``None`` for a kind without rollouts.
    """

    API: str
    POD_PATH: tuple[str, ...]
    REPLICAS_PATH: tuple[str, ...] | None
    CREATES: frozenset[tuple[str, str]]
    rollout: Callable[[Mapping[str, Any]], Rollout] | None


# The names of the kinds' files.
FILES: Final[Mapping[str, str]] = {kind: f"{kind.lower()}.yaml" for kind in workload_kinds.NAMES}


def module_name(kind: str) -> str:
    """Return the name of a kind's module: ``stateful_set`` for ``StatefulSet``."""
    return _INNER.sub("_", kind).lower()


def module(kind: str) -> WorkloadKind:
    """Return the module of a kind."""
    return cast("WorkloadKind", import_module(f"{__name__}.{module_name(kind)}"))


def of(workload: Workload) -> WorkloadKind:
    """Return the module of a workload's kind."""
    return module(workload.kind)


def pod_path(kind: str) -> tuple[str, ...] | None:
    """Return the path of the pods' template in a kind; ``None`` for kinds without pods."""
    return module(kind).POD_PATH if kind in workload_kinds.NAMES else by_hand.POD_PATHS.get(kind)


def rollout_of(group: str, kind: str) -> Callable[[Mapping[str, Any]], Rollout] | None:
    """Return the function that reads the progress of a rollout; ``None`` for kinds without rollouts."""
    if kind in workload_kinds.NAMES and group == module(kind).GROUP:
        return module(kind).rollout
    return by_hand.ROLLOUTS.get((group, kind))
