"""Run the `console` blocks of a page in one shell, and compare what it prints with what the page shows.

`…` stands for any text within a line, and for any lines where it is alone on one. A command below which nothing is
shown may print anything. A command that fails is followed by `echo $?`, or the page is wrong.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from testing.pages import Block, blocks

_MARK: Final = "\x1e"


class Step(NamedTuple):
    """A command, where it stands, and the lines that the page shows below it."""

    place: str
    command: str
    shown: tuple[str, ...]


class Done(NamedTuple):
    """What a command printed, and its exit code."""

    output: str
    code: int


def steps(page: str) -> list[Step]:
    """Return the commands of a page, in order."""
    return [step for block in blocks(page) if block.language == "console" for step in _steps(block)]


def _steps(block: Block) -> list[Step]:
    found: list[Step] = []
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        if line.startswith("$ "):
            found.append(Step(f"{block.page}:{number}", line[2:], ()))
        elif line.startswith("> ") and found and not found[-1].shown:
            found[-1] = found[-1]._replace(command=f"{found[-1].command}\n{line[2:]}")
        else:
            found[-1] = found[-1]._replace(shown=(*found[-1].shown, line))
    return found


def run(commands: list[str], folder: Path, env: Mapping[str, str], timeout: float) -> list[Done]:
    """Run commands in one shell, as somebody would who pastes them; those after one that ends the shell are missing."""
    script = "".join(
        f"{command}\n__code=$?; printf '\\n{_MARK}%s\\n' $__code; (exit $__code)\n" for command in commands
    )
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=dict(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=timeout, check=False,
    )  # fmt: skip
    parts = re.split(rf"\n{_MARK}(\d+)\n", done.stdout)
    return [Done(output, int(code)) for output, code in zip(parts[::2], parts[1::2], strict=False)]


def faults(page: list[Step], done: list[Done]) -> list[str]:
    """Return where what was printed is not what is shown, and where a command failed unannounced."""
    found: list[str] = []
    for index, (step, result) in enumerate(zip(page, done, strict=False)):
        follows = page[index + 1].command if index + 1 < len(page) else ""
        if result.code != 0 and follows != "echo $?":
            found.append(f"{step.place}: exit {result.code}: {step.command}\n{result.output}")
        elif step.shown and not fits(step.shown, result.output):
            found.append(
                f"{step.place}: {step.command}\nshown:\n" + "\n".join(step.shown) + f"\nprinted:\n{result.output}"
            )
    if len(done) < len(page):
        found.append(f"{page[len(done)].place}: the shell ended")
    return found


def fits(shown: tuple[str, ...], output: str) -> bool:
    """Tell whether an output is what a page shows of it."""
    pattern = "".join(r"(?:.*\n)*?" if line == "…" else _line(line) for line in shown)
    text = "".join(f"{line.rstrip()}\n" for line in output.strip("\n").splitlines())
    return re.fullmatch(pattern, text) is not None


def _line(line: str) -> str:
    return ".*".join(re.escape(part) for part in line.rstrip().split("…")) + "\n"
