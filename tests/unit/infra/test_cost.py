"""What a month costs: totals that were reckoned by hand, and sums that hold for every case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

import pytest

from generator.infra.cost import parts
from generator.infra.cost.estimate import Estimate, estimate
from generator.infra.cost.line import Line, Part
from generator.render.outputs.infra import configurations
from generator.render.outputs.infra.configuration import Module
from generator.render.outputs.infra.hcl import Value
from generator.spec import aws_prices, loader
from testing import ROOT, golden

DAY = "2026-11-27"
CASES = [name for name in golden.NAMES if (golden.CASES / name / "infra").is_dir()]
MODULES = ROOT / "generator" / "render" / "outputs" / "infra" / "modules"
HEAD = """\
version: 1
project: shop
repository: https://github.com/acme/shop
"""
WEB = "{image: example.com/web, port: 8080}"


def of(environments: str, infra: str = "", apps: str = f"{{web: {WEB}}}", day: str = DAY, only: str = "") -> Estimate:
    """Estimate a spec; its region is the table's unless it says another one."""
    region = "" if "region:" in infra else "region: us-east-1, "
    text = f'{HEAD}environments: {environments}\ninfra: {{{region}accounts: "111111111111"{infra}}}\napps: {apps}\n'
    spec = loader.parse(text)
    assert spec.infra
    return estimate(spec, spec.infra, configurations(spec, spec.infra), day, [only] if only else [])


def case(name: str) -> Estimate:
    spec = golden.spec(name)
    assert spec.infra
    return estimate(spec, spec.infra, configurations(spec, spec.infra), DAY)


def cents(amount: Decimal) -> str:
    return str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


def span(lines: Iterable[Line]) -> tuple[str, str]:
    """Return the sum of lines, from and to."""
    found = [*lines]
    return cents(sum((one.least for one in found), Decimal())), cents(sum((one.most for one in found), Decimal()))


def about(found: Estimate, *words: str) -> list[Line]:
    lines = [one for one in found.lines if any(word in one.what for word in words)]
    assert lines
    return lines


def test_two_nat_gateways_and_three_control_planes() -> None:
    # 2 x 0.045 x 730 = 65.70, and 3 x 0.10 x 730 = 219.00.
    places = "{dev: {}, staging: {}, prod: {infra: {network: {nat: none}}}}"
    lines = about(of(places), "NAT gateway", "control plane")
    assert len(lines) == 5
    assert span(lines) == ("284.70", "284.70")
    assert {one.grade for one in lines} == {"A"}


def test_a_gateway_in_each_zone_and_its_addresses() -> None:
    found = of("{prod: {}}", ", network: {nat: per-zone, zones: 3}")
    assert span(about(found, "3 NAT gateways")) == ("98.55", "98.55")
    # 3 x 0.005 x 730.
    assert span(about(found, "addresses of NAT")) == ("10.95", "10.95")


@pytest.mark.parametrize(
    ("app", "total"),
    [
        # 730 x (0.25 x 0.04048 + 0.5 x 0.004445) = 9.010025
        ("", ("9.01", "9.01")),
        (", replicas: 3", ("27.03", "27.03")),
        # 730 x (1 x 0.04048 + 2 x 0.004445)
        (", cpu: 1024, memory: 2048", ("36.04", "36.04")),
        # 730 x (0.25 x 0.03238 + 0.5 x 0.00356) = 7.20875
        (", arch: arm64", ("7.21", "7.21")),
        (", autoscale: {min: 2, max: 6}", ("18.02", "54.06")),
        # Spot: from 0.3 times, to as much as without.
        (", spot: {}", ("2.70", "9.01")),
        (", arch: arm64, autoscale: {min: 2, max: 4}, spot: {weight: 3}", ("4.33", "28.84")),
        # Its two secrets are two keys of one; a parameter costs nothing.
        (", secrets: {A: {key: shop/web, property: a}, B: {key: shop/web, property: b}, C: /shop/c}", ("9.41", "9.41")),
    ],
)
def test_an_app_on_ecs(app: str, total: tuple[str, str]) -> None:
    found = of("{prod: {target: ecs}}", apps=f"{{web: {WEB[:-1]}{app}}}}}")
    assert span(one for one in found.lines if one.app == "web") == total


def test_what_the_apps_of_an_environment_on_ecs_share() -> None:
    web = f"{WEB[:-1]}, ingress: {{host: www.example.com}}}}"
    found = of("{prod: {target: ecs}}", ", network: {nat: none, endpoints: [logs, sts]}", f"{{web: {web}}}")
    # Endpoints 2 x 2 x 0.01 x 730 = 29.20; load balancer 16.425, its addresses 7.30; the private zone 0.50.
    assert span(one for one in found.lines if not one.app) == ("53.43", "53.43")
    assert span(found.lines) == ("62.44", "62.44")
    assert (cents(found.least), cents(found.most)) == ("62.44", "62.44")


def test_alarms_and_a_dashboard_of_which_three_are_free() -> None:
    found = of("{prod: {target: ecs}}", ", alarms: {email: [ops@example.com]}")
    assert span(about(found, "2 alarms")) == ("0.20", "0.20")
    assert span(about(found, "key for messages")) == ("1.00", "1.00")
    assert span(about(found, "dashboard")) == ("0.00", "3.00")


def test_nodes_from_the_least_to_the_most() -> None:
    found = of("{prod: {}}", ", cluster: {nodes: {instances: [t4g.large], min: 1, max: 2, disk: 50}}")
    # One: 0.0672 x 730 + 50 x 0.08 = 53.056.
    machines = [one for one in found.lines if "machines" in one.what or "t4g.large" in one.what]
    assert span(machines) == ("53.06", "106.11")
    # web asks for 0.05 of 1.7 processors and 0.125 of 6.8 GiB: a share of 0.0239 of one machine, and of two half that.
    web = [one for one in machines if one.app == "web"]
    assert span(web) == ("1.27", "1.27")
    assert span(one for one in machines if not one.app) == ("51.79", "104.84")


def test_auto_mode_has_as_many_machines_as_pods_ask_for() -> None:
    web = f'{WEB[:-1]}, replicas: 3, resources: {{requests: {{cpu: "1", memory: 1Gi}}}}}}'
    # Three processors, of 1.7 on each: two of m7i.large, and 12 % of their price; two disks of 80 GB.
    lines = [
        one for one in of("{prod: {}}", apps=f"{{web: {web}}}").lines if "machines" in one.what or "m7i" in one.what
    ]
    assert span(lines) == ("177.63", "177.63")
    assert {one.grade for one in lines} == {"C"}


def test_pods_on_fargate_have_room_for_what_kubernetes_adds() -> None:
    found = of("{prod: {}}", ", cluster: {compute: fargate}", f"{{web: {WEB[:-1]}, replicas: 2}}}}")
    # 128 MiB and 256 more: the smallest size; the cluster's DNS is two of these, too.
    assert span(about(found, "web, 2 x")) == ("18.02", "18.02")
    assert span(about(found, "DNS of the cluster")) == ("18.02", "18.02")


@pytest.mark.parametrize(
    ("day", "total"),
    [("2026-12-02", ("73.00", "73.00")), ("2026-12-03", ("73.00", "438.00")), ("2028-01-01", ("73.00", "438.00"))],
)
def test_a_version_out_of_standard_support_may_cost_six_times_as_much(day: str, total: tuple[str, str]) -> None:
    lines = about(of("{prod: {}}", ', cluster: {version: "1.34"}', day=day), "EKS 1.34")
    assert span(lines) == total
    assert (lines[0].switch == 'infra.cluster.version: "1.36"') == (total[1] != "73.00")


@pytest.mark.parametrize(
    ("region", "total"),
    [("us-west-2", ("32.85", "32.85")), ("eu-west-1", ("32.85", "36.79")), ("ap-south-1", ("32.85", "55.85"))],
)
def test_elsewhere_prices_are_a_span_and_said_to_be_estimates(region: str, total: tuple[str, str]) -> None:
    found = of("{prod: {}}", f", region: {region}")
    gateway, plane = about(found, "1 NAT gateway")[0], about(found, "control plane")[0]
    assert span([gateway]) == total
    assert gateway.grade == ("A" if region == "us-west-2" else "C")
    # The same in all regions.
    assert (span([plane]), plane.grade) == (("73.00", "73.00"), "A")


def test_own_prices_are_taken_as_they_are() -> None:
    found = of("{prod: {}}", ", region: eu-west-1, prices: {nat-gateway: 0.048}")
    gateway = about(found, "1 NAT gateway")[0]
    assert (span([gateway]), gateway.grade) == (("35.04", "35.04"), "own")


def test_a_machine_without_a_price_is_told_and_in_no_sum() -> None:
    nodes = ", cluster: {nodes: {instances: [m9g.large], min: 1, max: 1}}"
    found = of("{prod: {}}", nodes)
    assert [(one.missing, one.switch) for one in found.missing] == [("m9g.large", "infra.prices: {m9g.large: …}")]
    priced = of("{prod: {}}", f"{nodes}, prices: {{m9g.large: 0.1}}")
    # 0.1 x 730, and a disk of 20 GB. Its size is not known, so that no app has a share of it.
    assert cents(priced.least - found.least) == "74.60"
    assert not priced.missing


def test_the_three_dearest_and_what_makes_them_less() -> None:
    found = of("{prod: {target: ecs}}", ", network: {nat: per-zone}", f"{{web: {WEB[:-1]}, replicas: 20}}}}")
    assert [(cents(one.most), one.what) for one in found.dearest] == [
        ("180.20", "web, 20 x 0.25 vCPU, 0.5 GB"), ("65.70", "2 NAT gateways"), ("7.30", "2 public addresses of NAT"),
    ]  # fmt: skip
    assert found.dearest[1].switch == "infra.network.nat: single, instance or none"


def test_an_environment_alone_is_without_what_all_share() -> None:
    places, infra = "{dev: {target: ecs}, prod: {target: ecs}}", ", domain: {zone: shop.example.com}"
    assert {one.place for one in of(places, infra).lines} == {"shared", "dev", "prod"}
    assert {one.place for one in of(places, infra, only="dev").lines} == {"dev"}


def test_what_exists_already_is_named_and_not_counted() -> None:
    found = of("{prod: {}}", ", cluster: {existing: platform}")
    assert not [one for one in found.lines if "EKS" in one.what]
    assert "the cluster platform and its machines, which are there already" in found.not_counted


def test_what_costs_by_its_use_is_named_with_its_price() -> None:
    with_gateway = of("{prod: {}}").not_counted
    assert "data through a NAT gateway: 0.045 per GB" in with_gateway
    assert not any("NAT" in one for one in of("{prod: {}}", ", network: {nat: none}").not_counted)


def test_every_module_is_priced_or_known_to_cost_nothing_by_the_month() -> None:
    modules = {path.name for path in MODULES.iterdir() if (path / "main.tf").is_file()}
    assert modules == set(parts.BY_USE)
    assert set(parts.PARTS) <= modules
    assert {name for names in parts.BY_USE.values() for name in names} <= set(aws_prices.table().prices)


def lines_of(source: str, arguments: Mapping[str, Value]) -> list[Line]:
    part = Part(
        "prod", "us-east-1", aws_prices.table(), DAY, Module(f"{source}_web_main", source, arguments), app="web"
    )
    return [*parts.lines(part)]


def test_a_database_of_an_app() -> None:
    # 0.032 x 730 = 23.36; 20 x 0.115 = 2.30; a secret. A second instance is one more of all but the secret.
    single = lines_of("database", {"class": "db.t4g.small", "multi_az": False, "storage": 20})
    assert span(single) == ("26.06", "26.06")
    double = lines_of("database", {"class": "db.t4g.small", "multi_az": True, "storage": 20})
    assert span(double) == ("51.72", "51.72")
    assert double[0].switch == "web's databases: multiAz: false"
    assert lines_of("database", {"class": "db.z9.huge", "multi_az": False, "storage": 20})[0].missing == "db.z9.huge"


def test_the_password_of_a_database_is_one_secret() -> None:
    worker = [one for one in case("aws-stores").lines if (one.place, one.app) == ("prod", "worker")]
    assert [one.what for one in worker if "secret" in one.what] == ["password, as a secret"]


@pytest.mark.parametrize("name", CASES)
def test_sums_hold_for_each_case(name: str) -> None:
    found = case(name)
    totals = [*found.totals()]
    assert sum(one.least for one in totals) == found.least == sum(one.least for one in found.lines)
    assert sum(one.most for one in totals) == found.most
    assert all(Decimal() <= one.least <= one.most for one in found.lines)
    assert all(one.switch and one.what for one in found.lines)
    assert case(name) == found


def test_the_table_tells_where_each_price_is_from() -> None:
    table = aws_prices.table()
    assert all(one.source and one.grade in "ABC" and one.price > 0 for one in table.prices.values())
    assert all(one.grade == "C" for one in table.prices.values() if "estimate" in one.source)
    assert all(low <= high for low, high in (*table.regions.values(), table.elsewhere))
    assert table.spread(table.region) == (Decimal(1), Decimal(1))
