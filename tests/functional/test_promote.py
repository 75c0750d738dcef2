"""``promote``: against real remotes, with requests kept in the remote itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from generator.clients import forges
from generator.delivery.promotion import marker
from generator.regenerate import planning
from testing.programs import path_with_git
from testing.repository import TEN_LINES, git
from testing.shop import APPS, BASE, DIGESTS, REGISTRY, Shop, days, gated

# -- the way it goes


@pytest.mark.usefixtures("v1_in_dev")
def test_one_request_with_what_moves_and_what_it_means(shop: Shop) -> None:
    # kargo#5073, kargo#821, kuberpult#105, kuberpult#485: the promotion request is a blind tag.
    before = git(shop.bare, "rev-parse", "main")
    done = shop.json("web", "--to", "staging")
    assert (done["action"], done["from"], done["to"]) == ("opened", "dev", "staging")
    assert done["moves"] == [
        {"app": "web", "before": {"tag": "unreleased", "digest": None}, "after": {"tag": "v1", "digest": DIGESTS["v1"]}}
    ]
    (request,) = shop.requests()
    assert (request.title, request.head, request.base) == (
        "Promote web v1 from dev to staging",
        "promote/shop/staging/web",
        "main",
    )
    assert f"| `web` | `unreleased` | `v1` | `{DIGESTS['v1'][7:19]}` | " in request.body
    assert "<details><summary>staging: Deployment/shop-staging/web" in request.body
    assert f"-      - image: {REGISTRY}/shop/web:unreleased\n+" in request.body.replace(
        "-        image", "-      - image"
    )
    assert git(shop.bare, "rev-parse", "main") == before
    assert shop.tag("web", "staging") == "unreleased"
    assert shop.tag("web", "staging", request.head) == "v1"
    assert git(shop.bare, "diff", "--name-only", "main", request.head) == "overlays/staging/web/kustomization.yaml"


@pytest.mark.usefixtures("v1_in_dev")
def test_merging_it_releases_it_and_what_is_left_is_nothing(shop: Shop) -> None:
    done = shop.json("web", "--to", "staging", "--merge")
    assert done["action"] == "merged"
    assert done["request"]["state"] == "merged"
    assert shop.tag("web", "staging") == "v1"
    assert shop.branches() == ["main"]
    assert shop.json("web", "--to", "staging")["action"] == "nothing"
    assert shop.json("--to", "staging")["action"] == "nothing"


@pytest.mark.usefixtures("v1_in_dev")
def test_a_push_needs_no_forge_and_is_one_commit(shop: Shop) -> None:
    shop.bump("api", "v2")
    done = shop.json("--to", "staging", "--push")
    assert done["action"] == "pushed"
    assert git(shop.bare, "rev-parse", "main") == done["commit"]
    message = git(shop.bare, "log", "-1", "--format=%B", "main")
    assert message.startswith("Promote 2 apps from dev to staging\n")
    trailers = git(shop.bare, "log", "-1", "--format=%(trailers:key=Release,valueonly)", "main").splitlines()
    assert [line for line in trailers if line] == [f"web staging v1@{DIGESTS['v1']}", f"api staging v2@{DIGESTS['v2']}"]
    assert shop.requests() == []


@pytest.mark.usefixtures("v1_in_dev")
def test_a_build_that_is_named_is_promoted_or_nothing(shop: Shop) -> None:
    shop.bump("web", "v2")
    refused = shop.promote("web", "--to", "staging", "--tag", "v1", "--push", code=1)
    assert "web: dev has v2, and not v1; nothing was done" in refused.stderr
    assert shop.tag("web", "staging") == "unreleased"
    shop.promote("web", "--to", "staging", "--tag", "v2", "--push")
    assert shop.tag("web", "staging") == "v2"


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.full
def test_the_commit_refers_to_what_was_built_as_the_build_did(shop: Shop) -> None:
    sha = git(shop.bare, "log", "-1", "--format=%(trailers:key=Argocd-reference-commit-sha,valueonly)", "main")
    assert sha
    shop.promote("web", "--to", "staging", "--merge")
    shop.promote("web", "--to", "prod")
    found = git(
        shop.bare,
        "log",
        "-1",
        "--format=%(trailers:key=Argocd-reference-commit-sha,valueonly)",
        "promote/shop/prod/web",
    )
    assert found == sha


@pytest.mark.usefixtures("v1_in_dev")
def test_the_work_tree_does_not_matter(shop: Shop) -> None:
    (shop.folder / "overlays/staging/web/kustomization.yaml").write_text("broken: [")
    assert shop.json("web", "--to", "staging")["action"] == "opened"


# -- again, and after something else has happened


@pytest.mark.usefixtures("v1_in_dev")
def test_again_changes_nothing_and_says_so(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    before = git(shop.bare, "for-each-ref")
    again = shop.promote("web", "--to", "staging")
    assert "says all of this already; nothing to do" in again.stdout
    assert git(shop.bare, "for-each-ref") == before


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.full
def test_an_unrelated_commit_does_not_take_approvals_away(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    before = git(shop.bare, "rev-parse", "promote/shop/staging/web")
    shop.bump("api", "v1")
    assert shop.json("web", "--to", "staging")["action"] == "unchanged"
    assert git(shop.bare, "rev-parse", "promote/shop/staging/web") == before


@pytest.mark.usefixtures("v1_in_dev")
def test_a_newer_build_updates_the_open_request(shop: Shop) -> None:
    first = shop.json("web", "--to", "staging")
    shop.bump("web", "v2")
    second = shop.json("web", "--to", "staging")
    assert (second["action"], second["request"]["number"]) == ("updated", first["request"]["number"])
    (request,) = shop.requests()
    assert request.title == "Promote web v2 from dev to staging"
    assert shop.tag("web", "staging", request.head) == "v2"
    assert git(shop.bare, "rev-list", "--count", f"main..{request.head}") == "1"


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.full
def test_a_request_for_more_apps_takes_the_place_of_those_for_fewer(shop: Shop) -> None:
    shop.bump("api", "v1")
    one = shop.json("web", "--to", "staging")
    other = shop.json("web", "--to", "prod", "--from", "dev")
    both = shop.json("--to", "staging")
    assert both["closed"] == [one["request"]["number"]]
    assert {request.number for request in shop.requests()} == {both["request"]["number"], other["request"]["number"]}
    assert shop.branches() == ["main", "promote/shop/prod/web", "promote/shop/staging/_all"]
    # It was not a person who closed it, so that it can be asked for again.
    assert shop.json("web", "--to", "staging")["action"] == "opened"


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.full
def test_a_hand_edit_of_the_same_file_is_no_conflict(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    path = "overlays/staging/web/kustomization.yaml"
    shop.edit(path, lambda text: text.replace("newTag: unreleased", "newTag: unreleased # ours"))
    assert shop.json("web", "--to", "staging", "--merge")["action"] == "merged"
    assert "newTag: v1 # ours\n" in shop.content(path)


@pytest.mark.usefixtures("v1_in_dev")
def test_what_a_person_closed_stays_closed_until_there_is_something_else(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    (request,) = shop.requests()
    forges.connect(str(shop.bare), "local").close(request, "not now")
    declined = shop.promote("web", "--to", "staging")
    assert "has asked for exactly this and was closed; --force asks again" in declined.stdout
    assert shop.requests() == []
    shop.bump("web", "v2")
    assert shop.json("web", "--to", "staging")["action"] == "opened"


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.full
def test_a_closed_one_is_asked_for_again_by_force(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    forges.connect(str(shop.bare), "local").close(shop.requests()[0], "not now")
    assert shop.json("web", "--to", "staging", "--force")["action"] == "opened"


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.full
def test_a_closed_one_is_forgotten_once_the_same_was_merged(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    forges.connect(str(shop.bare), "local").close(shop.requests()[0], "not now")
    shop.promote("web", "--to", "staging", "--force", "--merge")
    path = "overlays/staging/web/kustomization.yaml"  # the merge is reverted
    shop.edit(
        path, lambda text: text.replace("newTag: v1", "newTag: unreleased").replace(f"  digest: {DIGESTS['v1']}\n", "")
    )
    assert shop.json("web", "--to", "staging")["action"] == "opened"


@pytest.mark.usefixtures("v1_in_dev")
def test_commits_of_people_on_the_branch_are_not_lost(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    git(shop.folder, "fetch", "-q", "origin")
    git(shop.folder, "checkout", "-q", "promote/shop/staging/web")
    (shop.folder / "note.md").write_text("mine")
    git(shop.folder, "add", "-A")
    git(shop.folder, "commit", "-qm", "A fix of mine")
    git(shop.folder, "push", "-q", "origin", "HEAD")
    git(shop.folder, "checkout", "-q", "main")
    shop.bump("web", "v2")
    refused = shop.promote("web", "--to", "staging", code=1)
    assert "A fix of mine" in refused.stderr
    assert shop.content("note.md", "promote/shop/staging/web") == "mine"
    assert shop.json("web", "--to", "staging", "--force")["action"] == "updated"


@pytest.mark.full
@pytest.mark.usefixtures("v1_in_dev")
def test_what_has_become_pointless_is_closed(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    shop.bump("web", "v1", env="staging")
    done = shop.json("web", "--to", "staging")
    assert done["action"] == "closed"
    assert shop.requests() == []
    assert shop.branches() == ["main"]


@pytest.mark.usefixtures("v1_in_dev")
def test_who_is_faster_with_the_same_file_is_looked_at_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    # A pin that comes between the look and the push holds.
    git(shop.folder, "pull", "-q", "--rebase")
    path = shop.folder / "overlays/staging/web/kustomization.yaml"
    pin = 'metadata:\n  annotations:\n    gitops-generator/pinned: "now Ann: wait"\n'
    path.write_text(path.read_text().replace("namespace:", f"{pin}namespace:"))
    git(shop.folder, "commit", "-qam", "Pin")
    # The second fetch is the one of the push.
    programs = shop.folder.parent / "bin"
    script = f"""case " $* " in *" fetch "*) echo x >> {programs}/count
  [ "$(wc -l < {programs}/count)" = 2 ] && env -u GIT_DIR -u GIT_CONFIG_COUNT $real -C {shop.folder} push -q origin main </dev/null
esac"""
    monkeypatch.setenv("PATH", path_with_git(programs, script))
    done = shop.promote("web", "--to", "staging", "--push", code=1)
    assert "web: staging is pinned to unreleased: now Ann: wait; nothing was promoted" in done.stderr
    assert shop.tag("web", "staging") == "unreleased"


# -- what does not move


def test_only_forward_unless_forced(shop: Shop) -> None:
    for tag in ("v1", "v2"):
        shop.bump("web", tag)
    shop.promote("web", "--to", "staging", "--push")
    shop.bump("web", "v1")  # dev goes back
    refused = shop.promote("web", "--to", "staging", code=1)
    assert "web: v1 is older than v2, which staging has; nothing was done" in refused.stderr
    assert "--force" in refused.stderr
    assert shop.promote("--to", "staging").stdout.startswith("web is left out: v1 is older")
    assert shop.json("web", "--to", "staging", "--force")["action"] == "opened"


@pytest.mark.usefixtures("v1_in_dev")
def test_a_pin_is_left_out_and_said(shop: Shop) -> None:
    shop.bump("api", "v1")
    pin = 'metadata:\n  annotations:\n    gitops-generator/pinned: "2026-11-21T09:30:00Z Ann: it loses orders"\n'
    shop.edit("overlays/staging/web/kustomization.yaml", lambda text: text.replace("namespace:", f"{pin}namespace:"))
    done = shop.json("--to", "staging")
    assert [move["app"] for move in done["moves"]] == ["api"]
    assert ("web", "pinned") in {(item["app"], item["why"]) for item in done["left_out"]}
    assert "it loses orders" in shop.requests()[0].body
    assert "web is left out: staging is pinned to unreleased" in shop.promote("web", "--to", "staging", code=1).stdout


def test_an_unreleased_source_is_an_error_where_it_is_named(shop: Shop) -> None:
    refused = shop.promote("web", "--to", "staging", code=1)
    assert "web: nothing has been released to dev yet; nothing was done" in refused.stderr
    assert "bump web --env dev" in refused.stderr
    assert "nothing to promote from dev to staging" in shop.promote("--to", "staging").stdout


@pytest.mark.usefixtures("v1_in_dev")
def test_an_app_that_an_earlier_environment_has_is_promoted_step_by_step(shop: Shop) -> None:
    refused = shop.promote("web", "--to", "prod", code=1)
    assert "web: nothing has been released to staging yet; nothing was done" in refused.stderr
    assert "hint: promote it to staging first: python -m generator promote web --to staging\n" in refused.stderr
    neither = shop.promote("api", "--to", "prod", code=1)
    assert "hint: release it first: python -m generator bump api --env staging --tag TAG --push\n" in neither.stderr


USAGE = {
    "an unknown app": (["wb", "--to", "staging"], "no app 'wb'", 'did you mean "web"?'),
    "an unknown environment": (["--to", "stging"], "no environment 'stging'", 'did you mean "staging"?'),
    "an unknown source": (["--to", "prod", "--from", "stagin"], "no environment 'stagin'", 'did you mean "staging"?'),
    "from and to are the same": (["--to", "prod", "--from", "prod"], "both prod", "dev, staging, prod"),
    "the first environment": (["--to", "dev"], "dev is the first environment", "bump"),
    "the way back": (["--to", "dev", "--from", "prod"], "prod comes after dev", "--force"),
    "push and merge": (["--to", "prod", "--push", "--merge"], "not allowed with", ""),
}


@pytest.mark.parametrize(("words", "said", "hint"), USAGE.values(), ids=USAGE)
def test_wrong_usage(words: list[str], said: str, hint: str, shop: Shop) -> None:
    before = git(shop.bare, "for-each-ref")
    done = shop.promote(*words, code=2)
    assert said in done.stderr
    assert hint in done.stderr
    assert git(shop.bare, "for-each-ref") == before


def test_a_branch_that_is_gone(shop: Shop) -> None:
    done = shop.promote("web", "--to", "staging", "--branch", "nowhere", code=1)
    assert "nowhere" in done.stderr
    assert "hint: check `branch:`" in done.stderr


@pytest.mark.usefixtures("v1_in_dev")
def test_no_credentials_for_the_forge_and_nothing_is_pushed(shop: Shop) -> None:
    url = f"file://{shop.bare}"
    git(shop.folder, "config", "--global", f"url.{url}.insteadOf", "https://github.com/acme/shop.git")
    before = git(shop.bare, "for-each-ref")
    done = shop.promote("web", "--to", "staging", "--remote", "https://github.com/acme/shop.git", code=1)
    assert "error: " in done.stderr
    assert git(shop.bare, "for-each-ref") == before


@pytest.mark.usefixtures("v1_in_dev")
def test_an_image_that_has_a_digest_alone(shop: Shop) -> None:
    shop.edit("overlays/dev/web/kustomization.yaml", lambda text: text.replace("  newTag: v1\n", ""))
    assert shop.json("web", "--to", "staging", "--push")["action"] == "pushed"
    assert DIGESTS["v1"] in shop.content("overlays/staging/web/kustomization.yaml")
    assert shop.json("web", "--to", "staging", "--push")["action"] == "nothing"


BROKEN = {
    "a spec that cannot be read": ("generator.yaml", lambda text: text + "x: [", "main:generator.yaml:"),
    "no spec": ("generator.yaml", None, "generator.yaml: no such file on main"),
    "an overlay that cannot be read": ("overlays/dev/web/kustomization.yaml", lambda _: "images: [", "overlays/dev/web/kustomization.yaml:"),
    "no overlay": ("overlays/staging/web/kustomization.yaml", None, "overlays/staging/web/kustomization.yaml: no such file on the branch"),
    "no image in it": ("overlays/staging/web/kustomization.yaml", lambda _: "images: []\n", "no entry for"),
}  # fmt: skip


@pytest.mark.usefixtures("v1_in_dev")
@pytest.mark.thin(3)
@pytest.mark.parametrize(("path", "change", "said"), BROKEN.values(), ids=BROKEN)
def test_a_branch_that_is_broken(path: str, change: Callable[[str], str] | None, said: str, shop: Shop) -> None:
    git(shop.folder, "pull", "-q", "--rebase")
    good = (shop.folder / path).read_text()
    (shop.folder / path).write_text(change(good)) if change else (shop.folder / path).unlink()
    shop.push("Break it")
    (shop.folder / path).write_text(good)  # the work tree is fine
    before = git(shop.bare, "for-each-ref")
    refused = shop.promote("web", "--to", "staging", code=1)
    assert said in refused.stderr
    assert git(shop.bare, "for-each-ref") == before


# -- checks


@pytest.mark.full
def test_a_freeze_is_shown_and_keeps_it_from_landing(shop: Shop) -> None:
    shop.spec(gated(f"freeze: [{{{days(-1, 1)}, reason: Christmas}}]"))
    shop.bump("web", "v1")
    refused = shop.promote("web", "--to", "staging", "--push", code=1)
    assert "not promoted to staging; nothing was pushed" in refused.stderr
    assert "Christmas" in refused.stderr
    assert shop.json("web", "--to", "staging")["action"] == "opened"
    assert "| ❌ failed | staging is frozen | " in shop.requests()[0].body
    refused = shop.promote("web", "--to", "staging", "--merge", code=1)
    assert "stays open" in refused.stderr
    assert shop.tag("web", "staging") == "unreleased"
    assert shop.json("web", "--to", "staging", "--merge", "--force")["action"] == "merged"


def test_a_freeze_that_is_over_keeps_nobody(shop: Shop) -> None:
    shop.spec(gated(f"freeze: [{{{days(-9, -2)}}}, {{{days(2, 9)}}}]"))
    shop.bump("web", "v1")
    assert shop.json("web", "--to", "staging", "--push")["action"] == "pushed"


def test_a_build_soaks_first(shop: Shop) -> None:
    shop.spec(gated("soak: 2h"))
    shop.bump("web", "v1")
    refused = shop.promote("web", "--to", "staging", "--push", code=1)
    assert "web has not soaked long enough in dev: there since " in refused.stderr
    assert shop.json("web", "--to", "staging", "--push", "--force")["action"] == "pushed"


def test_an_environment_that_says_nothing_takes_the_soak_of_all(shop: Shop) -> None:
    shop.spec(TEN_LINES.replace("registry:", "promotion: {soak: 1h}\nregistry:"))
    shop.bump("web", "v1")
    (check,) = [c for c in shop.json("web", "--to", "staging", "--dry-run")["checks"] if "soaked" in c["name"]]
    assert (check["name"], check["state"]) == ("web has soaked in dev", "failed")


# -- the text


@pytest.mark.usefixtures("v1_in_dev")
def test_secrets_are_not_in_it(shop: Shop) -> None:
    secret = "patches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web}\n    spec: {template: {spec: {containers: [{name: web, env: [{name: DB_PASSWORD, value: hunter2}]}]}}}\n"
    shop.edit("overlays/staging/web/kustomization.yaml", lambda text: text + secret)
    shop.promote("web", "--to", "staging")
    (request,) = shop.requests()
    assert "hunter2" not in request.body
    assert "+        image: " in request.body


@pytest.mark.full
def test_commits_between_two_images_are_listed_where_the_source_is_here(shop: Shop) -> None:
    shop.spec((TEN_LINES + APPS).replace("    image: shop/web\n", "    image: shop/web\n    source: web\n"))
    for number, tag in enumerate(("v1", "v2")):
        git(shop.folder, "pull", "-q", "--rebase")
        (shop.folder / "web").mkdir(exist_ok=True)
        (shop.folder / "web/Dockerfile").write_text(f"FROM scratch\n# {number}\n")
        shop.push(f"Change {number} by @everyone | ![x](http://evil)")
        git(shop.folder, "pull", "-q", "--rebase")
        shop.bump("web", tag)
        if tag == "v1":
            shop.promote("web", "--to", "staging", "--push")
    text = shop.json("web", "--to", "staging", "--dry-run")["body"]
    assert "### Commits between the images" in text
    assert "`Change 1 by @ everyone ¦ !(x)(http://evil)`" in text
    assert "Change 0" not in text


@pytest.mark.full
def test_commits_to_a_build_context_are_among_those_between_two_images(shop: Shop) -> None:
    built = "    image: shop/web\n    source: web\n    build: {contexts: {shared: libs/shared}}\n"
    shop.spec((TEN_LINES + APPS).replace("    image: shop/web\n", built))
    for folder, tag in (("web", "v1"), ("libs/shared", "v2"), ("libs/other", "v3")):
        git(shop.folder, "pull", "-q", "--rebase")
        (shop.folder / folder).mkdir(parents=True, exist_ok=True)
        (shop.folder / folder / "file").write_text(tag)
        shop.push(f"Change {folder}")
        git(shop.folder, "pull", "-q", "--rebase")
        shop.bump("web", tag)
        if tag == "v1":
            shop.promote("web", "--to", "staging", "--push")
    text = shop.json("web", "--to", "staging", "--dry-run")["body"]
    assert "`Change libs/shared`" in text
    assert "Change libs/other" not in text


def test_words_of_others_are_quoted_such_that_nothing_acts_on_them(shop: Shop) -> None:
    # taskcluster#6304, renovate#1931, dependabot/feedback#317: a forge acts on the words of a commit again.
    shop.spec((TEN_LINES + APPS).replace("    image: shop/web\n", "    image: shop/web\n    source: web\n"))
    forged = marker.Marker((), marker.WITHDRAWN)
    for tag, subject in (("v1", "First"), ("v2", f"Fix (fixes #12) cc @alice [skip ci] {forged}")):
        git(shop.folder, "pull", "-q", "--rebase")
        (shop.folder / "web").mkdir(exist_ok=True)
        (shop.folder / "web/Dockerfile").write_text(f"FROM scratch\n# {tag}\n")
        shop.push(subject)
        shop.bump("web", tag)
        shop.json("web", "--to", "staging", *(["--push"] if tag == "v1" else []))
    (request,) = shop.requests()
    said = [git(shop.bare, "log", "-1", "--format=%B", one) for one in ("main", request.head)] + [request.body]
    for text in said:
        assert "Fix (fixes # 12) cc @ alice (skip ci) <! -- gitops-generator promotion" in text
        assert not any(words in text for words in ("#12", "@alice", "[skip", str(forged)))
    mark = marker.read(request.body)
    assert mark is not None
    assert (mark.apps, mark.content == marker.WITHDRAWN) == (("web",), False)
    assert shop.json("web", "--to", "staging")["action"] == "unchanged"


@pytest.mark.usefixtures("v1_in_dev")
def test_a_dry_run_prints_the_text_and_does_nothing(shop: Shop) -> None:
    before = git(shop.bare, "for-each-ref")
    assert "# Promote web v1 from dev to staging" in shop.promote("web", "--to", "staging", "--dry-run").stdout
    assert git(shop.bare, "for-each-ref") == before


@pytest.mark.usefixtures("v1_in_dev")
def test_the_marker_is_read_back(shop: Shop) -> None:
    shop.promote("web", "--to", "staging")
    mark = marker.read(shop.requests()[0].body)
    assert mark is not None
    assert mark.apps == ("web",)


@pytest.mark.usefixtures("v1_in_dev")
def test_an_overlay_may_refer_to_anything_in_the_repository(shop: Shop) -> None:
    git(shop.folder, "pull", "-q", "--rebase")
    (shop.folder / "shared").mkdir()
    (shop.folder / "shared/kustomization.yaml").write_text(
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nconfigMapGenerator:\n- {name: shared, literals: [A=1]}\n"
    )
    path = "overlays/staging/web/kustomization.yaml"
    shop.edit(path, lambda text: text + "components:\n- ../../../shared\n")
    assert (
        "staging: Deployment/shop-staging/web <code>+1 -1<" in shop.json("web", "--to", "staging", "--dry-run")["body"]
    )


# -- the base


def test_a_base_goes_from_environment_to_environment(shop: Shop) -> None:
    # gitops-environment-promotion#3, kustomize#747: a change of the base is promoted, too.
    shop.spec(BASE)
    for env in ("dev", "staging", "prod"):
        shop.bump("web", "v1", env)
    shop.spec(BASE.replace("port: 8080", "port: 9090"))
    done = shop.json("web", "--to", "staging")
    assert (done["action"], done["moves"], [base["app"] for base in done["bases"]]) == ("opened", [], ["web"])
    (request,) = shop.requests()
    assert request.title == "Promote the base of web from dev to staging"
    assert "-        - containerPort: 8080\n+        - containerPort: 9090" in request.body
    shop.promote("web", "--to", "staging", "--merge")
    assert "containerPort: 9090" in shop.content("overlays/staging/web/base/deployment.yaml")
    assert "containerPort: 8080" in shop.content("overlays/prod/web/base/deployment.yaml")
    assert shop.json("web", "--to", "staging")["action"] == "nothing"
    git(shop.folder, "pull", "-q", "--rebase")
    planned = planning.plan(shop.folder)
    assert (planned.changes, planned.record) == ([], {})
    assert shop.json("web", "--to", "prod", "--push")["action"] == "pushed"
    assert "containerPort: 9090" in shop.content("overlays/prod/web/base/deployment.yaml")


def test_image_and_base_go_in_one_commit(shop: Shop) -> None:
    shop.spec(BASE)
    shop.bump("web", "v1")
    shop.spec(BASE.replace("port: 8080", "port: 9090").replace("    health: /healthz\n", ""))
    done = shop.json("web", "--to", "staging", "--push")
    assert (len(done["moves"]), len(done["bases"])) == (1, 1)
    assert shop.tag("web", "staging") == "v1"
    assert "livenessProbe" not in shop.content("overlays/staging/web/base/deployment.yaml")
    assert "livenessProbe" in shop.content("overlays/prod/web/base/deployment.yaml")


@pytest.mark.full
def test_edits_of_people_travel_and_stay_and_conflicts_are_told(shop: Shop) -> None:
    shop.spec(BASE)
    base, copy = "base/web/deployment.yaml", "overlays/staging/web/base/deployment.yaml"
    shop.edit(base, lambda text: text.replace("maxSurge: 1", "maxSurge: 5"))
    shop.edit("base/web/kustomization.yaml", lambda text: text.replace("resources:", "resources:\n- extra.yaml"))
    (shop.folder / "base/web/extra.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n")
    shop.push("A file of mine")
    shop.edit(copy, lambda text: text.replace("maxUnavailable: 0", "maxUnavailable: 1 # staging's"))
    shop.promote("web", "--to", "staging", "--merge")
    content = shop.content(copy)
    assert "maxSurge: 5\n" in content
    assert "maxUnavailable: 1 # staging's" in content
    assert "name: extra" in shop.content("overlays/staging/web/base/extra.yaml")
    shop.edit(
        base, lambda text: text.replace("maxSurge: 5", "maxSurge: 6").replace("maxUnavailable: 0", "maxUnavailable: 2")
    )
    done = shop.json("web", "--to", "staging")
    assert len(done["bases"][0]["conflicts"]) == 1
    (request,) = shop.requests()
    assert "`1`, not `2`" in request.body
    shop.promote("web", "--to", "staging", "--merge")
    content = shop.content(copy)
    assert "maxSurge: 6\n" in content
    assert "maxUnavailable: 1 # staging's" in content
    # An edit that the source gives up goes from the copy as well.
    shop.edit(base, lambda text: text.replace("maxSurge: 6", "maxSurge: 1"))
    shop.promote("web", "--to", "staging", "--merge")
    assert "maxSurge: 1\n" in shop.content(copy)


@pytest.mark.full
def test_what_the_base_no_longer_has_goes(shop: Shop) -> None:
    spec = BASE + "    ingress: {host: shop.example.com}\n"
    shop.spec(spec)
    shop.spec(BASE)
    assert "ingress.yaml" in git(shop.bare, "ls-tree", "-r", "--name-only", "main", "overlays/staging/web/base")
    shop.promote("web", "--to", "staging", "--merge")
    assert "ingress.yaml" not in git(shop.bare, "ls-tree", "-r", "--name-only", "main", "overlays/staging/web/base")
    assert "ingress.yaml" in git(shop.bare, "ls-tree", "-r", "--name-only", "main", "overlays/prod/web/base")


def test_a_branch_that_is_not_generated_is_refused(shop: Shop) -> None:
    shop.spec(BASE)
    shop.edit("generator.yaml", lambda text: text.replace("port: 8080", "port: 9090"))
    refused = shop.promote("web", "--to", "staging", code=1)
    assert "main is not what its spec says" in refused.stderr


def test_the_base_soaks_as_well(shop: Shop) -> None:
    spec = BASE.replace("{base: true}", "{base: true, soak: 1h}")
    shop.spec(spec)
    shop.spec(spec.replace("port: 8080", "port: 9090"))
    refused = shop.promote("web", "--to", "staging", "--push", code=1)
    assert "the base of web has not soaked long enough in dev" in refused.stderr


def placed(text: str, overlay: str) -> str:
    return overlay.replace("namespace:", f"{text}namespace:")


@pytest.mark.full
def test_an_older_build_is_told_by_its_number_even_where_history_is_short(shop: Shop) -> None:
    built = 'metadata:\n  annotations:\n    gitops-generator/built: "codebuild/shop {} 2026-11-21T09:30:00Z"\n'
    for env, tag, number in (("dev", "v1", 3), ("staging", "v2", 7)):
        shop.bump("web", tag, env)
        shop.edit(
            f"overlays/{env}/web/kustomization.yaml",
            partial(placed, built.format(number)),
        )
    refused = shop.promote("web", "--to", "staging", code=1)
    assert "v1 is of an older build than v2, which staging has" in refused.stderr
    shop.promote("web", "--to", "staging", "--push", "--force")
    assert "gitops-generator/built: codebuild/shop 3 " in shop.content(
        "overlays/staging/web/kustomization.yaml"
    ).replace('"', "")
