"""An environment of previews: the namespace comes and goes with the request, and nothing of a fork is applied."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import process
from generator.clients import forges
from generator.render import render
from generator.spec import loader
from testing.programs import Run, tool
from testing.servers.forges.github import GitHub as Server
from testing.servers.forges.server import running

SPEC = """\
version: 1
project: shop
repository: REPOSITORY
environments:
  dev: {}
  pr:
    pullRequests: {label: preview, host: "{app}-{number}.example.com", tag: "pr-{number}-{sha}"}
apps:
  web: {image: shop/web, source: src, port: 8080, ingress: {host: web.example.com}}
  cache: {image: docker.io/library/memcached, podSecurityContext: {runAsUser: 11211}}
"""
GITHUB = "https://github.com/acme/shop.git"
SET = "gitops/applications/pr/web.yaml"
FORGES = {
    GITHUB: {"github": {"owner": "acme", "repo": "shop", "labels": ["preview"]}},
    "git@github.com:acme/shop.git": {"github": {"owner": "acme", "repo": "shop", "labels": ["preview"]}},
    "https://github.example.org/acme/shop.git": {
        "github": {"owner": "acme", "repo": "shop", "api": "https://github.example.org/api/v3/", "labels": ["preview"]}
    },
    "https://gitlab.com/acme/team/shop.git": {
        "gitlab": {"project": "acme/team/shop", "pullRequestState": "opened", "labels": ["preview"]}
    },
    "https://codeberg.org/acme/shop.git": {
        "gitea": {"owner": "acme", "repo": "shop", "api": "https://codeberg.org", "labels": ["preview"]}
    },
}


def the_set(repository: str = GITHUB) -> dict[str, Any]:
    found = yaml.safe_load(render(loader.parse(SPEC.replace("REPOSITORY", repository)))[SET].text)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("repository", FORGES)
def test_the_forge_is_asked_for_requests_with_the_label(repository: str) -> None:
    [generator] = the_set(repository)["spec"]["generators"]
    assert generator == {"pullRequest": {**FORGES[repository], "requeueAfterSeconds": 300}}


def test_the_manifests_are_those_of_the_branch_and_the_image_that_of_the_request() -> None:
    template = the_set()["spec"]["template"]
    source = template["spec"]["source"]
    assert (source["repoURL"], source["targetRevision"]) == (GITHUB, "main")
    assert source["kustomize"]["images"] == ["shop/web=shop/web:pr-{{.number}}-{{.head_sha}}"]
    assert template["spec"]["project"] == "shop.pr"
    assert template["metadata"]["finalizers"] == ["resources-finalizer.argocd.argoproj.io"]
    assert "CreateNamespace=true" not in template["spec"]["syncPolicy"]["syncOptions"]


def test_what_argo_cd_gives_to_kustomize_moves_all_into_the_namespace_of_the_request(tmp_path: Path) -> None:
    files = render(loader.parse(SPEC.replace("REPOSITORY", GITHUB)))
    for path, file in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(file.text)
    # As Argo CD does it: it fills the template in, and edits the overlay by kustomize's own command.
    text = files[SET].text.replace("{{.number}}", "7").replace("{{.head_sha}}", "abc")
    about = yaml.safe_load(text)["spec"]["template"]["spec"]["source"]["kustomize"]
    kustomize, overlay = tool("kustomize"), tmp_path / "overlays/pr/web"
    process.run([kustomize, "edit", "set", "namespace", about["namespace"]], process.Setting(overlay))
    process.run([kustomize, "edit", "set", "image", *about["images"]], process.Setting(overlay))
    kustomization = yaml.safe_load((overlay / "kustomization.yaml").read_text())
    kustomization.setdefault("patches", []).extend(about["patches"])
    (overlay / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    built = list(yaml.safe_load_all(process.run([kustomize, "build", overlay]).stdout))
    by_kind = {one["kind"]: one for one in built}
    assert by_kind["Namespace"]["metadata"]["name"] == "shop-pr-7-web"
    assert by_kind["Namespace"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert {one["metadata"]["namespace"] for one in built if one["kind"] != "Namespace"} == {"shop-pr-7-web"}
    assert by_kind["ResourceQuota"]["spec"]["hard"]["pods"] == "20"
    assert by_kind["Ingress"]["spec"]["rules"][0]["host"] == "web-7.example.com"
    [container] = by_kind["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "shop/web:pr-7-abc"


def test_an_app_that_is_built_elsewhere_has_none() -> None:
    assert "gitops/applications/pr/cache.yaml" not in render(loader.parse(SPEC.replace("REPOSITORY", GITHUB)))


@pytest.mark.full
def test_it_is_valid_and_what_it_changes_besides_is_not(repository: Path, generator: Run) -> None:
    tool("kustomize")
    tool("kubeconform")
    (repository / "generator.yaml").write_text(SPEC.replace("REPOSITORY", GITHUB))
    assert generator("generate", "-q", cwd=repository).returncode == 0
    done = generator("validate", cwd=repository)
    assert done.returncode == 0, done.stderr
    path = repository / SET
    text = path.read_text()
    for old, new, told in (
        ("path: /spec/rules/0/host", "path: /spec/rules/0/http", "source.kustomize changes what the folder gives"),
        ("targetRevision: main", "targetRevision: '{{.head_sha}}'", "and not the branch main"),
        ("project: shop.pr", "project: '{{.branch}}'", "which is not this repository's"),
        ('shop-pr-{{.number}}-web"\n      rev', '{{.branch}}"\n      rev', "deploys to"),
    ):
        assert old in text
        path.write_text(text.replace(old, new))
        assert told in generator("validate", cwd=repository).stderr


TOKEN = "ghp_s3cr3t"
WITH_A_LIFE = SPEC.replace("label: preview,", "label: preview, timeToLive: 2d,").replace("pr-{number}-{sha}", "{sha}")


@pytest.fixture
def forge(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Return a GitHub with two open requests, one of which had the label for long, and the repository for it."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITOPS_GENERATOR_HOSTS", "127.0.0.1,git.example.com")
    server = Server(TOKEN)
    with running(server.api):
        text = WITH_A_LIFE.replace("REPOSITORY", "https://git.example.com/acme/shop.git")
        about = f"forge: {{kind: github, url: '{server.api.url}'}}\n"
        (repository / "generator.yaml").write_text(text.replace("environments:", f"{about}environments:"))
        client = forges.connect("git@git.example.com:acme/shop.git", "github", server.api.url)
        server.branches["new"] = "c" * 40
        client.open("promote/prod", "main", "Old", "", labels=["preview"])
        client.open("new", "main", "New", "", labels=["preview"])
        now = datetime.now(UTC).isoformat(timespec="seconds")
        server.events[2] = [{"event": "labeled", "label": {"name": "preview"}, "created_at": now}]
        yield server


def listed(repository: Path, generator: Run, *words: str) -> dict[str, Any]:
    done = generator("previews", "-o", "json", *words, cwd=repository)
    assert done.returncode == 0, done.stderr
    return {one["request"]: one for one in json.loads(done.stdout)["previews"]}


def test_previews_are_listed_and_nothing_is_changed(repository: Path, forge: Server, generator: Run) -> None:
    found = listed(repository, generator)
    assert [(number, one["over"], one["ended"]) for number, one in found.items()] == [
        ("2", False, False),
        ("1", True, False),
    ]
    assert found["2"]["apps"] == [
        {
            "app": "web",
            "application": "shop-pr-web-2",
            "image": f"shop/web:{'c' * 40}",
            "address": "https://web-2.example.com",
        }
    ]
    assert found["1"]["time"] == "2026-11-21T12:00:00Z"
    assert found["1"]["until"] == "2026-11-23T12:00:00Z"
    assert not any(asked.startswith(("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", "DELETE")) for asked in forge.api.seen)  # fmt: skip
    shown = generator("previews", cwd=repository).stdout
    assert "https://web-2.example.com" in shown
    assert "too old: --expire ends it" in shown


def test_a_request_is_told_its_address_and_an_old_one_loses_the_label(
    repository: Path, forge: Server, generator: Run
) -> None:
    for _ in range(2):
        found = listed(repository, generator, "--comment", "--expire")
    assert list(found) == ["2"]
    assert forge.labels == {1: [], 2: ["preview"]}
    [old], [new] = forge.comments[1], forge.comments[2]
    assert "has ended, 2d after this got the label `preview`" in old["body"]
    assert f"| web | https://web-2.example.com | `shop/web:{'c' * 40}` |" in new["body"]
    assert "2d after it got the label" in new["body"]


def test_an_environment_without_previews_is_wrong_usage(repository: Path, forge: Server, generator: Run) -> None:
    done = generator("previews", "-e", "dev", cwd=repository)
    assert (done.returncode, "there is: pr" in done.stderr) == (2, True)
    assert forge.api.seen.count("GET /repos/{owner}/{repo}/pulls") == 0


def test_the_workflow_runs_the_branch_and_ends_previews_only_where_they_have_an_end() -> None:
    path = ".github/workflows/gitops-previews.yml"
    spec = SPEC.replace("REPOSITORY", GITHUB).replace("environments:", "ci: {github: true}\nenvironments:")
    workflow = yaml.safe_load(render(loader.parse(spec))[path].text)
    checkout, *_, last = workflow["jobs"]["previews"]["steps"]
    assert checkout["with"]["ref"] == "main"
    assert last["run"].endswith(" previews --comment")
    text = render(loader.parse(spec.replace("label: preview,", "label: preview, timeToLive: 2d,")))[path].text
    assert text.rstrip().endswith(" previews --comment --expire")
    elsewhere = spec.replace("label: preview,", "label: preview, repository: 'https://github.com/acme/src.git',")
    assert path not in render(loader.parse(elsewhere))
