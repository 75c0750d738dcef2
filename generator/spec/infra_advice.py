"""Advise on values for AWS that are valid today, but may not stay so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from generator.spec import aws_support, forge_kinds, targets
from generator.spec.adopted import AdoptedApp
from generator.spec.chart import ChartApp
from generator.spec.findings import Path as FieldPath
from generator.spec.findings import did_you_mean
from generator.spec.plain_data import as_map

if TYPE_CHECKING:
    from generator.spec.infra import Data, Infra
    from generator.spec.model import AnyApp, Spec


def of(data: Data, infra: Infra, now: datetime) -> Iterator[tuple[FieldPath, str, str]]:
    """Yield advice on regions that are unknown, and on versions of EKS that leave standard support."""
    yield from _of_regions(data, infra)
    yield from _of_clusters(data)
    forge = forge_kinds.find(data["repository"], (data.get("forge") or {}).get("kind"))
    if infra.existing_github and forge.name != "github":
        hint = "take it out: other forges get no roles by it"
        yield ("infra", "github", "existing"), "the repository is not on GitHub", hint
    seen = set()
    for name, place in infra.places.items():
        if place.cluster.existing or (place.cluster.version in seen):
            continue
        seen.add(place.cluster.version)
        message = aws_support.eks(place.cluster.version, now.date().isoformat())
        own = (data["environments"][name] or {}).get("infra") or {}
        path = ("environments", name, "infra") if (own.get("cluster") or {}).get("version") else ("infra",)
        if message:
            hint = f'say `version: "{aws_support.DEFAULT}"`, one minor version at a time'
            yield (*path, "cluster", "version"), f"EKS {place.cluster.version}: {message}", hint


def _of_clusters(data: Data) -> Iterator[tuple[FieldPath, str, str]]:
    """Yield advice on each existing cluster that nothing runs on."""
    targets_of, apps = targets.of_environments(data["environments"]), data.get("apps") or {}
    on_eks = {
        name
        for name in data["environments"]
        for app in apps.values()
        if (app.get("environments") or {}).get(name) is not False and targets.of(app, name, targets_of) == targets.EKS
    }
    places: list[tuple[tuple[str, ...], Data, bool]] = [(("infra",), data["infra"], bool(on_eks))]
    for name, about in data["environments"].items():
        places.append((("environments", name, "infra"), (about or {}).get("infra") or {}, name in on_eks))
    for path, given, used in places if apps else []:
        if (given.get("cluster") or {}).get("existing") and not used:
            hint = "take it out, or say `target: eks` of an app; on ECS, each environment has a cluster of its own"
            yield (*path, "cluster", "existing"), "this is a cluster of EKS, and nothing runs on EKS here", hint


def of_admins(spec: Spec, infra: Infra) -> Iterator[tuple[FieldPath, str, str]]:
    """Yield advice if nobody can enter a new EKS cluster."""
    closed = [
        name
        for name, place in infra.places.items()
        if not (place.cluster.existing or place.cluster.admins or spec.environments[name].pull_requests is not None)
        and any(name in app.environments and _on_eks(app, name) for app in spec.apps.values())
    ]
    if closed:
        path = ("infra", "cluster") if as_map(spec.data["infra"]).get("cluster") else ("infra",)
        role = f"arn:{infra.partition}:iam::{infra.places[closed[0]].account}:role/NAME"
        hint = f"say `cluster: {{admins: ['{role}']}}`; the role that makes a cluster is no admin of it"
        yield path, f"nobody can enter the new EKS cluster of {', '.join(closed)}: it has no `admins`", hint


def _on_eks(app: AnyApp, environment: str) -> bool:
    return isinstance(app, ChartApp | AdoptedApp) or app.target_in(environment) == targets.EKS


def _of_regions(data: Data, infra: Infra) -> Iterator[tuple[FieldPath, str, str]]:
    """Yield advice on each region that is not in the list: AWS may have opened it later."""
    said: list[tuple[tuple[str, ...], str]] = [((), infra.region)]
    said += [(("environments", name), place.region) for name, place in infra.places.items()]
    for path, region in said:
        own = ((data["environments"][path[1]] or {}) if path else data).get("infra") or {}
        if own.get("region") == region and region not in aws_support.REGIONS:
            near = did_you_mean(
                region, sorted(aws_support.REGIONS), "ignore this if AWS has opened the region since then"
            )
            yield (
                (*path, "infra", "region"),
                f"{region} is not in the list of regions that was read on {aws_support.READ}",
                near,
            )
