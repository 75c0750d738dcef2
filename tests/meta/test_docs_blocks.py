"""Every code block of the documentation runs, or is read by what would read it."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

import pytest
import yaml

from generator.cli import main as cli
from generator.cli.commands import COMMANDS
from generator.errors import GeneratorError
from generator.spec import loader
from testing.pages import Block, as_spec, blocks, codes, pages

CALL: Final = re.compile(r"(?:python(?: -P)? -m generator|gitops-generator)(?=\s|$)")


@cache
def command_line() -> Any:
    return cli.parser()


def check_yaml(block: Block) -> None:
    """Load a generator.yaml, or a part of one, as the generator does; anything else as YAML."""
    spec = as_spec(block.text)
    if spec is not None:
        loader.parse(spec)


def check_json(block: Block) -> None:
    json.loads(block.text)


def check_bash(block: Block) -> None:
    check_shell(block.text)


def check_console(block: Block) -> None:
    """Check what is a command: lines after `$ `, with those after `> ` that go on; the rest is what they print."""
    commands = re.findall(r"^\$ (.*(?:\n> .*)*)", block.text, re.MULTILINE)
    assert commands, f"{block}: no line begins with `$ `"
    check_shell("\n".join(commands).replace("\n> ", "\n"))


def check_shell(text: str) -> None:
    done = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    for words in calls(text):
        parse(words)


def calls(text: str) -> Iterator[list[str]]:
    """Yield the arguments of each call of the generator."""
    for line in text.replace("\\\n", " ").splitlines():
        match = CALL.search(line)
        if match is not None and not line.lstrip().startswith("#"):
            lexer = shlex.shlex(line[match.end() :], posix=True, punctuation_chars="|&;<>()")
            lexer.whitespace_split = True
            lexer.commenters = "#"
            words: list[str] = []
            for word in lexer:
                if set(word) <= set("|&;<>()"):
                    break
                words.append(word)
            yield words


def parse(words: list[str]) -> None:
    code = 0
    try:
        command_line().parse_args(cli._with_command(words)[0])
    except SystemExit as stop:  # argparse, also after --help
        code = int(stop.code or 0)
    assert code == 0, f"no such call: python -m generator {shlex.join(words)}"


def check_python(block: Block) -> None:
    ast.parse(block.text)


def nothing(block: Block) -> None:
    """Check nothing: text and diagrams have human readers only."""


READERS: Final[dict[str, Callable[[Block], None]]] = {
    "yaml": check_yaml,
    "json": check_json,
    "bash": check_bash,
    "sh": check_bash,
    "console": check_console,
    "python": check_python,
    "text": nothing,
    "mermaid": nothing,
    "dockerfile": nothing,
}
# What a reader raises at a block that is wrong.
FAULTS: Final = (AssertionError, ValueError, SyntaxError, yaml.YAMLError, GeneratorError)


# One test for a page: more than a thousand blocks take a moment each, and pages are parsed where their test runs.
@pytest.mark.parametrize("page", pages())
def test_every_block_of_a_page(page: str) -> None:
    found: list[str] = []
    for block in blocks(page):
        assert block.language in READERS, f"{block}: name its language, one of {', '.join(READERS)}"
        try:
            READERS[block.language](block)
        except FAULTS as exc:
            found.append(f"{block}: {exc}")
    assert not found, "\n".join(found)


def test_commands_in_the_text_exist() -> None:
    for code in codes():
        match = re.match("python -m generator(?= |$)", code.target)
        words = code.target[match.end() :].split() if match else []
        if words and re.fullmatch("[a-z-]+", words[0]):
            assert words[0] in COMMANDS, f"{code}"


# What the readers must refuse, so that they can fail.
WRONG: Final = {
    "a field that is none": ("yaml", "version: 1\nproject: shop\napps: {web: {imge: shop/web}}\n"),
    "a part with a field that is none": ("yaml", "ci: {codebild: true}\n"),
    "an app's field of the wrong type": ("yaml", "replicas: many\n"),
    "a call with an option that is none": ("bash", "python -m generator bump web --environment dev\n"),
    "a call of a command that is none": ("console", "$ python -m generator stauts\n"),
    "an open quote": ("bash", "echo 'a\n"),
    "no JSON": ("json", "{a: 1}"),
}


@pytest.mark.parametrize(("name", "text"), WRONG.values(), ids=WRONG)
def test_a_wrong_block_is_found(name: str, text: str) -> None:
    with pytest.raises(FAULTS):
        READERS[name](Block("docs/x.md", 1, name, text))
