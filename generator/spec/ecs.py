"""Read the settings of apps on ECS: the size of their tasks, and the accounts and regions of environments.

Built from data that has passed every check, so nothing here reports faults.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.spec import quantity
from generator.spec.image_reference import ECR
from generator.spec.plain_data import as_map
from generator.spec.targets import Place

if TYPE_CHECKING:
    from generator.spec.traffic import Host
    from generator.spec.workload import Workload

Data = Mapping[str, Any]

# Fargate's sizes: for each amount of CPU, in units, the amounts of memory in MiB.
SIZES: Final[Mapping[int, tuple[int, ...]]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4097, 1024)),
    1024: tuple(range(2048, 8193, 1024)),
    2048: tuple(range(4096, 16385, 1024)),
    4096: tuple(range(8192, 30721, 1024)),
    8192: tuple(range(16384, 61441, 4096)),
    16384: tuple(range(32768, 122_881, 8192)),
}
SMALLEST: Final = (256, 512)
# Kinds of workload that can run on ECS.
SERVICE: Final = "Deployment"
SCHEDULED: Final = "CronJob"
KINDS: Final = (SERVICE, SCHEDULED)
# The prefix of secrets that are parameters of Systems Manager.
PARAMETER: Final = "/"
# The prefix of secrets that are given by their ARN, because AWS chose the name.
WHOLE: Final = ("arn:", "{infra.")
# The type of a path that must match completely; other paths match as prefixes.
EXACT: Final = "Exact"
# The largest number of hosts and paths in a rule of a load balancer.
CONDITIONS: Final = 5
_UNITS: Final = 1024
_MIB: Final = 1024 * 1024


def places(data: Data, environments: Iterable[str]) -> dict[str, Place]:
    """Return the account and region of each environment, from `infra`, or else from the registry's name.

    An environment is missing if neither tells them.
    """
    infra = data.get("infra") or {}
    registry = ECR.match(str(data.get("registry") or ""))
    region = infra.get("region") or (registry["region"] if registry else "")
    accounts = infra.get("accounts") or {}
    usual = accounts if isinstance(accounts, str) else registry["account"] if registry else ""
    own = {name: as_map(as_map(data["environments"].get(name)).get("infra")).get("region") for name in environments}
    known = accounts if isinstance(accounts, Mapping) else {}
    found = {name: Place(str(own[name] or region), str(known.get(name) or usual)) for name in own}
    return {name: place for name, place in found.items() if place.region and place.account}


def size(given: Data, resources: Data, beside: Iterable[Data] = (), before: Iterable[Data] = ()) -> tuple[int, int]:
    """Return CPU units and MiB of a task: as in the spec, or the smallest size with room for its containers.

    ``beside`` has the resources of containers that run together with the app's own, ``before`` those of containers
    that end before it starts. A size that nothing fits into is the largest that there is.
    """
    cpu, memory = given.get("cpu"), given.get("memory")
    if found := _fitting(given, resources, beside, before):
        return found
    units = cpu or max(SIZES)
    return units, memory or SIZES.get(units, SMALLEST)[-1]


def _fitting(
    given: Data, resources: Data, beside: Iterable[Data] = (), before: Iterable[Data] = ()
) -> tuple[int, int] | None:
    """Return the smallest size with room for the containers; ``None`` if there is none.

    An amount from the spec needs room for the requests alone, because all containers share it; an amount that is
    found needs room for the limits, too.
    """
    cpu, memory = given.get("cpu"), given.get("memory")
    together = [_asked(one, given) for one in (resources, *beside)]
    whole = [(sum(one[0] for one in together), sum(one[1] for one in together))]
    whole += [_asked(one, given) for one in before]
    least = (max(one[0] for one in whole), max(one[1] for one in whole))
    for units in [cpu] if cpu else SIZES:
        for amount in SIZES.get(units, ()):
            if units >= least[0] and amount >= least[1] and memory in (None, amount):
                return units, amount
    return None


def task_size(workload: Workload) -> tuple[int, int]:
    """Return CPU units and MiB of a workload's task, with room for its sidecars and init containers."""
    return size(workload.ecs, workload.resources, *_others(workload.pod))


def has_room(given: Data, resources: Data, pod: Data) -> bool:
    """Tell whether Fargate has a size, within the given `cpu` and `memory`, with room for a pod's containers."""
    return _fitting(given, resources, *_others(pod)) is not None


def _others(pod: Data) -> tuple[list[Data], list[Data]]:
    """Return the resources of containers that run beside the app's own, and of those that end before it starts."""
    first, second = pod.get("initContainers") or (), pod.get("containers") or ()
    beside = [*second, *(one for one in first if runs_on(one))]
    before = [one for one in first if not runs_on(one)]
    return [one.get("resources") or {} for one in beside], [one.get("resources") or {} for one in before]


def runs_on(container: Data) -> bool:
    """Tell whether an init container keeps running beside the app's own container."""
    return bool(container.get("restartPolicy") == "Always")


def _asked(resources: Data, given: Data) -> tuple[float, float]:
    requests = resources.get("requests") or {}
    limits = {name: value for name, value in (resources.get("limits") or {}).items() if not given.get(name)}
    asked = {**requests, **limits}
    return _amount(asked.get("cpu"), _UNITS), _amount(asked.get("memory"), 1 / _MIB)


def _amount(written: object, unit: float) -> float:
    parsed = quantity.parse(str(written)) if written is not None else None
    return float(parsed) * unit if parsed is not None else 0


def minutes(written: str) -> int:
    """Return a duration like ``10m`` or ``2h`` in minutes."""
    return int(written[:-1]) * (60 if written.endswith("h") else 1)


def patterns(hosts: Iterable[Host]) -> list[str]:
    """Return the path patterns of a load balancer's rule; an empty list if the rule is for all paths."""
    paths = [path for host in hosts for path in host.paths]
    if any(path.path == "/" and path.kind != EXACT for path in paths):
        return []
    return [*dict.fromkeys(path.path if path.kind == EXACT else f"{path.path.rstrip('/')}*" for path in paths)]


def discovered(workload: Workload) -> bool:
    """Tell whether a workload has a name in Cloud Map. By default, a workload with a port has one."""
    usual = workload.kind == SERVICE and workload.service is not None
    return bool(workload.ecs.get("discovery", usual))
