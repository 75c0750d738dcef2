"""What a release is: its version, changelog, tags, archives, and what scripts/release refuses."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from generator import __version__
from testing import ROOT
from testing.repository import git

HEADING = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$", re.MULTILINE)


def sections() -> list[tuple[str, str]]:
    """Return versions and dates of the changelog, as they stand."""
    return HEADING.findall((ROOT / "CHANGELOG.md").read_text())


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def test_the_changelog_begins_with_what_is_not_released_and_goes_back_in_time() -> None:
    headings = re.findall(r"^## .*$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "## [Unreleased]"
    assert headings[1:] == [f"## [{version}] - {day}" for version, day in sections()]
    versions = [numbers(version) for version, _ in sections()]
    days = [datetime.date.fromisoformat(day) for _, day in sections()]
    assert versions == sorted(set(versions), reverse=True)
    assert days == sorted(days, reverse=True)


def test_the_version_has_its_section() -> None:
    assert __version__ == sections()[0][0]


def entries(text: str, version: str) -> list[str]:
    """Return how the entries of a version begin; links in them may follow pages that move."""
    (found,) = re.findall(rf"^## \[{re.escape(version)}\].*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return [line[:40] for line in found.splitlines() if line.startswith("- ")]


def test_each_tag_has_its_version_and_its_section_gets_no_new_entries() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    for tag in git(ROOT, "tag", "--list", "v*").split():
        version = tag.removeprefix("v")
        assert f'__version__ = "{version}"' in git(ROOT, "show", f"{tag}:generator/__init__.py"), tag
        released = entries(git(ROOT, "show", f"{tag}:CHANGELOG.md"), version)
        assert released
        assert entries(text, version) == released, "what is new stands under Unreleased"


def test_the_readme_names_the_newest_release() -> None:
    assert re.findall(r"rev: (\S+)", (ROOT / "README.md").read_text()) == [f"v{__version__}"]


def build(source: Path, target: str, into: Path) -> Path:
    """Build with the lock's hatchling and the time of a commit; the archive."""
    argv = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    subprocess.run(argv, cwd=source, env=environment, check=True, capture_output=True)
    (made,) = into.iterdir()
    return made


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the files of this checkout that git knows, elsewhere and with other times."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in git(ROOT, "ls-files", "-z").split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
            shutil.copymode(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def sdist(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(copy, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(copy, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.mark.full
def test_another_build_gives_the_same_bytes(copy: Path, sdist: Path, wheel: Path, tmp_path: Path) -> None:
    for file in copy.rglob("*.py"):
        os.utime(file, (1, 1))
    assert build(copy, "sdist", tmp_path / "sdist").read_bytes() == sdist.read_bytes()
    assert build(copy, "wheel", tmp_path / "wheel").read_bytes() == wheel.read_bytes()


@pytest.mark.full
def test_the_source_distribution_builds_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    unpacked = tmp_path / sdist.name.removesuffix(".tar.gz")
    assert build(unpacked, "wheel", tmp_path / "wheel").read_bytes() == wheel.read_bytes()


def test_both_hold_the_license_and_every_file_of_the_package_and_no_tests(sdist: Path, wheel: Path) -> None:
    license = (ROOT / "LICENSE").read_bytes()
    listed = git(ROOT, "ls-files", "-z", "generator", "webapp/release_board").split("\0")
    files = {name for name in listed if name and (ROOT / name).exists()}
    package = {name.removeprefix("webapp/") for name in files}
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        info = f"gitops_generator-{__version__}.dist-info"
        assert archive.read(f"{info}/licenses/LICENSE") == license
        assert {name for name in names if not name.startswith(info)} == package
    with tarfile.open(sdist) as archive:
        top = f"gitops_generator-{__version__}/"
        inside = {member.name.removeprefix(top) for member in archive.getmembers()}
        content = archive.extractfile(f"{top}LICENSE")
        assert content is not None
        assert content.read() == license
        assert files <= inside
        assert {"README.md", "CHANGELOG.md", "pyproject.toml", "requirements.lock"} <= inside
        assert not any(name.startswith(("testing/", "tests/", "webapp/tests/", "overlays/")) for name in inside)


@pytest.fixture
def ready(copy: Path, tmp_path: Path) -> Path:
    """Return a clone that could be released; its environment is not made, since nothing here gets as far as that."""
    folder = tmp_path / "ready"
    shutil.copytree(copy, folder)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Everything")
    return folder


def edit(folder: Path, name: str, before: str, after: str) -> None:
    text = (folder / name).read_text()
    assert before in text
    (folder / name).write_text(text.replace(before, after))


@pytest.mark.thin(5)
@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("generator/__init__.py", __version__, "9.9.9", "CHANGELOG.md has no section for 9.9.9 with a date"),
        ("generator/__init__.py", __version__, "next", "next is no version"),
        ("CHANGELOG.md", f"[{__version__}] - ", f"[{__version__}] of ", "has no section"),
        ("CHANGELOG.md", f"## [{__version__}]", f"## [{__version__}] - 2026-01-02\n\n## [0.0.1]", "says nothing about"),
        ("README.md", f"rev: v{__version__}", "rev: v0.0.1", "README.md names another version"),
    ],
)
def test_a_release_is_refused(ready: Path, name: str, before: str, after: str, said: str) -> None:
    edit(ready, name, before, after)
    git(ready, "commit", "--quiet", "--all", "--message", "Not ready")
    refused(ready, said)


def test_a_release_is_refused_with_changes_that_are_not_committed(ready: Path) -> None:
    (ready / "new").write_text("")
    refused(ready, "not committed")


@pytest.mark.full
def test_a_version_is_released_once(ready: Path) -> None:
    git(ready, "tag", f"v{__version__}")
    refused(ready, f"v{__version__} is released already", "")


def refused(folder: Path, said: str, option: str = "--dry-run") -> None:
    """Check that the script ends with an error and a hint, and has made nothing."""
    done = subprocess.run(
        [folder / "scripts" / "release", *([option] if option else [])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"{said}" in done.stderr.splitlines()[0]
    assert done.stderr.splitlines()[1].startswith("hint: ")
    assert not (folder / "dist").exists()
    assert not (folder / ".venv-test").exists()
