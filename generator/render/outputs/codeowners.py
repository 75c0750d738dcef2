"""``CODEOWNERS``: the approvers of an environment are asked about every change to it.

Written where the forge looks for it, in its own language: GitHub and GitLab
take paths, Gitea regular expressions, see ``spec.forge_kinds``. Other forges
have no such file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generator.render.file import HEADER, File
from generator.spec import forge_kinds, said
from generator.spec.layout import PROMOTED_BASES, ROOTS
from generator.spec.model import AnyApp, Spec

_ABOUT: Final = """\
# Whoever may approve a change must be listed here, and have write access. It takes effect where
# the branch is protected: python -m generator protection
"""
# A line that stays between ours and theirs, so that git merges both.
_MORE: Final = "# Rules of your own go here; the last one that matches counts.\n"


def render_app(_spec: Spec, _app: AnyApp) -> Iterator[File]:
    """Render nothing: one file is for all apps."""
    yield from ()


def render_project(spec: Spec) -> Iterator[File]:
    """Render nothing where no environment has approvers, or the forge has no code owners."""
    reads = forge_kinds.find(spec.repository, spec.forge.kind).code_owners
    if reads is None or not has_owners(spec):
        return
    # What follows from them is generated, and needs an approval of its own.
    files = {path: names for path, names in said.owners(spec.data).items() if names}
    owned = [
        (place, names)
        for place, given in [
            *_environments(spec),
            *_common(spec, reads.path),
            *_promoted(spec),
            *_charts(spec),
            *files.items(),
        ]
        if (names := owners(given, emails=reads.emails))
    ]
    lines = [f"{reads.pattern(place)} {' '.join(names)}\n" for place, names in owned]
    if lines:
        yield File(reads.path, HEADER + _ABOUT + "".join(lines) + _MORE)


def has_owners(spec: Spec) -> bool:
    """Tell whether any environment has approvers, or any file of apps owners."""
    return bool(approvers(spec)) or any(said.owners(spec.data).values())


def approvers(spec: Spec) -> tuple[str, ...]:
    """Return the approvers of all environments, each once, in promotion order."""
    return tuple(dict.fromkeys(name for environment in spec.environments.values() for name in environment.approvers))


def owners(names: tuple[str, ...], *, emails: bool = True) -> list[str]:
    """Return owners as forges write them: ``@ann``, ``@acme/platform``, or an e-mail address as it is."""
    return [
        name if "@" in name[1:] else f"@{name.removeprefix('@')}" for name in names if emails or "@" not in name[1:]
    ]


def _environments(spec: Spec) -> Iterator[tuple[str, tuple[str, ...]]]:
    for environment in spec.environments.values():
        for root in ROOTS:
            if root.by_environment:
                yield f"{root.path}{environment.name}/", environment.approvers


def _common(spec: Spec, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what reaches every environment, or says who may change what: that is for those who approve the last one.

    Forges ask any one of a line's owners, so with the others on it they could approve for all.
    """
    strictest = next((one.approvers for one in reversed(list(spec.environments.values())) if one.approvers), ())
    folder = path.rpartition("/")[0]
    own = f"{folder}/" if folder else path
    files = (file for file, names in said.owners(spec.data).items() if not names)
    infra = ("infra/",) if spec.infra else ()
    places = (*(root.path for root in ROOTS if not root.by_environment), *infra, *files, own)
    for place in dict.fromkeys(places):
        yield place, strictest
    for environment in spec.environments.values() if spec.infra else ():
        yield f"infra/environments/{environment.name}/", environment.approvers


def _promoted(spec: Spec) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what a promotion of a base writes; a later rule counts more."""
    for environment in spec.environments.values() if spec.promotion.base else ():
        yield f"{PROMOTED_BASES}/{environment.name}/", environment.approvers


def _charts(spec: Spec) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Return what holds the versions of charts; a later rule counts more."""
    for environment in spec.environments.values() if spec.charts else ():
        for app in spec.charts.values():
            if environment.name in app.environments:
                yield app.entry_path(environment.name), environment.approvers
