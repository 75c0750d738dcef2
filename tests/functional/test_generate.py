"""``generate`` and ``check`` on real repositories: what is kept, what is refused, and that nothing is ever written by half."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from generator.regenerate import record
from generator.render.file import HEADER
from testing import ROOT
from testing.needs import not_here
from testing.programs import Run, bound_by_modes
from testing.repository import TEN_LINES, files, git
from testing.templates import Templates
from testing.waiting import PATIENCE

SPEC_V2 = TEN_LINES.replace("port: 8080", "port: 9090") + "  api:\n    image: shop/api\n    port: 80\n"
KUSTOMIZATION = "overlays/dev/web/kustomization.yaml"
# Only root can become somebody else, or mount.
as_root = pytest.mark.needs("root")


@pytest.fixture
def generated(templates: Templates, repository: Path, generator: Run) -> Path:
    """Return the ten-line repository, generated and committed."""

    def make() -> None:
        assert generator("generate", "-q", cwd=repository).returncode == 0
        git(repository, "add", "-A")
        git(repository, "commit", "-qm", "Generate")

    templates.fill("ten lines, committed", make)
    return repository


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_new_repository(repository: Path, generator: Run) -> None:
    done = generator(cwd=repository)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "15 files: 15 written"
    assert generator("check", cwd=repository).returncode == 0


def test_a_second_run_touches_no_file(generated: Path, generator: Run) -> None:
    def stamps() -> dict[str, tuple[int, int]]:
        found = {path: path.stat() for path in generated.rglob("*") if ".git" not in path.parts}
        return {str(path): (stat.st_mtime_ns, stat.st_ino) for path, stat in found.items()}

    before = stamps()
    done = generator(cwd=generated)
    assert (done.returncode, done.stdout) == (0, "15 files: nothing to do\n")
    assert stamps() == before
    assert git(generated, "status", "--porcelain") == ""


def test_the_pipelines_images_survive_a_change_of_the_spec(generated: Path, generator: Run) -> None:
    digest = "sha256:" + "b" * 64
    for tag in ("1.10", "v2"):  # the first needs quotes, the second does not
        assert generator("bump", "web", "--env", "dev", "--tag", tag, "--digest", digest, cwd=generated).returncode == 0
    assert generator("check", cwd=generated).returncode == 0
    (generated / "generator.yaml").write_text(
        SPEC_V2.replace("replicas: 2", "replicas: 2\n    environments: {dev: {config: {A: 1}}}").replace(
            "    environments: {prod: {replicas: 4}}\n", ""
        )
    )
    assert generator("generate", "-q", cwd=generated).returncode == 0
    after = (generated / KUSTOMIZATION).read_text()
    assert f"newTag: v2\n  digest: {digest}\n" in after
    assert "A=1" in after


def test_an_edit_is_kept(generated: Path, generator: Run) -> None:
    service = generated / "base/web/service.yaml"
    service.write_bytes(service.read_bytes() + b"# mine\r\n")
    (generated / "generator.yaml").write_text(TEN_LINES.replace("replicas: 2", "replicas: 3"))
    done = generator("generate", "--output", "json", cwd=generated)
    assert done.returncode == 0
    assert service.read_bytes().endswith(b"# mine\r\n")
    assert "replicas: 3" in (generated / "base/web/deployment.yaml").read_text()
    assert "base/web/service.yaml  edited" in generator("check", cwd=generated).stdout


def test_a_conflict_names_the_file_and_writes_nothing(generated: Path, generator: Run) -> None:
    edit(generated / "base/web/deployment.yaml", "containerPort: 8080", "containerPort: 8081")
    (generated / "generator.yaml").write_text(SPEC_V2)
    before = files(generated)
    done = generator(cwd=generated)
    assert done.returncode == 4
    assert "base/web/deployment.yaml" in done.stderr
    assert "hint: " in done.stderr
    assert files(generated) == before
    assert generator("check", cwd=generated).returncode == 4


def test_an_edit_and_a_change_of_the_spec_in_one_file_are_merged(generated: Path, generator: Run) -> None:
    edit(generated / "base/web/deployment.yaml", "replicas: 2", "revisionHistoryLimit: 3\n  replicas: 2")
    (generated / "generator.yaml").write_text(TEN_LINES.replace("port: 8080", "port: 9090"))
    assert generator("generate", "-q", cwd=generated).returncode == 0


def test_what_is_gone_from_the_spec_goes_only_when_asked(generated: Path, generator: Run) -> None:
    (generated / "generator.yaml").write_text(TEN_LINES.replace("staging: {}, ", ""))
    before = files(generated)
    done = generator(cwd=generated)
    assert done.returncode == 1
    assert "overlays/staging/web/kustomization.yaml" in done.stderr
    assert "--prune" in done.stderr
    assert files(generated) == before
    assert generator("generate", "--prune", "-q", cwd=generated).returncode == 0
    assert not (generated / "overlays/staging").exists()
    assert not any("staging" in path for path in files(generated))
    assert generator("check", cwd=generated).returncode == 0


def test_what_is_gone_from_the_spec_but_was_edited_is_a_conflict(generated: Path, generator: Run) -> None:
    edit(generated / "overlays/staging/web/kustomization.yaml", "images:", "# mine\nimages:")
    (generated / "generator.yaml").write_text(TEN_LINES.replace("staging: {}, ", ""))
    before = files(generated)
    assert generator("generate", "--prune", cwd=generated).returncode == 4
    assert files(generated) == before


def test_what_was_deleted_stays_deleted(generated: Path, generator: Run) -> None:
    (generated / "base/web/pdb.yaml").unlink()
    (generated / "generator.yaml").write_text(TEN_LINES.replace("/healthz", "/alive"))
    assert generator("generate", "-q", cwd=generated).returncode == 0
    assert not (generated / "base/web/pdb.yaml").exists()


def test_other_files_are_left_alone(generated: Path, generator: Run) -> None:
    for path in ("base/web/extra.yaml", "overlays/dev/web/mine/x", "notes.md"):
        (generated / path).parent.mkdir(exist_ok=True)
        (generated / path).write_bytes(b"\0mine")
    (generated / "generator.yaml").write_text(TEN_LINES.replace("  web:", "  api:"))
    assert generator("generate", "--prune", "-q", cwd=generated).returncode == 0
    for path in ("base/web/extra.yaml", "overlays/dev/web/mine/x", "notes.md"):
        assert (generated / path).read_bytes() == b"\0mine"


def test_an_executable_file_stays_one(generated: Path, generator: Run) -> None:
    (generated / "base/web/deployment.yaml").chmod(0o755)
    (generated / "generator.yaml").write_text(SPEC_V2)
    assert generator("generate", "-q", cwd=generated).returncode == 0
    assert (generated / "base/web/deployment.yaml").stat().st_mode & 0o777 == 0o755
    assert (generated / "base/api/deployment.yaml").stat().st_mode & 0o111 == 0


RECORD = record.FORMAT.decode() + HEADER


def unmerged(at: Path) -> None:
    """Leave a file in the index as a merge that stopped does."""
    blob = subprocess.run(
        ["git", "hash-object", "-w", "generator.yaml"], cwd=at, capture_output=True, text=True, check=True
    )
    entries = "".join(f"100644 {blob.stdout.strip()} {stage}\tnotes.md\n" for stage in (1, 2, 3))
    subprocess.run(["git", "update-index", "--index-info"], cwd=at, input=entries, text=True, check=True)


# -- refusals: how to spoil a repository, the exit code, what is said

REFUSALS = {
    "a damaged record": (lambda at: (at / ".generator/project").write_text("x"), 1, ".generator/project: damaged"),
    "a record that names files elsewhere": (
        lambda at: (at / ".generator/project").write_text(RECORD + "-- ../../etc/x --\n"), 1, "names '../../etc/x'",
    ),
    "a record that names git's own files": (
        lambda at: (at / ".generator/project").write_text(RECORD + "-- .git/config --\n"), 1, "names '.git/config'",
    ),
    "a folder where a file should be": (lambda at: ((at / "base/web/deployment.yaml").unlink(), (at / "base/web/deployment.yaml").mkdir()), 1, "a folder stands where a file should be"),
    "a file where a folder should be": (lambda at: (shutil.rmtree(at / "overlays/dev"), (at / "overlays/dev").write_text("x")), 1, "a file stands where a folder should be"),
    "a file where a new folder should be": (lambda at: (at / "base/api").write_text("x"), 1, "a file stands where a folder should be"),
    "a folder of ours replaced by a link": (lambda at: (shutil.move(at / "base", at.parent / "b"), (at / "base").symlink_to(at.parent / "b")), 1, "base: a symbolic link"),
    "a file of ours replaced by a link": (lambda at: (shutil.move(at / "base/web/deployment.yaml", at.parent / "d"), (at / "base/web/deployment.yaml").symlink_to(at.parent / "d")), 1, "a symbolic link"),
    "a link that leads nowhere": (lambda at: ((at / "base/web/deployment.yaml").unlink(), (at / "base/web/deployment.yaml").symlink_to("/nowhere")), 1, "a symbolic link"),
    "the record's folder replaced by a link": (lambda at: (shutil.move(at / ".generator", at.parent / "g"), (at / ".generator").symlink_to(at.parent / "g")), 1, ".generator: a symbolic link"),
    "a read-only file": (lambda at: (at / "base/web/deployment.yaml").chmod(0o444), 1, "base/web/deployment.yaml: is read-only; nothing was written"),
    "a merge under way": (lambda at: (unmerged(at), (at / ".git/MERGE_HEAD").write_text("0" * 40)), 1, "is under way (MERGE_HEAD)"),
    "a rebase under way": (lambda at: (unmerged(at), (at / ".git/rebase-merge").mkdir()), 1, "is under way (rebase-merge)"),
    "conflict markers in the spec": (lambda at: (at / "generator.yaml").write_text(f"<<<<<<< HEAD\n{TEN_LINES}"), 1, "generator.yaml:1:1: a conflict marker of git"),
    "conflict markers in a file of ours": (lambda at: edit(at / "base/web/deployment.yaml", "containerPort", "<<<<<<< HEAD\ncontainerPort"), 1, "base/web/deployment.yaml:"),
    "no spec": (lambda at: (at / "generator.yaml").unlink(), 1, "generator.yaml: no such file"),
    "a folder as the spec": (lambda at: ((at / "generator.yaml").unlink(), (at / "generator.yaml").mkdir()), 1, "generator.yaml: a folder stands where a file should be"),
    "no git repository": (lambda at: shutil.rmtree(at / ".git"), 1, "not a git repository"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "code", "said"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_says_what_to_do_and_writes_nothing(
    spoil: object, code: int, said: str, generated: Path, generator: Run
) -> None:
    (generated / "generator.yaml").write_text(SPEC_V2)
    spoil(generated)  # type: ignore[operator]
    before = files(generated.parent)
    done = generator(cwd=generated)
    assert said in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == code
    assert files(generated.parent) == before


def test_a_folder_within_a_repository_is_not_its_top(generated: Path, generator: Run) -> None:
    (generated / "sub").mkdir()
    (generated / "sub/generator.yaml").write_text(TEN_LINES)
    done = generator("-C", generated / "sub")
    assert done.returncode == 1
    assert "not the top of its git repository" in done.stderr


def test_a_linked_work_tree_and_a_shallow_clone_are_repositories(generated: Path, generator: Run) -> None:
    git(generated, "worktree", "add", "-q", generated.parent / "linked", "-b", "linked")
    git(generated.parent, "clone", "-q", "--depth=1", f"file://{generated}", "shallow")
    for name in ("linked", "shallow"):
        folder = generated.parent / name
        (folder / "generator.yaml").write_text(SPEC_V2)
        assert generator("generate", "-q", cwd=folder).returncode == 0
        assert generator("check", cwd=folder).returncode == 0


# -- a machine that refuses


@pytest.mark.thin(2)
@pytest.mark.parametrize("place", ["base", "base/web", "gitops/applications/dev", ".generator"])
def test_a_read_only_folder(place: str, generated: Path, generator: Run) -> None:
    (generated / "generator.yaml").write_text(SPEC_V2)
    before = files(generated)
    (generated / place).chmod(0o555)
    done = generator(cwd=generated, prefix=bound_by_modes())
    assert done.returncode == 1, done.stdout + done.stderr
    assert "nothing was written" in done.stderr
    assert "hint: make it writable" in done.stderr
    assert files(generated) == before
    (generated / place).chmod(0o755)


@as_root
def test_a_full_disk(tmp_path: Path, generator: Run) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True, check=False
    ).returncode:
        not_here("this root may not mount")
    try:
        subprocess.run(["git", "init", "-q", "--template=", disk], check=True)
        (disk / "generator.yaml").write_text(TEN_LINES)
        subprocess.run(["dd", "if=/dev/zero", f"of={disk}/filler", "bs=4096"], capture_output=True, check=False)
        os.truncate(disk / "filler", (disk / "filler").stat().st_size - 5 * 4096)
        before = files(disk)
        done = generator(cwd=disk)
        assert (done.returncode, files(disk)) == (1, before)
        assert "No space left on device; nothing was written" in done.stderr
        assert "hint: free some space" in done.stderr
        (disk / "filler").unlink()
        assert generator("generate", "-q", cwd=disk).returncode == 0
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_limit_on_the_size_of_files(generated: Path, generator: Run) -> None:
    (generated / "generator.yaml").write_text(SPEC_V2)
    before = files(generated)
    # Python must not keep modules here: it does not notice that the limit cuts what it writes, and reads that next time.
    limited = 'ulimit -f 1; export PYTHONDONTWRITEBYTECODE=1; exec "$@"'
    done = generator(cwd=generated, prefix=("sh", "-c", limited, "sh"))
    if done.returncode == 0:  # dash counts blocks of 512 bytes, others of 1024
        not_here("no file was large enough")
    assert done.returncode == 1, done.stderr
    assert "nothing was written" in done.stderr
    assert files(generated) == before


# -- at once, and interrupted


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "generator"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_generators_at_once_do_not_mix(repository: Path, generator: Run) -> None:
    running = [start(repository) for _ in range(4)]
    ended = [(process.communicate(timeout=PATIENCE)[1], process.returncode) for process in running]
    for said, code in ended:
        assert code == 0 or (code == 1 and "another generator is at work here" in said)
    assert 0 in [code for _, code in ended]
    assert generator("check", cwd=repository).returncode == 0
    assert not any("/.staging" in path for path in files(repository))


def test_a_lock_that_somebody_holds_is_told(repository: Path, generator: Run) -> None:
    import fcntl

    handle = os.open(repository, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        done = generator(cwd=repository)
    finally:
        os.close(handle)
    assert (done.returncode, list(files(repository))) == (1, ["generator.yaml"])
    assert "another generator is at work here" in done.stderr


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the tree that a run without any interruption gives, for a spec of many apps."""
    folder = tmp_path_factory.mktemp("wanted")
    subprocess.run(["git", "init", "-q", folder], check=True)
    (folder / "generator.yaml").write_text(MANY)
    subprocess.run([sys.executable, "-m", "generator", "generate", "-q"], cwd=folder, check=True)
    return files(folder)


MANY = TEN_LINES + "".join(f"  app{number}: {{image: a, port: 80, health: /, replicas: 2}}\n" for number in range(15))


def interrupted(folder: Path, number: signal.Signals, at: int, count: Path) -> subprocess.CompletedProcess[str]:
    argv: list[str | Path] = [sys.executable, ROOT / "testing/interrupted.py", count, str(number.value), str(at)]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.thin(3)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_interrupted_at_any_moment_a_rerun_gives_the_same_tree(
    number: signal.Signals, tmp_path: Path, generator: Run, wanted: dict[str, bytes]
) -> None:
    folder, count = tmp_path / "shop", tmp_path / "count"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "generator.yaml").write_text(MANY)
    assert interrupted(folder, number, -1, count).returncode == 0
    events = int(count.read_text())
    assert events > 1000
    chance = random.Random(number)
    for part in range(10):
        for path in files(folder):
            (folder / path).unlink()
        # Each run takes the same steps as the one that was counted: nothing is known from the one before.
        shutil.rmtree(folder / ".git/gitops-generator", ignore_errors=True)
        (folder / "generator.yaml").write_text(MANY)
        at = 1 + part * events // 10 + chance.randrange(events // 10)
        done = interrupted(folder, number, at, count)
        if number is signal.SIGINT:
            assert done.returncode == 130, (at, done.stderr)
        # SIGTERM is Python's own until the command line has begun.
        assert done.returncode in (130, -number), (at, done.stderr)
        if done.returncode == 130:
            assert done.stderr.endswith("interrupted\n")
            assert list(files(folder)) in (["generator.yaml"], list(wanted))
        if part % 2:
            assert generator("generate", "-q", cwd=folder).returncode == 0
            assert files(folder) == wanted
    assert generator("generate", "-q", cwd=folder).returncode == 0
    assert files(folder) == wanted


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_interrupted_before_the_program_has_begun_nothing_happens(
    number: signal.Signals, repository: Path, tmp_path: Path
) -> None:
    # Python alone has started, and ends by the signal.
    before = files(repository)
    assert interrupted(repository, number, 0, tmp_path / "count").returncode == -number
    assert files(repository) == before


def test_the_record_says_which_version_wrote_it_and_an_older_one_refuses(generated: Path, generator: Run) -> None:
    from generator import __version__

    version = generated / ".generator/version"
    assert version.read_text() == f"{__version__}\n"
    version.write_text("0.0.1\n")
    assert generator("check", cwd=generated).returncode == 0
    assert generator(cwd=generated).returncode == 0
    assert version.read_text() == "0.0.1\n"  # nothing else has changed
    (generated / "generator.yaml").write_text(SPEC_V2)
    assert generator(cwd=generated).returncode == 0
    assert version.read_text() == f"{__version__}\n"
    for content in ("99.0\n", "<<<<<<< HEAD\n0.1.0\n=======\n99.0\n>>>>>>> theirs\n"):
        version.write_text(content)
        for command in ("generate", "check", "diff"):
            done = generator(command, cwd=generated)
            assert done.returncode == 1
            assert "generated by version 99.0, and this is" in done.stderr
    version.write_text("<<<<<<< HEAD\n0.1.0\n=======\n0.0.9\n>>>>>>> theirs\n")
    (generated / "generator.yaml").write_text(SPEC_V2.replace("port: 9090", "port: 9091"))
    assert generator(cwd=generated).returncode == 0
