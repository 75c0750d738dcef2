"""Note limitations of adopted manifests that are valid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from generator.adoption.images import Image
from generator.errors import Fault
from generator.manifests import pod_security, projects, stream
from generator.manifests.stream import Document
from generator.render.outputs import charts
from generator.spec import placeholder
from generator.spec.environment import Environment

if TYPE_CHECKING:
    from generator.adoption.arranging import Arranged

_REFERENCE: Final = re.compile(
    r"(?<![A-Za-z0-9./@:_-])(?:[a-z0-9.-]+(?::[0-9]+)?/)?[a-z0-9._-]+(?:/[a-z0-9._-]+)*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?(?![A-Za-z0-9/_-])"
)
_CONTAINERS: Final = frozenset({"containers", "initContainers"})


def hidden_images(arranged: Arranged, documents: Iterable[Document], known: Iterable[Image]) -> list[Fault]:
    """Note images in places that kustomize does not search, such as arguments and ConfigMaps."""
    names = {image.name for image in known}
    found: dict[str, str] = {}
    for document in documents:
        for text in _texts(document.data):
            for one in _REFERENCE.findall(text):
                if _is_image(one, names):
                    found.setdefault(one, stream.title(document.data))
    return [_hidden(arranged, text, title) for text, title in found.items()]


def _is_image(text: str, names: set[str]) -> bool:
    image = Image.parse(text)
    host, slash, _ = image.name.partition("/")
    with_host = bool(slash) and ("." in host or ":" in host)
    # `redis:6379` is a host with its port, and `docker.io/library/redis:7` an image.
    with_port = image.tag.isdecimal() and not slash
    return bool(image.tag or image.digest) and (image.name in names or with_host) and not with_port


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts of an object but the images of its containers."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name in _CONTAINERS and isinstance(item, list):
                item = [{**one, "image": None} if isinstance(one, dict) else one for one in item]
            yield from _texts(item)


def _hidden(arranged: Arranged, text: str, title: str) -> Fault:
    file, line = _where(arranged, text)
    about = f"{text} in {title} is an image that no release sets"
    return Fault(
        file, line, 1, "", about, "set it by `replacements` from a container's image, or by hand with each release"
    )


def _where(arranged: Arranged, text: str) -> tuple[str, int]:
    """Return where a text stands; the first file where it is put together from several."""
    wanted = text.encode()
    for path, name in arranged.origins.items():
        if (place := arranged.files[path].find(wanted)) >= 0:
            return name, arranged.files[path].count(b"\n", 0, place) + 1
    return next(iter(arranged.origins.values()), ""), 1


def kinds(documents: Iterable[Document]) -> list[str]:
    """List the kinds that a generated AppProject does not permit by default, in the spec's notation."""
    usual = charts.USUAL
    found = {stream.identity(document.data)[:2] for document in documents}
    return sorted(f"{group}/{kind}" if group else kind for group, kind in found - usual)


def refused(environment: Environment, documents: Sequence[Document]) -> Iterator[Fault]:
    """Yield pods that the environment's namespace would refuse after the adoption, because it gets the spec's level."""
    level = environment.pod_security
    for document in documents if level != "privileged" else ():
        template = pod_security.template_of(document.data)
        if template is None or not (found := pod_security.violations(level, "latest", template)):
            continue
        enough = next(one for one in ("baseline", "privileged") if not pod_security.violations(one, "latest", template))
        hint = (
            f"say `podSecurity: {enough}` in environments.{environment.name} of generator.yaml, or mend the pods first"
        )
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        about = f"would not start in {environment.namespace} any more, which gets the {level} Pod Security Standard"
        yield document.fault("", f"{about}: {found[0]}{more}", hint)


def elsewhere(environment: Environment, own_namespace: str | None, documents: Sequence[Document]) -> list[Fault]:
    """Note objects in namespaces other than the environment's."""
    own = {*environment.own_namespaces, *environment.namespaces, placeholder.filled(own_namespace, environment.name)}
    found: dict[str, Document] = {}
    for document in documents:
        about = stream.identity(document.data)
        if about.namespace and about.namespace not in own and projects.has_namespace(about):
            found.setdefault(about.namespace, document)
    hint = "say so in generator.yaml: `environments: {%s: {namespaces: [%s]}}`, or `namespace: %s` if it is its own"
    return [
        document.fault("", _away(name, environment), hint % (environment.name, name, name))
        for name, document in found.items()
    ]


def _away(name: str, environment: Environment) -> str:
    return f"is in the namespace {name}, and {environment.name} is {environment.namespace}"
