"""The state file, process identity and the lock: what `down` relies on after a crash."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from generator.cluster import lifecycle
from generator.cluster.layout import LONGEST_DIRECTORY, Layout, default_directory, remove_tree, write_private
from generator.cluster.state import Process, State, lock, started
from generator.errors import ClusterError
from testing.cluster import new_state
from testing.waiting import eventually


def test_a_state_survives_saving_and_loading(tmp_path: Path) -> None:
    state = new_state(tmp_path / "c")
    state.ports["etcd"] = 1234
    state.record_secrets(password="geheim")
    state.record_process("etcd", os.getpid())
    state.record_done("certificates")
    assert State.load(state.layout) == state


def test_secrets_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    state = new_state(tmp_path / "c")
    assert state.layout.state_file.stat().st_mode & 0o777 == 0o600
    assert state.layout.directory.stat().st_mode & 0o777 == 0o700
    write_private(state.layout.kubeconfig, "x")
    write_private(state.layout.kubeconfig, "y")
    assert state.layout.kubeconfig.read_text() == "y"
    assert state.layout.kubeconfig.stat().st_mode & 0o777 == 0o600


def test_no_state_file_is_no_cluster(tmp_path: Path) -> None:
    assert State.load(Layout(tmp_path)) is None


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", "[" * 100_000, '{"version": 1}', '{"version": 1, "processes": []}',
     '{"version": 1, "processes": {"a": {"pid": 1}}}', '{"version": 1, "processes": {"a": null}}',
     '{"version": 1, "node": "kwok", "processes": {}, "ports": []}'],
    ids=["empty", "cut", "a list", "null", "deep", "no processes", "a list of them", "no start", "none", "ports"],
)  # fmt: skip
def test_a_broken_state_file_says_so(tmp_path: Path, content: str) -> None:
    layout = Layout(tmp_path)
    layout.state_file.write_text(content)
    with pytest.raises(ClusterError, match=r"state\.json: not a state file") as raised:
        State.load(layout)
    assert raised.value.hint


def test_another_versions_state_is_refused(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.state_file.write_text(json.dumps({"version": 0}))
    with pytest.raises(ClusterError, match="another version"):
        State.load(layout)


def test_a_process_is_alive_until_it_ends_even_if_nobody_waits_for_it() -> None:
    child = subprocess.Popen(["sleep", "60"])
    found = Process.of(child.pid)
    assert found.alive
    child.kill()
    eventually(lambda: not found.alive)
    child.returncode = 0


def test_a_reused_process_id_is_not_the_process() -> None:
    # The same id with another start time is somebody else's process.
    ours = Process.of(os.getpid())
    assert ours.alive
    assert not Process(os.getpid(), "12345").alive
    assert not Process.of(2**22 - 3).alive


def test_a_program_name_with_spaces_and_parentheses_does_not_confuse_the_start_time(tmp_path: Path) -> None:
    program = tmp_path / "a) Z 1 ("
    program.symlink_to("/bin/sleep")
    child = subprocess.Popen([program, "60"])
    try:
        assert (started(child.pid) or "").isdigit()
    finally:
        child.kill()
        child.wait()


def test_a_second_up_is_refused_and_told_who_is_at_work(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "c")
    with (
        lock(layout),
        pytest.raises(ClusterError, match=rf"process {os.getpid()}"),
        lock(layout),
    ):
        raise AssertionError("both hold it")
    with lock(layout):
        pass


def test_a_refused_up_leaves_no_directory(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "c")
    with lock(layout):
        pass
    assert not layout.directory.exists()
    state = new_state(tmp_path / "d")
    with lock(state.layout):
        pass
    assert state.layout.state_file.exists()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from generator.cluster.layout import Layout\nfrom generator.cluster.state import lock\n"
        "with lock(Layout(Path(sys.argv[1]))):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    argv = [sys.executable, "-c", code, str(tmp_path / "c")]
    child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    child.send_signal(signal.SIGKILL)
    child.communicate()
    with lock(Layout(tmp_path / "c")):
        pass


def test_a_directory_with_other_files_is_refused(tmp_path: Path) -> None:
    # `down` removes the whole directory: it must not be somebody's project.
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(ClusterError, match=r"holds thesis\.tex"):
        Layout.of(tmp_path)


def test_a_file_in_place_of_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ClusterError, match="a file, and no folder"):
        Layout.of(tmp_path / "file")


def test_a_directory_that_cannot_be_made_is_told() -> None:
    with pytest.raises(ClusterError, match=r"/proc/nope/x: cannot be written: ") as raised, lock(Layout.of(Path("/proc/nope/x"))):  # fmt: skip
        pass
    assert "--dir" in raised.value.hint


def test_a_state_file_without_what_is_shown_is_told() -> None:
    with tempfile.TemporaryDirectory(prefix="gg-") as short:  # the sockets' paths have a limit
        state = State(Layout(Path(short)), "kwok", done=["complete"])
        state.save()
        with pytest.raises(ClusterError, match=r"state\.json: not a state file: it lacks "):
            lifecycle.status(Path(short))


def test_a_path_too_long_for_sockets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="too long"):
        Layout.of(Path("/tmp") / ("x" * LONGEST_DIRECTORY))


def test_two_directories_share_no_name_outside_of_them() -> None:
    one, two = Layout(Path("/a")), Layout(Path("/b"))
    for attribute in ("name", "table", "interface", "run"):
        assert getattr(one, attribute) != getattr(two, attribute)
    assert len(one.interface) <= 15


def test_the_default_directory_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_directory() == tmp_path / "gitops-generator" / "local"


def test_removing_a_tree_with_locked_folders(tmp_path: Path) -> None:
    locked = tmp_path / "c" / "clone" / "inner"
    locked.mkdir(parents=True)
    (locked / "file").write_text("")
    locked.chmod(0o000)
    locked.parent.chmod(0o300)
    remove_tree(tmp_path / "c")
    assert not (tmp_path / "c").exists()
    remove_tree(tmp_path / "c")


@pytest.mark.process
def test_a_file_that_passwords_are_sent_to_is_its_owners_whatever_the_umask(tmp_path: Path) -> None:
    file = tmp_path / "local.json"
    with tempfile.TemporaryDirectory() as short:  # for the sockets' sake
        command = f"umask 0; exec {sys.executable} -m generator local status --dir {short} -o json > {file}"
        done = subprocess.run(["sh", "-c", command], check=False)
    assert done.returncode == 1  # none is up
    assert json.loads(file.read_text())["up"] is False
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
