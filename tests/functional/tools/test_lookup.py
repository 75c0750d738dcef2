"""Finding tools on PATH and in the cache, and the files of modules."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from generator import tools
from generator.errors import ToolError, UsageError
from generator.tools import cache, lookup, pins
from generator.tools.installation import install
from generator.tools.pin import Fit
from testing.programs import Run, bound_by_modes
from testing.tool_mirror import script

# Found before the tests take PATH away.
PREFIX = bound_by_modes()
PIN = tools.PINS["kustomize"]


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make an empty cache, and a PATH with nothing but a shell."""
    (tmp_path / "sh").mkdir()
    (tmp_path / "sh/sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", str(tmp_path / "sh"))
    monkeypatch.setenv("GENERATOR_CACHE", str(tmp_path / "cache"))
    lookup.forget()


def on_path(folder: Path, version: str, monkeypatch: pytest.MonkeyPatch, text: bytes | None = None) -> Path:
    folder.mkdir()
    (folder / "kustomize").write_bytes(text or script(version))
    (folder / "kustomize").chmod(0o755)
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{folder}")
    return folder / "kustomize"


def cached(content: bytes | None = None) -> Path:
    """Install something as the pinned kustomize, by way of the cache's own functions."""
    with cache.locked("tools", ["kustomize"], str), cache.partial("tools", "kustomize") as scratch:
        (scratch / "out").mkdir()
        (scratch / "out/kustomize").write_bytes(content or script("5.7.1"))
        (scratch / "out/kustomize").chmod(0o755)
        cache.write_record(scratch / "out/kustomize", "module", "somewhere")
        cache.publish(scratch / "out", cache.executable(PIN).parent)
    return cache.executable(PIN)


def test_a_missing_tool_says_how_to_get_it() -> None:
    with pytest.raises(ToolError) as failure:
        tools.find("kustomize")
    assert failure.value.message == "kustomize 5.7.1 is not installed"
    assert failure.value.hint == "run: python -m generator tools install kustomize"


def test_path_comes_before_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = cached()
    assert tools.find("kustomize") == here
    newer = on_path(tmp_path / "a", "5.7.3", monkeypatch)
    assert tools.find("kustomize") == newer
    [report] = tools.report(["kustomize"])
    assert (report.version, report.source, report.path) == ("5.7.3", tools.Source.PATH, newer)


def test_what_does_not_fit_is_passed_over_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = on_path(tmp_path / "a", "5.6.0", monkeypatch)
    mute = on_path(tmp_path / "b", "", monkeypatch, b"#!/bin/sh\nexit 3\n")
    with pytest.raises(ToolError) as failure:
        tools.find("kustomize")
    assert f"{old} is 5.6.0, which does not fit" in failure.value.message
    assert f"{mute} is of an unknown version" in failure.value.message
    good = on_path(tmp_path / "c", "5.7.1", monkeypatch)
    assert tools.find("kustomize") == good


def test_relative_folders_on_path_are_not_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(tmp_path / "a", "5.7.1", monkeypatch)
    monkeypatch.setenv("PATH", "a:" + str(tmp_path / "sh"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ToolError):
        tools.find("kustomize")


def test_something_that_cannot_be_run_does_not_stop_the_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(tmp_path / "a", "", monkeypatch, b"\x7fELF of another machine")
    here = cached()
    assert tools.find("kustomize") == here


@pytest.mark.parametrize(
    ("fit", "found", "pinned", "fits"),
    [
        (Fit.PATCH, "5.7.1", "5.7.1", True),
        (Fit.PATCH, "5.7.9", "5.7.1", True),
        (Fit.PATCH, "5.7.0", "5.7.1", False),
        (Fit.PATCH, "5.8.1", "5.7.1", False),
        (Fit.PATCH, "6.7.1", "5.7.1", False),
        (Fit.PATCH, "5.7.2-rc.1", "5.7.1", False),
        (Fit.MINOR, "1.35.0", "1.36.1", True),
        (Fit.MINOR, "1.37.4", "1.36.1", True),
        (Fit.MINOR, "1.38.0", "1.36.1", False),
        (Fit.MINOR, "2.36.1", "1.36.1", False),
        (Fit.MINOR, "1.32.4-dispatcher", "1.36.1", False),
        (Fit.NEWER, "1.11.4", "1.11.4", True),
        (Fit.NEWER, "1.13.0", "1.11.4", True),
        (Fit.NEWER, "1.10.9", "1.11.4", False),
        (Fit.NEWER, "2.12.0", "1.11.4", False),
        (Fit.EXACT, "1.36.1", "1.36.1", True),
        (Fit.EXACT, "1.36.2", "1.36.1", False),
        (Fit.PATCH, "(devel)", "5.7.1", False),
    ],
)
def test_which_versions_fit(fit: Fit, found: str, pinned: str, fits: bool) -> None:
    assert fit.accepts(found, pinned) is fits


def test_only_the_exact_version_of_a_daemon_or_of_the_stub_is_taken_from_path() -> None:
    daemons = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "etcd")
    # What one version of the checks says, another does not.
    assert {name for name, pin in tools.PINS.items() if pin.fit is Fit.EXACT} == {*daemons, "aws-stub"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("kustomize", "v5.7.1"),
        ("kubeconform", "v0.7.0"),
        ("argocd", "argocd: v3.5.7+unknown"),
        ("argocd", "argocd: v3.5.7"),
        ("kubectl", "Client Version: v1.36.1\nKustomize Version: v5.8.1"),
        ("kubelet", "Kubernetes v1.36.1"),
        ("etcd", "etcd Version: 3.6.8\nGit SHA: Not provided"),
        ("kwok", "kwok version v0.7.0 go1.26.8 (linux/amd64)"),
        ("gitea", "gitea version 1.26.0 built with go1.26.8"),
        ("gitea", "Gitea version 1.26.0 built with GNU Make 4.3, go1.26.8 : bindata"),
        ("crane", "0.20.6"),
        ("crane", "v0.20.6"),
        ("coredns", "CoreDNS-1.12.4\nlinux/amd64, go1.26.8,"),
    ],
)
def test_what_tools_say_of_their_version_is_understood(tmp_path: Path, name: str, said: str) -> None:
    tool = tmp_path / name
    tool.write_text(f"#!/bin/sh\ncat <<'END'\n{said}\nEND\n".replace("cat", "/bin/cat"))
    tool.chmod(0o755)
    assert lookup.version_of(tool, tools.PINS[name]) == tools.PINS[name].version


def test_a_changed_executable_is_not_found_and_replaced_by_the_next_install() -> None:
    here = cached()
    here.write_bytes(script("5.7.1") + b"rm -rf /\n")
    with pytest.raises(ToolError, match="is not what was installed there"):
        tools.find("kustomize")
    assert tools.report(["kustomize"])[0].source is None


def test_a_change_that_keeps_the_size_is_found_by_its_time() -> None:
    here = cached()
    here.write_bytes(script("5.7.2"))
    os.utime(here, ns=(1, 1))
    assert not cache.intact(here)


def test_a_change_that_keeps_size_and_time_is_found_by_install_only() -> None:
    here = cached()
    before = here.stat().st_mtime_ns
    here.write_bytes(script("5.7.2"))
    os.utime(here, ns=(before, before))
    assert cache.intact(here)
    assert not cache.intact(here, thorough=True)


def test_a_cache_that_was_packed_and_unpacked_is_still_good() -> None:
    here = cached()
    os.utime(here, ns=(1, 1))
    assert tools.find("kustomize") == here


@pytest.mark.parametrize("record", [None, "", "[]", '{"sha256": "x"}'])
def test_an_executable_without_a_readable_record_is_not_used(record: str | None) -> None:
    here = cached()
    (here.parent / cache.RECORD).unlink()
    if record is not None:
        (here.parent / cache.RECORD).write_text(record)
    assert not cache.intact(here)


def test_publishing_replaces_what_is_there_and_a_failure_before_it_leaves_that_alone() -> None:
    here = cached()
    with suppress(RuntimeError), cache.locked("tools", ["kustomize"], str), cache.partial("tools", "kustomize") as half:
        (half / "half").write_text("")
        raise RuntimeError
    assert cache.intact(here, thorough=True)
    assert cached(script("5.7.1") + b"# rebuilt").read_bytes().endswith(b"# rebuilt")
    assert sorted(path.name for path in (cache.folder() / "tools/kustomize").iterdir()) == [".lock", "5.7.1"]


def test_where_the_cache_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENERATOR_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache.folder() == tmp_path / "own"
    monkeypatch.delenv("GENERATOR_CACHE")
    assert cache.folder() == tmp_path / "xdg/gitops-generator"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache.folder() == tmp_path / "home/.cache/gitops-generator"


def test_a_cache_that_cannot_be_written_to(tmp_path: Path, generator: Run) -> None:
    (tmp_path / "shut").mkdir(mode=0o555)
    env = {"GENERATOR_CACHE": str(tmp_path / "shut")}
    done = generator("tools", "install", "kustomize", prefix=PREFIX, env=env)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "cannot write to the cache" in done.stderr


def test_a_cache_under_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GENERATOR_CACHE", str(tmp_path / "file"))
    with pytest.raises(ToolError, match="cannot write to the cache") as failure:
        install(["kwok"], echo=str)
    assert "GENERATOR_CACHE" in failure.value.hint


def test_assets() -> None:
    with pytest.raises(ToolError) as missing:
        tools.asset("argo-cd", "manifests/crds")
    assert missing.value.hint == "run: python -m generator tools install argo-cd"
    here = cache.files(tools.FILES["argo-cd"])
    (here / "manifests/crds").mkdir(parents=True)
    assert tools.asset("argo-cd", "manifests/crds") == here / "manifests/crds"


@pytest.mark.parametrize(
    ("module", "path"),
    [("argo-cd", "manifests"), ("argo-cd", "manifests/crds/../../x"), ("argo-cd", "docs"), ("nothing", "x")],
)
def test_assets_that_are_not_kept(module: str, path: str) -> None:
    with pytest.raises(UsageError) as failure:
        tools.asset(module, path)
    assert failure.value.hint


def test_names_and_groups() -> None:
    assert lookup.expand(["core", "kustomize"]) == ["kustomize", "kubeconform"]
    with pytest.raises(UsageError, match="helmfile") as failure:
        install(["helmfile"], echo=str)
    assert "kustomize" in failure.value.hint
    with pytest.raises(UsageError):
        tools.find("argo-cd")


def test_a_report_names_everything_and_installs_nothing() -> None:
    found = tools.report()
    assert {item.name for item in found} == {*tools.PINS, *tools.FILES}
    assert all(item.source is None and item.path is None and item.why for item in found)
    assert not cache.folder().exists()


def test_the_registry_agrees_with_the_go_modules() -> None:
    root = Path(pins.__file__).with_name("go")
    for pin in tools.PINS.values():
        text = (root / pin.module.folder / "go.mod").read_text()
        if text.startswith(f"module {pin.package}\n"):
            continue  # its sources are ours
        assert f"{pin.package}\n" in text, f"{pin.name}: no tool line in go.mod"
        required = [line.removeprefix("require ") for line in text.splitlines()]
        modules = [line.split() for line in required if re.match(r"\t?\S+ v", line)]
        owner = max((m for m in modules if pin.package.startswith(m[0])), key=lambda m: len(m[0]))
        assert owner[1] == f"v{pin.version}", pin.name
        assert (root / pin.module.folder / "go.sum").exists()


def test_every_file_of_a_tool_is_of_the_tools_version() -> None:
    for name in set(tools.FILES) & set(tools.PINS):
        assert tools.FILES[name].version == tools.PINS[name].version
    assert tools.FILES["argo-cd"].version == tools.PINS["argocd"].version
    assert tools.FILES["kubernetes"].version == tools.PINS["kube-apiserver"].version


def test_pins_are_values() -> None:
    assert dataclasses.replace(PIN) == PIN
    assert len({pin.name for pin in tools.PINS.values()}) == len(tools.PINS)


def test_importing_is_cheap() -> None:
    heavy = ("urllib.request", "http.client", "tarfile", "zipfile", "hashlib", "tempfile", "concurrent.futures", "ssl")
    code = f"import sys, generator.tools, generator.tools.schemas; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
