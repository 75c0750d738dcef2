"""`Repository.difference`: an app in two commits and environments, rendered from a mirror without a work tree."""

from __future__ import annotations

from pathlib import Path

import pytest

import generator
from generator import Repository
from generator.errors import GeneratorError
from testing.repository import TEN_LINES, git
from testing.shop import Shop
from testing.templates import Templates


@pytest.fixture
def remote(templates: Templates, shop: Shop) -> Shop:
    """Let the bare remote hand out commits without their files, as forges do."""

    def make() -> None:
        for name in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
            git(shop.bare, "config", name, "true")

    templates.fill("app difference", make)
    return shop


def mirror(shop: Shop) -> Repository:
    folder = shop.folder.parent / "mirror.git"
    generator.update_mirror(generator.MirrorRequest(folder, shop.bare.as_uri()))
    return Repository.mirror(folder)


def tip(shop: Shop) -> str:
    return git(shop.bare, "rev-parse", "main")


def test_two_commits_of_one_environment(remote: Shop) -> None:
    remote.bump("web", "v1")
    before = tip(remote)
    remote.bump("web", "v2")
    found = mirror(remote).difference("web", (before, "dev"), (tip(remote), "dev"))
    assert found.problem is None
    (change,) = found.manifests
    assert change.object == "Deployment/shop-dev/web"
    assert any(line.startswith("+") and "web:v2" in line for line in change.lines)
    assert [(one.manifest, one.texts[1].rpartition("@")[0][-6:]) for one in found.fields] == [
        ("Deployment/web", "web:v2")
    ]


def test_two_environments_are_compared_object_by_object(remote: Shop) -> None:
    remote.bump("web", "v1")
    commit = tip(remote)
    found = mirror(remote).difference("web", (commit, "dev"), (commit, "staging"))
    names = [change.object for change in found.manifests]
    assert "Deployment/web" in names
    assert all(len(change.lines) > 2 and "/dev/null" not in change.lines[0] for change in found.manifests)
    assert [one.manifest for one in found.fields] == ["Deployment/web"]


def test_secrets_are_hidden(remote: Shop) -> None:
    remote.spec(TEN_LINES + "    config: {DB_PASSWORD: first-word, LEVEL: info}\n")
    before = tip(remote)
    remote.spec(TEN_LINES + "    config: {DB_PASSWORD: other-word, LEVEL: debug}\n")
    found = mirror(remote).difference("web", (before, "dev"), (tip(remote), "dev"))
    text = "".join(line for change in found.manifests for line in change.lines) + str(found.fields)
    assert "debug" in text
    assert "first-word" not in text
    assert "other-word" not in text


def test_what_cannot_be_rendered_says_why(remote: Shop) -> None:
    before = tip(remote)
    remote.edit("overlays/dev/web/kustomization.yaml", lambda text: text + "resources_: [nowhere.yaml]\n")
    found = mirror(remote).difference("web", (before, "dev"), (tip(remote), "dev"))
    assert found.manifests == ()
    assert "overlays/dev/web" in (found.problem or "")


def test_a_link_that_leads_out_is_not_followed(remote: Shop, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: outside}\n")
    before = tip(remote)
    (remote.folder / "overlays/dev/web/outside.yaml").symlink_to(outside)
    remote.edit(
        "overlays/dev/web/kustomization.yaml", lambda text: text.replace("resources:\n", "resources:\n- outside.yaml\n")
    )
    found = mirror(remote).difference("web", (before, "dev"), (tip(remote), "dev"))
    assert "outside.yaml" in (found.problem or "")
    assert found.manifests == ()


@pytest.mark.parametrize("side", [("0" * 40, "dev"), ("--output=x", "dev"), ("main", "nowhere")])
def test_what_is_not_there_is_an_error(remote: Shop, side: tuple[str, str]) -> None:
    with pytest.raises(GeneratorError):
        mirror(remote).difference("web", (tip(remote), "dev"), side)
