"""The CodeBuild runner: phases, environment and masking, on real git repositories and real shells."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

import pytest

from testing.waiting import PATIENCE, long_enough
from tests.e2e.buildspec import BuildspecFault, load
from tests.e2e.codebuild import Project


class Secrets:
    """Answers like the SDK's client, with one version of one secret."""

    def client(self, service: str) -> Secrets:
        assert service == "secretsmanager"
        return self

    def get_secret_value(self, SecretId: str, **more: str) -> dict[str, str]:
        assert SecretId in {"shop/git", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/git-AbCdEf"}
        stage = more.get("VersionStage", "AWSCURRENT")
        return {"SecretString": json.dumps({"token": f"hunter2-{stage}", "user": "ci"})}


@pytest.fixture
def run(tmp_path: Path):
    """Build a buildspec: commits it to a repository, clones that, and runs it."""

    def go(text: str, seconds: float = PATIENCE, **environment: str):
        origin = Path(tempfile.mkdtemp(dir=tmp_path)) / "origin"
        origin.mkdir()
        (origin / "buildspec.yml").write_text(text)
        git = ["git", "-C", str(origin), "-c", "user.name=t", "-c", "user.email=t@example.com"]
        for words in ("init -q -b main", "add .", "commit -qm one", "commit -qm two --allow-empty"):
            subprocess.run([*git, *words.split()], check=True)
        commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
        project = Project(
            "shop", origin.as_uri(), origin.parent / "builds", [], environment, Secrets(), seconds=seconds
        )
        return project.build(commit)

    return go


def statuses(build) -> str:
    return " ".join(phase.status for phase in build.phases.values())


def spec(**phases: list[str]) -> str:
    return json.dumps({"version": 0.2, "phases": {name: {"commands": list(words)} for name, words in phases.items()}})


def test_variables_and_folder_carry_over_even_when_not_exported(run):
    build = run(spec(install=["A=1", "mkdir d; cd d"], build=["test $A = 1", "test ${PWD##*/} = d"]))
    assert build.succeeded, build.tail()


def test_exit_ends_the_command_and_not_the_phase(run):
    assert "second" in run(spec(build=["exit 0", "echo second"])).tail()


def test_a_failing_build_still_runs_post_build_and_says_so(run):
    build = run(spec(build=["false", "echo never"], post_build=['echo "succeeding=$CODEBUILD_BUILD_SUCCEEDING"']))
    assert statuses(build) == "NOT_RUN NOT_RUN FAILED SUCCEEDED"
    assert "succeeding=0" in build.tail()
    assert "\nnever" not in build.tail()
    assert not build.succeeded


@pytest.mark.parametrize("phase", ["install", "pre_build"])
def test_a_failing_preparation_ends_the_build(run, phase):
    build = run(spec(**{phase: ["exit 3"], "build": ["true"], "post_build": ["true"]}))
    assert build.phases[phase].status == "FAILED"
    assert build.phases["build"].status == build.phases["post_build"].status == "NOT_RUN"
    assert "exit status 3" in build.phases[phase].message


def test_on_failure(run):
    build = run(
        json.dumps(
            {
                "version": 0.2,
                "phases": {
                    "install": {"on-failure": "CONTINUE", "commands": ["false"]},
                    "build": {"on-failure": "ABORT", "commands": ["false"]},
                    "post_build": {"commands": ["true"]},
                },
            }
        )
    )
    assert statuses(build) == "FAILED NOT_RUN FAILED NOT_RUN"


def test_finally_runs_after_a_failure_and_can_fail_a_phase(run):
    build = run(
        '{version: 0.2, phases: {install: {commands: ["true"], finally: ["false"]}, build: {commands: ["true"]}}}'
    )
    assert statuses(build) == "FAILED NOT_RUN NOT_RUN NOT_RUN"


def test_environment_is_codebuilds_and_nothing_of_ours(run, monkeypatch):
    monkeypatch.setenv("LEFT_OVER", "1")
    build = run(
        spec(
            build=[
                'test -z "$LEFT_OVER"',
                'test "$(git rev-parse HEAD)" = "$CODEBUILD_RESOLVED_SOURCE_VERSION"',
                "! git symbolic-ref -q HEAD",
                'test "$(git rev-list --count HEAD)" = 1',
                'test "$PWD" = "$CODEBUILD_SRC_DIR"',
                'test "$CODEBUILD_BUILD_NUMBER-$FROM_PROJECT" = 1-x',
                'test "$HOME" != "$CODEBUILD_SRC_DIR"',
            ]
        ),
        FROM_PROJECT="x",
    )
    assert build.succeeded, build.tail()


def test_secrets_are_resolved_masked_and_a_leak_is_reported(run):
    build = run(
        """
version: 0.2
env:
  shell: bash
  secrets-manager:
    TOKEN: shop/git:token
    OLD: "shop/git:token:AWSPREVIOUS:"
    ARN: arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/git-AbCdEf:user
  exported-variables: [TAG]
phases:
  build:
    commands:
      - '[[ $TOKEN == *-AWSCURRENT && $OLD == *-AWSPREVIOUS && $ARN == ci ]]'
      - TAG=7
      - echo "token $TOKEN"
"""
    )
    assert build.succeeded, build.tail()
    assert build.exported == {"TAG": "7"}
    assert "token ***" in build.tail()
    assert "hunter2" not in build.log.read_text()
    assert build.leaks == ["TOKEN"]


def test_a_secret_in_an_argument_is_reported(run, until_seen):
    build = run(
        "{version: 0.2, env: {secrets-manager: {TOKEN: 'shop/git:token'}}, "
        f"phases: {{build: {{commands: ['{until_seen} $TOKEN']}}}}}}"
    )
    assert build.leaks == ["TOKEN (argv)"]


def test_report_files_must_exist(run):
    build = run(
        "{version: 0.2, phases: {build: {commands: ['mkdir out; touch out/a.xml']}}, "
        "reports: {unit: {base-directory: out, files: ['*.xml', 'b.json']}}}"
    )
    assert build.missing_reports == ["unit: b.json"]


def test_a_build_that_takes_too_long_is_killed(run, tmp_path):
    began = tmp_path / "began"

    def attempt(seconds: int):
        build = run(spec(build=[f"touch {began}; sleep 600"]), seconds)
        return build if began.exists() else None

    build = long_enough(attempt, first=1)
    assert build.phases["build"].status == "FAILED"
    assert build.seconds < 600


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{version: 0.1, phases: {build: {commands: [a]}}}", "version"),
        ("{version: 0.2}", "no phases"),
        ("{version: 0.2, phases: {deploy: {commands: [a]}}}", "unknown key 'deploy'"),
        ("{version: 0.2, phases: {build: {commands: []}}}", "no commands"),
        ("version: 0.2\nphases:\n  build:\n    commands:\n      - echo a: b", "to be of string type"),
        ("{version: 0.2, env: {variables: {CODEBUILD_X: 1}}, phases: {build: {commands: [a]}}}", "reserved"),
        ("{version: 0.2, phases: {build: {commands: [a], on-failure: RETRY}}}", "RETRY"),
        ("a: [", "YAML_FILE_ERROR"),
    ],
)
def test_what_codebuild_refuses_is_refused(tmp_path, text, says):
    path = tmp_path / "buildspec.yml"
    path.write_text(text)
    with pytest.raises(BuildspecFault, match=says):
        load(path)
