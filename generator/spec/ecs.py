"""Read what an app is on ECS: the size of its tasks, and where AWS has them.

Built from data that has passed every check, so nothing here reports faults.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.spec import quantity
from generator.spec.image_reference import ECR
from generator.spec.targets import Place
from generator.spec.types import as_map

if TYPE_CHECKING:
    from generator.spec.traffic import Host
    from generator.spec.workload import Workload

Data = Mapping[str, Any]

# What Fargate has: for each amount of CPU, in units, the amounts of memory in MiB.
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
# Kinds of workload that ECS has something for.
SERVICE: Final = "Deployment"
SCHEDULED: Final = "CronJob"
KINDS: Final = (SERVICE, SCHEDULED)
# As the names of secrets begin that are parameters of Systems Manager.
PARAMETER: Final = "/"
# As those begin that are an ARN: of a secret that AWS has named.
WHOLE: Final = ("arn:", "{infra.")
# A path that is compared whole; others are how paths begin.
EXACT: Final = "Exact"
# How many hosts and paths a rule of a load balancer takes.
CONDITIONS: Final = 5
_UNITS: Final = 1024
_MIB: Final = 1024 * 1024


def places(data: Data, environments: Iterable[str]) -> dict[str, Place]:
    """Return where each environment is: as `infra` says, or where the registry is. Of one that nothing tells, none."""
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
    """Return CPU units and MiB of a task: as said, or the smallest that has room for what its containers request.

    ``beside`` are the resources of containers that run along with the app's own, ``before`` those of each that ends
    before it starts.
    """
    cpu, memory = given.get("cpu"), given.get("memory")
    together = [_asked(one) for one in (resources, *beside)]
    whole = [(sum(one[0] for one in together), sum(one[1] for one in together)), *map(_asked, before)]
    least = (cpu or max(one[0] for one in whole), memory or max(one[1] for one in whole))
    for units in [cpu] if cpu else SIZES:
        room = next((amount for amount in SIZES.get(units, ()) if amount >= least[1]), None)
        if units >= least[0] and room is not None:
            return units, memory or room
    return cpu or SMALLEST[0], memory or SMALLEST[1]


def task_size(workload: Workload) -> tuple[int, int]:
    """Return CPU units and MiB of a workload's task, with room for the containers beside its own."""
    others = [*(workload.pod.get("initContainers") or ())]
    beside = [*(workload.pod.get("containers") or ()), *(one for one in others if runs_on(one))]
    before = [one for one in others if not runs_on(one)]
    return size(
        workload.ecs, workload.resources, *([one.get("resources") or {} for one in of] for of in (beside, before))
    )


def runs_on(container: Data) -> bool:
    """Tell whether a container that starts before the app's own runs along with it."""
    return bool(container.get("restartPolicy") == "Always")


def _asked(resources: Data) -> tuple[float, float]:
    asked = {**(resources.get("requests") or {}), **(resources.get("limits") or {})}
    return _amount(asked.get("cpu"), _UNITS), _amount(asked.get("memory"), 1 / _MIB)


def _amount(written: object, unit: float) -> float:
    parsed = quantity.parse(str(written)) if written is not None else None
    return float(parsed) * unit if parsed is not None else 0


def minutes(written: str) -> int:
    """Return the minutes of a time like ``10m`` or ``2h``."""
    return int(written[:-1]) * (60 if written.endswith("h") else 1)


def patterns(hosts: Iterable[Host]) -> list[str]:
    """Return the paths of a load balancer's rule; none where the rule is for all of them."""
    paths = [path for host in hosts for path in host.paths]
    if any(path.path == "/" and path.kind != EXACT for path in paths):
        return []
    return [*dict.fromkeys(path.path if path.kind == EXACT else f"{path.path.rstrip('/')}*" for path in paths)]


def discovered(workload: Workload) -> bool:
    """Tell whether a workload has a name in Cloud Map: one with a port has, unless it says otherwise."""
    usual = workload.kind == SERVICE and workload.service is not None
    return bool(workload.ecs.get("discovery", usual))
