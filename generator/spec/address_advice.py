"""Advise against one host and path for an app in two environments of one cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from generator.spec import address_checks, cluster_checks, said, targets
from generator.spec.placeholder import PLACEHOLDER
from generator.spec.plain_data import as_map as _map

if TYPE_CHECKING:
    from generator.spec.findings import Path as FieldPath


def of(data: Mapping[str, object]) -> Iterator[tuple[FieldPath, str, str]]:
    """Yield the path, the message and the hint for each address that an app has in two environments of one cluster.

    ``data`` is the checked data of a spec. This is advice and no fault, because an app that moves to another
    environment is in both for some time.
    """
    apps, environments = _map(data.get("apps")), _map(data.get("environments"))
    fronts = [front for name, app in apps.items() for front in address_checks.fronts_of(name, _map(app))]
    clusters = cluster_checks.clusters(data) if fronts else {}
    # Each preview has a host of its own.
    lasting = tuple(name for name, one in environments.items() if not _map(one).get("pullRequests"))
    by_environment = targets.of_environments(environments)
    for front in fronts:
        app = _map(apps[front.app])
        taken: dict[tuple[str, ...], str] = {}
        for environment in said.present(app, lasting):
            if targets.of(app, environment, by_environment) == targets.ECS:
                continue
            here = [(place[1], place[0], *place[2:]) for place in front.places(apps, environment) if place[1]]
            asked = [(*place, cluster) for place in here for cluster in clusters[environment]]
            twice = next((one for one in asked if one in taken), None)
            if twice:
                message = f"{front} answers to {twice[0]} in {taken[twice]} and in {environment}, on one cluster"
                hint = f"put `{PLACEHOLDER}` into the host, or say it under `environments`"
                yield ("apps", front.app, *front.said_at(apps, environment)), message, hint
                break
            taken.update(dict.fromkeys(asked, environment))
