"""Define ``infra``, the resources in AWS accounts, for the project and for an environment."""

from __future__ import annotations

import re
from typing import Final

from generator.spec.infra import UPSTREAMS
from generator.spec.language.names import ENVIRONMENT_NAME, HOST
from generator.spec.language.stages import EMAIL
from generator.spec.types import Boolean, Choice, Decimal, Either, Field, Integer, ListOf, MapOf, Record, Text

ACCOUNT: Final = Text("an account's number", r"[0-9]{12}", 12, 'twelve digits, in quotes: "123456789012"')
_PLACES: Final = r"(?:af|ap|ca|cn|eu|eusc-de|il|me|mx|sa|us|us-gov)"
_PARTS: Final = r"(?:central|(?:north|south)?(?:east|west)|north|south)"
REGION: Final = Text("a region", rf"{_PLACES}-{_PARTS}-[1-9]", 30, "like eu-west-1, without a zone's letter")
CIDR: Final = Text(
    "addresses", r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}/[0-9]{1,2}", 18, "an address and its prefix, like 10.0.0.0/16"
)
ARN: Final = Text("an ARN of IAM", r"arn:aws[a-z-]*:iam::[0-9]{12}:(?:role|user)/\S{1,200}", 300, "of a role or a user")
_SERVICE: Final = Text(
    "a service's endpoint", r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", 60, "the end of its name, like ecr.api or logs"
)
_BUCKET: Final = Text(
    "a bucket's name", r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", 63, "3 to 63 lower-case letters, digits and hyphens"
)
_INSTANCE: Final = Text("an instance type", r"[a-z][a-z0-9-]*\.[a-z0-9-]+", 30, "like t4g.medium or m7g.large")
_PRICE: Final = Text("the name of a price", r"[a-z0-9][a-z0-9.-]*", 60, "as `cost` names it, or an instance type")


def _identifier(what: str, prefix: str) -> Text:
    return Text(
        f"the id of {what}", rf"{prefix}-[0-9a-f]{{8,17}}", 40, f"begins with {prefix}-, like {prefix}-0a1b2c3d"
    )


EXISTING_NETWORK: Final = Record(
    {
        "vpc": Field(_identifier("a VPC", "vpc"), "The id of the VPC.", required=True),
        "publicSubnets": Field(ListOf(_identifier("a subnet", "subnet")), "The subnets that load balancers stand in."),
        "privateSubnets": Field(
            ListOf(_identifier("a subnet", "subnet"), least=2), "The subnets that apps run in.", required=True
        ),
        "databaseSubnets": Field(ListOf(_identifier("a subnet", "subnet")), "The subnets that databases stand in."),
    }
)
NETWORK: Final = Record(
    {
        "cidr": Field(CIDR, "The addresses of the VPC."),
        "zones": Field(Integer(2, 4), "The number of availability zones that it has subnets in."),
        "nat": Field(
            Choice(("none", "instance", "single", "per-zone")), "How workloads in private subnets reach the internet."
        ),
        "endpoints": Field(ListOf(_SERVICE), "AWS services that get a private address in the VPC."),
        "existing": Field(EXISTING_NETWORK, "An existing VPC, instead of a new one."),
    }
)
NODES: Final = Record(
    {
        "instances": Field(ListOf(_INSTANCE, least=1), "The types of instances; any of them may be used."),
        "min": Field(Integer(1, 100), "The least number of nodes."),
        "max": Field(Integer(1, 100), "The greatest number of nodes."),
        "disk": Field(Integer(20, 1000), "The size of a node's disk, in GiB."),
    }
)
CLUSTER: Final = Record(
    {
        "version": Field(
            Text("a version of EKS", r"1\.[1-9][0-9]", 4, 'like "1.36", in quotes'), "The version of Kubernetes."
        ),
        "compute": Field(
            Choice(("auto", "nodes", "fargate")),
            "What pods run on: machines that EKS chooses, groups of nodes, or Fargate.",
        ),
        "nodes": Field(NODES, "The group of nodes, where `compute` is `nodes`."),
        "admins": Field(ListOf(ARN), "The roles and users who administer the cluster."),
        "publicAccess": Field(
            ListOf(CIDR), "The addresses outside of the VPC that may reach the API server. By default, none may."
        ),
        "existing": Field(
            Text("a cluster's name", r"[A-Za-z0-9][A-Za-z0-9_-]*", 100, "its name in EKS, without the ARN before it"),
            "The name of an existing cluster, instead of a new one.",
        ),
    }
)
_REPOSITORY: Final = Text(
    "a repository's name", r"[a-z0-9]+(?:[._/-][a-z0-9]+)*", 256, "its name in ECR, without the registry: shop/web"
)
_UPSTREAM: Final = Text(
    "a registry that ECR caches",
    "|".join(map(re.escape, UPSTREAMS)),
    40,
    f"one of {', '.join(UPSTREAMS)}",
)
_CREDENTIALS: Final = Text(
    "a secret for ECR", r"ecr-pullthroughcache/[A-Za-z0-9/_+=.@-]+", 512, "its name begins with ecr-pullthroughcache/"
)
REGISTRY: Final = Record(
    {
        "cache": Field(
            MapOf(_UPSTREAM, Either(((bool, Boolean()), (str, _CREDENTIALS)), "true, or the name of a secret")),
            "Registries whose images ECR stores when they are pulled first: true, or the name of the secret in "
            "Secrets Manager that ECR signs in with.",
        ),
        "existing": Field(
            ListOf(_REPOSITORY, least=1), "Repositories that exist already, which Terraform leaves as they are."
        ),
    }
)
INFRA: Final = Record(
    {
        "engine": Field(Choice(("terraform", "opentofu")), "The program that the documented commands run."),
        "region": Field(REGION, "The region of all that is made.", required=True),
        "accounts": Field(
            Either(
                ((str, ACCOUNT), (dict, MapOf(ENVIRONMENT_NAME, ACCOUNT, least=1))),
                "an account's number, or one for each environment",
            ),
            "The account of all environments, or of each one by its name. `shared` is the account "
            "of images and states.",
            required=True,
        ),
        "state": Field(
            Record(
                {
                    "bucket": Field(_BUCKET, "The bucket that Terraform's states are in."),
                    "existing": Field(
                        Boolean(),
                        "Whether the bucket exists already, and with `dynamodb` or `both` the table of its name.",
                    ),
                    "lock": Field(
                        Choice(("s3", "dynamodb", "both")),
                        "A lock for one run at a time. `dynamodb` is deprecated; it and `both` need one account.",
                    ),
                }
            ),
            "Where Terraform stores its state.",
        ),
        "registry": Field(REGISTRY, "The repositories of images in ECR."),
        "github": Field(
            Record(
                {
                    "existing": Field(
                        Either(((bool, Boolean()), (list, ListOf(ACCOUNT, least=1))), "true, or a list of accounts"),
                        "Whether the accounts have GitHub's identity provider already, or those that have it.",
                    ),
                }
            ),
            "The identity provider by which workflows of GitHub Actions get their roles; an account can have one only.",
        ),
        "network": Field(NETWORK, "The VPC of each environment."),
        "cluster": Field(CLUSTER, "The EKS cluster of each environment that has apps on EKS."),
        "domain": Field(
            Record(
                {
                    "zone": Field(HOST, "The zone's name.", required=True),
                    "existing": Field(Boolean(), "Whether the zone exists already."),
                }
            ),
            "The zone in Route 53 that the hosts of apps are in. Each environment gets a certificate for its hosts.",
        ),
        "budget": Field(
            Record(
                {
                    "monthly": Field(Integer(1, 10_000_000), "The limit of a month, in dollars.", required=True),
                    "email": Field(ListOf(EMAIL, least=1), "Addresses to notify. Left out, those of `alarms`."),
                }
            ),
            "The monthly cost of an environment above which these addresses are notified. Nothing is stopped.",
        ),
        "alarms": Field(
            Record({"email": Field(ListOf(EMAIL, least=1), "Addresses to notify.", required=True)}),
            "Who is notified by e-mail when something fails or fills up. Each address has to confirm once.",
        ),
        "prices": Field(
            MapOf(_PRICE, Either(((int, Integer(0, 1_000_000)), (float, Decimal())), "a price in dollars")),
            "The project's own prices in dollars, which `cost` uses instead of its table.",
        ),
    }
)
# Fields that may differ in an environment, as a whole or in parts, because maps are merged.
_OWN: Final = ("network", "cluster", "budget", "alarms")
IN_ENVIRONMENT: Final = Record(
    {
        "region": Field(REGION, "The region of the environment."),
        **{name: INFRA.fields[name] for name in _OWN},
    }
)
