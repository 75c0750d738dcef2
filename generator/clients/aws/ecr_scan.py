"""What the scan of an image in ECR found: asked of the AWS CLI, which every build image has.

ECR scans no image index, so that each platform's image in it is scanned for
itself; bills of materials and other attestations are left out. Basic scanning
is started here, unless it has begun on push; enhanced scanning starts itself.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from generator import process
from generator.errors import GeneratorError, ProcessError, UsageError
from generator.spec.image_reference import ECR, TAG

# From the worst on.
SEVERITIES: Final = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED", "UNTRIAGED")
TIMEOUT_SECONDS: Final = 600
_PAUSE_SECONDS: Final = 5.0
_INDEXES: Final = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_MANIFESTS: Final = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    *_INDEXES,
)
_DONE: Final = ("COMPLETE", "ACTIVE")
_WAITING: Final = ("IN_PROGRESS", "PENDING")
# These tell that a scan has begun already, or begins by itself.
_BEGUN: Final = ("LimitExceededException", "ValidationException")
_NO_CLI: Final = "is the `aws` on PATH the AWS CLI (aws --version), and does AWS_ENDPOINT_URL lead to AWS?"
# What to do, by the status that `process` gives to what did not run or end, and by what the AWS CLI says.
_WITHOUT_WORDS: Final = {127: "install the AWS CLI", 124: "check the network, and start the build again"}
_HINTS: Final = {
    "AccessDenied": "the role needs ecr:BatchGetImage, ecr:StartImageScan and ecr:DescribeImageScanFindings",
    "redentials|ExpiredToken|TokenId|UnrecognizedClient": "log in (aws sso login), or give the build a role",
    "RepositoryNotFound": "are the image's account, region and repository right? Push it before it is scanned",
    "ImageNotFound": "push it before it is scanned",
    "onnect|timeout|timed out|resolve": "check the network, the region, and AWS_ENDPOINT_URL if it is set",
    "Throttling|TooManyRequests|ServerException|ServiceUnavailable": "start the build again later",
}
# What reading something else as ECR's answer raises.
_MISREAD: Final = (LookupError, TypeError, AttributeError, ValueError)


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing found: its severity as ECR says it, its name (a CVE), and the package, empty where not told."""

    severity: str
    name: str
    package: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """An image in ECR; ``reference`` is ``imageTag=…`` or ``imageDigest=…``."""

    account: str
    region: str
    repository: str
    reference: str


def parse(text: str) -> Image:
    """``REGISTRY/REPOSITORY:TAG`` in ECR; ``UsageError`` if it is not that."""
    host, _, rest = text.partition("/")
    repository, _, tag = rest.rpartition(":")
    found = ECR.fullmatch(host)
    if not (found and repository and TAG.fullmatch(tag)):
        raise UsageError(
            f"{text!r} is no image in ECR", "like 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2"
        )
    return Image(found["account"], found["region"], repository, f"imageTag={tag}")


def findings(image: Image, pause: float = _PAUSE_SECONDS, timeout: float = TIMEOUT_SECONDS) -> list[Finding]:
    """All that the scans of the image found, the worst first, once they are done.

    ECR is asked every ``pause`` seconds. ``GeneratorError`` where a scan cannot
    be done, or all of them take longer than ``timeout`` seconds.
    """
    try:
        return _scanned(image, pause, timeout)
    except _MISREAD as exc:
        said = f"{type(exc).__name__}: {str(exc)[:120]}"
        raise GeneratorError(
            f"{image.repository}: what `aws ecr` printed is no answer of ECR ({said})", _NO_CLI
        ) from exc


def _scanned(image: Image, pause: float, timeout: float) -> list[Finding]:
    deadline = time.monotonic() + timeout
    parts = _parts(image)
    for part in parts:
        _start(part)
    found: set[Finding] = set()
    for part in parts:
        while (answer := _findings(part)) is None:
            if time.monotonic() > deadline:
                raise GeneratorError(f"{image.repository}: not scanned within {timeout:g} s", "start the build again")
            time.sleep(pause)
        found.update(answer)
    return sorted(found, key=lambda finding: (_rank(finding.severity), finding.name, finding.package))


def refused(found: Collection[Finding], severity: str, ignored: Collection[str]) -> list[Finding]:
    """Those of ``severity`` or worse that are not to be ignored."""
    limit = _rank(severity)
    return [finding for finding in found if _rank(finding.severity) <= limit and finding.name not in ignored]


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0


def _parts(image: Image) -> list[Image]:
    """The images of an index by digest, attestations left out; else the image itself."""
    answer = _ecr(image, "batch-get-image", "--image-ids", image.reference, "--accepted-media-types", *_MANIFESTS)
    if not answer.get("images"):
        raise GeneratorError(
            f"{image.repository}: no image {image.reference.partition('=')[2]} in ECR", "push it before it is scanned"
        )
    manifest = _json(answer["images"][0]["imageManifest"], "the image's manifest")
    if manifest.get("mediaType") not in _INDEXES and "manifests" not in manifest:
        return [image]
    found = [
        Image(image.account, image.region, image.repository, f"imageDigest={entry['digest']}")
        for entry in manifest.get("manifests") or []
        if (entry.get("platform") or {}).get("os") != "unknown"
    ]
    if not found:
        name = f"{image.repository}@{image.reference.partition('=')[2]}"
        raise GeneratorError(f"{name}: its index holds no image that could be scanned", "look at how it was built")
    return found


def _start(image: Image) -> None:
    try:
        _ecr(image, "start-image-scan", "--image-id", image.reference)
    except ProcessError as exc:
        if not any(word in exc.stderr for word in _BEGUN):
            raise


def _findings(image: Image) -> list[Finding] | None:
    """What a scan found; ``None`` while it is under way."""
    status, answer = _ask(image)
    if status in _DONE:
        return _read(answer.get("imageScanFindings") or {})
    if status in _WAITING:
        return None
    said = (answer.get("imageScanStatus") or {}).get("description") or ""
    raise GeneratorError(
        f"{image.repository}@{image.reference.partition('=')[2]}: ECR cannot scan it: {status} {said}".rstrip(),
        "where it cannot be scanned at all, say so: build: {scan: false}",
    )


def _ask(image: Image) -> tuple[str, dict[str, Any]]:
    """The state of a scan, and the answer; enhanced scanning takes a while to notice an image."""
    try:
        answer = _ecr(image, "describe-image-scan-findings", "--image-id", image.reference)
    except ProcessError as exc:
        if "ScanNotFoundException" in exc.stderr:
            return "PENDING", {}
        raise
    return str((answer.get("imageScanStatus") or {}).get("status") or "COMPLETE"), answer


def _read(answer: dict[str, Any]) -> list[Finding]:
    basic = [
        Finding(str(item.get("severity")), str(item.get("name")), _attribute(item, "package_name"))
        for item in answer.get("findings") or []
    ]
    enhanced = [
        Finding(str(item.get("severity")), str(details.get("vulnerabilityId") or item.get("title")), _packages(details))
        for item in answer.get("enhancedFindings") or []
        if (details := item.get("packageVulnerabilityDetails") or {}) is not None
    ]
    listed = Counter(finding.severity for finding in [*basic, *enhanced])
    counted = answer.get("findingSeverityCounts") or {}
    # What is counted and not listed must not slip through.
    missing = {name: int(count or 0) - listed[name] for name, count in counted.items()}
    unlisted = [Finding(name, f"{count} not listed") for name, count in missing.items() if count > 0]
    return [*basic, *enhanced, *unlisted]


def _attribute(item: dict[str, Any], name: str) -> str:
    return next((str(entry.get("value")) for entry in item.get("attributes") or [] if entry.get("key") == name), "")


def _packages(details: dict[str, Any]) -> str:
    return ", ".join(sorted({str(entry.get("name")) for entry in details.get("vulnerablePackages") or []}))


def _ecr(image: Image, verb: str, *words: str) -> dict[str, Any]:
    argv = ["aws", "ecr", verb, "--region", image.region, "--registry-id", image.account]
    argv += ["--repository-name", image.repository, "--output", "json", *words]
    try:
        done = process.run(argv)
    except ProcessError as exc:
        exc.hint = _hint(exc)
        raise
    return _json(done.stdout or "{}", f"what `aws ecr {verb}` printed")


def _hint(failure: ProcessError) -> str:
    if failure.returncode in _WITHOUT_WORDS:
        return _WITHOUT_WORDS[failure.returncode]
    return next((hint for words, hint in _HINTS.items() if re.search(words, failure.stderr)), "")


def _json(text: str, what: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise GeneratorError(f"{what} is no JSON that can be read", _NO_CLI)
    return found
