"""A repository that is looked at runs no code: a module of its own in the place of each that the generator imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from testing import ROOT
from testing.depth import some
from testing.repository import TEN_LINES, git
from testing.waiting import PATIENCE

pytestmark = pytest.mark.slow

# Everything of the standard library that has a file, what we depend on, and what that depends on.
OTHERS = (
    "yaml", "_yaml", "git", "gitdb", "smmap", "requests", "urllib3", "certifi", "charset_normalizer", "idna", "chardet",
    "rich", "pygments", "markdown_it", "mdurl", "cookiecutter", "click", "jinja2", "markupsafe", "binaryornot", "slugify",
    "text_unidecode", "arrow", "dateutil", "six", "shtab", "tzdata", "boto3", "botocore", "jmespath", "s3transfer",
    "github", "jwt", "nacl", "cryptography", "gitlab", "requests_toolbelt", "ruamel", "typing_extensions",
    "sitecustomize", "usercustomize", "regex", "simplejson", "brotli", "zstandard", "socks", "h2", "pip", "setuptools",
    "pkg_resources", "pytest", "conftest", "tests", "spec", "cli", "errors",
)  # fmt: skip
MODULES = sorted(
    {name for name in (*sys.stdlib_module_names, *OTHERS) if name not in ("__future__", "antigravity", "this")}
)
COMMANDS = (
    ("generate",),
    ("check",),
    ("diff",),
    ("status",),
    ("validate",),
    ("changed",),
    ("bump", "web", "--env", "dev", "--tag", "2", "--push"),
    ("promote", "web", "--to", "staging", "--push"),
    ("history", "web"),
    ("explain", "base/web/service.yaml"),
    ("scan", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1"),
    ("token",),
    ("init", "new", "--defaults"),
    ("completion", "bash"),
    ("tools", "list"),
    ("--help",),
)
# Each way to start takes its own part of them; in full, each takes all.
WAYS = 3
CONSOLE = str(Path(sys.executable).parent / "gitops-generator")
MODULE = (sys.executable, "-m", "generator")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Return a repository with a module that leaves a trace, beside its spec, for every name that may be imported."""
    folder, remote = tmp_path / "hostile", tmp_path / "remote.git"
    folder.mkdir()
    (folder / "generator.yaml").write_text(
        TEN_LINES.replace("https://git.example.com/acme/shop-gitops.git", str(remote))
    )
    git(folder, "init", "-q")
    done = subprocess.run([CONSOLE, "generate", "-q"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    git(folder, "add", "--all")
    git(folder, "commit", "-qm", "all")
    git(tmp_path, "clone", "-q", "--bare", folder, remote)
    git(folder, "remote", "add", "origin", remote)
    for name in MODULES:
        text = f"import os\nos.close(os.open({str(tmp_path / 'ran')!r} + '-{name}', os.O_CREAT | os.O_WRONLY))\n"
        (folder / f"{name}.py").write_text(text)
    return folder


def traces(folder: Path) -> list[str]:
    return sorted(path.name.removeprefix("ran-") for path in folder.parent.glob("ran-*"))


def call(start: tuple[str, ...], words: tuple[str, ...], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    given = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_ENDPOINT_URL": "http://127.0.0.1:9", **more}
    return subprocess.run(
        [*start, *words], cwd=folder, env={**os.environ, "AWS_MAX_ATTEMPTS": "1", **given}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


@pytest.mark.thin(2)
@pytest.mark.parametrize(
    ("start", "commands"),
    [((CONSOLE,), some(COMMANDS, WAYS)), ((sys.executable, "-P", "-m", "generator"), some(COMMANDS[1:] + COMMANDS[:1], WAYS))],
    ids=["console", "-P"],
)  # fmt: skip
def test_no_module_of_the_repository_is_run(
    start: tuple[str, ...], commands: list[tuple[str, ...]], hostile: Path
) -> None:
    for words in commands:
        done = call(start, words, hostile)
        assert done.returncode in (0, 1, 2), done.stderr
        assert traces(hostile) == [], words


@pytest.mark.full
def test_with_m_none_is_run_but_what_python_itself_looks_for_before_us(hostile: Path) -> None:
    # Python's own ``runpy`` is loaded with the folder on its path: what that imports is beyond any code of ours.
    early = cleared(hostile, ("-m", "nothing"))
    for words in some(COMMANDS[2:] + COMMANDS[:2], WAYS):
        done = call(MODULE, words, hostile)
        assert done.returncode in (0, 1, 2), done.stderr
        assert traces(hostile) == [], words
    # Otherwise nothing were shown by this.
    assert not {"yaml", "git", "requests", "rich", "json", "re", "pathlib", "argparse", "boto3"} & early


def cleared(folder: Path, *starts: tuple[str, ...], path: str | None = None) -> set[str]:
    """Take away what Python itself runs of a folder before any script, or any module named with ``-m``; their names."""
    (folder / "nothing.py").write_text("")
    gone: set[str] = set()
    more = {} if path is None else {"PYTHONPATH": path}
    for start in starts:
        while (call((sys.executable, *start), (), folder, **more), found := traces(folder))[1]:
            for name in found:
                (folder.parent / f"ran-{name}").unlink()
                (folder / f"{name}.py").unlink()
            gone |= set(found)
    return gone


@pytest.mark.thin(4)
@pytest.mark.parametrize(
    ("start", "path"),
    some([(start, path) for path in ("", ".", ":", ":/nowhere", "/nowhere:.") for start in ((CONSOLE,), MODULE)], WAYS),
    ids=lambda value: repr(value) if isinstance(value, str) else value[-1].rpartition("/")[2],
)
def test_an_empty_entry_of_pythonpath_is_the_folder_too(path: str, start: tuple[str, ...], hostile: Path) -> None:
    # What Python loads before any script, ``sitecustomize`` among it, is its user's; all after is ours.
    early = cleared(hostile, ("-m", "nothing"), ("-c", ""), ("-c", "import re, sys"), path=path)
    done = call(start, ("generate",), hostile, PYTHONPATH=path)
    assert done.returncode == 0, done.stderr
    assert traces(hostile) == []
    assert not {"yaml", "git", "requests", "rich", "json", "boto3", "argparse", "pathlib"} & early


def test_a_folder_named_generator_is_run_by_m_alone(hostile: Path) -> None:
    # Nothing in here could help it; so everything that is generated says ``-P``.
    cleared(hostile, ("-m", "nothing"))
    package = hostile / "generator"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text("print('theirs')")
    assert call(MODULE, ("--version",), hostile).stdout == "theirs\n"
    for start in ((CONSOLE,), (sys.executable, "-P", "-m", "generator")):
        assert call(start, ("--version",), hostile).stdout[0].isdigit()


def test_the_generators_own_folder_stays_last_on_the_path(tmp_path: Path) -> None:
    # So that it works where all packages lie in one folder, and that is the current one.
    script = (
        "import runpy, sys; sys.argv[1:] = ['--version']\n"
        "try: runpy.run_module('generator', run_name='__main__')\n"
        "except SystemExit: print(sys.path[-1])"
    )
    own = ROOT
    done = call((sys.executable, "-c", script), (), own)
    assert done.stdout.splitlines()[-1] == str(own), done.stderr
