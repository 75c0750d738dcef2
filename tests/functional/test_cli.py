"""The command line: help, exit codes, JSON, pipes and terminals, completion, and ``init``."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from generator.cli.commands import COMMANDS
from testing.programs import Run
from testing.repository import TEN_LINES, files, git

HEAVY = {"git", "cookiecutter", "rich", "ruamel", "ruamel.yaml", "yaml", "jinja2", "requests", "urllib.request", "shtab", "concurrent.futures"}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command: str, generator: Run) -> None:
    done = generator(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\nexample:\n  " in done.stdout
    assert command in done.stdout.partition("example:")[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_80_columns_but_for_commands_to_paste(command: str, generator: Run) -> None:
    shown = generator(command, "--help", env={"COLUMNS": "80"}).stdout
    examples = [line for part in COMMANDS[command].EXAMPLE.split("\n\n") for line in part.splitlines()]
    assert [line for line in shown.splitlines() if len(line) > 80 and line not in examples] == []


def test_help_of_add_has_both_forms_of_a_field_and_examples_that_fit(generator: Run) -> None:
    shown = generator("add", "--help", env={"COLUMNS": "80"}).stdout
    assert "'FIELD: VALUE'" in shown
    assert "--set FIELD=VALUE" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_help_puts_what_a_long_example_does_under_it(generator: Run) -> None:
    shown = generator("completion", "--help", env={"COLUMNS": "80"}).stdout
    assert (
        '  eval "$(python -m generator completion zsh)"\n      put this line into ~/.zshrc, below compinit\n' in shown
    )


def test_help_lists_every_command_and_every_exit_code(generator: Run) -> None:
    done = generator("--help")
    assert done.returncode == 0
    for word in (*COMMANDS, "130 interrupted", "3 a bug"):
        assert word in done.stdout


def test_help_imports_nothing_heavy() -> None:
    script = "import sys; from generator.cli.main import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    imported = set(done.stderr.split())
    assert "generator.cli.commands.bump" in imported
    assert not imported & HEAVY


def test_the_version_is_the_packages(generator: Run) -> None:
    from importlib.metadata import version

    assert generator("--version").stdout == version("gitops-generator") + "\n"


@pytest.mark.parametrize(
    "words",
    [[], ["--keep", "local"], ["--output", "json", "-q"], ["--output=json"], ["-C", ".", "--prune"], ["-C."]],
    ids=" ".join,
)
def test_without_a_command_generate_is_meant(words: list[str], repository: Path, generator: Run) -> None:
    (repository / "generator.yaml").write_text(TEN_LINES)
    done = generator(*words, cwd=repository)
    assert (done.returncode, done.stderr) == (0, "")
    assert (repository / "base/web/deployment.yaml").exists()


USAGE = {
    "an unknown command": ["generat"],
    "an unknown option": ["check", "--al"],
    "a missing argument": ["bump", "web"],
    "two ways at once": ["bump", "web", "--env", "dev", "--tag", "1", "--commit", "--push"],
    "an unknown kind of output": ["check", "--output", "xml"],
    "an unknown app": ["bump", "wbe", "--env", "dev", "--tag", "1"],
    "an unknown environment": ["bump", "web", "--env", "prd", "--tag", "1"],
    "a tag with a shell metacharacter": ["bump", "web", "--env", "dev", "--tag", "1;id"],
    "a tag with a line end": ["bump", "web", "--env", "dev", "--tag", "1\n"],
    "a tag of 129 characters": ["bump", "web", "--env", "dev", "--tag", "1" * 129],
    "an empty tag": ["bump", "web", "--env", "dev", "--tag", ""],
    "a short digest": ["bump", "web", "--env", "dev", "--tag", "1", "--digest", "sha256:ab"],
    "a digest in capitals": ["bump", "web", "--env", "dev", "--tag", "1", "--digest", "sha256:" + "A" * 64],
    "an unknown shell": ["completion", "fish"],
    "an answer to nothing": ["init", "x", "--set", "projct=a"],
    "an answer without a value": ["init", "x", "--set", "project"],
}  # fmt: skip


@pytest.mark.parametrize("words", USAGE.values(), ids=USAGE)
def test_wrong_usage_exits_2_and_writes_nothing(words: list[str], repository: Path, generator: Run) -> None:
    assert generator("generate", "-q", cwd=repository).returncode == 0
    before = files(repository)
    done = generator(*words, cwd=repository)
    assert (done.returncode, done.stdout) == (2, "")
    assert "error: " in done.stderr
    assert "Traceback" not in done.stderr
    assert files(repository) == before


@pytest.mark.parametrize("command", ["bump", "rollback", "pin", "unpin", "wait"])
def test_without_an_environment_the_last_line_says_how_to_name_one(
    command: str, repository: Path, generator: Run
) -> None:
    done = generator(command, "web", cwd=repository)
    assert done.returncode == 2
    assert "-e/-n/--env" in done.stderr.splitlines()[-2]
    assert done.stderr.endswith("\nhint: add --env ENV, such as --env dev\n")
    assert json.loads(generator(command, "web", "-o", "json", cwd=repository).stdout)["hint"].startswith("add --env")


NEEDS_A_SPEC = [
    ["generate"],
    ["check"],
    ["diff"],
    ["validate"],
    ["status"],
    ["bump", "web", "--env", "dev", "--tag", "1"],
]


@pytest.mark.parametrize("words", NEEDS_A_SPEC, ids=lambda words: words[0])
def test_no_spec(words: list[str], tmp_path: Path, generator: Run) -> None:
    done = generator(*words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "generator.yaml: no such file" in done.stderr
    assert "hint: run this in the repository's folder, name it with -C DIR" in done.stderr
    assert files(tmp_path) == {}


@pytest.mark.parametrize("words", NEEDS_A_SPEC, ids=lambda words: words[0])
def test_ten_faults_are_told_by_every_command(words: list[str], repository: Path, generator: Run) -> None:
    from testing.spec_faults import FAULTS

    text, faults = FAULTS["ten faults in one file"]
    (repository / "generator.yaml").write_text(text)
    done = generator(*words, cwd=repository)
    assert (done.returncode, done.stdout) == (1, "")
    assert [line for line in done.stderr.splitlines() if line.startswith("generator.yaml:")] == [
        f"generator.yaml:{fault.partition(' / ')[0]}" for fault in faults
    ]
    assert done.stderr.splitlines()[-1] == f"error: {len(faults)} faults in generator.yaml; nothing was written"
    assert list(files(repository)) == ["generator.yaml"]
    answer = json.loads(generator(*words, "--output", "json", cwd=repository).stdout)
    assert len(answer["faults"]) == len(faults)
    assert answer["faults"][0]["line"] == 2


JSON = [["generate"], ["check"], ["diff"], ["status"], ["schema"], ["completion", "bash"], ["tools", "list"], ["init", "new", "--defaults"],
        ["bump", "web", "--env", "dev", "--tag", "1"], ["--output", "json", "check"]]  # fmt: skip


@pytest.mark.parametrize("words", JSON, ids=" ".join)
def test_output_for_machines_is_one_json_document(words: list[str], repository: Path, generator: Run) -> None:
    assert generator("generate", "-q", cwd=repository).returncode == 0
    done = generator(*words, *([] if "--output" in words else ["--output", "json"]), cwd=repository)
    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), dict)


def test_an_error_for_machines_is_json_too(tmp_path: Path, generator: Run) -> None:
    done = generator("check", "--output", "json", cwd=tmp_path)
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"] == "generator.yaml: no such file"


@pytest.mark.parametrize("words", [["check", "--all"], ["status"], ["diff"]], ids=lambda words: words[0])
def test_no_colours_in_a_pipe(words: list[str], repository: Path, generator: Run) -> None:
    if words != ["diff"]:
        generator("generate", "-q", cwd=repository)
    assert "\x1b" not in generator(*words, cwd=repository).stdout


def on_terminal(folder: Path, *words: str, **environment: str) -> str:
    """Return what a command shows on a terminal."""
    pid, handle = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.environ.update({"TERM": "xterm", **environment})
        os.execv(sys.executable, [sys.executable, "-m", "generator", *words])
    shown = b""
    while True:
        try:
            piece = os.read(handle, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.waitpid(pid, 0)
    os.close(handle)
    return shown.decode()


@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_colours_on_a_terminal_unless_told_otherwise(repository: Path, generator: Run) -> None:
    generator("generate", "-q", cwd=repository)
    assert "\x1b[" in on_terminal(repository, "check", "--all")
    assert "\x1b" not in on_terminal(repository, "check", "--all", NO_COLOR="1")
    assert "\x1b" not in on_terminal(repository, "check", "--all", TERM="dumb")


@pytest.mark.thin(3)
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("words", [("status",), ("check", "--all"), ("list",)], ids=" ".join)
def test_a_table_fits_the_terminal_with_colours_or_without(
    words: tuple[str, ...], repository: Path, generator: Run
) -> None:
    generator("generate", "-q", cwd=repository)
    plain = on_terminal(repository, *words, COLUMNS="36", NO_COLOR="1").replace("\r", "")
    assert max(map(len, plain.splitlines())) <= 36
    assert max(map(len, generator(*words, cwd=repository).stdout.splitlines())) > 36
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", on_terminal(repository, *words, COLUMNS="36").replace("\r", ""))
    assert shown.endswith(plain)


@pytest.mark.thin(2)
@pytest.mark.parametrize("words", ["diff", "--help", "schema", "completion bash"])
def test_a_reader_that_has_seen_enough_is_no_error(words: str, repository: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m generator {words} | true; echo ${{PIPESTATUS[0]}}"],
        cwd=repository, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() in ("0", "1")
    assert done.stderr == ""


def test_a_terminal_that_knows_only_ascii_is_no_error(repository: Path, generator: Run) -> None:
    (repository / "generator.yaml").write_text(TEN_LINES.replace("replicas: 2", "config: {A: 日本}"))
    done = generator("diff", cwd=repository, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)


def test_a_folder_whose_name_is_no_text_is_no_bug(tmp_path: Path, generator: Run) -> None:
    done = generator("check", "-C", os.fsdecode(os.fsencode(tmp_path) + b"/\xff"), "--output", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"].endswith(": no such folder")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_completion_script_is_one(shell: str, generator: Run, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(generator("completion", shell).stdout)
    assert "bump" in script.read_text()
    if shell == "bash":
        subprocess.run(["bash", "-n", script], check=True)


# -- diff


def test_a_diff_is_what_generate_does(repository: Path, generator: Run, tmp_path: Path) -> None:
    generator("generate", "-q", cwd=repository)
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Generate")
    (repository / "generator.yaml").write_text(TEN_LINES.replace("replicas: 2", "replicas: 1\n    config: {A: 1}"))
    done = generator("diff", cwd=repository)
    assert done.returncode == 1
    (tmp_path / "patch").write_text(done.stdout)
    git(repository, "apply", tmp_path / "patch")
    applied = {path: content for path, content in files(repository).items() if not path.startswith(".generator")}
    git(repository, "checkout", "-q", "--", "base", "overlays")
    generator("generate", "-q", "--prune", cwd=repository)
    assert {
        path: content for path, content in files(repository).items() if not path.startswith(".generator")
    } == applied


def test_nothing_is_written_to_the_home_folder(tmp_path: Path, home: Path, generator: Run) -> None:
    before = files(home)
    generator("init", "new", "--defaults", cwd=tmp_path)
    generator("status", cwd=tmp_path / "new")
    assert files(home) == before
