"""`render_overlay`: the manifests of an app in an environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator import tools
from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.delivery import image
from generator.git import sparse
from generator.manifests import rendered, sources, stream
from generator.spec import loader
from generator.spec.layout import APPLIED, BASES, OVERLAYS, overlay_path


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """An app in an environment."""

    app: str
    environment: str
    directory: Path = Path()


@dataclass(frozen=True, slots=True)
class RenderResult:
    """The YAML of each object by its kind, namespace and name, like `Deployment/shop-prod/web`."""

    app: str
    environment: str
    manifests: Mapping[str, str]

    def objects(self) -> list[dict[str, Any]]:
        """Return the objects themselves."""
        texts = (text.encode() for text in self.manifests.values())
        return [document.data for text in texts for document in stream.split(text, "manifests")[0]]


def render_overlay(
    request: RenderRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> RenderResult:
    """Build an overlay as Argo CD would, from the files here, including hand edits."""
    directory = request.directory
    with calling(credentials, directory):
        spec = loader.load(directory)
        place = image.slot(spec, request.app, request.environment)
        sparse.require(directory, APPLIED if place.app in spec.charts else (BASES, OVERLAYS))
        progress(f"building {place.app} in {place.environment}")
        folder = overlay_path(place.environment, place.app)
        found = rendered.build(directory, folder, tools.find("kustomize"), sources.rules(spec, loader.written))
        return RenderResult(place.app, place.environment, found)
