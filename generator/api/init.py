"""`init`: a new repository, or generated files in an existing one, from answers to a few questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.errors import Fault, ForgeError, RepositoryError, SpecError, UsageError
from generator.regenerate import new_repository
from generator.spec import forge_kinds
from generator.spec.findings import did_you_mean
from generator.spec.model import Spec


@dataclass(frozen=True, slots=True)
class InitRequest:
    """A repository to make at `path`, or to add to, and the `answers` by name; the others have defaults.

    `shown` is the path as messages show it, if that differs; `program` is the program's name in written commands.
    """

    path: Path
    answers: Mapping[str, str] = field(default_factory=dict)
    shown: str = ""
    program: str = new_repository.PROGRAM


@dataclass(frozen=True, slots=True)
class InitResult:
    """Path of the repository, and its spec."""

    directory: Path
    spec: Spec


@dataclass(frozen=True, slots=True)
class InitQuestion:
    """A question with a free answer or one of `choices`; `default` depends on the answers so far."""

    name: str
    prompt: str
    choices: tuple[str, ...]
    default: str


def init(request: InitRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> InitResult:
    """Make the repository. After a wrong answer, nothing is written; existing files are never overwritten.

    Raises SpecError for wrong answers, and RepositoryError for a folder that cannot be used.
    """
    shown = request.shown or str(request.path)
    target = request.path.absolute()
    check_answers(request.answers)
    new_repository.check_target(target, shown)
    with calling(credentials, target):
        progress(f"making {shown}")
        try:
            return InitResult(
                target, new_repository.make(target, new_repository.filled(request.answers), request.program)
            )
        except OSError as exc:
            raise RepositoryError(f"{shown}: {exc.strerror}", "choose a folder that you may write to") from exc


def init_questions(request: InitRequest) -> tuple[InitQuestion, ...]:
    """Return the unanswered questions in their order; defaults may change with each answer.

    Raises UsageError for an answer to no question, and RepositoryError if no repository can be made there.
    """
    check_answers(request.answers)
    new_repository.check_target(request.path.absolute(), request.shown or str(request.path))
    defaults = new_repository.filled(request.answers)
    told = _needless(request.answers)
    known = [one for one in new_repository.questions() if one.name not in request.answers and one.name not in told]
    return tuple(InitQuestion(one.name, one.prompt, one.choices, defaults[one.name]) for one in known)


def init_faults(answers: Mapping[str, str]) -> tuple[Fault, ...]:
    """Return the faults of these answers; the other questions have their defaults."""
    try:
        return tuple(new_repository.faults(new_repository.filled(answers)))
    except SpecError as error:
        return tuple(error.faults)


def check_answers(answers: Mapping[str, str]) -> None:
    """Raise UsageError for an unknown question or choice."""
    known = {question.name: question for question in new_repository.questions()}
    for name, value in answers.items():
        if name not in known:
            raise UsageError(f"--set {name}={value}: nothing asks for {name!r}", did_you_mean(name, tuple(known)))
        choices = known[name].choices
        if choices and value not in choices:
            hint = did_you_mean(value, choices, f"one of {', '.join(choices)}")
            raise UsageError(f"--set {name}={value}: {value!r} is no choice", hint)


def _needless(answers: Mapping[str, str]) -> set[str]:
    """Return the questions that other answers have settled: the forge by its URL, and who builds by what is built."""
    known = {"forge"} if "repository" in answers and _tells(answers["repository"]) else set()
    return known | ({"ci"} if answers.get("source") == "" else set())


def _tells(repository: str) -> bool:
    """Tell whether a repository's URL says which forge it is on."""
    try:
        forge_kinds.kind_of(repository)
    except ForgeError:
        return False
    return True
