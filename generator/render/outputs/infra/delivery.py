"""What builds images, and where from: the CodeBuild project, the connection to the forge, or the repository itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generator.render.outputs.infra.configuration import Module
from generator.render.outputs.infra.hcl import Raw, Value
from generator.spec import forge_kinds
from generator.spec.image_reference import ECR_REPOSITORY
from generator.spec.infra import Infra
from generator.spec.model import App, Spec

_CACHE: Final = "-cache"
# What CodeBuild and CodeConnections call forges.
_SOURCES: Final = {"github": ("GITHUB", "GitHub"), "gitlab": ("GITLAB", "GitLab")}
_CODECOMMIT: Final = "codecommit"


def modules(spec: Spec, infra: Infra) -> Iterator[Module]:
    """Yield nothing where no app is built here, CodeBuild is not wanted, or it cannot read from the forge."""
    forge = forge_kinds.find(spec.repository, spec.forge.kind).name
    if forge == _CODECOMMIT:
        name = spec.repository.rstrip("/").rpartition("/")[2]
        yield Module("repository", "repository", {"name": name, "branch": spec.branch})
    if not any(app.build for app in spec.described.values()) or spec.ci.get("codebuild") is False:
        return
    if forge in _SOURCES:
        yield Module("connection", "connection", {"name": infra.project, "provider_type": _SOURCES[forge][1]})
    if forge in _SOURCES or forge == _CODECOMMIT:
        yield Module("builds", "builds", _builds(spec, infra, forge))


def _builds(spec: Spec, infra: Infra, forge: str) -> dict[str, Value]:
    at = f"{infra.region}:{infra.account}"
    platforms = {one for app in spec.described.values() if app.build for one in app.build.platforms or ()}
    arguments: dict[str, Value] = {
        "name": infra.project,
        "arch": "arm64" if platforms and all("arm64" in one for one in platforms) else "x86",
        "source_type": _SOURCES[forge][0] if forge in _SOURCES else "CODECOMMIT",
        "location": Raw("module.repository.url") if forge == _CODECOMMIT else spec.repository,
        "branch": spec.branch,
        "paths": [*dict.fromkeys(app.build.source for app in spec.described.values() if app.build)],
        "repositories": [
            f"arn:{infra.partition}:ecr:{at}:repository/{name}" for name in dict.fromkeys(repositories(spec, infra))
        ],
        "region": Raw("var.region"),
        "account": infra.account,
        "partition": infra.partition,
    }
    if forge == _CODECOMMIT:
        name = spec.repository.rstrip("/").rpartition("/")[2]
        return {**arguments, "codecommit": f"arn:{infra.partition}:codecommit:{at}:{name}"}
    secret = spec.ci.get("credentials") or (spec.ci.get("githubApp") or {}).get("secret")
    if secret:
        arguments["secrets"] = [f"arn:{infra.partition}:secretsmanager:{at}:secret:{secret}-??????"]
    return {**arguments, "connection": Raw("module.connection.arn")}


def repositories(spec: Spec, infra: Infra) -> Iterator[str]:
    """Yield the repositories that the images of apps have in the shared account."""
    for app in spec.apps.values():
        if not isinstance(app, App):
            continue
        found = ECR_REPOSITORY.fullmatch(app.image)
        if found and found["account"] == infra.account and found["region"] == infra.region:
            yield found["repository"]
            if app.build and app.build.cache in (None, True):
                yield f"{found['repository']}{_CACHE}"
