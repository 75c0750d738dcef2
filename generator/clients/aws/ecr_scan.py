"""Read what the scan of an image in ECR found, through boto3, which comes with the extra ``aws``.

ECR does not scan an image index, so each platform's image is scanned separately; bills of materials and other
attestations are left out. Basic scanning is started here, unless the push has started it; enhanced scanning starts
by itself.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from generator.backoff import Backoff
from generator.clients.aws import ecr, session
from generator.errors import GeneratorError, UsageError
from generator.spec.image_reference import ECR, TAG

# From the worst on.
SEVERITIES: Final = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED", "UNTRIAGED")
TIMEOUT_SECONDS: Final = 600
# A small image is scanned within seconds; a large one takes minutes.
PAUSES: Final = Backoff(first=1.0, longest=5.0, factor=1.4)
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
_NOT_FOUND_YET: Final = "ScanNotFoundException"
# Pages of findings, 1,000 each: no image has more, and a server that never ends is none of AWS's.
_MOST_PAGES: Final = 100
_NOT_AWS: Final = "does a proxy, or AWS_ENDPOINT_URL, lead somewhere else?"
# What to do, by AWS's name for what is wrong.
_HINTS: Final = {
    "AccessDenied": "the role needs ecr:BatchGetImage, ecr:StartImageScan and ecr:DescribeImageScanFindings",
    "ExpiredToken|TokenId|UnrecognizedClient": "log in (aws sso login), or give the build a role",
    "RepositoryNotFound": "are the image's account, region and repository right? Push it before it is scanned",
    "ImageNotFound": "push it before it is scanned",
    "Throttling|TooManyRequests|ServerException|ServiceUnavailable": "start the build again later",
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing found: its severity as ECR says it, its name (a CVE), and the package, empty where not told."""

    severity: str
    name: str
    package: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """An image in ECR, by its tag or its digest."""

    account: str
    region: str
    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def identity(self) -> dict[str, str]:
        """Return what ECR knows it by."""
        return {"imageDigest": self.digest} if self.digest else {"imageTag": self.tag}

    def __str__(self) -> str:
        return f"{self.repository}@{self.digest or self.tag}"


def parse(text: str) -> Image:
    """Return the image of ``REGISTRY/REPOSITORY:TAG``; ``UsageError`` if it is not one in ECR."""
    host, _, rest = text.partition("/")
    repository, _, tag = rest.rpartition(":")
    found = ECR.fullmatch(host)
    if not (found and repository and TAG.fullmatch(tag)):
        raise UsageError(
            f"{text!r} is no image in ECR", "like 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2"
        )
    return Image(found["account"], found["region"], repository, tag)


def findings(image: Image, pauses: Backoff = PAUSES, timeout: float = TIMEOUT_SECONDS) -> list[Finding]:
    """Return all that the scans of the image found, the worst first, once they are done.

    Args:
        image: An image, or an index of several.
        pauses: The pauses between two requests for the state of a scan.
        timeout: Seconds that all scans may take.

    Raises:
        GeneratorError: A scan cannot be done, or takes too long.
    """
    return _Scans(image, pauses, timeout).findings()


def refused(found: Collection[Finding], severity: str, ignored: Collection[str]) -> list[Finding]:
    """Return the findings of ``severity`` or worse, without the ignored ones."""
    limit = _rank(severity)
    return [finding for finding in found if _rank(finding.severity) <= limit and finding.name not in ignored]


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0


class _Scans:
    """The scans of one image, asked of one client until a deadline."""

    def __init__(self, image: Image, pauses: Backoff, timeout: float) -> None:
        self._image, self._pauses, self._timeout = image, pauses, timeout
        self._deadline = time.monotonic() + timeout
        self._client = ecr.client(image.region)

    def findings(self) -> list[Finding]:
        parts = self._parts()
        for part in parts:
            self._start(part)
        found: set[Finding] = set()
        for part in parts:
            tries = 1
            while (answer := self._found(part)) is None:
                self._require_time()
                time.sleep(self._pauses.pause(tries))
                tries += 1
            found.update(answer)
        return sorted(found, key=lambda finding: (_rank(finding.severity), finding.name, finding.package))

    def _require_time(self) -> None:
        if time.monotonic() > self._deadline:
            what = f"{self._image.repository}: not scanned within {self._timeout:g} s"
            raise GeneratorError(what, "start the build again")

    def _parts(self) -> list[Image]:
        """Return the images of an index by digest, attestations left out; else the image itself."""
        image = self._image
        with _explained(), session.translated():
            answer = self._client.batch_get_image(
                **_place(image), imageIds=[image.identity], acceptedMediaTypes=[*_MANIFESTS]
            )
            # Of a page of another server, botocore makes an answer with nothing in it.
            manifest = json.loads(answer["images"][0]["imageManifest"]) if answer["images"] else None
            entries = _entries(manifest) if manifest is not None else None
        if manifest is None:
            raise GeneratorError(f"{image.repository}: no image {image.tag} in ECR", "push it before it is scanned")
        if entries is None:
            return [image]
        if not entries:
            raise GeneratorError(f"{image}: its index holds no image that could be scanned", "look at how it was built")
        return [Image(image.account, image.region, image.repository, digest=digest) for digest in entries]

    def _start(self, image: Image) -> None:
        try:
            with _explained(), session.translated():
                self._client.start_image_scan(**_place(image), imageId=image.identity)
        except session.Refused as exc:
            if exc.code not in _BEGUN:
                raise

    def _found(self, image: Image) -> list[Finding] | None:
        """Return what a scan found; None while it is under way, or where ECR has not noticed the image yet."""
        try:
            with _explained(), session.translated():
                status, description, found = self._answer(image)
        except session.Refused as exc:
            if exc.code == _NOT_FOUND_YET:
                return None
            raise
        if status in _DONE:
            return found
        if status in _WAITING:
            return None
        raise GeneratorError(
            f"{image}: ECR cannot scan it: {status} {description}".rstrip(),
            "where it cannot be scanned at all, say so: build: {scan: false}",
        )

    def _answer(self, image: Image) -> tuple[str, str, list[Finding]]:
        """Return the state of a scan, what is said of it, and the findings of all pages."""
        pages = self._client.get_paginator("describe_image_scan_findings").paginate(
            **_place(image), imageId=image.identity, PaginationConfig={"PageSize": 1000}
        )
        state: dict[str, Any] = {}
        whole: dict[str, Any] = {"findings": [], "enhancedFindings": []}
        for number, page in enumerate(pages):
            if number == _MOST_PAGES:
                raise ValueError(f"more than {_MOST_PAGES} pages of findings")
            self._require_time()
            if not {"imageScanFindings", "imageScanStatus"} & page.keys():
                raise LookupError("it tells of no scan")
            part = page.get("imageScanFindings") or {}
            state = state or page.get("imageScanStatus") or {}
            whole["findings"] += part.get("findings") or []
            whole["enhancedFindings"] += part.get("enhancedFindings") or []
            whole["findingSeverityCounts"] = part.get("findingSeverityCounts") or whole.get("findingSeverityCounts")
        return str(state.get("status") or "COMPLETE"), str(state.get("description") or ""), _read(whole)


def _place(image: Image) -> dict[str, str]:
    return {"registryId": image.account, "repositoryName": image.repository}


def _entries(manifest: Any) -> list[str] | None:
    """Return the digests of an index's images; None for the manifest of an image itself."""
    if manifest.get("mediaType") not in _INDEXES and "manifests" not in manifest:
        return None
    return [
        str(entry["digest"])
        for entry in manifest.get("manifests") or []
        if (entry.get("platform") or {}).get("os") != "unknown"
    ]


@contextmanager
def _explained() -> Iterator[None]:
    """Give AWS's refusals the hint that fits a build."""
    try:
        yield
    except session.Refused as exc:
        exc.hint = next((hint for words, hint in _HINTS.items() if re.search(words, exc.code)), exc.hint)
        raise


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
