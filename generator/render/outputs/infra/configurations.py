"""All folders of ``infra/``: the three kinds of configurations, and the modules that they call."""

from __future__ import annotations

from collections.abc import Iterator

from generator.render.file import HEADER, File
from generator.render.outputs.infra import bootstrap, environment, modules, shared
from generator.render.outputs.infra.configuration import ROOT, Configuration, versions
from generator.render.outputs.infra.hcl import document
from generator.spec.infra import Infra
from generator.spec.model import Spec


def files(spec: Spec, infra: Infra) -> Iterator[File]:
    """Yield every file of ``infra/``."""
    found = every(spec, infra)
    for configuration in found:
        yield from configuration.files(infra)
    for module in dict.fromkeys(module.source for one in found for module in one.modules):
        for name, text in modules.texts(module).items():
            yield File(f"{ROOT}/modules/{module}/{name}", HEADER + text)
        yield File(f"{ROOT}/modules/{module}/versions.tf", document(HEADER, [versions()]))


def every(spec: Spec, infra: Infra) -> list[Configuration]:
    """Return the configurations, in the order in which they are applied the first time."""
    places = [place for name, place in infra.places.items() if spec.environments[name].pull_requests is None]
    return [
        bootstrap.configuration(spec, infra, places),
        shared.configuration(spec, infra),
        *(environment.configuration(spec, infra, place) for place in places),
    ]
