"""The kinds that run an app, one module each.

A workload is a kind that says where the template of its pods lies, how many
there are, and how far a rollout is; all else follows from that: overlays, the
autoscaler, what Argo CD may show, what `validate` checks, what `wait` waits for.
To add one: see ``spec.workload_kinds``.
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
        POD_PATH: Where the template of its pods lies.
        REPLICAS_PATH: Where the number of its pods stands; ``None`` where it is not asked for one.
        CREATES: The groups and kinds of what its controller makes, down to the pods.
        rollout: Reads from a live object how far its rollout is; ``None`` for a kind that rolls nothing out.
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
    """Return the kind that runs a workload."""
    return next(kind for kind in WORKLOADS if workload.kind == kind.KIND)


def pod_path(kind: str) -> tuple[str, ...] | None:
    """Return where the template of a kind's pods lies; ``None`` for kinds that make no pods."""
    return next((one.POD_PATH for one in WORKLOADS if kind == one.KIND), by_hand.POD_PATHS.get(kind))


def rollout_of(group: str, kind: str) -> Callable[[Mapping[str, Any]], Rollout] | None:
    """Return what reads how far a rollout is; ``None`` for kinds that roll nothing out."""
    ours = (one.rollout for one in WORKLOADS if (group, kind) == (one.GROUP, one.KIND))
    return next(ours, None) or by_hand.ROLLOUTS.get((group, kind))
