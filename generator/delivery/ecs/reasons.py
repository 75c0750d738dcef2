"""Find out why tasks ended: ECS' reasons, exit codes, and the last lines of output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.escaping import harmless

if TYPE_CHECKING:
    from generator.clients.aws.ecs import Ecs

_TASKS: Final = 3
_LINES: Final = 5
_LONGEST: Final = 300


def of_family(api: Ecs, cluster: str, family: str, definition: str) -> list[str]:
    """Return why the newest tasks of a definition have ended, each reason once."""
    ended = [one for one in api.ended(cluster, family) if one.get("taskDefinitionArn") == definition]
    ended.sort(key=lambda one: str(one.get("stoppedAt") or one.get("createdAt") or ""), reverse=True)
    about = api.definition(definition) or {}
    return list(dict.fromkeys(line for task in ended[:_TASKS] for line in of_task(api, task, about)))


def of_last_run(api: Ecs, cluster: str, family: str, definition: str) -> list[str]:
    """Return why the newest run of a definition failed; empty if it succeeded, or none has ended lately."""
    ended = [one for one in api.ended(cluster, family) if one.get("taskDefinitionArn") == definition]
    last = max(ended, key=lambda one: str(one.get("stoppedAt") or one.get("createdAt") or ""), default=None)
    if last is None:
        return []
    about = api.definition(definition) or {}
    essential = {one.get("name") for one in about.get("containerDefinitions") or () if one.get("essential", True)}
    codes = [one.get("exitCode") for one in last.get("containers") or () if one.get("name") in essential]
    # Without a code, the container was never started.
    return [] if codes and not any(code is None or code for code in codes) else list(of_task(api, last, about))


def of_task(api: Ecs, task: Mapping[str, Any], definition: Mapping[str, Any]) -> Iterator[str]:
    """Yield why one task has ended."""
    if reason := task.get("stoppedReason"):
        yield _plain(f"task stopped: {reason}")
    number = str(task["taskArn"]).rpartition("/")[2]
    for container in task.get("containers") or ():
        code, reason = container.get("exitCode"), container.get("reason")
        if code in (None, 0) and not reason:
            continue
        said = ", ".join(part for part in (f"exit code {code}" if code is not None else "", str(reason or "")) if part)
        yield _plain(f"container {container.get('name')}: {said}")
        yield from _printed(api, definition, str(container.get("name")), number)


def _printed(api: Ecs, definition: Mapping[str, Any], name: str, task: str) -> Iterator[str]:
    containers = definition.get("containerDefinitions") or ()
    about = next((one.get("logConfiguration") or {} for one in containers if one.get("name") == name), {})
    options = about.get("options") or {}
    if about.get("logDriver") != "awslogs" or not options.get("awslogs-stream-prefix"):
        return
    stream = f"{options['awslogs-stream-prefix']}/{name}/{task}"
    for line in api.last_lines(str(options.get("awslogs-group")), stream, _LINES):
        yield _plain(f"{name} printed: {line}")


def _plain(text: str) -> str:
    return harmless(text)[:_LONGEST]
