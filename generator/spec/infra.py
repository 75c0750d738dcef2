"""The spec's ``infra``: the parts of AWS that each environment has for itself, and those that all of them share.

Built from data that has passed every check, so nothing here reports faults.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from generator.spec import aws_names, aws_support, targets
from generator.spec.image_reference import ECR
from generator.spec.override import overridden
from generator.spec.plain_data import without_nulls

Data = Mapping[str, Any]

DEFAULT_CIDR: Final = "10.0.0.0/16"
DEFAULT_ZONES: Final = 2
DEFAULT_NAT: Final = "single"
SHARED: Final = "shared"
# The name of each engine's program.
PROGRAMS: Final = {"terraform": "terraform", "opentofu": "tofu"}
# The registries that ECR can cache, by the names that images have: the address for ECR, and whether it signs in there.
UPSTREAMS: Final[Mapping[str, tuple[str, bool]]] = {
    "docker.io": ("registry-1.docker.io", True),
    "ghcr.io": ("ghcr.io", True),
    "registry.gitlab.com": ("registry.gitlab.com", True),
    "public.ecr.aws": ("public.ecr.aws", False),
    "quay.io": ("quay.io", False),
    "registry.k8s.io": ("registry.k8s.io", False),
}
# The VPC endpoints of a network without a NAT: tasks and pods reach AWS only through these.
_NEEDED: Final = ("ecr.api", "ecr.dkr", "logs", "secretsmanager", "sts")
_NEEDED_EKS: Final = ("ec2", "eks", "eks-auth", "elasticloadbalancing", "ssm")


@dataclass(frozen=True, slots=True)
class Network:
    """An environment's VPC: a new one, or the parts of an existing one."""

    cidr: str = DEFAULT_CIDR
    zones: int = DEFAULT_ZONES
    nat: str = DEFAULT_NAT
    endpoints: tuple[str, ...] = ()
    vpc: str | None = None
    public: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    database: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Nodes:
    """A group of nodes (machines) for pods."""

    instances: tuple[str, ...]
    least: int
    most: int
    disk: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """An environment's EKS cluster: a new one, or the name of an existing one."""

    name: str
    version: str
    compute: str
    existing: bool
    admins: tuple[str, ...]
    public: tuple[str, ...]
    nodes: Nodes


@dataclass(frozen=True, slots=True)
class Domain:
    """The zone in Route 53 that contains the hosts of apps."""

    zone: str
    existing: bool


@dataclass(frozen=True, slots=True)
class Place:
    """The part of AWS that belongs to one environment.

    Attributes:
        mail: The addresses that alarms are sent to.
        monthly: The monthly cost, in dollars, above which these addresses get a message.
    """

    environment: str
    account: str
    region: str
    network: Network
    cluster: Cluster
    domain: Domain | None
    mail: tuple[str, ...]
    monthly: int | None
    budget_mail: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Infra:
    """All of ``infra:``.

    Attributes:
        account: The account of the shared parts: images, the zone, builds and Terraform's states.
        lock: How Terraform locks its state: `s3`, `dynamodb` or `both`.
        existing_state: Whether the bucket of the states exists already.
        existing_repositories: The repositories of images that exist already.
        cache: The secret by registry that ECR caches; empty where it needs none.
        existing_github: The accounts that have GitHub's identity provider already.
        prices: The project's own prices in dollars, by the names in the table of prices.
    """

    project: str
    engine: str
    region: str
    account: str
    bucket: str
    lock: str
    places: Mapping[str, Place]
    prices: Mapping[str, float] = field(default_factory=dict)
    existing_state: bool = False
    existing_repositories: tuple[str, ...] = ()
    existing_github: frozenset[str] = frozenset()
    cache: Mapping[str, str] = field(default_factory=dict)

    @property
    def program(self) -> str:
        """Return the name of the engine's program."""
        return PROGRAMS[self.engine]

    def is_cached(self, repository: str) -> bool:
        """Tell whether a repository in ECR holds images of a registry that is cached."""
        return any(repository.startswith(f"{upstream}/") for upstream in self.cache)

    @property
    def caches(self) -> list[str]:
        """Return the ARNs of all repositories with cached images, as patterns."""
        at = f"arn:{self.partition}:ecr:{self.region}:{self.account}:repository"
        return [f"{at}/{upstream}/*" for upstream in self.cache]

    @property
    def partition(self) -> str:
        """Return the partition in ARNs of the region."""
        return targets.partition(self.region)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Return all accounts, the shared one first."""
        return tuple(dict.fromkeys((self.account, *(place.account for place in self.places.values()))))


def build(data: Data) -> Infra | None:
    """Build an ``Infra`` from the spec's data; ``None`` if the spec has no ``infra``."""
    given = data.get("infra")
    if not given:
        return None
    project: str = data["project"]
    own = {name: (about or {}).get("infra") or {} for name, about in data["environments"].items()}
    shared = shared_account(data)
    region = given["region"]
    state = given.get("state") or {}
    return Infra(
        project=project,
        engine=given.get("engine") or "terraform",
        region=region,
        account=shared,
        bucket=state.get("bucket") or aws_names.state_bucket(project, shared),
        lock=state.get("lock") or "s3",
        places={
            name: _place(project, name, account_of(given["accounts"], name), without_nulls(overridden(given, about)))
            for name, about in own.items()
        },
        prices=without_nulls(given.get("prices") or {}),
        existing_state=bool(state.get("existing")),
        existing_repositories=tuple((given.get("registry") or {}).get("existing") or ()),
        existing_github=_on_github(given, own),
        cache=_cache((given.get("registry") or {}).get("cache") or {}),
    )


def _cache(given: Data) -> dict[str, str]:
    """Return the secret of each registry that is cached; empty where it needs none."""
    return {name: said if isinstance(said, str) else "" for name, said in given.items() if said}


def _on_github(given: Data, environments: Data) -> frozenset[str]:
    """Return the accounts that have GitHub's identity provider already."""
    said = (given.get("github") or {}).get("existing")
    if isinstance(said, list):
        return frozenset(said)
    return frozenset(account_of(given["accounts"], name) for name in environments) if said else frozenset()


def account_of(accounts: str | Data, environment: str) -> str:
    """Return the account of an environment."""
    return accounts if isinstance(accounts, str) else accounts[environment]


def shared_account(data: Data) -> str:
    """Return the account of the shared parts: `shared`, or else that of the registry, or of the first environment."""
    accounts = data["infra"]["accounts"]
    if isinstance(accounts, str):
        return accounts
    if SHARED in accounts:
        return str(accounts[SHARED])
    host = (data.get("registry") or "").partition("/")[0]
    return host[:12] if ECR.fullmatch(host) else str(account_of(accounts, next(iter(data["environments"]))))


def _place(project: str, environment: str, account: str, given: Data) -> Place:
    domain, budget = given.get("domain"), given.get("budget") or {}
    mail = tuple((given.get("alarms") or {}).get("email") or ())
    return Place(
        environment=environment,
        account=account,
        region=given["region"],
        network=_network(given.get("network") or {}),
        cluster=_cluster(project, environment, given.get("cluster") or {}),
        domain=Domain(domain["zone"], bool(domain.get("existing"))) if domain else None,
        mail=mail,
        monthly=budget.get("monthly"),
        budget_mail=tuple(budget.get("email") or mail),
    )


def _network(given: Data) -> Network:
    existing = given.get("existing")
    if existing:
        subnets = (tuple(existing.get(f"{kind}Subnets") or ()) for kind in ("public", "private", "database"))
        return Network("", 0, "none", tuple(given.get("endpoints") or ()), existing["vpc"], *subnets)
    nat = given.get("nat") or DEFAULT_NAT
    cidr = given.get("cidr") or DEFAULT_CIDR
    endpoints = given.get("endpoints")
    return Network(
        cidr=str(ipaddress.ip_network(cidr)),
        zones=given.get("zones") or DEFAULT_ZONES,
        nat=nat,
        endpoints=tuple(endpoints if endpoints is not None else (*_NEEDED, *_NEEDED_EKS) if nat == "none" else ()),
    )


def _cluster(project: str, environment: str, given: Data) -> Cluster:
    nodes = given.get("nodes") or {}
    return Cluster(
        name=given.get("existing") or aws_names.cluster(project, environment),
        version=given.get("version") or aws_support.DEFAULT,
        compute=given.get("compute") or ("nodes" if nodes else "auto"),
        existing=bool(given.get("existing")),
        admins=tuple(given.get("admins") or ()),
        public=tuple(given.get("publicAccess") or ()),
        nodes=Nodes(
            instances=tuple(nodes.get("instances") or ("t4g.medium",)),
            least=nodes.get("min") or 2,
            most=nodes.get("max") or 4,
            disk=nodes.get("disk") or 20,
        ),
    )
