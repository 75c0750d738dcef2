"""``CODEOWNERS``: the approvers of an environment are asked about every change to it.

Written where the forge looks for it, in its own language: GitHub and GitLab
take paths, Gitea regular expressions. Other forges have no such file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from generator import forges
from generator.errors import ForgeError
from generator.outputs.file import HEADER, File
from generator.spec.model import App, Spec

PATHS: Final = {"github": ".github/CODEOWNERS", "gitlab": ".gitlab/CODEOWNERS", "gitea": ".gitea/CODEOWNERS"}
# Where all forges look, if it is not known which one this is.
ANYWHERE: Final = "CODEOWNERS"
_ABOUT: Final = """\
# Whoever may approve a change must be listed here, and have write access. It takes effect where
# the branch is protected: python -m generator protection
"""
# A line that stays between ours and theirs, so that git merges both.
_MORE: Final = "# Rules of your own go here; the last one that matches counts.\n"


def render_app(_spec: Spec, _app: App) -> Iterator[File]:
    """Nothing: one file is for all apps."""
    yield from ()


def render_project(spec: Spec) -> Iterator[File]:
    """Nothing where no environment has approvers, or the forge has no code owners."""
    kind = forge_of(spec)
    path = PATHS.get(kind, ANYWHERE)
    if kind in ("codecommit", "local") or not approvers(spec):
        return
    owned = [
        (place, names)
        for place, given in [*_environments(spec), *_common(spec, path)]
        if (names := owners(given, emails=kind != "gitea"))
    ]
    pattern = _expression if kind == "gitea" else _glob
    lines = [f"{pattern(place)} {' '.join(names)}\n" for place, names in owned]
    if lines:
        yield File(path, HEADER + _ABOUT + "".join(lines) + _MORE)


def forge_of(spec: Spec) -> str:
    """The kind of forge; empty where nothing tells it."""
    try:
        return spec.forge.kind or forges.kind_of(spec.repository)
    except ForgeError:
        return ""


def approvers(spec: Spec) -> tuple[str, ...]:
    """Of all environments, each once, in promotion order."""
    return tuple(dict.fromkeys(name for environment in spec.environments.values() for name in environment.approvers))


def owners(names: tuple[str, ...], *, emails: bool = True) -> list[str]:
    """As forges write them: ``@ann``, ``@acme/platform``, or an e-mail address as it is."""
    return [
        name if "@" in name[1:] else f"@{name.removeprefix('@')}" for name in names if emails or "@" not in name[1:]
    ]


def _environments(spec: Spec) -> Iterator[tuple[str, tuple[str, ...]]]:
    for environment in spec.environments.values():
        yield f"overlays/{environment.name}/", environment.approvers
        yield f"gitops/applications/{environment.name}/", environment.approvers


def _common(spec: Spec, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What reaches every environment at once, and this file itself: nobody makes himself an approver."""
    for place in ("base/", "gitops/projects/", "gitops/bootstrap.yaml", path):
        yield place, approvers(spec)


def _glob(place: str) -> str:
    return f"/{place}"


def _expression(place: str) -> str:
    """A whole path as Go's regular expressions have it; Gitea's file wants a backslash twice."""
    escaped = re.sub(r"([.+*?()|\[\]{}^$])", r"\\\\\1", place)
    return f"{escaped}.*" if place.endswith("/") else escaped
