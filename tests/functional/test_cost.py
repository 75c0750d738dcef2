"""``cost`` on the command line: tables that fit, JSON that adds up, and what is wrong told with what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from testing import golden
from testing.programs import Run

CASES = [name for name in golden.NAMES if (golden.CASES / name / "infra").is_dir()]
SPEC = """\
version: 1
project: shop
repository: https://github.com/acme/shop
environments: {dev: {}, staging: {}, prod: {infra: {network: {nat: none, endpoints: []}}}}
infra:
  region: us-east-1
  accounts: "111111111111"
  cluster: {nodes: {instances: [t4g.large], min: 1, max: 1}}
apps: {web: {image: example.com/web, port: 8080}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "generator.yaml").write_text(SPEC)
    return tmp_path


def test_tables_say_sums_the_dearest_the_date_and_what_is_not_counted(shop: Path, generator: Run) -> None:
    done = generator("cost", "--day", "2026-11-27", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert done.stdout == golden_text("cost.txt")


def golden_text(name: str) -> str:
    return (Path(__file__).parent / "cost" / name).read_text()


@pytest.mark.parametrize("name", CASES)
def test_tables_fit_a_terminal(name: str, generator: Run) -> None:
    done = generator("cost", "-C", str(golden.CASES / name))
    assert max(map(len, done.stdout.splitlines())) <= 80, done.stdout


def test_json_adds_up_and_has_each_line(shop: Path, generator: Run) -> None:
    found = json.loads(generator("cost", "--day", "2026-11-27", "-o", "json", cwd=shop).stdout)
    assert (found["date"], found["day"], found["currency"]) == ("2026-11-26", "2026-11-27", "USD")
    assert sum(one["most"] for one in found["lines"]) == pytest.approx(found["most"], abs=0.05)
    assert sum(one["most"] for one in found["totals"]) == pytest.approx(found["most"], abs=0.05)
    priced = [one for one in found["lines"] if "NAT gateway" in one["what"] or "control plane" in one["what"]]
    assert round(sum(one["most"] for one in priced), 2) == 284.70
    assert len(found["dearest"]) == 3


def test_each_line_with_what_makes_it_go(shop: Path, generator: Run) -> None:
    shown = generator("cost", "-e", "dev", "--lines", cwd=shop).stdout
    assert "1 NAT gateway" in shown
    assert "infra.network.nat: instance or none" in shown
    assert "staging" not in shown


def test_a_price_that_is_not_known_is_noted_with_where_to_say_it(shop: Path, generator: Run) -> None:
    (shop / "generator.yaml").write_text(SPEC.replace("t4g.large", "m9g.large"))
    done = generator("cost", "-e", "dev", cwd=shop)
    assert done.returncode == 0
    assert "no price is known, and none counted; say it in `infra: {prices: {m9g.large: …}}`" in done.stderr


@pytest.mark.parametrize(
    ("words", "spec", "code", "told"),
    [
        (["-e", "prd"], SPEC, 2, 'there is no environment prd\nhint: did you mean "prod"?'),
        (["--day", "tomorrow"], SPEC, 2, "tomorrow is no day\nhint: write it as 2026-12-31"),
        ([], SPEC.replace("infra:\n", "infra:\n  prices: {nat-gatway: 0.05}\n"), 1,
         'generator.yaml:6:12 infra.prices.nat-gatway: there is no price nat-gatway\n  hint: did you mean "nat-gateway"?'),
        ([], SPEC.replace("infra:\n", "infra:\n  prices: {nat-gateway: dear}\n"), 1,
         "generator.yaml:6:25 infra.prices.nat-gateway: expected a price in dollars"),
        ([], "\n".join(line for line in SPEC.replace(": {infra: {network: {nat: none, endpoints: []}}}", ": {}").splitlines()
                       if not line.startswith(("infra", "  "))) + "\n", 1, "hint: add it, with region and accounts"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(words: list[str], spec: str, code: int, told: str, shop: Path, generator: Run) -> None:
    (shop / "generator.yaml").write_text(spec)
    done = generator("cost", *words, cwd=shop)
    assert done.returncode == code, done.stderr
    assert told in done.stderr
