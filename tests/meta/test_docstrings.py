"""Docstrings of functions begin with a verb, wherever they stand; the linter holds the rest of Google's convention."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator

from testing import ROOT

# The linter knows words by their form (D401), and takes a noun for a verb where there is a verb that is spelled so.
NO_VERBS = re.compile(
    r"""(?: The | An? | What | Whether | Which | Who | Whose | Why | Where | When | How | This | That | Those | These | It | Its
    | Our | Their | One | Two | All | Each | Every | Some | Any | No | Nothing | Everything | Nobody | Somebody | Someone | People
    | As | At | By | For | From | In | Of | On | To | Until | With | Without | If | See | True | Else )\b | `` | \W""",
    re.VERBOSE,
)


def test_docstrings_begin_with_a_verb() -> None:
    found = [f"{path}:{line} {text}" for path, code in programs() for line, text in nouns(code)]
    assert found == []


def test_one_that_does_not_is_found() -> None:
    code = 'class A:\n    """The class."""\n\n    def b(self):\n        """The text of it."""\n\n        def c():\n            """Return it."""\n'
    assert list(nouns(code)) == [(4, "The text of it.")]


def nouns(code: str) -> Iterator[tuple[int, str]]:
    """Yield the first line of each function's docstring that begins with no verb, and where the function stands."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node) or ""
            if NO_VERBS.match(text):
                yield node.lineno, text.splitlines()[0]


def programs() -> Iterator[tuple[str, str]]:
    """Yield the path and code of every Python file that git knows, scripts without an ending included."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for path in filter(None, listed.split("\0")):
        file = ROOT / path
        if path.endswith(".py") and "{{" not in path:
            yield path, file.read_text()
        elif path.startswith("scripts/") and (code := file.read_text()).startswith("#!/usr/bin/env python"):
            yield path, code
