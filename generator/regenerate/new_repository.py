"""Make a new repository, or add generated files to an existing one, from answers to a few questions."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from generator.errors import Fault, RepositoryError, SpecError
from generator.files import work_tree
from generator.git import checkout
from generator.regenerate import planning
from generator.spec import loader
from generator.spec.reference import schema
from generator.yaml import emit as yaml_emit

if TYPE_CHECKING:
    from generator.spec.model import Spec

# The form of commands in the template.
PROGRAM: Final = "python -m generator"
TEMPLATE: Final = Path(__file__).parent / "template"
_NAMES: Final = re.compile(r"[a-z0-9-]+(?:[\s,]+[a-z0-9-]+)*")


_QUOTED: Final = re.compile(r'"([^"\\]*)"')


class Question(NamedTuple):
    """A question of the template; ``choices`` is empty for free answers."""

    name: str
    prompt: str
    choices: tuple[str, ...]


def questions() -> list[Question]:
    """List the questions of the template, in the order in which `init` asks them."""
    given = json.loads((TEMPLATE / "cookiecutter.json").read_text())
    prompts = given.pop("__prompts__")
    return [
        Question(name, prompts[name], tuple(default) if isinstance(default, list) else ())
        for name, default in given.items()
        if name != "directory"
    ]


def filled(answers: Mapping[str, str]) -> dict[str, str]:
    """Return an answer to every question. Missing ones get defaults, which may depend on earlier answers."""
    from cookiecutter.generate import generate_context
    from cookiecutter.prompt import prompt_for_config

    context = generate_context(context_file=str(TEMPLATE / "cookiecutter.json"))
    # Defaults are templates, but answers are not: signs that begin a template expression are escaped in answers.
    context["cookiecutter"].update({name: text.replace("{", "{{ '{' }}") for name, text in answers.items()})
    return {**prompt_for_config(context, no_input=True), **answers}


def faults(answers: Mapping[str, str]) -> Sequence[Fault]:
    """List the loader's faults in the spec that these answers give."""
    with tempfile.TemporaryDirectory(prefix="gitops-generator-") as scratch:
        try:
            loader.parse((_rendered(Path(scratch), answers) / loader.FILE_NAME).read_text())
        except SpecError as error:
            return error.faults
    return ()


def make(target: Path, answers: Mapping[str, str], program: str = PROGRAM) -> Spec:
    """Make the repository, or add to the one in ``target``; ``program`` is the form of commands in its texts.

    Everything is made and checked in a temporary folder first, so that a wrong
    answer leaves no files. Raise SpecError for wrong answers, and RepositoryError
    if a file exists already.
    """
    there = next(folder for folder in (target, *target.parents) if folder.is_dir())
    exists = (target / ".git").exists()
    place = Path(tempfile.gettempdir()) if exists else there if there != target else target.parent
    with tempfile.TemporaryDirectory(dir=place, prefix=f".{target.name}-") as scratch:
        made = _rendered(Path(scratch), answers)
        for name in (loader.FILE_NAME, "README.md"):
            text = (made / name).read_text()
            (made / name).write_text(text.replace(PROGRAM, program))
        spec = loader.load(made)
        checkout.init(made, spec.branch)
        planning.apply(made, planning.plan(made), prune=False)
        (made / schema.FILE).write_bytes(schema.text())
        if exists:
            _add(made, target)
            return spec
        target.mkdir(parents=True, exist_ok=True)
        for item in sorted(made.iterdir()):
            item.rename(target / item.name)
    return spec


def check_target(target: Path, shown: object) -> None:
    """Raise RepositoryError unless ``target`` is new, empty, or a git repository without a spec."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not (target / ".git").exists():
        raise RepositoryError(
            f"{shown}: there is something in it already",
            "name a new folder, or the top of a git repository to add to",
        )
    if (target / loader.FILE_NAME).exists():
        raise RepositoryError(
            f"{shown}: has a generator.yaml already",
            "add to it: python -m generator add app NAME; or edit it, and run: python -m generator",
        )


def _add(made: Path, target: Path) -> None:
    """Copy the files to an existing repository. Raise RepositoryError if one exists, except the README, which stays."""
    paths = [file.relative_to(made).as_posix() for file in made.rglob("*") if file.is_file()]
    contents = {path: (made / path).read_bytes() for path in paths if not path.startswith(".git/")}
    there = work_tree.read(target, contents)
    contents.pop("README.md") if "README.md" in there else None
    taken = sorted(path for path, content in contents.items() if there.get(path, content) != content)
    if taken:
        names = "\n".join(f"  {path}" for path in taken)
        raise RepositoryError(
            f"these files exist already; nothing was written:\n{names}",
            "move them away; what they say can be put into generator.yaml, or into the generated files afterwards",
        )
    work_tree.write(target, contents, {})


def _rendered(scratch: Path, answers: Mapping[str, str]) -> Path:
    """Render the template and return its folder. cookiecutter's own function would write to the home folder."""
    from cookiecutter.generate import generate_files

    names = answers["environments"]
    if not _NAMES.fullmatch(names.strip()):
        about = "lower-case letters, digits and -, with commas between names, like dev, staging, prod"
        raise SpecError([Fault(loader.FILE_NAME, 1, 1, "environments", f"{names!r} are no names", about)])
    context: dict[str, Any] = {"cookiecutter": {**answers, "directory": "new"}}
    made = Path(generate_files(str(TEMPLATE), context, output_dir=str(scratch), accept_hooks=False))
    spec = made / loader.FILE_NAME
    spec.write_text(f"{_QUOTED.sub(_unquoted, spec.read_text()).rstrip()}\n")
    return made


def _unquoted(quoted: re.Match[str]) -> str:
    """Return an answer without quotes that it does not need; the template quotes all answers."""
    return quoted[1] if yaml_emit.scalar(quoted[1]) == quoted[1] else quoted[0]
