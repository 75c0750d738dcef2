"""A service acts for a person: from a bare mirror, with what the person has seen, and under their name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import generator
from generator import PinRequest, PromoteRequest, RollbackRequest, UnpinRequest
from generator.errors import Moved, UsageError
from testing.repository import git
from testing.shop import DIGESTS, Shop
from testing.templates import Templates

ANN, BOB = "Ann Lee <ann@example.com>", "Bob"
BRANCH = "promote/shop/staging/web"


@pytest.fixture
def mirror(templates: Templates, shop: Shop) -> Path:
    """Return a mirror of a remote whose dev has had two builds."""
    folder = shop.bare.parent / "mirror.git"

    def make() -> None:
        shop.bump("web", "v1")
        shop.bump("web", "v2")
        generator.update_mirror(generator.MirrorRequest(folder, str(shop.bare)))

    templates.fill("on behalf", make)
    return folder


def at(shop: Shop, mirror: Path, by: str | None = ANN) -> dict[str, Any]:
    return {"directory": mirror, "remote": str(shop.bare), "branch": "main", "by": by}


def about(shop: Shop, branch: str) -> list[str]:
    """Return author, committer, and who asked, of a branch's newest commit."""
    form = "%an <%ae>%n%cn%n%(trailers:key=Requested-by,valueonly)"
    return [line for line in git(shop.bare, "log", "-1", f"--format={form}", branch).splitlines() if line]


def test_a_promotion_needs_no_work_tree_and_names_who_asked(shop: Shop, mirror: Path) -> None:
    done = generator.promote(PromoteRequest("staging", ["web"], **at(shop, mirror)))
    assert done.done.action == "opened"
    assert about(shop, BRANCH) == [ANN, "Ada", ANN]
    assert shop.tag("web", "staging", BRANCH) == "v2"
    tip = git(shop.bare, "rev-parse", BRANCH)
    for by in (ANN, BOB, None):
        again = generator.promote(PromoteRequest("staging", ["web"], **at(shop, mirror, by)))
        assert (again.done.action, git(shop.bare, "rev-parse", BRANCH)) == ("unchanged", tip)
    assert len(shop.requests()) == 1


def test_a_push_names_who_asked(shop: Shop, mirror: Path) -> None:
    generator.promote(PromoteRequest("staging", ["web"], how="push", **at(shop, mirror)))
    assert about(shop, "main") == [ANN, "Ada", ANN]


def test_a_person_without_an_address_is_in_the_trailer_alone(shop: Shop, mirror: Path) -> None:
    generator.promote(PromoteRequest("staging", ["web"], **at(shop, mirror, BOB)))
    assert about(shop, BRANCH) == ["Ada <ada@example.com>", "Ada", BOB]


@pytest.mark.full
def test_a_promotion_that_is_not_what_was_seen_is_refused(shop: Shop, mirror: Path) -> None:
    seen = generator.promote(PromoteRequest("staging", ["web"], how="foresee", **at(shop, mirror))).proposal.seen
    shop.bump("api", "v1")
    shop.bump("web", "v3")
    with pytest.raises(Moved, match="no longer what was looked at"):
        generator.promote(PromoteRequest("staging", ["web"], seen=seen, **at(shop, mirror)))
    assert shop.requests() == []
    shop.bump("web", "v1", "staging")
    now = generator.promote(PromoteRequest("staging", ["web"], how="foresee", **at(shop, mirror))).proposal.seen
    shop.bump("web", "v2", "staging")
    with pytest.raises(Moved):
        generator.promote(PromoteRequest("staging", ["web"], seen=now, how="push", **at(shop, mirror)))
    now = generator.promote(PromoteRequest("staging", ["web"], how="foresee", **at(shop, mirror))).proposal.seen
    shop.bump("api", "v2")
    assert generator.promote(PromoteRequest("staging", ["web"], seen=now, **at(shop, mirror))).done.action == "opened"


def test_a_rollback_and_a_pin_from_a_mirror(shop: Shop, mirror: Path) -> None:
    seen = f"v2@{DIGESTS['v2']}"
    asked = RollbackRequest("web", "dev", pull_request=True, seen=seen, reason="loses orders", **at(shop, mirror))
    done = generator.rollback(asked)
    assert done.changed
    branch = "rollback/dev/web"
    assert about(shop, branch) == [ANN, "Ada", ANN]
    content = git(shop.bare, "show", f"{branch}:overlays/dev/web/kustomization.yaml")
    assert "Ann Lee: loses orders" in content
    again = generator.rollback(asked)
    assert (again.changed, again.pull_request) == (False, done.pull_request)
    generator.pin(PinRequest("web", "dev", "measured", push=True, seen=seen, **at(shop, mirror)))
    assert about(shop, "main") == [ANN, "Ada", ANN]
    generator.unpin(UnpinRequest("web", "dev", push=True, seen=seen, **at(shop, mirror)))
    assert about(shop, "main") == [ANN, "Ada", ANN]
    assert "pinned" not in shop.content("overlays/dev/web/kustomization.yaml")


def test_a_cell_that_has_another_image_than_was_seen_is_left_alone(shop: Shop, mirror: Path) -> None:
    before = git(shop.bare, "for-each-ref")
    stale = {"seen": f"v1@{DIGESTS['v1']}", **at(shop, mirror)}
    hows: list[dict[str, Any]] = [{"pull_request": True}, {"push": True}, {"pull_request": True, "dry_run": True}]
    for how in hows:
        with pytest.raises(Moved, match="web in dev has v2"):
            generator.rollback(RollbackRequest("web", "dev", **how, **stale))
        with pytest.raises(Moved):
            generator.pin(PinRequest("web", "dev", "why", **how, **stale))
        with pytest.raises(Moved):
            generator.unpin(UnpinRequest("web", "dev", **how, **stale))
    assert git(shop.bare, "for-each-ref") == before


def test_a_mirror_has_no_files_to_change(shop: Shop, mirror: Path) -> None:
    with pytest.raises(UsageError, match="is a mirror"):
        generator.rollback(RollbackRequest("web", "dev", **at(shop, mirror)))
    with pytest.raises(UsageError, match="is a mirror"):
        generator.pin(PinRequest("web", "dev", "why", commit=True, **at(shop, mirror)))


@pytest.mark.thin(3)
@pytest.mark.parametrize("by", ["", " ", "Ann\nRelease: web prod 9", "Ann <ann>", "<a@b>", "Ann <a@b> x", "A <a@b c>"])
def test_what_would_be_no_person_in_a_commit_is_refused(by: str, shop: Shop, mirror: Path) -> None:
    with pytest.raises(UsageError, match="is not a person"):
        generator.promote(PromoteRequest("staging", ["web"], **at(shop, mirror, by)))
    with pytest.raises(UsageError, match="is not a person"):
        generator.pin(PinRequest("web", "dev", "why", push=True, **at(shop, mirror, by)))
