"""Advise on valid specs that will probably not work, such as a missing source, or an image that runs as root."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from generator.git import sparse
from generator.spec import folders, layout, pod_words, said
from generator.spec.findings import Finding, did_you_mean
from generator.spec.findings import Path as FieldPath
from generator.spec.image_reference import UNRELEASED
from generator.spec.model import Spec
from generator.spec.plain_data import as_map

if TYPE_CHECKING:
    from generator.errors import Fault
    from generator.spec.overruled import Overruled
    from generator.spec.places import Written

# Fields with addresses.
_FRONTS: Final = frozenset({"ingress", "gateway"})


class _Image(NamedTuple):
    """An image of Docker Hub's library that does not run under the safe defaults.

    Attributes:
        user: The number of the user that its program can run as.
        writes: The folders that it writes to.
        instead: Another image, which runs under the defaults.
    """

    user: int
    writes: tuple[str, ...] = ()
    instead: str = ""


# From the Dockerfiles of the images: they start as root, or name a user, and Kubernetes cannot tell a name from root.
IMAGES: Final[Mapping[str, _Image]] = {
    "httpd": _Image(33, ("/usr/local/apache2/logs",)),
    "mariadb": _Image(999, ("/var/lib/mysql", "/run/mysqld")),
    "memcached": _Image(11211),
    "mongo": _Image(999, ("/data/db", "/data/configdb")),
    "mysql": _Image(999, ("/var/lib/mysql", "/var/run/mysqld")),
    "nginx": _Image(101, ("/var/cache/nginx", "/run"), "nginxinc/nginx-unprivileged"),
    "postgres": _Image(999, ("/var/lib/postgresql/data", "/var/run/postgresql")),
    "rabbitmq": _Image(999, ("/var/lib/rabbitmq",)),
    "redis": _Image(999, ("/data",)),
    "valkey": _Image(999, ("/data",)),
}
# `redis`, `library/redis` and copies of the library behind a registry's name; not an image like `shop/redis`.
_LIBRARY: Final = re.compile(r"(?:.*/)?library/([a-z]+)|([a-z]+)|valkey/(valkey)")

_FILE_NAME: Final = re.compile(r".+\.(?:conf|cfg|ini|ya?ml|json|toml|xml|properties|sh|py|js|sql|txt|pem|crt)")
_BITNAMI: Final = re.compile(r"(?:docker\.io/)?bitnami/")
# Images of Docker Hub's library, or of another public registry.
# The end of a reference with a tag or a digest.
_VERSION: Final = re.compile(r"[:@][^/]+$")
_PUBLIC: Final = re.compile(
    r"[^/]+$|library/|(?:docker\.io|quay\.io|ghcr\.io|registry\.k8s\.io|(?:[a-z]+\.)?gcr\.io|public\.ecr\.aws|mcr\.microsoft\.com)/"
)


class Advice(NamedTuple):
    """Advice by the fields that it is about, and values that do not reach the workloads that have their own."""

    findings: Sequence[Finding]
    overruled: Sequence[Overruled]

    def told(self, spec: Written) -> list[Fault]:
        """Return it with its places in the files of the spec."""
        return spec.told([*self.findings, *(_finding(one, spec) for one in self.overruled)])


def _finding(one: Overruled, spec: Written) -> Finding:
    winner = spec.told([Finding(one.winner, "")])[0]
    return Finding(one.path, one.message(f"{winner.file}:{winner.line}"), one.hint)


def of(directory: Path, spec: Spec) -> Advice:
    """Return advice on the spec of a repository."""
    found = [(("apps", name, *path), message, hint) for name, path, message, hint in _found(directory, spec)]
    found += _of_freezes(spec, datetime.now())
    if not _FRONTS.isdisjoint(said.used(spec.data["apps"] or {})):
        from generator.spec import address_advice

        found += address_advice.of(spec.data)
    if spec.infra:
        from generator.spec import infra_advice

        found += infra_advice.of(spec.data, spec.infra, datetime.now())
        found += infra_advice.of_admins(spec, spec.infra)
    if spec.sites:
        found += _of_sites(directory, spec)
    return Advice([Finding(*one) for one in found], [*_masked(spec)])


def _masked(spec: Spec) -> Iterator[Overruled]:
    several = {name: app for name, app in spec.apps.items() if app.given.get("workloads")}
    if several:
        from generator.spec import overruled

        for name, app in several.items():
            yield from overruled.of(name, app.given)


_Advice = tuple[str, FieldPath, str, str]


def _found(directory: Path, spec: Spec) -> Iterator[_Advice]:
    partial = sparse.possible(directory)
    yield from _of_twins(spec)
    for name, app in spec.apps.items():
        source = app.given.get("source")
        yield from _of_config(name, app.given)
        yield from _of_bitnami(name, app.given)
        if source and not partial:
            yield from _of_source(directory, name, source, as_map(app.given.get("build")))
            yield from _of_contexts(directory, name, as_map(app.given.get("build")))
        elif not source:
            yield from _of_image(name, app.given)
            yield from _of_registry(name, spec.registry, app.given)
            yield from _of_tag(directory, spec, name, app.given)
        yield from _of_others(name, spec.registry, app.given)


def _of_twins(spec: Spec) -> Iterator[_Advice]:
    """Advise on two apps with one image, if a build releases only one of them, or both build it."""
    builders: dict[str, str] = {}
    for name, app in spec.described.items():
        if app.given.get("source"):
            builders.setdefault(app.image, name)
    for name, app in spec.described.items():
        first = builders.get(app.image, name)
        if first == name:
            continue
        twice = bool(app.given.get("source"))
        message = (
            f"{first} builds this image, too"
            if twice
            else f"{first} builds this image, and its build releases {first} only"
        )
        hint = f"make one app of both, which is built and released once: `workloads: {{{first}: {{}}, {name}: {{…}}}}`"
        yield name, ("source",) if twice else ("image",), message, hint


def _of_freezes(spec: Spec, now: datetime) -> Iterator[tuple[FieldPath, str, str]]:
    """Advise on freezes that ended a day ago or earlier: Argo CD's sync windows have no year, so they repeat."""
    for name, environment in spec.environments.items() if spec.argocd.sync_windows else ():
        for number, freeze in enumerate(environment.gates.freezes):
            from generator.spec import sync_windows

            if now - sync_windows.over(freeze) > timedelta(days=1):
                message = f"ended at {freeze.end}, but Argo CD would freeze on these days every year"
                yield ("environments", name, "freeze", number), message, "take it out"


def _of_sites(directory: Path, spec: Spec) -> Iterator[tuple[FieldPath, str, str]]:
    """Advise on sites without a source folder, or without a front page if there is no build to make one."""
    for name, site in spec.sites.items() if not sparse.possible(directory) else ():
        folder = directory / site.folder
        if site.source and not (directory / site.source).is_dir():
            yield ("sites", name, "source"), f"there is no folder {site.source}", _near(directory / site.source)
        elif site.source and not site.commands and not (folder / "index.html").is_file():
            hint = "add it, or say what makes it: `build: {commands: […], output: …}`"
            yield ("sites", name, "source"), f"there is no index.html in {site.folder}", hint


def _near(folder: Path) -> str:
    above = folder.parent
    names = [path.name for path in above.iterdir() if path.is_dir()] if above.is_dir() else []
    return did_you_mean(folder.name, names, "make it before the pipeline runs")


def _of_source(directory: Path, app: str, source: str, build: Mapping[str, Any]) -> Iterator[_Advice]:
    folder = directory / source
    if not folder.is_dir():
        yield app, ("source",), f"there is no folder {source}", _near(folder)
        return
    dockerfile = build.get("dockerfile") or "Dockerfile"
    if not (folder / dockerfile).is_file():
        hint = "add it, or name another one: `build: {dockerfile: …}`"
        yield app, ("source",), f"there is no {dockerfile} in {source}", hint


def _of_contexts(directory: Path, app: str, build: Mapping[str, Any]) -> Iterator[_Advice]:
    for name, folder in as_map(build.get("contexts")).items():
        if not (directory / str(folder)).is_dir():
            place = ("build", "contexts", name)
            yield app, place, f"there is no folder {folder}", "make it before the pipeline runs"


def _of_image(app: str, given: Mapping[str, Any]) -> Iterator[_Advice]:
    found = _LIBRARY.fullmatch(str(given.get("image") or ""))
    name = next(filter(None, found.groups()), "") if found else ""
    known = IMAGES.get(name)
    if known is None:
        return
    lines = [*_user(known, given), *_folders(known, given)]
    if lines:
        instead = f"; or take {known.instead}" if known.instead else ""
        message = f"{name} does not start under the safe defaults: {', and '.join(what for what, _ in lines)}"
        yield app, ("image",), message, f"add {' and '.join(line for _, line in lines)}{instead}"


def _of_config(app: str, given: Mapping[str, Any]) -> Iterator[_Advice]:
    """Advise on variables that look like files: the value has several lines, or the name is a file name."""
    config = given.get("config")
    for name, value in config.items() if isinstance(config, dict) else ():
        if isinstance(value, str) and ("\n" in value.strip() or _FILE_NAME.fullmatch(name)):
            hint = f"if it is a file, `files: {{/path/in/the/container/{name}: {{content: …}}}}` mounts it"
            yield app, ("config", name), "the process gets this as an environment variable", hint


def _of_bitnami(app: str, given: Mapping[str, Any]) -> Iterator[_Advice]:
    """Advise on images and charts of Bitnami: its free catalogue no longer has images with versions."""
    gone = "Bitnami's free catalogue no longer has images with versions"
    if _BITNAMI.match(str(given.get("image") or "")) and given.get("tag") != "latest":
        yield app, ("image",), gone, "take the project's own image; bitnamilegacy has the old ones, without updates"
    if "bitnami" in str(as_map(given.get("chart")).get("repository") or ""):
        hint = "name another image in its values, or take another chart; for PostgreSQL, `databases`"
        if not as_map(as_map(given.get("values")).get("image")).get("repository"):
            yield app, ("chart", "repository"), f"{gone}, and the chart names them", hint


def _of_registry(app: str, registry: str, given: Mapping[str, Any]) -> Iterator[_Advice]:
    """Advise on a name of Docker Hub's library that gets the spec's registry as a prefix."""
    image = str(given.get("image") or "")
    if registry and image in IMAGES:
        hint = f"write docker.io/library/{image} if Docker Hub's is meant"
        yield app, ("image",), f"`registry` is put before it: {registry}/{image}", hint


def _of_others(app: str, registry: str, given: Mapping[str, Any]) -> Iterator[_Advice]:
    """Advise on images of sidecars and init containers: those of Docker Hub's library, and those without a tag."""
    places: list[tuple[FieldPath, Mapping[str, Any]]] = [((), given)]
    places += [(("workloads", name), as_map(one)) for name, one in as_map(given.get("workloads")).items()]
    for place, about in places:
        for group in pod_words.CONTAINERS:
            for name, container in as_map(about.get(group)).items():
                image, path = str(as_map(container).get("image") or ""), (*place, group, name, "image")
                for _, _, message, hint in _of_registry(app, registry, {"image": image}):
                    yield app, path, message, hint
                # The app's own image gets the app's tag.
                if image and image != given.get("image") and not _VERSION.search(image):
                    yield (
                        app,
                        path,
                        "without a tag, it is `:latest`, which changes by itself",
                        "write its tag or digest",
                    )


def _of_tag(directory: Path, spec: Spec, app: str, given: Mapping[str, Any]) -> Iterator[_Advice]:
    """Advise on an image of another project without a tag. The project's own images get their tags from builds."""
    image = str(given.get("image") or "")
    if given.get("tag") or given.get("digest") or not _PUBLIC.match(image):
        return
    first = next(iter(spec.environments))
    overlay = directory / layout.overlay_path(first, app) / layout.KUSTOMIZATION
    if overlay.is_file() and UNRELEASED not in overlay.read_text(errors="replace"):
        return
    hint = "add `tag:`, or `source:` for the pipeline to build it, or release it: `bump`"
    yield app, ("image",), f"no tag is known: the app starts with {image}:{UNRELEASED}, which no registry has", hint


def _user(known: _Image, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    contexts = [as_map(given.get(field)) for field in ("podSecurityContext", "securityContext")]
    if any("runAsUser" in context or context.get("runAsNonRoot") is False for context in contexts):
        return
    user = known.user
    yield (
        "Kubernetes treats its user as root",
        f"`podSecurityContext: {{runAsUser: {user}, runAsGroup: {user}, fsGroup: {user}}}`",
    )


def _folders(known: _Image, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if as_map(given.get("securityContext")).get("readOnlyRootFilesystem") is False:
        return
    writable = [str(folder) for folder in given.get("writable") or folders.DEFAULT]
    mounts = as_map(given.get("container")).get("volumeMounts")
    mounted = [str(as_map(mount).get("mountPath")) for mount in mounts] if isinstance(mounts, list) else []
    for field in ("volumes", "claims", "volumeClaimTemplates"):
        mounted += [str(as_map(one).get("mountPath")) for one in as_map(given.get(field)).values()]
    missing = [folder for folder in known.writes if folder not in (*writable, *mounted)]
    if missing:
        yield f"it writes to {' and '.join(missing)}", f"`writable: [{', '.join((*writable, *missing))}]`"
