"""Check what apps say of each other, and of images that share a name: a host and path twice, a tag that is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from generator.spec import override, placeholder, pod_words, workload
from generator.spec.findings import Findings
from generator.spec.findings import Path as FieldPath
from generator.spec.types import as_map as _map

_LISTS: Final = ("initContainers", "containers")
# Its second Ingress of one host and path takes a share of the requests.
_CANARY: Final = "nginx.ingress.kubernetes.io/canary"


def check(apps: Mapping[str, object], environments: tuple[str, ...], registry: str, findings: Findings) -> None:
    """Append what is wrong between apps."""
    _check_hosts(apps, environments, findings)
    for name, app in apps.items():
        _check_images(("apps", name), _map(app), registry, findings)


def _check_hosts(apps: Mapping[str, object], environments: tuple[str, ...], findings: Findings) -> None:
    """Refuse two apps that answer to one host and path in one environment: which one does is up to the controller."""
    with_ingress = {name: _map(app) for name, app in apps.items() if _may_have_ingress(_map(app))}
    if len(with_ingress) < 2:
        return
    told: set[str] = set()
    for environment in environments:
        taken: dict[tuple[str, ...], str] = {}
        for name, app in with_ingress.items():
            place = _place(app, environment)
            if place is None:
                continue
            other = taken.setdefault(place, name)
            if other != name and name not in told:
                told.add(name)
                message = f"in {environment} it answers to {place[1]}{place[2]}, as {other} does"
                findings.add(("apps", name, *_said_at(app, environment)), message, "another host, or another `path`")


def _may_have_ingress(app: Mapping[str, object]) -> bool:
    overrides = _map(app.get("environments")).values()
    return app.get("ingress") is not None or any(_map(one).get("ingress") is not None for one in overrides)


def _place(app: Mapping[str, object], environment: str) -> tuple[str, ...] | None:
    """Return class, host and path of the app's Ingress in one environment."""
    about = _ingress(app, environment)
    host = about.get("host")
    if not isinstance(host, str) or _CANARY in _map(about.get("annotations")):
        return None
    host = str(placeholder.filled({"host": host}, environment)["host"])
    return str(about.get("className") or "alb"), host, str(about.get("path") or "/")


def _ingress(app: Mapping[str, object], environment: str) -> dict[str, object]:
    over = _map(_map(app.get("environments")).get(environment))
    change = {"ingress": over["ingress"]} if "ingress" in over else {}
    return _map(override.overridden({"ingress": app.get("ingress")}, change).get("ingress"))


def _said_at(app: Mapping[str, object], environment: str) -> FieldPath:
    """Return where an app says the host or the path that it has in an environment."""
    own = _map(_map(_map(app.get("environments")).get(environment)).get("ingress"))
    for field in ("host", "path"):
        if own.get(field) is not None:
            return "environments", environment, "ingress", field
    return "ingress", "host"


def _check_images(path: FieldPath, app: Mapping[str, object], registry: str, findings: Findings) -> None:
    """Refuse another tag of the app's own image in its pod: kustomize gives one tag to all images of one name."""
    image = app.get("image")
    if not isinstance(image, str):
        return
    own = workload.full_image(image, registry)
    said: list[tuple[FieldPath, Mapping[str, object]]] = [((), app)]
    said += [(("environments", name), _map(one)) for name, one in _map(app.get("environments")).items()]
    for place, about in said:
        for inner, other in _images(about):
            name, tag = parted(other)
            if workload.full_image(name, "" if "pod" in inner else registry) == own and tag:
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
    """Return an image's name, and its tag or digest with what stands before it."""
    name, at, digest = image.partition("@")
    slash = name.rfind("/")
    colon = name.find(":", slash + 1)
    return (name, at + digest) if colon < 0 else (name[:colon], f"{name[colon:]}{at}{digest}")
