"""The image of an app in an environment, from its overlay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.errors import RepositoryError, UsageError
from generator.spec.image_reference import DIGEST, TAG
from generator.spec.layout import APPLICATIONS, OTHER_NAMES, overlay_file, rename_command
from generator.yaml.kustomization import Image, Kustomization

if TYPE_CHECKING:
    from generator.spec.app_type import AppType
    from generator.spec.environment import Environment
    from generator.spec.model import Spec

NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# Names that registries and builds put on one image after another, so that they tell no image.
MOVING: Final = frozenset(
    {
        "latest", "stable", "edge", "nightly", "canary", "current", "head", "rolling", "snapshot",
        "main", "master", "trunk", "dev", "develop", "development",
    }
)  # fmt: skip


class Slot(NamedTuple):
    """Place of an app's image: the overlay's kustomization and the name of its entry under ``images``."""

    app: str
    environment: str
    path: str
    image: str


def slot(spec: Spec, app: str, environment: str) -> Slot:
    """Return the slot of an app in an environment; ``UsageError`` with the nearest name if either is unknown."""
    found_app = app_named(spec, app)
    found_environment = environment_named(spec, environment)
    if found_environment.name not in found_app.environments:
        hint = f"take `{environment}: false` out of its `environments` in generator.yaml if it is to be there"
        raise UsageError(f"{app} is not in {environment}", hint)
    path = found_app.entry_path(found_environment.name)
    return Slot(found_app.name, found_environment.name, path, found_app.image_in(found_environment.name))


def slot_without_spec(app: str, environment: str) -> Slot:
    """Return the slot without a spec: the image is the overlay's only one, whatever its name."""
    for name in (app, environment):
        if not NAME.fullmatch(name):
            raise UsageError(f"{name!r} is no name", "lower-case letters, digits and -, no - first or last; at most 63")
    return Slot(app, environment, overlay_file(environment, app), "")


def app_named(spec: Spec, name: str) -> AppType:
    """Return the app of this name."""
    if name not in spec.apps:
        raise UsageError(f"no app {name!r} in the spec", nearest(name, tuple(spec.apps)))
    return spec.apps[name]


def apps_named(spec: Spec, names: Sequence[str]) -> tuple[str, ...]:
    """Return the apps of these names, each once; a product's name stands for its apps."""
    for name in names:
        if name not in spec.apps and name not in spec.products:
            what = "app or product" if spec.products else "app"
            raise UsageError(f"no {what} {name!r} in the spec", nearest(name, (*spec.apps, *spec.products)))
    return tuple(dict.fromkeys(app for name in names for app in spec.products.get(name, (name,))))


def environment_named(spec: Spec, name: str) -> Environment:
    """Return the environment of this name."""
    if name not in spec.environments:
        raise UsageError(f"no environment {name!r} in the spec", nearest(name, tuple(spec.environments)))
    return spec.environments[name]


def two_environments(spec: Spec, left: str, right: str) -> tuple[Environment, Environment]:
    """Return two environments by their names, which must differ."""
    pair = environment_named(spec, left), environment_named(spec, right)
    if pair[0] == pair[1]:
        raise UsageError(f"{pair[0].name} is one environment: name two")
    return pair


def chosen(spec: Spec, apps: Sequence[str], environments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the named apps and environments in the spec's order, all of them where none is named."""
    some = set(apps_named(spec, apps)) or set(spec.apps)
    where = {environment_named(spec, name).name for name in environments} or set(spec.environments)
    return [app for app in spec.apps if app in some], [one for one in spec.environments if one in where]


def image(place: Slot, tag: str, digest: str | None) -> Image:
    """Return a new image for a slot; ``UsageError`` unless tag and digest have the form that registries take."""
    # A chart's version may tell a build, which registries keep as `_`: Helm and Argo CD write it with `+`.
    name, plus, built = tag.partition("+") if place.path.startswith(f"{APPLICATIONS}/") else (tag, "", "")
    if not TAG.fullmatch(name) or (plus and not TAG.fullmatch(built)):
        raise UsageError(f"{tag!r} is not an image tag", "letters, digits, _, . and -, no . or - first; at most 128")
    if digest is not None and not DIGEST.fullmatch(digest):
        raise UsageError(f"{digest!r} is not a digest", "sha256: and 64 hexadecimal digits")
    return Image(place.image, tag, digest)


def moves(one: Image) -> bool:
    """Tell whether an image may change: it has a moving tag and no digest."""
    return one.digest is None and (one.tag or "").lower() in MOVING


def required(content: bytes | None, place: Slot) -> Image:
    """Return the image in an overlay's bytes. Raises ``RepositoryError`` unless there is exactly one."""
    if content is None:
        raise absent(place)
    found = [entry for entry in Kustomization(content, place.path).images if entry.name == place.image]
    if not found:
        raise RepositoryError(f"{place.path}: no entry for {place.image} under images", "put it back, or regenerate")
    if len(found) > 1:
        raise RepositoryError(f"{place.path}: {len(found)} entries for {place.image} under images", "leave one of them")
    return found[0]


def absent(place: Slot, where: str = "") -> RepositoryError:
    """Return the error for an overlay without a kustomization, or with one of a name that is not looked for."""
    folder = place.path.rpartition("/")[0]
    return RepositoryError(
        f"{place.path}: no such file{where}",
        "generate it, and push: python -m generator; or if it has another name: "
        + rename_command(folder, OTHER_NAMES[0]),
    )


def in_content(content: bytes, place: Slot) -> Image | None:
    """Return the image in an overlay's bytes."""
    return next((entry for entry in Kustomization(content, place.path).images if entry.name == place.image), None)


def nearest(name: str, known: tuple[str, ...]) -> str:
    """Return a hint at the known name that is nearest; empty where none is near."""
    from generator.spec.findings import did_you_mean

    return did_you_mean(name, known)
