"""An app in one environment, or for all environments: its workloads, and the values that they share.

Built from data that has passed every check, so nothing here reports faults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from generator.spec import hatches, placeholder
from generator.spec.field_groups import has_stores
from generator.spec.folding import folded
from generator.spec.inheritance import complete
from generator.spec.plain_data import Data, text
from generator.spec.workload import Workload, workload
from generator.spec.workload_names import object_name, pods_label

if TYPE_CHECKING:
    from generator.spec.hatches import Hatches

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Instance:
    """An app in one environment, or what all environments share.

    Attributes:
        general: The app's own fields as a workload. All workloads share its configuration, secrets and account; the
            migration runs with its settings.
        workloads: The workloads by their names in the spec. An app without `workloads` has one of the app's name.
        common_labels: Labels of all objects of the app.
        common_annotations: Annotations of all objects of the app.
        hatches: The app's additions to its kustomizations.
    """

    general: Workload
    workloads: Mapping[str, Workload]
    common_labels: Mapping[str, str] = field(default_factory=dict)
    common_annotations: Mapping[str, str] = field(default_factory=dict)
    hatches: Hatches = hatches.NONE

    @property
    def image(self) -> str:
        """Return the image with its registry and without a tag."""
        return self.general.image

    @property
    def replicas(self) -> int | dict[str, int | None] | None:
        """Return the number of pods, by workload if there are several. ``None`` if nothing in git sets it."""
        found = {key: one.replicas for key, one in self.workloads.items()}
        return found[self.general.app] if [*found] == [self.general.app] else found

    @property
    def pods(self) -> int | str | None:
        """Return the number of pods as a table shows it; for several workloads, a text with the number of each."""
        if not isinstance(self.replicas, dict):
            return self.replicas
        scaled = {key: "auto" if one.autoscale else one.replicas for key, one in self.workloads.items()}
        return ",".join(f"{key}:{count}" for key, count in scaled.items() if count is not None) or "-"

    @property
    def suspended(self) -> bool:
        """Tell whether the spec suspends one of the workloads."""
        return any(one.settings.get("suspend") for one in self.workloads.values())

    @property
    def scheduled(self) -> bool:
        """Tell whether all workloads run by a schedule, so that no pod has to run now."""
        return all(one.kind == "CronJob" for one in self.workloads.values())

    def pulling(self, image: str) -> Instance:
        """Return a copy with another image."""
        if image == self.image:
            return self
        workloads = {key: _pulling(one, image) for key, one in self.workloads.items()}
        return replace(self, general=_pulling(self.general, image), workloads=workloads)


def _pulling(one: Workload, image: str) -> Workload:
    """Return a copy of a workload with another image, also in its other containers that run the app's image."""
    pod = dict(one.pod)
    for group in ("initContainers", "containers"):
        if pod.get(group):
            pod[group] = [{**item, "image": image} if item.get("image") == one.image else item for item in pod[group]]
    return replace(one, image=image, pod=pod)


def instance(app: str, environment: str | None, given: Data, shared: Data) -> Instance:
    """Build an app for an environment. ``environment`` is ``None`` for the base, which leaves out placeholders."""
    if environment is not None and placeholder.has(given):
        given = placeholder.filled(given, environment)
    registry = shared["registry"]
    if shared["apart"]:
        shared = {**shared, "peers": _namespaces(app, environment, shared)}
    own = hatches.build(given, base=environment is None)
    given = {name: value for name, value in given.items() if name not in hatches.NAMES}
    if environment in shared["stores"]:
        shared = {**shared, "store": shared["stores"][environment]}
    if shared.get("infra") is not None and has_stores(given):
        from generator.spec import stores  # Few specs have these.

        given = stores.granted(given, shared["infra"], environment, app)
    top = {name: value for name, value in given.items() if name != "workloads"}
    general = workload(app, app, folded(app, top, registry), shared)
    several = given.get("workloads")
    common = {f"common_{kind}": _texts(given.get(f"common{kind.title()}") or {}) for kind in ("labels", "annotations")}
    if not several:
        return Instance(general, {app: general}, hatches=own, **common)
    made = {key: workload(app, key, folded(app, complete(given, key), registry), shared) for key in several}
    return Instance(general, {key: _layered(one, general) for key, one in made.items()}, hatches=own, **common)


def _texts(values: Data) -> dict[str, str]:
    """Return the texts without a placeholder; the others belong to overlays."""
    texts = {name: text(value) for name, value in values.items() if value is not None}
    return {name: value for name, value in texts.items() if not placeholder.has(value)}


def _namespaces(app: str, environment: str | None, shared: Data) -> dict[str, str]:
    """Return the namespaces of apps that are in another namespace than this app; empty for the base."""
    if environment is None:
        return {}
    usual, apart = shared["namespaces"][environment], shared["apart"]
    own = placeholder.filled(apart.get(app), environment) or usual
    others = {name: placeholder.filled(apart.get(name), environment) or usual for name in shared["names"]}
    return {name: namespace for name, namespace in others.items() if namespace != own}


def pods_labels(app: str, given: Data) -> tuple[str, ...]:
    """Return the labels of the pods of an app with several workloads; empty for an app with one workload."""
    several = (given.get("workloads") or {}).items()
    return tuple(pods_label(app, key, object_name(app, key, own or {})) for key, own in several)


def _layered(one: Workload, general: Workload) -> Workload:
    """Return a workload with its shared configuration separated from its own."""
    shared_config, own_config = _layers(general.config, one.config)
    shared_secrets, own_secrets = _layers(general.secrets, one.secrets)
    return replace(
        one,
        shared_config=shared_config,
        own_config=own_config,
        shared_secrets=shared_secrets,
        own_secrets=own_secrets,
        own_network=one.network != general.network,
        own_files=one.files != general.files,
    )


def _layers(
    general: Mapping[str, _Value], wanted: Mapping[str, _Value]
) -> tuple[Mapping[str, _Value], Mapping[str, _Value]]:
    """Return the shared values (all of the general ones, or none), and the values on top of them."""
    if not general.keys() <= wanted.keys():
        return {}, wanted
    return general, {name: value for name, value in wanted.items() if general.get(name) != value}
