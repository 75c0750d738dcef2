"""The files of the repository at each stage, rendered by the real generator, and overlays as deliveries write them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import generator
from generator.delivery import build_order, pin
from generator.delivery.build_order import Order
from generator.delivery.pin import Pin
from generator.yaml import emit, outline
from generator.yaml import kustomization as kustomizations
from generator.yaml.kustomization import Kustomization
from testing.release_history.stream import git
from testing.release_history.truth import Image

ENVIRONMENTS: Final = ("dev", "staging", "prod")
REGISTRY: Final = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
# The apps of one team stand in a file of their own.
TEAM_FILE: Final = "teams/payments.yaml"
_HEAD: Final = f"""\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
registry: {REGISTRY}
include: [teams/*.yaml]
environments:
  dev: {{}}
  staging: {{}}
  prod: {{}}
"""
# What an app's configuration is toggled between.
LEVELS: Final = ("info", "debug")
_APP: Final = """\
  {name}:
    image: shop/{name}
    port: 8080
    health: /healthz
    resources:
      requests: {{cpu: 50m, memory: 128Mi}}
    config: {{ENVIRONMENT: "{{environment}}", LOG_LEVEL: info}}
    environments:
      prod: {{replicas: 3, config: {{LOG_LEVEL: {level}}}}}
"""
_NAME: Final = b"name-to-be-set"
_TAG, _DIGEST, _BUILT = "tag-to-be-set", f"sha256:{'0' * 64}", "system 1 - "


def spec(apps: Sequence[str], team: Sequence[str], levels: Mapping[str, int]) -> dict[str, bytes]:
    """Return the files of the spec; ``levels`` says of an app which configuration it has, the first if nothing."""
    of_team, rest = ([name for name in apps if (name in team) is inside] for inside in (True, False))
    blocks = {name: _APP.format(name=name, level=LEVELS[levels.get(name, 0)]) for name in apps}
    return {
        "generator.yaml": f"{_HEAD}apps:\n{''.join(blocks[name] for name in rest)}".encode(),
        TEAM_FILE: f"owners: ['@acme/payments']\napps:\n{''.join(blocks[name] for name in of_team)}".encode(),
    }


def rendered(apps: Sequence[str], team: Sequence[str], level: int = 0) -> tuple[dict[str, bytes], list[str]]:
    """Return all files of a repository before the first build, and the apps in the spec's order.

    ``level`` is that of each app.
    """
    with tempfile.TemporaryDirectory(prefix="release-history-") as name:
        folder = Path(name)
        git(folder, "init", "--quiet")
        for path, content in spec(apps, team, dict.fromkeys(apps, level)).items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_bytes(content)
        generator.generate(generator.GenerateRequest(folder))
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and ".git" not in path.relative_to(folder).parts
        }
        return files, list(generator.load_spec(folder).apps)


def overlay_path(app: str, environment: str) -> str:
    """Return the path of an overlay's kustomization."""
    return f"overlays/{environment}/{app}/kustomization.yaml"


def of_app(path: str) -> str | None:
    """Return the app whose file this is; None for one of the project."""
    parts = path.split("/")
    if parts[0] in ("base", "overlays") or path.startswith((".generator/apps/", "gitops/applications/")):
        return parts[{"base": 1, "overlays": 2, ".generator": 2, "gitops": 3}[parts[0]]].removesuffix(".yaml")
    return None


@lru_cache(maxsize=256)
def _cut(plain: bytes, *, digest: bool, built: bool) -> bytes:
    """Return an overlay with places for an image and its build, as the real code writes them."""
    overlay = Kustomization(plain, "kustomization.yaml")
    (first,) = overlay.images
    overlay.set_image(kustomizations.Image(first.name, _TAG, _DIGEST if digest else None))
    overlay.annotate(build_order.ANNOTATION, _BUILT + "0" * 40 if built else None)
    return overlay.result()


class Overlay:
    """The kustomization of one overlay. A pipeline's image is put in by splicing, for which the real code has cut."""

    def __init__(self, path: str, plain: bytes) -> None:
        self.path = path
        (first,) = outline.read(plain).images
        self.name = first.name
        self._app = path.split("/")[2]
        # Overlays differ by the app's name alone, mostly.
        self._plain = plain.replace(self._app.encode(), _NAME)

    def _form(self, *, digest: bool, built: bool) -> bytes:
        return _cut(self._plain, digest=digest, built=built).replace(_NAME, self._app.encode())

    def with_image(self, image: Image, built: Order | None, held: Pin | None = None) -> bytes:
        """Return it with an image and its build, as ``bump``, ``promote`` and ``rollback`` write it."""
        form = self._form(digest=image.digest is not None, built=built is not None)
        content = form.replace(_TAG.encode(), emit.scalar(image.tag or "").encode())
        if image.digest:
            content = content.replace(_DIGEST.encode(), image.digest.encode())
        if built:
            content = content.replace((_BUILT + "0" * 40).encode(), str(built).encode())
        return pin.write(content, self.path, held) if held else content

    def by_hand(self, content: bytes, tag: str) -> bytes:
        """Return content as a person edits it: another tag, and no digest."""
        return kustomizations.set_image(content, self.path, kustomizations.Image(self.name, tag, None))

    def after(self, content: bytes, image: Image, built: Order | None) -> bytes:
        """Return content with an image and its build, by the real code, whatever a person has made of it."""
        overlay = Kustomization(content, self.path)
        overlay.set_image(kustomizations.Image(self.name, image.tag, image.digest))
        overlay.annotate(build_order.ANNOTATION, str(built) if built else None)
        return overlay.result()


def memory_edit(content: bytes, mebibytes: int) -> bytes:
    """Return a base's Deployment as a person edits it who gives its pods more memory."""
    lines = content.decode().splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if line.strip().startswith("memory: "))
    lines[at] = f"{lines[at].partition('memory: ')[0]}memory: {mebibytes}Mi\n"
    return "".join(lines).encode()
