"""``infra/shared``: the resources that all environments share, in one account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from generator.render.outputs.infra import delivery
from generator.render.outputs.infra.configuration import Configuration, Module, Output, provider
from generator.render.outputs.infra.hcl import Raw, Value
from generator.spec import image_reference, stages
from generator.spec.image_reference import ECR_REPOSITORY
from generator.spec.infra import UPSTREAMS, Infra

if TYPE_CHECKING:
    from generator.spec.model import Spec

_ABOUT: Final = "What all environments share: images, the zone, and what builds."


def configuration(spec: Spec, infra: Infra) -> Configuration:
    """Return the configuration."""
    tags: dict[str, Value] = {"project": infra.project, "managed-by": "terraform"}
    modules = [*_registry(spec, infra), *_zone(infra), *delivery.modules(spec, infra), *_pipeline(spec, infra)]
    there = {module.name for module in modules}
    outputs = [Output(name, about, Raw(text)) for name, about, text in _OUTPUTS if name.partition("_")[0] in there]
    return Configuration(
        folder="shared",
        key="shared/terraform.tfstate",
        about=_ABOUT,
        variables={"region": ("The region.", infra.region)},
        providers=[provider(infra, infra.account, tags, region=Raw("var.region"))],
        modules=modules,
        outputs=outputs,
    )


_OUTPUTS: Final = (
    ("registry", "The address of each repository of images.", "module.registry.repositories"),
    ("zone_servers", "What has to be entered where the domain was bought.", "module.zone.name_servers"),
    ("connection", "The connection to the forge, which a person confirms once.", "module.connection.arn"),
    ("builds_role", "The role of builds.", "module.builds.role"),
    ("repository", "The address of the repository.", "module.repository.url"),
    ("pipeline", "The name of the pipeline.", "module.pipeline.name"),
)


def _zone(infra: Infra) -> Iterator[Module]:
    """Yield the modules of the zones that environments name and that do not exist yet."""
    made = {place.domain.zone for place in infra.places.values() if place.domain and not place.domain.existing}
    for zone in sorted(made):
        yield Module("zone", "zone", {"zone": zone})


def _pipeline(spec: Spec, infra: Infra) -> Iterator[Module]:
    if stages.is_asked(spec.ci):
        from generator.render.outputs.codepipeline import terraform

        yield terraform.module(spec, infra, delivery.repositories(spec, infra), delivery.secrets(spec, infra))


def _registry(spec: Spec, infra: Infra) -> Iterator[Module]:
    """Yield the repositories of the images that apps have in the shared account."""
    names = repositories(spec, infra)
    if not names and not infra.cache:
        return
    others = [account for account in infra.accounts if account != infra.account]
    arguments: dict[str, Value] = {"repositories": names, "partition": infra.partition}
    if others:
        arguments["readers"] = others
    if infra.cache:
        arguments["upstreams"] = {
            name: {"url": UPSTREAMS[name][0], **({"secret": secret} if secret else {})}
            for name, secret in infra.cache.items()
        }
    yield Module("registry", "registry", arguments)


def repositories(spec: Spec, infra: Infra) -> list[str]:
    """Return the names of the repositories that Terraform makes in the shared account."""
    own = [*delivery.repositories(spec, infra), *_cached(spec, infra)]
    return [one for one in dict.fromkeys(own) if one not in infra.existing_repositories]


def _cached(spec: Spec, infra: Infra) -> Iterator[str]:
    """Yield the repositories of cached images that apps and their sidecars name, so that a first pull makes none."""
    for app in spec.described.values() if infra.cache else ():
        for one in (app.base, *app.instances.values()):
            for workload in one.workloads.values():
                for image in image_reference.of_pod(workload.image, workload.pod):
                    found = ECR_REPOSITORY.fullmatch(image)
                    if found and found["account"] == infra.account and infra.is_cached(found["repository"]):
                        yield found["repository"]
