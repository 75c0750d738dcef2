"""``promote`` with ``promotion: {base: true}``: what goes, what stays, in which direction, and what is said of it."""

from __future__ import annotations

import json

import pytest

import generator
from generator.regenerate import planning
from testing.repository import git
from testing.shop import BASE, Shop

BASE_FILE, STAGING, PROD = (
    f"{folder}/deployment.yaml" for folder in ("base/web", "overlays/staging/web/base", "overlays/prod/web/base")
)


def start(shop: Shop, spec: str = BASE) -> None:
    shop.spec(spec)
    for env in ("dev", "staging", "prod"):
        shop.bump("web", "v1", env)


@pytest.mark.slow
def test_an_edit_of_one_environments_copy_stays_there(shop: Shop) -> None:
    start(shop)
    shop.edit(BASE_FILE, lambda text: text.replace("maxSurge: 1", "maxSurge: 5"))
    shop.edit(STAGING, lambda text: text.replace("maxUnavailable: 0", "maxUnavailable: 3 # staging's"))
    shop.promote("web", "--to", "staging", "--push")
    done = shop.json("web", "--to", "prod")
    assert done["bases"] == [{"app": "web", "conflicts": []}]
    (request,) = shop.requests()
    assert "as a user has them here" not in request.body
    shop.promote("web", "--to", "prod", "--merge")
    assert "maxUnavailable: 0\n" in shop.content(PROD)
    assert "maxSurge: 5\n" in shop.content(PROD)
    assert "maxUnavailable: 3 # staging's" in shop.content(STAGING)


def test_an_edit_of_a_copy_alone_is_nothing_to_promote(shop: Shop) -> None:
    start(shop)
    shop.edit(STAGING, lambda text: text.replace("maxUnavailable: 0", "maxUnavailable: 3"))
    assert shop.json("web", "--to", "prod")["action"] == "nothing"


@pytest.mark.full
def test_config_that_reaches_all_at_once_is_no_conflict(shop: Shop) -> None:
    spec = BASE.replace("{base: true}", "{base: true, config: false}")
    start(shop, spec)
    shop.spec(spec.replace("info", "debug").replace("port: 8080", "port: 9090"))
    shop.promote("web", "--to", "staging", "--push")
    shop.spec(spec.replace("info", "trace").replace("port: 8080", "port: 9090"))
    done = shop.json("web", "--to", "prod", "--push")
    assert done["bases"] == [{"app": "web", "conflicts": []}]
    assert "containerPort: 9090" in shop.content(PROD)
    git(shop.folder, "pull", "-q", "--rebase")
    planned = planning.plan(shop.folder)
    assert (planned.changes, planned.record) == ([], {})


@pytest.mark.full
def test_each_kept_place_is_told_once(shop: Shop) -> None:
    start(shop)
    shop.edit(PROD, lambda text: text.replace("containerPort: 8080", "containerPort: 7070"))
    shop.spec(BASE.replace("port: 8080", "port: 9090"))
    shop.promote("web", "--to", "staging", "--push")
    done = shop.json("web", "--to", "prod")
    (base,) = done["bases"]
    assert len(base["conflicts"]) == len(set(base["conflicts"])) == 1
    assert "1 place stays as a user has it here:" in shop.requests()[0].body


@pytest.mark.full
def test_what_the_public_face_returns_of_a_kept_place_has_no_secret(shop: Shop) -> None:
    secret = f"ghp_{'a' * 36}"
    start(shop)
    shop.edit(PROD, lambda text: text.replace("path: /healthz", f"path: /{secret}", 1))
    shop.spec(BASE.replace("health: /healthz", "health: /live"))
    shop.promote("web", "--to", "staging", "--push")
    result = generator.promote(generator.PromoteRequest("prod", ["web"], directory=shop.folder))
    ((conflict,),) = (base.conflicts for base in result.proposal.bases)
    assert (conflict.local, conflict.updated) == ("/(hidden)", "/live")
    assert secret in shop.content(PROD)
    assert secret not in json.dumps(shop.json("web", "--to", "prod"))


@pytest.mark.full
def test_a_base_does_not_go_back(shop: Shop) -> None:
    start(shop)
    shop.spec(BASE.replace("port: 8080", "port: 9090"))
    shop.promote("web", "--to", "staging", "--push")
    shop.spec(BASE.replace("port: 8080", "port: 9191"))
    shop.promote("web", "--from", "dev", "--to", "prod", "--push")
    assert "containerPort: 9191" in shop.content(PROD)
    left = shop.json("--to", "prod", "--merge")
    assert left["action"] == "nothing"
    assert [(item["app"], item["why"]) for item in left["left_out"] if item["why"] != "same"] == [("web", "older")]
    refused = shop.promote("web", "--to", "prod", "--push", code=1)
    assert "the base of web in staging is older than the one that prod has; nothing was done" in refused.stderr
    assert shop.json("--to", "prod", "--push", "--force")["action"] == "nothing"
    shop.promote("web", "--to", "prod", "--force")
    (request,) = shop.requests()
    assert request.title == "Promote the base of web back from staging to prod"
    assert "⚠️ step back" in request.body
    assert "these changes go away" in request.body
    shop.promote("web", "--to", "prod", "--force", "--merge")
    assert "containerPort: 9090" in shop.content(PROD)
    shop.promote("web", "--to", "staging", "--push")
    assert shop.json("web", "--to", "prod", "--push")["action"] == "pushed"
    assert "containerPort: 9191" in shop.content(PROD)


@pytest.mark.full
def test_a_base_of_which_nothing_was_promoted_yet_does_not_go_back(shop: Shop) -> None:
    start(shop)
    shop.spec(BASE.replace("port: 8080", "port: 9090"))
    shop.promote("web", "--from", "dev", "--to", "prod", "--push")
    assert shop.json("--to", "prod", "--push")["action"] == "nothing"
    assert "containerPort: 9090" in shop.content(PROD)


@pytest.mark.full
def test_what_the_first_environment_takes_back_goes_forward(shop: Shop) -> None:
    start(shop)
    shop.spec(BASE.replace("port: 8080", "port: 9090"))
    shop.promote("web", "--to", "staging", "--push")
    shop.spec(BASE)
    assert shop.json("web", "--to", "staging", "--push")["action"] == "pushed"
    assert "containerPort: 8080" in shop.content(STAGING)


@pytest.mark.full
def test_the_commits_of_a_base_are_listed(shop: Shop) -> None:
    start(shop)
    shop.edit(BASE_FILE, lambda text: text.replace("maxSurge: 1", "maxSurge: 5"), "Roll out faster")
    shop.bump("web", "v2")
    shop.promote("web", "--to", "staging", "--push")
    shop.edit(BASE_FILE, lambda text: text.replace("maxSurge: 5", "maxSurge: 6"), "Even faster")
    text = shop.json("web", "--to", "staging", "--dry-run")["body"]
    assert "Even faster`" in text
    assert "Roll out faster" not in text
    text = shop.json("web", "--to", "prod", "--dry-run")["body"]
    assert "Roll out faster`" in text
    assert "Even faster" not in text
    assert "Release" not in text.partition("### The base")[2].partition("###")[0]


def test_a_fault_in_the_base_is_named_where_it_is(shop: Shop) -> None:
    start(shop)
    path = "base/web/service.yaml"
    shop.edit("overlays/staging/web/base/service.yaml", lambda text: text.replace("metadata:", "metadata: # ours"))
    shop.edit(path, lambda text: text.replace("  labels:", "  labels: {a: b}\n  labels:"))
    refused = shop.promote("web", "--to", "staging", code=1)
    assert f"{path}:" in refused.stderr
    assert "overlays/staging" not in refused.stderr


@pytest.mark.full
def test_an_app_whose_base_goes_is_not_left_out(shop: Shop) -> None:
    start(shop)
    shop.spec(BASE.replace("port: 8080", "port: 9090"))
    done = shop.promote("web", "--to", "staging", "--push")
    assert "the base of web: pushed" in done.stdout
    assert "left out" not in done.stdout
