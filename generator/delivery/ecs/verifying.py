"""Verify before a deployment that its images, roles, secrets and log groups exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from generator.manifests import ecs_rules

if TYPE_CHECKING:
    from generator.clients.aws.presence import Presence
    from generator.manifests.ecs import Unit


def problems(units: Iterable[Unit], presence: Presence) -> list[str]:
    """Return everything that is missing or wrong."""
    every = list(units)
    found = [text for unit in every for text in ecs_rules.problems(unit)]
    for ask, references in (
        (presence.image, _texts(every, "image")),
        (presence.role, {str(unit.definition[name]) for unit in every for name in _ROLES if unit.definition.get(name)}),
        (presence.secret, {str(one["valueFrom"]) for unit in every for one in _listed(unit, "secrets")}),
        (presence.log_group, set(_log_groups(every))),
    ):
        found += [text for reference in sorted(references) for text in ask(reference)]
    return found


_ROLES = ("taskRoleArn", "executionRoleArn")


def _containers(unit: Unit) -> Iterator[Mapping[str, Any]]:
    yield from unit.definition.get("containerDefinitions") or ()


def _texts(units: Iterable[Unit], name: str) -> set[str]:
    return {str(one[name]) for unit in units for one in _containers(unit) if one.get(name)}


def _listed(unit: Unit, name: str) -> Iterator[Mapping[str, Any]]:
    for one in _containers(unit):
        yield from one.get(name) or ()


def _log_groups(units: Iterable[Unit]) -> Iterator[str]:
    for unit in units:
        for one in _containers(unit):
            about = one.get("logConfiguration") or {}
            if about.get("logDriver") == "awslogs" and (group := (about.get("options") or {}).get("awslogs-group")):
                yield str(group)
