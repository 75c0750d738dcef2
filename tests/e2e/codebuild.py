"""Run a ``buildspec.yml`` as AWS CodeBuild runs it, on this machine.

What is reproduced, from CodeBuild's build specification reference and its phase transitions:

- install → pre_build → build → post_build. A failing install or pre_build ends the build; after a failing build
  **post_build still runs**, with ``CODEBUILD_BUILD_SUCCEEDING=0``. ``on-failure: ABORT`` ends the build after that
  phase and ``CONTINUE`` goes on with the next one; either way the phase, and with it the build, has failed.
- A failing command skips the rest of its phase's ``commands``; ``finally`` runs all the same, and a failure in it
  fails the phase, too.
- Version 0.2: variables (exported or not) and the working directory carry over from command to command; each command
  is a script of its own (``/codebuild/output/tmp/script.sh`` there, see magenx/Magento-2-aws-cluster-terraform#19),
  so that ``exit`` ends the command, and shell options, functions and arrays do not last.
- ``env``: variables, secrets-manager, parameter-store (both through the AWS API), exported-variables, shell,
  git-credential-helper. Secret values are masked in the log.
- The source is a real clone at depth 1 with a detached HEAD; the environment is empty but for CodeBuild's variables.

``run-as``, ``batch``, ``proxy`` and ``cache`` are accepted and have no effect; artifacts are put into a folder.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from testing.waiting import PATIENCE
from tests.e2e.buildspec import PHASES, BuildspecFault, load
from tests.e2e.watch import Watcher

# What says how this very machine reaches the network; a build project would name its own.
NETWORK = re.compile(
    r"(?i)^((https?|no|all)_proxy|PIP_.*|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO)$"
)
# Written around every command, as CodeBuild's agent does.
SCRIPT = """\
set -a
{command}
CODEBUILD_LAST_EXIT=$?
env -0 > {env}
pwd > {cwd}
exit $CODEBUILD_LAST_EXIT
"""


@dataclass
class Phase:
    """One phase of a build; ``status`` is CodeBuild's, ``seconds`` how long it took."""

    name: str
    status: str = "NOT_RUN"
    seconds: float = 0.0
    message: str = ""


@dataclass
class Build:
    """What a build came to. ``log`` is masked; ``leaks`` names the secrets that it or an argv would have shown.

    ``artifacts`` is the folder of the files that it hands on, which is not there where it hands on none.
    """

    identity: str
    number: int
    commit: str
    log: Path
    phases: dict[str, Phase] = field(default_factory=lambda: {name: Phase(name) for name in PHASES})
    exported: dict[str, str] = field(default_factory=dict)
    missing_reports: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def artifacts(self) -> Path:
        """Return the folder of what it hands on."""
        return self.log.parent / "artifacts"

    @property
    def succeeded(self) -> bool:
        """Tell whether no phase failed."""
        return all(phase.status != "FAILED" for phase in self.phases.values())

    def tail(self, lines: int = 25) -> str:
        """Return the end of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def __str__(self) -> str:
        shown = ", ".join(f"{p.name} {p.status.lower()} {p.seconds:.1f} s" for p in self.phases.values())
        return f"build {self.number}: {shown}"


@dataclass
class Project:
    """A build project: what CodeBuild would know beside the buildspec.

    ``path`` holds the folders of the build image's programs, ``environment`` the project's own variables and how to
    reach AWS; ``credentials`` (user, password) are the source credentials: for the clone, and for git in the build
    only if the buildspec says ``git-credential-helper: yes``. ``folder`` is where builds and their logs go.
    ``watched`` are secret values that a build may fetch by itself, by name: CodeBuild masks none of these. ``pipeline``
    is the pipeline that starts builds: it hands over a whole clone, and tells of no push.
    """

    name: str
    repository: str
    folder: Path
    path: list[Path]
    environment: dict[str, str]
    aws: Any = None
    credentials: tuple[str, str] | None = None
    seconds: float = 900.0
    number: int = 0
    buildspec: str = "buildspec.yml"
    watched: Mapping[str, str] = field(default_factory=dict)
    pipeline: str = ""

    def build(
        self, commit: str, *, branch: str = "main", overrides: Mapping[str, str] | None = None, request: str = ""
    ) -> Build:
        """Run the buildspec of ``commit``; ``overrides`` are the variables given when a build is started.

        With ``request``, its number, as the webhook of a pull request into main starts it.
        """
        self.number += 1
        return _Run(self, commit, branch, dict(overrides or {}), request).run()


class _Run:
    """One build on its way."""

    def __init__(self, project: Project, commit: str, branch: str, overrides: dict[str, str], request: str) -> None:
        self.project = project
        self.request = request
        self.branch = branch
        self.overrides = overrides
        self.folder = project.folder / f"{project.name}-{project.number}"
        self.source = self.folder / "src"
        self.home = self.folder / "root"
        self.home.mkdir(parents=True)
        identity = f"{project.name}:{uuid.uuid4()}"
        self.build = Build(identity, project.number, commit, self.folder / "build.log")
        self.secrets: dict[str, str] = dict(project.watched)
        self.env: dict[str, str] = {}
        self.cwd = self.source
        self.shell = "sh"
        self.deadline = time.monotonic() + project.seconds

    def run(self) -> Build:
        started = time.monotonic()
        with self.build.log.open("w") as self.log:
            self.download()
            spec = load(self.source / self.project.buildspec)
            self.prepare(spec)
            watch = ArgvWatch({**self.secrets}, self.source)
            with watch:
                self.run_phases(spec["phases"])
            self.build.leaks = sorted({*self.build.leaks, *watch.seen})
            self.finish(spec)
        self.build.seconds = time.monotonic() - started
        return self.build

    # -- source and environment ----------------------------------------------

    def download(self) -> None:
        """Clone, at depth 1 but for a pipeline, and detach HEAD at the commit; the remote's URL is without credentials."""
        env = {**self.base(), "GIT_TERMINAL_PROMPT": "0"}
        helper = []
        if self.project.credentials:
            env["SOURCE_USER"], env["SOURCE_TOKEN"] = self.project.credentials
            answer = "!f() { echo username=$SOURCE_USER; echo password=$SOURCE_TOKEN; }; f"
            helper = ["-c", f"credential.helper={answer}"]
        url, folder = self.project.repository, str(self.source)
        depth = [] if self.project.pipeline else ["--depth", "1"]
        self.git(["git", *helper, "clone", "--quiet", *depth, "--branch", self.branch, url, folder], env)
        there = subprocess.run(
            ["git", "-C", folder, "cat-file", "-e", self.build.commit], env=env, capture_output=True, check=False
        )
        if there.returncode:
            self.git(
                ["git", "-C", folder, *helper, "fetch", "--quiet", "--depth", "1", "origin", self.build.commit], env
            )
        self.git(["git", "-C", folder, "checkout", "--quiet", "--detach", self.build.commit], env)

    def git(self, argv: list[str], env: dict[str, str]) -> None:
        done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.returncode:
            raise BuildspecFault(f"DOWNLOAD_SOURCE failed: {done.stderr.strip()}")

    def base(self) -> dict[str, str]:
        """Return the environment before the buildspec says anything."""
        machine = {name: value for name, value in os.environ.items() if NETWORK.match(name)}
        folders = [*map(str, self.project.path), "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]
        return {**machine, "PATH": os.pathsep.join(folders), "HOME": str(self.home), "LANG": "C.UTF-8"}

    def prepare(self, spec: Mapping[str, Any]) -> None:
        """Build the environment: buildspec, then the project, then the start of the build; CodeBuild's own on top."""
        env = spec.get("env") or {}
        self.shell = env.get("shell", "sh")
        values = {name: str(value) for name, value in (env.get("variables") or {}).items()}
        for name, reference in (env.get("secrets-manager") or {}).items():
            values[name] = self.secrets[name] = self.secret(str(reference))
        for name, parameter in (env.get("parameter-store") or {}).items():
            found = self.project.aws.client("ssm").get_parameter(Name=parameter, WithDecryption=True)
            values[name] = self.secrets[name] = found["Parameter"]["Value"]
        if env.get("git-credential-helper") and self.project.credentials:
            self.install_credentials(*self.project.credentials)
        build = self.build
        own = {
            "CODEBUILD_BUILD_ID": build.identity,
            "CODEBUILD_BUILD_ARN": f"arn:aws:codebuild:eu-west-1:123456789012:build/{build.identity}",
            "CODEBUILD_BUILD_IMAGE": "aws/codebuild/standard:7.0",
            "CODEBUILD_BUILD_NUMBER": str(build.number),
            "CODEBUILD_BUILD_SUCCEEDING": "1",
            "CODEBUILD_CI": "true",
            "CODEBUILD_INITIATOR": "e2e",
            "CODEBUILD_LOG_PATH": build.identity.partition(":")[2],
            "CODEBUILD_RESOLVED_SOURCE_VERSION": build.commit,
            "CODEBUILD_SOURCE_REPO_URL": self.project.repository,
            "CODEBUILD_SOURCE_VERSION": build.commit,
            "CODEBUILD_SRC_DIR": str(self.source),
            "CODEBUILD_START_TIME": str(int(time.time() * 1000)),
            "CODEBUILD_WEBHOOK_TRIGGER": f"branch/{self.branch}",
            "CODEBUILD_WEBHOOK_HEAD_REF": f"refs/heads/{self.branch}",
            "CODEBUILD_WEBHOOK_EVENT": "PUSH",
        }
        if self.request:
            own |= {
                "CODEBUILD_WEBHOOK_TRIGGER": f"pr/{self.request}",
                "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main",
                "CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_CREATED",
            }
        if self.project.pipeline:
            own = {name: value for name, value in own.items() if "_WEBHOOK_" not in name}
            own["CODEBUILD_INITIATOR"] = f"codepipeline/{self.project.pipeline}"
        self.env = {**self.base(), **values, **self.project.environment, **self.overrides, **own}

    def secret(self, reference: str) -> str:
        """Resolve ``secret-id:json-key:version-stage:version-id``; the id may be an ARN."""
        arn = re.match(r"^(arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:[^:]+)(?::(.*))?$", reference)
        identity, rest = (arn[1], arn[2] or "") if arn else (reference.partition(":")[0], reference.partition(":")[2])
        key, stage, version = [*rest.split(":"), "", "", ""][:3]
        more = {name: value for name, value in (("VersionStage", stage), ("VersionId", version)) if value}
        client = self.project.aws.client("secretsmanager")
        text: str = client.get_secret_value(SecretId=identity, **more)["SecretString"]
        if not key:
            return text
        fields = json.loads(text)
        if key not in fields:
            raise BuildspecFault(f"Secrets Manager: {identity} has no key {key}")
        return str(fields[key])

    def install_credentials(self, user: str, password: str) -> None:
        """Let git in the build use the source credentials, as ``git-credential-helper: yes`` does."""
        kept = self.home / ".codebuild-git"
        kept.write_text(f"username={user}\npassword={password}\n")
        kept.chmod(0o600)
        self.secrets["git-credential-helper"] = password
        env = {**self.base()}
        subprocess.run(["git", "config", "--global", "credential.helper", f"!cat {kept} #"], env=env, check=True)

    # -- phases --------------------------------------------------------------

    def run_phases(self, phases: Mapping[str, Any]) -> None:
        """Walk the phase transitions."""
        for name in PHASES:
            described = phases.get(name)
            if described is None:
                continue
            phase = self.build.phases[name]
            started = time.monotonic()
            self.say(f"Entering phase {name.upper()}")
            failed = self.run_commands(described.get("commands") or [])
            failed = self.run_commands(described.get("finally") or []) or failed
            phase.seconds = time.monotonic() - started
            phase.status = "FAILED" if failed else "SUCCEEDED"
            phase.message = failed
            self.say(f"Phase complete: {name.upper()} State: {phase.status}")
            if not failed:
                continue
            self.env["CODEBUILD_BUILD_SUCCEEDING"] = "0"
            reaction = described.get("on-failure") or ("CONTINUE" if name == "build" else "ABORT")
            if reaction == "ABORT":
                return

    def run_commands(self, commands: list[str]) -> str:
        """Run commands until one fails; return what failed, or nothing."""
        for command in commands:
            self.say(f"Running command {command}")
            status = self.run_command(command)
            if status:
                message = f"Error while executing command: {command.splitlines()[0]}. Reason: exit status {status}"
                self.say(message)
                return message
        return ""

    def run_command(self, command: str) -> int:
        """Run one command as a script of its own; its variables and folder become the next one's."""
        saved, where = self.folder / "env", self.folder / "cwd"
        script = self.folder / "command"
        script.write_text(SCRIPT.format(command=command, env=shlex.quote(str(saved)), cwd=shlex.quote(str(where))))
        for path in (saved, where):
            path.unlink(missing_ok=True)
        child = subprocess.Popen(
            [self.shell, str(script)],
            cwd=self.cwd,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        timer = threading.Timer(max(0.0, self.deadline - time.monotonic()), os.killpg, (child.pid, signal.SIGKILL))
        timer.start()
        try:
            assert child.stdout is not None
            with child.stdout as output:
                for line in output:
                    self.write(line.decode(errors="replace"))
            status = child.wait()
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise
        finally:
            timer.cancel()
        if saved.exists() and where.exists():
            pairs = (entry.partition("=") for entry in saved.read_text(errors="surrogateescape").split("\0") if entry)
            self.env = {name: value for name, _, value in pairs if name not in {"_", "SHLVL", "PWD", "OLDPWD"}}
            self.cwd = Path(where.read_text().rstrip("\n"))
        return status

    # -- end -----------------------------------------------------------------

    def finish(self, spec: Mapping[str, Any]) -> None:
        """Collect exported variables and look for the report files."""
        exported = (spec.get("env") or {}).get("exported-variables") or []
        self.build.exported = {name: self.env.get(name, "") for name in exported}
        for group, described in (spec.get("reports") or {}).items():
            folder = self.source / (described.get("base-directory") or ".")
            for pattern in described["files"]:
                if not any(folder.glob(pattern)):
                    self.build.missing_reports.append(f"{group}: {pattern}")
                    self.say(f"Error in UPLOAD_ARTIFACTS phase: no report files found for {group}: {pattern}")
        if self.build.succeeded:
            self.hand_on(spec.get("artifacts") or {})
        self.say(str(self.build))

    def hand_on(self, described: Mapping[str, Any]) -> None:
        """Copy the files that the artifact is made of; their names are below its base directory."""
        place = re.sub(r"\$(\w+)", lambda found: self.env.get(found[1], ""), described.get("base-directory") or ".")
        for pattern in described.get("files") or []:
            found = [path for path in (self.source / place).glob(pattern) if path.is_file()]
            if not found:
                raise BuildspecFault(f"UPLOAD_ARTIFACTS failed: no matching artifact paths found: {pattern}")
            for path in found:
                target = self.build.artifacts / path.relative_to(self.source / place)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)

    def say(self, text: str) -> None:
        self.write(f"[Container] {text}\n")

    def write(self, text: str) -> None:
        """Add to the log, with secret values masked and noted as leaks."""
        for name, value in self.secrets.items():
            if len(value) >= 4 and value in text:
                text = text.replace(value, "***")
                self.build.leaks.append(name)
        self.log.write(text)
        self.log.flush()


class ArgvWatch(Watcher):
    """Looks at the arguments of a build's processes again and again: a secret there is one that `ps` shows to everybody.

    A process belongs to the build if its environment names ``folder``: others on this machine have the same user names.
    """

    def __init__(self, secrets: dict[str, str], folder: Path) -> None:
        super().__init__()
        self.mark = str(folder).encode()
        self.secrets = {f"{name} (argv)": value.encode() for name, value in secrets.items() if len(value) >= 4}
        self.seen: set[str] = set()

    def look(self) -> None:
        """Sample once."""
        if self.secrets:
            for text in command_lines(self.mark):
                self.seen |= {name for name, value in self.secrets.items() if value in text}


def command_lines(mark: bytes) -> Iterator[bytes]:
    """Yield the arguments of every process that has ``mark`` in its environment."""
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                if mark in Path(entry.path, "environ").read_bytes():
                    yield Path(entry.path, "cmdline").read_bytes()
            except OSError:
                continue
