"""`changed`, `scan`, `token` and `protection`: what a pipeline and its branch need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.clients.aws.ecr_scan import Finding
from generator.render.protection.advice import Advice
from generator.spec import loader


@dataclass(frozen=True, slots=True)
class ChangedRequest:
    """A checkout, and the commit to compare it with (default: the one from `ci`, the variables of its CI)."""

    directory: Path = Path()
    since: str | None = None
    ci: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangedResult:
    """The apps and the sites to build, and the commit that the checkout was compared with."""

    apps: tuple[str, ...]
    since: str | None
    sites: tuple[str, ...] = ()


def changed(request: ChangedRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> ChangedResult:
    """Find the apps and sites whose source has changed; none for a commit that only releases."""
    from generator.delivery import affected
    from generator.git import ci_checkout

    directory = request.directory
    with calling(credentials, directory):
        spec = loader.load(directory)
        progress("comparing commits")
        given = request.since
        since = ci_checkout.fork_point(directory, given) if given else affected.before(request.ci)
        found = affected.found(spec, directory, since, request.ci)
        return ChangedResult(tuple(found.apps), since, tuple(found.sites))


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """An image in ECR, `SERVER/NAME:TAG`. Findings of this severity or worse stop a release unless in `ignore`."""

    image: str
    severity: str = "CRITICAL"
    ignore: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ScanResult:
    """Findings in the repository's image, and those that stop a release."""

    repository: str
    findings: tuple[Finding, ...]
    refused: tuple[Finding, ...]


def scan(request: ScanRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> ScanResult:
    """Wait for ECR's scan of an image."""
    from generator.clients.aws import ecr_scan

    with calling(credentials, Path()):
        image = ecr_scan.parse(request.image)
        progress(f"waiting for the scan of {image.repository}")
        found = ecr_scan.findings(image)
        refused = ecr_scan.refused(found, request.severity, request.ignore)
        return ScanResult(image.repository, tuple(found), tuple(refused))


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """The repository; `api` is GitHub's address if the repository's URL does not contain it."""

    directory: Path = Path()
    api: str | None = None


def token(request: TokenRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> str:
    """Return a token of the credentials' GitHub App, which is valid for this repository and an hour."""
    from generator.clients.forges import github_token

    with calling(credentials, request.directory, request.api):
        spec = loader.load(request.directory)
        progress("asking GitHub for a token")
        api, requests = request.api or spec.forge.url, bool(spec.ci.get("pullRequest"))
        return github_token.token(spec.repository, api, requests=requests)


def protection(directory: Path = Path(), pusher: str | None = None) -> tuple[Advice, str]:
    """Return the protection of Argo CD's branch, as settings and as a script; `pusher` may still push."""
    from generator.render import protection as branch_protection

    advice = branch_protection.advise(loader.load(directory), pusher)
    return advice, branch_protection.script(advice)
