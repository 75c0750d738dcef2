"""The registry of forges: which one a URL leads to."""

from __future__ import annotations

import pytest

from generator import forges
from generator.errors import ForgeError

URLS = {
    "https://github.com/acme/shop.git": "github",
    "git@github.com:acme/shop.git": "github",
    "ssh://git@github.com:22/acme/shop.git": "github",
    "https://github.example.com/acme/shop": "github",
    "https://acme.ghe.com/acme/shop": "github",
    "https://gitlab.com/acme/platform/shop.git": "gitlab",
    "https://gitlab.example.com:8443/acme/shop.git": "gitlab",
    "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop": "codecommit",
    "ssh://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop": "codecommit",
    "codecommit::eu-west-1://shop": "codecommit",
    "https://codeberg.org/acme/shop.git": "gitea",
    "http://gitea.example.com:3000/acme/shop.git": "gitea",
    "/srv/git/shop.git": "local",
    "file:///srv/git/shop.git": "local",
}


@pytest.mark.parametrize(("url", "kind"), URLS.items(), ids=URLS)
def test_the_kind_is_told_from_the_url(url: str, kind: str) -> None:
    assert forges.kind_of(url) == kind


@pytest.mark.parametrize(
    "url", ["https://git.example.com/acme/shop.git", "git@127.0.0.1:acme/shop.git", "https://notgithub.com/a/b",
            "https://git-codecommit.evil.com/x"],
)  # fmt: skip
def test_a_host_that_tells_nothing(url: str) -> None:
    with pytest.raises(ForgeError, match="which forge this is cannot be told from its name") as caught:
        forges.connect(url)
    assert "forge: {kind: …}" in caught.value.hint
