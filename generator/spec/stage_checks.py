"""Check the pipeline through the environments: it has what it needs, and no field without effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.spec import container_values
from generator.spec.image_reference import ECR
from generator.spec.plain_data import as_map as _map
from generator.spec.stages import LONGEST_MINUTES, SHORTEST_MINUTES, is_asked, minutes

if TYPE_CHECKING:
    from generator.spec.findings import Findings

# The forges that CodePipeline can read: CodeCommit, and others by a connection.
_SOURCES: Final = ("codecommit", "github", "gitlab")


def check(data: Mapping[str, object], forge: str, findings: Findings) -> None:
    """Add findings about `ci`, `infra`, the repository and the environments that do not fit together.

    ``forge`` is the name of the kind of the repository's forge.
    """
    ci = _map(data.get("ci"))
    staged = bool(_map(ci.get("github")).get("stages"))
    for name, environment in _map(data.get("environments")).items():
        _check_environment(("environments", name), _map(environment), is_asked(ci), staged, findings)
    if not is_asked(ci):
        return
    if not data.get("infra"):
        hint = "add infra: {region: …, accounts: {…}}: the pipeline is part of it"
        findings.add(("ci", "codepipeline"), "a pipeline needs infra", hint, at_key=True)
    if forge not in _SOURCES:
        hint = f"take it out; it reads repositories of {', '.join(_SOURCES)}"
        findings.add(("ci", "codepipeline"), "CodePipeline cannot read this repository", hint, at_key=True)
    if _map(ci.get("codepipeline")).get("source") == "ecr":
        _check_images(data, ("ci", "codepipeline", "source"), findings)


def _check_environment(
    path: tuple[Any, ...], given: dict[str, object], piped: bool, staged: bool, findings: Findings
) -> None:
    if given.get("verify") and not (piped or staged):
        hint = "add ci: {codepipeline: true} or ci: {github: {stages: true}}"
        findings.add((*path, "verify"), "no pipeline reads it", hint, at_key=True)
    if given.get("approval") and not piped:
        hint = "add ci: {codepipeline: true}; GitHub asks the reviewers of its own environment"
        findings.add((*path, "approval"), "no pipeline reads it", hint, at_key=True)
    approval = _map(given.get("approval"))
    timeout = approval.get("timeout")
    if isinstance(timeout, str) and not SHORTEST_MINUTES <= minutes(timeout) <= LONGEST_MINUTES:
        place = (*path, "approval", "timeout")
        findings.add(place, f"{timeout} is no time that AWS waits", "from 5m to 60d")


def _check_images(data: Mapping[str, object], path: tuple[Any, ...], findings: Findings) -> None:
    """Check that at least one app has an image in ECR, so that a push can start the pipeline."""
    registry = str(data.get("registry") or "")
    images = (_map(app).get("image") for app in _map(data.get("apps")).values())
    full = (container_values.full_image(image, registry) for image in images if isinstance(image, str))
    if not any(ECR.fullmatch(image.partition("/")[0]) for image in full):
        findings.add(path, "no app has its image in ECR", "source: repository, or an image in ECR")
