"""Ask the questions of `init` on the terminal; after a wrong answer, say what is wrong and ask again."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from generator.cli import console

if TYPE_CHECKING:
    from generator import InitQuestion


def skipped(name: str, number: int, last: int) -> None:
    """Print that the answer to a question follows from the others."""
    console.say(f"  {console.paint(f'[{number}/{last}]', 'grey')} {name}: follows from the answers above")


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
