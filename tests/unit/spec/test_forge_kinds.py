"""What forges differ in stands in one row each, and each row has its modules."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from generator.delivery.promotion.commits import _link
from generator.spec import forge_kinds
from generator.spec.forge_kinds import FORGES, ForgeKind
from testing import ROOT

HERE = ROOT / "generator"


@pytest.mark.parametrize("forge", FORGES, ids=forge_kinds.NAMES)
def test_a_row_has_its_modules(forge: ForgeKind) -> None:
    assert find_spec(f"generator.clients.forges.{forge.name}")
    assert bool(find_spec(f"generator.render.protection.{forge.name}")) == forge.protects


def test_a_module_has_its_row() -> None:
    clients = {
        path.stem for path in (HERE / "clients/forges").glob("[a-z]*.py") if "\ndef connect(" in path.read_text()
    }
    assert clients == set(forge_kinds.NAMES)
    builders = {
        path.stem for path in (HERE / "render/protection").glob("[a-z]*.py") if "\ndef calls(" in path.read_text()
    }
    assert builders == {forge.name for forge in FORGES if forge.protects}


# The repository, and the page below its forge that compares two commits of it.
PAGES = {
    "https://github.com/acme/shop.git": "https://github.com/acme/shop/compare/a...b",
    "git@github.example.com:acme/shop.git": "https://github.example.com/acme/shop/compare/a...b",
    "ssh://git@gitlab.example.com:2222/acme/team/shop": "https://gitlab.example.com/acme/team/shop/-/compare/a...b",
    "https://codeberg.org/acme/shop": "https://codeberg.org/acme/shop/compare/a...b",
    "https://git.example.com/acme/gitlab": "https://git.example.com/acme/gitlab/compare/a...b",
    "https://git-codecommit.eu-central-1.amazonaws.com/v1/repos/shop": "",
    "https://codeconnections.eu-central-1.amazonaws.com/git-http/1/eu-central-1/2/acme/shop.git": "",
    "/srv/git/shop.git": "",
}


@pytest.mark.parametrize(("url", "page"), PAGES.items(), ids=PAGES)
def test_the_page_that_compares_commits(url: str, page: str) -> None:
    assert _link(url, "a", "b") == page


@pytest.mark.parametrize(
    ("url", "kind", "found"),
    [
        ("https://git.example.com/acme/shop", None, ""),
        ("https://git.example.com/acme/shop", "gitlab", "gitlab"),
        ("https://gitlab.com/acme/shop", "gitea", "gitea"),
        ("https://gitlab.com/acme/shop", "nothing of ours", "gitlab"),
        ("codecommit::eu-central-1://shop", None, "codecommit"),
        ("../shop.git", None, "local"),
    ],
)
def test_what_the_spec_says_counts_before_the_host(url: str, kind: str | None, found: str) -> None:
    assert forge_kinds.find(url, kind).name == found


def test_only_gitlab_needs_an_ending() -> None:
    url = "https://git.example.com/acme/shop"
    assert {forge.name: forge_kinds.as_pulled(url, forge.name) for forge in FORGES} == {
        "github": url, "gitlab": f"{url}.git", "codecommit": url, "gitea": url, "local": url,
    }  # fmt: skip
