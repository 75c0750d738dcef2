"""Products: apps that are listed, compared and promoted as one, by the product's name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.errors import SpecError
from generator.spec import loader
from testing.programs import Run
from testing.repository import TEN_LINES, edit, git
from testing.shop import APPS, Shop
from testing.templates import Templates

PRODUCTS = "products: {store: [web, api]}\n"
SPEC = TEN_LINES + APPS + PRODUCTS


@pytest.mark.parametrize(
    ("products", "told"),
    [
        ("{store: [web, apy]}", ['products.store[1]: no such app / did you mean "api"?']),
        ("{store: [web], all: [api, web]}", ["products.all[1]: web is there in store, too / leave it in one place"]),
        ("{store: [web, web]}", ["products.store[1]: web is there twice / leave it in one place"]),
        ("{store: []}", ["products.store: an empty list / at least 1 is needed"]),
        ("{web: [api]}", ["products.web: there is an app of that name / choose another name: commands take either"]),
    ],
)
def test_what_cannot_be_is_a_fault(products: str, told: list[str]) -> None:
    with pytest.raises(SpecError) as raised:
        loader.parse(SPEC.replace("{store: [web, api]}", products))
    assert [f"{fault.path}: {fault.message} / {fault.hint}" for fault in raised.value.faults] == told


@pytest.fixture
def store(templates: Templates, repository: Path, generator: Run) -> Path:
    """Return a repository with a product of two apps, and an app in none."""

    def make() -> None:
        (repository / "generator.yaml").write_text(SPEC.replace(PRODUCTS, "  alone: {image: shop/alone}\n" + PRODUCTS))
        assert generator(cwd=repository).returncode == 0

    templates.fill("products", make)
    return repository


def test_lists_name_and_filter_by_the_product(store: Path, generator: Run) -> None:
    found = json.loads(generator("list", "-o", "json", cwd=store).stdout)["apps"]
    assert [(one["app"], one["product"]) for one in found] == [("web", "store"), ("api", "store"), ("alone", None)]
    assert generator("list", "--product", "store", "-o", "name", cwd=store).stdout.split() == ["web", "api"]
    products = json.loads(generator("list", "products", "-o", "json", cwd=store).stdout)["products"]
    assert products == [{"product": "store", "apps": ["web", "api"]}]
    refused = generator("list", "--product", "shop", cwd=store)
    assert (refused.returncode, "no product 'shop' in the spec" in refused.stderr) == (2, True)


def test_status_shows_the_product_and_takes_its_name(store: Path, generator: Run) -> None:
    found = json.loads(generator("status", "store", "-o", "json", "--offline", cwd=store).stdout)["images"]
    assert {(one["app"], one["product"]) for one in found} == {("web", "store"), ("api", "store")}
    head = generator("status", "--offline", cwd=store).stdout.splitlines()[0].split()
    assert head == ["app", "product", "dev", "staging", "prod"]
    assert "product" in generator("status", "--offline", "-o", "wide", cwd=store).stdout.splitlines()[0].split()


def test_compare_takes_its_name(store: Path, generator: Run) -> None:
    edit(store, "overlays/prod/alone/kustomization.yaml", ("newTag: unreleased", "newTag: v9"))
    edit(store, "overlays/prod/api/kustomization.yaml", ("newTag: unreleased", "newTag: v9"))
    found = json.loads(generator("compare", "staging", "prod", "store", "-o", "json", cwd=store).stdout)
    assert {one["app"] for one in found["differences"]} == {"api", "web"}


def test_a_new_name_of_an_app_is_in_its_product(store: Path, generator: Run) -> None:
    assert generator("rename", "app", "web", "www", cwd=store).returncode == 0
    assert "products: {store: [www, api]}" in (store / "generator.yaml").read_text()


def test_a_name_that_is_neither_gets_the_nearest(store: Path, generator: Run) -> None:
    refused = generator("status", "stor", cwd=store)
    assert refused.returncode == 2
    assert "no app or product 'stor' in the spec" in refused.stderr
    assert "store" in refused.stderr.splitlines()[1]


def test_one_request_promotes_all_of_it(shop: Shop) -> None:
    shop.spec(SPEC)
    shop.bump("web", "v1")
    shop.bump("api", "v2")
    done = shop.json("store", "--to", "staging")
    assert [move["app"] for move in done["moves"]] == ["web", "api"]
    (request,) = shop.requests()
    assert request.title == "Promote store (2 apps) from dev to staging"
    again = shop.json("web", "api", "--to", "staging")
    assert again["action"] == "unchanged"
    assert len(shop.requests()) == 1


def test_what_is_pinned_holds_all_of_it(shop: Shop, generator: Run) -> None:
    shop.spec(SPEC)
    shop.bump("web", "v1")
    shop.bump("api", "v2")
    git(shop.folder, "pull", "-q", "--rebase")
    held = generator("pin", "api", "-e", "staging", "--reason", "slow", "--push", cwd=shop.folder)
    assert held.returncode == 0, held.stderr
    refused = shop.promote("store", "--to", "staging", "--push", code=1)
    assert "api" in refused.stderr
    assert shop.tag("web", "staging") == "unreleased"


@pytest.mark.full
def test_a_promotion_of_all_apps_holds_a_product_together(shop: Shop, generator: Run) -> None:
    shop.spec(SPEC.replace(PRODUCTS, "  alone: {image: shop/alone}\n" + PRODUCTS))
    for app in ("web", "api", "alone"):
        shop.bump(app, "v1")
    git(shop.folder, "pull", "-q", "--rebase")
    held = generator("pin", "api", "-e", "staging", "--reason", "slow", "--push", cwd=shop.folder)
    assert held.returncode == 0, held.stderr
    done = shop.json("--to", "staging", "--push")
    assert [move["app"] for move in done["moves"]] == ["alone"]
    why = {item["app"]: (item["why"], item["reason"]) for item in done["left_out"]}
    assert why["api"][0] == "pinned"
    assert why["web"] == ("product", f"store moves as one, and api stays: {why['api'][1]}")
    assert [shop.tag(app, "staging") for app in ("web", "api", "alone")] == ["unreleased", "unreleased", "v1"]
    # One app of it may still be promoted alone, by its name.
    assert [move["app"] for move in shop.json("web", "--to", "staging", "--push")["moves"]] == ["web"]


@pytest.mark.full
def test_the_base_of_a_held_app_stays_too(shop: Shop, generator: Run) -> None:
    shop.spec(SPEC.replace("version: 1\n", "version: 1\npromotion: {base: true}\n"))
    shop.bump("web", "v1")
    shop.bump("api", "v1")
    shop.promote("--to", "staging", "--push")
    git(shop.folder, "pull", "-q", "--rebase")
    held = generator("pin", "api", "-e", "staging", "--reason", "slow", "--push", cwd=shop.folder)
    assert held.returncode == 0, held.stderr
    shop.spec(SPEC.replace("version: 1\n", "version: 1\npromotion: {base: true}\n").replace("port: 8080", "port: 8081"))
    shop.bump("api", "v2")
    done = shop.json("--to", "staging", "--push")
    assert (done["moves"], done["bases"]) == ([], [])
