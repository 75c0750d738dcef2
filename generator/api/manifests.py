"""`explain`, `validate` and `compare`: origin of fields, validity of manifests, differences of two environments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.api.generated import advised
from generator.errors import Fault, UsageError
from generator.git import sparse
from generator.manifests.validation import Result
from generator.regenerate.explain import Origin
from generator.spec import loader
from generator.spec.layout import APPLIED, KUSTOMIZATION, Location, base_path, overlay_path
from generator.spec.model import Spec

if TYPE_CHECKING:
    from generator.manifests.environments import CompareResult


@dataclass(frozen=True, slots=True)
class ExplainRequest:
    """A generated YAML file, relative to the repository, or an absolute path in it."""

    path: str
    directory: Path = Path()


@dataclass(frozen=True, slots=True)
class ExplainResult:
    """Origin of each field, by line, and the file's path in the repository."""

    fields: tuple[Origin, ...]
    path: str


def explain(request: ExplainRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> ExplainResult:
    """Return the origin of every field of a file: the line of the spec, the build, or the author and commit."""
    from generator.regenerate import explain as explaining

    with calling(credentials, request.directory):
        path = _within(request.directory, request.path)
        progress(f"reading the history of {path}")
        return ExplainResult(tuple(explaining.explain(request.directory, path)), path)


def _within(directory: Path, path: str) -> str:
    """Return a path as seen from the repository's root, links in folders followed."""
    place, root = Path(path), directory.resolve()
    if not place.is_absolute():
        return path
    found = place.parent.resolve() / place.name
    if not found.is_relative_to(root):
        raise UsageError(f"{path}: not in {root}", "name its repository: -C DIR")
    return found.relative_to(root).as_posix()


def explain_field(name: str) -> Mapping[str, Any] | None:
    """Return the meaning of a field of generator.yaml, like `apps.web.health`; None if the name has another form."""
    from generator.spec.reference import lookup

    return lookup.look_up(name) if lookup.is_field(name) else None


@dataclass(frozen=True, slots=True)
class ValidateRequest:
    """The repository to validate: all apps and environments, or only the named ones, and gitops/."""

    directory: Path = Path()
    apps: Sequence[str] = ()
    environments: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ValidateResult:
    """Builds with their problems; `advice` is about fields of the spec that are valid but will not work.

    `outdated` are the generated files that the spec has changed since the last generation.
    """

    results: tuple[Result, ...]
    advice: tuple[Fault, ...] = ()
    outdated: tuple[str, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Tell whether nothing has a problem."""
        return not any(one.problems for one in self.results)


def validate(
    request: ValidateRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> ValidateResult:
    """Build every overlay with kustomize, and check it and all of gitops/ with strict kubeconform."""
    from generator.delivery import image
    from generator.manifests import validation
    from generator.regenerate import record, record_files, renames

    directory = request.directory
    with calling(credentials, directory):
        sparse.require(directory, APPLIED)
        spec = loader.load(directory)
        folders = [
            overlay_path(environment, name) for name, app in spec.described.items() for environment in app.environments
        ]
        folders += [base_path(app) for app in spec.described]
        renames.check_names(directory, [f"{folder}/{KUSTOMIZATION}" for folder in folders])
        some = bool(request.apps or request.environments)
        apps, environments = image.chosen(spec, request.apps, request.environments)
        only = [
            overlay_path(environment, app)
            for environment in environments
            for app in apps
            if environment in spec.apps[app].environments
        ]
        progress("validating")
        stored = record_files.stored(directory)
        generated = record.unpack(stored, adopt=True)
        found = validation.validate(directory, spec, generated, only if some else None)
        refused = [one.path for one in found if any("Pod Security Standard" in problem for problem in one.problems)]
        unsafe = dict.fromkeys(Location.parse(path).app for path in refused)
        return ValidateResult(
            tuple(found), advised(directory, spec, unsafe), _outdated(directory, spec, stored) if stored else ()
        )


def _outdated(directory: Path, spec: Spec, stored: Mapping[str, bytes]) -> tuple[str, ...]:
    from generator.regenerate import planning
    from generator.regenerate.render_cache import RenderCache

    original, updated, _ = planning.versions(spec, stored, RenderCache(directory, spec), adopt=True)
    return tuple(sorted(path for path in original | updated if original.get(path) != updated.get(path)))


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """Two environments, and the apps to compare (none: all). `allow` are patterns of fields that may differ."""

    left: str
    right: str
    apps: Sequence[str] = ()
    directory: Path = Path()
    allow: Sequence[str] = ()


def compare(request: CompareRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> CompareResult:
    """Compare the manifests of two environments, built from the files here."""
    from generator.delivery import image
    from generator.manifests import environments

    with calling(credentials, request.directory):
        spec = loader.load(request.directory)
        pair, apps = image.two_environments(spec, request.left, request.right), image.apps_named(spec, request.apps)
        progress(f"building {request.left} and {request.right}")
        return environments.compare(request.directory, spec, pair, apps, request.allow)
