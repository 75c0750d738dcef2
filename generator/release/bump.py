"""Set an app's image in an environment: in the work tree, or straight on the remote's branch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from generator import git, tree, yaml_edit
from generator.errors import RepositoryError
from generator.release.image import Slot
from generator.release.publish import Published, Read, publish
from generator.yaml_edit import Image


def in_work_tree(directory: Path, place: Slot, image: Image) -> bool:
    """Splice the image into the overlay; returns whether that changed anything."""
    with tree.locked(directory):
        content = tree.read(directory, [place.path]).get(place.path)
        files = _edited(place, image, content)
        tree.write(directory, files)
    return bool(files)


def on_remote(url: str, branch: str, place: Slot, image: Image, source: Path) -> Published:
    """Splice the image into the overlay at the branch's tip, and push. ``source`` is the checkout that was built."""

    def edit(read: Read) -> Mapping[str, bytes]:
        return _edited(place, image, read(place.path))

    return publish(url, branch, edit, message(place, image, source))


def message(place: Slot, image: Image, source: Path) -> str:
    """The commit's message. Its trailers let Argo CD show the commit that was built beside the deployment."""
    about = git.describe_head(source)
    lines = [f"Release {place.app} {image.tag} to {place.environment}", ""]
    if image.digest:
        lines += [f"{place.image}@{image.digest}", ""]
    if about:
        lines += [f"Argocd-reference-commit-{name}: {value}" for name, value in about.items()]
    return "\n".join(lines).rstrip("\n") + "\n"


def _edited(place: Slot, image: Image, content: bytes | None) -> dict[str, bytes]:
    if content is None:
        raise RepositoryError(f"{place.path}: no such file", "generate it, and push: python -m generator")
    edited = yaml_edit.set_image(content, place.path, image)
    return {} if edited == content else {place.path: edited}
