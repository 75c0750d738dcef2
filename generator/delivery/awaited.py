"""Find out what a branch wants to run in an environment, to wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.clients import argocd
from generator.delivery import deployments, overlay_state
from generator.delivery.diagnosis import Wanted
from generator.errors import RepositoryError
from generator.render.names import application_name, root_name
from generator.spec.image_reference import UNRELEASED

if TYPE_CHECKING:
    from generator.delivery.image import Slot
    from generator.git.history import History
    from generator.spec.model import Spec
    from generator.yaml.kustomization import Image


def wanted(history: History, spec: Spec, place: Slot, tag: str | None, commit: str | None) -> Wanted:
    """Return what to wait for: the image at ``commit``, or at the branch's tip, where it must have ``tag``."""
    app = spec.described.get(place.app)
    names = frozenset({place.image, *([app.instances[place.environment].image] if app else [])})
    if commit is not None:
        found = history.find(commit)
        if found is None:
            raise RepositoryError(f"{commit}: no such commit on this branch", "push it first, or name the --branch")
        image = overlay_state.state(history.read(found, place.path), place).image
    else:
        found, image = _newest(history, place)
    if image is None:
        raise RepositoryError(f"{place.path}: no image there", "generate it, and push: python -m generator")
    if image.tag == UNRELEASED:
        raise RepositoryError(
            f"{place.app} was never released to {place.environment}",
            f"run: python -m generator bump {place.app} --env {place.environment} --tag TAG --push; or promote it",
        )
    if tag is not None and tag != image.tag:
        raise RepositoryError(
            f"{place.app} in {place.environment}: the branch has {image.tag}, and not {tag}",
            "a newer build, a rollback or a pin: see `history`, or wait without --tag",
        )
    name = application_name(spec, place.environment, place.app)
    return Wanted(
        name, found, names, image, argocd.sync_command(spec, name), root_name(spec), chart=place.app in spec.charts
    )


def _newest(history: History, place: Slot) -> tuple[str, Image | None]:
    """Return the commit that gave the branch the image that it has."""
    while True:
        known = deployments.entries(history, [place])
        newest = next((entry for entry in known if entry.image_changed), None)
        if newest is not None and not newest.shallow:
            return newest.commit, newest.after.image
        if not history.deepen():
            break
    return (newest.commit, newest.after.image) if newest else (history.tip, None)
