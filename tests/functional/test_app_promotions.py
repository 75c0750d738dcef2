"""`Repository.promotions`: what would be promoted and what holds it, in the very words of `promote`, from a mirror."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import generator
from generator import AppPromotion, Repository, Running
from generator.errors import UsageError
from testing.repository import git
from testing.shop import BASE, Shop, days, gated
from testing.templates import Templates

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def mirror(shop: Shop) -> Repository:
    """Return a mirror of the remote, made without a network and without a work tree."""
    folder = shop.folder.parent / "mirror.git"
    generator.update_mirror(generator.MirrorRequest(folder, shop.bare.as_uri()))
    return Repository.mirror(folder)


def one(shop: Shop, app: str = "web", to: str = "staging", now: datetime | None = None) -> AppPromotion:
    (found,) = mirror(shop).promotions(to, [app], now=now or datetime.now(UTC))
    return found


@pytest.fixture
def remote(templates: Templates, shop: Shop) -> Shop:
    """Let the bare remote hand out commits without their files, as forges do."""

    def make() -> None:
        for name in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
            git(shop.bare, "config", name, "true")

    templates.fill("app promotions", make)
    return shop


def test_what_would_move_is_titled_as_the_request(remote: Shop) -> None:
    remote.bump("web", "v1")
    found = one(remote)
    assert (found.holds, found.may_land, found.moves) == ((), True, ("unreleased", "v1"))
    assert found.sentence == remote.json("web", "--to", "staging", "--dry-run")["title"]
    assert f"# {found.sentence}\n" in remote.promote("web", "--to", "staging", "--dry-run").stdout
    assert found.unknown == ("web is healthy in dev: Argo CD was not asked, or gave no answer",)


def test_what_is_left_out_is_said_as_the_command_says_it(remote: Shop) -> None:
    said = remote.promote("--to", "staging", "--dry-run").stdout
    found = {promotion.app: promotion for promotion in mirror(remote).promotions("staging", now=NOW)}
    assert [hold.cause for hold in found["web"].holds] == ["unreleased"]
    for promotion in found.values():
        assert not promotion.may_land
        assert f"{promotion.sentence}\n" in said


@pytest.mark.thin(3)
@pytest.mark.parametrize("cause", ["same", "pinned", "older"])
def test_the_cause_is_named_and_in_the_words_of_the_command(remote: Shop, cause: str) -> None:
    remote.bump("web", "v1")
    if cause == "older":
        remote.bump("web", "v2")
        remote.promote("web", "--to", "staging", "--push")
        remote.bump("web", "v1")
    else:
        remote.bump("web", "v1", "staging")
    if cause == "pinned":
        git(remote.folder, "pull", "-q", "--rebase")
        generator.pin(generator.PinRequest("web", "staging", "until the sale is over", remote.folder, commit=True))
        git(remote.folder, "push", "-q", "origin", "HEAD:main")
        remote.bump("web", "v2")
    found = one(remote)
    assert [hold.cause for hold in found.holds] == [cause]
    assert f"{found.sentence}\n" in remote.promote("--to", "staging", "--dry-run").stdout
    if cause == "pinned":
        assert "until the sale is over" in found.sentence


@pytest.mark.thin(2)
@pytest.mark.parametrize(
    ("gate", "cause"), [("soak: 2h", "soak"), (f"freeze: [{{{days(-1, 1)}, reason: Sale}}]", "freeze")]
)
def test_a_check_that_fails_is_said_as_the_command_says_it(remote: Shop, gate: str, cause: str) -> None:
    remote.spec(gated(gate))
    remote.bump("web", "v1")
    found = one(remote)
    (hold,) = found.holds
    assert (hold.cause, found.title) == (cause, "Promote web v1 from dev to staging")
    assert f"  {hold.sentence}\n" in remote.promote("web", "--to", "staging", "--push", code=1).stderr
    assert hold.until is not None
    assert one(remote, now=hold.until).may_land
    assert not one(remote, now=hold.until - timedelta(minutes=1)).may_land


def test_a_window_that_is_shut_says_when_it_opens(remote: Shop) -> None:
    remote.spec(gated("windows: [{days: [mon, tue], from: '09:00', to: '17:00', timezone: Europe/Berlin}]"))
    remote.bump("web", "v1")
    (hold,) = one(remote, now=NOW).holds  # a Saturday
    assert hold.cause == "window"
    assert hold.sentence == "staging has no window open now: mon, tue 09:00 to 17:00 (Europe/Berlin)"
    assert hold.until == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert one(remote, now=hold.until).may_land
    (evening,) = one(remote, now=datetime(2026, 11, 23, 17, tzinfo=UTC)).holds
    assert evening.until == datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_health_is_what_the_caller_knows(remote: Shop) -> None:
    remote.bump("web", "v1")
    key = ("web", "dev")
    sick = {key: Running("Synced", "Degraded", "", ())}
    (found,) = mirror(remote).promotions("staging", ["web"], now=NOW, running=sick)
    assert [(hold.cause, hold.sentence) for hold in found.holds] == [("health", "web is not healthy in dev: Degraded")]
    well = {key: Running("Synced", "Healthy", "", ("registry/shop/web:v1",))}
    (found,) = mirror(remote).promotions("staging", ["web"], now=NOW, running=well)
    assert (found.may_land, found.unknown) == (True, ())


def test_approvers_are_named(remote: Shop) -> None:
    remote.spec(gated("approvers: ['@acme/platform']"))
    remote.bump("web", "v1")
    assert one(remote).approvers == ("@acme/platform",)


def test_the_answer_is_of_the_commit_that_is_named(remote: Shop) -> None:
    before = git(remote.bare, "rev-parse", "main")
    remote.bump("web", "v1")
    repository = mirror(remote)
    (then,) = repository.promotions("staging", ["web"], now=NOW, at=before)
    assert [hold.cause for hold in then.holds] == ["unreleased"]
    assert repository.promotions("staging", ["web"], now=NOW)[0].may_land


def test_other_apps_checks_hold_no_app(remote: Shop) -> None:
    remote.spec(gated("soak: 1h"))
    remote.bump("web", "v1")
    remote.bump("api", "v2")
    found = {promotion.app: promotion for promotion in mirror(remote).promotions("staging", now=datetime.now(UTC))}
    assert [hold.sentence.split()[0] for hold in found["web"].holds] == ["web"]
    assert [hold.sentence.split()[0] for hold in found["api"].holds] == ["api"]


@pytest.mark.full
def test_a_base_that_moves_alone_is_said(remote: Shop) -> None:
    remote.spec(BASE)
    remote.edit("base/web/service.yaml", lambda text: text + "# by hand\n")
    found = one(remote)
    assert found.moves is None
    assert found.sentence == remote.json("web", "--to", "staging", "--dry-run")["title"]


def test_the_first_environment_has_none_before_it(remote: Shop) -> None:
    with pytest.raises(UsageError, match="first environment"):
        mirror(remote).promotions("dev", now=NOW)


def test_nothing_is_written(remote: Shop) -> None:
    remote.bump("web", "v1")
    repository = mirror(remote)
    before = sorted(path.name for path in (remote.folder.parent / "mirror.git").rglob("*"))
    repository.promotions("staging", now=NOW)
    assert sorted(path.name for path in (remote.folder.parent / "mirror.git").rglob("*")) == before
