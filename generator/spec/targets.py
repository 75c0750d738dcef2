"""Read ``target``: whether an app runs on Kubernetes (EKS) or on ECS. An app can override its environment's target.

To add a target, add its name and the system that knows what runs there here, and a module in ``delivery/targets``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

EKS: Final = "eks"
ECS: Final = "ecs"
# The system that knows what runs on a target. The modules in ``delivery/targets`` have the names of the targets.
KNOWN_BY: Final = {EKS: "Argo CD", ECS: "AWS"}
NAMES: Final = tuple(KNOWN_BY)
DEFAULT: Final = EKS

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """The account and region of an environment in AWS."""

    region: str
    account: str

    @property
    def partition(self) -> str:
        """Return the partition in ARNs of the region."""
        return partition(self.region)


def partition(region: str) -> str:
    """Return the partition of a region. China, the US government and the European Sovereign Cloud have their own."""
    area = region.rpartition("-")[0].rpartition("-")[0]
    return {"cn": "aws-cn", "us-gov": "aws-us-gov", "eusc-de": "aws-eusc"}.get(area, "aws")


def of(given: Data, environment: str, by_environment: Mapping[str, str]) -> str:
    """Return an app's target in an environment: from the app there, else from the app, else from the environment."""
    there = (given.get("environments") or {}).get(environment)
    own = there.get("target") if isinstance(there, Mapping) else None
    return str(own or given.get("target") or by_environment.get(environment) or DEFAULT)


def of_environments(environments: Data) -> dict[str, str]:
    """Return the targets by environment, for environments that have one."""
    said = ((name, given.get("target")) for name, given in environments.items() if isinstance(given, Mapping))
    return {name: str(target) for name, target in said if target}


def places(data: Data) -> Mapping[str, Place]:
    """Return the accounts and regions by environment; empty if no app runs on ECS."""
    if ECS not in used(data):
        return {}
    from generator.spec import ecs

    return ecs.places(data, data["environments"])


def used(data: Data) -> frozenset[str]:
    """Return all targets that a spec names. The data may still have faults."""
    environments, apps = data.get("environments"), data.get("apps")
    places = [*_maps(environments), *_maps(apps)]
    places += [one for app in _maps(apps) for one in _maps(app.get("environments"))]
    return frozenset(str(one["target"]) for one in places if one.get("target"))


def _maps(section: object) -> list[Data]:
    found = section.values() if isinstance(section, Mapping) else ()
    return [one for one in found if isinstance(one, Mapping)]
