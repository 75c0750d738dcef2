"""Answer what the parts of an environment's configuration ask: names, the network, and which apps run where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from generator.render.outputs.infra.hcl import Raw, Value
from generator.spec import aws_names, ecs, targets, traffic
from generator.spec import stores as language
from generator.spec.infra import Infra, Place
from generator.spec.model import App, Spec
from generator.spec.workload import Workload

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
    """One environment in its account."""

    spec: Spec
    infra: Infra
    place: Place

    @property
    def environment(self) -> str:
        """Return the environment's name."""
        return self.place.environment

    @property
    def name(self) -> str:
        """Return what the names of its parts begin with."""
        return aws_names.cluster(self.infra.project, self.environment)

    @property
    def boundary(self) -> str:
        """Return the policy that bounds each of its roles."""
        name = aws_names.boundary(self.infra.project, self.environment)
        return f"arn:{self.infra.partition}:iam::{self.place.account}:policy/{name}"

    @property
    def account(self) -> dict[str, Value]:
        """Return the arguments that tell a module where it is."""
        return {"region": Raw("var.region"), "account": self.place.account, "partition": self.infra.partition}

    @property
    def vpc(self) -> dict[str, Value]:
        """Return the arguments that tell a module of the VPC."""
        if self.place.network.vpc:
            return {"vpc": self.place.network.vpc, "cidr": Raw("data.aws_vpc.existing.cidr_block")}
        return {"vpc": Raw("module.network.vpc"), "cidr": Raw("module.network.cidr")}

    @property
    def private_subnets(self) -> Value:
        """Return the subnets that apps run in."""
        network = self.place.network
        return network.private if network.vpc else Raw("module.network.private_subnets")

    @property
    def database_subnets(self) -> Value:
        """Return the subnets that databases stand in."""
        network = self.place.network
        return network.database or network.private if network.vpc else Raw("module.network.database_subnets")

    @property
    def cluster(self) -> str:
        """Return the place in Terraform of the EKS cluster."""
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
        """Tell whether any app runs there; what is not described runs on Kubernetes."""
        others = target == targets.EKS and len(self.spec.described) < len(self.spec.apps)
        return others or any(True for _ in self.apps(target))

    def apps(self, target: str) -> Iterator[App]:
        """Yield the apps that run there."""
        for app in self.spec.described.values():
            if self.environment in app.environments and app.target_in(self.environment) == target:
                yield app

    def workloads(self, app: App) -> tuple[Workload, ...]:
        """Return the workloads of an app here."""
        return tuple(app.instances[self.environment].workloads.values())

    def stores(self, app: App) -> list[language.Store]:
        """Return the stores that an app has here."""
        return list(language.stores(app.given_in(self.environment), self._where(app)))

    def statements(self, app: App) -> list[Value]:
        """Return what an app may do with its stores, as a policy says it."""
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
        """Return an ARN as a policy has it; in place of an output's name what gives the output."""
        return self._known(app).get(text, text)

    def _known(self, app: App) -> dict[str, Raw]:
        return {f"{{infra.{name}}}": given for name, given in self.given(app).items()}

    def given(self, app: App) -> dict[str, Raw]:
        """Return what Terraform tells of an app's databases, by the names of the outputs."""
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
        """Return what becomes a service on ECS: a task that ends by itself is started by others."""
        return self._of_kind(ecs.SERVICE)

    @cached_property
    def scheduled(self) -> tuple[tuple[App, Workload], ...]:
        """Return what becomes a schedule that starts tasks on ECS."""
        return self._of_kind(ecs.SCHEDULED)

    def _of_kind(self, kind: str) -> tuple[tuple[App, Workload], ...]:
        found = ((app, workload) for app in self.apps(targets.ECS) for workload in self.workloads(app))
        return tuple((app, workload) for app, workload in found if workload.kind == kind)

    @cached_property
    def sites(self) -> tuple[str, ...]:
        """Return the static front ends that are here."""
        return tuple(name for name, site in self.spec.sites.items() if self.environment in site.places)

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """Return the hosts of all apps that are in the project's zone, each once."""
        zone = self.place.domain.zone if self.place.domain else ""
        found = (
            host.name
            for target in targets.NAMES
            for app in self.apps(target)
            for workload in self.workloads(app)
            for host in traffic.hosts(workload.ingress or {})
        )
        return tuple(dict.fromkeys(name for name in found if name == zone or name.endswith(f".{zone}")))
