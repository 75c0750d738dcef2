"""Convert images in manifests of AWS Copilot, where a name without a registry is Docker Hub's."""

from __future__ import annotations

from typing import Final

_DOCKER_HUB: Final = "docker.io"


def of_app(location: str) -> dict[str, str]:
    """Return the fields of an app for the place of its image: `image`, and `tag` and `digest` where they are known."""
    rest, _, digest = location.partition("@")
    image, _, tag = rest.rpartition(":") if ":" in rest.rpartition("/")[2] else (rest, "", "")
    given = {"tag": tag, "digest": digest}
    return {"image": full(image), **{name: value for name, value in given.items() if value}}


def full(image: str) -> str:
    """Return an image with its registry."""
    first, slash, _ = image.partition("/")
    if not image or (slash and ("." in first or ":" in first or first == "localhost")):
        return image
    return f"{_DOCKER_HUB}/{image}" if slash else f"{_DOCKER_HUB}/library/{image}"
