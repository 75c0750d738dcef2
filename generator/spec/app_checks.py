"""Check the environments of apps (an app must be in one), and images with the same name (they share one tag)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from generator.spec import container_values, pod_words
from generator.spec.plain_data import as_map as _map

if TYPE_CHECKING:
    from generator.spec.findings import Findings
    from generator.spec.findings import Path as FieldPath

_LISTS: Final = ("initContainers", "containers")


def check(apps: Mapping[str, object], environments: Mapping[str, object], registry: str, findings: Findings) -> None:
    """Add findings about the environments and images of apps."""
    for name, app in apps.items():
        _check_present(("apps", name), _map(app), tuple(environments), findings)
        _check_images(("apps", name), _map(app), registry, findings)


def _check_present(
    path: FieldPath, app: Mapping[str, object], environments: tuple[str, ...], findings: Findings
) -> None:
    """Check that an app is in an environment, and that an environment's value is a map or `false`."""
    said = _map(app.get("environments"))
    for name, about in said.items():
        if about is True:
            hint = "take it out, or say what differs; `false` keeps the app out of the environment"
            findings.add((*path, "environments", name), "says nothing", hint)
    if environments and all(said.get(name) is False for name in environments):
        findings.add((*path, "environments"), "the app is in no environment", "take one of them out", at_key=True)


def _check_images(path: FieldPath, app: Mapping[str, object], registry: str, findings: Findings) -> None:
    """Refuse another tag of the app's image in its pod, because kustomize sets one tag for all images of a name."""
    image = app.get("image")
    if not isinstance(image, str):
        return
    own = container_values.full_image(image, registry)
    said: list[tuple[FieldPath, Mapping[str, object]]] = [((), app)]
    said += [(("environments", name), _map(one)) for name, one in _map(app.get("environments")).items()]
    for place, about in said:
        for inner, other in _images(about):
            name, tag = parted(other)
            if container_values.full_image(name, "" if "pod" in inner else registry) == own and tag:
                hint = f"write it as `{own}`, and it is released with the app; another tag needs another repository"
                findings.add((*path, *place, *inner), f"`bump` sets the tag of each {own} in the app", hint)


def _images(about: Mapping[str, object]) -> Iterator[tuple[FieldPath, str]]:
    for field in _LISTS:
        items = _map(about.get("pod")).get(field)
        for index, item in enumerate(items if isinstance(items, list) else []):
            if isinstance(image := _map(item).get("image"), str):
                yield ("pod", field, index, "image"), image
    for field in pod_words.CONTAINERS:
        for name, item in _map(about.get(field)).items():
            if isinstance(image := _map(item).get("image"), str):
                yield (field, name, "image"), image
    for name, one in _map(about.get("workloads")).items():
        yield from ((("workloads", name, *inner), image) for inner, image in _images(_map(one)))


def parted(image: str) -> tuple[str, str]:
    """Return an image's name, and its tag or digest with the sign before it."""
    name, at, digest = image.partition("@")
    slash = name.rfind("/")
    colon = name.find(":", slash + 1)
    return (name, at + digest) if colon < 0 else (name[:colon], f"{name[colon:]}{at}{digest}")
