"""Check what apps say of each other, and of images that share a name: a host and path twice, a tag that is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from generator.spec import name_checks, override, placeholder, pod_words, traffic, workload, workload_kinds
from generator.spec.findings import Findings
from generator.spec.findings import Path as FieldPath
from generator.spec.types import as_map as _map

_LISTS: Final = ("initContainers", "containers")
# Its second Ingress of one host and path takes a share of the requests.
_CANARY: Final = "nginx.ingress.kubernetes.io/canary"


def check(apps: Mapping[str, object], environments: tuple[str, ...], registry: str, findings: Findings) -> None:
    """Append what is wrong between apps."""
    _check_hosts(apps, environments, findings)
    name_checks.check(apps, findings)
    for name, app in apps.items():
        _check_present(("apps", name), _map(app), environments, findings)
        _check_images(("apps", name), _map(app), registry, findings)


def _check_hosts(apps: Mapping[str, object], environments: tuple[str, ...], findings: Findings) -> None:
    """Refuse two that answer to one host and path in one environment: which one does is up to the controller."""
    fronts = [front for name, app in apps.items() for front in _fronts(name, _map(app))]
    if len(fronts) < 2:
        return
    told: set[_Front] = set()
    for environment in environments:
        taken: dict[tuple[str, ...], _Front] = {}
        for front in fronts:
            for address in front.places(apps, environment):
                other = taken.setdefault(address, front)
                if other != front and front not in told:
                    told.add(front)
                    where = ("apps", front.app, *front.said_at(apps, environment))
                    message = f"in {environment} it answers to {address[1]}{address[2]}, as {other} does"
                    findings.add(where, message, front.hint)


class _Front(NamedTuple):
    """An app, or one of its several workloads, that may have an Ingress."""

    app: str
    key: str = ""

    def __str__(self) -> str:
        return f"{self.key} of {self.app}" if self.key else self.app

    @property
    def hint(self) -> str:
        """Return what to do about two that answer to one address."""
        return f"another host, or another `path`{'; or `ingress: null` of the one that has none' if self.key else ''}"

    def places(self, apps: Mapping[str, object], environment: str) -> Iterator[tuple[str, ...]]:
        """Yield class, host, path and the path's type of all that the Ingress answers to in one environment."""
        about = self.ingress(_map(apps[self.app]), environment)
        if _CANARY not in _map(about.get("annotations")):
            there = placeholder.filled(about, environment)
            yield from ((traffic.class_of(there), *answered) for answered in traffic.answered(there))

    def ingress(self, app: Mapping[str, object], environment: str) -> dict[str, object]:
        """Return what is said of the Ingress in one environment, by the app and by the workload."""
        over = _map(_map(app.get("environments")).get(environment))
        said = [_only_ingress(one) for one in (app, over)]
        if self.key:
            kind = _map(_map(app.get("workloads")).get(self.key)).get("kind") or app.get("kind")
            said = said if workload_kinds.takes(str(kind or workload_kinds.DEFAULT), "ingress") else []
            said += [_only_ingress(_map(_map(one.get("workloads")).get(self.key))) for one in (app, over)]
        whole: dict[str, object] = {}
        for one in said:
            whole = override.overridden(whole, one)
        return _map(whole.get("ingress"))

    def said_at(self, apps: Mapping[str, object], environment: str) -> FieldPath:
        """Return where the host or the path is said that it has in an environment."""
        app = _map(apps[self.app])
        own: FieldPath = ("workloads", self.key) if self.key else ()
        for place in (("environments", environment, *own), own, ("environments", environment), ()):
            about = app
            for part in (*place, "ingress"):
                about = _map(about.get(str(part)))
            for field in ("host", "hosts", "path", "paths"):
                if about.get(field) is not None:
                    # What is inherited is right for another workload.
                    return own if own and place == () else (*place, "ingress", field)
        return own


def _fronts(name: str, app: dict[str, object]) -> list[_Front]:
    """Return what of an app may have an Ingress."""
    said = [app, *map(_map, _map(app.get("environments")).values())]
    several = _map(app.get("workloads"))
    if any(one.get("ingress") is not None for one in said):
        return [_Front(name, key) for key in several] or [_Front(name)]
    inner = [_map(one.get("workloads")) for one in said]
    return [_Front(name, key) for key in several if any(_map(one.get(key)).get("ingress") is not None for one in inner)]


def _only_ingress(said: Mapping[str, object]) -> dict[str, object]:
    return {"ingress": said["ingress"]} if "ingress" in said else {}


def _check_present(
    path: FieldPath, app: Mapping[str, object], environments: tuple[str, ...], findings: Findings
) -> None:
    """Check that an app is somewhere, and that `false` is all that is said instead of what differs."""
    said = _map(app.get("environments"))
    for name, about in said.items():
        if about is True:
            hint = "take it out, or say what differs; `false` keeps the app out of the environment"
            findings.add((*path, "environments", name), "says nothing", hint)
    if environments and all(said.get(name) is False for name in environments):
        findings.add((*path, "environments"), "the app is in no environment", "take one of them out", at_key=True)


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
