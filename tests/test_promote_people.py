"""``promote`` and what people do to its branch and its request: none of that is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import git
from test_promote import Shop, shop

__all__ = ["shop"]

BRANCH = "promote/shop/staging/web"
OVERLAY = "overlays/staging/web/kustomization.yaml"


def on_branch(shop: Shop, work: Callable[[], object], branch: str = BRANCH) -> str:
    """Do something on the request's branch as a person does, and push it; the branch's new tip."""
    git(shop.folder, "fetch", "-q", "origin")
    git(shop.folder, "checkout", "-q", "-B", branch, f"origin/{branch}")
    work()
    git(shop.folder, "push", "-q", "--force", "origin", "HEAD")
    git(shop.folder, "checkout", "-q", "main")
    return git(shop.bare, "rev-parse", branch)


def test_an_amended_commit_is_a_persons(shop: Shop) -> None:
    shop.bump("web", "v1")
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


def test_an_amended_message_is_a_persons(shop: Shop) -> None:
    shop.bump("web", "v1")
    shop.promote("web", "--to", "staging")
    message = git(shop.bare, "log", "-1", "--format=%B", BRANCH)
    words = message.replace("Promote web", "Bring web")
    on_branch(shop, lambda: git(shop.folder, "commit", "-q", "--amend", "-m", words))
    assert "Bring web" in shop.promote("web", "--to", "staging", code=1).stderr


def test_a_merge_with_a_decision_in_it_is_a_persons(shop: Shop) -> None:
    shop.bump("web", "v1")
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


def test_an_update_of_the_branch_stays_where_nothing_differs(shop: Shop) -> None:
    shop.bump("web", "v1")
    shop.promote("web", "--to", "staging")
    shop.bump("api", "v1")
    tip = on_branch(shop, lambda: git(shop.folder, "merge", "-q", "--no-edit", "origin/main"))
    assert shop.json("web", "--to", "staging")["action"] == "unchanged"
    assert git(shop.bare, "rev-parse", BRANCH) == tip
    shop.bump("web", "v2")
    assert shop.json("web", "--to", "staging")["action"] == "updated"
    assert shop.tag("web", "staging", BRANCH) == "v2"


def test_an_update_of_the_branch_can_be_merged(shop: Shop) -> None:
    shop.bump("web", "v1")
    shop.promote("web", "--to", "staging")
    shop.bump("api", "v1")
    on_branch(shop, lambda: git(shop.folder, "merge", "-q", "--no-edit", "origin/main"))
    assert shop.json("web", "--to", "staging", "--merge")["action"] == "merged"
    assert shop.tag("web", "staging") == "v1"
