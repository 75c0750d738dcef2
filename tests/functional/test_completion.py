"""Tab completion, in a real bash and a real zsh that are told what the script's first lines say."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from generator.cli import main as cli
from generator.cli.output import completion
from testing.needs import need
from testing.programs import Run
from testing.repository import TEN_LINES
from testing.terminal import on_terminal

BIN = Path(sys.executable).parent
SHELLS = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}
SPEC = (
    TEN_LINES.replace("    environments:", "    config: {A: b}\n    environments:") + "  front: {image: shop/front}\n"
)

# What is typed, with a tab behind it, and what stands there then.
TYPED = {
    "a command": ("{program} rollb", "{program} rollback"),
    "an app": ("{program} history fr", "{program} history front"),
    "an app as the second of several": ("{program} bump web fr", "{program} bump web front"),
    "an option": ("{program} status --out", "{program} status --output"),
    "an environment of an option": ("{program} bump web --env st", "{program} bump web --env staging"),
    "an environment as a word": ("{program} compare dev pr", "{program} compare dev prod"),
    "an environment to rename": ("{program} rename environment pr", "{program} rename environment prod"),
    "an app to rename": ("{program} rename app fr", "{program} rename app front"),
    "a form of output": ("{program} -o js", "{program} -o json"),
    "a folder": ("{program} -C /us", "{program} -C /usr"),
}


def typed(shell: str, folder: Path, lines: list[str], program: str) -> list[str]:
    """Return what each line is once the tab key has been pressed at its end."""
    need(shell)
    setup = {
        "bash": f"source <({program} completion bash)",
        "zsh": f'autoload -Uz compinit && compinit -u -D; eval "$({program} completion zsh)"',
    }[shell]
    results = folder / ".typed"
    # The prompt, as it is set, does not hold what is waited for.
    answers = [("", f"PS1='re''ady> '; {setup}\n")]
    # Home, a command that prints, End.
    answers += [("ready> ", f"{line}\t\x01echo \x05 >>{results}\n") for line in lines]
    on_terminal(SHELLS[shell], folder, [*answers, ("ready> ", "exit\n")])
    # bash leaves the slash behind a folder, zsh takes it away again.
    return [" ".join(line.split()).rstrip("/") for line in results.read_text().splitlines()]


@pytest.fixture
def folder(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (repository / "generator.yaml").write_text(SPEC)
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    return repository


@pytest.mark.thin(3)
@pytest.mark.slow
@pytest.mark.parametrize("program", ["gitops-generator", "python -m generator"])
@pytest.mark.parametrize("shell", SHELLS)
def test_what_tab_makes_of_a_line(shell: str, program: str, folder: Path) -> None:
    lines = [before.format(program=program) for before, _ in TYPED.values()]
    wanted = [after.format(program=program) for _, after in TYPED.values()]
    assert typed(shell, folder, lines, program) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("shell", SHELLS)
def test_names_come_from_the_repository_that_is_named(shell: str, folder: Path, tmp_path: Path) -> None:
    lines = [f"gitops-generator -C {folder} history fr", "gitops-generator history fr"]
    assert typed(shell, tmp_path, lines, "gitops-generator") == [f"{lines[0]}ont", lines[1]]


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
@pytest.mark.parametrize("program", ["gitops-generator", "python -m generator"])
def test_the_first_lines_say_how_to_install_it(shell: str, program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [program.partition(" ")[0]])
    script = completion.script(cli.parser(completing=True), shell)
    assert f"{program} completion {shell}" in script.partition("\n\n\n")[0]
    assert "AUTOMATICALLY" not in script


def test_every_argument_that_takes_a_name_is_completed(generator: Run) -> None:
    script = generator("completion", "bash").stdout
    for command in ("bump", "promote", "rollback", "history", "wait", "render", "compare"):
        part = [line for line in script.splitlines() if line.startswith(f"_shtab_gitops_generator_{command}_")]
        assert any("_COMPGEN=_gitops_generator_apps" in line for line in part), command
        assert any("_COMPGEN=_gitops_generator_environments" in line for line in part), command
