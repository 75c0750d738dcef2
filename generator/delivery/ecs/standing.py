"""Compare the state of a service or a schedule with git. Pure: AWS's answers are arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Data = Mapping[str, Any]
Result = Literal["healthy", "waiting", "failed", "other"]
FAILED: Final = "FAILED"
COMPLETED: Final = "COMPLETED"


@dataclass(frozen=True, slots=True)
class Standing:
    """State of a service. ``other`` is a service that runs another definition, and is not being moved."""

    result: Result
    said: str


def of(service: Data, wanted: str, failed: tuple[str, str] | None = None) -> Standing:
    """Return the state of a service that should run the task definition with the ARN ``wanted``.

    ``failed`` is the definition of its newest deployment with the reason, if AWS reports that it has failed.
    """
    deployments = service.get("deployments") or []
    ours = next((one for one in deployments if one.get("taskDefinition") == wanted), None)
    primary = next((one for one in deployments if one.get("status") == "PRIMARY"), None)
    if ours is not None and ours.get("rolloutState") == FAILED:
        return Standing("failed", str(ours.get("rolloutStateReason") or "the deployment has failed"))
    if ours is not primary or ours is None:
        if failed is not None and failed[0] == wanted:
            return Standing("failed", failed[1])
        return Standing("other", f"runs {short(primary)}" if primary else "runs nothing")
    running, desired = int(ours.get("runningCount") or 0), int(service.get("desiredCount") or 0)
    # A controller that tells of no rollout is done once there is no other deployment.
    alone = len([one for one in deployments if one.get("status") in ("PRIMARY", "ACTIVE")]) == 1
    done = alone if ours.get("rolloutState") is None else ours["rolloutState"] == COMPLETED
    if done and running >= desired:
        return Standing("healthy", f"{running} of {desired} tasks run")
    trouble = f", {ours['failedTasks']} have failed" if ours.get("failedTasks") else ""
    return Standing("waiting", f"{running} of {desired} new tasks run{trouble}")


def of_schedule(schedule: Data, current: str, wanted: str, differing: Sequence[str]) -> Standing:
    """Return the state of a schedule that starts the revision ``current``, and should start ``wanted``."""
    revision = current.rpartition("/")[2]
    if not current or current != wanted:
        return Standing("other", f"starts {revision}" if current else "starts nothing")
    if differing:
        return Standing("other", f"starts {revision} with another {', '.join(differing)}")
    if schedule.get("State") == "DISABLED":
        return Standing("healthy", f"suspended; it would start {revision}")
    return Standing("healthy", f"starts {revision} at {schedule.get('ScheduleExpression')}")


def short(deployment: Data) -> str:
    """Return the family and revision of a deployment's definition."""
    return str(deployment.get("taskDefinition") or "").rpartition("/")[2]
