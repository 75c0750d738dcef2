"""What a spec says of AWS: accounts, networks and clusters, and the faults that are found before AWS finds them."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime

import botocore.session
import pytest

from generator.errors import SpecError
from generator.spec import aws_names, aws_support, infra_advice, loader
from generator.spec.infra import Infra
from testing import ROOT

AROUND = """\
version: 1
project: shop
repository: https://github.com/acme/shop
registry: {registry}
environments:
  dev: {dev}
  prod: {prod}
infra: {infra}
apps:
  web: {{image: shop/web}}
"""
ECR_ELSEWHERE = "444444444444.dkr.ecr.eu-west-1.amazonaws.com"
BASE = 'region: eu-west-1, accounts: "111111111111"'


def text(infra: str = "", dev: str = "{}", prod: str = "{}", registry: str = "registry.example.com") -> str:
    return AROUND.format(infra=f"{{{infra or BASE}}}", dev=dev, prod=prod, registry=registry)


def faults(*args: str, **kwargs: str) -> list[str]:
    with pytest.raises(SpecError) as raised:
        loader.parse(text(*args, **kwargs))
    return [f"{fault.path}: {fault.message} / {fault.hint}" for fault in raised.value.faults]


def infra(*args: str, **kwargs: str) -> Infra:
    found = loader.parse(text(*args, **kwargs)).infra
    assert found
    return found


def both(infra: str) -> str:
    return f"{BASE}, {infra}"


FAULTS = {
    "an account of eleven digits": ('region: eu-west-1, accounts: "12345678901"', 'infra.accounts: "12345678901" is not an account\'s number / twelve digits, in quotes: "123456789012"'),
    "an account without quotes": ("region: eu-west-1, accounts: {dev: 111111111111, prod: '222222222222'}", "infra.accounts.dev: expected an account's number, got 111111111111 / put it in quotes"),
    "an account that is none": ('region: eu-west-1, accounts: "000000000000"', "infra.accounts: 000000000000 is no account / `aws sts get-caller-identity` tells yours"),
    "an environment without an account": ("region: eu-west-1, accounts: {dev: '111111111111'}", 'infra.accounts: no account for prod / add `prod: "123456789012"`'),
    "an account of no environment": ("region: eu-west-1, accounts: {dev: '111111111111', prod: '222222222222', pord: '333333333333'}", 'infra.accounts.pord: no such environment / did you mean "prod"?'),
    "a region with a zone's letter": ('region: eu-west-1a, accounts: "111111111111"', 'infra.region: "eu-west-1a" is not a region / like eu-west-1, without a zone\'s letter'),
    "a region that is none": ('region: eu-wst-1, accounts: "111111111111"', 'infra.region: "eu-wst-1" is not a region / like eu-west-1, without a zone\'s letter'),
    "a region with a number that AWS has not reached": ('region: eu-west-9, accounts: "111111111111"', 'infra.region: there is no region eu-west-9 in the list that was read on 2026-11-27 / did you mean "eu-west-3"?'),
    "no region": ('accounts: "111111111111"', "infra.region: region is missing / add `region:`, the region of all that is made"),
    "an existing bucket without its name": (both("state: {existing: true}"), "infra.state.existing: the bucket has no name / say `bucket: NAME` beside it"),
    "GitHub's provider in an account of no environment": (both("github: {existing: ['111111111112']}"), 'infra.github.existing[0]: 111111111112 is no account of an environment / did you mean "111111111111"?'),
    "a cache that needs a secret": (both("registry: {cache: {docker.io: true}}"),  'infra.registry.cache."docker.io": docker.io is not cached without a secret to sign in with / store user and token as username and accessToken, and name it: ecr-pullthroughcache/NAME'),
    "a cache that takes no secret": (both("registry: {cache: {quay.io: ecr-pullthroughcache/quay}}"), 'infra.registry.cache."quay.io": quay.io takes no secret / write true'),
    "a secret that ECR does not read": (both("registry: {cache: {ghcr.io: shop/ghcr}}"), 'infra.registry.cache."ghcr.io": "shop/ghcr" is not a secret for ECR / its name begins with ecr-pullthroughcache/'),
    "addresses that are no range": (both("network: {cidr: 10.0.0.300/16}"), "infra.network.cidr: 10.0.0.300/16 is no range of addresses / like 10.0.0.0/16"),
    "addresses that begin elsewhere": (both("network: {cidr: 10.0.4.0/16}"), "infra.network.cidr: 10.0.4.0/16 does not begin where its prefix does / did you mean 10.0.0.0/16?"),
    "too few addresses": (both("network: {cidr: 10.0.0.0/24}"), "infra.network.cidr: 10.0.0.0/24 is too small: of its subnets for load balancers, each has 4 addresses / at least a /21, better a /16"),
    "more addresses than a VPC can have": (both("network: {cidr: 10.0.0.0/8}"), "infra.network.cidr: 10.0.0.0/8 is larger than a VPC can be / at most a /16"),
    "addresses of the internet": (both("network: {cidr: 8.8.0.0/16}"), "infra.network.cidr: 8.8.0.0/16 is not private / take it from 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"),
    "Docker's addresses": (both("network: {cidr: 172.17.0.0/16}"), "infra.network.cidr: 172.17.0.0/16 overlaps 172.17.0.0/16, which Docker has on each machine / take other addresses"),
    "a subnet where a VPC belongs": (both("network: {existing: {vpc: subnet-0a1b2c3d, privateSubnets: [subnet-0a1b2c3d, subnet-0a1b2c3e]}}"), 'infra.network.existing.vpc: "subnet-0a1b2c3d" is not the id of a VPC / begins with vpc-, like vpc-0a1b2c3d'),
    "a VPC where a subnet belongs": (both("network: {existing: {vpc: vpc-0a1b2c3d, privateSubnets: [vpc-0a1b2c3d, subnet-0a1b2c3e]}}"), 'infra.network.existing.privateSubnets[0]: "vpc-0a1b2c3d" is not the id of a subnet / begins with subnet-, like subnet-0a1b2c3d'),
    "a subnet twice": (both("network: {existing: {vpc: vpc-0a1b2c3d, privateSubnets: [subnet-0a1b2c3d, subnet-0a1b2c3d]}}"), "infra.network.existing.privateSubnets[1]: subnet-0a1b2c3d is there twice / name each subnet once"),
    "addresses of a VPC that exists": (both("network: {cidr: 10.1.0.0/16, existing: {vpc: vpc-0a1b2c3d, privateSubnets: [subnet-0a1b2c3d, subnet-0a1b2c3e]}}"), "infra.network.cidr: cidr of a VPC that is not made here / take it out: the VPC that exists has its own"),
    "an ARN for the cluster's name": (both("cluster: {existing: 'arn:aws:eks:eu-west-1:111111111111:cluster/shop'}"), 'infra.cluster.existing: "arn:aws:eks:eu-west-1:111111111111:cluster/shop" is not a cluster\'s name / its name in EKS, without the ARN before it'),
    "a version of a cluster that exists": (both('cluster: {existing: shop, version: "1.36"}'), "infra.cluster.version: version of a cluster that is not made here / take it out: the cluster that exists has its own"),
    "a table for locks in another account": ("region: eu-west-1, accounts: {dev: '111111111111', prod: '222222222222'}, state: {lock: dynamodb}", "infra.state.lock: with `dynamodb`, the table for locks is in one account, and runs in other accounts cannot find it / say `lock: s3`: the bucket locks for all accounts"),
    "both locks with a shared account": ("region: eu-west-1, accounts: {shared: '333333333333', dev: '111111111111', prod: '111111111111'}, state: {lock: both}", "infra.state.lock: with `both`, the table for locks is in one account, and runs in other accounts cannot find it / say `lock: s3`: the bucket locks for all accounts"),
    "nodes in Auto Mode": (both("cluster: {compute: auto, nodes: {min: 1}}"), "infra.cluster.nodes: `compute: auto` has no nodes of yours / say `compute: nodes`"),
    "more nodes at least than at most": (both("cluster: {nodes: {min: 5, max: 3}}"), "infra.cluster.nodes.min: 5 is more than the maximum of 3 / lower it, or raise `max`"),
    "an API server for everyone": (both("cluster: {publicAccess: [0.0.0.0/0]}"), "infra.cluster.publicAccess[0]: lets everyone in / name the addresses of your office or VPN"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_its_place_and_a_hint(name: str) -> None:
    given, wanted = FAULTS[name]
    assert faults(given) == [wanted]


def test_environments_may_have_the_same_addresses_but_not_a_part_of_them() -> None:
    assert {place.network.cidr for place in infra().places.values()} == {"10.0.0.0/16"}
    own = "{infra: {network: {cidr: 10.0.128.0/17}}}"
    assert faults(prod=own) == [
        "environments.prod.infra.network.cidr: 10.0.128.0/17 overlaps 10.0.0.0/16, which dev has / 10.1.0.0/17 is free"
    ]
    assert infra(prod="{infra: {network: {cidr: 10.1.0.0/17}}}").places["prod"].network.cidr == "10.1.0.0/17"


def test_the_registry_and_the_shared_account_are_one() -> None:
    accounts = "region: eu-west-1, accounts: {shared: '333333333333', dev: '111111111111', prod: '222222222222'}"
    registry = "444444444444.dkr.ecr.eu-west-1.amazonaws.com"
    assert faults(accounts, registry=registry) == [
        "infra.accounts.shared: the registry is in 444444444444 / name that account, or another registry"
    ]
    without = accounts.replace("shared: '333333333333', ", "")
    assert infra(without, registry=registry).account == "444444444444"
    assert infra(without).account == "111111111111"


def test_a_table_for_locks_is_for_one_account_alone() -> None:
    one = "region: eu-west-1, accounts: {dev: '111111111111', prod: '111111111111'}, state: {lock: both}"
    assert infra(one).lock == "both"
    assert infra(both("state: {lock: dynamodb}"), registry=ECR_ELSEWHERE).lock == "dynamodb"
    wanted = "infra.state.lock: with `both`, the table for locks is in one account, and runs in other accounts"
    assert [one.startswith(wanted) for one in faults(one, registry=ECR_ELSEWHERE)] == [True]


def test_the_provider_of_github_exists_in_the_named_accounts() -> None:
    two = "region: eu-west-1, accounts: {dev: '111111111111', prod: '222222222222'}"
    assert infra(f"{two}, github: {{existing: true}}").existing_github == {"111111111111", "222222222222"}
    assert infra(f"{two}, github: {{existing: ['222222222222']}}").existing_github == {"222222222222"}
    assert infra(f"{two}, github: {{existing: false}}").existing_github == frozenset()
    assert infra(two).existing_github == frozenset()


@pytest.mark.parametrize(
    ("environments", "wanted"),
    [
        ({}, []),
        ({"prod": "{target: ecs}"}, []),
        ({"dev": "{target: ecs}", "prod": "{target: ecs}"}, ["infra.cluster.existing"]),
        ({"prod": "{target: ecs, infra: {cluster: {existing: other}}}"}, ["environments.prod.infra.cluster.existing"]),
    ],
)
def test_an_existing_cluster_that_nothing_runs_on_is_advised_of(
    environments: dict[str, str], wanted: list[str]
) -> None:
    registry = "111111111111.dkr.ecr.eu-west-1.amazonaws.com"
    spec = loader.parse(text(both("cluster: {existing: platform}"), registry=registry, **environments))
    assert spec.infra
    found = [".".join(map(str, path)) for path, _, _ in infra_advice.of(spec.data, spec.infra, datetime(2026, 11, 27))]
    assert found == wanted


@pytest.mark.parametrize(("forge", "wanted"), [("github.com", []), ("git.example.com", ["infra.github.existing"])])
def test_the_provider_of_github_is_for_repositories_there(forge: str, wanted: list[str]) -> None:
    spec = loader.parse(text(both("github: {existing: true}")).replace("github.com", forge))
    assert spec.infra
    found = [".".join(map(str, path)) for path, _, _ in infra_advice.of(spec.data, spec.infra, datetime(2026, 11, 27))]
    assert found == wanted


def test_an_environment_differs_in_what_it_says() -> None:
    given = both("network: {nat: none, zones: 3}, budget: {monthly: 100}, alarms: {email: [ops@example.com]}")
    own = "{infra: {region: us-east-1, network: {nat: per-zone}, budget: {monthly: 500}}}"
    places = infra(given, prod=own).places
    assert (places["dev"].region, places["prod"].region) == ("eu-west-1", "us-east-1")
    assert (places["dev"].network.zones, places["prod"].network.zones) == (3, 3)
    assert (places["dev"].monthly, places["prod"].monthly) == (100, 500)
    assert places["prod"].budget_mail == ("ops@example.com",)
    # Without a way out, pods reach AWS by endpoints alone.
    assert "ecr.api" in places["dev"].network.endpoints
    assert places["prod"].network.endpoints == ()


def test_an_environment_says_nothing_of_aws_where_the_project_does_not() -> None:
    given = text(prod="{infra: {region: us-east-1}}").replace(f"infra: {{{BASE}}}\n", "")
    with pytest.raises(SpecError) as raised:
        loader.parse(given)
    assert [fault.message for fault in raised.value.faults] == ["the project has no `infra:`"]


@pytest.mark.parametrize(
    ("version", "today", "wanted"),
    [
        ("1.36", "2026-11-27", ""),
        ("1.34", "2026-11-27", "standard support ends on 2026-12-02; after that the cluster costs six times as much"),
        ("1.33", "2026-11-27", "in extended support since 2026-07-29, at six times the price, until 2027-07-29"),
        ("1.31", "2026-11-27", "out of support since 2026-11-26: AWS upgrades such a cluster by itself"),
        (
            "1.29",
            "2026-11-27",
            "out of support: EKS makes no such cluster any more, and upgrades those that exist by itself",
        ),
        ("1.99", "2026-11-27", "not in the list of versions that was read on 2026-11-27, which ends with 1.36"),
    ],
)
def test_a_version_of_eks_is_known_with_its_last_days(version: str, today: str, wanted: str) -> None:
    assert aws_support.eks(version, today) == wanted


def test_a_region_that_is_not_in_the_list_gets_advice_where_it_is_said() -> None:
    given = text(prod="{infra: {region: eu-west-4}}").replace("region: eu-west-1", "region: ap-east-3")
    spec = loader.parse(given)
    assert spec.infra is not None
    found = list(infra_advice.of(spec.data, spec.infra, datetime(2026, 11, 27)))
    assert [(path, message.split(" is ")[0], hint) for path, message, hint in found] == [
        (("infra", "region"), "ap-east-3", 'did you mean "ap-east-2"?'),
        (("environments", "prod", "infra", "region"), "eu-west-4", 'did you mean "eu-west-3"?'),
    ]


def test_the_list_of_regions_is_that_of_aws() -> None:
    session = botocore.session.get_session()
    public = [name for name in session.get_available_partitions() if not name.startswith("aws-iso")]
    assert {one for name in public for one in session.get_available_regions("ec2", name)} == aws_support.REGIONS


def test_names_are_as_long_as_aws_takes_them() -> None:
    long = "a" * 30
    for name, longest in (
        (aws_names.load_balancer(long, long), 32),
        (aws_names.target_group(long, long, "web"), 32),
        (aws_names.task_role(long, long, long), 64),
        (aws_names.bucket(long, long, long, "uploads", "111111111111"), 63),
        (aws_names.database(long, long, long, "main"), 63),
    ):
        assert len(name) <= longest
    # Two names that begin alike stay two.
    assert aws_names.target_group(long, "dev", "web") != aws_names.target_group(long, "dev", "web2")
    assert aws_names.target_group("shop", "prod", "web") == "shop-prod-web"


def test_a_spec_without_aws_loads_nothing_for_it() -> None:
    code = (
        "import sys; from generator.spec import loader; from generator.render import render; "
        "render(loader.parse('version: 1\\nproject: p\\nrepository: /r\\nenvironments: {dev: {}}\\napps: {}\\n')); "
        "print([name for name in sys.modules if 'infra' in name or 'aws' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_version_that_goes_out_of_support_is_advised_on_where_it_stands() -> None:
    spec = loader.parse(text(both('cluster: {version: "1.34"}'), prod='{infra: {cluster: {version: "1.31"}}}'))
    assert spec.infra
    assert [*infra_advice.of(spec.data, spec.infra, datetime(2026, 11, 27))] == [
        (
            ("infra", "cluster", "version"),
            "EKS 1.34: standard support ends on 2026-12-02; after that the cluster costs six times as much",
            'say `version: "1.36"`, one minor version at a time',
        ),
        (
            ("environments", "prod", "infra", "cluster", "version"),
            "EKS 1.31: out of support since 2026-11-26: AWS upgrades such a cluster by itself",
            'say `version: "1.36"`, one minor version at a time',
        ),
    ]


def test_one_subnet_that_is_none_is_told_as_that_and_as_too_few() -> None:
    given = both("network: {existing: {vpc: vpc-0a1b2c3d4e5f60718, privateSubnets: [vpc-0a1b2c3d4e5f60718]}}")
    where = "infra.network.existing.privateSubnets"
    assert faults(given) == [
        f"{where}: a list of 1 / at least 2 are needed",
        f'{where}[0]: "vpc-0a1b2c3d4e5f60718" is not the id of a subnet / begins with subnet-, like subnet-0a1b2c3d',
    ]


@pytest.mark.parametrize("region", ["eu-west-4", "ap-central-1"])
def test_a_region_that_aws_may_have_opened_since_is_advised_of(region: str) -> None:
    spec = loader.parse(text(f'region: {region}, accounts: "111111111111"'))
    assert spec.infra
    told = [message for _, message, _ in infra_advice.of(spec.data, spec.infra, datetime(2026, 11, 27))]
    assert told == [f"{region} is not in the list of regions that was read on 2026-11-27"]


def closed(*args: str, **kwargs: str) -> list[tuple[tuple[str | int, ...], str]]:
    spec = loader.parse(text(*args, **kwargs))
    assert spec.infra
    return [(path, message) for path, message, _ in infra_advice.of_admins(spec, spec.infra)]


def test_a_new_cluster_that_nobody_can_enter_gets_advice() -> None:
    message = "nobody can enter the new EKS cluster of {}: it has no `admins`"
    admins = "cluster: {admins: ['arn:aws:iam::111111111111:role/ops']}"
    assert closed() == [(("infra",), message.format("dev, prod"))]
    assert closed(both("cluster: {compute: nodes}")) == [(("infra", "cluster"), message.format("dev, prod"))]
    assert closed(prod=f"{{infra: {{{admins}}}}}") == [(("infra",), message.format("dev"))]
    assert closed(dev="{target: ecs}", prod="{infra: {cluster: {existing: one}}}", registry=ECR_ELSEWHERE) == []
    assert closed(both(admins)) == []
