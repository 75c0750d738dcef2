"""Print what a deployment did, or would do."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator import DeployResult

_MOST: Final = 8


def record(result: DeployResult) -> dict[str, object]:
    """Return the JSON document."""
    return {
        "app": result.app, "environment": result.environment, "commit": result.commit, "changed": result.changed,
        "dry_run": result.dry_run, "seconds": round(result.seconds, 1),
        "workloads": [asdict(one) for one in result.steps],
    }  # fmt: skip


def show(result: DeployResult) -> None:
    """Print a line for each workload, with the fields that differ."""
    would = "would be " if result.dry_run else ""
    for step in result.steps:
        name = step.service or step.schedule or step.family
        if not step.changes:
            console.say(f"{name} in {result.environment}: as git says, {_short(step.definition)}")
            continue
        what = f"{would}{'updated' if step.service or step.schedule else 'registered'}"
        revision = f" to {_short(step.definition)}" if step.definition else ""
        console.say(f"{name} in {result.environment}: {what}{revision}, {step.image}")
        for field in step.differences[:_MOST]:
            console.say(f"  {field}")
        if len(step.differences) > _MOST:
            console.say(f"  and {len(step.differences) - _MOST} fields more")
    if result.changed and not result.dry_run:
        console.say(f"runs after {result.seconds:.0f} s, at {result.commit[:12]}")


def _short(arn: str) -> str:
    return arn.rpartition("/")[2]
