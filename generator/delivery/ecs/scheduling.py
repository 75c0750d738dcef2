"""Compare git's schedule with the one from AWS, and compute what to send. Pure, except for the requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.clients.aws.scheduler import Scheduler
from generator.delivery.ecs import likeness

if TYPE_CHECKING:
    from generator.manifests.ecs import Unit

Data = Mapping[str, Any]
# What GetSchedule tells and UpdateSchedule does not take.
_TOLD: Final = frozenset({"Arn", "CreationDate", "LastModificationDate", "ResponseMetadata"})
# Of two ways to say where a task runs, AWS takes one.
_PLACES: Final = ("LaunchType", "CapacityProviderStrategy")


def found(region: str, units: Iterable[Unit]) -> dict[str, Data]:
    """Return the existing schedules by name. AWS is not asked if git has none."""
    asked = [one for one in units if one.schedule is not None]
    api = Scheduler(region) if asked else None
    answers = {one.name: api and api.schedule(_group(one), one.name) for one in asked}
    return {name: answer for name, answer in answers.items() if answer}


def _group(unit: Unit) -> str:
    return str((unit.schedule or {}).get("GroupName") or "default")


def starts(schedule: Data) -> str:
    """Return the ARN of the revision that a schedule starts; before the first deployment it names none."""
    named = _definition(schedule)
    return named if named.rpartition(":")[2].isdecimal() else ""


def _definition(schedule: Data) -> str:
    return str(_task(schedule).get("TaskDefinitionArn") or "")


def differences(unit: Unit, schedule: Data) -> list[str]:
    """Return the fields in which a schedule differs from git; its revision does not count."""
    wanted = _with(unit.schedule or {}, _definition(schedule))
    return [f"schedule.{place}" for place in likeness.lacking(wanted, schedule)]


def whole(unit: Unit, schedule: Data, definition: str) -> dict[str, Any]:
    """Return the update that brings a schedule to git's state and a revision. Fields that git leaves out stay."""
    wanted = _with(unit.schedule or {}, definition)
    current = {name: value for name, value in schedule.items() if name not in _TOLD and value is not None}
    sent: dict[str, Any] = _over(wanted, current)
    task = sent["Target"]["EcsParameters"]
    for name in _PLACES:
        if name in task and name not in _task(wanted) and any(one in _task(wanted) for one in _PLACES):
            del task[name]
    return sent


def network(schedules: Mapping[str, Data]) -> dict[str, Any]:
    """Return the network of the first schedule as RunTask takes it, which writes its fields otherwise."""
    for one in schedules.values():
        about = (_task(one).get("NetworkConfiguration") or {}).get("awsvpcConfiguration")
        if about:
            return {"awsvpcConfiguration": {f"{name[0].lower()}{name[1:]}": value for name, value in about.items()}}
    return {}


def _task(schedule: Data) -> Data:
    found: Data = (schedule.get("Target") or {}).get("EcsParameters") or {}
    return found


def _with(schedule: Data, definition: str) -> dict[str, Any]:
    target = schedule.get("Target") or {}
    task = {**(target.get("EcsParameters") or {}), "TaskDefinitionArn": definition}
    return {**schedule, "Target": {**target, "EcsParameters": task}}


def _over(ours: Any, theirs: Any) -> Any:
    """Lay what git says over what is there."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return {**theirs, **{name: _over(value, theirs.get(name)) for name, value in ours.items()}}
    return ours
