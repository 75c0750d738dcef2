"""`import generator`: what is public, that it is light and silent, and that the documented script works."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

import generator
from generator.spec.reference import schema
from testing.programs import tool
from testing.repository import git

HERE = Path(__file__).parents[2]
GUIDE = HERE / "docs/guides/python-api.md"
NAMES = [name for name in generator.__all__ if name != "errors"]
OPERATIONS = [name for name in NAMES if inspect.isfunction(getattr(generator, name))]


def test_every_public_name_is_there_and_typed() -> None:
    # A type checker reads the imports, Python the table: both are the same.
    tree = ast.parse((HERE / "generator/__init__.py").read_text())
    typed = {
        (one.module, name.asname) for one in ast.walk(tree) if isinstance(one, ast.ImportFrom) for name in one.names
    }
    assert {
        ("generator", "errors"),
        *((f"generator.{module}", name) for name, module in generator._MODULES.items()),
    } == {one for one in typed if one[1]}
    assert {name for name in dir(generator) if name in NAMES} == set(NAMES)
    assert all(getattr(generator, name) is not None for name in NAMES)
    with pytest.raises(AttributeError, match="'generator' has no attribute 'bumps'"):
        _ = generator.bumps  # type: ignore[attr-defined]


def test_what_a_board_needs_is_there() -> None:
    wanted = "load_spec generate check diff explain validate bump promote rollback status history wait compare"
    assert set(wanted.split()) <= set(OPERATIONS)


def test_importing_it_loads_nothing_else() -> None:
    script = "import sys; before = set(sys.modules); import generator; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", script], cwd=HERE, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["generator"]


@pytest.mark.parametrize("name", [name for name in OPERATIONS if f"{name.capitalize()}Request" in NAMES])
def test_an_operation_takes_a_request_progress_and_credentials(name: str) -> None:
    first, *others = inspect.signature(getattr(generator, name)).parameters.values()
    assert first.annotation == f"{name.capitalize()}Request"
    assert {(one.name, one.kind) for one in others} == {
        ("progress", inspect.Parameter.KEYWORD_ONLY), ("credentials", inspect.Parameter.KEYWORD_ONLY),
    }  # fmt: skip
    assert next(one for one in others if one.name == "credentials").default is generator.credentials.NONE  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(("Request", "Result"))])
def test_requests_and_results_do_not_change(name: str) -> None:
    found: Any = getattr(generator, name)
    assert issubclass(found, tuple) or found.__dataclass_params__.frozen


def printing(path: Path) -> list[int]:
    """Return the lines of a module that print, or that use the standard streams."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "input"):
            found.append(node.lineno)
        if (
            isinstance(node, ast.Attribute)
            and node.attr in ("stdout", "stderr", "stdin")
            and ast.unparse(node.value) == "sys"
        ):
            found.append(node.lineno)
    return found


def test_nothing_below_the_command_line_prints(tmp_path: Path) -> None:
    package = HERE / "generator"
    above = ("cli", "__main__.py")
    below = [path for path in package.rglob("*.py") if path.relative_to(package).parts[0] not in above]
    assert len(below) > 100
    assert {str(path): lines for path in below if (lines := printing(path))} == {}
    (tmp_path / "loud.py").write_text("import sys\nprint(1)\nsys.stderr.write('2')\n")
    assert printing(tmp_path / "loud.py") == [2, 3]


def test_operations_print_nothing_and_tell_progress(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    result = generator.generate(generator.GenerateRequest(repository), progress=told.append)
    assert result.files == len(result.written) == 15
    checked = generator.check(generator.CheckRequest(repository), progress=told.append)
    assert not checked.drift
    assert generator.diff(generator.DiffRequest(repository)).files == ()
    assert [row.tag for row in generator.status(generator.StatusRequest(repository)).rows] == ["unreleased"] * 3
    assert told == ["regenerating", "comparing with the spec"]
    assert capfd.readouterr() == ("", "")


def test_the_language_is_upgraded_and_told(repository: Path) -> None:
    spec, request = repository / "generator.yaml", generator.UpgradeRequest(repository)
    text = spec.read_text()
    (repository / "generator.schema.json").write_text("{}")
    assert generator.upgrade(request) == generator.UpgradeResult(1, 1, ("generator.schema.json",), respelled=False)
    assert json.loads((repository / "generator.schema.json").read_text()) == schema.compact()
    assert generator.upgrade(request).written == ()
    assert spec.read_text() == text


def test_the_manifests_of_an_overlay_and_what_is_needed_for_them(repository: Path) -> None:
    tool("kustomize")
    generator.generate(generator.GenerateRequest(repository))
    result = generator.render_overlay(generator.RenderRequest("web", "prod", repository))
    named = {"/".join((one["kind"], one["metadata"]["namespace"], one["metadata"]["name"])) for one in result.objects()}
    assert "Deployment/shop-prod/web" in named
    assert named == set(result.manifests)
    found = generator.doctor(generator.DoctorRequest(repository)).checks
    assert next(one for one in found if one.name == "kustomize").state == "ok"
    (repository / "generator.yaml").write_text("version: 1\n")
    lacking = generator.doctor(generator.DoctorRequest(repository))
    assert not lacking.is_ready
    assert "missing" in [one.state for one in lacking.checks if one.name == "generator.yaml"]


def test_an_error_brings_its_notes_along(repository: Path) -> None:
    generator.generate(generator.GenerateRequest(repository))
    path = repository / "overlays/prod/web/kustomization.yaml"
    path.write_text(path.read_text().replace("count: 4", "count: 6"))
    spec = repository / "generator.yaml"
    spec.write_text(spec.read_text().replace("replicas: 4", "replicas: 5"))
    with pytest.raises(generator.errors.Conflicts) as caught:
        generator.generate(generator.GenerateRequest(repository, keep={"base": "local"}))
    assert [note.partition(":")[0] for note in caught.value.__notes__] == ["--keep local base"]
    asked: list[str] = []

    def ask(conflict: generator.errors.Conflict) -> generator.Side | None:
        asked.append(conflict.field)
        return generator.Side.UPDATED

    generator.generate(generator.GenerateRequest(repository, ask=ask))
    assert len(asked) == 1
    assert "count: 5" in path.read_text()


def blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)


def calls(block: str) -> Iterator[tuple[Callable[..., object], ast.Call]]:
    """Yield the public functions and classes that a block calls, by `generator.NAME` or by a name that it imports."""
    for node in ast.walk(ast.parse(block)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).removeprefix("generator.")
            if name.replace(".", "").isidentifier() and name.partition(".")[0] in NAMES:
                first, _, method = name.partition(".")
                found = getattr(generator, first)
                yield getattr(found, method) if method else found, node


@pytest.mark.parametrize("block", blocks())
def test_a_documented_call_fits(block: str) -> None:
    found = list(calls(block))
    assert found
    for called, node in found:
        named = {str(one.arg): None for one in node.keywords}
        inspect.signature(called).bind(*node.args, **named)


def test_the_documented_script_prints_who_released_what_this_week(repository: Path, tmp_path: Path) -> None:
    script, now = tmp_path / "who.py", int(time.time())
    text = blocks()[0]
    assert len([line for line in text.splitlines() if line.strip()]) <= 10
    script.write_text(text)
    generator.generate(generator.GenerateRequest(repository))
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Generate", env=dated(now - 30 * 86400))
    for author, tag, environment, days in (
        ("Ada", "1.0", "dev", 20),
        ("Bob", "1.1", "dev", 3),
        ("Ada", "1.1", "prod", 1),
    ):
        generator.bump(generator.BumpRequest(["web"], [environment], repository, tag=tag))
        words = ("commit", "-qam", f"Release web {tag} to {environment}\n\nRelease: web {environment} {tag}")
        git(repository, *words, f"--author={author} <{author}@example.com>", env=dated(now - days * 86400))
    done = subprocess.run(
        [sys.executable, str(script), str(repository)], env={**os.environ, "PYTHONPATH": str(HERE)},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    when = [time.strftime("%a %d %b", time.gmtime(now - ago * 86400)) for ago in (1, 3)]
    assert done.stdout.splitlines() == [
        f"{when[0]}  Ada  released  web 1.1 in prod",
        f"{when[1]}  Bob  released  web 1.1 in dev",
    ]


def dated(seconds: int) -> dict[str, str]:
    return {"GIT_COMMITTER_DATE": f"{seconds} +0000", "GIT_AUTHOR_DATE": f"{seconds} +0000"}


def imported_below(path: Path) -> list[str]:
    """Return what a program imports of the package but its public names."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [one.name for one in node.names if one.name.startswith("generator.")]
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "generator":
            names = [one.name for one in node.names if one.name not in generator.__all__]
            found += [f"{node.module}.{name}" for name in names] if node.module == "generator" else [node.module or ""]
    return found


def test_a_web_app_imports_the_public_names_and_nothing_below(tmp_path: Path) -> None:
    for path in (HERE / "webapp").rglob("*.py"):
        assert imported_below(path) == [], path
    for number, block in enumerate(blocks()):
        (tmp_path / f"{number}.py").write_text(block)
        assert imported_below(tmp_path / f"{number}.py") == []
    toy = tmp_path / "toy.py"
    toy.write_text(
        "import generator.git.history\nfrom generator import bump, delivery\nfrom generator.spec import loader\n"
    )
    assert imported_below(toy) == ["generator.git.history", "generator.delivery", "generator.spec"]


def test_a_way_to_promote_is_one_of_the_documented(tmp_path: Path) -> None:
    assert get_args(generator.PromoteHow) == ("request", "merge", "push", "foresee")
    (how,) = (field for field in dataclasses.fields(generator.PromoteRequest) if field.name == "how")
    assert how.default == "request"
