"""``scan``: ECR's answers, by an ``aws`` that plays them; the gate on moto is in test_pipeline_harness."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from testing.programs import Run

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1"
INDEX = "application/vnd.oci.image.index.v1+json"
AWS = """\
#!/usr/bin/env python3
import json, pathlib, sys
folder = pathlib.Path(__file__).parent
words = sys.argv[1:]
with (folder / "log").open("a") as log:
    log.write(" ".join(words) + "\\n")
which = words[words.index("--image-id") + 1] if "--image-id" in words else ""
queue = folder / (words[1] + ("" if not which.startswith("imageDigest=") else "-" + which.partition("=")[2]) + ".json")
answers = json.loads(queue.read_text()) if queue.exists() else [{}]
answer = answers.pop(0) if len(answers) > 1 else answers[0]
queue.write_text(json.dumps(answers or [answer]))
if "error" in answer:
    sys.exit("An error occurred (" + answer["error"] + ") when calling the operation")
print(json.dumps(answer))
"""


class Ecr:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def answers(self, verb: str, *given: dict[str, Any]) -> None:
        """What a verb answers, one after the other; the last one again and again."""
        (self.folder / f"{verb}.json").write_text(json.dumps(given))

    @property
    def log(self) -> list[str]:
        return (self.folder / "log").read_text().splitlines()


def done(*found: tuple[str, str], status: str = "COMPLETE") -> dict[str, Any]:
    items = [{"severity": severity, "name": name} for severity, name in found]
    return {"imageScanStatus": {"status": status}, "imageScanFindings": {"findings": items}}


@pytest.fixture
def ecr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ecr:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "aws").write_text(AWS)
    (folder / "aws").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    found = Ecr(folder)
    found.answers("batch-get-image", {"images": [{"imageManifest": json.dumps({"layers": []})}]})
    return found


@pytest.mark.parametrize(
    ("severity", "code"), [("CRITICAL", 0), ("HIGH", 1), ("MEDIUM", 1)], ids=["below", "at", "above"]
)
def test_the_threshold(severity: str, code: int, ecr: Ecr, generator: Run) -> None:
    ecr.answers("describe-image-scan-findings", done(("LOW", "CVE-1"), ("HIGH", "CVE-2")))
    result = generator("scan", IMAGE, "--severity", severity)
    assert result.returncode == code, result.stderr
    assert "CVE-2" in result.stdout
    assert "--region eu-west-1 --registry-id 123456789012 --repository-name shop/web" in ecr.log[0]


def test_what_is_accepted_stops_nothing(ecr: Ecr, generator: Run) -> None:
    ecr.answers("describe-image-scan-findings", done(("CRITICAL", "CVE-1"), ("CRITICAL", "CVE-2")))
    assert generator("scan", IMAGE, "--ignore", "CVE-1").returncode == 1
    assert generator("scan", IMAGE, "--ignore", "CVE-1", "--ignore", "CVE-2").returncode == 0


def test_what_is_accepted_is_counted_by_what_was_found(ecr: Ecr, generator: Run) -> None:
    ecr.answers("describe-image-scan-findings", done(("CRITICAL", "CVE-1"), ("LOW", "CVE-2")))
    result = generator("scan", IMAGE, "--ignore", "CVE-1", "--ignore", "CVE-9")
    assert result.returncode == 0
    assert "2 found, 0 of them CRITICAL or worse, 1 accepted" in result.stdout
    assert result.stderr == "note: nothing was found that --ignore CVE-9 would accept\n"


@pytest.mark.parametrize(
    "entries", [[], [{"digest": "sha256:c", "platform": {"os": "unknown", "architecture": "unknown"}}]],
    ids=["empty", "attestations only"],
)  # fmt: skip
def test_an_index_without_images_does_not_pass(entries: list[dict[str, Any]], ecr: Ecr, generator: Run) -> None:
    manifest = json.dumps({"mediaType": INDEX, "manifests": entries})
    ecr.answers("batch-get-image", {"images": [{"imageManifest": manifest}]})
    result = generator("scan", IMAGE)
    assert (result.returncode, result.stdout) == (1, "")
    assert "error: shop/web@1: its index holds no image that could be scanned" in result.stderr
    assert "hint: " in result.stderr


def test_an_aws_that_prints_no_json_is_told(ecr: Ecr, generator: Run) -> None:
    (ecr.folder / "aws").write_text("#!/bin/sh\necho hello\n")
    result = generator("scan", IMAGE)
    assert result.returncode == 1
    assert "error: what `aws ecr batch-get-image` printed is no JSON that can be read" in result.stderr


NONSENSE: dict[str, Any] = {
    "images that are none": ("batch-get-image", {"images": [17]}),
    "a manifest that is none": ("batch-get-image", {"images": [{"imageManifest": 17}]}),
    "an index of none": ("batch-get-image", {"images": [{"imageManifest": '{"manifests": [17, {}]}'}]}),
    "an index without digests": ("batch-get-image", {"images": [{"imageManifest": '{"manifests": [{}]}'}]}),
    "a status that is none": ("describe-image-scan-findings", {"imageScanStatus": "x"}),
    "findings that are none": ("describe-image-scan-findings", {"imageScanFindings": [17]}),
    "a finding that is none": ("describe-image-scan-findings", {"imageScanFindings": {"findings": [17]}}),
    "counts that are none": (
        "describe-image-scan-findings", {"imageScanFindings": {"findingSeverityCounts": {"HIGH": "many"}}},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("verb", "answer"), NONSENSE.values(), ids=NONSENSE)
def test_an_aws_that_is_none_is_told(verb: str, answer: dict[str, Any], ecr: Ecr, generator: Run) -> None:
    ecr.answers(verb, answer)
    result = generator("scan", IMAGE)
    assert (result.returncode, result.stdout) == (1, "")
    assert "error: shop/web: what `aws ecr` printed is no answer of ECR (" in result.stderr
    assert "hint: is the `aws` on PATH the AWS CLI" in result.stderr


def test_json_that_is_too_deep_is_told(ecr: Ecr, generator: Run) -> None:
    (ecr.folder / "aws").write_text("#!/usr/bin/env python3\nprint('[' * 200_000)\n")
    result = generator("scan", IMAGE)
    assert result.returncode == 1
    assert "is no JSON that can be read" in result.stderr


HINTS = {
    "AccessDeniedException": "the role needs ecr:BatchGetImage",
    "ExpiredTokenException": "log in",
    "RepositoryNotFoundException": "are the image's account, region and repository right?",
    "ThrottlingException": "start the build again later",
}


@pytest.mark.parametrize(("error", "hint"), HINTS.items(), ids=HINTS)
def test_a_hint_fits_what_the_aws_cli_says(error: str, hint: str, ecr: Ecr, generator: Run) -> None:
    ecr.answers("batch-get-image", {"error": error})
    result = generator("scan", IMAGE)
    assert result.returncode == 1
    assert f"hint: {hint}" in result.stderr


def test_without_the_aws_cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, generator: Run) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = generator("scan", IMAGE)
    assert (result.returncode, result.stderr) == (1, "error: aws: not found\nhint: install the AWS CLI\n")


def test_each_image_of_an_index_is_scanned_and_attestations_are_not(ecr: Ecr, generator: Run) -> None:
    entries = [
        {"digest": "sha256:a", "platform": {"os": "linux", "architecture": "amd64"}},
        {"digest": "sha256:b", "platform": {"os": "linux", "architecture": "arm64"}},
        {"digest": "sha256:c", "platform": {"os": "unknown", "architecture": "unknown"}},
    ]
    manifest = json.dumps({"mediaType": INDEX, "manifests": entries})
    ecr.answers("batch-get-image", {"images": [{"imageManifest": manifest}]})
    ecr.answers("describe-image-scan-findings-sha256:a", done(("LOW", "CVE-1")))
    ecr.answers("describe-image-scan-findings-sha256:b", done(("CRITICAL", "CVE-2")))
    result = generator("scan", IMAGE, "--output", "json")
    assert result.returncode == 1
    assert json.loads(result.stdout)["refused"] == ["CVE-2"]
    started = [line.rpartition("=")[2] for line in ecr.log if "start-image-scan" in line]
    assert started == ["sha256:a", "sha256:b"]


@pytest.mark.parametrize("error", ["LimitExceededException", "ValidationException"])
def test_a_scan_that_has_begun_already_is_waited_for(error: str, ecr: Ecr, generator: Run) -> None:
    ecr.answers("start-image-scan", {"error": error})
    ecr.answers(
        "describe-image-scan-findings",
        {"error": "ScanNotFoundException"},
        done(status="PENDING"),
        done(status="IN_PROGRESS"),
        done(("LOW", "CVE-1"), status="ACTIVE"),
    )
    from generator.clients.aws import ecr_scan

    assert [found.name for found in ecr_scan.findings(ecr_scan.parse(IMAGE), 0.01)] == ["CVE-1"]


def test_inspectors_findings_are_read(ecr: Ecr, generator: Run) -> None:
    details = {"vulnerabilityId": "CVE-9", "vulnerablePackages": [{"name": "openssl"}, {"name": "libssl"}]}
    found = {"severity": "HIGH", "title": "CVE-9 - openssl", "packageVulnerabilityDetails": details}
    answer = {"imageScanStatus": {"status": "ACTIVE"}, "imageScanFindings": {"enhancedFindings": [found]}}
    ecr.answers("describe-image-scan-findings", answer)
    result = generator("scan", IMAGE, "--severity", "HIGH")
    assert result.returncode == 1
    assert "CVE-9    libssl, openssl" in result.stdout


def test_what_is_counted_and_not_listed_stops(ecr: Ecr, generator: Run) -> None:
    answer = {"imageScanFindings": {"findings": [], "findingSeverityCounts": {"CRITICAL": 2}}}
    ecr.answers("describe-image-scan-findings", {"imageScanStatus": {"status": "COMPLETE"}, **answer})
    assert generator("scan", IMAGE).returncode == 1


def test_more_counted_than_listed_stops_though_all_that_is_listed_is_accepted(ecr: Ecr, generator: Run) -> None:
    answer = done(("CRITICAL", "CVE-1"))
    answer["imageScanFindings"]["findingSeverityCounts"] = {"CRITICAL": 5}
    ecr.answers("describe-image-scan-findings", answer)
    result = generator("scan", IMAGE, "--ignore", "CVE-1")
    assert result.returncode == 1
    assert "4 not listed" in result.stdout
    answer["imageScanFindings"]["findingSeverityCounts"] = {"CRITICAL": 1}
    ecr.answers("describe-image-scan-findings", answer)
    assert generator("scan", IMAGE, "--ignore", "CVE-1").returncode == 0


def test_a_severity_that_nobody_knows_stops(ecr: Ecr, generator: Run) -> None:
    ecr.answers("describe-image-scan-findings", done(("APOCALYPTIC", "CVE-1")))
    assert generator("scan", IMAGE).returncode == 1


@pytest.mark.parametrize("status", ["FAILED", "UNSUPPORTED_IMAGE", "FINDINGS_UNAVAILABLE", "NEW_WORD"])
def test_what_cannot_be_scanned_stops_and_says_how_to_go_on(status: str, ecr: Ecr, generator: Run) -> None:
    answer = {"imageScanStatus": {"status": status, "description": "the reason"}}
    ecr.answers("describe-image-scan-findings", answer)
    result = generator("scan", IMAGE)
    assert result.returncode == 1
    assert f"ECR cannot scan it: {status} the reason" in result.stderr
    assert "build: {scan: false}" in result.stderr


def test_an_image_that_is_not_there(ecr: Ecr, generator: Run) -> None:
    ecr.answers("batch-get-image", {"images": [], "failures": [{}]})
    result = generator("scan", IMAGE)
    assert (result.returncode, result.stderr.splitlines()[0]) == (1, "error: shop/web: no image 1 in ECR")


def test_a_role_that_may_not_is_told_what_it_needs(ecr: Ecr, generator: Run) -> None:
    ecr.answers("start-image-scan", {"error": "AccessDeniedException"})
    result = generator("scan", IMAGE)
    assert result.returncode == 1
    assert "AccessDeniedException" in result.stderr
    assert "StartImageScan" in result.stderr


@pytest.mark.parametrize("image", ["shop/web:1", IMAGE.removesuffix(":1"), IMAGE + ";id", "-x", "x:1"])
def test_what_is_no_image_in_ecr_is_wrong_usage(image: str, generator: Run) -> None:
    assert generator("scan", "--", image).returncode == 2


def test_without_the_aws_cli_it_says_so(tmp_path: Path, generator: Run) -> None:
    result = generator("scan", IMAGE, env={"PATH": str(tmp_path)})
    assert (result.returncode, result.stderr.splitlines()[0]) == (1, "error: aws: not found")


def test_it_does_not_wait_for_ever(ecr: Ecr) -> None:
    from generator.clients.aws import ecr_scan
    from generator.errors import GeneratorError

    ecr.answers("describe-image-scan-findings", done(status="IN_PROGRESS"))
    with pytest.raises(GeneratorError, match=r"not scanned within 0.1 s"):
        ecr_scan.findings(ecr_scan.parse(IMAGE), 0.01, timeout=0.1)
