"""``init``: make a new repository, or add to an existing one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator import InitRequest

HELP: Final = "make a new repository, or add to an existing one, from questions or from options"
EXAMPLE: Final = """\
  python -m generator init shop-gitops
  python -m generator init shop-gitops --set project=shop --set app=web --defaults
  python -m generator init .                    in an existing git repository; changes none of its files

The command checks each answer at once. The questions are: project, repository, forge, region, registry,
environments, app, source, port, health, ci."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("path", type=Path, metavar="DIR", help="a new folder, or an existing git repository")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="answers", help="answer a question"
    )
    parser.add_argument("--defaults", action="store_true", help="ask nothing; take the default where nothing is set")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import init as output

    is_new = not (options.path / ".git").exists()
    request = generator.InitRequest(options.path, _given(options.answers), str(options.path), console.program())
    result = generator.init(request if options.defaults else _asked(request), credentials=options.credentials)
    if options.json:
        console.emit({"directory": str(result.directory), "project": result.spec.project})
        return 0
    output.made(options.path, result.spec, is_new=is_new)
    return 0


def _given(words: list[str]) -> dict[str, str]:
    from generator.errors import UsageError

    for word in words:
        if "=" not in word:
            raise UsageError(f"--set {word}: no answer", "write --set NAME=VALUE, like --set project=shop")
    return {name: value for name, _, value in (word.partition("=") for word in words)}


def _asked(request: InitRequest) -> InitRequest:
    """Return the request with an answer to each question that ``--set`` does not answer, asked on the terminal."""
    from dataclasses import replace

    import generator
    from generator.cli.output import init as output
    from generator.errors import UsageError

    questions = generator.init_questions(request)
    if questions and not sys.stdin.isatty():
        names = " ".join(f"--set {question.name}=…" for question in questions)
        raise UsageError("standard input is no terminal, so nothing can be asked", f"--defaults, or {names}")
    total = len(questions)
    for number, name in enumerate([one.name for one in questions], 1):
        question = next((one for one in questions if one.name == name), None)
        if question is None:
            output.skipped(name, number, total)
            continue
        answer = output.asked(question, request.answers, number, total)
        request = replace(request, answers={**request.answers, name: answer})
        questions = generator.init_questions(request)
    return request
