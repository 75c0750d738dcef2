"""``init``: a new repository."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from generator.cli import console

HELP: Final = "make a new repository, or add to an existing one, from questions or from options"
EXAMPLE: Final = """\
  python -m generator init shop-gitops
  python -m generator init shop-gitops --set project=shop --set app=web --defaults
  python -m generator init .                    in a git repository that exists: nothing of it is changed

Each answer is checked at once. Questions: project, repository, forge, region, registry,
environments, app, source, port, health, ci."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("path", type=Path, metavar="DIR", help="the folder to make, or a git repository to add to")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="answers", help="answer a question"
    )
    parser.add_argument("--defaults", action="store_true", help="ask nothing; take the default where nothing is set")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    from generator.errors import RepositoryError
    from generator.regenerate import new_repository

    target: Path = options.path.absolute()
    new_repository.check_target(target, options.path)
    given = _given(options.answers)
    answers = new_repository.filled(given) if options.defaults else _asked(given)
    try:
        spec = new_repository.make(target, answers)
    except OSError as exc:
        raise RepositoryError(f"{options.path}: {exc.strerror}", "choose a folder that you may write to") from exc
    if options.json:
        console.emit({"directory": str(target), "project": spec.project})
        return 0
    console.say(f"made {options.path}: {len(spec.apps)} app in {', '.join(spec.environments)}")
    console.say(console.pasted(f"next: cd {options.path}; edit generator.yaml; python -m generator; commit and push"))
    console.say("the first line of generator.yaml gives editors completion and checks (generator.schema.json)")
    return 0


def _given(words: list[str]) -> dict[str, str]:
    """Read ``NAME=VALUE`` words. Raises ``UsageError`` for a name that is no question, or a choice that is none."""
    from generator.errors import UsageError
    from generator.regenerate import new_repository
    from generator.spec.findings import did_you_mean

    known = {question.name: question for question in new_repository.questions()}
    answers: dict[str, str] = {}
    for word in words:
        name, separator, value = word.partition("=")
        if not separator or name not in known:
            raise UsageError(f"--set {word}: nothing asks for {name!r}", did_you_mean(name, tuple(known)))
        if known[name].choices and value not in known[name].choices:
            hint = did_you_mean(value, known[name].choices, f"one of {', '.join(known[name].choices)}")
            raise UsageError(f"--set {word}: {value!r} is no choice", hint)
        answers[name] = value
    return answers


def _asked(given: Mapping[str, str]) -> dict[str, str]:
    """Ask for what is not given; a wrong answer is asked for again, with what is wrong."""
    from generator.errors import UsageError
    from generator.regenerate import new_repository

    questions = [question for question in new_repository.questions() if question.name not in given]
    if questions and not sys.stdin.isatty():
        names = " ".join(f"--set {question.name}=…" for question in questions)
        raise UsageError("standard input is no terminal, so nothing can be asked", f"--defaults, or {names}")
    answers = dict(given)
    for number, question in enumerate(questions, 1):
        if question.name == "forge" and _tells(answers["repository"]):
            continue
        answers[question.name] = _answer(question, answers, f"  [dim][{number}/{len(questions)}][/] ")
    return new_repository.filled(answers)


def _answer(question: object, answers: Mapping[str, str], prefix: str) -> str:
    from cookiecutter.prompt import read_user_choice, read_user_variable

    from generator.errors import SpecError
    from generator.regenerate import new_repository
    from generator.regenerate.new_repository import Question

    assert isinstance(question, Question)
    prompts = {question.name: question.prompt}
    while True:
        default = new_repository.filled(answers)[question.name]
        if question.choices:
            return str(read_user_choice(question.name, list(question.choices), prompts, prefix))
        answer = str(read_user_variable(question.name, default, prompts, prefix))
        try:
            faults = new_repository.faults(new_repository.filled({**answers, question.name: answer}))
        except SpecError as error:
            faults = error.faults
        if not faults:
            return answer
        console.report(SpecError(list(faults)))


def _tells(repository: str) -> bool:
    """Tell whether a repository's URL says which forge it is on."""
    from generator.errors import ForgeError
    from generator.spec import forge_kinds

    try:
        forge_kinds.kind_of(repository)
    except ForgeError:
        return False
    return True
