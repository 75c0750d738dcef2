"""Both pipelines as they run: real shell, git over HTTP, docker builds, a registry's digests, and moto for AWS.

``buildspec.yml`` runs as CodeBuild runs it and the workflow as GitHub Actions does; the source is a small app whose
image is made of files alone, so that it is built for both processors.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from generator.clients import forges
from testing import ROOT
from testing.programs import REAL_CACHE, tool
from testing.repository import git
from testing.servers import git_http as serve
from testing.waiting import PATIENCE
from tests.e2e import actions, docker_shim
from tests.e2e.actions import Result, Runner
from tests.e2e.codebuild import Build, Project
from tests.e2e.process import free_port, stop, wait

# It builds images.
pytestmark = pytest.mark.needs("root", "buildah")

REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
TOKEN = "hunter2-of-the-pipeline"
USER = "x-access-token"
SPEC = f"""\
version: 1
project: shop
repository: URL
registry: {REGISTRY}
environments: {{dev: {{}}, prod: {{}}}}
ci:
  install: "true"
  credentials: shop/git
  github: {{role: "arn:aws:iam::123456789012:role/ci"}}
  checks: true
apps:
  web:
    image: shop/web
    source: web
    port: 8080
    build:
      test: [sh test.sh]
      reports: ["*.xml"]
      args: {{VERSION: $TAG}}
      platforms: [linux/amd64, linux/arm64]
      scan: {{severity: HIGH, ignore: [CVE-1-1, CVE-9999-9999]}}
  api: {{image: shop/api, source: services/api, port: 8080, build: {{contexts: {{shared: libs/shared}}}}}}
"""
DOCKERFILE = "FROM scratch\nARG VERSION=none\nLABEL version=$VERSION\nCOPY page /page\n"
WITH_SHARED = f"{DOCKERFILE}COPY --from=shared words /words\n"
SEEN = "env > ~/seen; if test -e ~/.docker/config.json; then echo LOGGED_IN >> ~/seen; fi\n"
TEST = SEEN + 'echo \'<testsuite name="t" tests="1"><testcase name="a"/></testsuite>\' > report.xml\ntest ! -e broken\n'
WORKFLOW = ".github/workflows/delivery.yml"


# One of the two tells what both do; that they make the same commit is tested in each run.
TWINS = ["codebuild", pytest.param("github", marks=pytest.mark.full)]


@dataclass
class Cloud:
    """What all builds share: AWS, the registry, and the folder of the build image's programs."""

    aws: Any
    programs: list[Path]
    environment: dict[str, str]
    registry: str

    def files(self, image: str, folder: Path) -> Path:
        """Return a folder with the files of an image that was pushed."""
        archive = folder / "image.tar"
        subprocess.run([tool("crane"), "export", "--insecure", f"{self.registry}/{image}", archive], check=True)
        shutil.unpack_archive(archive, folder / "image", filter="data")
        return folder / "image"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    from tests.e2e.aws import Aws

    crane = tool("crane")
    folder = tmp_path_factory.mktemp("cloud")
    port = free_port()
    (folder / "blobs").mkdir()
    from generator.process import spawn

    registry = spawn(
        [crane, "registry", "serve", f"--address=127.0.0.1:{port}", f"--disk={folder / 'blobs'}"],
        log=folder / "registry.log",
    )
    aws = Aws.start(folder)
    try:
        wait("the registry answers", lambda: answers(f"http://127.0.0.1:{port}/v2/"))
        for name in ("shop/web", "shop/api"):
            aws.create_repository(name)
        aws.put_secret("shop/git", {"username": USER, "token": TOKEN})
        config = docker_shim.Config(
            str(folder / "storage"), str(folder / "state"), REGISTRY, f"127.0.0.1:{port}", aws.endpoint
        )
        docker_shim.install(folder / "bin", config)
        # The images have Python and the AWS CLI.
        for name, module in (("python", ""), ("aws", "-m awscli ")):
            program = folder / "bin" / name
            program.write_text(f'#!/bin/sh\nexec {sys.executable} {module}"$@"\n')
            program.chmod(0o755)
        environment = {**aws.environment, "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"}
        yield Cloud(aws, [folder / "bin"], environment, f"127.0.0.1:{port}")
    finally:
        aws.stop()
        stop(registry)


def answers(url: str) -> bool | str:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=PATIENCE):
            return True
    except OSError as exc:
        return str(exc)


@dataclass
class Shop:
    """The repository on its forge, a person's checkout of it, and the two CIs."""

    checkout: Path
    bare: Path
    codebuild: Project
    github: Runner
    tags: list[str] = field(default_factory=list)

    def commit(self, message: str = "Work", **files: str) -> str:
        """Commit files (``__`` for ``/``) on top of what is on the remote, and push."""
        git(self.checkout, "pull", "--quiet", "--rebase", self.bare, "main")
        for name, text in files.items():
            path = self.checkout / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        git(self.checkout, "add", "--all")
        git(self.checkout, "commit", "--quiet", "--allow-empty", "-m", message)
        git(self.checkout, "push", "--quiet", self.bare, "HEAD:main")
        return git(self.checkout, "rev-parse", "HEAD")

    def tip(self) -> str:
        return git(self.bare, "rev-parse", "main")

    def build(self, before: str = "", **overrides: str) -> Build:
        """Build as the webhook of a push starts it."""
        project = self.codebuild
        project.environment = {**project.environment, "CODEBUILD_WEBHOOK_PREV_COMMIT": before}
        return project.build(self.tip(), overrides=overrides)

    def run(self, before: str = "") -> Result:
        """Run the workflow as a push starts it, path filters left aside."""
        return self.github.run(WORKFLOW, self.tip(), event={"before": before})

    def overlay(self, app: str = "web", commit: str = "main") -> str:
        return git(self.bare, "show", f"{commit}:overlays/dev/{app}/kustomization.yaml")


@pytest.fixture
def shop(tmp_path: Path, cloud: Cloud) -> Iterator[Shop]:
    checkout, root = tmp_path / "checkout", tmp_path / "forge"
    root.mkdir()
    with serve.Server(root, USER, TOKEN) as server:
        (checkout / "web").mkdir(parents=True)
        (checkout / "services/api").mkdir(parents=True)
        git(checkout, "init", "-q")
        (checkout / "generator.yaml").write_text(SPEC.replace("URL", f"{server.url}/shop.git"))
        for place in ("web", "services/api"):
            (checkout / place / "Dockerfile").write_text(DOCKERFILE)
            (checkout / place / "page").write_text("one\n")
        (checkout / "services/api/Dockerfile").write_text(WITH_SHARED)
        (checkout / "libs/shared").mkdir(parents=True)
        (checkout / "libs/shared/words").write_text("one\n")
        (checkout / "web/test.sh").write_text(TEST)
        done = subprocess.run(
            [sys.executable, "-m", "generator", "-C", str(checkout)], cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        git(checkout, "add", "--all")
        git(checkout, "commit", "-qm", "Generate")
        git(root, "clone", "-q", "--bare", checkout, "shop.git")
        git(root / "shop.git", "config", "http.receivepack", "true")
        git(root / "shop.git", "config", "uploadpack.allowAnySHA1InWant", "true")
        project = Project(
            "shop",
            f"{server.url}/shop.git",
            tmp_path / "builds",
            cloud.programs,
            cloud.environment,
            cloud.aws,
            (USER, TOKEN),
            watched={"the token": TOKEN},
        )
        usual: dict[str, Any] = dict(actions.USUAL)
        bare = root / "shop.git"
        runs = tmp_path / "runs"
        # A runner's machine has no keys but those that a job asks for.
        machine = {
            name: value for name, value in cloud.environment.items() if not name.startswith("AWS_") or "URL" in name
        }
        runner = Runner(bare, f"{server.url}/shop.git", runs, cloud.programs, machine, usual, TOKEN)
        yield Shop(checkout, bare, project, runner)


def findings(cloud: Cloud, repository: str, severity: str, name: str) -> None:
    """Set what the scan of one platform's image in a repository finds next; of others, moto finds CVE-9999-9999."""
    answer = {
        "registryId": "123456789012", "repositoryName": repository, "imageId": {},
        "imageScanStatus": {"status": "COMPLETE"},
        "imageScanFindings": {
            "findings": [{"severity": severity, "name": name, "attributes": [{"key": "package_name", "value": "openssl"}]}],
            "findingSeverityCounts": {severity: 1},
        },
    }  # fmt: skip
    url = f"{cloud.environment['AWS_ENDPOINT_URL']}/moto-api/static/ecr/scan-finding-results"
    body = json.dumps({"results": [answer], "region": "eu-west-1"}).encode()
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=PATIENCE):
        pass


def test_a_push_becomes_an_image_for_both_processors_and_a_commit_of_its_digest(shop: Shop, cloud: Cloud) -> None:
    findings(cloud, "shop/web", "HIGH", "CVE-1-1")
    before = shop.tip()
    commit = shop.commit(web__page="two\n")
    build = shop.build(before)
    assert build.succeeded, build.tail(60)
    tag = build.exported["TAG"]
    assert tag == f"1-{commit[:12]}"
    images = cloud.aws.client("ecr").batch_get_image(repositoryName="shop/web", imageIds=[{"imageTag": tag}])["images"]
    index = json.loads(images[0]["imageManifest"])
    assert {entry["platform"]["architecture"] for entry in index["manifests"]} == {"amd64", "arm64"}
    assert f'newTag: "{tag}"\n  digest: {cloud.aws.digest("shop/web", tag)}' in shop.overlay().replace(
        f" {tag}", f' "{tag}"'
    )
    assert git(shop.bare, "diff", "--name-only", commit, "main") == "overlays/dev/web/kustomization.yaml"
    assert f"Argocd-reference-commit-sha: {commit}" in git(shop.bare, "log", "-1", "--format=%B", "main")
    assert (build.leaks, build.missing_reports) == ([], [])
    assert TOKEN not in build.log.read_text()
    # Only what has changed was built.
    assert not cloud.aws.client("ecr").list_images(repositoryName="shop/api")["imageIds"]
    assert "unreleased" in shop.overlay("api")


@pytest.mark.full
@pytest.mark.parametrize("ci", TWINS)
def test_a_change_in_a_build_context_builds_the_image_that_copies_from_it(
    ci: str, shop: Shop, cloud: Cloud, tmp_path: Path
) -> None:
    before = shop.tip()
    commit = shop.commit(libs__shared__words=f"two of {ci}\n")
    assert actions.triggered(shop.checkout / WORKFLOW, "main", ["libs/shared/words"])
    outcome: Build | Result = shop.build(before) if ci == "codebuild" else shop.run(before)
    assert outcome.succeeded, outcome.tail(60)
    tag = f"1-{commit[:12]}"
    assert (cloud.files(f"shop/api:{tag}", tmp_path) / "words").read_text() == f"two of {ci}\n"
    assert git(shop.bare, "diff", "--name-only", commit, "main") == "overlays/dev/api/kustomization.yaml"
    assert cloud.aws.digest("shop/api", tag) in shop.overlay("api")


@pytest.mark.full
@pytest.mark.parametrize("ci", TWINS)
def test_tests_see_no_credential_at_all(ci: str, shop: Shop) -> None:
    before = shop.tip()
    shop.commit(web__page=f"seen {ci}\n")
    outcome: Build | Result
    if ci == "codebuild":
        # As a container's role is found; nobody answers there.
        uri = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/x"}
        shop.codebuild.environment = {**shop.codebuild.environment, **uri}
        outcome, place = shop.build(before), shop.codebuild.folder / "shop-1/root/seen"
    else:
        outcome, place = shop.run(before), shop.github.folder / "run-1/test/home/seen"
    assert outcome.succeeded, outcome.tail(60)
    seen = place.read_text()
    assert "APPS=web\n" in seen
    assert not re.search(
        r"TOKEN|GIT_USERNAME|GIT_LOGIN|PRIVATE_KEY|AWS_ACCESS|AWS_SECRET|AWS_CONTAINER|LOGGED_IN", seen
    )
    assert TOKEN not in seen
    assert outcome.leaks == []


def test_a_workflow_that_is_started_on_another_branch_does_nothing(shop: Shop) -> None:
    tip = shop.tip()
    run = shop.github.run(WORKFLOW, tip, branch="work", name="workflow_dispatch")
    assert run.jobs == {"plan": "skipped", "test": "skipped", "deliver": "skipped"}
    assert shop.tip() == tip


@pytest.mark.full
def test_a_run_that_is_started_again_has_a_tag_of_its_own(shop: Shop, cloud: Cloud) -> None:
    # Its number and its commit are the same, and what the first attempt has pushed cannot be pushed over.
    first = shop.tip()
    commit = shop.commit(web__page="again\n")
    assert shop.run(first).succeeded
    assert f"1-{commit[:12]}\n" in shop.overlay().replace('"', "")
    again = shop.github.run(WORKFLOW, commit, event={"before": first}, again=True)
    assert again.succeeded, again.tail(60)
    assert f"1-{commit[:12]}-2\n" in shop.overlay().replace('"', "")


@pytest.mark.full
def test_both_twins_make_the_same_commit_of_the_same_source(shop: Shop, cloud: Cloud) -> None:
    for ci in (shop.codebuild, shop.github):
        ci.environment = {**ci.environment, "SOURCE_DATE_EPOCH": "1"}
    first = shop.tip()
    commit = shop.commit(web__page="three\n")
    build = shop.build(first)
    assert build.succeeded, build.tail(60)
    one = shop.tip()
    git(shop.bare, "update-ref", "refs/heads/main", commit)
    # Tags are immutable, and both runs have the same number.
    tag = [{"imageTag": build.exported["TAG"]}]
    cloud.aws.client("ecr").batch_delete_image(repositoryName="shop/web", imageIds=tag)
    run = shop.run(first)
    assert run.succeeded, run.tail(60)
    other = shop.tip()
    assert one != commit != other
    # Which build it was is all that differs.
    assert git(shop.bare, "diff", "--name-only", one, other) in ("", "overlays/dev/web/kustomization.yaml")
    texts = [re.sub(r"(gitops-generator/built: ).*", r"\1…", shop.overlay(commit=each)) for each in (one, other)]
    assert texts[0] == texts[1]
    assert "digest: sha256:" in texts[0]
    subject = [git(shop.bare, "log", "-1", "--format=%an %s", each) for each in (one, other)]
    assert subject[0] == subject[1]
    assert run.leaks == []
    assert (shop.github.folder / "run-1/artifacts/test-reports/report.xml").exists()
    assert run.outcome("build and push api") == "skipped"


@pytest.mark.full
@pytest.mark.parametrize("ci", TWINS)
def test_a_failing_test_commits_nothing_and_its_report_is_kept(ci: str, shop: Shop) -> None:
    before = shop.tip()
    commit = shop.commit(web__broken="yes", web__page=ci)
    if ci == "codebuild":
        build = shop.build(before)
        assert [build.phases[name].status for name in ("build", "post_build")] == ["FAILED", "NOT_RUN"]
        assert build.missing_reports == []
    else:
        run = shop.run(before)
        assert (run.outcome("test web"), run.outcome("release web")) == ("failure", "skipped")
        assert run.outcome("test reports") == "success"
    assert shop.tip() == commit


@pytest.mark.full
def test_post_build_after_a_failed_build_commits_nothing(shop: Shop) -> None:
    # CodeBuild runs it where a buildspec's author has taken ``on-failure`` out; the guard holds all the same.
    text = (shop.checkout / "buildspec.yml").read_text().replace("    on-failure: ABORT\n", "")
    commit = shop.commit(**{"buildspec.yml": text}, web__broken="yes")
    build = shop.build()
    assert [build.phases[name].status for name in ("build", "post_build")] == ["FAILED", "FAILED"]
    assert "error: an earlier phase failed; nothing is committed" in build.tail()
    assert shop.tip() == commit


@pytest.mark.full
@pytest.mark.parametrize("ci", TWINS)
def test_a_finding_at_the_threshold_stops_before_the_commit(ci: str, shop: Shop, cloud: Cloud) -> None:
    findings(cloud, "shop/web", "HIGH", "CVE-2024-3094")
    before = shop.tip()
    commit = shop.commit(web__page=f"unsafe {ci}")
    if ci == "codebuild":
        build = shop.build(before)
        assert build.phases["post_build"].status == "FAILED"
        said = build.tail(60)
    else:
        run = shop.run(before)
        assert (run.outcome("scan web"), run.outcome("release web")) == ("failure", "skipped")
        said = run.tail(60)
    assert "CVE-2024-3094" in said
    assert "openssl" in said
    assert shop.tip() == commit


@pytest.mark.full
@pytest.mark.parametrize("ci", ["codebuild", "github"])
@pytest.mark.parametrize("known", [True, False], ids=["with the commit before", "without"])
def test_the_commit_of_a_release_starts_no_release(known: bool, ci: str, shop: Shop) -> None:
    before = shop.tip()
    done = subprocess.run(
        [sys.executable, "-m", "generator", "-C", str(shop.checkout), "bump", "web", "--env", "dev", "--tag", "9-abc", "--commit"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    git(shop.checkout, "push", "-q", shop.bare, "HEAD:main")
    tip = shop.tip()
    assert tip != before
    given = before if known else "0" * 40
    outcome = shop.build(given) if ci == "codebuild" else shop.run(given)
    assert outcome.succeeded, outcome.tail()
    assert shop.tip() == tip
    assert "docker shim" not in outcome.log.read_text()


@pytest.mark.full
def test_a_release_does_not_even_match_the_path_filter(shop: Shop) -> None:
    workflow = shop.checkout / WORKFLOW
    assert actions.triggered(workflow, "main", ["web/page"])
    assert actions.triggered(workflow, "main", ["services/api/a/b"])
    assert not actions.triggered(workflow, "main", ["overlays/dev/web/kustomization.yaml"])
    assert not actions.triggered(workflow, "feature", ["web/page"])


@pytest.mark.full
def test_wrong_credentials_fail_the_build_and_are_shown_nowhere(shop: Shop, cloud: Cloud) -> None:
    wrong = "hunter3-of-somebody-else"
    cloud.aws.put_secret("shop/git", {"username": USER, "token": wrong})
    try:
        before = shop.tip()
        commit = shop.commit(web__page="refused\n")
        build = shop.build(before)
    finally:
        cloud.aws.put_secret("shop/git", {"username": USER, "token": TOKEN})
    assert build.phases["post_build"].status == "FAILED"
    assert build.leaks == []
    assert wrong not in build.log.read_text()
    assert shop.tip() == commit


@pytest.mark.full
@pytest.mark.parametrize("ci", TWINS)
def test_where_the_branch_is_protected_a_release_is_a_pull_request(ci: str, shop: Shop) -> None:
    spec = (shop.checkout / "generator.yaml").read_text()
    wanted = spec.replace("  checks: true\n", "  checks: true\n  pull_request: true\nforge: {kind: local}\n")
    (shop.checkout / "generator.yaml").write_text(wanted)
    regenerate_in(shop.checkout)
    git(shop.checkout, "commit", "-qam", "Requests")
    before = shop.commit("Regenerate")
    commit = shop.commit(web__page=f"guarded {ci}")
    hook = shop.bare / "hooks/update"
    hook.write_text('#!/bin/sh\ntest "$1" != refs/heads/main || { echo "protected branch" >&2; exit 1; }\n')
    hook.chmod(0o755)
    for _ in range(2):  # a newer build goes on with the request
        outcome = shop.build(before) if ci == "codebuild" else shop.run(before)
        assert outcome.succeeded, outcome.tail(60)
        assert "merge the pull request" in outcome.log.read_text()
    [request] = forges.connect(str(shop.bare), "local").requests("main")
    assert request.head == "bump/dev/web"
    assert git(shop.bare, "diff", "--name-only", "main", request.head) == "overlays/dev/web/kustomization.yaml"
    assert f"2-{commit[:12]}" in shop.overlay(commit=request.head)
    assert shop.tip() == commit


# -- checks of pull requests


@pytest.fixture
def request_(shop: Shop, tmp_path: Path) -> tuple[Shop, str]:
    """Make a pull request from `work` that changes the spec and what follows; and its merge, as a forge makes it."""
    tool("kustomize")
    tool("kubeconform")
    text = (shop.checkout / "generator.yaml").read_text()
    text = re.sub("repository: .*", f"repository: {shop.bare}", text)
    (shop.checkout / "generator.yaml").write_text(text)
    regenerate_in(shop.checkout)
    git(shop.checkout, "commit", "-qam", "On this machine")
    git(shop.checkout, "push", "-q", shop.bare, "HEAD:main")
    git(shop.checkout, "switch", "-q", "-c", "$(touch${IFS}pwned)")
    (shop.checkout / "generator.yaml").write_text(text.replace("port: 8080, build", "port: 8080, replicas: 3, build"))
    regenerate_in(shop.checkout)
    git(shop.checkout, "add", "-A")
    git(shop.checkout, "commit", "-qm", "Three")
    git(shop.checkout, "push", "-q", shop.bare, "HEAD:work")
    git(shop.checkout, "switch", "-q", "main")
    git(shop.checkout, "merge", "-q", "--no-ff", "-m", "merge", "$(touch${IFS}pwned)")
    git(shop.checkout, "push", "-q", shop.bare, "HEAD:refs/pull/1/merge")
    request = forges.connect(str(shop.bare)).open("work", "main", '"; id; $(id) ${{ github.token }}', "")
    return shop, request.number


def regenerate_in(folder: Path) -> None:
    words = [sys.executable, "-m", "generator", "-C", str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def comments(bare: Path) -> list[str]:
    found: list[str] = json.loads(git(bare, "show", "refs/gitops/requests/1:request.json"))["comments"]
    return found


def check_request(shop: Shop, number: str, repository: str = "acme/shop-gitops") -> Result:
    """Run the workflow as the forge does for a request, from this repository or a fork of it."""
    shop.github.environment |= {"GENERATOR_CACHE": str(REAL_CACHE)}
    event = {"pull_request.number": number, "pull_request.head.repo.full_name": repository}
    merge = git(shop.bare, "rev-parse", "refs/pull/1/merge")
    git(shop.bare, "config", "uploadpack.allowAnySHA1InWant", "true")
    return shop.github.run(".github/workflows/gitops-checks.yml", merge, name="pull_request", event=event)


@pytest.mark.full
def test_a_request_is_checked_and_told_what_it_changes(request_: tuple[Shop, str]) -> None:
    shop, number = request_
    for _ in range(2):
        run = check_request(shop, number)
        assert run.succeeded, run.tail(60)
    assert [step.result for step in run.steps] == ["success"] * len(run.steps)
    [comment] = comments(shop.bare)
    assert "-  replicas: 1\n+  replicas: 3\n" in comment
    assert comment.strip() == run.summary.strip()
    assert run.leaks == []
    assert not list(shop.github.folder.rglob("pwned"))


@pytest.mark.full
def test_codebuild_checks_a_request_and_comments_on_it_even_where_a_check_fails(request_: tuple[Shop, str]) -> None:
    shop, number = request_
    shop.codebuild.environment |= {"GENERATOR_CACHE": str(REAL_CACHE)}
    shop.codebuild.buildspec = "buildspec-checks.yml"
    build = shop.codebuild.build(git(shop.bare, "rev-parse", "work"), branch="work", request=number)
    assert build.succeeded, build.tail(60)
    [comment] = comments(shop.bare)
    assert "-  replicas: 1\n+  replicas: 3\n" in comment
    git(shop.checkout, "switch", "-q", "-c", "more", "$(touch${IFS}pwned)")
    (shop.checkout / "generator.yaml").write_text(
        (shop.checkout / "generator.yaml").read_text().replace("replicas: 3", "replicas: 4")
    )
    git(shop.checkout, "commit", "-qam", "The spec alone")
    git(shop.checkout, "push", "-q", shop.bare, "HEAD:work")
    build = shop.codebuild.build(git(shop.bare, "rev-parse", "work"), branch="work", request=number)
    assert build.phases["build"].status == "FAILED"
    assert len(comments(shop.bare)) == 1
    assert build.leaks == []


@pytest.mark.full
def test_a_request_that_nobody_generated_fails_and_is_told_all_the_same(request_: tuple[Shop, str]) -> None:
    shop, number = request_
    text = (shop.checkout / "overlays/dev/api/kustomization.yaml").read_text()
    (shop.checkout / "overlays/dev/api/kustomization.yaml").unlink()
    git(shop.checkout, "commit", "-qam", "By hand")
    (shop.checkout / "generator.yaml").write_text(
        (shop.checkout / "generator.yaml").read_text().replace("replicas: 3", "replicas: 4")
    )
    (shop.checkout / "overlays/dev/api/kustomization.yaml").write_text(text)
    git(shop.checkout, "add", "-A")
    git(shop.checkout, "commit", "-q", "--amend", "-m", "The spec alone")
    git(shop.checkout, "push", "-q", "--force", shop.bare, "HEAD:refs/pull/1/merge")
    run = check_request(shop, number)
    assert run.outcome("generated files") == "failure"
    assert (run.outcome("manifests"), run.outcome("comment")) == ("success", "success")
    assert len(comments(shop.bare)) == 1


@pytest.mark.full
def test_a_request_from_a_fork_gets_a_summary_and_no_comment(request_: tuple[Shop, str]) -> None:
    shop, number = request_
    run = check_request(shop, number, "mallory/shop-gitops")
    assert run.succeeded, run.tail(60)
    assert run.outcome("comment") == "skipped"
    assert "replicas: 3" in run.summary
    assert comments(shop.bare) == []
