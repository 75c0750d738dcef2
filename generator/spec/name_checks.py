"""Check that objects of two apps have different names. Names of workloads contain the app's name, and can collide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from generator.spec import workload_names
from generator.spec.plain_data import as_map as _map

if TYPE_CHECKING:
    from generator.spec.findings import Findings
    from generator.spec.findings import Path as FieldPath


class _Claim(NamedTuple):
    """A name, the app or workload that has it, and its path in the spec."""

    name: str
    owner: str
    path: FieldPath


def check(data: Mapping[str, object], findings: Findings) -> None:
    """Add findings about names that two apps have, if one of them has several workloads."""
    apps = _map(data.get("apps"))
    if not any(_map(app).get("workloads") for app in apps.values()):
        return
    seen: dict[tuple[object, str], _Claim] = {}
    for app, given in apps.items():
        # An app in its own namespace cannot collide with others.
        place = _map(given).get("namespace")
        for claim in _claims(app, _map(given)):
            other = seen.setdefault((place, claim.name), claim)
            if other.path[1] != app:
                # The fault is at the name that can be changed.
                at = max(claim, other, key=lambda one: len(one.path))
                hint = "give it another one: `name: …`"
                who = other.owner if at is claim else claim.owner
                findings.add(at.path, f"its object is {claim.name}, as is that of {who}", hint, at_key=True)


def _claims(app: str, given: dict[str, object]) -> Iterator[_Claim]:
    several = _map(given.get("workloads"))
    if not several:
        yield _Claim(app, app, ("apps", app))
    for key, own in several.items():
        name = workload_names.object_name(app, key, _map(own))
        yield _Claim(name, f"{key} of {app}", ("apps", app, "workloads", key))
