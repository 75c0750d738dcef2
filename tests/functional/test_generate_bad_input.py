"""Whatever state a repository is in: an error that names it, or right behaviour; and nothing is lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.cli import main as cli
from generator.regenerate import planning, record
from testing.programs import Run
from testing.repository import TEN_LINES, files, git
from testing.templates import Templates

DEPLOYMENT = "base/web/deployment.yaml"
OVERLAY = "overlays/dev/web/kustomization.yaml"
RECORD = ".generator/apps/web"


class Told:
    """An exit code and what was printed."""

    def __init__(self, code: int, capsys: pytest.CaptureFixture[str]) -> None:
        self.code = code
        self.out, self.err = capsys.readouterr()


@pytest.fixture
def run(repository: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """Return ``run(*words)``: a command in the repository."""
    return lambda *words, at=repository: Told(cli.main(["-C", str(at), *words]), capsys)


@pytest.fixture
def shop(templates: Templates, repository: Path) -> Path:
    """Make a committed repository whose spec then asks for three pods and a line of config.

    There is something to do.
    """

    def make() -> None:
        planning.apply(repository, planning.plan(repository), prune=False)
        git(repository, "add", "--all")
        git(repository, "commit", "--quiet", "-m", "first")
        spec = TEN_LINES.replace("replicas: 2", "replicas: 3\n    config: {LEVEL: info}")
        (repository / "generator.yaml").write_text(spec)

    templates.fill("bad input", make)
    return repository


def put(path: str, content: bytes) -> Callable[[Path], None]:
    """Write this file as a user."""

    def arrange(folder: Path) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)

    return arrange


def swap(path: str, *pairs: tuple[bytes, bytes]) -> Callable[[Path], None]:
    """Edit this file as a user."""

    def arrange(folder: Path) -> None:
        content = (folder / path).read_bytes()
        for old, new in pairs:
            assert old in content
            content = content.replace(old, new)
        (folder / path).write_bytes(content)

    return arrange


def link(path: str, to: str) -> Callable[[Path], None]:
    """Put a link in a file's or folder's place; what was there lies beside the repository."""

    def arrange(folder: Path) -> None:
        here = folder / path
        if here.exists():
            here.rename(folder.parent / "outside")
        here.symlink_to(to.replace("OUTSIDE", str(folder.parent / "outside")))

    return arrange


def folder_at(path: str) -> Callable[[Path], None]:
    def arrange(folder: Path) -> None:
        (folder / path).unlink()
        (folder / path).mkdir()

    return arrange


def file_at(path: str) -> Callable[[Path], None]:
    def arrange(folder: Path) -> None:
        shutil.rmtree(folder / path)
        (folder / path).write_text("a file\n")

    return arrange


def mode(path: str, bits: int) -> Callable[[Path], None]:
    return lambda folder: (folder / path).chmod(bits)


def both(*steps: Callable[[Path], object]) -> Callable[[Path], None]:
    def arrange(folder: Path) -> None:
        for step in steps:
            step(folder)

    return arrange


def submodule(path: str) -> Callable[[Path], None]:
    def arrange(folder: Path) -> None:
        (folder / path / ".git").write_text("gitdir: ../../.git/modules/x\n")

    return arrange


def unfinished_merge(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "generator.yaml")
    (folder / "notes.txt").write_text("one\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "notes")
    git(folder, "checkout", "--quiet", "-b", "other")
    (folder / "notes.txt").write_text("two\n")
    git(folder, "commit", "--quiet", "-am", "two")
    git(folder, "checkout", "--quiet", "main")
    (folder / "notes.txt").write_text("three\n")
    git(folder, "commit", "--quiet", "-am", "three")
    with pytest.raises(AssertionError):
        git(folder, "merge", "other")


REFUSED: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "a bracket that is never closed, in an edited file": (
        swap(DEPLOYMENT, (b"  replicas: 2", b"  replicas: [2")),
        ["base/web/deployment.yaml:11:11: did not find", "; nothing was written"],
    ),
    "a tab as indentation, in an edited file": (
        swap(DEPLOYMENT, (b"  replicas: 2", b"\treplicas: 2")),
        ["base/web/deployment.yaml:10:1: found character that cannot start any token"],
    ),
    "a duplicate key, in an edited file": (
        swap(DEPLOYMENT, (b"  replicas: 2", b"  replicas: 2\n  replicas: 5")),
        ["base/web/deployment.yaml:11:3: replicas is there twice"],
    ),
    "Latin-1, in an edited file": (
        swap(DEPLOYMENT, (b"  replicas: 2", b"  # Gr\xfc\xdfe\n  replicas: 2")),
        ["base/web/deployment.yaml:10:1: is not UTF-8", "hint: save it as UTF-8"],
    ),
    "Latin-1, in an overlay that nothing else has edited": (
        swap(OVERLAY, (b"namespace:", b"# Gr\xfc\xdfe\nnamespace:")),
        ["overlays/dev/web/kustomization.yaml:5:1: is not UTF-8"],
    ),
    "two broken files are both named": (
        both(swap(DEPLOYMENT, (b"  replicas: 2", b"  replicas: [2")), swap(OVERLAY, (b"images:", b"images: [}"))),
        ["base/web/deployment.yaml:11:11", "overlays/dev/web/kustomization.yaml:"],
    ),
    "a NUL character, in an edited file": (
        swap(DEPLOYMENT, (b"  replicas: 2", b"  replicas: 2 # \0")),
        ["base/web/deployment.yaml:"],
    ),
    "a link in a file's place": (link(DEPLOYMENT, "OUTSIDE"), ["base/web/deployment.yaml: a symbolic link"]),
    "a link that points out of the repository": (
        link(DEPLOYMENT, "/etc/passwd"), ["base/web/deployment.yaml: a symbolic link"],
    ),
    "a link that leads nowhere": (link(DEPLOYMENT, "nowhere"), ["base/web/deployment.yaml: a symbolic link"]),
    "a link to itself": (link(DEPLOYMENT, "deployment.yaml"), ["base/web/deployment.yaml: a symbolic link"]),
    "a link in a folder's place": (link("base/web", "OUTSIDE"), ["base/web: a symbolic link; nothing was written"]),
    "a folder in a file's place": (
        folder_at(DEPLOYMENT), ["base/web/deployment.yaml: a folder stands where a file should be"],
    ),
    "a file in a folder's place": (
        file_at("overlays"), ["a file stands where a folder should be", "hint: move that file away"],
    ),
    "a pipe in a file's place": (
        both(lambda folder: (folder / DEPLOYMENT).unlink(), lambda folder: os.mkfifo(folder / DEPLOYMENT)),
        ["base/web/deployment.yaml: not a plain file"],
    ),
    "a read-only file": (
        mode(DEPLOYMENT, 0o444), ["base/web/deployment.yaml: is read-only; nothing was written"],
    ),
    "a submodule in a folder's place": (
        submodule("base/web"), ["base/web: a repository of its own; nothing was written"],
    ),
    "the folder of records is a link": (
        link(".generator", "OUTSIDE"), [".generator: a symbolic link; nothing was written"],
    ),
    "a record is a link": (link(RECORD, "OUTSIDE"), [".generator/apps/web: a symbolic link"]),
    "a record is empty": (put(RECORD, b""), [".generator/apps/web: damaged; nothing was written", "git checkout"]),
    "a record is something else": (put(RECORD, b"\x89PNG\r\n\x1a\n\0\0"), [".generator/apps/web: damaged"]),
    "a record has lost its second line": (
        swap(RECORD, (b"# Generated from generator.yaml. Edit it as you like: your changes are kept.\n", b"")),
        [".generator/apps/web: damaged"],
    ),
    "a record of a format to come": (swap(RECORD, (b"format 1", b"format 2")), [".generator/apps/web: damaged"]),
    "markers that nobody closes, in a record": (
        swap(RECORD, (b"-- base/web/service.yaml --", b"<<<<<<< HEAD\n-- base/web/service.yaml --")),
        [".generator/apps/web: damaged"],
    ),
    **{
        f"a record that names {name}": (
            put(RECORD, record.FORMAT + b"# x\n== " + name.encode() + b" ==\nx\n"), [".generator/apps/web: names"],
        )
        for name in (
            "../outside", "/etc/passwd", "base/../../outside", ".git/config", "./.git/config", "base/.git/hooks/x",
            ".GIT/config", ".generator/project", "base//x", "base/\x07x", "..",
        )
    },
    "the records are gone, and there are edits": (
        both(swap(DEPLOYMENT, (b"maxSurge: 1", b"maxSurge: 2")), lambda folder: shutil.rmtree(folder / ".generator")),
        [".generator/ is missing", "  base/web/deployment.yaml", "hint: get it back: git checkout HEAD -- .generator"],
    ),
    "a merge is under way": (
        unfinished_merge, ["a merge, rebase or cherry-pick is under way (MERGE_HEAD)", "  notes.txt"],
    ),
    "markers in the spec": (
        put("generator.yaml", TEN_LINES.replace("    port", "<<<<<<< HEAD\n    port").encode()), ["generator.yaml:9:1: a conflict marker of git"],
    ),
    "the spec is a folder": (folder_at("generator.yaml"), ["generator.yaml: a folder stands where a file should be"]),
    "no git": (lambda folder: shutil.rmtree(folder / ".git"), ["not a git repository"]),
}  # fmt: skip


def everything(folder: Path) -> dict[str, object]:
    """Return the repository and what lies beside it, modes and folders included."""
    found: dict[str, object] = {}
    for path in sorted(folder.parent.rglob("*")):
        if ".git" in path.relative_to(folder.parent).parts and path.name != "config":
            continue
        about = path.lstat()
        plain = path.is_file() and not path.is_symlink()
        found[str(path)] = about.st_mode, path.read_bytes() if plain else path.is_symlink() and path.readlink()
    return found


@pytest.mark.parametrize(("arrange", "messages"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused_is_named_and_nothing_is_touched(
    arrange: Callable[[Path], None], messages: list[str], shop: Path, run: Callable[..., Told]
) -> None:
    arrange(shop)
    before = everything(shop)
    told = run("generate", "--prune")
    assert told.code in (1, 4), told.err
    for message in messages:
        assert message in told.err
    assert everything(shop) == before


SERVED: dict[str, tuple[Callable[[Path], None], dict[str, tuple[bytes, bytes]]]] = {
    "a byte order mark stays": (
        swap(DEPLOYMENT, (b"# Generated", b"\xef\xbb\xbf# Generated")), {DEPLOYMENT: (b"\xef\xbb\xbf# Generated", b"replicas: 3\n")},
    ),
    "a byte order mark in an overlay stays": (
        swap(OVERLAY, (b"# Generated", b"\xef\xbb\xbf# Generated")), {OVERLAY: (b"\xef\xbb\xbf# Generated", b"newTag: unreleased\n")},
    ),
    "line ends of another system stay, and new lines have them": (
        swap(DEPLOYMENT, (b"\n", b"\r\n")), {DEPLOYMENT: (b"replicas: 3\r\n", b"envFrom:\r\n")},
    ),
    "line ends of another system stay in an edited file": (
        both(swap(DEPLOYMENT, (b"\n", b"\r\n")), swap(DEPLOYMENT, (b"maxSurge: 1", b"maxSurge: 2 # ours"))),
        {DEPLOYMENT: (b"replicas: 3\r\n", b"maxSurge: 2 # ours\r\n")},
    ),
    "a file with both kinds of line ends keeps each": (
        swap(DEPLOYMENT, (b"maxSurge: 1\n", b"maxSurge: 2\r\n")), {DEPLOYMENT: (b"maxSurge: 2\r\n", b"replicas: 3\n")},
    ),
    "a file without a newline at its end": (
        swap(DEPLOYMENT, (b"sizeLimit: 1Gi\n", b"sizeLimit: 1Gi # ours")), {DEPLOYMENT: (b"sizeLimit: 1Gi # ours", b"replicas: 3\n")},
    ),
    "a file of ten megabytes": (
        swap(DEPLOYMENT, (b"  replicas: 2", b"  # " + b"ours " * 2_000_000 + b"\n  replicas: 2")),
        {DEPLOYMENT: (b"  # " + b"ours " * 1000, b"replicas: 3\n")},
    ),
    "a value of ten megabytes": (
        swap(DEPLOYMENT, (b"  name: web\n  labels:\n", b"  name: web\n  annotations:\n    x: " + b"y" * 10_000_000 + b"\n  labels:\n")),
        {DEPLOYMENT: (b"y" * 10_000_000, b"replicas: 3\n")},
    ),
    "a file of people's own whose name differs in case": (
        put("base/web/Deployment.yaml", b"ours\n"), {"base/web/Deployment.yaml": (b"ours\n", b""), DEPLOYMENT: (b"replicas: 3\n", b"")},
    ),
    "line ends of another system in a record": (
        both(swap(RECORD, (b"\n", b"\r\n")), swap(DEPLOYMENT, (b"maxSurge: 1", b"maxSurge: 2"))),
        {DEPLOYMENT: (b"maxSurge: 2\n", b"replicas: 3\n"), RECORD: (b"format 1\n", b"replicas: 3\n")},
    ),
    "the records are gone, and nothing was edited": (
        both(lambda folder: git(folder, "checkout", "generator.yaml"), lambda folder: shutil.rmtree(folder / ".generator")),
        {DEPLOYMENT: (b"replicas: 2\n", b""), RECORD: (b"format 1\n", b"-- base/web/deployment.yaml --\n")},
    ),
    "an invalid file of people's own": (
        put("base/web/own.yaml", b"[\t"), {"base/web/own.yaml": (b"[\t", b""), DEPLOYMENT: (b"replicas: 3\n", b"")},
    ),
    "an edited file that cannot be read, where the spec changes nothing in it": (
        swap("base/web/service.yaml", (b"spec:", b"spec: [")), {"base/web/service.yaml": (b"spec: [", b""), DEPLOYMENT: (b"replicas: 3\n", b"")},
    ),
    "a dirty work tree": (
        both(put("own.txt", b"ours\n"), lambda folder: git(folder, "add", "own.txt")), {"own.txt": (b"ours\n", b"")},
    ),
}  # fmt: skip


@pytest.mark.thin(2)
@pytest.mark.parametrize(("arrange", "expected"), SERVED.values(), ids=SERVED.keys())
def test_what_is_unusual_is_served(
    arrange: Callable[[Path], None], expected: dict[str, tuple[bytes, bytes]], shop: Path, run: Callable[..., Told]
) -> None:
    arrange(shop)
    told = run("generate")
    assert told.code == 0, told.err
    for path, pieces in expected.items():
        content = (shop / path).read_bytes()
        assert all(piece in content for piece in pieces)
    again = run("generate")
    assert again.out.endswith("nothing to do\n")
    assert run("check").code == 0


def test_an_executable_file_stays_one(shop: Path, run: Callable[..., Told]) -> None:
    (shop / DEPLOYMENT).chmod(0o755)
    assert run("generate").code == 0
    assert (shop / DEPLOYMENT).stat().st_mode & 0o777 == 0o755
    assert "replicas: 3\n" in (shop / DEPLOYMENT).read_text()


def test_a_linked_work_tree_is_a_repository(shop: Path, run: Callable[..., Told]) -> None:
    linked = shop.parent / "linked"
    git(shop, "worktree", "add", "--quiet", linked)
    (linked / "generator.yaml").write_text((shop / "generator.yaml").read_text())
    assert run("generate", at=linked).code == 0
    assert "replicas: 3\n" in (linked / DEPLOYMENT).read_text()
    assert "replicas: 2\n" in (shop / DEPLOYMENT).read_text()


def test_a_submodule_can_be_a_repository(shop: Path, tmp_path: Path, run: Callable[..., Told]) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "--quiet")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", shop, "inner")
    (outer / "inner/generator.yaml").write_text((shop / "generator.yaml").read_text())
    assert run("generate", at=outer / "inner").code == 0
    assert "replicas: 3\n" in (outer / "inner" / DEPLOYMENT).read_text()


def test_a_clone_that_turns_line_ends_is_as_generated(shop: Path, tmp_path: Path, run: Callable[..., Told]) -> None:
    git(shop, "checkout", "generator.yaml")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "-c", "core.autocrlf=true", shop, clone)
    assert b"\r\n" in (clone / DEPLOYMENT).read_bytes()
    assert b"\r\n" not in (clone / RECORD).read_bytes()
    told = run("check", at=clone)
    assert told.code == 0
    assert "edited" not in told.out
    spec = (clone / "generator.yaml").read_bytes().replace(b"replicas: 2", b"replicas: 3")
    (clone / "generator.yaml").write_bytes(spec)
    assert run("generate", at=clone).code == 0
    assert b"replicas: 3\r\n" in (clone / DEPLOYMENT).read_bytes()
    assert git(clone, "diff", "--stat", "--ignore-cr-at-eol", "--", "base").count("|") == 1


def test_one_lost_record_costs_that_app_its_history_and_says_so(shop: Path, run: Callable[..., Told]) -> None:
    swap(DEPLOYMENT, (b"maxSurge: 1", b"maxSurge: 2"))(shop)
    (shop / RECORD).unlink()
    before = files(shop)
    told = run("generate")
    assert told.code == 4
    assert "base/web/deployment.yaml:1: the file" in told.err
    assert files(shop) == before
    assert run("generate", "--adopt").code == 0
    assert "maxSurge: 2" in (shop / DEPLOYMENT).read_text()
    assert run("check").code == 0


def test_a_subfolder_is_not_a_repository(shop: Path, run: Callable[..., Told]) -> None:
    (shop / "sub").mkdir()
    (shop / "sub/generator.yaml").write_text(TEN_LINES)
    told = run("generate", at=shop / "sub")
    assert told.code == 1
    assert "not the top of its git repository" in told.err


def test_a_folder_that_is_not_there_is_told_as_one(tmp_path: Path, generator: Run) -> None:
    told = generator("-C", tmp_path / "nowhere", "check")
    assert told.returncode == 1
    assert told.stderr == f"error: {tmp_path}/nowhere: no such folder\nhint: name the repository's folder with -C DIR\n"
