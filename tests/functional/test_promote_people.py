"""``promote`` and what people do to its branch and its request: none of that is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.clients import forges
from testing.repository import git
from testing.shop import BRANCH, Shop, on_branch

OVERLAY = "overlays/staging/web/kustomization.yaml"


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.slow
def test_an_amended_commit_is_a_persons(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")

    def amend() -> None:
        file = shop.folder / OVERLAY
        file.write_text(file.read_text() + "# reviewed\n")
        git(shop.folder, "commit", "-qa", "--amend", "--no-edit")

    tip = on_branch(shop, amend)
    for _ in range(2):
        refused = shop.promote("web", "--to", "staging", code=1)
        assert "holds commits that `promote` has not made, or not like this" in refused.stderr
        assert git(shop.bare, "rev-parse", BRANCH) == tip
        shop.bump("web", "v2") if shop.tag("web", "dev") == "v1" else None


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.full
def test_an_amended_message_is_a_persons(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    message = git(shop.bare, "log", "-1", "--format=%B", BRANCH)
    words = message.replace("Promote web", "Bring web")
    on_branch(shop, lambda: git(shop.folder, "commit", "-q", "--amend", "-m", words))
    assert "Bring web" in shop.promote("web", "--to", "staging", code=1).stderr


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.full
def test_a_merge_with_a_decision_in_it_is_a_persons(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    shop.edit(OVERLAY, lambda text: text.replace("newTag: unreleased", "newTag: unreleased # ours"))

    def merge() -> None:
        with pytest.raises(Exception, match="merge"):
            git(shop.folder, "merge", "-q", "origin/main")
        git(shop.folder, "checkout", "-q", "--ours", OVERLAY)
        git(shop.folder, "commit", "-qam", "Both of it")

    tip = on_branch(shop, merge)
    assert "Both of it" in shop.promote("web", "--to", "staging", code=1).stderr
    assert git(shop.bare, "rev-parse", BRANCH) == tip


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.full
def test_an_update_of_the_branch_stays_where_nothing_differs(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    shop.bump("api", "v1")
    tip = on_branch(shop, lambda: git(shop.folder, "merge", "-q", "--no-edit", "origin/main"))
    assert shop.json("web", "--to", "staging")["action"] == "unchanged"
    assert git(shop.bare, "rev-parse", BRANCH) == tip
    shop.bump("web", "v2")
    assert shop.json("web", "--to", "staging")["action"] == "updated"
    assert shop.tag("web", "staging", BRANCH) == "v2"


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.full
def test_an_update_of_the_branch_can_be_merged(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    shop.bump("api", "v1")
    on_branch(shop, lambda: git(shop.folder, "merge", "-q", "--no-edit", "origin/main"))
    assert shop.json("web", "--to", "staging", "--merge")["action"] == "merged"
    assert shop.tag("web", "staging") == "v1"


def rewritten(shop: Shop, change: Callable[[str], str], title: str | None = None) -> None:
    (request,) = shop.requests()
    forges.connect(str(shop.bare), "local").update(request, title or request.title, change(request.body))


@pytest.mark.usefixtures("v1_in_dev")
def test_what_people_write_into_a_request_stays(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    rewritten(shop, lambda text: f"Ticket 42\n\n{text}\nAnn has tested this.\n".replace("\n", "\r\n"), "Our release")
    assert shop.json("web", "--to", "staging")["action"] == "unchanged"
    shop.bump("web", "v2")
    for action in ("updated", "unchanged"):
        assert shop.json("web", "--to", "staging")["action"] == action
        (request,) = shop.requests()
        assert request.title == "Our release"
        assert request.body.startswith("Ticket 42\n\n<!-- gitops-generator begin")
        assert request.body.endswith("Ann has tested this.\n")
        assert request.body.count("### What moves") == 1
        assert "| `web` | `unreleased` | `v2` | " in request.body


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.full
def test_a_title_of_ours_follows_the_content(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    shop.bump("web", "v2")
    shop.promote("web", "--to", "staging")
    assert shop.requests()[0].title == "Promote web v2 from dev to staging"


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.full
def test_a_request_of_which_a_person_has_left_nothing_gets_its_text_again(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    rewritten(shop, lambda _: "All mine.")
    for action in ("updated", "unchanged"):
        assert shop.json("web", "--to", "staging")["action"] == action
        (request,) = shop.requests()
        assert request.body.startswith("All mine.\n\n<!-- gitops-generator begin")
    # What is closed by us is not taken for declined, as before.
    shop.promote("--to", "staging")
    assert shop.json("web", "--to", "staging")["action"] == "opened"


@pytest.mark.full
@pytest.mark.usefixtures("v1_in_dev")
def test_a_request_with_a_persons_commit_is_not_superseded(shop: Shop) -> None:
    shop.bump("api", "v1")
    shop.promote("web", "--to", "staging")
    tip = on_branch(shop, lambda: git(shop.folder, "commit", "-q", "--allow-empty", "-m", "Mine"))
    done = shop.json("--to", "staging")
    assert (done["action"], done["closed"], done["kept"]) == ("opened", [], ["1"])
    assert git(shop.bare, "rev-parse", BRANCH) == tip
    assert shop.json("--to", "staging", "--force")["closed"] == ["1"]
