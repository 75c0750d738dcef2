"""Kustomize: ``base/<app>/`` with what all environments share, ``overlays/<environment>/<app>/`` with what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from generator.render.file import File, yaml_file
from generator.render.kinds import KINDS, Manifest, workloads
from generator.render.kinds.metadata import config_annotations, config_name
from generator.render.outputs.operations import Operation
from generator.render.outputs.overlay_patch import deletion, patch
from generator.spec.layout import COPY, KUSTOMIZATION, base_path, copy_path, overlay_path
from generator.spec.model import AnyApp, App, Environment, Spec
from generator.spec.workload import Workload

# The kinds whose number of pods kustomize's `replicas` sets.
_SCALED: Final = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"})
_HEAD: Final = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
OVERLAY_HEADER: Final = """\
# Generated from generator.yaml. Edit it as you like: your changes are kept.
# The tag and the digest under `images` are the pipeline's; it sets them with each build.
"""


def render_project(_spec: Spec) -> Iterator[File]:
    """Render nothing: all of Kustomize belongs to some app."""
    yield from ()


def render_app(spec: Spec, app: AnyApp) -> Iterator[File]:
    """Render the base first, then the overlays by environment."""
    if not isinstance(app, App):
        return
    base = _manifests(app.base)
    yield from _base(app, base_path(app.name), app.base, base)
    for environment in spec.environments.values():
        own = app.bases[environment.name]
        if own is app.base:
            yield from _overlay(app, environment, base)
        else:
            copied = _manifests(own)
            yield from _overlay(app, environment, copied)
            yield from _base(app, copy_path(environment.name, app.name), own, copied)


def _manifests(workload: Workload) -> dict[str, Manifest]:
    """Return manifests by file name, in the order of the registry."""
    rendered = ((kind.FILE, kind.render(workload)) for kind in KINDS)
    return {file: manifest for file, manifest in rendered if manifest is not None}


def _base(app: App, folder: str, workload: Workload, manifests: dict[str, Manifest]) -> Iterator[File]:
    content: dict[str, Any] = {**_HEAD, "resources": list(manifests)}
    if workload.config:
        annotations = config_annotations(workload)
        content["configMapGenerator"] = [
            {
                "name": config_name(workload),
                "literals": _literals(workload.config),
                **({"options": {"annotations": annotations}} if annotations else {}),
            }
        ]
    yield yaml_file(f"{folder}/{KUSTOMIZATION}", content, app=app.name)
    for file, manifest in manifests.items():
        yield yaml_file(f"{folder}/{file}", manifest, app=app.name)


def _overlay(app: App, environment: Environment, base: dict[str, Manifest]) -> Iterator[File]:
    folder = overlay_path(environment.name, app.name)
    workload, below = app.workloads[environment.name], app.bases[environment.name]
    # Under the name that the base has; `images` says which one it is here.
    wanted = base if workload is below else _manifests(replace(workload, image=below.image))
    replicas = _replicas_only(base, wanted, workloads.of(below).FILE)
    extra = {file: manifest for file, manifest in wanted.items() if file not in base}
    patches: dict[str, Manifest | list[Operation]] = {}
    for file, manifest in base.items():
        change = patch(manifest, wanted[file]) if file in wanted else deletion(manifest)
        if change is not None and not (replicas is not None and file == workloads.of(below).FILE):
            patches[file] = change
    up = "../" * (folder.count("/") + 1)
    place = f"{up}{base_path(app.name)}" if below is app.base else COPY
    content: dict[str, Any] = {
        **_HEAD,
        "namespace": environment.namespace,
        "resources": [place, *extra],
        "images": [{"name": below.image, **_renamed(below, workload), "newTag": app.tag, **_digest(app)}],
    }
    if replicas is not None:
        content["replicas"] = [{"name": app.name, "count": replicas}]
    if generator := _config(below, workload):
        content["configMapGenerator"] = [generator]
    if patches:
        content["patches"] = [_listed(file, change, base[file]) for file, change in patches.items()]
    yield yaml_file(f"{folder}/{KUSTOMIZATION}", content, app=app.name, header=OVERLAY_HEADER)
    for file, manifest in extra.items():
        yield yaml_file(f"{folder}/{file}", manifest, app=app.name)
    for file, change in patches.items():
        yield yaml_file(f"{folder}/patches/{file}", change, app=app.name)


def _listed(file: str, change: Manifest | list[Operation], manifest: Manifest) -> dict[str, Any]:
    """List a patch in the kustomization; operations do not say themselves what they are for."""
    about = {"path": f"patches/{file}"}
    target = {"kind": manifest["kind"], "name": manifest["metadata"]["name"]}
    return {**about, "target": target} if isinstance(change, list) else about


def _replicas_only(base: dict[str, Manifest], wanted: dict[str, Manifest], file: str) -> int | None:
    """Return the number of pods where that is all that differs: kustomize has a short way to say it."""
    before, after = base[file], wanted.get(file)
    if after is None or before["kind"] not in _SCALED:
        return None
    count = after["spec"].get("replicas")
    if count is None or before["spec"].get("replicas") in (None, count):
        return None
    same = {**before, "spec": {**before["spec"], "replicas": count}} == after
    return int(count) if same else None


def _digest(app: App) -> dict[str, str]:
    return {"digest": app.digest} if app.digest else {}


def _renamed(base: Workload, workload: Workload) -> dict[str, str]:
    """Keep the name by which the base's image is tagged; an environment's own image replaces it."""
    return {} if workload.image == base.image else {"newName": workload.image}


def _config(base: Workload, workload: Workload) -> dict[str, Any] | None:
    """Return what the environment adds to the base's ConfigMap, or the whole of it where the base has none."""
    changed = {key: value for key, value in workload.config.items() if base.config.get(key) != value}
    gone = [key for key in base.config if key not in workload.config]
    if not changed and not gone:
        return None
    generator: dict[str, Any] = {"name": config_name(workload)}
    if base.config:
        # A ConfigMap cannot lose keys by merging; where it must, the environment states all of it.
        generator["behavior"] = "replace" if gone else "merge"
    generator["literals"] = _literals(workload.config if gone else changed)
    annotations = config_annotations(workload)
    if annotations and (not base.config or gone or annotations != config_annotations(base)):
        generator["options"] = {"annotations": annotations}
    return generator


def _literals(config: Mapping[str, str]) -> list[str]:
    return [f"{key}={_literal(value)}" for key, value in config.items()]


def _literal(value: str) -> str:
    """Quote a value that has quotes once more, since kustomize takes one pair off."""
    return f'"{value}"' if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
