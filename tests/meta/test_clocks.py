"""No test depends on how fast the machine is: none sleeps, none looks at a clock, and none has little patience.

What comes by itself is waited for with ``testing/waiting.py``, whose one time-out is far beyond what anything takes.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from testing import ROOT

FOLDERS: Final = ("tests", "testing", "webapp/tests")
CLOCKS: Final = ("sleep", "monotonic", "perf_counter", "process_time")
# A time-out that is shorter than this would be met on a busy machine, in seconds.
LEAST: Final = 600
# Modules that may: the reason, and which of the clocks.
ALLOWED: Final = {
    "testing/waiting.py": ("the one place that waits", {"sleep", "monotonic"}),
    "webapp/tests/waiting.py": ("the same for the web app, which knows nothing of the generator", {"sleep", "monotonic"}),
    "testing/terminal.py": ("presses Ctrl-C again while nothing happens; its end is a safety net", {"monotonic"}),
    "tests/functional/clients/test_bad_servers.py": ("gives a client a deadline that has passed", {"monotonic"}),
    "tests/functional/test_infra_destroy.py": ("gives a deadline far away, or one that has passed", {"monotonic"}),
    "tests/e2e/__main__.py": ("tells how long each step took", {"monotonic"}),
    "tests/e2e/codebuild.py": ("tells how long each phase took, and ends a build at CodeBuild's own limit", {"monotonic"}),
    "tests/e2e/watch.py": ("tells when each version was first seen", {"monotonic"}),
    "tests/e2e/stand_in.py": ("a program that looks again and again until it is ended", {"sleep"}),
    "tests/e2e/steps/breakage.py": ("tells a duration; holds that for a while nothing else happens", {"monotonic", "sleep"}),
    "tests/e2e/steps/board.py": ("tells a duration", {"monotonic"}),
    "tests/e2e/steps/rollback.py": ("tells a duration; holds that for a while nothing else happens", {"monotonic", "sleep"}),
    "tests/e2e/steps/charts.py": ("tells a duration", {"monotonic"}),
    "tests/e2e/steps/database.py": ("tells a duration", {"monotonic"}),
    "tests/e2e/steps/delivery.py": ("tells a duration", {"monotonic"}),
    "tests/e2e/steps/ecs.py": ("tells a duration", {"monotonic"}),
    "tests/e2e/steps/guard.py": ("tells a duration", {"monotonic"}),
    "tests/e2e/steps/waiting.py": ("tells a duration", {"monotonic"}),
}  # fmt: skip
# Functions of ours that are told when to give up, by the tests of how they do so.
OURS: Final = {"connect", "findings", "forge", "send", "Component"}


@cache
def modules() -> list[tuple[str, set[str], list[int], list[int]]]:
    """Return what was found in each module; not its tree: all of them are more than Python can look through quickly."""
    found = []
    for path in (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))):
        tree = ast.parse(path.read_text(), path)
        found.append((path.relative_to(ROOT).as_posix(), clocks(tree), impatient(tree), judged_in_time(tree)))
    return found


def name(function: ast.expr) -> str:
    """Return the last part of what is called."""
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def clocks(tree: ast.AST) -> set[str]:
    """Return the clocks that a module uses, ``sleep`` among them."""
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "time"
    }
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
    }
    return (used | imported) & set(CLOCKS)


def impatient(tree: ast.AST) -> list[int]:
    """Return the lines with a time-out of few seconds, as `timeout=` or as the one argument of a `wait`.

    What a `while` waits for between two rounds is its pace.
    """
    found = []
    paces = {id(node) for loop in ast.walk(tree) if isinstance(loop, ast.While) for node in ast.walk(loop.test)}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and id(node) not in paces):
        named = [word.value for word in call.keywords if word.arg in ("timeout", "seconds")]
        given = call.args[:1] if name(call.func) in ("wait", "join") else []
        for value in [*named, *given] if name(call.func) not in OURS else []:
            number = value.value if isinstance(value, ast.Constant) else None
            if isinstance(number, int | float) and not isinstance(number, bool) and number < LEAST:
                found.append(call.lineno)
    return found


def judged_in_time(tree: ast.AST) -> list[int]:
    """Return the lines of properties that hypothesis fails where an example takes long."""
    return [
        call.lineno
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and name(call.func) == "settings"
        and not any(word.arg == "deadline" and ast.unparse(word.value) == "None" for word in call.keywords)
    ]


@pytest.mark.slow
def test_nothing_sleeps_or_looks_at_a_clock_but_what_may() -> None:
    found = {path: used for path, used, _, _ in modules() if used}
    assert found == {path: clocks for path, (_, clocks) in ALLOWED.items()}


@pytest.mark.slow
def test_nothing_gives_up_after_some_seconds() -> None:
    assert [f"{path}:{line}" for path, _, lines, _ in modules() for line in lines] == []


@pytest.mark.slow
def test_no_property_is_judged_by_its_speed() -> None:
    assert [f"{path}:{line}" for path, _, _, lines in modules() for line in lines] == []


@pytest.mark.parametrize(
    ("text", "clock", "short", "judged"),
    [
        ("import time\ntime.sleep(1)", {"sleep"}, [], []),
        ("from time import monotonic", {"monotonic"}, [], []),
        ("import time\nassert time.monotonic() - began < 5", {"monotonic"}, [], []),
        ("process.communicate(timeout=60)", set(), [1], []),
        ("event.wait(30)\nwhile not event.wait(0.1): ...", set(), [1], []),
        ("process.wait(PATIENCE)\nforge(timeout=1)\n'time.sleep(1)'", set(), [], []),
        ("@settings(max_examples=3)\ndef test(): ...", set(), [], [1]),
    ],
    ids=["sleep", "a clock by its name", "a bound", "little patience", "an event", "what is right", "hypothesis"],
)
def test_the_rules_themselves(text: str, clock: set[str], short: list[int], judged: list[int]) -> None:
    tree = ast.parse(text)
    assert (clocks(tree), impatient(tree), judged_in_time(tree)) == (clock, short, judged)


def test_what_may_is_there() -> None:
    assert [path for path in ALLOWED if not Path(ROOT, path).is_file()] == []
