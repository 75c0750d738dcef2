"""``rollback``: to what ran before, to a tag, to a commit; as a commit, a push, a request; pinned, and repeated."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from generator.clients import forges
from testing import ROOT
from testing.depth import FULL
from testing.programs import Run, path_with_git, tool
from testing.repository import TEN_LINES, clone_as_origin, files, generate_for_remote, git, noise
from testing.shop import Shop
from testing.templates import Templates
from testing.waiting import next_second

OVERLAY = "overlays/prod/web/kustomization.yaml"
D = {tag: "sha256:" + digit * 64 for tag, digit in (("1.0", "a"), ("1.1", "b"), ("1.2", "c"))}


@pytest.fixture
def remote(templates: Templates, repository: Path, generator: Run) -> Path:
    """Return a bare repository in which prod has had 1.0, 1.1 and 1.2; ``repository`` is a clone of it."""
    bare = repository.parent / "remote.git"

    def make() -> None:
        generate_for_remote(repository, generator)
        for tag in D:
            release(repository, generator, tag)
        clone_as_origin(repository, bare)
        git(bare, "config", "uploadpack.allowFilter", "true")

    templates.fill("rollback", make)
    return bare


def release(repository: Path, generator: Run, tag: str, env: str = "prod") -> None:
    words = ["--digest", D[tag]] if tag in D else []
    done = generator("bump", "web", "--env", env, "--tag", tag, *words, "--commit", cwd=repository)
    assert done.returncode == 0, done.stderr


def rollback(*more: object) -> list[object]:
    return ["rollback", "web", "--env", "prod", *more]


def content(bare: Path, branch: str = "main") -> str:
    return git(bare, "show", f"{branch}:{OVERLAY}")


def has(text: str, tag: str) -> bool:
    return f"newTag: {tag}\n" in text.replace('"', "").replace("'", "") and D[tag] in text


# -- to what


def test_to_what_ran_before(remote: Path, repository: Path, generator: Run) -> None:
    before = files(repository)
    done = generator(*rollback(), cwd=repository)
    assert (done.returncode, done.stdout) == (0, f"web in prod: back to 1.1 from 1.2, pinned in {OVERLAY}\n"), (
        done.stderr
    )
    after = files(repository)
    assert {path for path in after if after[path] != before[path]} == {OVERLAY}
    text = after[OVERLAY].decode()
    assert has(text, "1.1")
    assert "Ada: rolled back from 1.2" in text


def test_pushed_from_any_clone(remote: Path, repository: Path, generator: Run) -> None:
    before = files(repository)
    done = generator(*rollback("--push", "--reason", "1.2 loses\n\norders", "--output", "json"), cwd=repository)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    pinned = answer.pop("pinned")
    assert pinned.endswith("Ada: 1.2 loses orders")
    assert "note: prod is synced by hand: argocd app sync shop-prod-web" in done.stderr
    assert answer == {
        "app": "web", "environment": "prod", "path": OVERLAY, "tag": "1.1", "digest": D["1.1"],
        "from": {"tag": "1.2", "digest": D["1.2"]}, "changed": True,
        "commit": git(remote, "rev-parse", "main"), "pull_request": None, "bases": [], "promotions": [],
        "notes": ["prod is synced by hand: argocd app sync shop-prod-web"],
    }  # fmt: skip
    assert files(repository) == before
    assert has(content(remote), "1.1")
    assert git(remote, "show", "--format=", "--name-only", "main") == OVERLAY
    message = git(remote, "log", "-1", "--format=%B", "main")
    assert message.startswith("Roll back web in prod to 1.1\n\n")
    assert f"\nRelease: web prod 1.1@{D['1.1']}\n" in message
    assert message.endswith(f"\nRollback: web prod 1.2@{D['1.2']}")
    # Argo CD shows the commit that 1.1 was built from, as when it was first released.
    first = git(remote, "log", "--format=%(trailers:key=Argocd-reference-commit-sha,valueonly)", "-1", "main~2")
    assert f"Argocd-reference-commit-sha: {first}" in message


@pytest.mark.thin(2)
@pytest.mark.parametrize("state", ["shallow", "detached", "shallow and blobless", "stale", "without git"])
def test_a_push_reads_history_from_the_remote(
    state: str, tmp_path: Path, remote: Path, repository: Path, generator: Run
) -> None:
    clone = tmp_path / "clone"
    shallow = ["--depth=1"] if "shallow" in state else []
    partial = ["--filter=blob:none"] if "blobless" in state else []
    git(tmp_path, "clone", "-q", *shallow, *partial, f"file://{remote}", clone)
    if state == "detached":
        git(clone, "checkout", "-q", "--detach", "HEAD~2")
    if state == "stale":
        git(clone, "reset", "-q", "--hard", "HEAD~1")
    if state == "without git":
        (clone / ".git").rename(tmp_path / "elsewhere")
    done = generator(*rollback("--push"), cwd=clone)
    assert done.returncode == 0, done.stderr
    assert has(content(remote), "1.1")


def test_a_shallow_checkout_is_changed_by_the_remotes_history(
    tmp_path: Path, remote: Path, repository: Path, generator: Run
) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{remote}", tmp_path / "clone")
    done = generator(*rollback("--commit"), cwd=tmp_path / "clone")
    assert done.returncode == 0, done.stderr
    assert has((tmp_path / "clone" / OVERLAY).read_text(), "1.1")
    assert git(tmp_path / "clone", "status", "--porcelain") == ""


def test_to_a_tag_puts_its_digest_back(remote: Path, repository: Path, generator: Run) -> None:
    assert generator(*rollback("--to", "1.0", "--push"), cwd=repository).returncode == 0
    assert has(content(remote), "1.0")


def test_to_a_commit(remote: Path, repository: Path, generator: Run) -> None:
    commit = git(remote, "rev-parse", "--short", "main~2")
    done = generator(*rollback("--to", commit, "--push"), cwd=repository)
    assert done.returncode == 0, done.stderr
    assert has(content(remote), "1.0")


def test_a_tag_that_looks_like_a_commit_is_a_tag(remote: Path, repository: Path, generator: Run) -> None:
    release(repository, generator, "abcdef1234")
    release(repository, generator, "1.2")
    done = generator(*rollback("--to", "abcdef1234"), cwd=repository)
    assert done.returncode == 0, done.stderr
    assert "newTag: abcdef1234" in (repository / OVERLAY).read_text()


def test_a_tag_that_was_pushed_twice_comes_back_with_its_newest_digest(
    remote: Path, repository: Path, generator: Run
) -> None:
    newer = "sha256:" + "e" * 64
    generator("bump", "web", "--env", "prod", "--tag", "1.0", "--digest", newer, "--commit", cwd=repository)
    release(repository, generator, "1.2")
    assert generator(*rollback("--to", "1.0"), cwd=repository).returncode == 0
    assert newer in (repository / OVERLAY).read_text()


def test_a_tag_never_seen_needs_its_digest(remote: Path, repository: Path, generator: Run) -> None:
    done = generator(*rollback("--to", "0.9"), cwd=repository)
    assert done.returncode == 1
    assert "0.9: web has never had this tag in prod" in done.stderr
    assert "--digest" in done.stderr
    other = "sha256:" + "f" * 64
    done = generator(*rollback("--to", "0.9", "--digest", other), cwd=repository)
    assert done.returncode == 0, done.stderr
    assert other in (repository / OVERLAY).read_text()


def test_a_tag_nearly_right_is_suggested(remote: Path, repository: Path, generator: Run) -> None:
    release(repository, generator, "release-2026-01")
    done = generator(*rollback("--to", "relaese-2026-01"), cwd=repository)
    assert 'did you mean "release-2026-01"?' in done.stderr


def test_a_tag_older_than_what_is_fetched_at_first(remote: Path, repository: Path, generator: Run) -> None:
    noise(repository, 60)
    git(repository, "push", "-q", "origin", "main")
    done = generator(*rollback("--to", "1.0", "--push"), cwd=repository)
    assert done.returncode == 0, done.stderr
    assert has(content(remote), "1.0")
    message = git(remote, "log", "-1", "--format=%B", "main")
    assert "Argocd-reference-commit-sha: " in message


def test_what_a_merge_brought_counts_once(remote: Path, repository: Path, generator: Run) -> None:
    # A promotion's branch may have had several images before it was merged: prod has run none but the last.
    git(repository, "checkout", "-q", "-b", "promote")
    release(repository, generator, "1.3-rc1")
    release(repository, generator, "1.3")
    git(repository, "checkout", "-q", "main")
    git(repository, "merge", "-q", "--no-ff", "-m", "Merge pull request #7", "promote")
    assert generator(*rollback(), cwd=repository).returncode == 0
    assert has((repository / OVERLAY).read_text(), "1.2")


def test_the_same_image_twice_is_skipped(remote: Path, repository: Path, generator: Run) -> None:
    overlay = repository / OVERLAY
    overlay.write_text(overlay.read_text() + "# a note\n")
    git(repository, "commit", "-qam", "A note")
    assert generator(*rollback(), cwd=repository).returncode == 0
    assert has(overlay.read_text(), "1.1")


# -- repeated, and further


@pytest.mark.thin(2)
@pytest.mark.parametrize("words", [[], ["--no-pin"], ["--commit"], ["--push"], ["--push", "--no-pin"]], ids=str)
def test_repeated_it_changes_nothing_more(words: list[str], remote: Path, repository: Path, generator: Run) -> None:
    assert generator(*rollback(*words), cwd=repository).returncode == 0
    once, tip = files(repository), git(remote, "rev-parse", "main")
    done = generator(*rollback(*words), cwd=repository)
    assert done.returncode == 0, done.stderr
    assert "already; nothing to do" in done.stdout
    assert (files(repository), git(remote, "rev-parse", "main")) == (once, tip)
    assert has(content(remote) if "--push" in words else (repository / OVERLAY).read_text(), "1.1")


def test_after_a_revert_by_hand_the_bad_image_is_not_put_back(remote: Path, repository: Path, generator: Run) -> None:
    git(repository, "revert", "--no-edit", "HEAD")
    done = generator(*rollback(), cwd=repository)
    assert "rolled back to 1.1 from 1.2 already" in done.stdout
    assert "--to TAG" in done.stderr
    assert generator(*rollback("--to", "1.0"), cwd=repository).returncode == 0


def test_to_what_is_there_already_pins_it(remote: Path, repository: Path, generator: Run) -> None:
    assert generator(*rollback("--to", "1.2", "--reason", "freeze"), cwd=repository).returncode == 0
    text = (repository / OVERLAY).read_text()
    assert has(text, "1.2")
    assert "Ada: freeze" in text


@pytest.mark.thin(3)
@pytest.mark.parametrize("how", [[], ["--commit"], ["--push"]], ids=str)
@pytest.mark.parametrize("to", [[], ["--to", "1.1"]], ids=str)
def test_without_a_pin_means_none_that_is_there_either(
    how: list[str], to: list[str], remote: Path, repository: Path, generator: Run
) -> None:
    assert generator(*rollback(*how), cwd=repository).returncode == 0
    done = generator(*rollback(*how, *to, "--no-pin"), cwd=repository)
    assert done.returncode == 0, done.stderr
    text = content(remote) if "--push" in how else (repository / OVERLAY).read_text()
    assert has(text, "1.1")
    assert "pinned" not in text
    if how:
        assert done.stdout.startswith("web in prod: 1.1 stays, unpinned in ")
        assert git(remote if "--push" in how else repository, "log", "-1", "--format=%s", "main") == "Unpin web in prod"
    again = generator(*rollback(*how, *to, "--no-pin"), cwd=repository)
    assert "already; nothing to do" in again.stdout


@pytest.mark.full
def test_pinning_what_runs_is_called_that(remote: Path, repository: Path, generator: Run) -> None:
    done = generator(*rollback("--to", "1.2", "--push"), cwd=repository)
    assert done.stdout.startswith("web in prod: 1.2 stays, pinned in ")
    assert "back to" not in done.stdout
    assert git(remote, "log", "-1", "--format=%s", "main") == "Pin web in prod to 1.2"
    assert "Ada: held where it is" in content(remote)


def test_of_one_tag_the_digests_are_shown(remote: Path, repository: Path, generator: Run) -> None:
    newer = "sha256:" + "e" * 64
    generator("bump", "web", "--env", "prod", "--tag", "1.2", "--digest", newer, "--commit", cwd=repository)
    done = generator(*rollback(), cwd=repository)
    assert f"back to 1.2@{D['1.2'][:19]} from 1.2@{newer[:19]}, pinned" in done.stdout


def test_unpin(remote: Path, repository: Path, generator: Run) -> None:
    before = content(remote)
    generator(*rollback("--to", "1.2", "--push"), cwd=repository)
    done = generator(*rollback("--unpin", "--push"), cwd=repository)
    assert (done.returncode, done.stdout[:22]) == (0, "web in prod: unpinned ")
    assert content(remote) == before
    assert git(remote, "log", "-1", "--format=%s", "main") == "Unpin web in prod"
    assert generator(*rollback("--unpin", "--push"), cwd=repository).stdout == "web in prod: no pin; nothing to do\n"


def test_a_newer_release_that_lands_meanwhile_does_not_change_where_it_goes(
    remote: Path, repository: Path, generator: Run, tmp_path: Path
) -> None:
    # The branch moves under the push: the rollback is applied again, to the image that was chosen, and pinned.
    rival = tmp_path / "rival"
    git(tmp_path, "clone", "-q", remote, rival)
    release(rival, generator, "1.3")
    script = f"""case " $* " in *" push "*)
    [ -e {tmp_path}/once ] || {{ touch {tmp_path}/once; env -u GIT_DIR -u GIT_INDEX_FILE $real -C {rival} push -q origin main; }}
esac"""
    done = generator(*rollback("--push"), cwd=repository, env={"PATH": path_with_git(tmp_path / "bin", script)})
    assert done.returncode == 0, done.stderr
    assert git(remote, "log", "--format=%s", "-2", "main").splitlines() == [
        "Roll back web in prod to 1.1",
        "Release web 1.3 to prod",
    ]
    assert has(content(remote), "1.1")


# -- whose build it is


BUILT = "gitops-generator/built"


def built(
    repository: Path, generator: Run, tag: str, number: int, env: str = "prod"
) -> subprocess.CompletedProcess[str]:
    words = ["--env", env, "--tag", tag, "--digest", "sha256:" + f"{number:064}", "--build", f"ci {number}", "--push"]
    done = generator("bump", "web", *words, cwd=repository)
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.full
def test_the_order_of_builds_goes_back_with_the_image(remote: Path, repository: Path, generator: Run) -> None:
    # Else the next build would be compared with the one that was taken out.
    for number in (11, 12):
        built(repository, generator, f"b{number}", number)
    assert f"{BUILT}: ci 12 " in content(remote)
    assert generator(*rollback("--push"), cwd=repository).returncode == 0
    assert f"{BUILT}: ci 11 " in content(remote)
    tip = git(remote, "rev-parse", "main")
    built(repository, generator, "b10", 10)
    built(repository, generator, "b13", 13)
    assert git(remote, "rev-parse", "main") == tip  # the pin
    assert generator(*rollback("--unpin", "--push"), cwd=repository).returncode == 0
    built(repository, generator, "b10", 10)
    assert "newTag: b11\n" in content(remote)
    built(repository, generator, "b13", 13)
    assert "newTag: b13\n" in content(remote)


@pytest.mark.thin(2)
@pytest.mark.parametrize("to", ["tag", "commit"])
def test_where_the_former_image_had_no_build_none_is_left(
    to: str, remote: Path, repository: Path, generator: Run
) -> None:
    built(repository, generator, "b12", 12)
    where = "1.1" if to == "tag" else git(remote, "rev-parse", "main~2")
    assert generator(*rollback("--to", where, "--push"), cwd=repository).returncode == 0
    assert has(content(remote), "1.1")
    assert BUILT not in content(remote)


def test_what_runs_already_keeps_its_build_when_it_is_pinned(remote: Path, repository: Path, generator: Run) -> None:
    built(repository, generator, "b12", 12)
    assert generator(*rollback("--to", "b12", "--push"), cwd=repository).returncode == 0
    assert f"{BUILT}: ci 12 " in content(remote)


@pytest.mark.full
def test_a_promotion_after_a_rollback_is_not_refused_as_older(remote: Path, repository: Path, generator: Run) -> None:
    built(repository, generator, "b11", 11, "staging")
    for number in (10, 12):
        built(repository, generator, f"b{number}", number)
    assert generator(*rollback("--push", "--no-pin"), cwd=repository).returncode == 0
    done = generator("promote", "web", "--to", "prod", "--push", cwd=repository)
    assert done.returncode == 0, done.stderr
    assert "newTag: b11\n" in content(remote)


# -- as a pull request


def proposed(repository: Path, generator: Run, *more: str, code: int = 0) -> dict[str, object]:
    done = generator(*rollback("--pull-request", "--output", "json", *more), cwd=repository)
    assert done.returncode == code, done.stderr
    return dict(json.loads(done.stdout)) if not code else {"error": done.stderr}


HEAD = "rollback/prod/web"


def test_proposed_again_it_is_the_same_commit_whenever_that_is(remote: Path, repository: Path, generator: Run) -> None:
    first = proposed(repository, generator)
    next_second()  # a pin tells its second
    again = proposed(repository, generator)
    assert (first["changed"], again["changed"]) == (True, False)
    assert again["commit"] == first["commit"] == git(remote, "rev-parse", HEAD)
    assert "1.1 proposed already; nothing to do" in generator(*rollback("--pull-request"), cwd=repository).stdout
    assert git(remote, "rev-parse", HEAD) == first["commit"]
    other = proposed(repository, generator, "--reason", "loses orders")
    assert (other["changed"], other["pull_request"]) == (True, first["pull_request"])
    assert git(remote, "rev-list", "--count", f"main..{HEAD}") == "1"


@pytest.mark.full
def test_proposed_again_on_a_branch_that_has_changed_it_is_made_anew(
    remote: Path, repository: Path, generator: Run
) -> None:
    proposed(repository, generator)
    overlay = repository / OVERLAY
    overlay.write_text(overlay.read_text() + "# a note\n")
    git(repository, "commit", "-qam", "A note")
    git(repository, "push", "-q", "origin", "main")
    assert proposed(repository, generator)["changed"] is True
    assert content(remote, HEAD).endswith("# a note")
    assert has(content(remote, HEAD), "1.1")


def test_a_persons_commit_to_its_branch_is_not_replaced(remote: Path, repository: Path, generator: Run) -> None:
    proposed(repository, generator)
    git(repository, "fetch", "-q", "origin")
    git(repository, "checkout", "-q", "-b", "fix", f"origin/{HEAD}")
    (repository / "README").write_text("a fix\n")
    git(repository, "add", "README")
    git(repository, "commit", "-qm", "A fix of mine")
    git(repository, "push", "-q", "origin", f"fix:{HEAD}")
    git(repository, "checkout", "-q", "main")
    tip = git(remote, "rev-parse", HEAD)
    said = str(proposed(repository, generator, "--to", "1.0", code=1)["error"])
    assert f"{HEAD} holds commits that `rollback` has not made, or not like this; nothing was done" in said
    assert "A fix of mine" in said
    assert f"hint: merge its request first, or give them up: git push origin --delete {HEAD}" in said
    assert git(remote, "rev-parse", HEAD) == tip


@pytest.mark.full
def test_its_own_old_branch_is_known_in_a_long_history(remote: Path, repository: Path, generator: Run) -> None:
    proposed(repository, generator)
    noise(repository, 60)
    git(repository, "push", "-q", "origin", "main")
    assert proposed(repository, generator, "--to", "1.0")["changed"] is True
    assert has(content(remote, HEAD), "1.0")


def test_an_unpin_is_proposed_once(remote: Path, repository: Path, generator: Run) -> None:
    generator(*rollback("--push"), cwd=repository)
    first, again = (proposed(repository, generator, "--unpin") for _ in range(2))
    assert (first["changed"], again["changed"], again["commit"]) == (True, False, first["commit"])


# -- promotions that are open


@pytest.fixture
def promotable(templates: Templates, remote: Path, repository: Path, generator: Run) -> Path:
    """Give staging 1.2 and prod 1.1, and before that 1.0: the request to promote is open."""
    tool("kustomize")

    def make() -> None:
        release(repository, generator, "1.2", "staging")
        release(repository, generator, "1.0")
        release(repository, generator, "1.1")
        git(repository, "push", "-q", "origin", "main")
        done = generator("promote", "--to", "prod", cwd=repository)
        assert done.returncode == 0, done.stderr

    templates.fill("rollback of what is promoted", make)
    return repository


def promotions(remote: Path, state: forges.State = "open") -> list[forges.PullRequest]:
    return forges.connect(str(remote), "local").requests("main", "promote/", state)


@pytest.mark.thin(2)
@pytest.mark.parametrize("how", ["--push", "--pull-request"])
def test_an_open_promotion_would_undo_it_and_is_closed(
    how: str, remote: Path, promotable: Path, generator: Run
) -> None:
    (request,) = promotions(remote)
    done = generator(*rollback(how, "--output", "json"), cwd=promotable)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["promotions"] == [{"url": request.url, "closed": True}]
    assert f"note: {request.url} is closed: merging it would have undone this rollback" in done.stderr
    assert promotions(remote) == []
    record = json.loads(git(remote, "show", f"refs/gitops/requests/{request.number}:request.json"))
    assert record["comments"] == ["web was rolled back in prod: merging this would undo it."]
    # Nobody has said no to it: once the pin is out, it is proposed again.
    assert generator(*rollback("--unpin", "--push"), cwd=promotable).returncode == 0
    assert json.loads(generator("promote", "--to", "prod", "--output", "json", cwd=promotable).stdout)["action"] in (
        "opened", "updated",
    )  # fmt: skip


@pytest.mark.thin(2)
@pytest.mark.parametrize("how", [[], ["--commit"]])
def test_what_is_not_pushed_closes_nothing_and_names_it(
    how: list[str], remote: Path, promotable: Path, generator: Run
) -> None:
    (request,) = promotions(remote)
    done = generator(*rollback(*how), cwd=promotable)
    assert done.returncode == 0, done.stderr
    assert f"note: {request.url} promotes web into prod: merging it undoes this rollback; close it" in done.stderr
    assert promotions(remote) == [request]


@pytest.mark.full
def test_one_that_died_before_it_closed_them_is_finished_by_the_next(
    remote: Path, promotable: Path, generator: Run
) -> None:
    assert generator(*rollback("--push", "--remote", remote), cwd=promotable).returncode == 0
    git(remote, "branch", "promote/shop/prod/web", "main")
    forges.connect(str(remote), "local").open("promote/shop/prod/web", "main", "Late", "")
    assert "already; nothing to do" in generator(*rollback("--push"), cwd=promotable).stdout
    assert promotions(remote) == []


@pytest.mark.full
def test_of_other_apps_and_environments_none_is_closed(remote: Path, promotable: Path, generator: Run) -> None:
    (request,) = promotions(remote)
    release(promotable, generator, "1.0", "dev")
    release(promotable, generator, "1.1", "dev")
    git(promotable, "pull", "-q", "--rebase", "origin", "main")
    git(promotable, "push", "-q", "origin", "HEAD:main")
    done = generator("rollback", "web", "--env", "dev", "--push", cwd=promotable)
    assert done.returncode == 0, done.stderr
    assert promotions(remote) == [request]


def test_a_forge_that_cannot_be_asked_is_told_and_fails_nothing(remote: Path, repository: Path, generator: Run) -> None:
    spec = repository / "generator.yaml"
    spec.write_text(spec.read_text() + "forge: {kind: gitea, url: 'http://127.0.0.1:9'}\n")
    done = generator(*rollback("--push"), cwd=repository, env={"GITEA_TOKEN": "t0ken", "NO_PROXY": "*"})
    assert done.returncode == 0, done.stderr
    assert "note: whether promotions of web into prod are still open is not known" in done.stderr
    assert has(content(remote), "1.1")


# -- what was promoted with it


@pytest.mark.full
def test_the_base_that_was_promoted_stays_and_is_named(repository: Path, generator: Run) -> None:
    tool("kustomize")
    shop = Shop(repository, generator)
    based = TEN_LINES.replace("registry:", "promotion: {base: true}\nregistry:")
    shop.spec(based)
    shop.bump("web", "v1")
    shop.promote("web", "--to", "staging", "--push")
    shop.spec(based.replace("port: 8080", "port: 9090"))
    shop.bump("web", "v2")
    shop.promote("web", "--to", "staging", "--push")
    commit = git(shop.bare, "rev-parse", "main")
    done = generator("rollback", "web", "--env", "staging", "--push", "--output", "json", cwd=repository)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["bases"] == [{"commit": commit, "subject": "Promote web v2 from dev to staging"}]
    said = f"note: the base stays as {commit[:12]} has promoted it (Promote web v2 from dev to staging)"
    assert said in done.stderr
    assert shop.tag("web", "staging") == "v1"
    # Nothing was promoted since 1 ran last, so the way back to 2 leaves nothing.
    done = generator("rollback", "web", "--env", "staging", "--to", "v2", "--push", cwd=repository)
    assert "the base stays" not in done.stderr


# -- what people have edited


def test_a_persons_edits_are_not_committed_along(remote: Path, repository: Path, generator: Run) -> None:
    overlay = repository / OVERLAY
    overlay.write_text(overlay.read_text() + "# mine\n")
    before, tip = files(repository), git(repository, "rev-parse", "HEAD")
    done = generator(*rollback("--commit"), cwd=repository)
    assert done.returncode == 1
    assert f"{OVERLAY} has edits that are not committed; nothing was done" in done.stderr
    assert "hint: commit or stash them" in done.stderr
    assert (files(repository), git(repository, "rev-parse", "HEAD")) == (before, tip)
    assert generator(*rollback(), cwd=repository).returncode == 0
    assert overlay.read_text().endswith("# mine\n")


@pytest.mark.thin(2)
@pytest.mark.parametrize("former", [[], ["--no-pin"], ["--to", "1.0"], ["--reason", "other"]], ids=str)
def test_what_a_former_run_left_is_committed(former: list[str], remote: Path, repository: Path, generator: Run) -> None:
    assert generator(*rollback(*former), cwd=repository).returncode == 0
    done = generator(*rollback("--commit"), cwd=repository)
    assert done.returncode == 0, done.stderr
    assert git(repository, "status", "--porcelain") == ""
    assert has((repository / OVERLAY).read_text(), "1.1")


def test_an_image_that_is_not_committed_is_not_committed_by_an_unpin(
    remote: Path, repository: Path, generator: Run
) -> None:
    assert generator(*rollback(), cwd=repository).returncode == 0
    assert generator(*rollback("--unpin", "--commit"), cwd=repository).returncode == 1


def test_a_commit_on_no_branch_is_told(remote: Path, repository: Path, generator: Run) -> None:
    git(repository, "checkout", "-q", "--detach")
    done = generator(*rollback("--commit"), cwd=repository)
    assert done.returncode == 0, done.stderr
    commit = git(repository, "rev-parse", "--short=12", "HEAD")
    assert f"note: HEAD is detached, so {commit} is on no branch: git branch NAME {commit}" in done.stderr


def test_as_a_pull_request(remote: Path, repository: Path, generator: Run) -> None:
    done = generator(*rollback("--pull-request", "--output", "json"), cwd=repository)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["pull_request"]
    assert has(content(remote), "1.2")
    assert has(content(remote, "rollback/prod/web"), "1.1")
    again = json.loads(generator(*rollback("--pull-request", "--output", "json"), cwd=repository).stdout)
    assert again["pull_request"] == answer["pull_request"]
    git(repository, "fetch", "-q", "origin")
    git(repository, "merge", "-q", "--no-ff", "-m", "Merge it", "origin/rollback/prod/web")
    git(repository, "push", "-q", "origin", "main")
    done = generator(*rollback("--push"), cwd=repository)
    assert "rolled back to 1.1 from 1.2 already" in done.stdout


# -- killed


@pytest.mark.thin(3)
@pytest.mark.parametrize("how", ["--push", "--commit", "--pull-request"])
def test_killed_before_any_program_that_it_starts_it_converges(how: str, remote: Path) -> None:
    # SIGKILL: what there is afterwards is old or new and never half of it, and a rerun makes it new, once.
    done = subprocess.run(
        [sys.executable, "-m", "testing.rollback_kill", str(remote.parent), *map(str, rollback(how))],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    undisturbed, *results = json.loads(done.stdout)
    assert undisturbed["code"] == 0
    assert len(results) > (4 if FULL else 1)
    place = {"--push": "remote.git refs/heads/main", "--commit": "shop refs/heads/main"}.get(
        how, "remote.git refs/heads/rollback/prod/web"
    )
    for result in results:
        assert (result["code"], result["rerun"]) == (-signal.SIGKILL, 0)
        for state in (result["killed"], result["after"]):
            for name, value in state.items():
                if isinstance(value, str):
                    assert has(value, "1.2") or (has(value, "1.1") and value.count("gitops-generator/pinned") == 1), (
                        name
                    )
        after = result["after"]
        assert has(after[place], "1.1")
        # Nothing but the time of the pin tells this from a run that nobody disturbed.
        assert {name: value for name, value in after.items() if not isinstance(value, str)} == {
            name: value for name, value in undisturbed["after"].items() if not isinstance(value, str)
        }
    assert {has(result["killed"].get(place) or content(remote), "1.1") for result in results} >= {False}


# -- bad input


BAD = {
    "an unknown app": (["rollback", "wbe", "--env", "prod"], 2, 'did you mean "web"?'),
    "an unknown environment": (["rollback", "web", "--env", "prdo"], 2, 'did you mean "prod"?'),
    "a commit that is not there": (rollback("--to", "deadbeef"), 1, "deadbeef: neither a tag that web has had in prod, nor a commit"),
    "no tag at all": (rollback("--to", "../1"), 2, "is not an image tag"),
    "an empty tag": (rollback("--to", ""), 2, "is not an image tag"),
    "an option in place of a tag": (rollback("--to=--upload-pack=x"), 2, "is not an image tag"),
    "a digest without a tag": (rollback("--digest", D["1.0"]), 2, "--digest goes with --to TAG"),
    "a digest that is none": (rollback("--to", "1.0", "--digest", "sha256:1"), 2, "is not a digest"),
    "to unpin and go": (rollback("--unpin", "--to", "1.0"), 2, "--unpin changes no image"),
    "a branch that is gone": (rollback("--push", "--branch", "nowhere"), 1, "couldn't find remote ref refs/heads/nowhere"),
    "a remote that is gone": (rollback("--push", "--remote", "/nowhere/x.git"), 1, "does not appear to be a git repository"),
    "nobody listens": (rollback("--push", "--remote", "http://127.0.0.1:9/x.git"), 1, "127.0.0.1"),
    "a remote that looks like an option": (rollback("--push", "--remote=--upload-pack=touch pwned"), 1, "error: "),
}  # fmt: skip


@pytest.mark.parametrize(("words", "code", "said"), BAD.values(), ids=BAD)
def test_bad_input(words: list[str], code: int, said: str, remote: Path, repository: Path, generator: Run) -> None:
    before, tip = files(repository), git(remote, "rev-parse", "main")
    done = generator(*words, cwd=repository)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert (files(repository), git(remote, "rev-parse", "main")) == (before, tip)


def test_an_app_that_was_never_released(remote: Path, repository: Path, generator: Run) -> None:
    done = generator("rollback", "web", "--env", "dev", cwd=repository)
    assert done.returncode == 1
    assert "web has run nothing but unreleased in dev" in done.stderr


@pytest.mark.parametrize("how", ["tag", "commit"])
def test_what_was_never_built_is_nothing_to_go_back_to(
    how: str, remote: Path, repository: Path, generator: Run
) -> None:
    before = files(repository)
    to = "unreleased" if how == "tag" else git(remote, "rev-list", "--max-parents=0", "main")
    done = generator(*rollback("--to", to), cwd=repository)
    assert done.returncode == 1
    assert f"{to}: nothing had been released to prod there" in done.stderr
    assert "hint: name a tag" in done.stderr
    assert files(repository) == before


def test_an_app_that_is_not_on_the_branch(remote: Path, repository: Path, generator: Run) -> None:
    spec = repository / "generator.yaml"
    spec.write_text(spec.read_text() + "  late: {image: shop/late}\n")
    done = generator("rollback", "late", "--env", "dev", "--push", cwd=repository)
    assert done.returncode == 1
    assert "overlays/dev/late/kustomization.yaml: no history on this branch" in done.stderr
    assert "hint: " in done.stderr


def test_a_commit_before_the_overlay(remote: Path, repository: Path, generator: Run) -> None:
    git(repository, "checkout", "-q", "--orphan", "empty")
    git(repository, "rm", "-rqf", "overlays")
    git(repository, "commit", "-qm", "Nothing yet")
    root = git(repository, "rev-parse", "HEAD")
    git(repository, "checkout", "-q", "main")
    done = generator(*rollback("--to", root), cwd=repository)
    assert "neither a tag" in done.stderr  # not of this branch
    git(repository, "merge", "-q", "--allow-unrelated-histories", "-s", "ours", "-m", "Join", "empty")
    done = generator(*rollback("--to", root), cwd=repository)
    assert done.returncode == 1
    assert "has no image there" in done.stderr


def test_migrations_are_not_undone_and_that_is_said(remote: Path, repository: Path, generator: Run) -> None:
    spec = repository / "generator.yaml"
    spec.write_text(spec.read_text() + "    migration: {command: [flask, db, upgrade]}\n")
    done = generator(*rollback(), cwd=repository)
    assert done.returncode == 0, done.stderr
    assert (
        "a rollback does not undo database migrations: 1.1 will run on the schema that 1.2 has migrated to"
        in done.stderr
    )


def test_on_the_way_to_a_newer_version_nothing_is_said_of_the_schema_of_the_older(
    remote: Path, repository: Path, generator: Run
) -> None:
    spec = repository / "generator.yaml"
    spec.write_text(spec.read_text() + "    migration: {command: [flask, db, upgrade]}\n")
    assert generator(*rollback("--commit"), cwd=repository).returncode == 0
    done = generator(*rollback("--to", "1.2"), cwd=repository)
    assert "1.2 will run on the schema as it is now" in done.stderr


def test_no_credentials_are_shown(remote: Path, repository: Path, generator: Run) -> None:
    done = generator(*rollback("--push", "--remote", "http://ci:hunter2@127.0.0.1:9/x.git"), cwd=repository)
    assert done.returncode == 1
    assert "hunter2" not in done.stdout + done.stderr


# -- what undoes rollbacks elsewhere


def bump(repository: Path, generator: Run, tag: str, *more: str) -> subprocess.CompletedProcess[str]:
    words = ["bump", "web", "--env", "prod", "--tag", tag, "--digest", "sha256:" + "9" * 64, "--push", *more]
    done = generator(*words, cwd=repository)
    assert done.returncode == 0, done.stderr
    return done


def test_image_updater_1249_the_next_automatic_bump_does_not_undo_it(
    remote: Path, repository: Path, generator: Run
) -> None:
    assert generator(*rollback("--push"), cwd=repository).returncode == 0
    tip = git(remote, "rev-parse", "main")
    done = bump(repository, generator, "1.3")
    assert "pinned" in done.stdout + done.stderr
    assert git(remote, "rev-parse", "main") == tip
    assert has(content(remote), "1.1")
    # Until a person takes the pin out.
    assert generator(*rollback("--unpin", "--push"), cwd=repository).returncode == 0
    bump(repository, generator, "1.3")
    assert (
        "newTag: '1.3'" in content(remote) or 'newTag: "1.3"' in content(remote) or "newTag: 1.3\n" in content(remote)
    )


def test_image_updater_1249_without_a_pin_the_next_bump_goes_on(remote: Path, repository: Path, generator: Run) -> None:
    assert generator(*rollback("--push", "--no-pin"), cwd=repository).returncode == 0
    bump(repository, generator, "1.3")
    assert "sha256:" + "9" * 64 in content(remote)


def test_argo_cd_9570_5351_and_18072_the_branch_itself_says_what_to_run(
    remote: Path, repository: Path, generator: Run, tmp_path: Path
) -> None:
    # Automated sync and self-heal bring the branch's state, so they keep a rollback that is a commit, and enforce it.
    kustomize = tool("kustomize")
    assert generator(*rollback("--push"), cwd=repository).returncode == 0
    git(tmp_path, "clone", "-q", remote, tmp_path / "argo")
    built = subprocess.run(
        [kustomize, "build", tmp_path / "argo/overlays/prod/web"], capture_output=True, text=True, check=True
    )
    assert f"/shop/web:1.1@{D['1.1']}" in built.stdout
    assert D["1.2"] not in built.stdout
    # The pin is for us alone: nothing of it reaches the cluster.
    assert "gitops-generator/pinned" not in built.stdout


def test_argo_cd_15588_a_regeneration_does_not_undo_it(remote: Path, repository: Path, generator: Run) -> None:
    # Whoever writes the Applications, or the overlays, again, leaves the image and the pin where they are.
    assert generator(*rollback("--commit"), cwd=repository).returncode == 0
    before = (repository / OVERLAY).read_text()
    spec = repository / "generator.yaml"
    spec.write_text(spec.read_text().replace("replicas: 4", "replicas: 5"))
    assert generator("generate", "-q", cwd=repository).returncode == 0
    assert (repository / OVERLAY).read_text() == before.replace("count: 4", "count: 5")
    root = (repository / "gitops/bootstrap.yaml").read_text()
    assert "/spec/syncPolicy/automated" in root
