"""The model of the spec, with short forms written out: the only input of rendering.

Built from data that has passed every check, so nothing here reports faults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast

from generator.spec import (
    adopted,
    allow,
    argocd,
    environment,
    forge_kinds,
    hatches,
    layout,
    named_lists,
    placeholder,
    products,
    said,
    secret_stores,
    spelling,
    subject,
    targets,
)
from generator.spec.adopted import AdoptedApp
from generator.spec.allow import Allow
from generator.spec.app_type import GivenApp
from generator.spec.chart import ChartApp
from generator.spec.container_values import full_image
from generator.spec.environment import Environment, own_namespace
from generator.spec.field_groups import has_stores
from generator.spec.forge_kinds import Forge
from generator.spec.image_reference import UNRELEASED
from generator.spec.inheritance import in_environment, kinds_of, with_config
from generator.spec.instance import Instance, instance, pods_labels
from generator.spec.needs import Needs
from generator.spec.needs import of as needs_of
from generator.spec.plain_data import Data, without_nulls
from generator.spec.promotion import Promotion, promotion

if TYPE_CHECKING:
    from generator.spec.argocd import ArgoCd
    from generator.spec.builds import Build
    from generator.spec.infra import Infra
    from generator.spec.notifications import Notifications
    from generator.spec.sites import Site
    from generator.spec.targets import Place


class App(GivenApp):
    """An app that the spec describes, with its base and an instance for each environment.

    Instances are built on first use, because an app that has not changed since the last run does not need them.
    """

    @cached_property
    def base(self) -> Instance:
        """Return the part that all environments share."""
        return instance(self.name, None, self.general, self.shared)

    @cached_property
    def bases(self) -> Mapping[str, Instance]:
        """Return the base of each environment: the shared one, or the environment's own copy with what was promoted."""
        return {
            environment: instance(self.name, None, self._general_in(environment), self.shared)
            if environment in self._promoted
            else self.base
            for environment in self.environments
        }

    @cached_property
    def instances(self) -> Mapping[str, Instance]:
        """Return the app in each environment; if nothing differs there, the same object as the environment's base."""
        overrides: Data = self.given.get("environments") or {}
        return {
            environment: instance(
                self.name,
                environment,
                hatches.with_more(
                    self.given_in(environment),
                    self.shared["everywhere"].get(environment) or {},
                ),
                self.shared,
            )
            if overrides.get(environment) or environment in self.shared["everywhere"] or self._varies_in(environment)
            else self.bases[environment]
            for environment in self.environments
        }

    def given_in(self, environment: str) -> Data:
        """Return the data of the app's workloads in an environment."""
        override = (self.given.get("environments") or {}).get(environment) or {}
        return in_environment(self._general_in(environment), override)

    def _varies_in(self, environment: str) -> bool:
        """Tell whether the app's data depends on the environment: by a placeholder, a store, or other apps."""
        if self.shared["infra"] is not None and has_stores(self.fields):
            return True
        others = self.shared["apart"] and ("network" in self.fields or self.name in self.shared["needs"])
        return bool(others) or environment in self.shared["stores"] or placeholder.has(self._general_in(environment))

    @cached_property
    def general(self) -> dict[str, Any]:
        """Return the data of the app's workloads for all environments."""
        return {name: value for name, value in self.given.items() if value is not None and name not in _ABOUT_APPS}

    @property
    def _promoted(self) -> Mapping[str, Data]:
        """Return the app's data at the last promotion of its base, by environment, for environments with a copy."""
        return self.given.get(PROMOTED) or {}

    def _general_in(self, environment: str) -> Data:
        """Return the app's general data for one environment: the promoted data, or else the present one."""
        if environment not in self._promoted:
            return self.general
        promoted = self._promoted[environment]
        return promoted if self.shared.get("promotes_config", True) else with_config(promoted, self.general)

    def target_in(self, environment: str) -> str:
        """Return the target that the app runs on in an environment: ``eks`` or ``ecs``."""
        return targets.of(self.given, environment, self.shared["targets"])

    @property
    def kinds(self) -> frozenset[str]:
        """Return the kinds of its workloads, in any environment."""
        return frozenset(kind for given in (self.given, *self._promoted.values()) for kind in kinds_of(given))

    def namespace_in(self, environment: Environment) -> str:
        """Return the namespace of the app in an environment."""
        return own_namespace(self.given, environment.name) or environment.namespace

    @cached_property
    def fields(self) -> frozenset[str]:
        """Return the names of all fields of the app, in any workload and environment."""
        return frozenset().union(*map(said.fields, (self.given, *self._promoted.values())))

    @property
    def own_kinds(self) -> frozenset[tuple[str, str]]:
        """Return the kinds of its own manifests in any environment, as (group, kind)."""
        return frozenset().union(*(hatches.kinds(given) for given in (self.given, *self._promoted.values())))

    @property
    def tag(self) -> str:
        """Return the tag before the first release."""
        return cast("str", self.given.get("tag") or UNRELEASED)

    @property
    def digest(self) -> str | None:
        """Return the digest before the first release, if the spec has one."""
        return self.given.get("digest")

    @property
    def build(self) -> Build | None:
        """Return how the image is built from this repository; ``None`` if it is built elsewhere."""
        source = self.given.get("source")
        if not source:
            return None
        from generator.spec import builds

        return builds.of(source, self.given.get("build") or {})

    @property
    def image(self) -> str:
        """Return the image with its registry and without a tag: the name of the entry in overlays."""
        return full_image(self.general["image"], self.shared["registry"])

    def image_in(self, environment: str) -> str:
        """Return the image in one environment; it differs if an older base with another image was promoted there."""
        return self.bases[environment].image

    def entry_path(self, environment: str) -> str:
        """Return the path of the file with the image's entry: the overlay's kustomization."""
        return layout.overlay_file(environment, self.name)


AnyApp = App | ChartApp | AdoptedApp
"""Every type of app; what all of them have is ``AppType``."""


@dataclass(frozen=True, slots=True)
class Spec:
    """``generator.yaml``; ``data`` is its plain data. ``environments`` and ``apps`` keep the file's order."""

    project: str
    repository: str
    branch: str
    registry: str
    environments: Mapping[str, Environment]
    apps: Mapping[str, AnyApp]
    argocd: ArgoCd
    ci: Data
    data: Data
    promotion: Promotion = field(default_factory=Promotion)
    may_differ: tuple[str, ...] = ()
    forge: Forge = field(default_factory=Forge)
    subject: str = subject.AS_IT_IS
    """The form of the first line of the generator's commits; see ``spec.subject``."""
    allow: Allow = field(default_factory=Allow)
    notifications: Notifications | None = None
    several: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The labels of the pods of each app with several workloads. Apps know only these and ``apart`` of each other."""
    apart: Mapping[str, str] = field(default_factory=dict)
    """The namespace of each app with its own namespace, as in the spec (it may have a placeholder)."""
    named: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The names that Applications had before they were adopted, by environment and app."""
    needs: Mapping[str, Needs] = field(default_factory=dict)
    """What apps need of each other."""
    aws: Mapping[str, Place] = field(default_factory=dict)
    """The accounts and regions of environments; empty unless apps run on ECS."""
    infra: Infra | None = None
    """The AWS accounts and their resources; None without ``infra``."""
    products: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The apps of each product; they are promoted together."""

    @property
    def argocd_namespace(self) -> str:
        """Return the namespace that Argo CD runs in."""
        return self.argocd.namespace

    @property
    def described(self) -> dict[str, App]:
        """Return the apps whose workloads the spec describes."""
        return {name: app for name, app in self.apps.items() if isinstance(app, App)}

    @property
    def charts(self) -> dict[str, ChartApp]:
        """Return the apps that are Helm charts."""
        return {name: app for name, app in self.apps.items() if isinstance(app, ChartApp)}

    @property
    def adopted(self) -> dict[str, AdoptedApp]:
        """Return the apps of users' own manifests."""
        return {name: app for name, app in self.apps.items() if isinstance(app, AdoptedApp)}

    @property
    def sites(self) -> Mapping[str, Site]:
        """Return the static front ends."""
        if not self.data.get("sites"):
            return {}
        from generator.spec import sites

        return sites.build(self.data)


# Fields of the app itself, which are not fields of its workloads.
PROMOTED: Final = "promoted"
_ABOUT_APPS: Final = frozenset({
    "environments", "target", "source", "build", "tag", "digest", "namespace", "renamedFrom", "needs", "needsCidr",
    PROMOTED,
})  # fmt: skip


def build(data: Data) -> Spec:
    """Build a ``Spec`` from checked data."""
    data = spelling.respelled(named_lists.as_maps(data))
    runner = argocd.build(data.get("argocd") or {})
    environments = environment.of_spec(data, runner.cluster)
    about = promotion(data.get("promotion") or {})
    infra = _infra(data)
    shared = {**_shared(data, environments, runner.migration_seconds, about.config), "infra": infra}
    apps: dict[str, AnyApp] = {
        name: _type(given)(name, given, said.present(given, tuple(environments)), shared)
        for name, given in (data["apps"] or {}).items()
    }
    return Spec(
        project=data["project"],
        repository=forge_kinds.as_pulled(data["repository"], (data.get("forge") or {}).get("kind")),
        branch=data.get("branch") or "main",
        registry=data.get("registry") or "",
        environments=environments,
        apps=apps,
        argocd=runner,
        ci=without_nulls(data.get("ci") or {}),
        data=data,
        promotion=about,
        may_differ=tuple((data.get("compare") or {}).get("allow") or ()),
        forge=Forge(**without_nulls(data.get("forge") or {})),
        subject=(data.get("commits") or {}).get("subject") or subject.AS_IT_IS,
        allow=allow.build(data.get("allow") or {}, runner.cluster),
        notifications=_notifications(data, environments),
        several=shared["several"],
        apart=shared["apart"],
        named=adopted.names(apps.values()),
        needs=shared["needs"],
        aws=targets.places(data),
        infra=infra,
        products=products.of(data),
    )


# Most specs have neither infrastructure nor notifications; their modules are then not loaded.
def _infra(data: Data) -> Infra | None:
    if not data.get("infra"):
        return None
    from generator.spec import infra

    return infra.build(data)


def _notifications(data: Data, environments: Mapping[str, Environment]) -> Notifications | None:
    """Build the notifications of environments, without those of previews; None if the spec has none."""
    if data.get("notifications") is None:
        return None
    from generator.spec import notifications

    return notifications.build(
        data["notifications"], tuple(name for name, one in environments.items() if not one.pull_requests)
    )


def _shared(data: Data, environments: Mapping[str, Environment], seconds: int | None, config: bool) -> dict[str, Any]:
    """Return the data of the project that all apps need, and the data of other apps that an app may use."""
    apps: Data = data["apps"] or {}
    several = {name: labels for name, given in apps.items() if (labels := pods_labels(name, given))}
    return {
        "project": data["project"],
        "registry": data.get("registry") or "",
        "store": secret_stores.of_project(data.get("secretStore")),
        "stores": secret_stores.of_environments(data["environments"]),
        "promotes_config": config,
        "spread": bool((data.get("kubernetes") or {}).get("spread")),
        "migration_seconds": seconds,
        "several": several,
        "needs": needs_of(apps, several),
        "names": tuple(apps),
        "apart": {name: given["namespace"] for name, given in apps.items() if given.get("namespace")},
        "namespaces": {name: environment.namespace for name, environment in environments.items()},
        "targets": targets.of_environments(data["environments"]),
        "everywhere": said.everywhere(data["environments"]),
    }


def _type(given: Data) -> type[App] | type[ChartApp] | type[AdoptedApp]:
    if given.get("chart") is not None:
        return ChartApp
    return AdoptedApp if given.get("adopted") else App
