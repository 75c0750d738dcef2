"""The layers, the types and the style hold; and what the registries promise is there."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.cli.commands import COMMANDS
from generator.files.package_digest import LEFT_OUT
from generator.render import kinds, outputs
from generator.render.kinds import KINDS, workloads
from generator.render.outputs import OUTPUTS, Output
from generator.spec import workload_kinds
from generator.spec.checks import RARE
from testing import ROOT
from testing.needs import lack

CHECKS = {
    "imports point down only": ("importlinter", ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]),
    "every type fits": ("mypy", ["-m", "mypy", "--strict", "-p", "generator"]),
    "every type of the tests fits": ("mypy", ["-m", "mypy", "--config-file", "tests/mypy.ini"]),
    "the linter finds nothing": ("ruff", ["-m", "ruff", "check", "--quiet", "."]),
    "the drawn imports are the code's": ("grimp", ["scripts/draw-imports", "--check"]),
    "the formatter changes nothing": ("ruff", ["-m", "ruff", "format", "--check", "--quiet", "."]),
}  # fmt: skip


# What scripts/check does and takes long for, without a cache most of a minute each.
LONG = ("every type fits", "every type of the tests fits")


@pytest.mark.parametrize(
    ("module", "words"),
    [pytest.param(*said, id=name, marks=pytest.mark.full if name in LONG else []) for name, said in CHECKS.items()],
)
def test_the_tree_passes(module: str, words: list[str]) -> None:
    if importlib.util.find_spec(module) is None:
        lack(f"{module} is not installed; install the `dev` extra")
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


# Measured; it may fall, and not grow. Imports within functions count, those for types alone do not.
LONGEST_CHAIN = 9
LONGEST_THROUGH_REGISTRIES = 14


def test_no_chain_of_imports_grows_longer() -> None:
    import grimp

    graph = grimp.build_graph("generator", cache_dir=None, exclude_type_checking_imports=True)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(longest_chain(imports)) <= LONGEST_CHAIN, longest_chain(imports)
    assert longest_chain({"a": {"b"}, "b": {"c", "d"}, "c": {"b"}, "d": set()}) == [("a",), ("b", "c"), ("d",)]
    # What the registries of rendering and of checks load by name lies below them as well.
    for module, names in {"render.outputs": OUTPUTS, "render.kinds": KINDS, "spec.checks": RARE}.items():
        package = module.removesuffix(".checks")
        found = {f"generator.{package}.{name}" for name in names}
        assert found <= imports.keys()
        imports[f"generator.{module}"] = imports[f"generator.{module}"] | found
    assert len(longest_chain(imports)) <= LONGEST_THROUGH_REGISTRIES, longest_chain(imports)


def test_what_the_caches_leave_out_is_no_part_of_reading_and_rendering() -> None:
    import grimp

    graph = grimp.build_graph("generator", cache_dir=None, exclude_type_checking_imports=True)
    roots = (
        "generator.render",
        "generator.spec.loader",
        "generator.spec.promoted",
        "generator.regenerate.record_files",
    )
    needed = {module for root in roots for module in graph.find_upstream_modules(root, as_package=root == roots[0])}
    assert "generator.spec.model" in needed
    assert {module.split(".")[1] for module in needed if "." in module} & LEFT_OUT == set()


def longest_chain(imports: dict[str, set[str]]) -> list[tuple[str, ...]]:
    """Return the modules of the longest way down; those that import each other count as one."""

    def reached(module: str) -> set[str]:
        found, left = set(), [module]
        while left:
            new = imports[left.pop()] - found
            found |= new
            left += new
        return found

    below = {module: reached(module) for module in imports}
    group = {one: tuple(sorted({one, *(other for other in below[one] if one in below[other])})) for one in imports}
    chains: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for module in sorted(imports, key=lambda one: len(below[one] | {one})):
        own = group[module]
        under = [chains[group[other]] for one in own for other in imports[one] if group[other] != own]
        chains[own] = [own, *max(under, key=len, default=[])]
    return max(chains.values(), key=len)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_what_its_protocol_says(name: str) -> None:
    command = COMMANDS[name]
    assert command.HELP[0].islower()
    assert not command.HELP.endswith(".")
    assert all(line.startswith("  ") for line in command.EXAMPLE.splitlines()[:1])
    assert callable(command.add_arguments)
    assert callable(command.run)


def test_every_kind_has_a_file_of_its_own_whatever_workload_stands_before_it() -> None:
    files = [kind.FILE for kind in kinds.every()]
    assert len(set(files)) == len(files)
    assert not [(one, two) for one in files for two in files if one.endswith(f"-{two}")]


def test_every_workload_kind_has_an_identity_of_its_own() -> None:
    found = {kind: workloads.module(kind) for kind in workload_kinds.NAMES}
    assert len({(one.GROUP, one.KIND) for one in found.values()}) == len(found)
    assert {kind: one.KIND for kind, one in found.items()} == {kind: kind for kind in found}
    assert {kind: one.FILE for kind, one in found.items()} == workloads.FILES


def test_every_module_of_a_registry_is_registered() -> None:
    folders = {"commands": {command.__name__ for command in COMMANDS.values()}}  # type: ignore[attr-defined]
    for folder, known in folders.items():
        there = {f"generator.cli.{folder}.{path.stem}" for path in (ROOT / "generator/cli" / folder).glob("[a-z]*.py")}
        assert there == known
    place = ROOT / "generator/render/outputs"
    with_render = {
        f"generator.render.outputs.{path.parent.name if path.stem == '__init__' else path.stem}"
        for path in (*place.glob("[a-z]*.py"), *place.glob("*/__init__.py"))
        if "\ndef render_app(" in path.read_text()
    }
    assert with_render == {f"generator.render.outputs.{name}" for name in OUTPUTS}
    place = ROOT / "generator/render/kinds"
    with_kind = {
        ".".join(path.relative_to(place).with_suffix("").parts)
        for path in place.rglob("[a-z]*.py")
        if "\nFILE: " in path.read_text()
    }
    assert with_kind == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_has_what_its_protocol_says(name: str) -> None:
    # It is loaded by its name, so mypy does not compare the two.
    kind = kinds.module(name)
    assert [isinstance(one, str) for one in (kind.FILE, kind.GROUP, kind.KIND)] == [True] * 3
    assert (type(kind.ROLE), type(kind.SCOPE)) == (kinds.Role, kinds.Scope)
    given = inspect.signature(kind.render)
    argument = "Workload" if kind.SCOPE is kinds.Scope.WORKLOAD else "Instance"
    assert [one.annotation for one in given.parameters.values()] == [argument]
    returned = given.return_annotation.removesuffix(" | None").replace("dict[str, Any]", "Manifest")
    assert returned == ("dict[str, Manifest]" if kind.SCOPE is kinds.Scope.PARTS else "Manifest")
    assert getattr(kind, "FIELD", KINDS[name]) == KINDS[name]


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_has_what_its_protocol_says(name: str) -> None:
    # It is loaded by its name, so mypy does not compare the two.
    module = outputs.output(name)
    for said, own in ((Output.render_project, module.render_project), (Output.render_app, module.render_app)):
        promised = list(inspect.signature(said).parameters.values())[1:]
        given = inspect.signature(own)
        assert [one.annotation for one in given.parameters.values()] == [one.annotation for one in promised]
        assert given.return_annotation == inspect.signature(said).return_annotation


@pytest.mark.parametrize("host", ["pypi" + ".org", "files.python" + "hosted.org", "registry.npm" + "js.org"])
def test_no_package_registry_is_named(host: str) -> None:
    for folder in ("generator", "testing", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            assert host not in path.read_text()


def test_what_a_bump_loads_is_light() -> None:
    # Each of these takes as long as starting Python; a bump is done in two tenths of a second.
    heavy = {"dataclasses", "inspect", "git", "pydantic", "jsonschema", "urllib.request", "generator.spec.loader"}
    modules = "generator.cli.main, generator.cli.commands.bump, generator.git.remote_branch, generator.delivery.bump"
    script = f"import sys; before = set(sys.modules); import {modules}; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not heavy & loaded
    # A module more is a file more to find and to read, for each bump of each build.
    assert len([name for name in loaded if name.startswith("generator")]) <= 50


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_what_help_and_the_version_load_is_lighter(word: str) -> None:
    # They run no program and ask for no data: a list of commands, and a parser for each of them at most.
    heavy = {"dataclasses", "inspect", "subprocess", "contextvars", "json", "yaml"}
    script = (
        "import sys; before = set(sys.modules); from generator.cli.main import main; "
        "code = main(sys.argv[1:]); print(*set(sys.modules) - before); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script, word], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "generator.cli.commands" in loaded
    assert not heavy & loaded
    assert ("generator.cli.commands.bump" in loaded) is (word == "--help")


def test_a_run_with_nothing_to_do_loads_nothing_that_renders(repository: Path) -> None:
    script = (
        "import sys; from generator.cli.main import main; "
        "code = main(['-C', sys.argv[1], 'generate', '--quiet']); print(*sys.modules); sys.exit(code)"
    )
    loaded = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", script, repository], cwd=ROOT, capture_output=True, text=True, check=True
        )
        loaded.append({name for name in done.stdout.split() if name.startswith("generator.")})
    first, second = loaded
    assert {"generator.render.kinds", "generator.render.outputs"} <= first
    assert {name for name in second if name.startswith(("generator.render.", "generator.manifests"))} == {
        "generator.render.file"
    }


def test_the_tests_that_the_documents_name_are_there() -> None:
    named = {
        (document.name, name)
        for document in (ROOT / "docs").rglob("*.md")
        for name in re.findall(r"`(?:tests/)?([a-z_/]*test_[a-z0-9_*]+\.py)`", document.read_text())
    }
    assert named
    assert [one for one in named if not list((ROOT / "tests").glob(one[1]))] == []


def test_no_test_stands_on_another_test() -> None:
    # What two tests share lies in testing/; nothing is fetched from a test module or from a conftest.
    taken = {
        (path.relative_to(ROOT).as_posix(), name)
        for folder in ("testing", "tests", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
        for name in imported(path.read_text())
    }
    assert ("tests/meta/test_architecture.py", "testing.ROOT") in taken
    assert [one for one in taken if re.search(r"(?:^|\.)(?:test_\w+|conftest)(?:\.|$)", one[1])] == []


def imported(code: str) -> Iterator[str]:
    """Yield all that a module imports, with the module that it comes from."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_a_command_is_options_a_request_a_call_and_what_is_shown() -> None:
    # What is more lies below, in the public face or in `output/`.
    lengths = {path.name: path.read_text().count("\n") for path in (ROOT / "generator/cli/commands").glob("[a-z]*.py")}
    assert len(lengths) == len(COMMANDS)
    assert {name: length for name, length in lengths.items() if length > 80} == {}


def test_modules_and_functions_stay_small() -> None:
    # A module is read in one sitting, and a function on one screen.
    large: list[str] = []
    for path in sorted((ROOT / "generator").rglob("*.py")):
        text = path.read_text()
        if text.count("\n") > 400:
            large.append(str(path))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                lines = node.end_lineno - node.lineno + 1
                large += [f"{path}:{node.lineno} {node.name}: {lines} lines"] if lines > 50 else []
    assert large == []


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
