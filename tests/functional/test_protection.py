"""``protection``: what it prints fits the API of each forge, and does what it says on a real Gitea."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from generator.clients import forges
from generator.errors import ForgeError
from testing.programs import Run
from testing.repository import TEN_LINES, git
from testing.servers.forges import gitlab_description
from testing.servers.forges.github import DESCRIPTION
from testing.servers.forges.server import Api
from testing.servers.gitea import Rig

GUARDED = TEN_LINES.replace("prod: {sync: manual}", "prod: {approvers: [ann, acme/platform]}")
GITHUB, GITLAB = "https://github.com/acme/shop.git", "git@gitlab.com:acme/platform/shop.git"
CODECOMMIT = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop"


def advice(generator: Run, repository: Path, url: str, *words: str, spec: str = GUARDED) -> dict[str, Any]:
    (repository / "generator.yaml").write_text(spec.replace("https://git.example.com/acme/shop-gitops.git", url))
    done = generator("protection", "--output", "json", *words, cwd=repository)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def fits(paths: dict[str, Any], call: dict[str, Any]) -> None:
    """Check by what the forges' requests pass, too."""
    api = Api(paths, lambda _: None, "", "")  # type: ignore[arg-type,return-value]
    api.checked(call["method"], f"/{call['path']}", {}, json.dumps(call["body"]).encode(), {})


@pytest.mark.parametrize("words", [[], ["--pusher", "123456"]], ids=["nobody pushes", "an app pushes"])
def test_github(words: list[str], generator: Run, repository: Path) -> None:
    found = advice(generator, repository, GITHUB, *words)
    (call,) = found["calls"]
    fits(DESCRIPTION["paths"], call)
    assert call["path"] == "repos/acme/shop/rulesets"
    rules = {rule["type"]: rule.get("parameters") for rule in call["body"]["rules"]}
    assert set(rules) == {"deletion", "non_fast_forward", "pull_request"}
    assert rules["pull_request"]["require_code_owner_review"] is True
    assert call["body"]["conditions"]["ref_name"]["include"] == ["refs/heads/main"]
    assert [actor["actor_id"] for actor in call["body"]["bypass_actors"]] == ([123456] if words else [])
    assert any("--pull-request" in note for note in found["notes"]) is not bool(words)


@pytest.mark.parametrize("words", [[], ["--pusher", "99"]], ids=["nobody pushes", "a user pushes"])
def test_gitlab(words: list[str], generator: Run, repository: Path) -> None:
    found = advice(generator, repository, GITLAB, *words)
    (call,) = found["calls"]
    fits(gitlab_description.PATHS, call)
    assert call["path"] == "projects/acme%2Fplatform%2Fshop/protected_branches"
    assert call["body"]["code_owner_approval_required"] is True
    assert call["body"].get("allowed_to_push") == ([{"user_id": 99}] if words else None)
    assert call["body"].get("push_access_level") == (None if words else 0)


def test_codecommit(generator: Run, repository: Path) -> None:
    from testing.servers.forges import codecommit as check

    found = advice(generator, repository, CODECOMMIT)
    for call, name in zip(
        found["calls"], ("CreateApprovalRuleTemplate", "AssociateApprovalRuleTemplateWithRepository"), strict=True
    ):
        assert call["method"] == "codecommit"
        check.check(check.MODEL.operation_model(name).input_shape, call["body"], name)
    content = json.loads(found["calls"][0]["body"]["approvalRuleTemplateContent"])
    assert content["DestinationReferences"] == ["refs/heads/main"]
    assert content["Statements"][0]["ApprovalPoolMembers"] == ["CodeCommitApprovers:123456789012:ann"]
    assert any("know no paths" in note for note in found["notes"])


@pytest.mark.parametrize("url", [GITHUB, GITLAB, "https://codeberg.org/acme/shop.git"])
def test_a_pipeline_that_pushes_would_be_stopped_and_that_is_said(url: str, generator: Run, repository: Path) -> None:
    (repository / "web").mkdir()
    built = GUARDED.replace("    image: shop/web\n", "    image: shop/web\n    source: web\n")
    assert built != GUARDED

    def notes(spec: str, *words: str) -> str:
        return " ".join(advice(generator, repository, url, *words, spec=spec)["notes"])

    said = notes(built)
    assert "this stops all releases" in said
    assert "`ci: {pullRequest: true}`" in said
    assert "--pusher" in said
    proposing = notes(built + "ci: {pull_request: true, credentials: shop/git}\n")
    assert "stops all releases" not in proposing
    assert "bump --pull-request" in proposing
    assert "stops all releases" not in notes(built + "ci: {codebuild: false}\n")
    assert "stops all releases" not in notes(built, "--pusher", "7")
    assert "stops all releases" not in notes(GUARDED)  # somebody else's pipeline


def test_on_codecommit_a_pusher_has_no_effect_and_that_is_said(generator: Run, repository: Path) -> None:
    without, given = (advice(generator, repository, CODECOMMIT, *words) for words in ([], ["--pusher", "builds"]))
    assert given["calls"] == without["calls"]
    assert any("--pusher builds has no effect here" in note for note in given["notes"])
    assert not any("--pusher" in note for note in without["notes"])


@pytest.mark.parametrize("url", [GITHUB, GITLAB, CODECOMMIT])
def test_nothing_is_allowed_to_everybody(url: str, generator: Run, repository: Path) -> None:
    assert "*" not in json.dumps(advice(generator, repository, url)["calls"])


def test_without_approvers_nobody_is_asked(generator: Run, repository: Path) -> None:
    found = advice(generator, repository, GITHUB, spec=TEN_LINES)
    assert found["calls"][0]["body"]["rules"][2]["parameters"]["require_code_owner_review"] is False
    assert found["notes"][0].startswith("No environment has `approvers:`")


@pytest.mark.parametrize(
    ("url", "words", "code", "said"),
    [
        ("/srv/git/shop.git", [], 1, "no forge that protects branches"),
        ("https://git.example.com/acme/shop.git", [], 1, "which forge is it?"),
        (GITHUB, ["--pusher", "ann"], 2, "hint: give the id of a GitHub App"),
        (GITLAB, ["--pusher", "ann"], 2, "hint: give the id of a GitLab user"),
        (GITHUB, ["--pusher", "²"], 2, "--pusher ²: not a number"),
        (GITHUB, ["--pusher", ""], 2, "--pusher: names no account"),
    ],
)
def test_what_cannot_be_told(
    url: str, words: list[str], code: int, said: str, generator: Run, repository: Path
) -> None:
    (repository / "generator.yaml").write_text(GUARDED.replace("https://git.example.com/acme/shop-gitops.git", url))
    done = generator("protection", *words, cwd=repository)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr


@pytest.mark.parametrize("url", [GITHUB, GITLAB, CODECOMMIT])
def test_the_script_is_one_and_hands_over_the_json(url: str, generator: Run, repository: Path, tmp_path: Path) -> None:
    calls = advice(generator, repository, url)["calls"]
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("gh", "glab", "aws"):
        # What a tool is given: its words, and its standard input.
        (programs / name).write_text(
            f'#!/bin/sh\necho "$@" >> {tmp_path}/words\ncat > {tmp_path}/$(ls {tmp_path} | grep -c json).json\n'
        )
        (programs / name).chmod(0o755)
    script = generator("protection", cwd=repository).stdout
    subprocess.run(
        ["bash"], input=script, text=True, check=True, env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    )
    given = [json.loads((tmp_path / f"{number}.json").read_text()) for number in range(len(calls))]
    assert given == [call["body"] for call in calls]
    words = (tmp_path / "words").read_text().splitlines()
    assert all(call["path"] in line for call, line in zip(calls, words, strict=True))


# -- on a real forge


def test_on_gitea_it_does_what_it_says(
    rig: Rig, generator: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "shop"
    work.mkdir()
    rig.call("POST", "/orgs/acme/repos", {"name": "shop"})
    rig.call(
        "POST",
        "/admin/users",
        {"username": "builds", "email": "b@example.com", "password": "b-Uilds123", "must_change_password": False},
    )
    for name in ("builds", "ann"):
        rig.call("PUT", f"/repos/acme/shop/collaborators/{name}", {"permission": "write"})
    monkeypatch.setenv("GITEA_TOKEN", rig.token)
    (work / "generator.yaml").write_text(
        TEN_LINES.replace("https://git.example.com/acme/shop-gitops.git", f"{rig.url}/acme/shop.git").replace(
            "prod: {sync: manual}", "prod: {approvers: [ann]}"
        )
        + "forge: {kind: gitea}\n"
    )
    git(work, "init", "-q")
    assert generator("generate", "-q", cwd=work).returncode == 0
    git(work, "add", "-A")
    git(work, "commit", "-qm", "First")
    git(work, "push", "-q", rig.push_url("acme/shop"), "HEAD:refs/heads/main")
    script = generator("protection", "--pusher", "builds", cwd=work).stdout
    assert rig.token not in script
    done = subprocess.run(["bash"], input=script, text=True, check=False, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr

    def push(branch: str, environment: str, url: str) -> subprocess.CompletedProcess[str]:
        file = work / f"overlays/{environment}/web/kustomization.yaml"
        file.write_text(file.read_text() + f"# {branch}\n")
        git(work, "commit", "-qam", branch)
        return subprocess.run(
            ["git", "push", "-q", url, f"HEAD:refs/heads/{branch}"],
            cwd=work,
            capture_output=True,
            text=True,
            check=False,
        )

    def proposed(branch: str, environment: str) -> tuple[forges.PullRequest, str]:
        git(work, "fetch", "-q", rig.push_url("acme/shop"), "main")
        git(work, "checkout", "-q", "--detach", "FETCH_HEAD")
        done = push(branch, environment, rig.push_url("acme/shop"))
        assert done.returncode == 0, done.stderr
        return forge.open(branch, "main", branch, ""), git(work, "rev-parse", "HEAD")

    forge = forges.connect(f"{rig.url}/acme/shop.git", "gitea")
    refused = push("main", "dev", rig.push_url("acme/shop"))
    assert "protected branch" in refused.stderr
    request, commit = proposed("promote/dev", "dev")
    assert forge.merge(request, commit).state == "merged"
    request, commit = proposed("promote/prod", "prod")
    assert [
        user["login"] for user in rig.call("GET", f"/repos/acme/shop/pulls/{request.number}")["requested_reviewers"]
    ] == ["ann"]
    with pytest.raises(ForgeError, match="official review requests"):
        forge.merge(request, commit)
    token = rig.token_of("ann")
    review = {"event": "APPROVED", "commit_id": commit}
    rig.call("POST", f"/repos/acme/shop/pulls/{request.number}/reviews", review, token=token)
    assert forge.merge(request, commit).state == "merged"
    git(work, "fetch", "-q", rig.push_url("acme/shop"), "main")
    git(work, "checkout", "-q", "--detach", "FETCH_HEAD")
    done = push("main", "dev", f"{rig.url.replace('://', '://builds:b-Uilds123@')}/acme/shop.git")
    assert done.returncode == 0, done.stderr
