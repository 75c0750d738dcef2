"""Notifications: from Argo CD's controller by a ConfigMap that an administrator applies, and from `wait --notify`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.delivery import image, notify
from generator.delivery.diagnosis import Wanted
from generator.delivery.rollout import Verdict
from generator.render import render
from generator.spec import loader
from generator.yaml.kustomization import Image
from testing.programs import Run, tool
from testing.repository import TEN_LINES, clone_as_origin, generate_for_remote, git
from testing.servers import loopback
from testing.servers.argocd import TOKEN, ArgoCd, application, running, serve
from testing.templates import Templates

HOME = "arn:aws:eks:eu-west-1:123456789012:cluster/tools"
MANAGED = f"argocd: {{flavor: eks-capability, version: '3.5', cluster: '{HOME}'}}\n"
D1 = f"sha256:{'1' * 64}"
IMAGE = f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.0@{D1}"
CONFIG = "gitops/notifications.yaml"


@contextmanager
def receiver(status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the address of a server, and what it is told."""
    told: list[dict[str, Any]] = []

    class Handler(loopback.Handler):
        def do_POST(self) -> None:
            told.append({"authorization": self.headers.get("Authorization"), **json.loads(self.body())})
            self.answer(status)

    with loopback.Server(Handler) as server:
        yield server.url, told


@pytest.fixture
def shop(templates: Templates, repository: Path, generator: Run) -> Path:

    def make() -> None:
        generate_for_remote(repository, generator, MANAGED)
        generator("bump", "web", "--env", "dev", "--tag", "1.0", "--digest", D1, "--commit", cwd=repository)
        clone_as_origin(repository, repository.parent / "remote.git")

    templates.fill("notifications", make)
    return repository


def waits(shop: Path, generator: Run, rig: ArgoCd, notifications: str) -> tuple[int, str]:
    spec = shop / "generator.yaml"
    spec.write_text(f"{spec.read_text()}notifications: {notifications}\n")
    with serve(rig):
        env = {"ARGOCD_SERVER": rig.url, "ARGOCD_AUTH_TOKEN": TOKEN, "NO_PROXY": "*"}
        done = generator("wait", "web", "--env", "dev", "--timeout", "5s", "--notify", cwd=shop, env=env)
    return done.returncode, done.stderr


def test_wait_tells_a_webhook_where_argo_cd_has_no_controller(shop: Path, generator: Run) -> None:
    tip = git(shop, "rev-parse", "main")
    with receiver() as (url, told):
        code, _ = waits(shop, generator, ArgoCd([running(tip, IMAGE)]), f"{{webhook: {{url: '{url}'}}}}")
    assert code == 0
    assert told == [
        {
            "authorization": None, "event": "deployed", "application": "shop-dev-web", "app": "web", "environment": "dev",
            "revision": tip, "images": [f"1.0@{D1}"], "message": "Synced and Healthy",
        }
    ]  # fmt: skip


def test_of_an_app_on_ecs_the_webhook_is_told_though_there_is_a_controller() -> None:
    with receiver() as (url, told):
        about = f"notifications: {{webhook: {{url: '{url}'}}}}\n"
        spec = loader.parse(TEN_LINES.replace("dev: {}", "dev: {target: ecs}") + about)
        wanted = Wanted("shop-dev/web", "abc", frozenset({"shop/web"}), Image("shop/web", "1.0", D1))
        for environment in ("dev", "staging"):
            place = image.slot(spec, "web", environment)
            assert list(notify.tell(spec, place, wanted, Verdict("healthy", "1 of 1 tasks run", "abc"))) == []
    # What is on Kubernetes, Argo CD's controller tells.
    assert [(one["app"], one["environment"], one["event"]) for one in told] == [("web", "dev", "deployed")]


def test_wait_does_not_tell_what_is_not_asked_for(shop: Path, generator: Run) -> None:
    tip = git(shop, "rev-parse", "main")
    with receiver() as (url, told):
        about = f"{{webhook: {{url: '{url}'}}, events: [failed]}}"
        code, _ = waits(shop, generator, ArgoCd([running(tip, IMAGE)]), about)
    assert (code, told) == (0, [])


def test_wait_tells_what_has_failed(shop: Path, generator: Run) -> None:
    tip = git(shop, "rev-parse", "main")
    broken = running(tip, IMAGE)
    broken.application = application(tip, conditions=(("ComparisonError", "no such path"),))
    with receiver() as (url, told):
        about = f"{{webhook: {{url: '{url}'}}, events: [failed]}}"
        code, _ = waits(shop, generator, ArgoCd([broken]), about)
        assert code == 1
        assert [one["event"] for one in told] == ["failed"]


def test_who_cannot_be_told_is_a_note_and_no_failure(shop: Path, generator: Run) -> None:
    tip = git(shop, "rev-parse", "main")
    with receiver(status=500) as (url, _):
        code, said = waits(shop, generator, ArgoCd([running(tip, IMAGE)]), f"{{webhook: {{url: '{url}'}}}}")
    assert code == 0
    assert "was not told: it answers 500" in said


ABOUT = "notifications: {environments: [prod], slack: {channels: [a]}, webhook: {url: 'https://h.example.com', authorization: k}}\n"


def test_the_config_map_is_no_part_of_what_the_root_applies(repository: Path, generator: Run) -> None:
    tool("kustomize")
    tool("kubeconform")
    (repository / "generator.yaml").write_text(TEN_LINES + ABOUT)
    assert generator("generate", "-q", cwd=repository).returncode == 0
    text = (repository / CONFIG).read_text()
    assert "+argocd:skip-file-rendering" in text
    assert "ConfigMap" not in (repository / "gitops/bootstrap.yaml").read_text()
    done = generator("validate", cwd=repository)
    assert done.returncode == 0, done.stderr
    assert all("password" not in line and "xox" not in line for line in text.splitlines())


def test_an_environment_subscribes_by_its_project() -> None:
    files = render(loader.parse(TEN_LINES + ABOUT))
    data = yaml.safe_load(files[CONFIG].text)["data"]
    notes = {
        name: yaml.safe_load(files[f"gitops/projects/shop.{name}.yaml"].text)["metadata"]["annotations"]
        for name in ("dev", "prod")
    }
    assert not any("notifications" in name for name in notes["dev"])
    asked = [name for name in notes["prod"] if name.startswith("notifications.argoproj.io/subscribe.")]
    assert len(asked) == 6
    for name in asked:
        trigger, service = name.removeprefix("notifications.argoproj.io/subscribe.").split(".")
        [condition] = yaml.safe_load(data[f"trigger.{trigger}"])
        assert condition["oncePer"]
        assert all(f"template.{template}" in data for template in condition["send"])
        assert f"service.{service}" in data or f"service.webhook.{service}" in data


def test_the_managed_argo_cd_gets_none() -> None:
    files = render(loader.parse(TEN_LINES + MANAGED + "notifications: {webhook: {url: 'https://h.example.com'}}\n"))
    assert CONFIG not in files
    assert "notifications.argoproj.io" not in files["gitops/projects/shop.prod.yaml"].text
