"""``promote`` goes forward: a step back is told by history, forced by name, and said in the request."""

from __future__ import annotations

import pytest

from testing.repository import TEN_LINES, git
from testing.shop import APPS, DIGESTS, Shop, days


def hotfix(shop: Shop, app: str = "web") -> None:
    """Release v1 everywhere, then v2 from dev to prod, past staging."""
    shop.bump(app, "v1")
    shop.promote(app, "--to", "staging", "--push")
    shop.promote(app, "--to", "prod", "--push")
    shop.bump(app, "v2")
    shop.promote(app, "--from", "dev", "--to", "prod", "--push")


@pytest.mark.full
def test_a_hotfix_that_skipped_an_environment_stays(shop: Shop) -> None:
    hotfix(shop)
    assert shop.tag("web", "prod") == "v2"
    done = shop.json("--to", "prod", "--merge")
    assert done["action"] == "nothing"
    assert ("web", "older") in {(item["app"], item["why"]) for item in done["left_out"]}
    refused = shop.promote("web", "--to", "prod", "--merge", code=1)
    assert "web: v1 is older than v2, which prod has, and prod had it before that; nothing was done" in refused.stderr
    assert shop.tag("web", "prod") == "v2"


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.full
def test_the_history_of_an_earlier_environment_tells_it_too(shop: Shop) -> None:
    # prod itself never had v1, and staging never v2: only dev has had both.
    shop.promote("web", "--to", "staging", "--push")
    shop.bump("web", "v2")
    shop.promote("web", "--from", "dev", "--to", "prod", "--push")
    refused = shop.promote("web", "--to", "prod", "--push", code=1)
    assert "web: v1 is older than v2, which prod has, and dev had it before that" in refused.stderr


def test_what_was_rolled_back_goes_forward_again(shop: Shop) -> None:
    hotfix(shop)
    shop.promote("web", "--to", "prod", "--push", "--force")  # back to v1
    assert shop.tag("web", "prod") == "v1"
    assert shop.json("web", "--from", "dev", "--to", "prod", "--push")["action"] == "pushed"
    assert shop.tag("web", "prod") == "v2"


@pytest.mark.full
def test_force_for_a_check_takes_no_other_app_back(shop: Shop) -> None:
    hotfix(shop)
    shop.spec((TEN_LINES + APPS).replace("prod: {sync: manual}", f"prod: {{freeze: [{{{days(-1, 1)}}}]}}"))
    shop.bump("api", "v1")
    shop.promote("api", "--to", "staging", "--push")
    done = shop.json("--to", "prod", "--push", "--force")
    assert [move["app"] for move in done["moves"]] == ["api"]
    assert ("web", "older") in {(item["app"], item["why"]) for item in done["left_out"]}
    assert (shop.tag("web", "prod"), shop.tag("api", "prod")) == ("v2", "v1")


@pytest.mark.full
def test_a_forced_step_back_is_called_one_and_says_what_goes_away(shop: Shop) -> None:
    shop.spec((TEN_LINES + APPS).replace("    image: shop/web\n", "    image: shop/web\n    source: web\n"))
    for number, tag in enumerate(("v1", "v2")):
        git(shop.folder, "pull", "-q", "--rebase")
        (shop.folder / "web").mkdir(exist_ok=True)
        (shop.folder / "web/Dockerfile").write_text(f"FROM scratch\n# {number}\n")
        shop.push(f"Change {number}")
        git(shop.folder, "pull", "-q", "--rebase")
        shop.bump("web", tag)
        shop.promote("web", "--from", "dev", "--to", "prod", "--push")
        if tag == "v1":
            shop.promote("web", "--to", "staging", "--push")
    done = shop.json("web", "--to", "prod", "--force")
    assert done["moves"][0]["step_back"].startswith("v1 is older than v2")
    (request,) = shop.requests()
    assert request.title == "Promote web back to v1 from staging to prod"
    assert "| `web` | `v2` | `v1` ⚠️ step back | " in request.body
    assert "**web** (a step back: these go away)" in request.body
    assert "`Change 1`" in request.body
    assert "none that touch" not in request.body
    shown = shop.promote("web", "--to", "prod", "--force", "--merge").stdout
    assert "merged, a step back" in shown


@pytest.mark.usefixtures("v1_in_dev")
def test_the_first_release_has_nothing_before_it(shop: Shop) -> None:
    text = shop.json("web", "--to", "staging", "--dry-run")["body"]
    assert "the first release here" in text
    assert "is not known" not in text


@pytest.mark.usefixtures("v1_in_dev")
def test_one_tag_with_two_digests_is_shown_with_both(shop: Shop) -> None:
    shop.promote("web", "--to", "staging", "--push")
    shop.edit("overlays/dev/web/kustomization.yaml", lambda text: text.replace(DIGESTS["v1"], DIGESTS["v2"]))
    shop.promote("web", "--to", "staging")
    (request,) = shop.requests()
    before, after = DIGESTS["v1"][:19], DIGESTS["v2"][:19]
    assert f"| `web` | `v1@{before}` | `v1@{after}` | " in request.body
    assert request.title == f"Promote web v1@{after} from dev to staging"
