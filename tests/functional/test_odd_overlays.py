"""One overlay that is odd: told for its app alone, while all that is about the others goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.manifests import diff
from generator.manifests.diff import Change
from testing.programs import Run
from testing.repository import git
from testing.shop import Shop

REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
HELM = """\
helmCharts:
- name: redis
  repo: https://charts.example.com
  version: 1.0.0
  releaseName: r
"""


def short_name(file: Path) -> None:
    """Name the image otherwise (argocd-image-updater#208, #312)."""
    file.write_text(
        file.read_text().replace(f"- name: {REGISTRY}/shop/web", f"- name: web\n  newName: {REGISTRY}/shop/web")
    )


def moved(file: Path) -> None:
    file.parent.rename(file.parent.parent / "moved")


def gone(file: Path) -> None:
    file.unlink()


def broken(file: Path) -> None:
    file.write_text("images: [\n")


def twice(file: Path) -> None:
    entry = f"- name: {REGISTRY}/shop/web\n"
    file.write_text(file.read_text().replace(entry, f"{entry}  newTag: v9\n{entry}"))


def binary(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00images")


ODD = [short_name, moved, gone, broken, twice, binary]


@pytest.fixture(params=ODD, ids=lambda odd: odd.__name__)
def odd(request: pytest.FixtureRequest) -> Callable[[Path], None]:
    return request.param  # type: ignore[no-any-return]


def spoil(shop: Shop, odd: Callable[[Path], None], *environments: str) -> None:
    git(shop.folder, "pull", "-q", "--rebase")
    for environment in environments:
        odd(shop.folder / f"overlays/{environment}/web/kustomization.yaml")
    shop.push("Odd")


@pytest.mark.thin(3)
def test_all_others_are_shown_and_the_odd_one_says_why(odd: Callable[[Path], None], shop: Shop, generator: Run) -> None:
    for app in ("web", "api"):
        shop.bump(app, "v1")
    spoil(shop, odd, "staging")
    shown = generator("status", "--offline", cwd=shop.folder)
    assert (shown.returncode, "Traceback" in shown.stderr) == (0, False), shown.stderr
    assert "note: web in staging: overlays/staging/web/kustomization.yaml:" in shown.stderr
    rows = json.loads(generator("status", "--offline", "--output", "json", cwd=shop.folder).stdout)["images"]
    tags = {(row["app"], row["environment"]): row["tag"] for row in rows}
    assert tags == {
        ("web", "dev"): "v1", ("web", "staging"): None, ("web", "prod"): "unreleased",
        ("api", "dev"): "v1", ("api", "staging"): "unreleased", ("api", "prod"): "unreleased",
    }  # fmt: skip
    assert [row["app"] for row in rows if row["problem"]] == ["web"]
    told = json.loads(generator("history", "web", "--output", "json", cwd=shop.folder).stdout)["history"]
    assert "released" in [entry["action"] for entry in told]
    assert generator("history", "api", cwd=shop.folder).returncode == 0


@pytest.mark.thin(6)
def test_a_promotion_leaves_the_odd_one_out(odd: Callable[[Path], None], shop: Shop, generator: Run) -> None:
    for app in ("web", "api"):
        shop.bump(app, "v1")
    spoil(shop, odd, "staging")
    done = shop.json("--to", "staging")
    assert (done["action"], [move["app"] for move in done["moves"]]) == ("opened", ["api"])
    (left,) = done["left_out"]
    assert (left["app"], left["why"]) == ("web", "unreadable")
    assert left["reason"].startswith("overlays/staging/web/kustomization.yaml:")
    (request,) = shop.requests()
    assert "- `web`: overlays/staging/web/kustomization.yaml:" in request.body
    refused = shop.promote("web", "--to", "staging", code=1)
    assert "error: web: overlays/staging/web/kustomization.yaml:" in refused.stderr
    assert "nothing was done" in refused.stderr
    # Once it is mended, it goes.
    git(shop.folder, "revert", "--no-edit", "HEAD")
    git(shop.folder, "push", "-q", "origin", "main")
    assert [move["app"] for move in shop.json("--to", "staging")["moves"]] == ["web", "api"]


@pytest.mark.thin(3)
def test_what_cannot_be_compared_is_named(odd: Callable[[Path], None], shop: Shop, generator: Run) -> None:
    for app in ("web", "api"):
        shop.bump(app, "v1")
    git(shop.folder, "pull", "-q", "--rebase")
    odd(shop.folder / "overlays/staging/web/kustomization.yaml")
    done = generator("compare", "dev", "staging", cwd=shop.folder)
    assert "Traceback" not in done.stderr
    assert "api  Deployment/api" in done.stdout
    told = json.loads(generator("compare", "dev", "staging", "--output", "json", cwd=shop.folder).stdout)
    assert "api" in {one["app"] for one in told["differences"]}
    if odd in (short_name, moved, twice):  # which kustomize can build, or see that all of it is gone
        assert (done.returncode, "problems" in told) == (0, False)
    else:
        assert done.returncode == 1
        assert "note: web is not compared: overlays/staging/web" in done.stderr
        assert [one["app"] for one in told["problems"]] == ["web"]


@pytest.mark.usefixtures("v1_in_dev")
def test_an_old_commit_that_cannot_be_read_stops_nothing(shop: Shop) -> None:
    # What was broken for a while and is mended.
    spoil(shop, broken, "dev")
    git(shop.folder, "revert", "--no-edit", "HEAD")
    git(shop.folder, "push", "-q", "origin", "main")
    assert shop.json("web", "--to", "staging")["action"] == "opened"


# -- what kustomize cannot build here


def add(shop: Shop, environment: str, text: str, app: str = "web") -> None:
    git(shop.folder, "pull", "-q", "--rebase")
    path = shop.folder / f"overlays/{environment}/{app}/kustomization.yaml"
    path.write_text(path.read_text() + text)
    shop.push("Only Argo CD can build this")


@pytest.mark.full
def test_the_request_opens_with_the_reason_in_the_place_of_the_diff(shop: Shop) -> None:
    # kargo#2707, kargo-render#42: overlays that only Argo CD's kustomize can build.
    for app in ("web", "api"):
        shop.bump(app, "v1")
    add(shop, "staging", HELM)
    done = shop.json("--to", "staging")
    assert (done["action"], [move["app"] for move in done["moves"]]) == ("opened", ["web", "api"])
    (request,) = shop.requests()
    assert "⚠️ What changes in `overlays/staging/web` is not known: it cannot be built here." in request.body
    assert "helmCharts" in request.body
    assert "<details><summary>staging: Deployment/shop-staging/api" in request.body
    assert shop.tag("web", "staging", request.head) == "v1"
    # What is said does not depend on the run, so that nothing changes and no approval is lost.
    assert shop.json("--to", "staging")["action"] == "unchanged"
    said = shop.promote("web", "--to", "staging", "--merge")
    assert "note: what changes in overlays/staging/web is not shown: overlays/staging/web: kustomize" in said.stderr
    assert shop.tag("web", "staging") == "v1"


@pytest.mark.usefixtures("v1_in_dev")
def test_a_plugin_or_a_missing_base_is_no_other(shop: Shop) -> None:
    add(shop, "staging", "generators:\n- plugin.yaml\n")
    assert shop.json("web", "--to", "staging")["action"] == "opened"
    (request,) = shop.requests()
    assert "is not known: it cannot be built here" in request.body
    assert "plugin.yaml" in request.body


def test_the_comment_on_a_pull_request_says_why(shop: Shop, generator: Run) -> None:
    add(shop, "prod", HELM)
    git(shop.folder, "checkout", "-q", "-b", "change")
    for path in ("prod/web", "dev/api"):
        file = shop.folder / f"overlays/{path}/kustomization.yaml"
        file.write_text(file.read_text().replace("newTag: unreleased", "newTag: v3"))
    words = ["diff", "--rendered", "--against", "HEAD"]
    shown = generator(*words, cwd=shop.folder)
    assert shown.returncode == 1
    assert "Deployment/shop-dev/api" in shown.stdout
    assert "note: overlays/prod/web: kustomize must not build it" in shown.stderr
    told = json.loads(generator(*words, "--output", "json", cwd=shop.folder).stdout)["changes"]
    assert [(one["object"], "reason" in one) for one in told] == [
        ("Deployment/shop-dev/api", False), ("overlays/prod/web", True),
    ]  # fmt: skip
    comment = shop.folder.parent / "comment.md"
    assert generator(*words, "--markdown", comment, cwd=shop.folder).returncode == 0
    text = comment.read_text()
    assert "⚠️ What changes in `overlays/prod/web` is not known: it cannot be built here.\n\n```text\n" in text
    assert "1 object would change: dev 1." in text


def test_a_reason_is_cut_and_closes_no_fence_of_ours() -> None:
    said = f"```\n# heading @alice\n````\n{'x' * 5000}"
    text = diff.markdown([Change("dev", "overlays/dev/web", (), said)], 3_000)
    assert len(text) < 2_000
    begin, end = text.index("`````text\n"), text.rindex("`````")
    assert said[:1000] in text[begin:end]
    assert "not shown in full" in diff.markdown([Change("dev", "overlays/dev/web", (), said)], 1_000)


# -- tags that move


@pytest.mark.thin(2)
@pytest.mark.parametrize("tag", ["latest", "Latest", "main", "stable"])
def test_a_tag_that_moves_is_no_release(tag: str, shop: Shop, generator: Run) -> None:
    words = ["bump", "web", "--env", "dev", "--tag", tag, "--push"]
    refused = generator(*words, cwd=shop.folder)
    assert (refused.returncode, shop.tag("web", "dev")) == (2, "unreleased")
    assert f"error: web: {tag} names another image with each build, so it cannot be told what runs" in refused.stderr
    assert "hint: give the tag of one build, or the digest with it (--digest, --verify); or --force" in refused.stderr
    # With its digest it is one image.
    assert generator(*words, "--digest", "sha256:" + "a" * 64, cwd=shop.folder).returncode == 0
    assert shop.json("web", "--to", "staging", "--push")["action"] == "pushed"


@pytest.mark.full
def test_a_tag_that_moves_is_promoted_by_nobody_unasked(shop: Shop, generator: Run) -> None:
    assert (
        generator("bump", "web", "--env", "dev", "--tag", "latest", "--push", "--force", cwd=shop.folder).returncode
        == 0
    )
    refused = shop.promote("web", "--to", "staging", "--push", code=1)
    assert (
        "web has a tag that moves: latest without a digest: what runs in staging may be another image" in refused.stderr
    )
    assert shop.json("web", "--to", "staging")["action"] == "opened"
    assert "web has a tag that moves" in shop.requests()[0].body
    assert shop.json("web", "--to", "staging", "--push", "--force")["action"] == "pushed"
