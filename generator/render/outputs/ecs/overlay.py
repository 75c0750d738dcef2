"""Render the overlay of an app on ECS."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.render.file import File, yaml_file
from generator.render.outputs.ecs import schedule, service, task_definition
from generator.spec import ecs
from generator.spec.layout import KUSTOMIZATION, overlay_path
from generator.spec.workload import Workload

if TYPE_CHECKING:
    from generator.spec.model import App, Spec

HEADER: Final = """\
# Generated from generator.yaml. Edit it as you like: your changes are kept.
# The tag and the digest under `images` are the pipeline's; `deploy` puts them into the task definition beside this.
"""


def render(spec: Spec, app: App, environment: str) -> Iterator[File]:
    """Yield the kustomization with the entry of the image, then the JSON files of each workload."""
    folder, here = overlay_path(environment, app.name), app.instances[environment]
    below = app.bases[environment]
    entry = {"name": below.image, "newTag": app.tag}
    if here.image != below.image:
        entry = {"name": below.image, "newName": here.image, "newTag": app.tag}
    images = [{**entry, **({"digest": app.digest} if app.digest else {})}]
    head = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    yield yaml_file(f"{folder}/{KUSTOMIZATION}", {**head, "images": images}, app=app.name, header=HEADER)
    there = here.pulling(below.image)
    if there.general.migration:
        definition = task_definition.migration(spec, environment, there)
        yield json_file(f"{folder}/migration-task-definition.json", definition, app.name)
    for one in there.workloads.values():
        start = f"{folder}/{prefix(one)}"
        definition = task_definition.render(spec, environment, here, one)
        yield json_file(f"{start}task-definition.json", definition, app.name)
        if one.kind == ecs.SERVICE:
            yield json_file(f"{start}service.json", service.render(spec, environment, one), app.name)
        if one.kind == ecs.SCHEDULED:
            yield json_file(f"{start}schedule.json", schedule.render(spec, environment, one), app.name)


def prefix(workload: Workload) -> str:
    """Return the start of a workload's file names; empty for an app's only workload."""
    return "" if workload.main else f"{workload.key}-"


def json_file(path: str, content: Mapping[str, Any], app: str) -> File:
    """Return a JSON file with one value on each line."""
    return File(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n", app)
