"""The modules for builds of images: the CodeBuild project, the connection to the forge, or the repository itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from generator.render.outputs.infra.configuration import Module
from generator.render.outputs.infra.hcl import Raw, Value
from generator.spec import forge_kinds, stages
from generator.spec.image_reference import ECR_REPOSITORY
from generator.spec.infra import Infra

if TYPE_CHECKING:
    from generator.spec.model import Spec

_CACHE: Final = "-cache"
# The names of forges in CodeBuild and CodeConnections.
_SOURCES: Final = {"github": ("GITHUB", "GitHub"), "gitlab": ("GITLAB", "GitLab")}
_CODECOMMIT: Final = "codecommit"


def modules(spec: Spec, infra: Infra) -> Iterator[Module]:
    """Yield the modules if an app is built here by CodeBuild, and CodeBuild can read from the forge."""
    forge = forge_kinds.find(spec.repository, spec.forge.kind).name
    if forge == _CODECOMMIT:
        name = spec.repository.rstrip("/").rpartition("/")[2]
        yield Module("repository", "repository", {"name": name, "branch": spec.branch})
    builds = any(app.build for app in spec.described.values()) and spec.ci.get("codebuild") is not False
    pipeline = stages.is_asked(spec.ci) and not connection(spec)
    if forge in _SOURCES and (builds or pipeline):
        yield Module("connection", "connection", {"name": infra.project, "provider_type": _SOURCES[forge][1]})
    if builds and (forge in _SOURCES or forge == _CODECOMMIT):
        yield Module("builds", "builds", _builds(spec, infra, forge))


def connection(spec: Spec) -> str:
    """Return the ARN of the pipeline's existing connection; empty if Terraform makes one."""
    asked = spec.ci.get("codepipeline")
    return (asked.get("connection") or "") if isinstance(asked, Mapping) else ""


def _builds(spec: Spec, infra: Infra, forge: str) -> dict[str, Value]:
    at = f"{infra.region}:{infra.account}"
    platforms = {one for app in spec.described.values() if app.build for one in app.build.platforms or ()}
    arguments: dict[str, Value] = {
        "name": infra.project,
        "arch": "arm64" if platforms and all("arm64" in one for one in platforms) else "x86",
        "source_type": _SOURCES[forge][0] if forge in _SOURCES else "CODECOMMIT",
        "location": Raw("module.repository.url") if forge == _CODECOMMIT else spec.repository,
        "branch": spec.branch,
        "paths": [*dict.fromkeys(one for app in spec.described.values() if app.build for one in app.build.folders)],
        "repositories": [
            f"arn:{infra.partition}:ecr:{at}:repository/{name}" for name in dict.fromkeys(repositories(spec, infra))
        ],
        "region": Raw("var.region"),
        "account": infra.account,
        "partition": infra.partition,
    }
    if infra.caches:
        arguments["caches"] = infra.caches
    if forge == _CODECOMMIT:
        name = spec.repository.rstrip("/").rpartition("/")[2]
        return {**arguments, "codecommit": f"arn:{infra.partition}:codecommit:{at}:{name}"}
    if found := secrets(spec, infra):
        arguments["secrets"] = found
    return {**arguments, "connection": Raw("module.connection.arn")}


def secrets(spec: Spec, infra: Infra) -> list[str]:
    """Return the ARNs of the secrets that builds push with. They end with a pattern for AWS' six characters."""
    name = spec.ci.get("credentials") or (spec.ci.get("githubApp") or {}).get("secret")
    return [f"arn:{infra.partition}:secretsmanager:{infra.region}:{infra.account}:secret:{name}-??????"] if name else []


def repositories(spec: Spec, infra: Infra) -> Iterator[str]:
    """Yield the repositories that the images of apps have in the shared account."""
    for app in spec.described.values():
        found = ECR_REPOSITORY.fullmatch(app.image)
        here = found and found["account"] == infra.account and found["region"] == infra.region
        if found and here and not infra.is_cached(found["repository"]):
            yield found["repository"]
            if app.build and app.build.cache in (None, True):
                yield f"{found['repository']}{_CACHE}"
