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
from typing import Any, Final, Protocol, cast

from generator.render.kinds.kind import Kind
from generator.render.kinds.workloads import by_hand
from generator.render.kinds.workloads.rollout import Rollout
from generator.spec import workload_kinds
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


def _module(name: str) -> WorkloadKind:
    return cast("WorkloadKind", import_module(f"{__name__}.{_INNER.sub('_', name).lower()}"))


WORKLOADS: Final[tuple[WorkloadKind, ...]] = tuple(map(_module, workload_kinds.NAMES))


def of(workload: Workload) -> WorkloadKind:
    """Return the module of a workload's kind."""
    return next(kind for kind in WORKLOADS if workload.kind == kind.KIND)


def pod_path(kind: str) -> tuple[str, ...] | None:
    """Return the path of the pods' template in a kind; ``None`` for kinds without pods."""
    return next((one.POD_PATH for one in WORKLOADS if kind == one.KIND), by_hand.POD_PATHS.get(kind))


def rollout_of(group: str, kind: str) -> Callable[[Mapping[str, Any]], Rollout] | None:
    """Return the function that reads the progress of a rollout; ``None`` for kinds without rollouts."""
    ours = (one.rollout for one in WORKLOADS if (group, kind) == (one.GROUP, one.KIND))
    return next(ours, None) or by_hand.ROLLOUTS.get((group, kind))
