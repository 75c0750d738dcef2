"""Read an overlay of ECS: its task definitions, services and schedules, with the image of its kustomization."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from generator.errors import Fault, RepositoryError, SpecError
from generator.files import reader
from generator.spec.layout import KUSTOMIZATION, environment_of, outputs_file
from generator.yaml import emit as yaml_emit
from generator.yaml import kustomization as yaml_kustomization
from generator.yaml import plain as yaml_plain

DEFINITION: Final = "task-definition.json"
SERVICE: Final = "service.json"
SCHEDULE: Final = "schedule.json"
# As Kubernetes' manifests are told apart, in comparisons.
API: Final = "ecs.amazonaws.com/v1"
_MEND: Final = "write it as JSON, as `aws ecs register-task-definition --cli-input-json` takes it"


@dataclass(frozen=True, slots=True)
class Unit:
    """A workload on ECS: its task definition, and its service or schedule if it has one.

    Attributes:
        file: The definition's path.
        image: The name and tag or digest that the app's own containers run.
    """

    file: str
    definition: Mapping[str, Any]
    service: Mapping[str, Any] | None
    image: str
    schedule: Mapping[str, Any] | None = None

    @property
    def family(self) -> str:
        """Return the family of its definitions."""
        return str(self.definition.get("family") or "")

    @property
    def name(self) -> str:
        """Return the name of its service or schedule, or the family where it has none."""
        return str((self.service or {}).get("service") or (self.schedule or {}).get("Name") or self.family)


def is_overlay(directory: Path, folder: str) -> bool:
    """Tell whether a folder is an overlay of ECS."""
    return any((directory / folder).glob(f"*{DEFINITION}"))


def files(directory: Path, folder: str) -> dict[str, bytes]:
    """Read the files of an overlay on ECS, by path. Raises ``RepositoryError`` for anything but plain files."""
    names = sorted(path.name for path in (directory / folder).glob("*.json"))
    found = {f"{folder}/{name}": reader.read(directory, f"{folder}/{name}") for name in [*names, KUSTOMIZATION]}
    given = outputs_file(environment_of(folder))
    return {**found, given: reader.read(directory, given)} if (directory / given).is_file() else found


def units(found: Mapping[str, bytes], folder: str) -> list[Unit]:
    """Return the workloads of an overlay, in the order of their files, from the files' bytes by path.

    Raises ``SpecError`` with all faults.
    """
    faults: list[Fault] = []
    entries, given = _entries(found, folder), _given(found, folder)
    result: list[Unit] = []
    for path in sorted(found):
        if not path.endswith(DEFINITION):
            continue
        definition = _json(path, found[path], faults, given)
        start = path.removesuffix(DEFINITION)
        service, schedule = (
            _json(start + name, found[start + name], faults, given) if start + name in found else None
            for name in (SERVICE, SCHEDULE)
        )
        if definition is not None:
            whole, images = _with_images(definition, entries)
            if not images:
                hint = "name the image in a container as the kustomization does, without its tag"
                faults.append(Fault(path, 1, 1, "containerDefinitions", "no container has the overlay's image", hint))
            result.append(Unit(path, whole, service, images[0] if images else "", schedule))
    if faults:
        raise SpecError(faults)
    return result


def build(directory: Path, folder: str) -> str:
    """Convert an overlay to a YAML stream of manifests, to show its changes.

    Raises ``RepositoryError`` if it cannot be read.
    """
    try:
        found = units(files(directory, folder), folder)
    except SpecError as exc:
        raise RepositoryError(f"{folder}: cannot be read\n{exc}", "python -m generator validate") from exc
    return "---\n".join(yaml_emit.dump(one) for unit in found for one in _shown(unit))


def _shown(unit: Unit) -> Iterator[dict[str, Any]]:
    for kind, name, content in (
        ("TaskDefinition", unit.family, unit.definition),
        ("Service", unit.name, unit.service),
        ("Schedule", unit.name, unit.schedule),
    ):
        if content is not None:
            yield {"apiVersion": API, "kind": kind, "metadata": {"name": name}, "spec": dict(content)}


def _given(found: Mapping[str, bytes], folder: str) -> dict[str, str]:
    """Return what Terraform gave the environment, where the overlay names any of it."""
    from generator.spec import infra_reference  # of overlays of ECS alone

    path = outputs_file(environment_of(folder))
    named = any(infra_reference.START.encode() in content for name, content in found.items() if name != path)
    return infra_reference.values(found[path], path) if named and path in found else {}


def _entries(found: Mapping[str, bytes], folder: str) -> dict[str, str]:
    """Return what each image is in full, by the name that containers have."""
    path = f"{folder}/{KUSTOMIZATION}"
    if path not in found:
        raise RepositoryError(f"{path}: no such file", "put it back, or generate it: python -m generator")
    renamed = _renamed(found[path], path)
    return {one.name: _whole(one, renamed) for one in yaml_kustomization.images(found[path], path)}


def _whole(one: yaml_kustomization.Image, renamed: Mapping[str, str]) -> str:
    """Write an image in full. Where it has a digest, ECS takes that alone."""
    name = renamed.get(one.name, one.name)
    return f"{name}@{one.digest}" if one.digest else f"{name}:{one.tag}" if one.tag else name


def _renamed(content: bytes, path: str) -> dict[str, str]:
    if b"newName" not in content:
        return {}
    documents = yaml_plain.load(content.decode(), path)
    items = [item for one in documents if isinstance(one, dict) for item in one.get("images") or ()]
    return {item["name"]: item["newName"] for item in items if item.get("newName")}


def _json(path: str, content: bytes, faults: list[Fault], given: Mapping[str, str]) -> dict[str, Any] | None:
    try:
        found = json.loads(content)
    except ValueError as exc:
        line, column = getattr(exc, "lineno", 1), getattr(exc, "colno", 1)
        faults.append(Fault(path, line, column, "", f"is not JSON: {getattr(exc, 'msg', exc)}", "mend it here"))
        return None
    if not isinstance(found, dict):
        faults.append(Fault(path, 1, 1, "", "is no map", _MEND))
        return None
    if not given:
        return found
    from generator.spec import infra_reference

    return {name: infra_reference.filled(value, given) for name, value in found.items()}


def _with_images(definition: Mapping[str, Any], entries: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Put tags and digests behind the names of images, and return those that have got one."""
    containers = [dict(one) for one in definition.get("containerDefinitions") or () if isinstance(one, dict)]
    images: list[str] = []
    for one in containers:
        if (whole := entries.get(str(one.get("image")))) is not None:
            one["image"] = whole
            images.append(whole)
    return {**definition, "containerDefinitions": containers}, images
