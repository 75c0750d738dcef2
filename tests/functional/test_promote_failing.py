"""``promote`` where it cannot do what was asked: the exit code, what is said, and what happens to requests."""

from __future__ import annotations

import json

import pytest

from generator.clients import forges
from testing.repository import git
from testing.shop import Shop, on_branch

PINNED = 'metadata:\n  annotations:\n    gitops-generator/pinned: "2026-11-21T09:30:00Z Ann: it loses orders"\n'


def pin(shop: Shop, app: str = "web") -> None:
    path = f"overlays/staging/{app}/kustomization.yaml"
    shop.edit(path, lambda text: text.replace("namespace:", f"{PINNED}namespace:"))


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.thin(5)
@pytest.mark.parametrize("how", [[], ["--merge"], ["--push"], ["--dry-run"], ["--push", "--force"]])
def test_an_app_that_is_named_and_pinned_is_an_error(how: list[str], shop: Shop) -> None:
    shop.bump("api", "v1")
    pin(shop)
    before = git(shop.bare, "for-each-ref")
    refused = shop.promote("api", "web", "--to", "staging", *how, code=1)
    assert "web: staging is pinned to unreleased: 2026-11-21T09:30:00Z Ann: it loses orders" in refused.stderr
    assert "unpin APP --env" in refused.stderr
    assert git(shop.bare, "for-each-ref") == before


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.thin(2)
@pytest.mark.parametrize("apps", [["web"], []])
def test_a_request_that_a_pin_withdraws_says_so(apps: list[str], shop: Shop) -> None:
    shop.promote(*apps, "--to", "staging")
    pin(shop)
    done = shop.json(*apps, "--to", "staging", code=1 if apps else 0)
    assert done["action"] == "closed"
    record = json.loads(shop.content("request.json", "refs/gitops/requests/1"))
    assert record["state"] == "closed"
    assert "staging is pinned to unreleased" in record["comments"][-1]
    assert "othing is left" not in record["comments"][-1]


@pytest.mark.usefixtures("v1_in_dev")
def test_a_declined_request_is_not_merged(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    forges.connect(str(shop.bare), "local").close(shop.requests()[0], "not now")
    done = shop.promote("web", "--to", "staging", "--merge", "--output", "json", code=1)
    assert "has asked for exactly this and was closed; nothing was merged" in done.stderr
    assert "--force" in done.stderr
    assert json.loads(done.stdout)["action"] == "declined"
    assert shop.tag("web", "staging") == "unreleased"
    assert shop.json("web", "--to", "staging", "--merge", "--force")["action"] == "merged"


@pytest.mark.full
@pytest.mark.usefixtures("v1_in_dev")
def test_requests_with_nothing_left_in_them_are_closed(shop: Shop) -> None:
    shop.bump("api", "v1")
    shop.promote("web", "--to", "staging")
    shop.promote("web", "--from", "dev", "--to", "prod")
    done = shop.promote("--to", "staging", "--push")
    assert "nothing is left in it" in done.stdout
    assert [request.head for request in shop.requests()] == ["promote/shop/prod/web"]
    assert shop.branches() == ["main", "promote/shop/prod/web"]


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.full
def test_a_request_that_is_covered_and_spent_is_closed_without_a_push(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    shop.bump("web", "v1", "staging")
    done = shop.json("--to", "staging")
    assert (done["action"], done["closed"]) == ("nothing", ["1"])
    assert shop.requests() == []


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.full
def test_a_request_with_something_left_stays(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")

    def note() -> None:
        (shop.folder / "note.md").write_text("mine")
        git(shop.folder, "add", "-A")
        git(shop.folder, "commit", "-qm", "A note")

    on_branch(shop, note)
    shop.promote("--to", "staging", "--push")
    assert [request.number for request in shop.requests()] == ["1"]


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.thin(2)
@pytest.mark.parametrize("output", ["text", "json"])
def test_a_merge_that_the_forge_refuses_leaves_a_request_that_is_named(output: str, shop: Shop) -> None:
    hook = shop.bare / "hooks/update"
    hook.write_text(
        '#!/bin/sh\n[ "$1" = refs/heads/main ] || exit 0\necho "main takes reviewed changes only"\nexit 1\n'
    )
    hook.chmod(0o755)
    done = shop.promote("web", "--to", "staging", "--merge", "--output", output, code=1)
    (request,) = shop.requests()
    assert f"{request.url} is open, and was not merged: " in done.stderr
    assert "main takes reviewed changes only" in done.stderr
    if output == "json":
        found = json.loads(done.stdout)
        assert (found["action"], found["request"]["number"]) == ("opened", "1")
        assert found["checks"][0]["name"] == "web is healthy in dev"
        assert "was not merged" in found["error"]
    else:
        assert f"opened {request.url}" in done.stdout
        assert "unknown: web is healthy in dev" in done.stdout


def test_a_check_that_fails_is_in_the_json_as_well(shop: Shop) -> None:
    from testing.shop import days, gated

    shop.spec(gated(f"freeze: [{{{days(-1, 1)}}}]"))
    shop.bump("web", "v1")
    found = shop.json("web", "--to", "staging", "--merge", code=1)
    assert (found["request"]["number"], found["action"]) == ("1", "opened")
    assert "not promoted to staging" in found["error"]
    assert "failed" in {check["state"] for check in found["checks"]}


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.full
def test_commits_of_people_on_a_branch_whose_request_is_closed(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    on_branch(shop, lambda: git(shop.folder, "commit", "-q", "--allow-empty", "-m", "Mine"))
    open_ = shop.promote("web", "--to", "staging", code=1)
    assert f"merge {shop.requests()[0].url}" in open_.stderr
    forges.connect(str(shop.bare), "local").close(shop.requests()[0], "no")
    refused = shop.promote("web", "--to", "staging", code=1)
    assert "no request is open for them" in refused.stderr
    assert "--delete promote/shop/staging/web" in refused.stderr


# -- what a dry run says of the real one


def would(shop: Shop, *words: str) -> str:
    before = git(shop.bare, "for-each-ref")
    said = shop.promote("web", "--to", "staging", "--dry-run", *words).stdout.rstrip().splitlines()[-1]
    found = shop.json("web", "--to", "staging", "--dry-run", *words)["would"]
    assert said == found.splitlines()[-1]
    assert git(shop.bare, "for-each-ref") == before
    return str(found)


@pytest.mark.full
def test_a_dry_run_says_what_would_be_done(shop: Shop) -> None:
    assert "nothing has been released" in shop.promote("web", "--to", "staging", "--dry-run", code=1).stderr
    shop.bump("web", "v1")
    assert would(shop) == "this would open a request"
    shop.promote("web", "--to", "staging")
    url = shop.requests()[0].url
    assert would(shop) == f"this would do nothing: {url} is open and says all of this already"
    shop.bump("web", "v2")
    assert would(shop) == f"this would update {url}"
    on_branch(shop, lambda: git(shop.folder, "commit", "-q", "--allow-empty", "-m", "Mine"))
    assert would(shop).startswith("this would fail: promote/shop/staging/web holds commits")
    assert would(shop, "--force") == f"this would update {url}"
    shop.promote("web", "--to", "staging", "--force")
    forges.connect(str(shop.bare), "local").close(shop.requests()[0], "no")
    assert would(shop) == f"this would do nothing: {url} has asked for exactly this and was closed"
    assert would(shop, "--force") == "this would open a request"
    shop.promote("web", "--to", "staging", "--force")
    shop.bump("web", "v2", "staging")
    assert would(shop).startswith("this would close ")
    shop.promote("web", "--to", "staging")
    assert would(shop) == "nothing is left to promote from dev to staging"


@pytest.mark.full
@pytest.mark.usefixtures("v1_in_dev")
def test_a_broken_spec_in_the_work_tree_does_not_matter(shop: Shop) -> None:
    (shop.folder / "generator.yaml").write_text("apps: [")
    assert shop.json("web", "--to", "staging")["action"] == "opened"
    (shop.folder / "generator.yaml").unlink()
    assert shop.json("web", "--to", "staging")["action"] == "unchanged"
