"""``CODEOWNERS``: the approvers of an environment must review all changes to it.

The path and the patterns depend on the forge: GitHub and GitLab have patterns
of paths, Gitea has regular expressions; see ``spec.forge_kinds``. Other forges
do not support this file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from generator.render.file import HEADER, File
from generator.spec import forge_kinds, said
from generator.spec.layout import PROMOTED_BASES, ROOTS

if TYPE_CHECKING:
    from generator.spec.model import AnyApp, Spec

_ABOUT: Final = """\
# Whoever may approve a change must be listed here, and have write access. It takes effect where
# the branch is protected: python -m generator protection
"""
# This line separates generated rules from users' rules, so that git can merge changes of both.
_MORE: Final = "# Rules of your own go here; the last one that matches counts.\n"


def render_app(_spec: Spec, _app: AnyApp) -> Iterator[File]:
    """Yield nothing: one file is for all apps."""
    yield from ()


def render_project(spec: Spec) -> Iterator[File]:
    """Yield the file if an environment has approvers and the forge supports code owners."""
    reads = forge_kinds.find(spec.repository, spec.forge.kind).code_owners
    if reads is None or not has_owners(spec):
        return
    # Files that are generated from these need their own approval.
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
    """Tell whether any environment has approvers, or any included file has owners."""
    return bool(approvers(spec)) or any(said.owners(spec.data).values())


def approvers(spec: Spec) -> tuple[str, ...]:
    """Return the approvers of all environments, each once, in promotion order."""
    return tuple(dict.fromkeys(name for environment in spec.environments.values() for name in environment.approvers))


def owners(names: tuple[str, ...], *, emails: bool = True) -> list[str]:
    """Return owners in the forges' notation: ``@ann``, ``@acme/platform``, or an e-mail address."""
    return [
        name if "@" in name[1:] else f"@{name.removeprefix('@')}" for name in names if emails or "@" not in name[1:]
    ]


def _environments(spec: Spec) -> Iterator[tuple[str, tuple[str, ...]]]:
    for environment in spec.environments.values():
        for root in ROOTS:
            if root.by_environment:
                yield f"{root.path}{environment.name}/", environment.approvers


def _common(spec: Spec, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the paths that affect all environments, or who may approve. Approvers of the last environment own them.

    A forge needs the approval of only one owner of a line, so other owners on it could approve for all.
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
    """Yield the rules for files of promoted bases; later rules take precedence."""
    for environment in spec.environments.values() if spec.promotion.base else ():
        yield f"{PROMOTED_BASES}/{environment.name}/", environment.approvers


def _charts(spec: Spec) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the rules for files with versions of charts; later rules take precedence."""
    for environment in spec.environments.values() if spec.charts else ():
        for app in spec.charts.values():
            if environment.name in app.environments:
                yield app.entry_path(environment.name), environment.approvers
