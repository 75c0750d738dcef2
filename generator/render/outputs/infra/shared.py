"""``infra/shared``: what all environments share, in one account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generator.render.outputs.infra.configuration import Configuration, Module, Output, provider
from generator.render.outputs.infra.hcl import Raw, Value
from generator.spec.image_reference import ECR_REPOSITORY
from generator.spec.infra import Infra
from generator.spec.model import App, Spec

_ABOUT: Final = "What all environments share: the images' repositories."
_CACHE: Final = "-cache"


def configuration(spec: Spec, infra: Infra) -> Configuration:
    """Return the configuration."""
    tags: dict[str, Value] = {"project": infra.project, "managed-by": "terraform"}
    modules = [*_registry(spec, infra)]
    outputs = [Output(name, about, Raw(text)) for name, about, text in _OUTPUTS if any(m.name == name for m in modules)]
    return Configuration(
        folder="shared",
        key="shared/terraform.tfstate",
        about=_ABOUT,
        variables={"region": ("The region.", infra.region)},
        providers=[provider(infra, infra.account, tags, region=Raw("var.region"))],
        modules=modules,
        outputs=outputs,
    )


_OUTPUTS: Final = (("registry", "The address of each repository of images.", "module.registry.repositories"),)


def _registry(spec: Spec, infra: Infra) -> Iterator[Module]:
    """Yield the repositories of the images that apps have in the shared account."""
    names = [*dict.fromkeys(_repositories(spec, infra))]
    if not names:
        return
    others = [account for account in infra.accounts if account != infra.account]
    arguments: dict[str, Value] = {"repositories": names, "partition": infra.partition}
    if others:
        arguments["readers"] = others
    yield Module("registry", "registry", arguments)


def _repositories(spec: Spec, infra: Infra) -> Iterator[str]:
    for app in spec.apps.values():
        if not isinstance(app, App):
            continue
        found = ECR_REPOSITORY.fullmatch(app.image)
        if found and found["account"] == infra.account and found["region"] == infra.region:
            yield found["repository"]
            if app.build and app.build.cache in (None, True):
                yield f"{found['repository']}{_CACHE}"
