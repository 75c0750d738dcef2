"""``init``: a new repository."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator.spec.model import Spec

HELP: Final = "make a new repository, from questions or from options"
EXAMPLE: Final = """\
  python -m generator init shop-gitops
  python -m generator init shop-gitops --set project=shop --set app=web --defaults"""
TEMPLATE: Final = Path(__file__).parent.parent / "templates" / "repository"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
    parser.add_argument("path", type=Path, metavar="DIR", help="the folder to make")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="answers",
        help="answer a question: project, repository, registry, app, port, health",
    )  # fmt: skip
    parser.add_argument("--defaults", action="store_true", help="ask nothing")


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    from generator.errors import RepositoryError

    target: Path = options.path.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RepositoryError(f"{options.path}: there is something in it already", "name a new folder")
    answers = _answers(options.answers)
    ask = sys.stdin.isatty() and not options.defaults and not options.json
    try:
        spec = _make(target, answers, ask=ask)
    except OSError as exc:
        raise RepositoryError(f"{options.path}: {exc.strerror}", "choose a folder that you may write to") from exc
    if options.json:
        console.emit({"directory": str(target), "project": spec.project})
    else:
        console.say(f"made {options.path}: edit generator.yaml, run `python -m generator` there, commit and push")
        console.say("its first line gives editors that know YAML completion and checks (generator.schema.json)")
    return 0


def _make(target: Path, answers: dict[str, str], *, ask: bool) -> Spec:
    """Everything is made beside its place and checked there, so that a wrong answer leaves nothing behind."""
    import tempfile

    from generator.git import checkout
    from generator.regenerate import planning
    from generator.spec import loader
    from generator.spec.reference import schema

    there = next(parent for parent in target.parents if parent.is_dir())
    with tempfile.TemporaryDirectory(dir=there, prefix=f".{target.name}-") as scratch:
        made = _render(Path(scratch), {**answers, "directory": "new"}, ask=ask)
        spec = loader.load(made)
        checkout.init(made, spec.branch)
        planning.apply(made, planning.plan(made), prune=False)
        (made / schema.FILE).write_bytes(schema.text())
        target.mkdir(parents=True, exist_ok=True)
        for item in sorted(made.iterdir()):
            item.rename(target / item.name)
    return spec


def _answers(words: list[str]) -> dict[str, str]:
    """``NAME=VALUE`` words as a map; ``UsageError`` for a name that the template does not ask for."""
    import json

    from generator.errors import UsageError
    from generator.spec.findings import did_you_mean

    questions = tuple(
        name
        for name in json.loads((TEMPLATE / "cookiecutter.json").read_text())
        if name[0] != "_" and name != "directory"
    )
    answers: dict[str, str] = {}
    for word in words:
        name, separator, value = word.partition("=")
        if not separator or name not in questions:
            raise UsageError(f"--set {word}: nothing asks for {name!r}", did_you_mean(name, questions))
        answers[name] = value
    return answers


def _render(scratch: Path, answers: dict[str, str], *, ask: bool) -> Path:
    """The template, filled in. cookiecutter's own entry point is passed by, as it would write to the home folder."""
    from cookiecutter.generate import generate_context, generate_files
    from cookiecutter.prompt import prompt_for_config

    context = generate_context(context_file=str(TEMPLATE / "cookiecutter.json"))
    questions = context["cookiecutter"]
    given = {name: questions.pop(name) and value for name, value in answers.items() if name in questions}
    context["cookiecutter"] = {**prompt_for_config(context, no_input=not ask), **given}
    return Path(generate_files(str(TEMPLATE), context, output_dir=str(scratch), accept_hooks=False))
