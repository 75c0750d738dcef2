"""Know where everything lies in a generated repository: no other module names its folders.

Code that has a path asks ``Location.parse`` what it is; code that needs a path
asks the functions below, or a location's ``path``. To add a folder: a row in ``ROOTS``.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

SPEC: Final = "generator.yaml"
# The name of every kustomization here; kustomize knows two more.
KUSTOMIZATION: Final = "kustomization.yaml"
OTHER_NAMES: Final = ("kustomization.yml", "Kustomization")
BASES: Final = "base"
OVERLAYS: Final = "overlays"
# Within an overlay, where an environment has a copy of the base of its own.
COPY: Final = "base"
# Beside the overlays of an environment, what Terraform gave it; no app can have this name.
GIVEN: Final = "_infra"
# The values of an app that is a Helm chart, in its base and its overlays.
VALUES: Final = "values.yaml"
GITOPS: Final = "gitops"
# Beside what Argo CD reads there, since it says which charts those are.
CHART_LOCK: Final = f"{GITOPS}/chart.lock"
APPLICATIONS: Final = f"{GITOPS}/applications"
RECORDS: Final = ".generator"
APP_RECORDS: Final = f"{RECORDS}/apps"
# What says what runs where, and all that a mirror has files of; an app's own sources may lie beside it.
MIRRORED: Final = (SPEC, BASES, OVERLAYS, GITOPS, RECORDS, "environments")
PROMOTED_BASES: Final = f"{RECORDS}/promoted"
ADOPTED_FILES: Final = f"{RECORDS}/adopted"

# The kinds of places whose paths name an app or an environment; all else is OTHER.
BASE: Final = "base"
OVERLAY: Final = "overlay"
APPLICATION: Final = "application"
PROJECT: Final = "project"
OUTPUTS: Final = "outputs"
RECORD: Final = "record"
PROMOTED: Final = "promoted"
ADOPTED: Final = "adopted"
OTHER: Final = "other"


class Place(NamedTuple):
    """A kind of place, and the shape of its paths.

    In a shape, ``{app}``, ``{environment}`` and ``{project}`` stand for names; one that ends in ``/`` is a
    folder, and whatever lies below it belongs to it.
    """

    kind: str
    shape: str

    def pattern(self) -> re.Pattern[str]:
        """Return what matches the paths of this place."""
        # Where two names share a part of the path, a dot ends the first.
        name = "[^/.]+" if "}.{" in self.shape else "[^/]+"
        parts = re.split(r"(\{[a-z]+\})", self.shape.rstrip("/"))
        text = "".join(f"(?P<{part[1:-1]}>{name})" if part[:1] == "{" else re.escape(part) for part in parts)
        return re.compile(f"{text}(?:/(?P<rest>.+))?" if self.shape.endswith("/") else text, re.DOTALL)


class Root(NamedTuple):
    """A folder or file at the top of the repository that is the generator's; a folder's path ends in ``/``.

    Attributes:
        path: Where it is.
        places: What lies in it by app or environment.
        by_environment: Whether the folders in it are environments, each for the approvers of its own.
        applied: Whether Argo CD applies what is built from it.
    """

    path: str
    places: tuple[Place, ...] = ()
    by_environment: bool = False
    applied: bool = False


# In the order in which CODEOWNERS lists them.
ROOTS: Final[tuple[Root, ...]] = (
    Root(f"{BASES}/", (Place(BASE, f"{BASES}/{{app}}/"),), applied=True),
    Root(
        f"{OVERLAYS}/",
        (
            Place(OUTPUTS, f"{OVERLAYS}/{{environment}}/{GIVEN}/"),
            Place(OVERLAY, f"{OVERLAYS}/{{environment}}/{{app}}/"),
        ),
        by_environment=True,
        applied=True,
    ),
    Root(
        f"{GITOPS}/",
        (
            Place(APPLICATION, f"{APPLICATIONS}/{{environment}}/{{app}}.yaml"),
            Place(PROJECT, f"{GITOPS}/projects/{{project}}.{{environment}}.yaml"),
        ),
        applied=True,
    ),
    Root(SPEC),
    Root(
        f"{RECORDS}/",
        (
            Place(RECORD, f"{APP_RECORDS}/{{app}}"),
            Place(PROMOTED, f"{PROMOTED_BASES}/{{environment}}/{{app}}.yaml"),
            Place(ADOPTED, f"{ADOPTED_FILES}/{{app}}"),
        ),
    ),
    Root("buildspec.yml"),
    Root("buildspec-checks.yml"),
    Root(".github/"),
)
# What Argo CD applies is built from these folders.
APPLIED: Final = tuple(root.path.rstrip("/") for root in ROOTS if root.applied)

_SHAPES: Final = {place.kind: place.shape for root in ROOTS for place in root.places}
_PATTERNS: Final = {
    root.path.rstrip("/"): tuple((place.kind, place.pattern()) for place in root.places) for root in ROOTS
}
# These two are asked for each app and environment, however many there are.
_BASE: Final = _SHAPES[BASE].rstrip("/").format
_OVERLAY: Final = _SHAPES[OVERLAY].rstrip("/").format


class Location(NamedTuple):
    """A path of the repository, taken apart: ``parse(path).path`` is that path.

    Attributes:
        kind: ``BASE``, ``OVERLAY`` and so on.
        app: The app that it belongs to; empty where it belongs to none.
        environment: The environment that it belongs to; empty where it belongs to none.
        project: The project that a file of the kind ``PROJECT`` is of.
        rest: The path below the folder; of ``OTHER``, all of the path.
    """

    kind: str
    app: str = ""
    environment: str = ""
    project: str = ""
    rest: str = ""

    @classmethod
    def parse(cls, path: str) -> Location:
        """Tell what a path is, by its names alone."""
        for kind, pattern in _PATTERNS.get(path.partition("/")[0], ()):
            if found := pattern.fullmatch(path):
                return cls(kind, **found.groupdict(""))
        return cls(OTHER, rest=path)

    @property
    def folder(self) -> str:
        """Return the folder of the app, ``overlays/prod/web``; of any other file, the folder that it lies in."""
        if self.kind != OTHER and _SHAPES[self.kind].endswith("/"):
            return self._replace(rest="").path
        return self.path.rpartition("/")[0]

    @property
    def is_folder(self) -> bool:
        """Tell whether this is in a folder of an app's own, where the user may put files."""
        return bool(self.app) and _SHAPES[self.kind].endswith("/")

    @property
    def is_overlay(self) -> bool:
        """Tell whether this is the kustomization of an overlay, in which pipelines set tags."""
        return self.kind == OVERLAY and self.rest == KUSTOMIZATION

    @property
    def holds_entry(self) -> bool:
        """Tell whether releases set an entry of this file.

        Of an overlay's kustomization, or of a chart's Application.
        """
        return self.is_overlay or self.kind == APPLICATION

    @property
    def path(self) -> str:
        """Return the path again; ``_replace`` gives that of another app or environment."""
        if self.kind == OTHER:
            return self.rest
        shape = _SHAPES[self.kind].format(app=self.app, environment=self.environment, project=self.project)
        return f"{shape}{self.rest}".rstrip("/") if shape.endswith("/") else shape


def rename_command(folder: str, name: str) -> str:
    """Return the command that gives a kustomization the one name that all commands look for."""
    return f"git mv {folder}/{name} {folder}/{KUSTOMIZATION}"


def base_path(app: str) -> str:
    """Return the folder of an app's base."""
    return _BASE(app=app)


def overlay_path(environment: str, app: str) -> str:
    """Return the folder of an app's overlay in one environment."""
    return _OVERLAY(environment=environment, app=app)


def overlay_file(environment: str, app: str) -> str:
    """Return the kustomization of an app's overlay in one environment."""
    return f"{overlay_path(environment, app)}/{KUSTOMIZATION}"


def copy_path(environment: str, app: str) -> str:
    """Return the folder of an environment's own copy of an app's base, where changes of the base are promoted."""
    return f"{overlay_path(environment, app)}/{COPY}"


def overlays_path(environment: str = "") -> str:
    """Return the folder of all overlays, or of those of one environment."""
    return f"{OVERLAYS}/{environment}".rstrip("/")


def given_path(environment: str) -> str:
    """Return the folder of what Terraform gave an environment."""
    return f"{OVERLAYS}/{environment}/{GIVEN}"


def outputs_file(environment: str) -> str:
    """Return the file that `outputs` writes after each apply."""
    return f"{given_path(environment)}/outputs.yaml"


def environment_of(path: str) -> str:
    """Return the environment below whose overlays a path lies; empty where it lies elsewhere."""
    root, _, below = path.partition("/")
    return below.partition("/")[0] if root == OVERLAYS else ""


def application_path(environment: str, app: str) -> str:
    """Return the file of an app's Application in one environment."""
    return Location(APPLICATION, app, environment).path


def record_path(app: str) -> str:
    """Return the file that holds what was generated for an app."""
    return Location(RECORD, app).path


def adopted_path(app: str) -> str:
    """Return the file that holds what was adopted last as an app."""
    return Location(ADOPTED, app).path


def promoted_path(environment: str, app: str) -> str:
    """Return the file that holds which base was promoted to an environment."""
    return Location(PROMOTED, app, environment).path
