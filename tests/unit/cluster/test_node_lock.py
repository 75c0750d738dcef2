"""One real node per machine."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator import process
from generator.cluster import node_lock
from generator.cluster.layout import Layout
from generator.errors import ClusterError
from testing.cluster import new_state


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a claim file of our own, on a machine with one kernel setting and an ``nft`` that lists no tables."""
    settings = tmp_path / "sys"
    (settings / "kernel").mkdir(parents=True)
    (settings / "kernel/panic").write_text("7\n")
    monkeypatch.setattr(node_lock, "SETTINGS_FOLDER", settings)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "nft").write_text("#!/bin/sh\ncat " + str(tmp_path / "tables") + "\n")
    (programs / "nft").chmod(0o755)
    (tmp_path / "tables").write_text("table ip filter\n")
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    return tmp_path / "claim.json"


def test_the_second_cluster_is_told_who_was_first(file: Path, tmp_path: Path) -> None:
    first, second = new_state(tmp_path / "a").layout, new_state(tmp_path / "b").layout
    node_lock.take(first, file)
    node_lock.take(first, file)
    with pytest.raises(ClusterError, match=f"real node: {first.directory}$") as raised:
        node_lock.take(second, file)
    assert "KWOK" in raised.value.hint
    assert not node_lock.release(second, file)
    assert node_lock.release(first, file)
    node_lock.take(second, file)
    assert [path.name for path in tmp_path.glob("claim*")] == ["claim.json"]


def test_release_puts_the_settings_back(file: Path, tmp_path: Path) -> None:
    layout = new_state(tmp_path / "a").layout
    node_lock.take(layout, file)
    setting = tmp_path / "sys/kernel/panic"
    setting.write_text("10\n")
    node_lock.release(layout, file)
    assert setting.read_text() == "7\n"
    assert not node_lock.release(layout, file)


def test_a_cluster_that_was_just_deleted_leaves_its_memory_to_the_next(file: Path, tmp_path: Path) -> None:
    # Somebody removed the state directory by hand: the settings before *that* cluster are the ones to restore.
    gone = new_state(tmp_path / "a").layout
    node_lock.take(gone, file)
    setting = tmp_path / "sys/kernel/panic"
    setting.write_text("10\n")
    shutil.rmtree(gone.directory)
    heir = new_state(tmp_path / "b").layout
    node_lock.take(heir, file)
    node_lock.release(heir, file)
    assert setting.read_text() == "7\n"


def test_rules_of_an_unknown_kube_proxy_are_left_alone(file: Path, tmp_path: Path) -> None:
    (tmp_path / "tables").write_text("table ip kube-proxy\n")
    assert process.run(["nft", "list", "tables"]).stdout == "table ip kube-proxy\n"
    with pytest.raises(ClusterError, match="kube-proxy has its rules"):
        node_lock.take(Layout(tmp_path / "a"), file)
    assert not file.exists()


def test_a_damaged_claim_is_not_taken_for_none(file: Path, tmp_path: Path) -> None:
    file.write_text("{")
    with pytest.raises(ClusterError, match="not understood"):
        node_lock.take(Layout(tmp_path / "a"), file)
