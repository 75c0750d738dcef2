"""The paths in a generated repository: no other module contains names of its folders.

``Location.parse`` tells what a path is. The functions below, and the ``path`` of
a location, return paths. To add a folder, add a row to ``ROOTS``.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

SPEC: Final = "generator.yaml"
# The file name of all generated kustomizations; kustomize accepts two more.
KUSTOMIZATION: Final = "kustomization.yaml"
OTHER_NAMES: Final = ("kustomization.yml", "Kustomization")
BASES: Final = "base"
OVERLAYS: Final = "overlays"
# The folder in an overlay with the environment's own copy of the base.
COPY: Final = "base"
# The folder beside an environment's overlays with the outputs of Terraform; no app can have this name.
GIVEN: Final = "_infra"
# The file with the values of a Helm chart, in base and overlays.
VALUES: Final = "values.yaml"
GITOPS: Final = "gitops"
# The lock is in gitops/, because the Applications there name the charts.
CHART_LOCK: Final = f"{GITOPS}/chart.lock"
APPLICATIONS: Final = f"{GITOPS}/applications"
RECORDS: Final = ".generator"
APP_RECORDS: Final = f"{RECORDS}/apps"
# The folders and files that say what runs where. A mirror has only these; sources of apps may be in others.
MIRRORED: Final = (SPEC, BASES, OVERLAYS, GITOPS, RECORDS, "environments")
PROMOTED_BASES: Final = f"{RECORDS}/promoted"
ADOPTED_FILES: Final = f"{RECORDS}/adopted"

# The kinds of places with an app or an environment in their paths; all other places are OTHER.
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

    In a shape, ``{app}``, ``{environment}`` and ``{project}`` stand for names. A shape with a ``/`` at its end
    is a folder, and includes everything below it.
    """

    kind: str
    shape: str

    def pattern(self) -> re.Pattern[str]:
        """Return the pattern that matches the paths of this place."""
        # If two names are in one part of the path, the first one ends at the dot.
        name = "[^/.]+" if "}.{" in self.shape else "[^/]+"
        parts = re.split(r"(\{[a-z]+\})", self.shape.rstrip("/"))
        text = "".join(f"(?P<{part[1:-1]}>{name})" if part[:1] == "{" else re.escape(part) for part in parts)
        return re.compile(f"{text}(?:/(?P<rest>.+))?" if self.shape.endswith("/") else text, re.DOTALL)


class Root(NamedTuple):
    """A folder or file of the generator at the top of the repository.

    Attributes:
        path: Its path; that of a folder ends in ``/``.
        places: The places in it that belong to an app or an environment.
        by_environment: Whether its folders are environments with their own approvers.
        applied: Whether Argo CD applies manifests built from it.
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
# Argo CD applies manifests that are built from these folders.
APPLIED: Final = tuple(root.path.rstrip("/") for root in ROOTS if root.applied)

_SHAPES: Final = {place.kind: place.shape for root in ROOTS for place in root.places}
_PATTERNS: Final = {
    root.path.rstrip("/"): tuple((place.kind, place.pattern()) for place in root.places) for root in ROOTS
}
# Bound once, because these two are called for each app and environment.
_BASE: Final = _SHAPES[BASE].rstrip("/").format
_OVERLAY: Final = _SHAPES[OVERLAY].rstrip("/").format


class Location(NamedTuple):
    """The parts of a path in the repository: ``parse(path).path`` is that path again.

    Attributes:
        kind: ``BASE``, ``OVERLAY`` and so on.
        app: The app that the path belongs to; empty if there is none.
        environment: The environment that the path belongs to; empty if there is none.
        project: The project of a file of the kind ``PROJECT``.
        rest: The path below the folder; for ``OTHER``, the whole path.
    """

    kind: str
    app: str = ""
    environment: str = ""
    project: str = ""
    rest: str = ""

    @classmethod
    def parse(cls, path: str) -> Location:
        """Return the location of a path, from its names only; the file need not exist."""
        for kind, pattern in _PATTERNS.get(path.partition("/")[0], ()):
            if found := pattern.fullmatch(path):
                return cls(kind, **found.groupdict(""))
        return cls(OTHER, rest=path)

    @property
    def folder(self) -> str:
        """Return the app's folder, such as ``overlays/prod/web``; for other files, the folder that contains them."""
        if self.kind != OTHER and _SHAPES[self.kind].endswith("/"):
            return self._replace(rest="").path
        return self.path.rpartition("/")[0]

    @property
    def is_folder(self) -> bool:
        """Tell whether the path is in an app's folder, where users may add files."""
        return bool(self.app) and _SHAPES[self.kind].endswith("/")

    @property
    def is_overlay(self) -> bool:
        """Tell whether the path is the kustomization of an overlay, where pipelines set tags."""
        return self.kind == OVERLAY and self.rest == KUSTOMIZATION

    @property
    def holds_entry(self) -> bool:
        """Tell whether releases set an entry in this file: in an overlay's kustomization, or a chart's Application.

        An Application counts even if its app is no chart.
        """
        return self.is_overlay or self.kind == APPLICATION

    @property
    def path(self) -> str:
        """Return the path; use ``_replace`` before for the path of another app or environment."""
        if self.kind == OTHER:
            return self.rest
        shape = _SHAPES[self.kind].format(app=self.app, environment=self.environment, project=self.project)
        return f"{shape}{self.rest}".rstrip("/") if shape.endswith("/") else shape


def rename_command(folder: str, name: str) -> str:
    """Return the command that renames a kustomization to the file name that all commands expect."""
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
    """Return the folder with the Terraform outputs of an environment."""
    return f"{OVERLAYS}/{environment}/{GIVEN}"


def outputs_file(environment: str) -> str:
    """Return the file that `outputs` writes after each apply."""
    return f"{given_path(environment)}/outputs.yaml"


def environment_of(path: str) -> str:
    """Return the environment whose overlays contain a path; empty for other paths."""
    root, _, below = path.partition("/")
    return below.partition("/")[0] if root == OVERLAYS else ""


def application_path(environment: str, app: str) -> str:
    """Return the file of an app's Application in one environment."""
    return Location(APPLICATION, app, environment).path


def record_path(app: str) -> str:
    """Return the file in ``.generator/`` with what was generated last for an app."""
    return Location(RECORD, app).path


def adopted_path(app: str) -> str:
    """Return the file in ``.generator/`` with what was adopted last as an app."""
    return Location(ADOPTED, app).path


def promoted_path(environment: str, app: str) -> str:
    """Return the file in ``.generator/`` with the base of an app that was promoted last to an environment."""
    return Location(PROMOTED, app, environment).path
