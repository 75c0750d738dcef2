"""Kill tests: ``promote`` dies before and after all that it does; the next run goes on, and nothing is half-done.

They are left to the full run: a rollback, which pushes and proposes by the same functions, and a bump are killed in each.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from testing import ROOT
from testing.depth import FULL
from testing.repository import git
from testing.shop import Shop

RIG = ROOT / "testing/kill.py"


def killed(shop: Shop, *words: str) -> list[dict[str, Any]]:
    """Return one result for each moment at which it died; the last one is that of a run that was left alone."""
    arguments = ["-C", str(shop.folder), "promote", *words]
    done = subprocess.run(
        [sys.executable, RIG, shop.bare.parent, *arguments], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(RIG.parent.parent)}, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout)
    assert [result["code"] for result in results] == [-9] * (len(results) - 1) + [0]
    assert {result["rerun"] for result in results} == {0}
    assert len(results) > (5 if FULL else 3)
    return results


def tree(shop: Shop, revision: str) -> str:
    return git(shop.bare, "rev-parse", f"{revision}^{{tree}}")


@pytest.mark.full
def test_one_branch_and_one_request(shop: Shop) -> None:
    shop.bump("web", "v1")
    main = tree(shop, "main")
    results = killed(shop, "web", "--to", "staging")
    wanted = results[-1]["after"]
    assert sorted(wanted) == ["refs/gitops/requests/1", "refs/heads/main", "refs/heads/promote/shop/staging/web"]
    states = set()
    for result in results:
        assert result["after"] == wanted
        assert result["killed"]["refs/heads/main"] == main
        branch = result["killed"].get("refs/heads/promote/shop/staging/web")
        assert branch in (None, wanted["refs/heads/promote/shop/staging/web"])
        states.add(len(result["killed"]))
    assert states == {1, 2, 3}


@pytest.mark.full
def test_an_update_that_supersedes_and_merges(shop: Shop) -> None:
    shop.bump("web", "v1")
    shop.bump("api", "v1")
    shop.promote("web", "--to", "staging")
    shop.bump("web", "v2")
    before = tree(shop, "main")
    results = killed(shop, "--to", "staging", "--merge")
    after = results[-1]["after"]["refs/heads/main"]
    for result in results:
        assert result["killed"]["refs/heads/main"] in (before, after)
        assert result["after"]["refs/heads/main"] == after
        assert sorted(result["after"]) == ["refs/gitops/requests/1", "refs/gitops/requests/2", "refs/heads/main"]
    assert shop.requests() == []
    assert [request.number for request in shop.requests("merged")] == ["2"]
    assert [request.number for request in shop.requests("closed")] == ["1"]
    assert (shop.tag("web", "staging"), shop.tag("api", "staging")) == ("v2", "v1")


@pytest.mark.full
def test_a_push_has_landed_once_or_not_at_all(shop: Shop) -> None:
    shop.bump("web", "v1")
    before = tree(shop, "main")
    results = killed(shop, "web", "--to", "staging", "--push")
    after = results[-1]["after"]["refs/heads/main"]
    assert {result["killed"]["refs/heads/main"] for result in results} == {before, after}
    assert [result["after"] for result in results] == [{"refs/heads/main": after}] * len(results)
    assert git(shop.bare, "rev-list", "--count", "main") == "3"
