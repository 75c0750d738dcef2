"""``promote`` with what lies around it: a real Gitea, Argo CD's API, an SNS topic."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from testing import command_line
from testing.programs import Run
from testing.repository import TEN_LINES, git
from testing.servers import argocd as argo_cd_rig
from testing.servers.gitea import Rig
from testing.shop import BASE, DIGESTS, REGISTRY, Shop


@pytest.fixture
def generator() -> Run:
    """Return what runs commands in this process: the programs that they talk to are other ones."""
    return command_line.run


# -- Argo CD


@pytest.mark.thin(3)
@pytest.mark.parametrize(
    ("health", "image", "state"),
    [
        ("Healthy", f"{REGISTRY}/shop/web@{DIGESTS['v1']}", "passed"),
        ("Healthy", f"{REGISTRY}/shop/web@{DIGESTS['v2']}", "failed"),
        ("Degraded", f"{REGISTRY}/shop/web@{DIGESTS['v1']}", "failed"),
    ],
)
def test_the_health_of_the_source(
    health: str, image: str, state: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.bump("web", "v1")
    scene = argo_cd_rig.Scene(argo_cd_rig.application("a" * 40, health=health, images=(image,)))
    with argo_cd_rig.serve(argo_cd_rig.ArgoCd([scene])) as server:
        monkeypatch.setenv("ARGOCD_SERVER", server.url)
        monkeypatch.setenv("ARGOCD_AUTH_TOKEN", argo_cd_rig.TOKEN)
        (check,) = shop.json("web", "--to", "staging", "--dry-run")["checks"]
        assert (check["name"], check["state"]) == ("web is healthy in dev", state)
        code = 0 if state == "passed" else 1
        assert shop.promote("web", "--to", "staging", "--push", code=code).returncode == code


def test_an_argo_cd_that_is_down_is_unknown_and_holds_up_nobody(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.bump("web", "v1")
    monkeypatch.setenv("ARGOCD_SERVER", "http://127.0.0.1:9")
    monkeypatch.setenv("ARGOCD_AUTH_TOKEN", "t0ken")
    done = shop.promote("web", "--to", "staging", "--push", "--output", "json")
    assert json.loads(done.stdout)["checks"][0]["state"] == "unknown"
    assert "its health is not known" in done.stderr
    assert "t0ken" not in done.stdout + done.stderr


@pytest.mark.thin(2)
@pytest.mark.parametrize("state", ["passed", "failed"])
def test_a_base_that_goes_alone_is_to_be_healthy_as_well(
    state: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.spec(BASE)
    shop.spec(BASE.replace("port: 8080", "port: 9090"))
    health = "Healthy" if state == "passed" else "Degraded"
    scene = argo_cd_rig.Scene(argo_cd_rig.application("a" * 40, health=health, images=()))
    with argo_cd_rig.serve(argo_cd_rig.ArgoCd([scene])) as server:
        monkeypatch.setenv("ARGOCD_SERVER", server.url)
        monkeypatch.setenv("ARGOCD_AUTH_TOKEN", argo_cd_rig.TOKEN)
        found = shop.json("web", "--to", "staging", "--dry-run")
        assert [(check["name"], check["state"]) for check in found["checks"]] == [("web is healthy in dev", state)]
        assert f"{state} | web is " in found["body"]
        shop.promote("web", "--to", "staging", "--push", code=0 if state == "passed" else 1)


# -- SNS


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Yield a queue that is subscribed to the topic ``approvals``."""
    from tests.e2e.aws import ACCOUNT, REGION, Aws

    (tmp_path / "moto").mkdir()
    running = Aws.start(tmp_path / "moto")
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    topic = running.client("sns").create_topic(Name="approvals")["TopicArn"]
    url = running.client("sqs").create_queue(QueueName="mail")["QueueUrl"]
    running.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:mail")

    def received() -> list[dict[str, Any]]:
        found = running.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            running.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found]

    received.topic = topic  # type: ignore[attr-defined]
    yield received
    running.stop()


@pytest.mark.full
def test_approvers_are_told_once_of_each_content(shop: Shop, queue: Any) -> None:
    shop.spec(TEN_LINES.replace("registry:", f"promotion: {{notify: '{queue.topic}'}}\nregistry:"))
    shop.bump("web", "v1")
    shop.promote("web", "--to", "staging")
    shop.promote("web", "--to", "staging")
    (message,) = queue()
    (request,) = shop.requests()
    assert message["Subject"] == "Promote web v1 from dev to staging"
    assert request.url in message["Message"]
    assert "web: unreleased -> v1" in message["Message"]
    shop.bump("web", "v2")
    shop.promote("web", "--to", "staging")
    (message,) = queue()
    assert message["Subject"] == "Promote web v2 from dev to staging"


@pytest.mark.full
def test_a_topic_that_is_gone_is_an_error_and_the_request_stays(shop: Shop, queue: Any) -> None:
    topic = queue.topic.replace("approvals", "gone")
    shop.spec(TEN_LINES.replace("registry:", f"promotion: {{notify: '{topic}'}}\nregistry:"))
    shop.bump("web", "v1")
    refused = shop.promote("web", "--to", "staging", code=1)
    assert "NotFound" in refused.stderr
    assert len(shop.requests()) == 1


# -- Gitea


def test_on_a_real_forge(shop: Shop, rig: Rig, generator: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITEA_TOKEN", rig.token)
    monkeypatch.setenv("GIT_USERNAME", "root-of-forge")
    monkeypatch.setenv("GIT_TOKEN", rig.token)
    rig.call("POST", "/orgs/acme/repos", {"name": "promoted", "default_branch": "main"})
    url = f"{rig.url}/acme/promoted.git"
    spec = TEN_LINES.replace("staging: {}", "staging: {approvers: [ann]}").replace(
        "registry:", "forge: {kind: gitea}\nregistry:"
    )
    shop.spec(spec)
    git(shop.folder, "push", "-q", rig.push_url("acme/promoted"), "main")

    def run(*words: object) -> dict[str, Any]:
        done = generator(*words, "--remote", url, "--output", "json", cwd=shop.folder)
        assert done.returncode == 0, done.stderr
        assert rig.token not in done.stdout + done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def pulls(state: str = "open") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = rig.call("GET", f"/repos/acme/promoted/pulls?state={state}")
        return found

    run("bump", "web", "--env", "dev", "--tag", "v1", "--push")
    opened = run("promote", "web", "--to", "staging")
    assert opened["action"] == "opened"
    (pull,) = pulls()
    assert pull["title"] == "Promote web v1 from dev to staging"
    assert "<details><summary>staging: Deployment/shop-staging/web" in pull["body"]
    assert [user["login"] for user in pull["requested_reviewers"]] == ["ann"]
    assert run("promote", "web", "--to", "staging")["action"] == "unchanged"
    run("bump", "web", "--env", "dev", "--tag", "v2", "--push")
    assert run("promote", "web", "--to", "staging")["action"] == "updated"
    assert [pull["number"] for pull in pulls()] == [int(opened["request"]["number"])]
    everything = run("promote", "--to", "staging")
    assert everything["closed"] == [opened["request"]["number"]]
    assert run("promote", "--to", "staging", "--merge")["action"] == "merged"
    content = rig.call("GET", "/repos/acme/promoted/contents/overlays/staging/web/kustomization.yaml?ref=main")
    assert content["type"] == "file"
    assert run("promote", "--to", "staging")["action"] == "nothing"
    assert [branch["name"] for branch in rig.call("GET", "/repos/acme/promoted/branches")] == ["main"]
