"""Builds from Go modules: with a stand-in for Go, and one for real where the module is at hand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from generator import tools
from generator.errors import ChecksumMismatch, ToolError
from generator.tools import cache, gomodule, lookup, pins, progress, release, still
from generator.tools.installation import install
from testing.needs import not_here
from testing.tool_mirror import fake_go
from testing.waiting import PATIENCE

GO = shutil.which("go")
# Of the real home: each test has another one.
CACHES = {
    name: subprocess.run([GO, "env", name], capture_output=True, text=True, check=True).stdout.strip() if GO else ""
    for name in ("GOCACHE", "GOMODCACHE")
}
MODULE = {"Dir": "", "Sum": ""}


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a stand-in for Go, no network, an empty cache; return the log of its calls."""
    programs = tmp_path / "bin"
    log = fake_go(programs)
    for name in ("sh", "sed", "chmod"):
        (programs / name).symlink_to(Path("/bin") / name)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("FAKE_GO_LOG", str(log))
    monkeypatch.setenv("GENERATOR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(release, "reachable", lambda url: False)
    lookup.forget()
    return log


def test_what_go_is_asked_to_do(go: Path) -> None:
    [done] = install(["kustomize"], echo=str)
    assert (done.source, done.why) == (tools.Source.MODULE, "not on PATH; no release: github.com cannot be reached")
    build = go.read_text().splitlines()[-1]
    folder = gomodule.FOLDERS / "kustomize"
    assert build.startswith(f"build -C {folder} -v -mod=readonly -trimpath -buildvcs=false -tags  -ldflags -s -w -X ")
    assert build.endswith(" sigs.k8s.io/kustomize/kustomize/v5")
    record = cache.record(done.path) if done.path else None
    assert record is not None
    assert (record.source, record.origin) == ("module", "sigs.k8s.io/kustomize/kustomize/v5")


def test_neighbours_are_built_in_one_call(go: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_TOOL_SAYS", "argocd: v3.5.7+unknown Kubernetes v1.36.1")
    said: list[str] = []
    done = install(["kubelet", "argocd", "kube-proxy"], echo=said.append)
    assert [item.name for item in done] == ["argocd", "kubelet", "kube-proxy"]
    builds = [line for line in go.read_text().splitlines() if line.startswith("build")]
    assert len(builds) == 1
    assert "common.version=3.5.7" in builds[0]
    assert "gitVersion=v1.36.1" in builds[0]
    assert sum(line.startswith("[1/1] building") for line in said) == 3
    assert said[-1].startswith("[1/1] that took ")


def test_the_version_that_a_build_tells_is_checked(go: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_TOOL_SAYS", "(devel)")
    with pytest.raises(ToolError, match=r"says that its version is unknown, not 5\.7\.1"):
        install(["kustomize"], echo=str)
    assert not cache.executable(tools.PINS["kustomize"]).exists()


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("x.go: undefined: y", "please report"),
        ("dial tcp: lookup proxy: no such host", "set GOPROXY"),
        ("write /x: no space left on device", "free some disk space"),
    ],
)
def test_a_failed_build_leaves_nothing(go: Path, monkeypatch: pytest.MonkeyPatch, said: str, hint: str) -> None:
    monkeypatch.setenv("FAKE_GO_FAILS", said)
    with pytest.raises(ToolError) as failure:
        install(["kustomize"], echo=str)
    assert said in failure.value.message
    assert hint in failure.value.hint
    assert [path.name for path in (cache.folder() / "tools/kustomize").iterdir()] == [".lock"]


def test_an_old_go_is_refused_unless_it_fetches_the_right_one(go: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_GO_VERSION", "go1.19.3")
    with pytest.raises(ToolError, match=r"needs Go 1\.\d+\.\d+ and this is 1\.19\.3") as failure:
        install(["kustomize"], echo=str)
    assert failure.value.hint.startswith("install Go 1.")
    monkeypatch.setenv("FAKE_GO_VERSION", "go1.22.1")
    with pytest.raises(ToolError):
        install(["kustomize"], echo=str)
    monkeypatch.setenv("FAKE_GO_TOOLCHAIN", "auto")
    said: list[str] = []
    install(["kustomize"], echo=said.append)
    assert any("Go 1.22.1 will fetch Go" in line for line in said)


def test_gitea_needs_a_c_compiler(go: Path, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="needs a C compiler") as failure:
        gomodule.build([tools.PINS["gitea"]], tmp_path, str)
    assert failure.value.hint == "install gcc"


def test_something_long_says_again_and_again_that_it_goes_on() -> None:
    said: list[str] = []
    twice = threading.Event()

    def echo(line: str) -> None:
        said.append(line)
        if len(said) == 2:
            twice.set()

    with still.telling(echo, lambda seconds: f"still there: {progress.clock(seconds)}", every=0.001):
        assert twice.wait(PATIENCE)
    assert said[0] == "still there: 0:00 min"


@pytest.mark.parametrize(
    ("seconds", "told"), [(5.9, "0:05 min"), (90, "1:30 min"), (150, "2:30 min"), (3750, "1:02:30 h")]
)
def test_two_lines_of_one_minute_differ(seconds: float, told: str) -> None:
    assert progress.clock(seconds) == told


def test_an_installation_says_how_long_it_waits_for_another_one(go: Path) -> None:
    said: list[str] = []
    told = threading.Event()

    def echo(line: str) -> None:
        said.append(line)
        if "still" in line:
            told.set()

    def wait() -> None:
        with cache.locked("tools", ["kustomize"], echo, every=0.001):
            said.append("mine")

    with cache.locked("tools", ["kustomize"], str):
        other = threading.Thread(target=wait)
        other.start()
        assert told.wait(PATIENCE)
        assert "mine" not in said
    other.join()
    assert said[:2] == [
        "waiting for another installation of kustomize",
        "  still waiting for another installation of kustomize: 0:00 min",
    ]
    assert said[-1] == "mine"


@pytest.mark.parametrize(("name", "kind"), [("kustomize", "tools"), ("kubernetes", "files")])
def test_without_go_nothing_is_waited_for(go: Path, name: str, kind: str) -> None:
    (go.parent / "go").unlink()
    said: list[str] = []
    with cache.locked(kind, [name], str), pytest.raises(ToolError, match="there is no Go"):
        install([name], echo=said.append)
    assert said == []


def test_before_building_it_is_said_how_long_that_takes_and_where_what_goes(go: Path) -> None:
    said: list[str] = []
    install(["kustomize"], echo=said.append)
    forecast = next(number for number, line in enumerate(said) if "built from source" in line)
    assert said[forecast].startswith("1 tool is built from source: usually 36 s on two idle processors")
    assert "up to 0.3 GB in /nowhere/go-build, where " in said[forecast]
    assert said[forecast + 1].startswith("[1/1] building kustomize 5.7.1 from its Go module")
    assert said[-1].startswith("[1/1] that took ")
    assert "left" not in said[-1]


def test_nothing_is_said_of_building_where_nothing_is_built(go: Path) -> None:
    install(["kustomize"], echo=str)
    said: list[str] = []
    install(["kustomize"], echo=said.append)
    assert not any("built from source" in line for line in said)


def test_what_is_left_is_told_at_the_pace_so_far() -> None:
    row = progress.Progress([pins.KUSTOMIZE, pins.GITEA, pins.COREDNS])
    assert (row.place, row.left) == ("[1/3]", 36 + 313 + 205)
    assert row.done(72) == "[1/3] that took 72 s; about 17 min left"  # twice as long as usual
    assert row.place == "[2/3]"
    row.skip()
    assert row.left == 2 * 205
    assert row.done(400) == "[3/3] that took 7 min"


def test_a_disk_that_is_too_small_is_told_before() -> None:
    said = progress.forecast([pins.CONTROL_PLANE], 7, 1_000_000_000, "/cache")
    assert said.splitlines() == [
        "7 tools are built from source: usually 9 min on two idle processors, several times that on busy ones,"
        " and less for what Go has cached; up to 5.7 GB in /cache, where 1 GB are free",
        "note: that may not be enough; free some, or set GOCACHE and GOMODCACHE to folders on a larger disk",
    ]


@pytest.mark.parametrize(
    ("log", "packages", "told"),
    [
        ("", None, "0 packages compiled"),
        ("", 5, "0 of 5 packages"),
        ("go: downloading a v1\ngo: downloading b v1\n", None, "2 modules downloaded"),
        ("go: downloading a v1\nfmt\na/b\n", 5, "2 of 5 packages"),
        ("fmt\n# a/b\n\t./x.c: warning\na/b\nlast\n", 2, "2 of 2 packages"),
    ],
)
def test_how_far_a_build_is_by_what_go_writes(log: str, packages: int | None, told: str) -> None:
    assert progress.counted(log, packages) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s"), (89, "89 s"), (90, "2 min"), (540, "9 min"), (4620, "77 min"), (5700, "1 h 35 min")],
)
def test_times_as_a_person_says_them(seconds: float, told: str) -> None:
    assert progress.duration(seconds) == told


def test_go_without_a_home_still_finds_its_caches(go: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    assert gomodule._environment()["HOME"] == str(Path.home())


def test_what_only_the_other_kind_of_node_needs_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    played, real = set(lookup.expand(["local-kwok"])), set(lookup.expand(["local-real"]))
    assert played - real == {"kwok"}
    assert real - played == {"kubelet", "kube-proxy", "coredns"}
    assert not {"kubeconform", "actionlint"} & (played | real)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert set(lookup.expand(["local"])) == real
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert set(lookup.expand(["local"])) == played


def test_files_are_copied_out_of_a_module(go: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "module"
    for path in ("manifests/crds/a.yaml", "manifests/base/b/c.yaml", "hack/git-verify-wrapper.sh", "docs/not-this.md"):
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_text(path)
    for folder in source.rglob("*"):
        folder.chmod(0o555 if folder.is_dir() else 0o444)
    monkeypatch.setenv("FAKE_GO_MOD", json.dumps({"Dir": str(source), "Sum": tools.FILES["argo-cd"].sum}))
    [done] = install(["argo-cd"], echo=str)
    assert (done.kind, done.source) == ("files", tools.Source.MODULE)
    crds = tools.asset("argo-cd", "manifests/crds")
    assert (crds / "a.yaml").read_text() == "manifests/crds/a.yaml"
    assert not (crds / "a.yaml").stat().st_mode & 0o222
    assert crds.stat().st_mode & 0o200, "or it could not be removed"
    assert os.access(tools.asset("argo-cd", "hack/git-verify-wrapper.sh"), os.X_OK)
    assert not list(cache.folder().rglob("not-this.md"))
    assert go.read_text().splitlines() == ["mod download -json github.com/argoproj/argo-cd/v3@v3.5.7"]
    assert install(["argo-cd"], echo=str)[0].source is tools.Source.CACHE


def test_the_hash_of_a_module_is_checked(go: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_GO_MOD", json.dumps({"Dir": str(tmp_path), "Sum": "h1:another="}))
    with pytest.raises(ChecksumMismatch, match="h1:another="):
        install(["argo-cd"], echo=str)
    assert not cache.files(tools.FILES["argo-cd"]).exists()


def test_a_module_that_cannot_be_fetched(go: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_GO_FAILS", "1")
    with pytest.raises(ToolError, match=r"cannot get the source of k8s\.io/kubernetes"):
        install(["kubernetes"], echo=str)


def test_files_without_go(go: Path) -> None:
    (go.parent / "go").unlink()
    with pytest.raises(ToolError, match="there is no Go") as failure:
        install(["kubernetes"], echo=str)
    assert "install Go" in failure.value.hint


@pytest.mark.full
@pytest.mark.needs("go")
def test_a_real_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The real Go and the committed go.sum, without a network.
    monkeypatch.setenv("GOPROXY", "off")
    for name, value in CACHES.items():
        monkeypatch.setenv(name, value)
    folder = gomodule.FOLDERS / "kubeconform"
    have = subprocess.run(["go", "list", "-deps", "tool"], cwd=folder, capture_output=True, check=False)
    if have.returncode != 0:
        not_here("kubeconform's modules are not in Go's module cache")
    monkeypatch.setenv("GENERATOR_CACHE", str(tmp_path))
    monkeypatch.setattr(release, "reachable", lambda url: False)
    lookup.forget()
    said: list[str] = []
    [done] = install(["kubeconform"], echo=said.append)
    if done.source is tools.Source.PATH:
        not_here("a fitting kubeconform is on PATH")
    assert f"in {CACHES['GOCACHE']}, where" in next(line for line in said if "built from source" in line)
    assert done.source is tools.Source.MODULE
    assert done.path is not None
    assert lookup.version_of(done.path, tools.PINS["kubeconform"]) == "0.7.0"
