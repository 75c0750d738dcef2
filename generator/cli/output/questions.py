"""Ask the questions of `init` on the terminal; a wrong answer is asked for again, with what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from generator.cli import console

if TYPE_CHECKING:
    from generator import InitQuestion


def skipped(name: str, number: int, last: int) -> None:
    """Tell that a question has no need to be asked."""
    console.say(f"  {console.paint(f'[{number}/{last}]', 'grey')} {name}: follows from the answers above")


def asked(question: InitQuestion, answers: Mapping[str, str], number: int, last: int) -> str:
    """Return the answer to a question, beside the answers before it."""
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
        # The first is about the answer, others may follow from it; the file that they are in is not made yet.
        console.note(f"  {console.paint('error:', 'red', sys.stderr)} {faults[0].message}")
        console.note(f"  {console.paint('hint:', 'blue', sys.stderr)} {console.pasted(faults[0].hint)}")
