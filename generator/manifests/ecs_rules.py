"""Check an overlay of ECS with AWS' own model of its API, if boto3 is installed, and with Fargate's limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from generator.errors import RepositoryError, SpecError
from generator.manifests import ecs as overlays
from generator.spec import ecs

_INPUTS: Final = {
    "definition": ("ecs", "RegisterTaskDefinition"),
    "service": ("ecs", "UpdateService"),
    "schedule": ("scheduler", "UpdateSchedule"),
}
_SIX: Final = re.compile(r"cron\((?:\S+ ){5}\S+\)")


def judged(directory: Path, folder: str) -> tuple[int, tuple[str, ...]]:
    """Return the number of an overlay's documents, and their problems."""
    try:
        units = overlays.units(overlays.files(directory, folder), folder)
    except SpecError as exc:
        return 0, tuple(f"{fault}; {fault.hint}" if fault.hint else str(fault) for fault in exc.faults)
    except RepositoryError as exc:
        return 0, (f"{exc.message}; {exc.hint}",)
    count = sum(1 + (one.service is not None) + (one.schedule is not None) for one in units)
    return count, tuple(text for one in units for text in problems(one))


def problems(unit: overlays.Unit) -> Iterator[str]:
    """Yield the problems of a workload's definition, and of its service or schedule."""
    yield from (f"{unit.file}: {text}" for text in _of_model("definition", unit.definition))
    yield from (f"{unit.file}: {text}" for text in _of_fargate(unit.definition))
    start = unit.file.removesuffix(overlays.DEFINITION)
    if unit.service is not None:
        yield from (f"{start}{overlays.SERVICE}: {text}" for text in _of_model("service", unit.service))
    if unit.schedule is not None:
        file = f"{start}{overlays.SCHEDULE}"
        yield from (f"{file}: {text}" for text in _of_model("schedule", unit.schedule))
        yield from (f"{file}: {text}" for text in _of_scheduler(unit.schedule))


def _of_fargate(definition: Mapping[str, Any]) -> Iterator[str]:
    try:
        cpu, memory = int(definition["cpu"]), int(definition["memory"])
    except (KeyError, ValueError, TypeError):
        yield "cpu and memory: Fargate needs both, in units and MiB, as text"
        return
    if memory not in ecs.SIZES.get(cpu, ()):
        yield f"cpu: Fargate has no task with {cpu} CPU units and {memory} MiB"
    if definition.get("networkMode") != "awsvpc":
        yield "networkMode: Fargate has awsvpc alone"


def _of_scheduler(schedule: Mapping[str, Any]) -> Iterator[str]:
    """Yield what no model tells: how a schedule is written, of which one of the days is a question mark."""
    written = str(schedule.get("ScheduleExpression") or "")
    if written.startswith("cron(") and not (_SIX.fullmatch(written) and written.count("?") == 1):
        yield f"ScheduleExpression: {written} has not six fields, of which one of the days is `?`"
    elif not written.startswith(("cron(", "rate(", "at(")):
        yield f"ScheduleExpression: {written!r} is none of cron(…), rate(…), at(…)"


def _of_model(kind: str, content: Mapping[str, Any]) -> Iterator[str]:
    """Yield what AWS' model of the operation refuses: fields that it has not, types, and words that are none of it."""
    shape = _shape(*_INPUTS[kind])
    if shape is None:
        return
    from botocore.validate import ParamValidator

    report = ParamValidator().validate(content, shape)
    if report.has_errors():
        yield " ".join(report.generate_report().split())
    yield from _words(content, shape, "")


def _shape(service: str, operation: str) -> Any:
    try:
        from botocore.loaders import Loader
        from botocore.model import ServiceModel
    except ImportError:  # the extra `aws`
        return None
    model = ServiceModel(Loader().load_service_model(service, "service-2"))
    return model.operation_model(operation).input_shape


def _words(value: Any, shape: Any, place: str) -> Iterator[str]:
    """Yield the words that are none of an enumeration's, at any depth."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        for name, inner in value.items():
            if name in shape.members:
                yield from _words(inner, shape.members[name], f"{place}.{name}" if place else name)
    elif shape.type_name == "list" and isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _words(inner, shape.member, f"{place}[{index}]")
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        yield f"{place}: {value!r} is none of {', '.join(shape.enum)}"
