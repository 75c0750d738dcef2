"""Ask the questions of `init` on the terminal until each answer fits, and print what to do next."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator import InitQuestion, Spec


# Why a question is left out, by its name.
_LEFT_OUT: Final = {
    "forge": "forge: the repository's URL tells it",
    "ci": "CI: without a folder of source code, there is nothing to build",
}


def skipped(name: str, number: int, last: int) -> None:
    """Print why a question is not asked."""
    text = _LEFT_OUT.get(name, f"{name}: the answers above tell it")
    console.say(f"  {console.paint(f'[{number}/{last}]', 'grey')} {text}")


def asked(question: InitQuestion, answers: Mapping[str, str], number: int, last: int) -> str:
    """Ask a question until its answer fits the earlier ``answers``, and return the answer."""
    from cookiecutter.prompt import read_user_choice, read_user_variable

    import generator

    prompts, prefix = {question.name: question.prompt}, f"  [dim][{number}/{last}][/] "
    while True:
        if question.choices:
            return str(read_user_choice(question.name, list(question.choices), prompts, prefix))
        answer = str(read_user_variable(question.name, question.default, prompts, prefix))
        faults = generator.init_faults({**answers, question.name: answer})
        if not faults:
            return answer
        # The first fault is about the answer; others may follow from it. The place is left out: there is no file yet.
        console.note(f"  {console.paint('error:', 'red', sys.stderr)} {faults[0].message}")
        console.note(f"  {console.paint('hint:', 'blue', sys.stderr)} {console.pasted(faults[0].hint)}")


def made(path: Path, spec: Spec, *, is_new: bool) -> None:
    """Print what was made, and the commands that follow; for a new repository also the one that tells git its URL."""
    console.say(f"made {path}: {len(spec.apps)} app in {', '.join(spec.environments)}")
    steps = [] if path.resolve() == Path.cwd() else [f"cd {shlex.quote(str(path))}"]
    steps += ["python -m generator   # after each edit of generator.yaml", "git add -A && git commit"]
    steps += [f"git remote add origin {spec.repository}"] if is_new else []
    steps += ["git push -u origin HEAD"]
    console.say("next:")
    for step in steps:
        console.say(f"  {console.pasted(step)}")
    console.say("Editors complete and check generator.yaml by the schema that its first line names.")
