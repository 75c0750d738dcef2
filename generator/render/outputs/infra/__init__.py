"""``infra/``: the AWS accounts under the clusters, as Terraform of our own.

``bootstrap`` holds where Terraform keeps its states and who may run it, ``shared`` what all environments
share, and ``environments/<env>`` each environment, with a state of its own. They call small modules in ``modules/``,
of which those are there that are in use.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.render.file import HEADER, File
from generator.spec.model import AnyApp, Spec

if TYPE_CHECKING:
    from generator.render.outputs.infra.configuration import Configuration
    from generator.spec.infra import Infra


def render_app(_spec: Spec, _app: AnyApp) -> Iterator[File]:
    """Render nothing: what an app has in an account is in its environment's state."""
    yield from ()


def render_project(spec: Spec) -> Iterator[File]:
    """Render nothing where the spec says nothing of AWS."""
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
    """Return the configurations, in the order in which they are applied the first time."""
    from generator.render.outputs.infra import bootstrap, environment, shared

    places = [place for name, place in infra.places.items() if spec.environments[name].pull_requests is None]
    return [
        bootstrap.configuration(spec, infra, places),
        shared.configuration(spec, infra),
        *(environment.configuration(spec, infra, place) for place in places),
    ]
