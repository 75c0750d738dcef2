"""Run a GitHub Actions workflow's jobs as runners do, on this machine.

What is reproduced, from the workflow syntax and contexts references: steps in order, after a failed one only those
whose ``if`` asks for it; ``run`` by ``bash --noprofile --norc -eo pipefail``, ``working-directory``, ``env``,
``GITHUB_ENV``, ``GITHUB_OUTPUT`` and ``GITHUB_STEP_SUMMARY``; expressions in ``${{ }}`` and ``if``; paths filters and
skipped commits of ``on.push``; jobs in order, each with a folder and an environment of its own, after those that it
``needs``, with their outputs. Secret values are masked in the log, and looked for in every process's arguments.

``uses`` is a seam: each action is a function of ``Runner.actions``, by its name without the version. ``CHECKOUT`` and
the others of ``USUAL`` are small equivalents of the real ones.
"""

from __future__ import annotations

import fnmatch
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from testing.waiting import PATIENCE
from tests.e2e.codebuild import NETWORK, ArgvWatch

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?[0-9]+)|(?P<name>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)|(?P<sign>&&|\|\||[!=]=|[!(),]))"
)


class WorkflowFault(ValueError):
    """The workflow cannot be run, or says something that this runner does not know."""


@dataclass
class Outcome:
    """What became of a step: ``success``, ``failure`` or ``skipped``."""

    name: str
    result: str


@dataclass
class Result:
    """What a run came to; ``leaks`` names the secrets that the log or an argv would have shown."""

    commit: str
    log: Path
    jobs: dict[str, str] = field(default_factory=dict)
    steps: list[Outcome] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    summary: str = ""

    @property
    def succeeded(self) -> bool:
        """Tell whether no step failed."""
        return all(step.result != "failure" for step in self.steps)

    def outcome(self, name: str) -> str:
        """Return what became of a step."""
        return next(step.result for step in self.steps if step.name == name)

    def tail(self, lines: int = 25) -> str:
        """Return the end of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def expression(text: str, context: Mapping[str, Any]) -> Any:
    """Return the value of an expression; ``context`` holds its names (with dots) and ``failed``."""
    tokens = list(_tokens(text))
    value, rest = _either(tokens, context)
    if rest:
        raise WorkflowFault(f"{text!r}: cannot read {rest!r}")
    return value


def _tokens(text: str) -> list[tuple[str, str]]:
    found, position = [], 0
    while text[position:].strip():
        match = TOKEN.match(text, position)
        if not match:
            raise WorkflowFault(f"{text!r}: cannot read {text[position:]!r}")
        found.append((str(match.lastgroup), match[match.lastgroup or 0]))
        position = match.end()
    return found


# Functions of a condition that tell what has become of what was before.
STATES = re.compile(r"\b(success|failure|always|cancelled)\(")
Tokens = list[tuple[str, str]]


def _either(tokens: Tokens, context: Mapping[str, Any]) -> tuple[Any, Tokens]:
    value, tokens = _both(tokens, context)
    while tokens and tokens[0][1] == "||":
        other, tokens = _both(tokens[1:], context)
        value = value or other
    return value, tokens


def _both(tokens: Tokens, context: Mapping[str, Any]) -> tuple[Any, Tokens]:
    value, tokens = _compared(tokens, context)
    while tokens and tokens[0][1] == "&&":
        other, tokens = _compared(tokens[1:], context)
        value = value and other
    return value, tokens


def _compared(tokens: Tokens, context: Mapping[str, Any]) -> tuple[Any, Tokens]:
    value, tokens = _single(tokens, context)
    if tokens and tokens[0][1] in ("==", "!="):
        other, rest = _single(tokens[1:], context)
        return (str(value).lower() == str(other).lower()) == (tokens[0][1] == "=="), rest
    return value, tokens


def _single(tokens: Tokens, context: Mapping[str, Any]) -> tuple[Any, Tokens]:
    if not tokens:
        raise WorkflowFault("an expression ends too early")
    (kind, text), rest = tokens[0], tokens[1:]
    if text == "!":
        value, rest = _single(rest, context)
        return not value, rest
    if text == "(":
        value, rest = _either(rest, context)
        return value, rest[1:]
    if kind == "text":
        return text[1:-1].replace("''", "'"), rest
    if kind == "number":
        return int(text), rest
    if rest and rest[0][1] == "(":
        return _called(text, rest[1:], context)
    return context.get(text, ""), rest


def _called(name: str, tokens: Tokens, context: Mapping[str, Any]) -> tuple[Any, Tokens]:
    arguments = []
    while tokens and tokens[0][1] != ")":
        value, tokens = _either(tokens[1:] if tokens[0][1] == "," else tokens, context)
        arguments.append(value)
    functions: dict[str, Callable[..., Any]] = {
        "contains": lambda where, what: str(what).lower() in str(where).lower(),
        "format": lambda text, *values: re.sub(r"\{(\d+)\}", lambda found: str(values[int(found[1])]), text),
        "success": lambda: not context["failed"],
        "failure": lambda: context["failed"],
        "cancelled": lambda: False,
        "always": lambda: True,
    }
    if name not in functions:
        raise WorkflowFault(f"{name}(): this runner does not know it")
    return functions[name](*arguments), tokens[1:]


def filled(text: str, context: Mapping[str, Any]) -> str:
    """Return text with the values of its ``${{ }}``."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(expression(found[1], context)), text, flags=re.DOTALL)


def triggered(workflow: Path, branch: str, changed: Sequence[str]) -> bool:
    """Tell whether a push to ``branch`` that changes these files starts the workflow."""
    push = yaml.safe_load(workflow.read_text())["on"].get("push")
    if push is None or not any(fnmatch.fnmatchcase(branch, pattern) for pattern in push.get("branches", ["*"])):
        return False
    patterns = [re.escape(path).replace(r"\*\*", ".*").replace(r"\*", "[^/]*") for path in push.get("paths", ["**"])]
    return any(re.fullmatch(pattern, path) for pattern in patterns for path in changed)


@dataclass
class Runner:
    """A repository's runner: ``folder`` is where runs go, ``path`` the programs of its image.

    ``repository`` is a bare repository's folder, ``url`` where the source is cloned from. ``environment`` is what the image sets; ``variables`` and ``secrets`` are the repository's. ``token`` is what
    ``github.token`` is, for the same remote.
    """

    repository: Path
    url: str
    folder: Path
    path: list[Path]
    environment: dict[str, str]
    actions: dict[str, Callable[[_Run, dict[str, str]], None]]
    token: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    number: int = 0
    attempt: int = 1
    # Asks the reviewers of an environment whether a job may start.
    review: Callable[[str], bool] = lambda _environment: True

    def run(
        self,
        workflow: str,
        commit: str,
        *,
        branch: str = "main",
        name: str = "push",
        event: Mapping[str, Any] | None = None,
        again: bool = False,
    ) -> Result:
        """Run the jobs of the workflow as ``commit`` has it, one after the other.

        ``again`` is as somebody presses "re-run": the run keeps its number.
        """
        self.number, self.attempt = (self.number, self.attempt + 1) if again else (self.number + 1, 1)
        return _Run(self, workflow, commit, branch, name, dict(event or {})).run()


class _Run:
    """One run on its way."""

    def __init__(
        self, runner: Runner, workflow: str, commit: str, branch: str, name: str, event: dict[str, Any]
    ) -> None:
        self.runner, self.workflow, self.branch = runner, workflow, branch
        self.folder = runner.folder / f"run-{runner.number}{f'-{runner.attempt}' if runner.attempt > 1 else ''}"
        self.result = Result(commit, self.folder / "log")
        self.secrets = {**runner.secrets, "github.token": runner.token}
        self.event = name
        self.about = {
            "github.token": runner.token,
            "github.sha": commit,
            "github.ref": f"refs/heads/{branch}",
            "github.ref_name": branch,
            "github.repository": "acme/shop-gitops",
            **{f"github.event.{key}": value for key, value in event.items()},
            **{f"vars.{key}": value for key, value in runner.variables.items()},
            **{f"secrets.{key}": value for key, value in runner.secrets.items()},
        }

    def prepare(self, name: str) -> None:
        """Prepare a machine that has seen no job before this one."""
        runner = self.runner
        place = self.folder / name
        self.source = place / "work"
        (place / "home").mkdir(parents=True)
        self.source.mkdir()
        self.files = {name: place / name.lower() for name in ("ENV", "OUTPUT", "STEP_SUMMARY")}
        self.failed = False
        self.context = dict(self.about)
        folders = [*map(str, runner.path), "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]
        self.env = {
            **{name: value for name, value in os.environ.items() if NETWORK.match(name)},
            **runner.environment,
            "PATH": os.pathsep.join(folders),
            "HOME": str(place / "home"),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": self.event,
            "GITHUB_REF": f"refs/heads/{self.branch}",
            "GITHUB_REPOSITORY": "acme/shop-gitops",
            "GITHUB_RUN_ATTEMPT": str(runner.attempt),
            "GITHUB_RUN_ID": str(1000 + runner.number),
            "GITHUB_RUN_NUMBER": str(runner.number),
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_WORKFLOW_REF": f"acme/shop-gitops/{self.workflow}@refs/heads/{self.branch}",
            "GITHUB_SHA": self.result.commit,
            "GITHUB_WORKSPACE": str(self.source),
            **{f"GITHUB_{name}": str(path) for name, path in self.files.items()},
        }

    def run(self) -> Result:
        """Run the jobs."""
        # The forge reads the workflow from the commit itself, before any runner has the source.
        words = ["git", "-C", str(self.runner.repository), "show", f"{self.result.commit}:{self.workflow}"]
        described = yaml.safe_load(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
        secrets = {name: value for name, value in self.secrets.items() if value}
        self.folder.mkdir(parents=True)
        with self.result.log.open("w") as self.log, ArgvWatch(secrets, self.folder) as watch:
            for name, job in described["jobs"].items():
                self.job(name, job)
        self.result.leaks = sorted({*self.result.leaks, *watch.seen})
        self.result.environment = self.env
        return self.result

    def job(self, name: str, job: dict[str, Any]) -> None:
        """Run a job if those that it needs have succeeded."""
        needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
        self.prepare(name)
        if not self.wanted(str(job.get("if", "success()")), needs):
            self.result.jobs[name] = "skipped"
            self.result.steps += [Outcome(_name(step), "skipped") for step in job["steps"]]
            return
        if (environment := job.get("environment")) and not self.runner.review(environment):
            self.result.jobs[name] = "failure"
            return
        self.write(f"##[job]{name}\n")
        self.env |= {key: filled(str(value), self.context) for key, value in (job.get("env") or {}).items()}
        for step in job["steps"]:
            self.attempt(step)
        self.result.summary += self.read("STEP_SUMMARY")
        self.result.jobs[name] = "failure" if self.failed else "success"
        for key, value in (job.get("outputs") or {}).items():
            self.about[f"needs.{name}.outputs.{key}"] = filled(value, self.context)

    def wanted(self, condition: str, needs: list[str]) -> bool:
        """Tell whether a job is to start.

        It needs all before it to have succeeded, unless it asks for their state itself: then a job before it, at any
        distance, may have been left out, and `failure()` tells whether one has failed.
        """
        condition = condition.strip().removeprefix("${{").removesuffix("}}")
        failed = "failure" in self.result.jobs.values()
        if not STATES.search(condition) and not all(self.result.jobs[each] == "success" for each in needs):
            return False
        return bool(expression(condition, {**self.context, "failed": failed}))

    def attempt(self, step: dict[str, Any]) -> None:
        """Run a step if it is its turn."""
        name = _name(step)
        wanted = str(step.get("if", "success()")).strip().removeprefix("${{").removesuffix("}}")
        if not STATES.search(wanted):
            wanted = f"success() && ({wanted})"
        names = {**self.context, "failed": self.failed, **{f"env.{key}": value for key, value in self.env.items()}}
        if not expression(wanted, names):
            self.result.steps.append(Outcome(name, "skipped"))
            return
        self.write(f"##[group]{name}\n")
        env = {key: filled(str(value), names) for key, value in (step.get("env") or {}).items()}
        try:
            if "uses" in step:
                given = {key: filled(_text(value), names) for key, value in (step.get("with") or {}).items()}
                self.runner.actions[str(step["uses"]).partition("@")[0]](self, given)
                status = 0
            else:
                folder = filled(step.get("working-directory", "."), names)
                status = self.shell(filled(step["run"], names), env, folder)
        except WorkflowFault as exc:
            self.write(f"{exc}\n")
            status = 1
        self.collect(step.get("id"))
        if identity := step.get("id"):
            self.context[f"steps.{identity}.conclusion"] = "failure" if status else "success"
        self.failed = self.failed or bool(status)
        self.result.steps.append(Outcome(name, "failure" if status else "success"))

    def shell(self, text: str, env: Mapping[str, str], folder: str) -> int:
        """Run a script by bash, as ``shell: bash`` means it."""
        script = self.folder / "script.sh"
        script.write_text(text)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.source / folder, env={**self.env, **env}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=PATIENCE, check=False,
        )  # fmt: skip
        self.write(done.stdout)
        return done.returncode

    def collect(self, identity: str | None) -> None:
        """Take over what a step has put into its files."""
        for line in self.read("ENV").splitlines():
            key, _, value = line.partition("=")
            self.env[key] = value
        if identity:
            for line in self.read("OUTPUT").splitlines():
                key, _, value = line.partition("=")
                self.context[f"steps.{identity}.outputs.{key}"] = value
        self.files["OUTPUT"].unlink(missing_ok=True)

    def read(self, name: str) -> str:
        """Return what a file of the runner holds."""
        return self.files[name].read_text() if self.files[name].exists() else ""

    def write(self, text: str) -> None:
        """Add to the log, with secret values masked and noted as leaks."""
        for name, value in self.secrets.items():
            if len(value) >= 4 and value in text:
                text = text.replace(value, "***")
                self.result.leaks.append(name)
        self.log.write(text)


def _name(step: Mapping[str, Any]) -> str:
    return step.get("name") or str(step["uses"]).partition("@")[0]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def checkout(run: _Run, given: dict[str, str]) -> None:
    """Act as ``actions/checkout``.

    A clone of so much depth, detached or not, that keeps credentials only if asked to; of the commit, or of what ``ref``
    has by now.
    """
    if given.get("persist-credentials") != "false":
        raise WorkflowFault("a checkout that keeps its credentials")
    answer = "!f() { echo username=x-access-token; echo password=$CHECKOUT_TOKEN; }; f"
    env = {**run.env, "CHECKOUT_TOKEN": run.runner.token, "GIT_TERMINAL_PROMPT": "0"}
    depth = [] if given.get("fetch-depth") == "0" else [f"--depth={given.get('fetch-depth', '1')}"]
    git = ["git", "-c", f"credential.helper={answer}"]
    if not (run.source / ".git").exists():
        words = ["--quiet", *depth, run.runner.url, "."]
        subprocess.run([*git, "clone", *words], cwd=run.source, env=env, check=True, capture_output=True)
    fetch = ["fetch", "--quiet", *depth, "origin", given.get("ref", run.result.commit)]
    subprocess.run([*git, *fetch], cwd=run.source, env=env, check=True, capture_output=True)
    subprocess.run(["git", "checkout", "--quiet", "--detach", "FETCH_HEAD"], cwd=run.source, env=env, check=True)
    subprocess.run(["git", "clean", "-ffdxq"], cwd=run.source, env=env, check=True)


def configure_aws(run: _Run, given: dict[str, str]) -> None:
    """Act as ``aws-actions/configure-aws-credentials``: keys for the role, only if there is one."""
    if not re.fullmatch(r"arn:aws:iam::[0-9]{12}:role/.+", given.get("role-to-assume", "")):
        raise WorkflowFault("Could not load credentials from any providers")
    run.env |= {"AWS_REGION": given["aws-region"], "AWS_DEFAULT_REGION": given["aws-region"]}
    run.env |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


def app_token(run: _Run, given: dict[str, str]) -> None:
    """Act as ``actions/create-github-app-token``: here, the runner's own token, for the right key."""
    if not given.get("app-id") or not given.get("private-key"):
        raise WorkflowFault("[@octokit/auth-app] appId and privateKey are required")
    run.files["OUTPUT"].write_text(f"token={run.runner.token}\n")


def upload(run: _Run, given: dict[str, str]) -> None:
    """Act as ``actions/upload-artifact``: the files are kept beside the run, those of a folder without its name."""
    for pattern in given["path"].splitlines():
        for path in run.source.glob(pattern):
            kept = run.folder / "artifacts" / given["name"]
            if path.is_dir():
                shutil.copytree(path, kept, dirs_exist_ok=True)
                continue
            kept.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, kept)


def download(run: _Run, given: dict[str, str]) -> None:
    """Act as ``actions/download-artifact``."""
    shutil.copytree(run.folder / "artifacts" / given["name"], run.source / given["path"], dirs_exist_ok=True)


USUAL = {
    "actions/checkout": checkout,
    "actions/setup-python": lambda run, given: None,
    "actions/upload-artifact": upload,
    "actions/download-artifact": download,
    "aws-actions/configure-aws-credentials": configure_aws,
    "actions/create-github-app-token": app_token,
}
