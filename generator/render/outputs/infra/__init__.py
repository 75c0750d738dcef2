"""``infra/``: Terraform for the resources in AWS accounts.

``bootstrap`` has the bucket of Terraform's states and the roles that run Terraform, ``shared`` has the resources that
all environments share, and ``environments/<env>`` has those of each environment. Each of these has its own state. They
call small modules in ``modules/``, which contains only the modules in use.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.render.file import HEADER, File

if TYPE_CHECKING:
    from generator.render.outputs.infra.configuration import Configuration
    from generator.spec.infra import Infra
    from generator.spec.model import AnyApp, Spec


def render_app(_spec: Spec, _app: AnyApp) -> Iterator[File]:
    """Yield nothing: an app's resources are part of its environment's configuration."""
    yield from ()


def render_project(spec: Spec) -> Iterator[File]:
    """Yield the files if the spec has ``infra``."""
    if spec.infra is None:
        return
    from generator.render.outputs import given

    yield from _files(spec, spec.infra)
    yield from given.files(spec)


def _files(spec: Spec, infra: Infra) -> Iterator[File]:
    from generator.render.outputs.infra import modules
    from generator.render.outputs.infra.configuration import ROOT, versions
    from generator.render.outputs.infra.hcl import document

    found = configurations(spec, infra)
    for configuration in found:
        yield from configuration.files(infra)
    for module in dict.fromkeys(module.source for one in found for module in one.modules):
        for name, text in modules.texts(module).items():
            yield File(f"{ROOT}/modules/{module}/{name}", HEADER + text)
        yield File(f"{ROOT}/modules/{module}/versions.tf", document(HEADER, [versions()]))


def configurations(spec: Spec, infra: Infra) -> list[Configuration]:
    """Return the configurations in the order of the first apply."""
    from generator.render.outputs.infra import bootstrap, environment, shared

    places = [place for name, place in infra.places.items() if spec.environments[name].pull_requests is None]
    return [
        bootstrap.configuration(spec, infra, places),
        shared.configuration(spec, infra),
        *(environment.configuration(spec, infra, place) for place in places),
    ]
