"""Kustomize: ``base/<app>/`` for all environments, and ``overlays/<environment>/<app>/`` with the differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from generator.render.file import File, yaml_file
from generator.render.kinds import Kind, Manifest, asked, file_of, manifests, workloads
from generator.render.kinds.metadata import config_annotations, config_name, own_config_name
from generator.render.outputs import file_maps, hatches, previews
from generator.render.outputs.operations import Operation
from generator.render.outputs.overlay_patch import deletion, patch
from generator.spec import targets
from generator.spec.instance import Instance
from generator.spec.layout import COPY, GIVEN, KUSTOMIZATION, base_path, copy_path, overlay_path
from generator.spec.model import App

if TYPE_CHECKING:
    from generator.spec.environment import Environment
    from generator.spec.model import AnyApp, Spec

# The kinds that kustomize's `replicas` supports.
_SCALED: Final = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"})
_HEAD: Final = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
# The paths of the labels of pods.
_TEMPLATES: Final = [
    *(
        {"path": "spec/template/metadata/labels", "create": True, "group": group, "kind": kind}
        for group, kind in (("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet"), ("batch", "Job"))
    ),
    {
        "path": "spec/jobTemplate/spec/template/metadata/labels",
        "create": True,
        "group": "batch",
        "kind": "CronJob",
    },
]
OVERLAY_HEADER: Final = """\
# Generated from generator.yaml. Edit it as you like: your changes are kept.
# The tag and the digest under `images` are the pipeline's; it sets them with each build.
"""


def render_project(_spec: Spec) -> Iterator[File]:
    """Yield nothing: all files belong to an app."""
    yield from ()


def render_app(spec: Spec, app: AnyApp) -> Iterator[File]:
    """Yield the files of the base, then those of the overlays by environment."""
    if not isinstance(app, App):
        return
    environments = [spec.environments[name] for name in app.environments if app.target_in(name) == targets.EKS]
    if not environments:
        return
    among = asked([app])
    base = manifests(app.base, among)
    yield from _base(app, base_path(app.name), app.base, base)
    for environment in environments:
        own = app.bases[environment.name]
        if own is app.base:
            yield from _overlay(spec, app, environment, base, among)
        else:
            copied = manifests(own, among)
            yield from _overlay(spec, app, environment, copied, among)
            yield from _base(app, copy_path(environment.name, app.name), own, copied)


def _base(app: App, folder: str, general: Instance, found: dict[str, Manifest]) -> Iterator[File]:
    own = general.hatches
    content: dict[str, Any] = {**_HEAD, "resources": [*found, *hatches.resources(own)], **hatches.added(own, folder)}
    maps = file_maps.of(general)
    generators = [_generator(one) for one in _configs(general).values() if one.values]
    if generators := [*generators, *map(file_maps.generator, maps.values())]:
        content["configMapGenerator"] = generators
    if patches := hatches.patches(own):
        content["patches"] = patches
    yield yaml_file(f"{folder}/{KUSTOMIZATION}", content, app=app.name)
    for file, manifest in found.items():
        yield yaml_file(f"{folder}/{file}", manifest, app=app.name)
    yield from hatches.files(own, folder, app.name)
    for one in maps.values():
        yield from file_maps.files(folder, one, app.name)


def _generator(config: _Config) -> dict[str, Any]:
    return {
        "name": config.name,
        "literals": _literals(config.values),
        **({"options": {"annotations": config.annotations}} if config.annotations else {}),
    }


def _overlay(
    spec: Spec, app: App, environment: Environment, base: dict[str, Manifest], among: Iterable[Kind]
) -> Iterator[File]:
    folder = overlay_path(environment.name, app.name)
    here, below = app.instances[environment.name], app.bases[environment.name]
    # The patch uses the base's name of the image; `images` replaces it by this environment's image.
    wanted = base if here is below else manifests(here.pulling(below.image), among)
    replicas = _replicas_only(base, wanted, below)
    extra = {file: manifest for file, manifest in wanted.items() if file not in base}
    if previews.has(environment, app):
        extra |= previews.manifests(spec.project, environment)
    patches: dict[str, Manifest | list[Operation]] = {}
    for file, manifest in base.items():
        change = patch(manifest, wanted[file]) if file in wanted else deletion(manifest)
        if change is not None and file not in replicas:
            patches[file] = change
    own = hatches.overlay(below.hatches, here.hatches)
    given = _given(here, wanted) if spec.infra is not None else []
    up = "../" * (folder.count("/") + 1)
    place = f"{up}{base_path(app.name)}" if below is app.base else COPY
    content: dict[str, Any] = {
        **_HEAD,
        "namespace": app.namespace_in(environment),
        "resources": [place, *extra, *hatches.resources(own.added), *([f"../{GIVEN}"] if given else [])],
        **hatches.added(own.added, folder),
        **_common(here),
        "images": [{"name": below.image, **_renamed(below, here), "newTag": app.tag, **_digest(app)}],
    }
    if given:
        content["replacements"] = [*content.get("replacements", ()), *given]
    if replicas:
        content["replicas"] = [
            {"name": base[file]["metadata"]["name"], "count": count} for file, count in replicas.items()
        ]
    maps = list(file_maps.changed(below, here)) if here is not below else []
    if generators := [*_changed_configs(below, here), *(generator for _, generator in maps)]:
        content["configMapGenerator"] = generators
    listed = [_listed(file, change, base[file]) for file, change in patches.items()]
    listed += [_listed(file, change, own.changed[file]) for file, change in own.changes.items()]
    if listed := [*listed, *hatches.patches(own.added)]:
        content["patches"] = listed
    yield yaml_file(f"{folder}/{KUSTOMIZATION}", content, app=app.name, header=OVERLAY_HEADER)
    for file, manifest in extra.items():
        yield yaml_file(f"{folder}/{file}", manifest, app=app.name)
    for file, change in {**patches, **own.changes}.items():
        yield yaml_file(f"{folder}/patches/{file}", change, app=app.name)
    yield from hatches.files(own.added, folder, app.name)
    for one, _ in maps:
        yield from file_maps.files(folder, one, app.name)


def _given(here: Instance, wanted: Mapping[str, Manifest]) -> list[dict[str, Any]]:
    """Return the replacements that put Terraform's outputs into the manifests of an overlay."""
    from generator.render.outputs import given
    from generator.spec import infra_reference

    if not infra_reference.names(here):
        return []
    own = [one for found in (here.hatches.manifests or {}).values() for one in found.documents]
    objects = [given.Named(one["kind"], one["metadata"]["name"], one) for one in (*wanted.values(), *own)]
    objects += [given.Named("ConfigMap", one.name, {"data": one.values}) for one in _configs(here).values()]
    return given.replacements(objects)


def _listed(file: str, change: Manifest | list[Operation], manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of a patch in the kustomization; operations need a target, because they do not name one."""
    about = {"path": f"patches/{file}"}
    target = {"kind": manifest["kind"], "name": manifest["metadata"]["name"]}
    return {**about, "target": target} if isinstance(change, list) else about


def _replicas_only(base: dict[str, Manifest], wanted: dict[str, Manifest], below: Instance) -> dict[str, int]:
    """Return the numbers of pods by file, if nothing else differs: kustomize has a short form for that."""
    files = (file_of(workload, workloads.of(workload)) for workload in below.workloads.values())
    found = ((file, _count_only(base[file], wanted.get(file))) for file in files)
    return {file: count for file, count in found if count is not None}


def _count_only(before: Manifest, after: Manifest | None) -> int | None:
    if after is None or before["kind"] not in _SCALED:
        return None
    count = after["spec"].get("replicas")
    if count is None or before["spec"].get("replicas") in (None, count):
        return None
    same = {**before, "spec": {**before["spec"], "replicas": count}} == after
    return int(count) if same else None


def _common(here: Instance) -> dict[str, Any]:
    """Return the common labels and annotations. Only overlays have them: they cannot remove those of a base."""
    labels, annotations = dict(here.common_labels), dict(here.common_annotations)
    # kustomize would also add them to claim templates, which can never change.
    claimed = any(one.settings.get("volumeClaimTemplates") for one in here.workloads.values())
    places: dict[str, Any] = {"fields": _TEMPLATES} if claimed else {"includeTemplates": True}
    return {
        **({"labels": [{"pairs": labels, **places}]} if labels else {}),
        **({"commonAnnotations": annotations} if annotations else {}),
    }


def _digest(app: App) -> dict[str, str]:
    return {"digest": app.digest} if app.digest else {}


def _renamed(base: Instance, here: Instance) -> dict[str, str]:
    """Return the new name of the base's image if the environment has its own image; empty otherwise."""
    return {} if here.image == base.image else {"newName": here.image}


class _Config(NamedTuple):
    """A ConfigMap: its name before kustomize adds a hash, its data and its annotations."""

    name: str
    values: Mapping[str, str]
    annotations: dict[str, str]


def _configs(app: Instance) -> dict[str, _Config]:
    """Return an app's ConfigMaps by name: the shared one, and those of workloads with their own configuration."""
    general = app.general
    found = [(config_name(general), general.config)]
    found += [(own_config_name(one), one.own_config) for one in app.workloads.values()]
    return {name: _Config(name, values, config_annotations(general, values)) for name, values in found}


def _changed_configs(below: Instance, here: Instance) -> Iterator[dict[str, Any]]:
    before, nothing = _configs(below), _Config("", {}, {})
    for name, after in _configs(here).items():
        if generator := _config(before.get(name, nothing), after):
            yield generator


def _config(base: _Config, here: _Config) -> dict[str, Any] | None:
    """Return the environment's part of the base's ConfigMap, or a whole ConfigMap if the base has none."""
    changed = {key: value for key, value in here.values.items() if base.values.get(key) != value}
    gone = [key for key in base.values if key not in here.values]
    if not changed and not gone:
        return None
    generator: dict[str, Any] = {"name": here.name}
    if base.values:
        # A merge cannot remove keys from a ConfigMap. If keys must go, the environment's ConfigMap has all data.
        generator["behavior"] = "replace" if gone else "merge"
    generator["literals"] = _literals(here.values if gone else changed)
    if here.annotations and (not base.values or gone or here.annotations != base.annotations):
        generator["options"] = {"annotations": here.annotations}
    return generator


def _literals(config: Mapping[str, str]) -> list[str]:
    return [f"{key}={_literal(value)}" for key, value in config.items()]


def _literal(value: str) -> str:
    """Return a value for a literal. A value with quotes gets a second pair, because kustomize removes one."""
    return f'"{value}"' if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
