"""``scan``: ECR's answers, by a server that plays them; the gate on moto is in test_pipeline_harness."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.backoff import Backoff
from testing.programs import Run
from testing.servers import loopback as local_server

pytestmark = pytest.mark.usefixtures("aws_models")

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1"
INDEX = "application/vnd.oci.image.index.v1+json"
GET, START, FOUND = "BatchGetImage", "StartImageScan", "DescribeImageScanFindings"


class Ecr:
    """Answers of ECR by operation, and by the digest of the image where there is one."""

    def __init__(self) -> None:
        self.log: list[tuple[str, dict[str, Any]]] = []
        self.raw: Callable[[local_server.Handler], None] | None = None
        self._answers: dict[str, list[dict[str, Any]]] = {}

    def answers(self, operation: str, *given: dict[str, Any], digest: str = "") -> None:
        """Set what an operation answers, one after the other; the last one again and again."""
        self._answers[operation + digest] = list(given)

    def answer(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        self.log.append((operation, asked))
        digest = asked.get("imageId", {}).get("imageDigest", "")
        queue = self._answers.get(operation + digest, [{}])
        return queue.pop(0) if len(queue) > 1 else queue[0]


def done(*found: tuple[str, str], status: str = "COMPLETE") -> dict[str, Any]:
    items = [{"severity": severity, "name": name} for severity, name in found]
    return {"imageScanStatus": {"status": status}, "imageScanFindings": {"findings": items}}


@pytest.fixture
def ecr(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ecr]:
    found = Ecr()

    class Handler(local_server.Handler):
        def do_POST(self) -> None:
            body = self.body()
            if found.raw:
                return found.raw(self)
            answer = found.answer(self.headers["X-Amz-Target"].partition(".")[2], json.loads(body))
            if "error" in answer:
                return self.answer_json(400, {"__type": answer["error"], "message": "said so"})
            return self.answer_json(200, answer)

    found.answers(GET, {"images": [{"imageManifest": json.dumps({"layers": []})}]})
    with local_server.Server(Handler) as server:
        for name, value in {
            "AWS_ENDPOINT_URL": server.url, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "s3cr3t-k3y",
            "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        yield found


@pytest.mark.parametrize(
    ("severity", "code"), [("CRITICAL", 0), ("HIGH", 1), ("MEDIUM", 1)], ids=["below", "at", "above"]
)
def test_the_threshold(severity: str, code: int, ecr: Ecr, generator: Run) -> None:
    ecr.answers(FOUND, done(("LOW", "CVE-1"), ("HIGH", "CVE-2")))
    result = generator("scan", IMAGE, "--severity", severity)
    assert result.returncode == code, result.stderr
    assert "CVE-2" in result.stdout
    asked = {"registryId": "123456789012", "repositoryName": "shop/web"}
    assert all(asked.items() <= one.items() for _, one in ecr.log)


def test_what_is_accepted_stops_nothing(ecr: Ecr, generator: Run) -> None:
    ecr.answers(FOUND, done(("CRITICAL", "CVE-1"), ("CRITICAL", "CVE-2")))
    assert generator("scan", IMAGE, "--ignore", "CVE-1").returncode == 1
    assert generator("scan", IMAGE, "--ignore", "CVE-1", "--ignore", "CVE-2").returncode == 0


def test_what_is_accepted_is_counted_by_what_was_found(ecr: Ecr, generator: Run) -> None:
    ecr.answers(FOUND, done(("CRITICAL", "CVE-1"), ("LOW", "CVE-2")))
    result = generator("scan", IMAGE, "--ignore", "CVE-1", "--ignore", "CVE-9")
    assert result.returncode == 0
    assert "2 found, 0 of them CRITICAL or worse, 1 accepted" in result.stdout
    assert result.stderr == "note: --ignore CVE-9 matches no finding\n"


@pytest.mark.parametrize(
    "entries", [[], [{"digest": "sha256:c", "platform": {"os": "unknown", "architecture": "unknown"}}]],
    ids=["empty", "attestations only"],
)  # fmt: skip
def test_an_index_without_images_does_not_pass(entries: list[dict[str, Any]], ecr: Ecr, generator: Run) -> None:
    manifest = json.dumps({"mediaType": INDEX, "manifests": entries})
    ecr.answers(GET, {"images": [{"imageManifest": manifest}]})
    result = generator("scan", IMAGE)
    assert (result.returncode, result.stdout) == (1, "")
    assert "error: shop/web@1: its index holds no image that could be scanned" in result.stderr
    assert "hint: " in result.stderr


def test_a_manifest_that_is_no_json_is_told(ecr: Ecr, generator: Run) -> None:
    for manifest in ("hello", "[" * 200_000):
        ecr.answers(GET, {"images": [{"imageManifest": manifest}]})
        result = generator("scan", IMAGE)
        assert result.returncode == 1
        assert "error: AWS: this is no answer of it (" in result.stderr


def page(handler: local_server.Handler) -> None:
    handler.answer(200, b"<html>Log in</html>", {"Content-Type": "text/html"})


def deep(handler: local_server.Handler) -> None:
    handler.answer(200, b"[" * 200_000, {"Content-Type": "application/x-amz-json-1.1"})


@pytest.mark.parametrize("raw", [page, deep])
def test_a_server_that_is_none_of_aws_is_told(raw: Callable[..., None], ecr: Ecr, generator: Run) -> None:
    ecr.raw = raw
    result = generator("scan", IMAGE)
    assert (result.returncode, result.stdout) == (1, "")
    assert "error: AWS: this is no answer of it (" in result.stderr


def test_a_server_that_answers_a_byte_now_and_then_is_given_up(ecr: Ecr, monkeypatch: pytest.MonkeyPatch) -> None:
    from generator.clients.aws import ecr as aws_ecr
    from generator.clients.aws import ecr_scan
    from generator.errors import ForgeError

    over = threading.Event()

    def drip(handler: local_server.Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n")
        while not over.wait(0.05):
            try:
                handler.connection.sendall(b" ")
            except OSError:
                return

    ecr.raw = drip
    monkeypatch.setattr(aws_ecr, "TIMEOUT_SECONDS", 1)
    try:
        with pytest.raises(ForgeError, match="no whole answer within 1 s"):
            ecr_scan.findings(ecr_scan.parse(IMAGE))
    finally:
        over.set()


def test_findings_on_many_pages_are_read_and_one_that_never_ends_is_not(ecr: Ecr, generator: Run) -> None:
    pages = [{**done(("LOW", f"CVE-{number}")), "nextToken": str(number)} for number in range(3)]
    ecr.answers(FOUND, *pages, done(("HIGH", "CVE-9")))
    listed = json.loads(generator("scan", IMAGE, "--output", "json").stdout)["findings"]
    assert [one["name"] for one in listed] == ["CVE-9", "CVE-0", "CVE-1", "CVE-2"]
    ecr.answers(FOUND, *({**done(), "nextToken": str(number)} for number in range(200)))
    result = generator("scan", IMAGE)
    assert result.returncode == 1
    assert "more than 100 pages of findings" in result.stderr


NONSENSE: dict[str, Any] = {
    "images that are none": (GET, {"images": [17]}),
    "a manifest that is none": (GET, {"images": [{"imageManifest": 17}]}),
    "an index of none": (GET, {"images": [{"imageManifest": '{"manifests": [17, {}]}'}]}),
    "an index without digests": (GET, {"images": [{"imageManifest": '{"manifests": [{}]}'}]}),
    "a status that is none": (FOUND, {"imageScanStatus": "x"}),
    "findings that are none": (FOUND, {"imageScanFindings": [17]}),
    "a finding that is none": (FOUND, {"imageScanFindings": {"findings": [17]}}),
    "counts that are none": (
        FOUND, {"imageScanFindings": {"findingSeverityCounts": {"HIGH": "many"}}},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("verb", "answer"), NONSENSE.values(), ids=NONSENSE)
def test_an_aws_that_is_none_is_told(verb: str, answer: dict[str, Any], ecr: Ecr, generator: Run) -> None:
    ecr.answers(verb, answer)
    result = generator("scan", IMAGE)
    assert (result.returncode, result.stdout) == (1, "")
    assert "error: AWS: this is no answer of it (" in result.stderr
    assert "hint: does a proxy, or AWS_ENDPOINT_URL, lead somewhere else?" in result.stderr


HINTS = {
    "AccessDeniedException": "the role needs ecr:BatchGetImage",
    "ExpiredTokenException": "log in",
    "RepositoryNotFoundException": "are the image's account, region and repository right?",
    "ThrottlingException": "start the build again later",
}


@pytest.mark.parametrize(("error", "hint"), HINTS.items(), ids=HINTS)
def test_a_hint_fits_what_aws_says(error: str, hint: str, ecr: Ecr, generator: Run) -> None:
    ecr.answers(GET, {"error": error})
    result = generator("scan", IMAGE)
    assert result.returncode == 1
    assert f"hint: {hint}" in result.stderr


def test_no_aws_cli_is_needed(ecr: Ecr, tmp_path: Path, generator: Run) -> None:
    ecr.answers(FOUND, done(("LOW", "CVE-1")))
    assert generator("scan", IMAGE, env={"PATH": str(tmp_path)}).returncode == 0


def test_without_credentials_or_a_network(ecr: Ecr, generator: Run) -> None:
    nowhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    result = generator("scan", IMAGE, env=nowhere)
    assert (result.returncode, "AWS_REGION, and try again" in result.stderr) == (1, True)
    assert "s3cr3t" not in result.stderr


def test_each_image_of_an_index_is_scanned_and_attestations_are_not(ecr: Ecr, generator: Run) -> None:
    entries = [
        {"digest": "sha256:a", "platform": {"os": "linux", "architecture": "amd64"}},
        {"digest": "sha256:b", "platform": {"os": "linux", "architecture": "arm64"}},
        {"digest": "sha256:c", "platform": {"os": "unknown", "architecture": "unknown"}},
    ]
    manifest = json.dumps({"mediaType": INDEX, "manifests": entries})
    ecr.answers(GET, {"images": [{"imageManifest": manifest}]})
    ecr.answers(FOUND, done(("LOW", "CVE-1")), digest="sha256:a")
    ecr.answers(FOUND, done(("CRITICAL", "CVE-2")), digest="sha256:b")
    result = generator("scan", IMAGE, "--output", "json")
    assert result.returncode == 1
    assert json.loads(result.stdout)["refused"] == ["CVE-2"]
    started = [asked["imageId"]["imageDigest"] for operation, asked in ecr.log if operation == START]
    assert started == ["sha256:a", "sha256:b"]


@pytest.mark.parametrize("error", ["LimitExceededException", "ValidationException"])
def test_a_scan_that_has_begun_already_is_waited_for(error: str, ecr: Ecr, generator: Run) -> None:
    ecr.answers(START, {"error": error})
    ecr.answers(
        FOUND,
        {"error": "ScanNotFoundException"},
        done(status="PENDING"),
        done(status="IN_PROGRESS"),
        done(("LOW", "CVE-1"), status="ACTIVE"),
    )
    from generator.clients.aws import ecr_scan

    assert [found.name for found in ecr_scan.findings(ecr_scan.parse(IMAGE), Backoff(0.01, 0.01))] == ["CVE-1"]


def test_inspectors_findings_are_read(ecr: Ecr, generator: Run) -> None:
    details = {"vulnerabilityId": "CVE-9", "vulnerablePackages": [{"name": "openssl"}, {"name": "libssl"}]}
    found = {"severity": "HIGH", "title": "CVE-9 - openssl", "packageVulnerabilityDetails": details}
    answer = {"imageScanStatus": {"status": "ACTIVE"}, "imageScanFindings": {"enhancedFindings": [found]}}
    ecr.answers(FOUND, answer)
    result = generator("scan", IMAGE, "--severity", "HIGH")
    assert result.returncode == 1
    assert "CVE-9    libssl, openssl" in result.stdout


def test_what_is_counted_and_not_listed_stops(ecr: Ecr, generator: Run) -> None:
    answer = {"imageScanFindings": {"findings": [], "findingSeverityCounts": {"CRITICAL": 2}}}
    ecr.answers(FOUND, {"imageScanStatus": {"status": "COMPLETE"}, **answer})
    assert generator("scan", IMAGE).returncode == 1


def test_more_counted_than_listed_stops_though_all_that_is_listed_is_accepted(ecr: Ecr, generator: Run) -> None:
    answer = done(("CRITICAL", "CVE-1"))
    answer["imageScanFindings"]["findingSeverityCounts"] = {"CRITICAL": 5}
    ecr.answers(FOUND, answer)
    result = generator("scan", IMAGE, "--ignore", "CVE-1")
    assert result.returncode == 1
    assert "4 not listed" in result.stdout
    answer["imageScanFindings"]["findingSeverityCounts"] = {"CRITICAL": 1}
    ecr.answers(FOUND, answer)
    assert generator("scan", IMAGE, "--ignore", "CVE-1").returncode == 0


def test_a_severity_that_nobody_knows_stops(ecr: Ecr, generator: Run) -> None:
    ecr.answers(FOUND, done(("APOCALYPTIC", "CVE-1")))
    assert generator("scan", IMAGE).returncode == 1


@pytest.mark.parametrize("status", ["FAILED", "UNSUPPORTED_IMAGE", "FINDINGS_UNAVAILABLE", "NEW_WORD"])
def test_what_cannot_be_scanned_stops_and_says_how_to_go_on(status: str, ecr: Ecr, generator: Run) -> None:
    answer = {"imageScanStatus": {"status": status, "description": "the reason"}}
    ecr.answers(FOUND, answer)
    result = generator("scan", IMAGE)
    assert result.returncode == 1
    assert f"ECR cannot scan it: {status} the reason" in result.stderr
    assert "build: {scan: false}" in result.stderr


def test_an_image_that_is_not_there(ecr: Ecr, generator: Run) -> None:
    ecr.answers(GET, {"images": [], "failures": [{}]})
    result = generator("scan", IMAGE)
    assert (result.returncode, result.stderr.splitlines()[0]) == (1, "error: shop/web: no image 1 in ECR")


def test_a_role_that_may_not_is_told_what_it_needs(ecr: Ecr, generator: Run) -> None:
    ecr.answers(START, {"error": "AccessDeniedException"})
    result = generator("scan", IMAGE)
    assert result.returncode == 1
    assert "AccessDeniedException" in result.stderr
    assert "StartImageScan" in result.stderr


@pytest.mark.parametrize("image", ["shop/web:1", IMAGE.removesuffix(":1"), IMAGE + ";id", "-x", "x:1"])
def test_what_is_no_image_in_ecr_is_wrong_usage(image: str, generator: Run) -> None:
    assert generator("scan", "--", image).returncode == 2


def test_it_does_not_wait_for_ever(ecr: Ecr) -> None:
    from generator.clients.aws import ecr_scan
    from generator.errors import GeneratorError

    ecr.answers(FOUND, done(status="IN_PROGRESS"))
    with pytest.raises(GeneratorError, match=r"not scanned within 0.1 s"):
        ecr_scan.findings(ecr_scan.parse(IMAGE), Backoff(0.01, 0.01), timeout=0.1)
