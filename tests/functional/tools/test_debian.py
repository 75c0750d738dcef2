"""Debian packages, with stand-ins for dpkg-query and apt-get."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator import tools
from generator.errors import ProcessError, ToolError


@pytest.fixture(autouse=True)
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a machine where runc is installed, redis-server was removed, the rest was never there.

    Return apt-get's log.
    """
    programs = {
        "dpkg-query": 'case "$3" in runc) printf "ii " ;; redis-server) printf "rc " ;; *) exit 1 ;; esac',
        "apt-get": f'echo "$@" $DEBIAN_FRONTEND >> {tmp_path}/log; case "$*" in *broken*) exit 100 ;; esac',
    }
    for name, body in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "log"


def test_nothing_is_installed_unless_asked(apt: Path) -> None:
    found = tools.system(["runc", "redis-server", "conntrack", "runc"])
    assert found.wanted == ("runc", "redis-server", "conntrack")
    assert found.missing == ("redis-server", "conntrack")
    assert " ".join(found.command) == "apt-get install --yes --no-install-recommends redis-server conntrack"
    assert not apt.exists()


def test_nothing_to_do(apt: Path) -> None:
    assert tools.system(["runc"], install=True) == tools.System(("runc",), (), ())
    assert not apt.exists()


def test_installing_as_root(apt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    said: list[str] = []
    assert tools.system(["conntrack"], install=True, echo=said.append).missing == ()
    assert apt.read_text() == "install --yes --no-install-recommends conntrack noninteractive\n"
    assert said == ["installing with apt-get: conntrack"]


def test_installing_without_root_says_the_command(apt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ToolError) as failure:
        tools.system(["conntrack"], install=True)
    assert failure.value.hint == "run: sudo apt-get install --yes --no-install-recommends conntrack"
    assert not apt.exists()


def test_apt_fails(apt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(ToolError) as failure:
        tools.system(["broken"], install=True, echo=str)
    assert "apt-get update" in failure.value.hint
    assert isinstance(failure.value.__cause__, ProcessError)


def test_no_debian(apt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(apt.parent / "nothing"))
    with pytest.raises(ToolError, match="no dpkg-query") as failure:
        tools.system(["runc"])
    assert failure.value.hint
