"""``bump`` of several images, signed, ordered by build, pinned, verified, and from nothing but a URL."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from generator.clients import forges
from generator.delivery import branches, build_order, pin, pull_request
from generator.delivery.build_order import Order
from generator.delivery.commit_message import Build
from generator.errors import PushRefused
from testing.programs import Run, path_with_git
from testing.repository import files, generate_for_remote, git
from testing.templates import Templates
from testing.waiting import PATIENCE

DIGEST = "sha256:" + "d" * 64
REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
APPS = "  api: {image: shop/api}\n  worker: {image: shop/worker}\n"


def overlay(app: str = "web", environment: str = "dev") -> str:
    return f"overlays/{environment}/{app}/kustomization.yaml"


@pytest.fixture
def remote(templates: Templates, repository: Path, generator: Run) -> Path:
    """Return a bare repository that holds a generated one of three apps."""
    bare = repository.parent / "remote.git"

    def make() -> None:
        generate_for_remote(repository, generator, APPS)
        git(bare.parent, "clone", "-q", "--bare", repository, bare)

    templates.fill("bump many", make)
    return bare


def content(bare: Path, path: str, branch: str = "main") -> str:
    return git(bare, "show", f"{branch}:{path}")


def count(bare: Path, branch: str = "main") -> int:
    return int(git(bare, "rev-list", "--count", branch))


# -- several


def test_apps_and_environments_in_one_commit(remote: Path, repository: Path, generator: Run) -> None:
    words = ["bump", "web", f"api=2.0@{DIGEST}", "--env", "dev", "--env", "staging", "--tag", "v1"]
    done = generator(*words, "--push", "--output", "json", cwd=repository)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    head = git(remote, "rev-parse", "main")
    assert told["commit"] == head
    assert [(one["app"], one["environment"], one["tag"], one["commit"]) for one in told["images"]] == [
        ("web", "dev", "v1", head), ("web", "staging", "v1", head), ("api", "dev", "2.0", head), ("api", "staging", "2.0", head),
    ]  # fmt: skip
    assert count(remote) == 2
    assert git(remote, "log", "-1", "--format=%s", "main") == "Release web v1 and api 2.0 to dev and staging"
    assert git(remote, "log", "-1", "--format=%(trailers:key=Release,valueonly)", "main").splitlines() == [
        "web dev v1", "web staging v1", f"api dev 2.0@{DIGEST}", f"api staging 2.0@{DIGEST}",
    ]  # fmt: skip
    assert sorted(git(remote, "show", "--format=", "--name-only", "main").splitlines()) == sorted(
        overlay(app, environment) for app in ("web", "api") for environment in ("dev", "staging")
    )


def test_what_is_there_already_is_in_no_trailer(remote: Path, repository: Path, generator: Run) -> None:
    generator("bump", "web", "--env", "dev", "--tag", "v1", "--push", cwd=repository)
    done = generator("bump", "web", "api", "--env", "dev", "--tag", "v1", "--push", cwd=repository)
    assert done.stdout.splitlines()[0] == "web in dev: v1 already; nothing to do"
    assert git(remote, "log", "-1", "--format=%(trailers:key=Release,valueonly)", "main").strip() == "api dev v1"


WRONG = {
    "no tag": (["web"], "web: no tag"),
    "twice": (["web", "web", "--tag", "v1"], "given twice"),
    "one digest for two": (["web", "api", "--tag", "v1", "--digest", DIGEST], "one digest for several"),
    "a tag that is a command": (["web", "--tag", "$(id)"], "is not an image tag"),
    "a tag with a line break": (["web=v1\nRelease: x", "--env", "dev"], "is not an image tag"),
    "an empty tag": (["web="], "is not an image tag"),
    "a digest of another kind": (["web=v1@md5:1"], "is not a digest"),
    "an empty digest": (["web", "--tag", "v1", "--digest", ""], "'' is not a digest"),
    "an empty digest of one": (["web=v1@"], "'' is not a digest"),
    "a tag for nobody": (["web=v1", "--tag", "v2"], "--tag: each app has its own"),
    "a digest for nobody": (["web=v1", "--digest", DIGEST], "--digest: each app has its own"),
    "an empty tag for nobody": (["web=v1", "--tag", ""], "--tag: each app has its own"),
    "a time-out that is no number": (["web=v1", "--timeout", "nan"], "'nan' is no duration: 90s, 10m or 1h"),
    "a time-out without end": (["web=v1", "--timeout", "inf"], "'inf' is no duration"),
    "no time": (["web=v1", "--timeout", "0"], "--timeout 0: no number of seconds"),
    "less than no time": (["web=v1", "--timeout=-1"], "'-1' is no duration"),
    "a build that is no number": (["web=v1", "--build", "twelve"], "is not a build"),
    "an app that is near": (["wbe=v1"], 'did you mean "web"'),
}


@pytest.mark.parametrize(("words", "said"), WRONG.values(), ids=WRONG)
def test_bad_input(words: list[str], said: str, remote: Path, repository: Path, generator: Run) -> None:
    before = files(repository)
    for how in ([], ["--push"]):
        done = generator("bump", *words, "--env", "dev", *how, cwd=repository)
        assert done.returncode == 2
        assert said in done.stderr
    assert files(repository) == before
    assert count(remote) == 1


@pytest.mark.parametrize("how", [[], ["--commit"]], ids=["here", "committed"])
@pytest.mark.parametrize("option", ["--sign", "--pull-request", "--remote=x", "--branch=x"])
def test_what_only_a_push_does(option: str, how: list[str], remote: Path, repository: Path, generator: Run) -> None:
    before = files(repository)
    done = generator("bump", "web=v1", "--env", "dev", option, *how, cwd=repository)
    assert done.returncode == 2
    assert f"{option.partition('=')[0]}: nothing is pushed" in done.stderr
    assert files(repository) == before


@pytest.mark.parametrize(
    "name", ["a b", "main:refs/heads/evil", "*", "", "-x", "a..b", "a/", "/a", "a//b", ".a", "a/.b", "a.lock", "@",
             "a@{1}", "a.", "a\nb", "refs/heads/main"],
)  # fmt: skip
def test_what_is_no_name_of_a_branch(name: str, remote: Path, repository: Path, generator: Run) -> None:
    done = generator("bump", "web=v1", "--env", "dev", "--push", f"--branch={name}", cwd=repository)
    assert (done.returncode, "no name of a branch" in done.stderr) == (2, True), done.stderr


def test_an_unusual_name_of_a_branch(remote: Path, repository: Path, generator: Run) -> None:
    git(remote, "branch", "feature/#1.x")
    done = generator("bump", "web=v1", "--env", "dev", "--push", "--branch", "feature/#1.x", cwd=repository)
    assert done.returncode == 0, done.stderr
    assert "newTag: v1" in content(remote, overlay(), "feature/#1.x")


def test_a_branch_that_is_not_there_has_a_hint_that_fits(
    remote: Path, repository: Path, generator: Run, tmp_path: Path
) -> None:
    words = ["bump", "web=v1", "--env", "dev", "--push"]
    git(remote, "branch", "-m", "main", "trunk")
    empty = tmp_path / "empty"
    empty.mkdir()
    for more, where, hint in (
        ([], repository, "check `branch:` in generator.yaml"),
        (["--branch", "mian"], repository, "check --branch"),
        (["--remote", str(remote)], empty, "name the branch: --branch"),
    ):
        done = generator(*words, *more, cwd=where)
        assert (done.returncode, f"hint: {hint}" in done.stderr) == (1, True), done.stderr


def test_an_empty_remote_is_not_the_specs(remote: Path, repository: Path, generator: Run) -> None:
    done = generator("bump", "web=v1", "--env", "dev", "--push", "--remote", "", cwd=repository)
    assert (done.returncode, "--remote: is empty" in done.stderr) == (2, True)
    assert count(remote) == 1


def test_the_help_shows_how_a_build_is_written(generator: Run) -> None:
    said = " ".join(generator("bump", "--help").stdout.split())
    assert "[--build BUILD]" in said
    assert "NUMBER or 'SYSTEM NUMBER'" in said


def test_a_name_that_is_none_has_a_hint_that_is_true(remote: Path, tmp_path: Path, generator: Run) -> None:
    done = generator("bump", "WEB=v1", "--env", "dev", "--push", "--remote", remote, cwd=tmp_path)
    assert (done.returncode, "no - first or last" in done.stderr) == (2, True), done.stderr


# -- from a URL alone


def test_without_a_spec_the_remote_is_enough(remote: Path, tmp_path: Path, generator: Run) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    words = ["bump", "web", "--env", "dev", "--tag", "v1", "--push", "--remote", str(remote)]
    done = generator(*words, cwd=empty)
    assert done.returncode == 0, done.stderr
    assert "newTag: v1" in content(remote, overlay())
    assert generator(*words, cwd=empty).stdout == "web in dev: v1 already; nothing to do\n"
    done = generator("bump", "wbe", *words[2:], cwd=empty)
    assert done.returncode == 1
    assert "overlays/dev/wbe/kustomization.yaml: no such file" in done.stderr
    assert 'did you mean "web"' in done.stderr
    done = generator("bump", "../web", *words[2:], cwd=empty)
    assert (done.returncode, files(empty)) == (2, {})


# -- signed


def test_signed_with_ssh(remote: Path, repository: Path, generator: Run, home: Path) -> None:
    key = home / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    (home / "allowed").write_text(f"ada@example.com {key.with_suffix('.pub').read_text()}")
    with (home / "gitconfig").open("a") as config:
        config.write(f"[gpg]\n\tformat = ssh\n[user]\n\tsigningkey = {key}.pub\n[gpg \"ssh\"]\n\tallowedSignersFile = {home}/allowed\n")  # fmt: skip
    done = generator("bump", "web", "--env", "dev", "--tag", "v1", "--push", "--sign", cwd=repository)
    assert done.returncode == 0, done.stderr
    assert git(remote, "log", "-1", "--format=%G? %GS %an", "main") == "G ada@example.com Ada"
    assert "newTag: v1" in content(remote, overlay())


@pytest.mark.needs("gpg")
def test_signed_with_gpg(remote: Path, repository: Path, generator: Run, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    folder = Path("/tmp") / f"gpg-{home.name[-6:]}-{tmp_path.parent.name[-4:]}"  # sockets take no long paths
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(folder))
    try:
        subprocess.run(
            ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", "Ada <ada@example.com>", "ed25519", "sign"],
            check=True, capture_output=True,
        )  # fmt: skip
        done = generator("bump", "web", "--env", "dev", "--tag", "v1", "--push", "--sign", cwd=repository)
        assert done.returncode == 0, done.stderr
        assert git(remote, "log", "-1", "--format=%G? %GS", "main") == "U Ada <ada@example.com>" or "G"
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], check=False)
        shutil.rmtree(folder)


def test_a_key_that_is_not_there(remote: Path, repository: Path, generator: Run, home: Path) -> None:
    with (home / "gitconfig").open("a") as config:
        config.write(f"[gpg]\n\tformat = ssh\n[user]\n\tsigningkey = {home}/nowhere.pub\n")
    done = generator("bump", "web", "--env", "dev", "--tag", "v1", "--push", "--sign", cwd=repository)
    assert done.returncode == 1
    assert "the commit cannot be signed" in done.stderr
    assert "hint: check git's user.signingkey" in done.stderr
    assert count(remote) == 1


# -- ordered

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
ORDERS = {
    "a higher number": (Order("a", 2, NOW), Order("a", 1, NOW), True),
    "the same build": (Order("a", 2, NOW), Order("a", 2, NOW), False),
    "a lower number": (Order("a", 1, NOW), Order("a", 2, NOW), False),
    "a higher number of an older commit": (Order("a", 2, NOW - HOUR), Order("a", 1, NOW), False),
    "a lower number of a newer commit": (Order("a", 1, NOW), Order("a", 2, NOW - HOUR), True),
    "a higher number of the same commit": (Order("a", 2, NOW), Order("a", 1, NOW), True),
    "a higher number, no time": (Order("a", 2, None), Order("a", 1, NOW), True),
    "a lower number, no time": (Order("a", 1, None), Order("a", 2, NOW), False),
    "a counter that has started again": (Order("a", 812, NOW - WEEK), Order("a", 1, NOW), False),
    "another system, a newer commit": (Order("a", 1, NOW), Order("b", 9, NOW - HOUR), True),
    "another system, an older commit": (Order("a", 9, NOW - HOUR), Order("b", 1, NOW), False),
    "another system, no time": (Order("a", 9, None), Order("b", 1, NOW), False),
    "a time that is yet to come, elsewhere": (Order("a", 1, NOW + WEEK), Order("b", 1, NOW), False),
    "a time that is yet to come, here": (Order("a", 3, NOW), Order("a", 2, NOW + WEEK), True),
    "clocks a minute apart": (Order("a", 1, NOW + timedelta(minutes=1)), Order("b", 1, NOW), True),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other", "after"), ORDERS.values(), ids=ORDERS)
def test_which_build_is_newer(one: Order, other: Order, after: bool) -> None:
    assert one.after(other, NOW) == after


@pytest.mark.parametrize("other", [Order("a", 2, NOW, "b" * 40), Order("a", 2, NOW - HOUR, "b" * 40)])
def test_history_decides_where_number_and_time_do_not_agree(other: Order) -> None:
    # Where they agree, nobody is asked.
    one = Order("a", 1, NOW - HOUR if other.time == NOW else NOW, "a" * 40)
    asked = []

    def contains(newer: str, older: str) -> bool:
        asked.append(newer)
        return newer == "a" * 40

    contradict = other.time != NOW
    assert (one.after(other, NOW, contains), other.after(one, NOW, contains)) == (contradict, not contradict)
    assert bool(asked) is contradict


def test_an_order_is_read_as_it_was_written() -> None:
    empty = b"kind: Kustomization\nimages: []\n"
    orders = (Order("codebuild/shop", 12, NOW), Order("build", 3, None), Order("build", 3, NOW, "ab" * 20))
    for built in orders:
        assert build_order.read(build_order.write(empty, "x", built), "x") == built
    assert build_order.read(empty, "x") is None
    assert build_order.read(b"metadata: {annotations: {gitops-generator/built: by hand}}\n", "x") is None


CODEBUILD = {"CODEBUILD_BUILD_NUMBER": "12", "CODEBUILD_BUILD_ID": "shop-web:1f3c", "CODEBUILD_PUBLIC_BUILD_URL": "https://ci/12"}  # fmt: skip
ACTIONS = {
    "GITHUB_RUN_NUMBER": "7", "GITHUB_RUN_ID": "99", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_WORKFLOW_REF": "acme/shop/.github/workflows/build.yml@refs/heads/main",
}  # fmt: skip


def test_which_build_runs_us() -> None:
    assert build_order.build(None, {}) is None
    assert build_order.build(None, CODEBUILD) == Build("codebuild/shop-web", 12, "https://ci/12")
    assert build_order.build(None, ACTIONS) == Build("github/acme/shop/build.yml", 7, "https://github.com/acme/shop/actions/runs/99")  # fmt: skip
    assert build_order.build("13", CODEBUILD) == Build("codebuild/shop-web", 13, "https://ci/12")
    assert build_order.build("jenkins/shop 4", {}) == Build("jenkins/shop", 4)
    assert build_order.build(None, {"CODEBUILD_BUILD_NUMBER": "12; rm", "CODEBUILD_BUILD_ID": "x"}) is None


def test_a_superseded_build_changes_nothing_and_says_so(remote: Path, repository: Path, generator: Run) -> None:
    words = ["bump", "web", "--env", "dev", "--push"]
    assert generator(*words, "--tag", "v12", cwd=repository, env=CODEBUILD).returncode == 0
    assert "gitops-generator/built: codebuild/shop-web 12 20" in content(remote, overlay())
    assert git(remote, "log", "-1", "--format=%(trailers:key=Build,valueonly)", "main").strip() == "codebuild/shop-web 12 https://ci/12"  # fmt: skip
    late = CODEBUILD | {"CODEBUILD_BUILD_NUMBER": "11"}
    done = generator(*words, "--tag", "v11", cwd=repository, env=late)
    assert done.returncode == 0
    assert done.stdout.startswith(
        "web in dev: v11 was not set, because a newer build has set the image: codebuild/shop-web 12 20"
    )
    assert count(remote) == 2
    told = json.loads(generator(*words, "--tag", "v11", "--output", "json", cwd=repository, env=late).stdout)
    assert (told["changed"], told["held"], told["commit"]) == (False, "superseded", None)
    assert generator(*words, "--tag", "v11", "--force", cwd=repository, env=late).returncode == 0
    assert "newTag: v11" in content(remote, overlay())
    # Somebody at a terminal has no build number, and is held up by none.
    assert generator(*words, "--tag", "by-hand", cwd=repository).returncode == 0
    assert "newTag: by-hand" in content(remote, overlay())


def commits(repository: Path, *hours: int) -> list[str]:
    """Make a commit for each, of so many hours ago by its committer's clock."""
    made = []
    for hour in hours:
        date = f"{int(datetime.now(UTC).timestamp()) - 3600 * hour} +0000"
        git(repository, "commit", "-q", "--allow-empty", "-m", f"{hour}", env={"GIT_COMMITTER_DATE": date})
        made.append(git(repository, "rev-parse", "HEAD"))
    return made


def build_of(generator: Run, repository: Path, number: int, commit: str, env: dict[str, str] = CODEBUILD) -> str:
    """Return what a build of this commit says, whose tag is its number."""
    git(repository, "checkout", "-q", commit)
    counter = "GITHUB_RUN_NUMBER" if "GITHUB_RUN_NUMBER" in env else "CODEBUILD_BUILD_NUMBER"
    words = ["bump", "web", "--env", "dev", "--push", "--tag", f"v{number}"]
    done = generator(*words, cwd=repository, env=env | {counter: f"{number}"})
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("shallow", [False, True])
def test_a_retried_build_of_an_older_commit(
    shallow: bool, remote: Path, repository: Path, generator: Run, tmp_path: Path
) -> None:
    # CodeBuild's RetryBuild counts on.
    older, newer = commits(repository, 3, 2)
    build_of(generator, repository, 19, newer)
    if shallow:  # the times are left to tell
        git(repository, "checkout", "-q", older)
        git(repository, "branch", "-f", "older", older)
        git(tmp_path, "clone", "-q", "--depth=1", "--branch=older", f"file://{repository}", "shallow")
        repository = tmp_path / "shallow"
    said = build_of(generator, repository, 20, older)
    assert said.startswith(
        "web in dev: v20 was not set, because a newer build has set the image: codebuild/shop-web 19 20"
    )
    assert f"{newer}, of a newer commit (to set it anyway: --force)" in said
    assert "newTag: v19" in content(remote, overlay())
    words = ["bump", "web", "--env", "dev", "--push", "--tag", "v20", "--force"]
    assert generator(*words, cwd=repository, env=CODEBUILD).returncode == 0
    assert "newTag: v20" in content(remote, overlay())


def test_the_newer_commit_takes_the_place_of_a_retried_build(remote: Path, repository: Path, generator: Run) -> None:
    older, newer = commits(repository, 3, 2)
    build_of(generator, repository, 20, older)
    build_of(generator, repository, 19, newer)
    assert "newTag: v19" in content(remote, overlay())


def test_a_clock_that_is_slow_holds_up_nobody(remote: Path, repository: Path, generator: Run) -> None:
    # The later commit has the earlier time, and the history knows better.
    older, newer = commits(repository, 2, 3)
    build_of(generator, repository, 1, older)
    build_of(generator, repository, 2, newer)
    assert "newTag: v2" in content(remote, overlay())
    assert "v1 was not set, because a newer build" in build_of(generator, repository, 1, older)


def test_a_workflow_that_is_run_again(remote: Path, repository: Path, generator: Run) -> None:
    # GitHub's run keeps its number.
    older, newer = commits(repository, 3, 2)
    build_of(generator, repository, 7, older, ACTIONS)
    build_of(generator, repository, 8, newer, ACTIONS)
    assert "v7 was not set, because a newer build" in build_of(generator, repository, 7, older, ACTIONS)
    assert "newTag: v8" in content(remote, overlay())


def test_the_order_is_the_pipelines(remote: Path, repository: Path, generator: Run) -> None:
    assert generator("bump", "web", "--env", "dev", "--tag", "v1", cwd=repository, env=CODEBUILD).returncode == 0
    states = json.loads(generator("check", "--output", "json", cwd=repository).stdout)
    assert {one["path"]: one["state"] for one in states["files"]}[overlay()] == "pipeline"
    said = json.loads(generator("explain", overlay(), "--output", "json", cwd=repository).stdout)
    assert {one["field"]: one["by"] for one in said["fields"]}["metadata.annotations.gitops-generator/built"] == "build"
    spec = repository / "generator.yaml"
    before = (repository / overlay()).read_bytes()
    spec.write_text(spec.read_text().replace("replicas: 2", "replicas: 3"))
    assert generator("generate", "-q", cwd=repository).returncode == 0
    assert (repository / overlay()).read_bytes() == before


# -- pinned


@pytest.mark.parametrize("where", ["here", "pushed"])
def test_a_pin_holds_and_says_so(where: str, remote: Path, repository: Path, generator: Run) -> None:
    path = repository / overlay()
    path.write_bytes(
        pin.write(path.read_bytes(), overlay(), pin.Pin("2026-11-21T09:30:00Z", "Ann Lee", "1.5 loses orders"))
    )
    git(repository, "commit", "-qam", "Pin")
    git(repository, "push", "-q", remote, "main")
    before = files(repository)
    how = ["--push"] if where == "pushed" else []
    done = generator("bump", "web", "api", "--env", "dev", "--tag", "v1", *how, cwd=repository)
    assert done.returncode == 0
    assert (
        "web in dev: v1 was not set, because the image is pinned: 2026-11-21T09:30:00Z Ann Lee: 1.5 loses orders"
        in done.stdout
    )
    assert f"unpin web --env dev{' --push' if where == 'pushed' else ''})" in done.stdout
    if where == "pushed":
        assert "newTag: unreleased" in content(remote, overlay())
        assert "newTag: v1" in content(remote, overlay("api"))
        assert files(repository) == before
    else:
        assert {p for p, text in files(repository).items() if text != before[p]} == {overlay("api")}


# -- verified


@pytest.fixture
def ecr(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Start ECR with ``shop/web:v1`` in it; return the image's digest."""
    for name, value in {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    urllib.request.urlopen(
        urllib.request.Request(f"http://127.0.0.1:{port}/moto-api/reset", method="POST"), timeout=PATIENCE
    ).close()
    client = boto3.client("ecr", region_name="eu-west-1")
    client.create_repository(repositoryName="shop/web")
    index = {
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [{"digest": "sha256:" + letter * 64, "size": 1, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                       "platform": {"os": "linux", "architecture": letter}} for letter in "ab"],
    }  # fmt: skip
    put = client.put_image(
        registryId="123456789012", repositoryName="shop/web", imageTag="v1", imageManifest=json.dumps(index)
    )
    yield put["image"]["imageId"]["imageDigest"]
    server.stop()


def test_ecr_gives_the_digest(ecr: str, remote: Path, repository: Path, generator: Run) -> None:
    done = generator("bump", "web", "--env", "dev", "--tag", "v1", "--verify", "--push", cwd=repository)
    assert done.returncode == 0, done.stderr
    assert f"newTag: v1\n  digest: {ecr}" in content(remote, overlay())
    done = generator("bump", f"web=v1@{ecr}", "--env", "dev", "--verify", cwd=repository)
    assert done.returncode == 0, done.stderr


ABSENT = {
    "no such tag": (["web=v2"], "shop/web:v2: is not in ECR"),
    "no such repository": (["api=v1"], "shop/api:v1: is not in ECR"),
    "another digest": ([f"web=v1@{DIGEST}"], f"and not {DIGEST}"),
}


@pytest.mark.thin(3)
@pytest.mark.parametrize(("words", "said"), ABSENT.values(), ids=ABSENT)
def test_what_ecr_does_not_have_is_not_released(
    words: list[str], said: str, ecr: str, remote: Path, repository: Path, generator: Run
) -> None:
    before = files(repository)
    for how in ([], ["--push"]):
        done = generator("bump", *words, "--env", "dev", "--verify", *how, cwd=repository)
        assert done.returncode == 1
        assert said in done.stderr
    assert files(repository) == before
    assert count(remote) == 1


def test_ecr_that_does_not_answer(remote: Path, repository: Path, generator: Run) -> None:
    nowhere = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "s3cr3t-k3y",
    }
    done = generator("bump", "web=v1", "--env", "dev", "--verify", cwd=repository, env=nowhere)
    assert done.returncode == 1
    assert "ECR in eu-west-1 cannot be asked for shop/web" in done.stderr
    assert "s3cr3t" not in done.stderr


# -- as a pull request


@pytest.fixture
def guarded(remote: Path) -> Path:
    """Make the branch take no pushes, but for those that have been merged."""
    hook = remote / "hooks/update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        '#!/bin/sh\ntest "$1" != refs/heads/main || { echo "GH006: Protected branch update failed" >&2; exit 1; }\n'
    )
    hook.chmod(0o755)
    return remote


def test_a_guarded_branch_gets_one_pull_request(guarded: Path, repository: Path, generator: Run) -> None:
    words = ["bump", "web", "--env", "prod", "--push"]
    refused = generator(*words, "--tag", "v1", cwd=repository)
    assert refused.returncode == 1
    assert "Protected branch update failed" in refused.stderr
    done = generator(*words, "--tag", "v12", "--pull-request", cwd=repository, env=CODEBUILD)
    assert done.returncode == 0, done.stderr
    assert "the branch takes no pushes; merge the pull request: " in done.stdout
    forge = forges.connect(str(guarded))
    (request,) = forge.requests("main")
    assert (request.title, request.head) == ("Release web v12 to prod", "bump/prod/web")
    assert "Release: web prod v12" in request.body
    assert "newTag: v12" in content(guarded, overlay("web", "prod"), "bump/prod/web")
    # The next build goes on in the same request, and an older one does not take its place.
    newer = CODEBUILD | {"CODEBUILD_BUILD_NUMBER": "13"}
    done = generator(*words, "--tag", "v13", "--pull-request", "--output", "json", cwd=repository, env=newer)
    assert json.loads(done.stdout)["request"] == request.url
    late = generator(
        *words, "--tag", "v11", "--pull-request", cwd=repository, env=CODEBUILD | {"CODEBUILD_BUILD_NUMBER": "11"}
    )
    assert (late.returncode, "was not set, because a newer build has set the image" in late.stdout) == (0, True), (
        late.stderr
    )
    (request,) = forge.requests("main")
    assert request.title == "Release web v13 to prod"
    assert "newTag: v13" in content(guarded, overlay("web", "prod"), "bump/prod/web")
    assert count(guarded) == 1


def propose(generator: Run, repository: Path, *words: str, number: int = 0) -> subprocess.CompletedProcess[str]:
    env = CODEBUILD | {"CODEBUILD_BUILD_NUMBER": str(number)} if number else None
    return generator("bump", *words, "--push", "--pull-request", cwd=repository, env=env)


@pytest.mark.full
def test_each_set_of_images_has_a_branch_of_its_own(guarded: Path, repository: Path, generator: Run) -> None:
    spec = repository / "generator.yaml"
    spec.write_text(spec.read_text() + "  web-api: {image: shop/web-api}\n")
    assert generator("generate", "-q", cwd=repository).returncode == 0
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Another app")
    (guarded / "hooks/update").rename(guarded / "hooks/off")
    git(repository, "push", "-q", guarded, "main")
    (guarded / "hooks/off").rename(guarded / "hooks/update")
    for words in (["web-api=5"], ["web=1", "api=2"], ["api=2", "web=1"]):
        done = propose(generator, repository, *words, "--env", "staging", "--env", "dev")
        assert done.returncode == 0, done.stderr
    heads = [request.head for request in forges.connect(str(guarded)).requests("main")]
    assert sorted(heads) == ["bump/dev_staging/api_web", "bump/dev_staging/web-api"]


def test_a_branch_of_many_images_has_a_short_name() -> None:
    names = {f"app-number-{number}" for number in range(40)}
    assert len(branches.word(names)) <= 120
    assert branches.word(names) != branches.word(names - {"app-number-7"})


@pytest.mark.full
def test_what_a_person_has_committed_to_the_requests_branch_stays(
    guarded: Path, repository: Path, generator: Run, tmp_path: Path
) -> None:
    words = ["web=v1", "--env", "dev"]
    assert propose(generator, repository, *words).returncode == 0
    clone = tmp_path / "reviewer"
    git(tmp_path, "clone", "-q", "-b", "bump/dev/web", guarded, clone)
    (clone / "notes.md").write_text("mind the gap")
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", "A fix of the review")
    git(clone, "push", "-q")
    tip = git(clone, "rev-parse", "HEAD")
    refused = propose(generator, repository, "web=v2", "--env", "dev")
    assert refused.returncode == 1
    assert f"  {tip[:12]} A fix of the review" in refused.stderr
    assert "hint: merge its request first" in refused.stderr
    assert git(guarded, "rev-parse", "bump/dev/web") == tip
    assert propose(generator, repository, "web=v2", "--env", "dev", "--force").returncode == 0
    assert git(guarded, "rev-list", "--count", "main..bump/dev/web") == "1"


def test_a_branch_that_is_not_as_it_was_seen_is_not_replaced(guarded: Path) -> None:
    def edit(_: object) -> dict[str, bytes]:
        return {"x": b"1\n"}

    first = pull_request.propose(str(guarded), "main", "bump/x", edit, "One", seen="")
    for seen in ("", git(guarded, "rev-parse", "main")):
        with pytest.raises(PushRefused, match="stale info"):
            pull_request.propose(str(guarded), "main", "bump/x", edit, "Two", seen=seen)
    assert git(guarded, "rev-parse", "bump/x") == first
    assert (
        pull_request.propose(str(guarded), "main", "bump/x", edit, "Two")
        == git(guarded, "rev-parse", "bump/x")
        != first
    )


@pytest.mark.full
def test_an_older_build_takes_no_part_of_a_newer_request(guarded: Path, repository: Path, generator: Run) -> None:
    words = ["--env", "dev"]
    assert propose(generator, repository, "web=v13", "api=unreleased", *words, number=13).returncode == 0
    tip = git(guarded, "rev-parse", "bump/dev/api_web")
    for late in (["web=v12", "api=unreleased"], ["web=v12", "api=v12"]):
        done = propose(generator, repository, *late, *words, number=12)
        assert (done.returncode, "v12 was not set, because a newer build has set the image" in done.stdout) == (
            0,
            True,
        ), done.stderr
        assert "v12 in " not in done.stdout
        assert git(guarded, "rev-parse", "bump/dev/api_web") == tip


@pytest.mark.full
def test_what_is_left_of_a_closed_request_holds_up_nobody(guarded: Path, repository: Path, generator: Run) -> None:
    assert propose(generator, repository, "web=v13", "--env", "dev", number=13).returncode == 0
    forge = forges.connect(str(guarded))
    (request,) = forge.requests("main")
    forge.close(request, "not now")
    done = propose(generator, repository, "web=v12", "--env", "dev", number=12)
    assert "merge the pull request" in done.stdout, done.stderr
    assert "newTag: v12" in content(guarded, overlay(), "bump/dev/web")


def elsewhere(bare: Path, folder: Path) -> str:
    """Make a commit on top of main that changes something else, on another branch."""
    git(folder, "clone", "-q", bare, "other")
    git(folder / "other", "commit", "-q", "--allow-empty", "-m", "Something else")
    git(folder / "other", "push", "-q", "origin", "HEAD:other")
    return git(folder / "other", "rev-parse", "HEAD")


def test_the_same_bump_again_leaves_its_commit_alone(
    guarded: Path, repository: Path, generator: Run, tmp_path: Path
) -> None:
    said = [propose(generator, repository, "web=v1", "--env", "dev", number=12) for _ in range(2)]
    assert [done.returncode for done in said] == [0, 0]
    assert said[0].stdout == said[1].stdout
    tip = git(guarded, "rev-parse", "bump/dev/web")
    git(guarded, "update-ref", "refs/heads/main", elsewhere(guarded, tmp_path))
    assert propose(generator, repository, "web=v1", "--env", "dev", number=12).returncode == 0
    assert git(guarded, "rev-parse", "bump/dev/web") == tip
    assert propose(generator, repository, "web=v2", "--env", "dev", number=12).returncode == 0
    assert git(guarded, "rev-parse", "bump/dev/web~") == git(guarded, "rev-parse", "main")


def test_a_server_that_cannot_say_what_the_request_holds_loses_nothing(
    guarded: Path, repository: Path, generator: Run, tmp_path: Path
) -> None:
    assert propose(generator, repository, "web=v13", "--env", "dev", number=13).returncode == 0
    path = path_with_git(
        tmp_path / "bin", 'case "$*" in *"refs/heads/bump/"*) case "$*" in *fetch*) exit 128;; esac;; esac'
    )
    words = ["bump", "web=v12", "--env", "dev", "--push", "--pull-request"]
    done = generator(*words, cwd=repository, env=CODEBUILD | {"PATH": path})
    assert done.returncode == 1
    assert "newTag: v13" in content(guarded, overlay(), "bump/dev/web")


def test_no_pull_request_for_who_may_not_push_at_all(remote: Path, repository: Path, generator: Run) -> None:
    done = generator(
        "bump",
        "web",
        "--env",
        "dev",
        "--tag",
        "v1",
        "--push",
        "--pull-request",
        "--remote",
        "/nowhere.git",
        cwd=repository,
    )
    assert done.returncode == 1
    assert "does not appear to be a git repository" in done.stderr
