"""Entries of the fields of the AWS accounts under the clusters."""

from __future__ import annotations

from typing import Final

from generator.spec import aws_support, infra
from generator.spec.reference.entry import Entry

_MODULE: Final = "The module `network` of each environment in `infra/environments/`."
_CLUSTER: Final = "The module `cluster` of each environment in `infra/environments/`."
INFRA: Final[dict[str, Entry]] = {
    "infra": Entry(
        "infra:\n"
        "  region: eu-west-1\n"
        '  accounts: "123456789012"\n'
        "  engine: opentofu\n"
        "  state: {bucket: acme-shop-states, existing: true, lock: both}\n"
        "  registry:\n"
        "    existing: [shop/web]\n"
        "    cache: {quay.io: true, docker.io: ecr-pullthroughcache/docker-hub}\n"
        "  github: {existing: true}\n"
        "  network: {cidr: 10.8.0.0/16, zones: 3, nat: per-zone, endpoints: [ecr.api, ecr.dkr]}\n"
        "  cluster:\n"
        '    version: "1.35"\n'
        "    compute: nodes\n"
        "    nodes: {instances: [t4g.large], min: 1, max: 6, disk: 50}\n"
        "    admins: ['arn:aws:iam::222222222222:role/platform']\n"
        "    publicAccess: [203.0.113.0/24]\n"
        "  domain: {zone: shop.example.com, existing: true}\n"
        "  budget: {monthly: 300, email: [finance@example.com]}\n"
        "  alarms: {email: [ops@example.com]}\n"
        "  prices: {nat-gateway: 0.048, m8g.large: 0.09}",
        unset="no Terraform",
        effect="The folder `infra/`.",
    ),
    "infra.engine": Entry(
        default="terraform", effect="The commands in comments and pipelines, and what `infra check` and `outputs` run."
    ),
    "infra.region": Entry(effect="The providers' `region`."),
    "infra.accounts": Entry(effect="The providers' `allowed_account_ids`."),
    "infra.state": Entry(unset="a bucket of the project's own", effect="`backend.tf` of each configuration."),
    "infra.state.bucket": Entry(unset="`<project>-tfstate-<account>`"),
    "infra.state.existing": Entry(default="false", effect="`infra/bootstrap` without the module `state`."),
    "infra.state.lock": Entry(default="s3"),
    "infra.registry": Entry(unset="a repository for each image of the registry", effect="The module `registry`."),
    "infra.registry.cache": Entry(
        unset="none", effect="`aws_ecr_pull_through_cache_rule`, and rights of builds and of tasks on ECS to fill it."
    ),
    "infra.registry.existing": Entry(unset="none", effect="`repositories` of the module, without these."),
    "infra.github": Entry(unset="made in each account", effect="`infra/bootstrap`, if the repository is on GitHub."),
    "infra.github.existing": Entry(
        "existing: ['123456789012']",
        default="false",
        effect="A data source of the provider, in place of the module `github_oidc`.",
    ),
    "infra.network": Entry(unset="a VPC of two zones", effect=_MODULE),
    "infra.network.cidr": Entry(default=infra.DEFAULT_CIDR),
    "infra.network.zones": Entry(default=str(infra.DEFAULT_ZONES)),
    "infra.network.nat": Entry(default=infra.DEFAULT_NAT),
    "infra.network.endpoints": Entry(
        unset="those of S3 and DynamoDB, which cost nothing; with `nat: none`, those that apps cannot do without"
    ),
    "infra.network.existing": Entry(
        "existing:\n"
        "  vpc: vpc-0a1b2c3d4e5f60718\n"
        "  publicSubnets: [subnet-0a1b2c3d4e5f60711, subnet-0a1b2c3d4e5f60712]\n"
        "  privateSubnets: [subnet-0a1b2c3d4e5f60721, subnet-0a1b2c3d4e5f60722]\n"
        "  databaseSubnets: [subnet-0a1b2c3d4e5f60731, subnet-0a1b2c3d4e5f60732]",
        unset="none: one is made",
        effect="What `infra/environments/` refers to, in place of the module `network`.",
    ),
    "infra.network.existing.publicSubnets": Entry(unset="none"),
    "infra.network.existing.databaseSubnets": Entry(unset="`privateSubnets`"),
    "infra.cluster": Entry(unset="a cluster in Auto Mode, where an app is on EKS", effect=_CLUSTER),
    "infra.cluster.version": Entry(default=f'"{aws_support.DEFAULT}"'),
    "infra.cluster.compute": Entry(unset="`nodes` where `nodes` says something, else `auto`"),
    "infra.cluster.nodes": Entry(unset="two to four nodes"),
    "infra.cluster.nodes.instances": Entry(default="[t4g.medium]"),
    "infra.cluster.nodes.min": Entry(default="2"),
    "infra.cluster.nodes.max": Entry(default="4"),
    "infra.cluster.nodes.disk": Entry(default="20"),
    "infra.cluster.admins": Entry(unset="none: nobody can enter the cluster, not even the role that makes it"),
    "infra.cluster.publicAccess": Entry(unset="none"),
    "infra.cluster.existing": Entry(
        "existing: platform",
        unset="none: one is made",
        effect="What `infra/environments/` refers to, in place of the module `cluster`.",
    ),
    "infra.domain": Entry(unset="none", effect="The zone in `infra/shared`, and a certificate of each environment."),
    "infra.domain.existing": Entry(default="false"),
    "infra.budget": Entry(unset="none", effect="An AWS budget of each environment."),
    "infra.budget.email": Entry(unset="those of `alarms`"),
    "infra.alarms": Entry(unset="no alarms", effect="An SNS topic, and alarms that tell it."),
    "infra.prices": Entry(
        unset="the table's, which are list prices of us-east-1", effect="What `python -m generator cost` adds up."
    ),
    "environments.<environment>.infra": Entry(
        "infra:\n"
        "  region: us-east-1\n"
        "  network: {cidr: 10.9.0.0/16, nat: per-zone}\n"
        "  cluster: {version: '1.35'}\n"
        "  budget: {monthly: 900, email: [finance@example.com]}\n"
        "  alarms: {email: [oncall@example.com]}",
        unset="what `infra` says",
        effect="`infra/environments/<environment>/`.",
    ),
    "environments.<environment>.infra.region": Entry(unset="that of `infra`"),
}
