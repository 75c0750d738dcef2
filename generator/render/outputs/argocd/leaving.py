"""What must stay in Argo CD's files for a while, because former files said it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from generator.render.file import File, yaml_file
from generator.render.names import former_project_name
from generator.render.outputs.argocd import project
from generator.spec.layout import APPLICATION, Location

if TYPE_CHECKING:
    from generator.spec.model import Spec


def former_project(spec: Spec, former: Mapping[str, bytes]) -> str | None:
    """Return the path of the former project's file if ``former``, the last generated files, has Applications in it.

    Argo CD prunes before it applies. So the file must stay in the commit that moves the
    Applications to the projects of their environments; a later commit removes it.
    """
    path = project.path_of(former_project_name(spec))
    inside = f"\n  project: {former_project_name(spec)}\n".encode()
    applications = (content for name, content in former.items() if Location.parse(name).kind == APPLICATION)
    return path if path in former and any(inside in content for content in applications) else None


def projects(spec: Spec, former: Mapping[str, bytes]) -> Iterator[File]:
    """Yield projects that must still permit kinds that no app has any more; ``former`` are the last generated files."""
    rights = project.rights(spec)
    for environment in spec.environments.values():
        path = project.path(spec, environment.name)
        if kinds := project.no_longer(rights, environment, former.get(path, b"")):
            yield yaml_file(path, project.render(spec, environment, rights, kinds))
