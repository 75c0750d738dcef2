"""The generated pipelines as files: valid for CodeBuild and for actionlint, least privilege, and nothing to inject."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.errors import SpecError
from generator.render.outputs import codebuild as outputs_codebuild
from generator.render.outputs import github_actions, pull_request_checks
from generator.spec import loader
from testing.pipelines import APPS, BUILT, SIMPLE, VARIANTS, commands, rendered
from testing.programs import tool
from tests.e2e import buildspec as codebuild

# -- which files there are


@pytest.mark.parametrize(
    ("ci", "wanted"),
    [
        ("", {outputs_codebuild.PATH}),
        ("ci: {github: true}\n", {outputs_codebuild.PATH, github_actions.PATH, pull_request_checks.WORKFLOW}),
        ("ci: {github: true, codebuild: false}\n", {github_actions.PATH, pull_request_checks.WORKFLOW}),
        ("ci: {github: true, checks: false}\n", {outputs_codebuild.PATH, github_actions.PATH}),
        ("ci: {checks: true}\n", {outputs_codebuild.PATH, pull_request_checks.BUILDSPEC}),
        ("ci: {codebuild: false}\n", set()),
    ],
)
def test_what_is_generated_is_what_was_asked_for(ci: str, wanted: set[str], tmp_path: Path) -> None:
    found = {path for path in rendered(tmp_path, ci) if path.startswith((".github/", "buildspec"))}
    assert found == wanted


def test_without_a_source_there_is_nothing_to_build_and_requests_are_checked_all_the_same(tmp_path: Path) -> None:
    files = rendered(tmp_path, "ci: {github: true}\n", "apps:\n  web: {image: shop/web, port: 8080}\n")
    assert {path for path in files if path.startswith((".github/", "buildspec"))} == {pull_request_checks.WORKFLOW}


# -- valid


@pytest.mark.parametrize("ci", VARIANTS.values(), ids=VARIANTS)
def test_actionlint_and_codebuild_take_them(ci: str, tmp_path: Path) -> None:
    actionlint = tool("actionlint")
    for path, text in rendered(tmp_path, ci).items():
        if path.startswith("buildspec"):
            (tmp_path / path).write_text(text)
            codebuild.load(tmp_path / path)
        elif path.startswith(".github/"):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
    workflows = sorted((tmp_path / ".github/workflows").glob("*.yml"))
    assert len(workflows) == 2
    # It would take any of these from PATH.
    argv: list[str | Path] = [actionlint, "-shellcheck=", "-pyflakes=", *workflows]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    control = tmp_path / "control.yml"
    control.write_text(workflows[0].read_text().replace("runs-on:", "run-on:"))
    assert subprocess.run([*argv[:3], control], capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("ci", VARIANTS.values(), ids=VARIANTS)
def test_bash_can_read_every_command(ci: str, tmp_path: Path) -> None:
    for path, text in rendered(tmp_path, ci).items():
        for command in commands(text) if path.startswith((".github/", "buildspec")) else []:
            done = subprocess.run(["bash", "-n"], input=command, text=True, capture_output=True, check=False)
            assert done.returncode == 0, (path, command, done.stderr)


def test_the_simple_case_is_short(tmp_path: Path) -> None:
    text = rendered(tmp_path, apps=SIMPLE)[outputs_codebuild.PATH]
    assert len(text.splitlines()) <= 60


# -- the same steps


def test_both_twins_run_the_same_commands(tmp_path: Path) -> None:
    files = rendered(tmp_path, VARIANTS["all"])
    words = [
        {line.strip() for command in commands(files[path]) for line in command.splitlines() if line.strip()}
        for path in (outputs_codebuild.PATH, github_actions.PATH)
    ]
    for start in ("pytest", "docker buildx build", "--cache-to", "python -P -m generator scan", "DIGEST=$(", "python -P -m generator bump"):  # fmt: skip
        one, other = ({line for line in lines if line.startswith(start)} for lines in words)
        assert one == other != set(), start


def test_what_the_registry_cannot_do_is_left_out(tmp_path: Path) -> None:
    text = rendered(tmp_path)[outputs_codebuild.PATH]
    [api] = [line for line in commands(text) if "# build and push api" in line]
    assert "--cache-to" not in api
    assert "--attest" not in api
    assert "--platform linux/arm64" in api
    assert 'generator scan "ghcr.io' not in text
    assert "docker buildx imagetools inspect \"ghcr.io/acme/api:$TAG\" --format '{{.Manifest.Digest}}'" in text
    [web] = [line for line in commands(text) if "# build and push web" in line]
    assert "mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true" in web
    assert "shop/web-cache:cache" in web


def test_an_image_that_is_off_in_one_line_each(tmp_path: Path) -> None:
    apps = "apps:\n  web: {image: shop/web, source: web, port: 8080, build: {cache: false, sbom: false, scan: false}}\n"
    text = rendered(tmp_path, apps=apps)[outputs_codebuild.PATH]
    assert not re.search(r"--cache|--attest|generator scan", text)
    apps = "apps:\n  web: {image: shop/web, source: web, port: 8080, build: {cache: shop/layers}}\n"
    assert "ref=123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/layers:cache" in rendered(tmp_path, apps=apps)[outputs_codebuild.PATH]  # fmt: skip


def test_build_contexts_are_handed_over_and_watched(tmp_path: Path) -> None:
    apps = (
        "apps:\n"
        "  web: {image: shop/web, source: web, port: 80, build: {contexts: {shared: libs/shared, web.2: web}}}\n"
        "  api: {image: shop/api, source: api, port: 80, build: {contexts: {shared: libs/shared}}}\n"
    )
    files = rendered(tmp_path, "ci: {github: true}\ninfra: {accounts: '123456789012', region: eu-west-1}\n", apps)
    for path in (outputs_codebuild.PATH, github_actions.PATH):
        web, api = (shlex.split(line) for line in commands(files[path]) if "docker buildx build" in line)
        assert [web[index + 1] for index, word in enumerate(web) if word == "--build-context"] == [
            "shared=libs/shared", "web.2=web",
        ]  # fmt: skip
        assert api[api.index("--build-context") + 1] == "shared=libs/shared"
    # With YAML 1.1, `on` would be a boolean.
    workflow = yaml.load(files[github_actions.PATH], yaml.BaseLoader)
    assert workflow["on"]["push"]["paths"] == ["web/**", "libs/shared/**", "api/**"]
    [webhook] = [text for path, text in files.items() if path.startswith("infra/shared/") and "modules/builds" in text]
    assert '["web", "libs/shared", "api"]' in webhook


@pytest.mark.parametrize(
    ("contexts", "message"),
    [
        ("{Shared: libs}", 'apps.web.build.contexts.Shared: "Shared" is not a build context\'s name'),
        ("{scratch: libs}", 'apps.web.build.contexts.scratch: "scratch" is not a build context\'s name'),
        ("{shared: /libs}", 'apps.web.build.contexts.shared: "/libs" is not a folder in this repository'),
        ("{shared: ../libs}", 'apps.web.build.contexts.shared: "../libs" is not a folder in this repository'),
        ("{shared: .}", 'apps.web.build.contexts.shared: "." is not a folder in this repository'),
        # What a release commits would start the next build.
        ("{shared: overlays/dev}", 'apps.web.build.contexts.shared: "overlays/dev" is not a folder in this repository'),
    ],
)
def test_a_build_context_is_a_name_and_a_folder_of_the_repository(contexts: str, message: str, tmp_path: Path) -> None:
    app = f"apps:\n  web:\n    image: shop/web\n    port: 80\n    source: web\n    build: {{contexts: {contexts}}}\n"
    (tmp_path / "generator.yaml").write_text(BUILT + app)
    with pytest.raises(SpecError) as raised:
        loader.load(tmp_path)
    [fault] = raised.value.faults
    assert str(fault).startswith("generator.yaml:11:")
    assert message in str(fault)
    assert fault.hint


def test_emulation_is_set_up_only_where_it_is_needed(tmp_path: Path) -> None:
    assert "binfmt" not in rendered(tmp_path)[outputs_codebuild.PATH]
    apps = APPS.replace("[linux/arm64]", "[linux/arm64, linux/amd64]")
    assert "binfmt" in rendered(tmp_path, apps=apps)[outputs_codebuild.PATH]


def test_a_here_document_in_a_test_stays_whole(tmp_path: Path) -> None:
    apps = SIMPLE.replace("port: 8080", 'port: 8080, build: {test: ["cat <<END\\nhello\\nEND\\n", "true"]}')
    [command] = [
        line for line in commands(rendered(tmp_path, apps=apps)[outputs_codebuild.PATH]) if "# test web" in line
    ]
    script = f"APPS=web\n{command.replace('cd web', 'true')}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "hello\n")


# -- security


def workflows(files: dict[str, str]) -> dict[str, Any]:
    return {path: yaml.safe_load(text) for path, text in files.items() if path.startswith(".github/")}


@pytest.mark.parametrize("ci", VARIANTS.values(), ids=VARIANTS)
def test_permissions_are_named_one_by_one(ci: str, tmp_path: Path) -> None:
    own = "read" if "github_app" in ci else "write"
    allowed = {
        "plan": {"contents": "read"},
        "test": {"contents": "read"},
        "deliver": {"contents": own, "id-token": "write"},
        "checks": {"contents": "read", "pull-requests": "write"},
    }
    for workflow in workflows(rendered(tmp_path, ci)).values():
        assert workflow["permissions"] == {"contents": "read"}
        for name, job in workflow["jobs"].items():
            assert job["permissions"] == allowed[name]
            assert job["timeout-minutes"] <= 60


def test_without_ecr_no_job_may_ask_for_an_identity(tmp_path: Path) -> None:
    apps = "apps:\n  api: {image: ghcr.io/acme/api, source: api, port: 8080}\n"
    workflow = workflows(rendered(tmp_path, "ci: {github: true}\n", apps))[github_actions.PATH]
    assert list(workflow["jobs"]) == ["plan", "deliver"]
    assert "id-token" not in json.dumps(workflow)


def test_a_workflow_that_is_started_by_hand_delivers_from_the_specs_branch_only(tmp_path: Path) -> None:
    workflow = workflows(rendered(tmp_path, "branch: release/1\nci: {github: true}\n"))[github_actions.PATH]
    jobs = workflow["jobs"]
    assert jobs["plan"]["if"] == "github.ref == 'refs/heads/release/1'"
    # A job that needs one that was left out is left out.
    assert [jobs[name]["needs"] for name in ("test", "deliver")] == ["plan", ["plan", "test"]]


def test_with_an_app_the_workflows_own_token_may_not_write(tmp_path: Path) -> None:
    job = workflows(rendered(tmp_path, VARIANTS["an app"]))[github_actions.PATH]["jobs"]["deliver"]
    assert job["permissions"]["contents"] == "read"
    [step] = [step for step in job["steps"] if step.get("id") == "token"]
    assert step["with"]["permission-contents"] == "write"
    assert {key for key in step["with"] if key.startswith("permission-")} == {"permission-contents"}


def test_releases_as_pull_requests_take_one_right_more(tmp_path: Path) -> None:
    files = rendered(tmp_path, VARIANTS["requests"])
    job = workflows(files)[github_actions.PATH]["jobs"]["deliver"]
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    [step] = [step for step in job["steps"] if step.get("id") == "token"]
    rights = {key: value for key, value in step["with"].items() if key.startswith("permission-")}
    assert rights == {"permission-contents": "write", "permission-pull-requests": "write"}
    for path in (outputs_codebuild.PATH, github_actions.PATH):
        assert files[path].count("--push --pull-request\n") == 2
    own = rendered(tmp_path, "ci: {github: true, codebuild: false, pull_request: true}\n")
    job = workflows(own)[github_actions.PATH]["jobs"]["deliver"]
    assert job["permissions"] == {"contents": "write", "pull-requests": "write", "id-token": "write"}


@pytest.mark.parametrize("ci", VARIANTS.values(), ids=VARIANTS)
def test_actions_are_pinned_and_few(ci: str, tmp_path: Path) -> None:
    for path, text in rendered(tmp_path, ci).items():
        for used in re.findall(r"uses: (.*)", text) if path.startswith(".github/") else []:
            assert re.fullmatch(r"(actions|aws-actions)/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used)


@pytest.mark.parametrize("ci", VARIANTS.values(), ids=VARIANTS)
def test_nothing_of_an_event_reaches_a_script_and_code_of_others_gets_no_secret(ci: str, tmp_path: Path) -> None:
    for path, workflow in workflows(rendered(tmp_path, ci)).items():
        assert "pull_request_target" not in workflow["on"]
        assert "workflow_run" not in workflow["on"]
        steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
        for step in steps:
            run = step.get("run", "").replace("${{ '${{' }}", "")
            assert "${{" not in run, (path, step)
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False
        if path == pull_request_checks.WORKFLOW:
            assert "secrets." not in json.dumps(workflow)
            tokens = [step["name"] for step in steps if "github.token" in json.dumps(step)]
            assert tokens == ["comment"]


SECRETS = re.compile(r"token|secret|GIT_|KEY|vars\.|aws", re.IGNORECASE)


@pytest.mark.parametrize("ci", VARIANTS.values(), ids=VARIANTS)
def test_the_job_of_the_tests_knows_no_credential(ci: str, tmp_path: Path) -> None:
    jobs = workflows(rendered(tmp_path, ci))[github_actions.PATH]["jobs"]
    assert [name for name, job in jobs.items() if any(step.get("name") == "test web" for step in job["steps"])] == [
        "test"
    ]
    assert not SECRETS.search(json.dumps(jobs["test"]))
    assert SECRETS.search(json.dumps(jobs["deliver"]))


@pytest.mark.parametrize("ci", VARIANTS.values(), ids=VARIANTS)
def test_codebuild_fetches_secrets_and_logs_in_after_the_tests(ci: str, tmp_path: Path) -> None:
    content = yaml.safe_load(rendered(tmp_path, ci)[outputs_codebuild.PATH])
    assert "secrets-manager" not in content["env"]
    assert "parameter-store" not in content["env"]
    lines = [line for phase in content["phases"].values() for line in phase["commands"]]
    [tested] = [index for index, line in enumerate(lines) if "# test web" in line]
    for line in lines[:tested]:
        assert "docker login" not in line
        # What has to be known before, as for the commit to compare with, is known to one subshell.
        assert "secretsmanager" not in line or line.startswith("APPS=$(\n")
    assert any("docker login" in line for line in lines[tested:])
    assert ("secretsmanager" in "".join(lines[tested:])) == ("secret" in ci or "credentials" in ci)


@pytest.mark.parametrize("ci", VARIANTS.values(), ids=VARIANTS)
def test_no_secret_is_an_argument(ci: str, tmp_path: Path) -> None:
    for path, text in rendered(tmp_path, ci).items():
        for command in commands(text) if path.startswith((".github/", "buildspec")) else []:
            assert not re.search(r"\$\{?(GIT_TOKEN|GITHUB_TOKEN|GITHUB_APP_PRIVATE_KEY)|--password ", command)


EVIL = ["$(id)", "`id`", "a;id", "a|id", "a b", "a'b", 'a"b', "${{ github.token }}", "a\nb", "-x", "a&b", "a>b", "../x"]
PLACES = {
    "source": "apps: {{web: {{image: shop/web, port: 80, source: {0}}}}}",
    "a Dockerfile": "apps: {{web: {{image: shop/web, port: 80, source: web, build: {{dockerfile: {0}}}}}}}",
    "an image": "apps: {{web: {{image: {0}, port: 80, source: web}}}}",
    "an app": "apps: {{{0}: {{image: shop/web, port: 80, source: web}}}}",
    "a platform": "apps: {{web: {{image: shop/web, port: 80, source: web, build: {{platforms: [{0}]}}}}}}",
    "a report": "apps: {{web: {{image: shop/web, port: 80, source: web, build: {{reports: [{0}]}}}}}}",
    "a context's name": "apps: {{web: {{image: shop/web, port: 80, source: web, build: {{contexts: {{{0}: x}}}}}}}}",
    "a context's folder": "apps: {{web: {{image: shop/web, port: 80, source: web, build: {{contexts: {{x: {0}}}}}}}}}",
    "a cache": "apps: {{web: {{image: shop/web, port: 80, source: web, build: {{cache: {0}}}}}}}",
    "a finding": "apps: {{web: {{image: shop/web, port: 80, source: web, build: {{scan: {{ignore: [{0}]}}}}}}}}",
    "an argument's name": "apps: {{web: {{image: shop/web, port: 80, source: web, build: {{args: {{{0}: x}}}}}}}}",
    "a role": "ci: {{github: {{role: {0}}}}}\n" + SIMPLE.replace("{", "{{").replace("}", "}}"),
    "a runner": "ci: {{github: {{runner: {0}}}}}\n" + SIMPLE.replace("{", "{{").replace("}", "}}"),
    "GitHub's environment": "ci: {{github: {{environment: {0}}}}}\n" + SIMPLE.replace("{", "{{").replace("}", "}}"),
    "a secret": "ci: {{credentials: {0}}}\n" + SIMPLE.replace("{", "{{").replace("}", "}}"),
    "an App": "ci: {{github_app: {{id: {0}, secret: x}}}}\n" + SIMPLE.replace("{", "{{").replace("}", "}}"),
    "an App's secret": "ci: {{github_app: {{id: '1', secret: {0}}}}}\n" + SIMPLE.replace("{", "{{").replace("}", "}}"),
    "a requirements file": "ci: {{install: {{requirements: {0}}}}}\n" + SIMPLE.replace("{", "{{").replace("}", "}}"),
    "an image of builds": "ci: {{images: {{binfmt: {0}}}}}\n" + SIMPLE.replace("{", "{{").replace("}", "}}"),
    "the branch": "branch: {0}\n" + SIMPLE.replace("{", "{{").replace("}", "}}"),
}


# The name of a secret may look like a path, and is none.
NO_PATHS = ("a secret", "an App's secret")
EVIL_NAMES = [(place, evil) for place in PLACES for evil in EVIL if place not in NO_PATHS or evil != "../x"]


@pytest.mark.thin(4)
@pytest.mark.parametrize(("place", "evil"), EVIL_NAMES)
def test_names_cannot_carry_anything_into_a_shell(place: str, evil: str, tmp_path: Path) -> None:
    (tmp_path / "generator.yaml").write_text(BUILT + PLACES[place].format(json.dumps(evil)) + "\n")
    with pytest.raises(SpecError):
        loader.load(tmp_path)


@pytest.mark.parametrize(
    "value", ["$(touch x)", "`touch x`", "a'; touch x; '", 'a"; touch x; "', "${{ secrets.X }}", "$TAG $HOME"]
)
def test_a_build_argument_is_only_ever_a_value(value: str, tmp_path: Path) -> None:
    args = f"build: {{args: {{V: {json.dumps(value)}}}}}"
    files = rendered(tmp_path, "ci: {github: true}\n", SIMPLE.replace("port: 8080", f"port: 8080, {args}"))
    for path in (outputs_codebuild.PATH, github_actions.PATH):
        [command] = [line for line in commands(files[path]) if "docker buildx build" in line]
        script = f'docker() {{ printf "%s\\0" "$@"; }}\nTAG=7 APPS=web HOME=/h\n{command}'
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
        words = done.stdout.split("\0")
        assert words[words.index("--build-arg") + 1] == f"V={value.replace('$TAG', '7')}"
    assert not (tmp_path / "x").exists()
    assert "${{ secrets.X }}" not in files[github_actions.PATH]


def test_every_name_is_one_word(tmp_path: Path) -> None:
    for command in commands(rendered(tmp_path)[outputs_codebuild.PATH]):
        for line in command.splitlines():
            if "generator bump" in line:
                assert len(shlex.split(line)) == 13
