"""Data that all parts of an environment's configuration need: names, the network, and where apps run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from generator.render.outputs.infra.hcl import Raw, Value
from generator.spec import aws_names, ecs, targets, traffic
from generator.spec import stores as language
from generator.spec.infra import Infra, Place
from generator.spec.workload import Workload

if TYPE_CHECKING:
    from generator.spec.model import App, Spec

_MADE: Final = {"host": "host", "secret": "secret"}
_EXISTING: Final = {
    "host": "address",
    "port": "port",
    "username": "master_username",
    "dbname": "db_name",
    "secret": "master_user_secret[0].secret_arn",
}


@dataclass(frozen=True)
class Here:
    """An environment and its account."""

    spec: Spec
    infra: Infra
    place: Place

    @property
    def environment(self) -> str:
        """Return the environment's name."""
        return self.place.environment

    @property
    def name(self) -> str:
        """Return the prefix of names in this environment."""
        return aws_names.cluster(self.infra.project, self.environment)

    @property
    def boundary(self) -> str:
        """Return the ARN of the permissions boundary of its roles."""
        name = aws_names.boundary(self.infra.project, self.environment)
        return f"arn:{self.infra.partition}:iam::{self.place.account}:policy/{name}"

    @property
    def account(self) -> dict[str, Value]:
        """Return the arguments of a module for account and region."""
        return {"region": Raw("var.region"), "account": self.place.account, "partition": self.infra.partition}

    @property
    def vpc(self) -> dict[str, Value]:
        """Return the arguments of a module for the VPC."""
        if self.place.network.vpc:
            return {"vpc": self.place.network.vpc, "cidr": Raw("data.aws_vpc.existing.cidr_block")}
        return {"vpc": Raw("module.network.vpc"), "cidr": Raw("module.network.cidr")}

    @property
    def private_subnets(self) -> Value:
        """Return the subnets of apps."""
        network = self.place.network
        return network.private if network.vpc else Raw("module.network.private_subnets")

    @property
    def database_subnets(self) -> Value:
        """Return the subnets of databases."""
        network = self.place.network
        return network.database or network.private if network.vpc else Raw("module.network.database_subnets")

    @property
    def cluster(self) -> str:
        """Return the address in Terraform of the EKS cluster."""
        return "data.aws_eks_cluster.existing" if self.place.cluster.existing else "module.cluster"

    @property
    def public_subnets(self) -> Value:
        """Return the subnets of load balancers."""
        network = self.place.network
        return network.public if network.vpc else Raw("module.network.public_subnets")

    def label(self, workload: Workload) -> str:
        """Return the name of the module of a workload's service or schedule on ECS."""
        what = "service" if workload.kind == ecs.SERVICE else "schedule"
        return f"{what}_{workload.name.replace('-', '_')}"

    def has(self, target: str) -> bool:
        """Tell whether any app runs on a target. Charts and adopted apps run on Kubernetes."""
        others = target == targets.EKS and len(self.spec.described) < len(self.spec.apps)
        return others or any(True for _ in self.apps(target))

    def apps(self, target: str) -> Iterator[App]:
        """Yield the apps that run on a target."""
        for app in self.spec.described.values():
            if self.environment in app.environments and app.target_in(self.environment) == target:
                yield app

    def workloads(self, app: App) -> tuple[Workload, ...]:
        """Return the workloads of an app in this environment."""
        return tuple(app.instances[self.environment].workloads.values())

    def stores(self, app: App) -> list[language.Store]:
        """Return the stores of an app in this environment."""
        return list(language.stores(app.given_in(self.environment), self._where(app)))

    def statements(self, app: App) -> list[Value]:
        """Return the rights of an app for its stores, as statements of a policy."""
        allowed = language.grant(app.given_in(self.environment), self._where(app)).statements
        known = self._known(app)
        return [
            {
                "Sid": one.sid,
                "Effect": "Allow",
                "Action": one.actions,
                "Resource": [known.get(text, text) for text in one.resources],
            }
            for one in allowed
        ]

    def resource(self, app: App, text: str) -> str | Raw:
        """Return an ARN for a policy. The name of an output is replaced by its expression in Terraform."""
        return self._known(app).get(text, text)

    def _known(self, app: App) -> dict[str, Raw]:
        return {f"{{infra.{name}}}": given for name, given in self.given(app).items()}

    def given(self, app: App) -> dict[str, Raw]:
        """Return the expressions about an app's databases, by the names of outputs."""
        found: dict[str, Raw] = {}
        for store in self.stores(app):
            if store.kind == "databases":
                label = f"{app.name}_{store.key}".replace("-", "_")
                names = language.OUTPUTS if store.existing else language.DECIDED
                at = f"data.aws_db_instance.{label}" if store.existing else f"module.database_{label}"
                how = _EXISTING if store.existing else _MADE
                found |= {language.output(app.name, store.key, what): Raw(f"{at}.{how[what]}") for what in names}
        return found

    def _where(self, app: App) -> language.Where:
        return language.where(self.infra, self.environment, app.name)

    @cached_property
    def shells(self) -> tuple[tuple[App, Workload], ...]:
        """Return the workloads that become services on ECS: those with tasks that do not end by themselves."""
        return self._of_kind(ecs.SERVICE)

    @cached_property
    def scheduled(self) -> tuple[tuple[App, Workload], ...]:
        """Return the workloads that become schedules on ECS."""
        return self._of_kind(ecs.SCHEDULED)

    def _of_kind(self, kind: str) -> tuple[tuple[App, Workload], ...]:
        found = ((app, workload) for app in self.apps(targets.ECS) for workload in self.workloads(app))
        return tuple((app, workload) for app, workload in found if workload.kind == kind)

    @cached_property
    def sites(self) -> tuple[str, ...]:
        """Return the names of the static front ends in this environment."""
        return tuple(name for name, site in self.spec.sites.items() if self.environment in site.places)

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """Return the hosts of all apps in the project's zone, each once."""
        zone = self.place.domain.zone if self.place.domain else ""
        found = (
            host.name
            for target in targets.NAMES
            for app in self.apps(target)
            for workload in self.workloads(app)
            for host in traffic.hosts(workload.ingress or {})
        )
        return tuple(dict.fromkeys(name for name in found if name == zone or name.endswith(f".{zone}")))
