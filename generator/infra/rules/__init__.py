"""Own rules for a plan: relations between resources, and limits that no schema has. Pure.

A rule is a function from a plan to findings: an address, the fault, and whether it is an error. To add one, write a
function in the module of its topic, a line in ``RULES``, and a mutant that it must find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from generator.infra.plan import Plan
from generator.infra.rules import (
    conflicts,
    containers,
    dynamodb,
    iam,
    limits,
    messages,
    network,
    pipelines,
    schedules,
    secrets,
    sites,
    supported,
    values,
)


class Found(NamedTuple):
    """Fault of one resource, or (``error`` is false) a note on it."""

    address: str
    message: str
    error: bool = True


Rule = Callable[[Plan], Iterable[tuple[str, str]]]
RULES: Final[tuple[Rule, ...]] = (
    containers.load_balancers,
    containers.tasks,
    network.inside,
    network.together,
    network.open_to_all,
    schedules.schedules,
    sites.distributions,
    sites.files,
    pipelines.stages,
    pipelines.artifacts,
    conflicts.pairs,
    dynamodb.keys,
    messages.topics,
    messages.agents,
    limits.names,
    limits.numbers,
    values.allowed,
    secrets.written,
    secrets.variables,
    iam.statements,
    iam.own_role,
)
NOTES: Final[tuple[Rule, ...]] = (supported.versions, iam.unread)


def judge(plan: Plan) -> Iterator[Found]:
    """Yield what each rule finds in a plan."""
    for rule in RULES:
        yield from (Found(*one) for one in rule(plan))
    for rule in NOTES:
        yield from (Found(*one, error=False) for one in rule(plan))
