"""The caches of what need not be checked and rendered again: whatever they hold, a plan is the same as without them."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import GeneratorError
from generator.files import package_digest
from generator.regenerate import planning, record, render_cache
from generator.render import render
from generator.render.outputs import kustomize
from generator.spec import check_cache, loader
from testing.depth import examples
from testing.repository import TEN_LINES, git
from testing.specs import EVERY_FIELD

HEAD = """\
version: 1
project: {project}
repository: https://git.example.com/acme/shop-gitops.git
environments: {{{environments}}}
apps:
"""
PROJECTS = st.sampled_from(["shop"] * 8 + ["store", "Not a name"])
ENVIRONMENTS = st.sampled_from(["dev: {}, prod: {}", "dev: {}, prod: {}", "prod: {}, dev: {}", "dev: {sync: manual}"])
NAMES = ("one", "two", "three", "four")
# Right and wrong, alone and together; `1.10`, `1.1` and `"1.1"` differ, and so do `1`, `true` and `"1"`.
FIELDS = st.sampled_from(
    [
        "port: 80", "port: 8080", "port: 80\n    health: /up", "replicas: 2", "tag: v1",
        "config: {A: 1.10}", "config: {A: 1.1}", "config: {A: '1.1'}", "config: {A: 1}", "config: {A: true}",
        "config: {B: x, A: y}", "config: {A: y, B: x}", "config: {A: '{environment}'}", "env: {C: '${D}'}",
        "secrets: {S: 'a#b'}", "secrets: {S: '{environment}/a'}", "network: {from: [one]}", "source: app",
        "environments: {prod: {replicas: 3}}", "environments: {dev: {config: {A: z}}}", "environments: {test: {}}",
        "renamed_from: two", "renamed_from: old", "writable: []", "unknown: 1", "autoscale: {min: 2, max: 3}",
        "config: {A: \"x\\n-- base/one/service.yaml --\\ny\"}", "config: {A: \"<<<<<<< \\n=======\\n>>>>>>> \\n\"}",
    ]
)  # fmt: skip
APP = st.lists(FIELDS, max_size=4, unique_by=lambda field: field.partition(":")[0])
SPECS = st.builds(
    lambda project, environments, apps: (
        HEAD.format(project=project, environments=environments)
        + "".join(
            f"  {name}:\n    image: a/{name}\n" + "".join(f"    {field}\n" for field in fields)
            for name, fields in apps.items()
        )
    ),
    PROJECTS,
    ENVIRONMENTS,
    st.dictionaries(st.sampled_from(NAMES), APP, min_size=1),
)


def planned(directory: Path) -> object:
    """Return the plan, or the error in full."""
    try:
        return planning.plan(directory)
    except GeneratorError as error:
        return type(error), error.message, error.hint, getattr(error, "faults", None)


def without_cache(directory: Path) -> object:
    """Return the same plan by a run that remembers nothing; what there is to remember stays as it was."""
    files = [directory / ".git" / place for place in (render_cache.PLACE, check_cache.PLACE)]
    known = {file: file.read_bytes() for file in files if file.exists()}
    for file in known:
        file.unlink()
    result = planned(directory)
    for file, content in known.items():
        file.write_bytes(content)
    return result


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / loader.FILE_NAME).write_text(TEN_LINES)
    generate(tmp_path)
    return tmp_path


def generate(directory: Path) -> None:
    planning.apply(directory, planning.plan(directory), prune=True)


@pytest.fixture
def no_rendering(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def forbid() -> None:
        def render_app(*_: object) -> Iterator[object]:
            raise AssertionError("rendered again")

        monkeypatch.setattr(kustomize, "render_app", render_app)

    return forbid


@settings(max_examples=examples(50), deadline=None)
@given(
    st.lists(st.tuples(SPECS, st.sampled_from(["generate", "plan", "edit", "delete", "tamper", "spoil"])), max_size=6)
)
@pytest.mark.slow
def test_a_plan_is_the_same_with_and_without_it(steps: list[tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        directory = Path(folder)
        (directory / ".git").mkdir()
        for text, then in steps:
            (directory / loader.FILE_NAME).write_text(text)
            plan = planned(directory)
            assert plan == planned(directory) == without_cache(directory)
            if isinstance(plan, planning.Plan) and not plan.conflicts:
                planning.apply(directory, plan, prune=True)
            files = sorted((directory / "base").rglob("*.yaml"))
            records = sorted((directory / record.FOLDER / "apps").glob("*"))
            if then == "edit" and files:
                files[0].write_text(files[0].read_text() + "# by hand\n")
            elif then == "delete" and files:
                files[-1].unlink()
            elif then == "tamper" and records:
                records[0].write_bytes(records[0].read_bytes().replace(b"image", b"imagine", 1))
            elif then == "spoil" and (project := directory / record.PROJECT).exists():
                project.write_bytes(project.read_bytes().replace(b"AppProject", b"AppProjects", 1))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("config: {A: 1.10}", "config: {A: 1.1}"),
        ("config: {A: 1}", "config: {A: true}"),
        ("config: {A: x, B: y}", "config: {B: y, A: x}"),
        ("config: {A: '{environment}'}", "config: {A: 'environment'}"),
    ],
)
def test_the_slightest_change_is_one(tmp_path: Path, before: str, after: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / loader.FILE_NAME).write_text(TEN_LINES + f"    {before}\n")
    generate(tmp_path)
    (tmp_path / loader.FILE_NAME).write_text(TEN_LINES + f"    {after}\n")
    assert planning.plan(tmp_path).changes
    assert planned(tmp_path) == without_cache(tmp_path)


@pytest.mark.parametrize("spec", [TEN_LINES, EVERY_FIELD])
def test_an_app_is_rendered_the_same_alone(spec: str) -> None:
    # What the cache rests on: no app's files depend on another app.
    whole = loader.parse(spec)
    for name in whole.apps:
        others = render(whole, leave_out={other for other in whole.apps if other != name})
        assert {path: file for path, file in render(whole).items() if file.app == name} == {
            path: file for path, file in others.items() if file.app == name
        }


@pytest.mark.parametrize("spec", [TEN_LINES, EVERY_FIELD])
def test_a_record_gives_back_every_byte(spec: str) -> None:
    files = render(loader.parse(spec))
    assert record.unpack(record.pack(files)) == {path: file.text.encode() for path, file in files.items()}


def test_what_has_not_changed_is_not_rendered(repository: Path, no_rendering: Callable[[], None]) -> None:
    no_rendering()
    assert not planning.plan(repository).changes


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.unlink(),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[1:]),
        lambda file: file.write_bytes(bytes(reversed(file.read_bytes()))),
        lambda file: file.write_bytes(random.Random(1).randbytes(100_000)),
        lambda file: (file.unlink(), file.mkdir()),
        lambda file: (shutil.rmtree(file.parent), file.parent.write_text("a file")),
    ],
    ids=["gone", "empty", "shifted", "reversed", "noise", "a folder", "a file for its folder"],
)
@pytest.mark.parametrize("place", [render_cache.PLACE, check_cache.PLACE])
def test_a_damaged_memory_is_no_memory(repository: Path, spoil: Callable[[Path], object], place: str) -> None:
    spoil(repository / ".git" / place)
    assert not planning.plan(repository).changes
    (repository / loader.FILE_NAME).write_text(TEN_LINES.replace("8080", "8081"))
    assert [outcome.path for outcome in planning.plan(repository).changes] == ["base/web/deployment.yaml"]


def test_the_memory_of_another_spec_knows_nothing_of_this_one(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    git(other, "init", "--quiet")
    (other / loader.FILE_NAME).write_text(TEN_LINES.replace("8080", "8081"))
    generate(other)
    shutil.copytree(repository / ".git/gitops-generator", other / ".git/gitops-generator", dirs_exist_ok=True)
    shutil.copytree(repository / record.FOLDER, other / record.FOLDER, dirs_exist_ok=True)
    assert planned(other) == without_cache(other)


def test_another_version_of_the_generator_renders_again(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_rendering: Callable[[], None]
) -> None:
    package = shutil.copytree(package_digest._PACKAGE, tmp_path / "package")
    (package / "render/kinds/job.py").write_text("another version\n")
    monkeypatch.setattr(package_digest, "_PACKAGE", package)
    no_rendering()
    with pytest.raises(AssertionError, match="rendered again"):
        planning.plan(repository)


def test_a_linked_work_tree_has_a_memory_of_its_own(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, no_rendering: Callable[[], None]
) -> None:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "generated")
    linked = tmp_path_factory.mktemp("linked") / "tree"
    git(repository, "worktree", "add", "--quiet", str(linked))
    planning.plan(linked)
    no_rendering()
    assert not planning.plan(linked).changes
    assert subprocess.run(["git", "-C", linked, "status", "--porcelain"], capture_output=True, check=True).stdout == b""


def test_where_it_cannot_be_written_nothing_is_remembered(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text(f"gitdir: {tmp_path}/nowhere/at/all\n")
    (tmp_path / loader.FILE_NAME).write_text(TEN_LINES)
    assert len(planning.plan(tmp_path).changes) == 15
    assert not (tmp_path / "nowhere").exists()
