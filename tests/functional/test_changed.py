"""``changed``: which apps a build builds, in clones as CI makes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from testing.programs import Run
from testing.repository import git
from testing.templates import Templates

SPEC = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}}
apps:
  web: {image: shop/web, source: web, port: 80}
  website: {image: shop/website, source: website, port: 80}
  other: {image: shop/other, port: 80}
"""
RELEASE = "Release web 7 to dev\n\nRelease: web dev 7\nArgocd-reference-commit-sha: 0123"
PUSH = {"CODEBUILD_WEBHOOK_TRIGGER": "branch/main"}


@pytest.fixture
def origin(templates: Templates, repository: Path) -> Path:

    def make() -> None:
        (repository / "generator.yaml").write_text(SPEC)
        commit(repository, "web/a", "website/a", "overlays/dev/web/kustomization.yaml", message="first")
        git(repository, "config", "uploadpack.allowAnySHA1InWant", "true")

    templates.fill("changed", make)
    return repository


def commit(folder: Path, *paths: str, message: str = "work") -> str:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (folder / path).open("a") as file:
            file.write("line\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def changed(generator: Run, origin: Path, **environment: str) -> list[str]:
    """Return what CI would build of the newest commit, in a clone of depth 1 with a detached HEAD."""
    clone = origin.parent / f"clone-{len(list(origin.parent.iterdir()))}"
    git(origin.parent, "clone", "-q", "--depth=1", f"file://{origin}", clone)
    git(clone, "checkout", "-q", "--detach")
    done = generator("changed", cwd=clone, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") <= 1
    return done.stdout.split()


@pytest.mark.parametrize("name", ["CODEBUILD_WEBHOOK_PREV_COMMIT", "BEFORE"])
def test_only_what_a_push_changed_is_built_however_many_commits_it_has(name: str, origin: Path, generator: Run) -> None:
    before = git(origin, "rev-parse", "HEAD")
    commit(origin, "web/b")
    commit(origin, "README.md")
    assert changed(generator, origin, **PUSH, **{name: before}) == ["web"]
    commit(origin, "website/b")
    assert changed(generator, origin, **PUSH, **{name: before}) == ["web", "website"]


def test_a_further_build_context_is_a_source_too(origin: Path, generator: Run) -> None:
    spec = origin / "generator.yaml"
    spec.write_text(spec.read_text().replace("source: web,", "source: web, build: {contexts: {shared: libs/shared}},"))
    before = commit(origin, "libs/shared/a", "libs/sharedness/a")
    commit(origin, "libs/sharedness/b")
    assert changed(generator, origin, **PUSH, BEFORE=before) == []
    commit(origin, "libs/shared/b")
    assert changed(generator, origin, **PUSH, BEFORE=before) == ["web"]


def test_a_file_that_is_moved_changes_both_apps(origin: Path, generator: Run) -> None:
    before = git(origin, "rev-parse", "HEAD")
    git(origin, "mv", "web/a", "website/b")
    commit(origin)
    assert changed(generator, origin, **PUSH, BEFORE=before) == ["web", "website"]


@pytest.mark.parametrize("before", ["", "0" * 40, "1" * 40, "HEAD", "$(id)", "--all"])
def test_where_the_commit_before_is_not_to_be_had_everything_is_built(
    before: str, origin: Path, generator: Run
) -> None:
    commit(origin, "web/b")
    assert changed(generator, origin, **PUSH, BEFORE=before) == ["web", "website"]


@pytest.mark.parametrize(
    "started",
    [PUSH, {"GITHUB_EVENT_NAME": "push"}, {"CODEBUILD_INITIATOR": "codepipeline/shop"}],
    ids=["a webhook", "a workflow", "a pipeline"],
)
@pytest.mark.parametrize("known", [True, False])
def test_the_commit_of_a_release_builds_nothing(
    known: bool, started: dict[str, str], origin: Path, generator: Run
) -> None:
    before = git(origin, "rev-parse", "HEAD")
    commit(origin, "overlays/dev/web/kustomization.yaml", message=RELEASE)
    assert changed(generator, origin, **started, **({"BEFORE": before} if known else {})) == []


@pytest.mark.parametrize(
    "message",
    [
        "Release: notes for web",
        "Mend it\n\nRelease: web dev 1\n\nThat line was the fault.",
        "Mend it\n\nRelease: notes for all of web",
        "Argocd-reference-commit-sha: is gone",
    ],
)
def test_a_persons_words_are_no_release(message: str, origin: Path, generator: Run) -> None:
    commit(origin, "web/b", message=message)
    assert changed(generator, origin, **PUSH) == ["web", "website"]


def test_a_release_on_top_of_work_does_not_hide_it(origin: Path, generator: Run) -> None:
    before = git(origin, "rev-parse", "HEAD")
    commit(origin, "web/b")
    commit(origin, "overlays/dev/web/kustomization.yaml", message=RELEASE)
    assert changed(generator, origin, **PUSH, BEFORE=before) == ["web"]


def test_what_a_person_starts_is_built_whatever_is_on_top(origin: Path, generator: Run) -> None:
    commit(origin, "overlays/dev/web/kustomization.yaml", message=RELEASE)
    assert changed(generator, origin, CODEBUILD_INITIATOR="ada") == ["web", "website"]


def test_since(origin: Path, generator: Run) -> None:
    commit(origin, "web/b")
    done = generator("changed", "--since", "HEAD~1", "--output", "json", cwd=origin)
    assert json.loads(done.stdout) == {"apps": ["web"], "sites": [], "since": git(origin, "rev-parse", "HEAD~1")}
    done = generator("changed", "--since", "--all", cwd=origin)
    assert done.returncode == 2
    done = generator("changed", "--since=nowhere", cwd=origin)
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "error: nowhere: no such commit here")


# -- files without git, as CodePipeline hands them over


def unpacked(origin: Path) -> tuple[Path, dict[str, str]]:
    """Return the newest commit's files alone, and what a build is told of it."""
    spec = (origin / "generator.yaml").read_text().replace("https://git.example.com/acme/shop-gitops.git", str(origin))
    (origin / "generator.yaml").write_text(spec)
    folder = origin.parent / "archive"
    folder.mkdir()
    (folder / "generator.yaml").write_text(spec)
    tip = git(origin, "rev-parse", "HEAD")
    return folder, {"CODEBUILD_INITIATOR": "codepipeline/shop", "CODEBUILD_RESOLVED_SOURCE_VERSION": tip}


@pytest.mark.parametrize("by_name", ["true", "false"])
@pytest.mark.parametrize(("message", "wanted"), [("work", "web website\n"), (RELEASE, "")], ids=["work", "release"])
def test_files_without_git_are_built_unless_the_repository_says_that_they_are_a_release(
    message: str, wanted: str, by_name: str, origin: Path, generator: Run
) -> None:
    git(origin, "config", "uploadpack.allowAnySHA1InWant", by_name)
    commit(origin, "web/b", message=message)
    folder, told = unpacked(origin)
    commit(origin, "README.md", message="newer")
    done = generator("changed", cwd=folder, env=told)
    assert (done.returncode, done.stdout) == (0, wanted), done.stderr


def test_files_without_git_of_which_nobody_knows_the_commit_say_what_to_do(origin: Path, generator: Run) -> None:
    folder, told = unpacked(origin)
    for wrong in ({"CODEBUILD_RESOLVED_SOURCE_VERSION": "f" * 40}, {"CODEBUILD_RESOLVED_SOURCE_VERSION": ""}):
        done = generator("changed", cwd=folder, env={**told, **wrong})
        assert (done.returncode, done.stdout) == (1, "")
        assert "no git repository, so it is not known whether this commit is a release" in done.stderr
        assert "CODEBUILD_CLONE_REF" in done.stderr


def test_a_bump_is_pushed_from_files_without_git(origin: Path, generator: Run) -> None:
    bare = origin.parent / "bare.git"
    text = (origin / "generator.yaml").read_text().replace("https://git.example.com/acme/shop-gitops.git", str(bare))
    (origin / "generator.yaml").write_text(text)
    (origin / "overlays/dev/web/kustomization.yaml").unlink()
    assert generator("generate", "-q", cwd=origin).returncode == 0
    tip = commit(origin, message="generated")
    git(origin.parent, "clone", "-q", "--bare", origin, bare)
    folder = origin.parent / "archive"
    folder.mkdir()
    (folder / "generator.yaml").write_text(text)
    told = {"CODEBUILD_BUILD_ID": "shop:1", "CODEBUILD_BUILD_NUMBER": "1", "CODEBUILD_INITIATOR": "codepipeline/shop"}
    words = ("bump", "web", "--env", "dev", "--tag", "1-abc", "--push")
    done = generator(*words, cwd=folder, env={**told, "CODEBUILD_RESOLVED_SOURCE_VERSION": tip})
    assert done.returncode == 0, done.stderr
    assert git(bare, "diff", "--name-only", tip, "main") == "overlays/dev/web/kustomization.yaml"
    # What git would tell of the commit is not there to be told.
    assert git(bare, "log", "-1", "--format=%B", "main").splitlines()[2:] == [
        "Release: web dev 1-abc",
        "Build: codebuild/shop 1",
    ]
