"""Read where an app runs: on Kubernetes, which is EKS, or on ECS. An app says it, over its environment.

To add one: its name and who knows what runs there, here; and its module in ``delivery/targets``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

EKS: Final = "eks"
ECS: Final = "ecs"
# Who knows what runs there, by the target's name, which is that of its module in ``delivery/targets``, too.
KNOWN_BY: Final = {EKS: "Argo CD", ECS: "AWS"}
NAMES: Final = tuple(KNOWN_BY)
DEFAULT: Final = EKS

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Place of an environment in AWS."""

    region: str
    account: str

    @property
    def partition(self) -> str:
        """Return the partition that its ARNs have."""
        return partition(self.region)


def partition(region: str) -> str:
    """Return the partition of a region. China, the US government and the European Sovereign Cloud have their own."""
    area = region.rpartition("-")[0].rpartition("-")[0]
    return {"cn": "aws-cn", "us-gov": "aws-us-gov", "eusc-de": "aws-eusc"}.get(area, "aws")


def of(given: Data, environment: str, by_environment: Mapping[str, str]) -> str:
    """Return where an app runs in an environment: as it says there, or in general, or as the environment does."""
    there = (given.get("environments") or {}).get(environment)
    own = there.get("target") if isinstance(there, Mapping) else None
    return str(own or given.get("target") or by_environment.get(environment) or DEFAULT)


def of_environments(environments: Data) -> dict[str, str]:
    """Return the environments that say where their apps run."""
    said = ((name, given.get("target")) for name, given in environments.items() if isinstance(given, Mapping))
    return {name: str(target) for name, target in said if target}


def places(data: Data) -> Mapping[str, Place]:
    """Return where environments are in AWS, if apps run on ECS anywhere."""
    if ECS not in used(data):
        return {}
    from generator.spec import ecs

    return ecs.places(data, data["environments"])


def used(data: Data) -> frozenset[str]:
    """Return where apps run that a spec says anything about; faults may still be in it."""
    environments, apps = data.get("environments"), data.get("apps")
    places = [*_maps(environments), *_maps(apps)]
    places += [one for app in _maps(apps) for one in _maps(app.get("environments"))]
    return frozenset(str(one["target"]) for one in places if one.get("target"))


def _maps(section: object) -> list[Data]:
    found = section.values() if isinstance(section, Mapping) else ()
    return [one for one in found if isinstance(one, Mapping)]
